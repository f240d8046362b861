//! The first program: prints each lap with the driver's name.
//!
//! ```sh
//! cargo run --features sim --example first
//! cargo run --example first -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::time::Duration;

use acudpclient::{AcUdpClient, Error, Event, RaceTracker};

fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    let mut tracker = RaceTracker::new();
    // A server sends nothing twice: ask for the session, and who sits in its slots, here 0 to 7.
    if let Err(error) = client.request_missed(0..8) {
        eprintln!("{error}");
    }
    loop {
        match client.wait_event(Duration::from_secs(10)) {
            Ok(Some(event)) => {
                // The tracker knows who drives which car.
                tracker.apply(&event);
                if let Event::LapCompleted(lap) = &event {
                    // {:?} escapes control characters that a player put into the name.
                    println!("{:?} {}", tracker.driver_name(lap.car_id), lap.lap_time);
                }
            }
            // Nothing came for 10 s: why, if the client can tell.
            Ok(None) => client.explain_silence().iter().for_each(|silence| eprintln!("{silence}")),
            // A missing server or a bad datagram: the client goes on.
            Err(error) => eprintln!("{}", error.recoverable()?),
        }
    }
}
