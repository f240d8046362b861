//! A subscriber: one method per event. It remembers names and the fastest lap.
//!
//! ```sh
//! cargo run --features sim --example subscriber
//! cargo run --example subscriber -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::collections::HashMap;
use std::time::Duration;

use acudpclient::protocol::{CarId, CarInfo, LapCompleted, LapTime, NewConnection, NewSession};
use acudpclient::{AcUdpClient, Error, Event, Subscriber};

#[derive(Default)]
struct FastestLap {
    events: u64,
    names: HashMap<CarId, String>,
    fastest: Option<LapTime>,
}

impl Subscriber for FastestLap {
    /// Called for every event, before the event's own method.
    fn on_event(&mut self, event: &Event) {
        self.events += 1;
        println!("{:4} {event}", self.events);
    }

    fn on_new_session(&mut self, _session: &NewSession) {
        self.fastest = None;
    }

    fn on_new_connection(&mut self, connection: &NewConnection) {
        self.names.insert(connection.car_id, connection.driver_name.clone());
    }

    fn on_car_info(&mut self, info: &CarInfo) {
        self.names.insert(info.car_id, info.driver_name.clone());
    }

    fn on_lap_completed(&mut self, lap: &LapCompleted) {
        let is_valid = lap.cuts == 0 && lap.lap_time.is_set();
        if is_valid && self.fastest.is_none_or(|fastest| lap.lap_time < fastest) {
            self.fastest = Some(lap.lap_time);
            // {:?} escapes control characters that a player put into the name.
            println!("     Fastest lap: {} by {:?}", lap.lap_time, self.names.get(&lap.car_id));
        }
    }
}

fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    client.subscribe(FastestLap::default());
    eprintln!("listening on {} to the server {}", client.local_addr(), client.server_addr());
    if let Err(error) = client.request_missed(0..8) {
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
