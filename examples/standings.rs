//! Who leads, and by how much: prints each lap and the standings after it.
//!
//! ```sh
//! cargo run --features sim --example standings
//! cargo run --example standings -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::time::{Duration, Instant};

use acudpclient::tracker::Change;
use acudpclient::{AcUdpClient, Error, RaceTracker};

fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    if let Err(error) = client.request_missed(0..8) {
        eprintln!("{error}");
    }
    let mut tracker = RaceTracker::new();
    let start = Instant::now();
    loop {
        match client.wait_event(Duration::from_secs(1)) {
            Ok(Some(event)) => {
                // The tracker reads no clock itself: this lets `time_left` run.
                tracker.advance_to(start.elapsed());
                for change in tracker.apply(&event) {
                    if let Change::LapCompleted { car_id, number, lap_time, valid, .. } = change {
                        let note = if valid { "" } else { " (invalid)" };
                        println!("{:?} lap {number}: {lap_time}{note}", tracker.driver_name(car_id));
                        print_standings(&tracker);
                    }
                }
            }
            Ok(None) => {}
            Err(error) => eprintln!("{}", error.recoverable()?),
        }
    }
}

fn print_standings(tracker: &RaceTracker) {
    for row in tracker.standings() {
        let gap = row.gap.map_or(String::new(), |gap| gap.to_string());
        println!("{:4} {:3} laps {gap:>10} {:?}", row.position, row.laps, tracker.driver_name(row.car_id));
    }
}
