//! Events, standings and statistics as JSON, with the feature `serde`.
//!
//! ```sh
//! cargo add acudpclient --features serde
//! cargo add serde_json
//! ```
//!
//! # The form
//!
//! An event is one flat object. Its `type` is the event's name, its keys are the fields:
//!
//! ```
//! use acudpclient::Event;
//!
//! let json = r#"{"type":"lap_completed","car_id":3,"lap_time":91234,"cuts":0,"leaderboard":
//!     [{"car_id":3,"lap_time":91234,"laps":1,"has_completed":false}],"grip_level":0.98}"#;
//! let event: Event = serde_json::from_str(json)?;
//! let Event::LapCompleted(lap) = &event else { panic!("{event}") };
//! assert_eq!(lap.lap_time.to_string(), "1:31.234");
//! // It reads back to an equal value.
//! assert_eq!(serde_json::from_str::<Event>(&serde_json::to_string(&event)?)?, event);
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! - Ids, gears and times are their raw numbers. A duration in one of these types is a whole number of milliseconds;
//!   one that a method returns, such as `tracker.time_left()`, has serde's own form: write its `as_millis()`.
//! - A session type is `"practice"` and so on, or `{"unknown":9}`.
//! - A float that JSON has no number for is `"NaN"` or `"Infinity"`.
//! - A packet with another layout than acServer's has one more key, `"dialect"`.
//! - Commands have the same form: `{"type":"send_chat","car_id":3,"message":"gg"}`.
//! - So do the tracker's [`Change`](crate::tracker::Change) (`{"type":"driver_joined","car_id":3}`),
//!   [`Standing`](crate::tracker::Standing), [`Lap`](crate::tracker::Lap) and
//!   [`SessionResult`](crate::tracker::SessionResult), and the statistics of a client and of a relay's plugins.
//!
//! # A leaderboard
//!
//! One line of JSON per change, for a web page, an overlay or a file. This is `examples/leaderboard.rs`:
//!
//! ```rust,no_run
//! use std::time::{Duration, Instant};
//!
//! use acudpclient::{AcUdpClient, Error, RaceTracker};
//!
//! fn main() -> Result<(), Error> {
//!     let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//!     if let Err(error) = client.request_missed(0..8) {
//!         eprintln!("{error}");
//!     }
//!     let mut tracker = RaceTracker::new();
//!     let start = Instant::now();
//!     loop {
//!         match client.wait_event(Duration::from_secs(1)) {
//!             Ok(Some(event)) => {
//!                 tracker.advance_to(start.elapsed());
//!                 // Most telemetry changes nothing and needs no new line.
//!                 if !tracker.apply(&event).is_empty() {
//!                     println!("{}", leaderboard(&tracker));
//!                 }
//!             }
//!             Ok(None) => {}
//!             Err(error) => eprintln!("{}", error.recoverable()?),
//!         }
//!     }
//! }
//!
//! fn leaderboard(tracker: &RaceTracker) -> String {
//!     let rows: Vec<_> = tracker
//!         .standings()
//!         .into_iter()
//!         .map(|row| {
//!             serde_json::json!({
//!                 "position": row.position,
//!                 "name": row.driver.map(|driver| driver.name),
//!                 "laps": row.laps,
//!                 "best_lap": row.best_lap.map(|time| time.to_string()),
//!                 "gap": row.gap.map(|gap| gap.to_string()),
//!             })
//!         })
//!         .collect();
//!     let session = tracker.session().map(|session| session.session_type);
//!     ascii(&serde_json::json!({ "session": session, "standings": rows }).to_string())
//! }
//!
//! /// The same JSON in ASCII: players choose their names, and some control characters are beyond ASCII.
//! fn ascii(json: &str) -> String {
//!     let mut line = String::new();
//!     for unit in json.encode_utf16() {
//!         match u8::try_from(unit) {
//!             Ok(byte @ b' '..=b'~') => line.push(byte.into()),
//!             _ => line.push_str(&format!("\\u{unit:04x}")),
//!         }
//!     }
//!     line
//! }
//! ```
//!
//! `acsp live --json` and `acsp print --json` print JSON without programming.
//!
//! # Other formats
//!
//! CBOR, BSON, and MessagePack with the fields' names (`rmp_serde::to_vec_named`) work too. MessagePack without names works
//! for packets only: a `Lap` leaves out what it does not know, so that without names a later field is read in its place.
//!
//! RON cannot read events, commands and changes back, nor can formats that do not describe themselves (postcard, bincode).
//! TOML and YAML can, with exceptions: TOML has no null for a missing `grip_level`, and YAML crates write a tag for
//! `{"unknown":9}` and for a change's gap.
