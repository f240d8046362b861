//! The subscriber of the Python module's README, moved over to this crate.
//!
//! ```sh
//! cargo run --features sim --example from_python
//! cargo run --example from_python -- 0.0.0.0:10000 127.0.0.1:10001
//! ```

mod common;

use std::time::Duration;

use acudpclient::protocol::{LapCompleted, NewConnection, NewSession};
use acudpclient::{AcUdpClient, Error, Subscriber};

struct EventHandler;

impl Subscriber for EventHandler {
    fn on_lap_completed(&mut self, lap: &LapCompleted) {
        println!("{lap}");
    }

    fn on_new_session(&mut self, session: &NewSession) {
        println!("{session}");
    }

    fn on_new_connection(&mut self, connection: &NewConnection) {
        println!("{connection}");
    }
}

fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    client.subscribe(EventHandler);
    if let Err(error) = client.request_session_info(None) {
        eprintln!("{error}");
    }
    loop {
        // The subscriber sees the event before this returns.
        match client.wait_event(Duration::from_secs(1)) {
            Ok(_) => {}
            Err(error) => eprintln!("{}", error.recoverable()?),
        }
    }
}
