//! A simulated acServer, for demos and for the tests of programs that use this crate.
//!
//! [`SimServer`] runs on loopback and speaks the protocol; to a plugin it looks like a server with drivers on it.
//! [`World`] is the same simulation without socket and clock: it runs a whole weekend in milliseconds.
//!
//! It is a feature, not a separate crate: it adds no dependency, costs nothing when it is off, and always matches
//! the crate's codec.
//!
//! [The guide](crate::guide::testing) says which of the two suits which test.
//!
//! # Testing your own handler
//!
//! ```
//! use std::time::Duration;
//!
//! use acudpclient::protocol::{CarId, Chat};
//! use acudpclient::sim::SimServer;
//! use acudpclient::{AcUdpClient, Command, CommandSender, Event, Subscriber};
//!
//! struct Ping(CommandSender);
//!
//! impl Subscriber for Ping {
//!     fn on_chat(&mut self, chat: &Chat) {
//!         if chat.message == "!ping" {
//!             let _ = self.0.send_chat(chat.car_id, "pong");
//!         }
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let server = SimServer::scripted()?;
//! let mut client = AcUdpClient::bind("127.0.0.1:0", server.local_addr())?;
//! server.set_plugin_addr(client.local_addr());
//! client.subscribe(Ping(client.commands()));
//!
//! let chat = Chat { car_id: CarId(3), message: "!ping".to_owned() };
//! server.send(&Event::Chat(chat))?;
//!
//! let patience = Duration::from_secs(10);
//! client.wait_event(patience)?;
//! let answer = Command::SendChat { car_id: CarId(3), message: "pong".to_owned() };
//! assert_eq!(server.wait_command(patience), Some(answer));
//! # Ok(())
//! # }
//! ```
//!
//! # A weekend without waiting
//!
//! ```
//! use acudpclient::Event;
//! use acudpclient::sim::{Session, SimServer};
//!
//! let mut world = SimServer::builder().cars(5).seed(7).sessions([Session::race(3)]).world()?;
//! let mut laps = 0;
//! for (_time, event) in &mut world {
//!     if let Event::LapCompleted(_) = event {
//!         laps += 1;
//!     }
//! }
//! assert!(laps > 0);
//! assert_eq!(world.results().len(), 1);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What happens
//!
//! The server starts: VERSION, NEW_SESSION, and an identical NEW_SESSION 1.2 s later. Drivers connect, load, and
//! drive laps of a closed track of some kilometres. Each has a different pace, with faster and slower sectors, cuts,
//! contacts, retirements and chat. Drivers leave and come back, sometimes in another slot or without
//! CONNECTION_CLOSED, and others take their slots. When the time is up or the winner has finished, the others finish
//! their laps or run out of time. Then come END_SESSION (if someone completed a lap) and the next NEW_SESSION. If a
//! command ends a session early, one of its laps can come after the next NEW_SESSION; it counts in neither session.
//!
//! That is acServer. [`ServerKind`] says how AssettoServer and ACSM v2 differ, with the public source of
//! each behaviour. [`Trouble`] adds the faults of a network.
//!
//! # Commands
//!
//! acServer's reaction; it answers the last column's cases with ACSP_ERROR. AssettoServer has only two such
//! errors and ACSM v2 none, see [`ServerKind`].
//!
//! | command | effect | ACSP_ERROR |
//! | --- | --- | --- |
//! | REALTIMEPOS_INTERVAL | CAR_UPDATE of every loaded car at this interval of simulated time; 0 is off | |
//! | GET_CAR_INFO | CAR_INFO; for an empty slot the last driver; connected only once loaded | no such slot |
//! | SEND_CHAT | goes to [`SimServer::chat_log`] | no such slot, or nobody in it (a scripted server accepts that) |
//! | BROADCAST_CHAT | goes to [`SimServer::chat_log`] | |
//! | GET_SESSION_INFO | SESSION_INFO | no such session |
//! | SET_SESSION_INFO | changes any session, including index 0; `time` is seconds, rounded up to minutes; `wait_time` is seconds. SESSION_INFO shows the change at once; it takes effect at the session's next start | no such session, not practice, qualify or race, no length, too large |
//! | KICK_USER | CONNECTION_CLOSED | no such slot, or nobody in it |
//! | NEXT_SESSION | ends the session; the first session follows the last one, unless the server [stops](SimBuilder::stops_after_last) | |
//! | RESTART_SESSION | ends the session and starts it again | |
//! | ADMIN_COMMAND | goes to [`SimServer::admin_log`]; `/next_session`, `/ksns`, `/restart_session`, `/ksrs`, `/kick NAME`, `/kick_id N`, `/ban_id N` work; `/ballast N KG` and `/restrictor N PERCENT` slow a car down from its next lap on | |
//! | ENABLE_ENHANCED_REPORTING, REQUEST_PING | only ACSM v2 has them | always |
//! | unknown or undecodable | | always |
//!
//! Datagrams from any other address than the plugin's are ignored and counted.

mod builder;
mod kind;
mod results;
mod rng;
mod server;
mod track;
mod trouble;
mod world;

pub use builder::{Session, SimBuilder};
pub use kind::ServerKind;
pub use results::{FinishedCar, FinishedSession};
pub use server::{ChatLine, SimServer, SimStats};
pub use trouble::Trouble;
pub use world::World;
