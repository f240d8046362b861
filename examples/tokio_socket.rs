//! A client in a tokio program, on Unix: a task waits for the client's socket, without a thread, beside a timer and a
//! second task.
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

    use acudpclient::protocol::LapCompleted;
    use acudpclient::{AcUdpClient, Event};
    use tokio::io::Interest;
    use tokio::net::UdpSocket;
    use tokio::sync::mpsc;
    use tokio::time::{interval, sleep};

    /// Prints all waiting events, and passes the laps on.
    fn drain(client: &mut AcUdpClient, laps: &mpsc::Sender<LapCompleted>) -> Result<(), acudpclient::Error> {
        loop {
            match client.next_event() {
                Ok(Some(event)) => {
                    println!("{event}");
                    if let Event::LapCompleted(lap) = event {
                        // Never waits: a lap for which the channel has no room is left out.
                        let _ = laps.try_send(lap);
                    }
                }
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
    // A second task, here for what may take long: events reach it by a channel, and any task can send commands.
    let commands = client.commands();
    let (laps, mut completed) = mpsc::channel::<LapCompleted>(1000);
    tokio::spawn(async move {
        while let Some(lap) = completed.recv().await {
            println!("to car {}: {}", lap.car_id, lap.lap_time);
            if let Err(error) = commands.send_chat(lap.car_id, &lap.lap_time.to_string()) {
                eprintln!("{error}");
            }
        }
    });
    // A second handle of the same socket, used by tokio only to wait. AsyncFd would work too, but registering a
    // foreign socket there is unsafe.
    let handle = client.as_fd().try_clone_to_owned()?;
    let socket = UdpSocket::from_std(StdSocket::from(handle))?;
    let mut timer = interval(Duration::from_secs(10));
    loop {
        // A client may have to send a request although nothing arrives.
        let wakeup = client.next_wakeup().unwrap_or(Duration::MAX);
        tokio::select! {
            ready = socket.readable() => {
                ready?;
                // "Would block" tells tokio that nothing is left, so it waits for the next datagram.
                let mut drained = Ok(());
                let _: io::Result<()> = socket.try_io(Interest::READABLE, || {
                    drained = drain(&mut client, &laps);
                    Err(ErrorKind::WouldBlock.into())
                });
                drained?;
            }
            () = sleep(wakeup) => drain(&mut client, &laps)?,
            // A timer of your own is one more arm.
            _ = timer.tick() => println!("{} datagrams so far", client.stats().datagrams),
        }
    }
}

#[cfg(not(unix))]
fn main() -> Result<(), Box<dyn Error>> {
    Err("this is for Unix; the example tokio_channel works everywhere".into())
}
