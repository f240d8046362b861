//! Positions, gaps, laps and results, with [`RaceTracker`].
//!
//! The protocol reports single laps. [`RaceTracker`] keeps the state: the session and the time or laps left, who sits in
//! which car, every lap, the standings with gaps, the fastest lap, and the result of each session. You give it events from
//! a client, a relay or a recording. It needs no client and reads no clock.
//!
//! This program prints each lap and the standings after it. It is `examples/standings.rs`:
//!
//! ```rust,no_run
//! use std::time::{Duration, Instant};
//!
//! use acudpclient::tracker::Change;
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
//!                 // The tracker reads no clock itself: this lets `time_left` run.
//!                 tracker.advance_to(start.elapsed());
//!                 for change in tracker.apply(&event) {
//!                     if let Change::LapCompleted { car_id, number, lap_time, valid, .. } = change {
//!                         let note = if valid { "" } else { " (invalid)" };
//!                         println!("{:?} lap {number}: {lap_time}{note}", tracker.driver_name(car_id));
//!                         print_standings(&tracker);
//!                     }
//!                 }
//!             }
//!             Ok(None) => {}
//!             Err(error) => eprintln!("{}", error.recoverable()?),
//!         }
//!     }
//! }
//!
//! fn print_standings(tracker: &RaceTracker) {
//!     for row in tracker.standings() {
//!         let gap = row.gap.map_or(String::new(), |gap| gap.to_string());
//!         println!("{:4} {:3} laps {gap:>10} {:?}", row.position, row.laps, tracker.driver_name(row.car_id));
//!     }
//! }
//! ```
//!
//! It prints, on a simulated server, here the first lines of each kind:
//!
//! ```text
//! "Chloé O'Brien" lap 1: 1:44.953
//!    1   1 laps            "Felipe Bianchi"
//!    2   1 laps     +0.737 "Elena Lindqvist"
//!    3   1 laps     +0.851 "Greta Ivanov"
//! ```
//!
//! # How it is used
//!
//! - [`apply`](RaceTracker::apply) takes an event and returns the [`Change`]s: a driver who joined, a lap, a position
//!   gained, a best lap, a contact. It reports each change once, so you can announce them as they come.
//! - [`advance_to`](RaceTracker::advance_to) is optional. It tells the tracker the time of your clock (with a
//!   simulated server, times its speed), so that
//!   [`time_left`](RaceTracker::time_left) runs between events and the tracker notices restarts sooner.
//! - [`driver_name`](RaceTracker::driver_name) is empty for an unknown driver. A name is a player's text: print it with
//!   `{:?}`.
//! - [`standings`](RaceTracker::standings) is the order at the line, as the server's result will count it. A
//!   [`Gap`](crate::tracker::Gap) is a time or a number of laps, printed as `+1.234` or `+1 lap`.
//! - [`last_result`](RaceTracker::last_result) has the order, best laps, totals, each lap and each contact of the last finished
//!   session. With the feature `serde` it becomes [`json`](super::json), or one of acServer's own
//!   [`result_files`](super::result_files).
//! - [`TrackMap`](crate::tracker::TrackMap) learns the track's outline from the same telemetry, or reads it from the game's files.
//! - A tracker is a [`Subscriber`](crate::Subscriber): subscribe an `Arc<Mutex<RaceTracker>>` if other handlers read it.
//!
//! # Live timing
//!
//! [`standings`](RaceTracker::standings) changes at the line only. [`live`](RaceTracker::live) is the same table between
//! two crossings, as on television: in a race ordered by distance, with gaps that move; in practice and qualify with the
//! running lap and how far it is ahead of or behind the best one. It needs two things: the realtime report, and the time
//! before each event.
//!
//! ```no_run
//! use std::time::{Duration, Instant};
//!
//! use acudpclient::{AcUdpClient, RaceTracker};
//!
//! # fn main() -> Result<(), acudpclient::Error> {
//! let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! if let Err(error) = client.enable_realtime_report(Duration::from_millis(100)) {
//!     eprintln!("{error}");
//! }
//! let start = Instant::now();
//! let mut tracker = RaceTracker::new();
//! let mut shown = Instant::now();
//! loop {
//!     match client.wait_event(Duration::from_secs(1)) {
//!         Ok(Some(event)) => {
//!             tracker.advance_to(start.elapsed());
//!             tracker.apply(&event);
//!         }
//!         Ok(None) => {}
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//!     if shown.elapsed() >= Duration::from_secs(1) {
//!         shown = Instant::now();
//!         for row in tracker.live() {
//!             let interval = row.interval.map_or(String::new(), |gap| gap.to_string());
//!             let delta = row.delta_to_own_best.map_or(String::new(), |delta| delta.to_string());
//!             println!("{:4} {:?} {interval} {delta}", row.position, tracker.driver_name(row.car_id));
//!         }
//!     }
//! }
//! # }
//! ```
//!
//! Each row has the sectors of the running lap, told by ACSM v2 or else estimated; give
//! [`set_sectors`](RaceTracker::set_sectors) the track's own, or they are thirds. With
//! the changes you can announce who passes whom, sectors, pits and silent drivers. BENCHMARKS.md has a table of
//! how right the gaps are.
//!
//! # What it copes with
//!
//! Lost, late and repeated packets, drivers who rejoin or change their slot, a server that restarts, a plugin that starts
//! late: [`tracker`](crate::tracker) says how it handles each, and where it has to guess. BENCHMARKS.md says how well that
//! works on a bad network.
//!
//! After a late start, ask for what you missed, as the program does with
//! [`request_missed`](crate::AcUdpClient::request_missed). The next leaderboard tells the tracker about earlier laps, as far
//! as a leaderboard contains them.
//!
//! With 24 cars a CAR_UPDATE takes some 20 ns, and 55 ns with a clock (`cargo bench --bench tracker`).

#[cfg(doc)]
use crate::RaceTracker;
#[cfg(doc)]
use crate::tracker::Change;
