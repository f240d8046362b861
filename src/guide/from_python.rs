//! Moving over from the Python module `acudpclient`.
//!
//! This crate has the same name and the same idea: one object, one event at a time, optional subscribers. This chapter
//! lists every call of the module's README with its counterpart here.
//!
//! # The calls
//!
//! | Python | here |
//! | --- | --- |
//! | `pip install acudpclient` | `cargo add acudpclient` |
//! | `ACUDPClient(port=10000, remote_port=10001, host='127.0.0.1')` and `client.listen()` | [`AcUdpClient::bind("0.0.0.0:10000", "127.0.0.1:10001")`](AcUdpClient::bind), which does both |
//! | `client.get_next_event()` | [`client.next_event()`](AcUdpClient::next_event): `Ok(None)` if nothing is waiting. A loop that does nothing else calls [`wait_event`](AcUdpClient::wait_event), which sleeps until an event comes |
//! | `client.get_next_event(call_subscribers=False)` | there is no such switch: the call always calls the subscribers, and always returns the event. A program that wants only one of both subscribes nobody, or ignores the returned event |
//! | `client.subscribe(handler)` | [`client.subscribe(handler)`](AcUdpClient::subscribe); the client owns the handler, see [`subscribers`](super::subscribers) for sharing it |
//! | `client.unsubscribe(handler)` | [`client.unsubscribe(id)`](AcUdpClient::unsubscribe), with the id that `subscribe` returned |
//! | `def on_ACSP_LAP_COMPLETED(self, event)` | `fn on_lap_completed(&mut self, lap: &LapCompleted)` of [`Subscriber`]; likewise for every `on_ACSP_…` |
//! | `client.get_session_info()` | [`client.request_session_info(None)`](AcUdpClient::request_session_info) |
//! | `client.get_session_info(session_index=1)` | `client.request_session_info(Some(1))` |
//! | `client.get_car_info(car_id=3)` | [`client.request_car_info(CarId(3))`](AcUdpClient::request_car_info); [`fetch_car_info`](AcUdpClient::fetch_car_info) waits for the answer |
//! | `client.enable_realtime_report(hz_ms=1000)` | [`client.enable_realtime_report(Duration::from_millis(1000))`](AcUdpClient::enable_realtime_report) |
//! | `client.enable_realtime_report(hz_ms=0)` | [`client.disable_realtime_report()`](AcUdpClient::disable_realtime_report) |
//! | `client.send_message(3, 'gg')` | [`client.send_chat(CarId(3), "gg")`](AcUdpClient::send_chat) |
//! | `client.broadcast_message('gg')` | [`client.broadcast_chat("gg")`](AcUdpClient::broadcast_chat) |
//! | `ValueError: Message is too large` | [`Error::Encode`](crate::Error::Encode) |
//!
//! **`get_…` is `request_…`**: Rust may suggest `set_session_info`, which changes the server. Best laps, joins and overtaking
//! come ready-made from [`RaceTracker`](crate::RaceTracker), as [`Change`](crate::tracker::Change)s.
//!
//! You can keep the module's default ports, also with the simulator: `acsp sim 127.0.0.1:10001 127.0.0.1:10000`. `port=10000` is the plugin's, `remote_port=10001` the server's:
//!
//! ```text
//!   [SERVER]
//!   UDP_PLUGIN_ADDRESS=127.0.0.1:10000
//!   UDP_PLUGIN_LOCAL_PORT=10001
//! ```
//!
//! Note the order: `bind` takes the plugin's address first. Both are addresses, not ports.
//!
//! # Events handled directly
//!
//! ```python
//! client = ACUDPClient(port=10000, remote_port=10001)
//! client.listen()
//!
//! client.get_session_info()
//!
//! while True:
//!   event = client.get_next_event(call_subscribers=False)
//!   print event
//! ```
//!
//! Here:
//!
//! ```no_run
//! use std::time::Duration;
//!
//! use acudpclient::AcUdpClient;
//!
//! let mut client = AcUdpClient::bind("0.0.0.0:10000", "127.0.0.1:10001")?;
//! if let Err(error) = client.request_session_info(None) {
//!     eprintln!("{error}");
//! }
//! loop {
//!     match client.wait_event(Duration::from_secs(1)) {
//!         Ok(Some(event)) => println!("{event}"),
//!         Ok(None) => {}
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! # Events handled by a subscriber
//!
//! The README's class with `on_ACSP_LAP_COMPLETED`, `on_ACSP_NEW_SESSION` and `on_ACSP_NEW_CONNECTION` becomes a type with
//! three methods. This is `examples/from_python.rs`, a whole program:
//!
//! ```rust,no_run
//! use std::time::Duration;
//!
//! use acudpclient::protocol::{LapCompleted, NewConnection, NewSession};
//! use acudpclient::{AcUdpClient, Error, Subscriber};
//!
//! struct EventHandler;
//!
//! impl Subscriber for EventHandler {
//!     fn on_lap_completed(&mut self, lap: &LapCompleted) {
//!         println!("{lap}");
//!     }
//!
//!     fn on_new_session(&mut self, session: &NewSession) {
//!         println!("{session}");
//!     }
//!
//!     fn on_new_connection(&mut self, connection: &NewConnection) {
//!         println!("{connection}");
//!     }
//! }
//!
//! fn main() -> Result<(), Error> {
//!     let mut client = AcUdpClient::bind("0.0.0.0:10000", "127.0.0.1:10001")?;
//!     client.subscribe(EventHandler);
//!     if let Err(error) = client.request_session_info(None) {
//!         eprintln!("{error}");
//!     }
//!     loop {
//!         // The subscriber sees the event before this returns.
//!         match client.wait_event(Duration::from_secs(1)) {
//!             Ok(_) => {}
//!             Err(error) => eprintln!("{}", error.recoverable()?),
//!         }
//!     }
//! }
//! ```
//!
//! # Names of fields
//!
//! `event.car_id` is still `lap.car_id`. These names differ:
//!
//! | Python | here |
//! | --- | --- |
//! | `pos`, `vel` | `position`, `velocity` |
//! | `cars` of LAP_COMPLETED, each with `rcar_id`, `rtime`, `rlaps` | `leaderboard`, each with `car_id`, `lap_time`, `laps`, and `has_completed` |
//! | `proto_version`, `current_sess_index` | `protocol_version`, `current_session_index` |
//! | `track_name`, `track_temp`, `weather_graph` | `track`, `road_temp`, `weather_graphics` |
//! | `other_car_id` of CLIENT_EVENT, 255 for the environment | `other_car_id: Option<CarId>`, `None` for the environment |
//! | `ev_type` | no field: `other_car_id` implies it |
//!
//! `elapsed_ms` is signed here, as on the wire: it is negative before the start of a race.
//!
//! # Capturing data for tests
//!
//! The module's README captures with tcpdump, then makes a file of payloads with tshark, tr and perl:
//!
//! ```sh
//! tcpdump -w /tmp/ac_out.pcap -s0 -i lo -n udp dst port 10000
//! tshark -r /tmp/ac_out.pcap -T fields -e data | tr -d '\n' | perl -pe 's/([0-9a-f]{2})/chr hex $1/gie' > /tmp/ac_out
//! ```
//!
//! Here the first line is enough. The program `acsp` of this repository reads the pcap file, and also your old files of
//! payloads:
//!
//! ```sh
//! acsp decode /tmp/ac_out.pcap
//! acsp decode /tmp/ac_out
//! ```
//!
//! Without `dst` in the filter, tcpdump also records the commands. In tests, `capture::Reader` reads the same files; see
//! [`recordings`](super::recordings), and [`testing`](super::testing) for tests without a recording.
//!
//! # What behaves differently
//!
//! - The module accepts datagrams from everyone. This client accepts the server's address only.
//! - The module raises exceptions. Here a call returns an error, and [`errors`](super::errors) shows a loop that goes on.
//! - The module's chat lines lose their last character: its encoder adds a byte order mark, which pushes the last
//!   character out. If you appended a blank to prevent that, remove it.
//! - A packet that the protocol does not define is [`Event::Unknown`](crate::protocol::Event::Unknown), with its bytes.
//! - An event is a typed value, not a dictionary: a `match` or a handler's parameter gives its fields, and the compiler
//!   checks their names. For dictionaries, see [`json`](super::json).

#[cfg(doc)]
use crate::{AcUdpClient, Subscriber};
