//! A simulated acServer: for demos, and for the tests of programs that use this crate.
//!
//! [`SimServer`] runs on loopback and speaks the protocol; a plugin cannot tell it from a server
//! with drivers on it. [`World`] is the same without socket and clock, and runs a whole weekend
//! in milliseconds.
//!
//! It is a feature, not a crate of its own: it adds no dependency, costs nothing when it is off, and cannot
//! fall behind the codec that it speaks with.
//!
//! [The guide](crate::guide::testing) says which of them suits which test.
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
//! The server starts (VERSION, NEW_SESSION, a second identical NEW_SESSION 1.2 s later), drivers
//! connect and load, and drive laps of a closed track of some kilometres: each at a speed of their
//! own, with faster and slower sectors, with cuts, contacts, retirements and chat. They leave, come
//! back, also in another slot or without CONNECTION_CLOSED, and others take their slots. When
//! the time is up, or the winner has finished, the others finish their laps, or run out of time.
//! Then follow END_SESSION (if someone completed a lap) and the next NEW_SESSION. When a session
//! was cut short, a lap of it can come after the next one's NEW_SESSION; it counts in neither.
//!
//! That is the original server. [`ServerKind`] says what AssettoServer and ACSM v2 do otherwise, and
//! which public source each behaviour rests on. [`Trouble`] is what a network does to all that.
//!
//! # Commands
//!
//! What the original server makes of them; the last column is what it answers with ACSP_ERROR.
//! AssettoServer has two such errors and ACSM v2 none, see [`ServerKind`].
//!
//! | command | effect | ACSP_ERROR |
//! | --- | --- | --- |
//! | REALTIMEPOS_INTERVAL | CAR_UPDATE of every loaded car at this interval of simulated time; 0 is off | |
//! | GET_CAR_INFO | CAR_INFO; of an empty slot the last driver; connected only once loaded | no such slot |
//! | SEND_CHAT | goes to [`SimServer::chat_log`] | no such slot, or nobody in it (which a scripted server does not mind) |
//! | BROADCAST_CHAT | goes to [`SimServer::chat_log`] | |
//! | GET_SESSION_INFO | SESSION_INFO | no such session |
//! | SET_SESSION_INFO | changes any session, also index 0; `time` is seconds, rounded up to minutes, `wait_time` is seconds. It is shown at once and holds from the session's next start on | no such session, not practice, qualify or race, no length, too large |
//! | KICK_USER | CONNECTION_CLOSED | no such slot, or nobody in it |
//! | NEXT_SESSION | ends the session; after the last one comes the first, unless the server [stops](SimBuilder::stops_after_last) | |
//! | RESTART_SESSION | ends the session and starts it anew | |
//! | ADMIN_COMMAND | goes to [`SimServer::admin_log`]; `/next_session`, `/ksns`, `/restart_session`, `/ksrs`, `/kick NAME`, `/kick_id N`, `/ban_id N` do what they say, `/ballast N KG` and `/restrictor N PERCENT` slow a car down from its next lap on | |
//! | ENABLE_ENHANCED_REPORTING, REQUEST_PING | those of ACSM v2 | always |
//! | unknown, or not decodable | | always |
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
