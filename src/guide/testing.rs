//! Testing your plugin without a game.
//!
//! | you test | with |
//! | --- | --- |
//! | how a handler reacts to an event | [`Event::dispatch`]: no socket, no client |
//! | what your plugin sends | a scripted [`SimServer`] on loopback |
//! | a whole weekend of events | a [`World`]: no socket, no waiting |
//! | how it copes with a bad network | [`Trouble`] |
//! | the program itself, by hand | `acsp sim` in another terminal |
//!
//! All but the first need the feature `sim`: `cargo add --dev acudpclient --features sim`.
//!
//! # Rules, without a socket
//!
//! Separate your plugin's decisions from its sending: write a function or a handler that takes events and returns or
//! collects [`Command`](crate::protocol::Command)s. Then a test needs only events:
//!
//! ```
//! use acudpclient::protocol::{CarId, LapCompleted, LapTime};
//! use acudpclient::{Event, Subscriber};
//!
//! #[derive(Default)]
//! struct LapCounter(u32);
//!
//! impl Subscriber for LapCounter {
//!     fn on_lap_completed(&mut self, _lap: &LapCompleted) {
//!         self.0 += 1;
//!     }
//! }
//!
//! let lap = LapCompleted { car_id: CarId(3), lap_time: LapTime(83_456), ..LapCompleted::default() };
//! let mut counter = LapCounter::default();
//! Event::from(lap).dispatch(&mut counter);
//! assert_eq!(counter.0, 1);
//! ```
//!
//! `examples/steward.rs` is a plugin with unit tests of its rules.
//!
//! # A scripted server
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use acudpclient::protocol::CarId;
//! use acudpclient::{AcUdpClient, Command};
//! use acudpclient::sim::SimServer;
//!
//! let server = SimServer::scripted()?;
//! let client = AcUdpClient::bind("127.0.0.1:0", server.local_addr())?;
//! server.set_plugin_addr(client.local_addr());
//!
//! client.send_chat(CarId(3), "box this lap")?;
//! let command = server.wait_command(Duration::from_secs(10));
//! assert_eq!(command, Some(Command::SendChat { car_id: CarId(3), message: "box this lap".into() }));
//! # Ok(())
//! # }
//! ```
//!
//! Its slots are empty until your test sends a NEW_CONNECTION and a CLIENT_LOADED; before that, a kick is answered by
//! ACSP_ERROR, as by a server. `Event::from` takes every packet that has a struct of its own; those that share one,
//! such as NEW_CONNECTION and CONNECTION_CLOSED, are written as `Event::NewConnection(…)`.
//!
//! [`SimServer::send`] sends an event, [`SimServer::send_bytes`] any bytes. Send `[57, 1]`, half a chat packet: your loop
//! should go on. All addresses here have port 0, so the system chooses the ports and tests can run in parallel.
//!
//! # A race over UDP
//!
//! `SimServer::builder().cars(24).seed(7).speed(10.0).start()` plays a practice, a qualifying and a race on loopback, with
//! 1 to 100 cars, in real time or faster. It behaves as acServer, AssettoServer or ACSM v2
//! ([`ServerKind`](crate::sim::ServerKind) names the source of each behaviour), over a good network or a bad one.
//!
//! # A weekend without waiting
//!
//! A [`World`] is the same simulation without a socket: an iterator over all events of the weekend. At its end it has the
//! server's own results, to compare with yours. The same seed gives the same weekend. Here the network repeats and delays
//! packets, and the tracker's result is still correct:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::time::Duration;
//!
//! use acudpclient::RaceTracker;
//! use acudpclient::sim::{Session, SimServer, Trouble};
//!
//! let trouble = Trouble::new(1).repetition(0.05).delay(Duration::from_millis(50));
//! let sim = SimServer::builder().cars(8).seed(7).sessions([Session::race(3)]).trouble(trouble);
//! let mut world = sim.world()?;
//! let mut tracker = RaceTracker::new();
//! for (time, event) in &mut world {
//!     tracker.advance_to(time);
//!     tracker.apply(&event);
//! }
//! let (theirs, ours) = (&world.results()[0], tracker.last_result().ok_or("no result")?);
//! assert_eq!(theirs.standings[0].car_id, ours.standings[0].car_id, "the winner");
//! # Ok(())
//! # }
//! ```
//!
//! # By hand
//!
//! In two terminals, with your plugin instead of the second command:
//!
//! ```sh
//! acsp sim --speed 10 --cars 8
//! cargo run --example subscriber -- 127.0.0.1:12000 127.0.0.1:11000
//! ```
//!
//! `acsp sim` prints the commands that it receives. `acsp play` sends a recording to your plugin, see
//! [`recordings`](super::recordings).
//!
//! [`Event::dispatch`]: crate::protocol::Event::dispatch

#[cfg(doc)]
use crate::sim::{SimServer, Trouble, World};
