//! Many servers in one thread, with mio, on Unix. Without arguments it uses two simulated servers.
//!
//! ```sh
//! cargo run --features sim --example mio_poll
//! cargo run --example mio_poll -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::error::Error;

#[cfg(unix)]
fn main() -> Result<(), Box<dyn Error>> {
    use std::io;
    use std::os::fd::AsRawFd;

    use acudpclient::AcUdpClient;
    use mio::unix::SourceFd;
    use mio::{Events, Interest, Poll, Token};

    let mut poll = Poll::new()?;
    let mut clients = Vec::new();
    let servers = common::addresses_of(2);
    for (local, server) in servers {
        let mut client = AcUdpClient::bind(local, server)?;
        let (fd, token) = (client.as_raw_fd(), Token(clients.len()));
        poll.registry().register(&mut SourceFd(&fd), token, Interest::READABLE)?;
        if let Err(error) = client.request_missed(0..8) {
            eprintln!("{error}");
        }
        clients.push(client);
    }
    let mut ready = Events::with_capacity(64);
    loop {
        // A client may have to send a request although nothing arrives.
        let wakeup = clients.iter().filter_map(AcUdpClient::next_wakeup).min();
        match poll.poll(&mut ready, wakeup) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error.into()),
            _ => {}
        }
        // mio reports only once that a socket is readable, so read until nothing is left. Polling an
        // idle client costs a system call: with hundreds of servers, poll only those that `ready` names.
        for (number, client) in clients.iter_mut().enumerate() {
            loop {
                match client.next_event() {
                    Ok(Some(event)) => println!("server {number}: {event}"),
                    Ok(None) => break,
                    Err(error) => eprintln!("server {number}: {}", error.recoverable()?),
                }
            }
        }
    }
}

#[cfg(not(unix))]
fn main() -> Result<(), Box<dyn Error>> {
    Err("mio registers a foreign socket on Unix only; elsewhere give each client a thread".into())
}
