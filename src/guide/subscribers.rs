//! Handling events with a trait, and sending commands.
//!
//! A [`Subscriber`] has one method per event, `on_lap_completed`, `on_chat` and so on, and `on_event` for all events.
//! Implement the methods you need; the others do nothing. After [`subscribe`], every call that receives ([`next_event`],
//! [`wait_event`], [`drain`]) calls the handlers first and then returns the event, so a program can use both. Handlers run
//! on the thread that polls; the client receives nothing while they run.
//!
//! # A handler that sends commands
//!
//! A handler cannot own the client, because the client owns the handler. It keeps a [`CommandSender`] instead, which sends
//! through the client's own socket, never blocks, and works on any thread.
//!
//! This bot greets drivers and answers `!ping`. It is `examples/bot.rs`, and runs against a simulated server with
//! `cargo run --features sim --example bot`:
//!
//! ```rust,no_run
//! use std::collections::HashMap;
//! use std::time::Duration;
//!
//! use acudpclient::protocol::{CarId, CarInfo, Chat, ClientLoaded, NewConnection};
//! use acudpclient::{AcUdpClient, CommandSender, Error, Subscriber};
//!
//! struct Bot {
//!     /// Sends from the client's own socket, without a reference to the client.
//!     commands: CommandSender,
//!     names: HashMap<CarId, String>,
//! }
//!
//! impl Bot {
//!     fn say(&self, car_id: CarId, message: &str) {
//!         match self.commands.send_chat(car_id, message) {
//!             Ok(()) => println!("to car {car_id}: {message:?}"),
//!             Err(error) => eprintln!("{error}"),
//!         }
//!     }
//!
//!     fn greet(&self, car_id: CarId, name: &str) {
//!         // Chat carries 255 characters, and a name alone may have that many.
//!         let name: String = name.chars().take(30).collect();
//!         self.say(car_id, &format!("Welcome, {name}!"));
//!     }
//! }
//!
//! impl Subscriber for Bot {
//!     fn on_new_connection(&mut self, connection: &NewConnection) {
//!         self.names.insert(connection.car_id, connection.driver_name.clone());
//!     }
//!
//!     fn on_connection_closed(&mut self, connection: &NewConnection) {
//!         self.names.remove(&connection.car_id);
//!     }
//!
//!     fn on_client_loaded(&mut self, loaded: &ClientLoaded) {
//!         match self.names.get(&loaded.car_id) {
//!             Some(name) => self.greet(loaded.car_id, name),
//!             // The driver connected before the bot started: ask for the name, and greet on the answer.
//!             None => {
//!                 if let Err(error) = self.commands.request_car_info(loaded.car_id) {
//!                     eprintln!("{error}");
//!                 }
//!             }
//!         }
//!     }
//!
//!     fn on_car_info(&mut self, info: &CarInfo) {
//!         let is_known = self.names.insert(info.car_id, info.driver_name.clone()).is_some();
//!         if info.is_connected && !is_known {
//!             self.greet(info.car_id, &info.driver_name);
//!         }
//!     }
//!
//!     fn on_chat(&mut self, chat: &Chat) {
//!         if chat.message.trim().eq_ignore_ascii_case("!ping") && !chat.car_id.is_server() {
//!             self.say(chat.car_id, "pong");
//!         }
//!     }
//! }
//!
//! fn main() -> Result<(), Error> {
//!     let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//!     client.subscribe(Bot { commands: client.commands(), names: HashMap::new() });
//!     // With a request, the system reports a missing server.
//!     if let Err(error) = client.request_session_info(None) {
//!         eprintln!("{error}");
//!     }
//!     loop {
//!         // The bot sees the event before this returns.
//!         match client.wait_event(Duration::from_secs(1)) {
//!             Ok(_) => {}
//!             Err(error) => eprintln!("{}", error.recoverable()?),
//!         }
//!     }
//! }
//! ```
//!
//! Three things in it are worth copying:
//!
//! - It prints a command's error and goes on. The next command may work.
//! - It shortens the name. Chat carries 255 characters; a longer text is refused
//!   ([`Error::Encode`](crate::Error::Encode)), not shortened.
//! - It gives nobody rights by name. Anybody can take any name: if some drivers may give your bot orders, identify them by
//!   [`driver_guid`](crate::protocol::NewConnection::driver_guid).
//!
//! # Reading what a handler collected
//!
//! Subscribe an `Arc<Mutex<…>>` and keep a clone:
//!
//! ```
//! # use acudpclient::AcUdpClient;
//! use std::sync::{Arc, Mutex};
//!
//! use acudpclient::protocol::LapCompleted;
//! use acudpclient::Subscriber;
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
//! # let mut client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
//! let counter = Arc::new(Mutex::new(LapCounter::default()));
//! client.subscribe(counter.clone());
//! // … poll …
//! assert_eq!(counter.lock().unwrap().0, 0);
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! # All commands
//!
//! [`AcUdpClient`] and [`CommandSender`] have the same methods:
//!
//! | method | what it does |
//! | --- | --- |
//! | [`enable_realtime_report`](CommandSender::enable_realtime_report), [`disable_realtime_report`](CommandSender::disable_realtime_report) | turns CAR_UPDATEs on and off; after the server's restart the client asks again |
//! | [`request_car_info`](CommandSender::request_car_info), [`request_session_info`](CommandSender::request_session_info) | asks; the answer is an event |
//! | [`send_chat`](CommandSender::send_chat), [`broadcast_chat`](CommandSender::broadcast_chat) | writes to one driver, to all |
//! | [`kick_user`](CommandSender::kick_user) | kicks a driver; if a server ignores it, try `admin_command("/kick_id 3")` |
//! | [`set_session_info`](CommandSender::set_session_info) | changes a session; servers use different units, see [`servers`](super::servers) |
//! | [`next_session`](CommandSender::next_session), [`restart_session`](CommandSender::restart_session) | ends the session |
//! | [`admin_command`](CommandSender::admin_command) | runs an admin's chat command, such as `/ballast 3 20`; its answer does not come back |
//! | [`enable_enhanced_reporting`](CommandSender::enable_enhanced_reporting) | ACSM v2: sectors and tyre changes |
//! | [`ping`](CommandSender::ping) | ACSM v2: answers with the server's time |
//! | [`send`](CommandSender::send) | sends any [`Command`](crate::protocol::Command), even an undefined one |
//!
//! `disable_realtime_report` asks for the slowest interval and drops the CAR_UPDATEs that still come, because the
//! protocol's 0 makes some servers flood, go silent or crash.
//!
//! Only the client has the calls that receive answers: [`request_missed`], [`fetch_car_info`], [`fetch_session_info`] and
//! [`fetch_ping`].
//!
//! To test a handler without a server, see [`testing`](super::testing).
//!
//! [`subscribe`]: AcUdpClient::subscribe
//! [`next_event`]: AcUdpClient::next_event
//! [`wait_event`]: AcUdpClient::wait_event
//! [`drain`]: AcUdpClient::drain
//! [`request_missed`]: AcUdpClient::request_missed
//! [`fetch_car_info`]: AcUdpClient::fetch_car_info
//! [`fetch_session_info`]: AcUdpClient::fetch_session_info
//! [`fetch_ping`]: AcUdpClient::fetch_ping

#[cfg(doc)]
use crate::{AcUdpClient, CommandSender, Subscriber};
