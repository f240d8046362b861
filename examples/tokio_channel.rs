//! A client in a tokio program, on any system: a thread receives, and a channel brings its events to the tasks.
//!
//! ```sh
//! cargo run --features sim --example tokio_channel
//! cargo run --example tokio_channel -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::thread;
use std::time::Duration;

use acudpclient::{AcUdpClient, Error};
use tokio::sync::mpsc;
use tokio::time::interval;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    let commands = client.commands();
    let (sender, mut received) = mpsc::channel(1000);
    thread::spawn(move || {
        // The thread checks ten times per second whether the tasks dropped their end.
        while !sender.is_closed() {
            if let Some(result) = client.wait_event(Duration::from_millis(100)).transpose() {
                // This waits while the channel is full.
                let _ = sender.blocking_send(result);
            }
        }
    });
    // Commands may come from any task: sending never blocks.
    if let Err(error) = commands.request_session_info(None) {
        eprintln!("{error}");
    }
    let mut events = 0;
    let mut timer = interval(Duration::from_secs(10));
    loop {
        tokio::select! {
            result = received.recv() => match result {
                Some(Ok(event)) => {
                    println!("{event}");
                    events += 1;
                }
                Some(Err(error)) => eprintln!("{}", error.recoverable()?),
                None => return Ok(()),
            },
            _ = timer.tick() => println!("{events} events so far"),
        }
    }
}
