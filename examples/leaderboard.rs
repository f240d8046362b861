//! A leaderboard as JSON, one line per change: for a web page, a stream's overlay or a file.
//!
//! ```sh
//! cargo run --features serde,sim --example leaderboard
//! cargo run --features serde --example leaderboard -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::time::{Duration, Instant};

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
                tracker.advance_to(start.elapsed());
                // Most telemetry changes nothing and needs no new line.
                if !tracker.apply(&event).is_empty() {
                    println!("{}", leaderboard(&tracker));
                }
            }
            Ok(None) => {}
            Err(error) => eprintln!("{}", error.recoverable()?),
        }
    }
}

fn leaderboard(tracker: &RaceTracker) -> String {
    let rows: Vec<_> = tracker
        .standings()
        .into_iter()
        .map(|row| {
            serde_json::json!({
                "position": row.position,
                "name": row.driver.map(|driver| driver.name),
                "laps": row.laps,
                "best_lap": row.best_lap.map(|time| time.to_string()),
                "gap": row.gap.map(|gap| gap.to_string()),
            })
        })
        .collect();
    let session = tracker.session().map(|session| session.session_type);
    ascii(&serde_json::json!({ "session": session, "standings": rows }).to_string())
}

/// The same JSON in ASCII: players choose their names, and some control characters are beyond ASCII.
fn ascii(json: &str) -> String {
    let mut line = String::new();
    for unit in json.encode_utf16() {
        match u8::try_from(unit) {
            Ok(byte @ b' '..=b'~') => line.push(byte.into()),
            _ => line.push_str(&format!("\\u{unit:04x}")),
        }
    }
    line
}
