//! A client in a tokio program, on Unix: a task waits for the client's socket, without a thread.
//!
//! ```sh
//! cargo run --features sim --example tokio_socket
//! cargo run --example tokio_socket -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::error::Error;

#[cfg(unix)]
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    use std::io::{self, ErrorKind};
    use std::net::UdpSocket as StdSocket;
    use std::os::fd::AsFd;
    use std::time::Duration;

    use acudpclient::AcUdpClient;
    use tokio::io::Interest;
    use tokio::net::UdpSocket;
    use tokio::time::timeout;

    /// Prints all waiting events.
    fn drain(client: &mut AcUdpClient) -> Result<(), acudpclient::Error> {
        loop {
            match client.next_event() {
                Ok(Some(event)) => println!("{event}"),
                Ok(None) => return Ok(()),
                Err(error) => eprintln!("{}", error.recoverable()?),
            }
        }
    }

    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    if let Err(error) = client.request_missed(0..8) {
        eprintln!("{error}");
    }
    // A second handle of the same socket, used by tokio only to wait. AsyncFd would work too, but registering a
    // foreign socket there is unsafe.
    let handle = client.as_fd().try_clone_to_owned()?;
    let socket = UdpSocket::from_std(StdSocket::from(handle))?;
    loop {
        // A client may have to send a request although nothing arrives.
        let wakeup = client.next_wakeup().unwrap_or(Duration::MAX);
        if timeout(wakeup, socket.readable()).await.is_err() {
            drain(&mut client)?;
            continue;
        }
        // "Would block" tells tokio that nothing is left, so it waits for the next datagram.
        let mut drained = Ok(());
        let _: io::Result<()> = socket.try_io(Interest::READABLE, || {
            drained = drain(&mut client);
            Err(ErrorKind::WouldBlock.into())
        });
        drained?;
    }
}

#[cfg(not(unix))]
fn main() -> Result<(), Box<dyn Error>> {
    Err("this is for Unix; the example tokio_channel works everywhere".into())
}
