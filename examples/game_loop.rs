//! A game loop: 60 frames per second with the newest telemetry of each car. The client never blocks a frame.
//!
//! ```sh
//! cargo run --features sim --example game_loop
//! cargo run --example game_loop -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::collections::HashMap;
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::protocol::{CarId, CarUpdate};
use acudpclient::{AcUdpClient, Error, Event};

const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// A flood of datagrams must not hold up a frame.
const MOST_PER_FRAME: usize = 1000;

fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    // When the server restarts, the client asks again by itself.
    if let Err(error) = client.enable_realtime_report(Duration::from_millis(100)) {
        eprintln!("{error}");
    }
    let mut cars: HashMap<CarId, CarUpdate> = HashMap::new();
    let mut work_times = Vec::new();
    loop {
        let start = Instant::now();
        for event in client.drain(MOST_PER_FRAME) {
            match event {
                Ok(Event::CarUpdate(update)) => {
                    cars.insert(update.car_id, update);
                }
                Ok(Event::ConnectionClosed(closed)) => {
                    cars.remove(&closed.car_id);
                }
                Ok(_) => {}
                Err(error) => eprintln!("{}", error.recoverable()?),
            }
        }
        // … here the game moves and draws its cars …
        work_times.push(start.elapsed());
        if work_times.len() == 60 {
            print(&cars, &work_times);
            work_times.clear();
        }
        thread::sleep(FRAME.saturating_sub(start.elapsed()));
    }
}

/// Once per 60 frames: how long they took, and the fastest car.
fn print(cars: &HashMap<CarId, CarUpdate>, work_times: &[Duration]) {
    let longest = work_times.iter().max().copied().unwrap_or_default();
    let mean = work_times.iter().sum::<Duration>() / 60;
    let fastest = cars.values().max_by(|a, b| a.speed_kmh().total_cmp(&b.speed_kmh()));
    let fastest = fastest.map_or(String::new(), |car| {
        format!(", fastest is car {} at {:.0} km/h", car.car_id, car.speed_kmh())
    });
    println!("60 frames: {mean:.1?} each, {longest:.1?} at most; {} cars{fastest}", cars.len());
}
