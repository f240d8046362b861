//! From an empty folder to lap times with names, first on a simulated server, then on yours.
//!
//! # 1. A server to try it on
//!
//! You don't need the game. In a clone of this crate's repository, start a simulated server and leave it running:
//!
//! ```sh
//! cargo run -p acsp -- sim --speed 10 --cars 8
//! ```
//!
//! It listens on 127.0.0.1:11000, talks to a plugin on 127.0.0.1:12000, and simulates eight cars at ten times real time.
//! A *plugin* is a program like yours.
//!
//! # 2. A project
//!
//! ```sh
//! cargo new laps
//! cd laps
//! cargo add acudpclient # until its first release: cargo add --path CLONE
//! ```
//!
//! Put the [program of the front page](crate#a-first-program) into `src/main.rs` and start it with `cargo run`. It prints
//! a line per lap, here of the simulated drivers:
//!
//! ```text
//! "Alice Almeida" 1:45.099
//! "Chloé O'Brien" 2:01.446
//! ```
//!
//! # 3. What it does
//!
//! It binds its own address and connects to the server's. Both are in the server's `server_cfg.ini`;
//! [`ports_and_firewalls`](super::ports_and_firewalls) explains them:
//!
//! ```no_run
//! # use acudpclient::{AcUdpClient, RaceTracker};
//! let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! let mut tracker = RaceTracker::new();
//! # tracker.changes();
//! # client.next_event()?;
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! A server sends each event once, when it happens. If your program starts later, it does not know who is on the track, so
//! it asks: [`request_missed`] asks for the current session at once, and then for one car after the other. The answers
//! arrive as events. Name exactly the server's slots, which are the sections `[CAR_0]`, `[CAR_1]` and so on of its
//! `entry_list.ini`. If you leave one out, its driver has no name; if you name one that does not exist, ACSM may ignore all
//! further commands (see [`servers`](super::servers)).
//!
//! ```no_run
//! # use acudpclient::AcUdpClient;
//! # let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! if let Err(error) = client.request_missed(0..8) {
//!     eprintln!("{error}");
//! }
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! Then it waits for events. [`wait_event`] returns the next one, or `None` after 10 s without any; [`explain_silence`]
//! then says what is likely wrong. A
//! [`LapCompleted`] carries the car's number, not the driver's name. [`RaceTracker`] sees every event and
//! remembers who sits where:
//!
//! ```no_run
//! # use std::time::Duration;
//! # use acudpclient::{AcUdpClient, Event, RaceTracker};
//! # let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! # let mut tracker = RaceTracker::new();
//! loop {
//!     match client.wait_event(Duration::from_secs(10)) {
//!         Ok(Some(event)) => {
//!             tracker.apply(&event);
//!             if let Event::LapCompleted(lap) = &event {
//!                 println!("{:?} {}", tracker.driver_name(lap.car_id), lap.lap_time);
//!             }
//!         }
//!         Ok(None) => client.explain_silence().iter().for_each(|silence| eprintln!("{silence}")),
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! The last arm keeps the loop alive. A missing server and an undecodable datagram are errors too, but the client stays
//! usable. [`recoverable`] returns such an error as `Ok`, to be printed. Only an error that makes the client unusable
//! ends the loop through `?`. See [`errors`](super::errors).
//!
//! It prints the name with `{:?}`, because players choose their names, and a name may contain control characters for the
//! terminal.
//!
//! # 4. Your server
//!
//! Set `UDP_PLUGIN_ADDRESS` and `UDP_PLUGIN_LOCAL_PORT` in `server_cfg.ini`, restart the server, and put the same two
//! addresses into `bind`. If nothing arrives, [`ports_and_firewalls`](super::ports_and_firewalls) helps.
//!
//! # 5. More events
//!
//! Every packet is a variant of [`Event`], listed in [`protocol`](crate::protocol#packets). Fields have the protocol's
//! names and raw values; methods convert them: `lap.lap_time.to_duration()`, `update.speed_kmh()`. To see everything that
//! a server sends, print every event (`println!("{event}")`), or run `acsp print 127.0.0.1:12000 127.0.0.1:11000`.
//!
//! Telemetry comes only after you ask for it with [`enable_realtime_report`]. If the server restarts, the client asks
//! again by itself. [`disable_realtime_report`] turns it off.
//!
//! To wait for one answer, call [`fetch_car_info`], [`fetch_session_info`] or [`fetch_ping`]. The client keeps other events
//! that arrive meanwhile for the next call.
//!
//! Next: [`who_leads`](super::who_leads) for positions and gaps, [`subscribers`](super::subscribers) for a program that
//! sends commands, [`frame_loops`](super::frame_loops) for a program with its own loop.
//!
//! [`explain_silence`]: crate::AcUdpClient::explain_silence
//! [`request_missed`]: crate::AcUdpClient::request_missed
//! [`wait_event`]: crate::AcUdpClient::wait_event
//! [`LapCompleted`]: crate::protocol::LapCompleted
//! [`RaceTracker`]: crate::RaceTracker
//! [`recoverable`]: crate::Error::recoverable
//! [`Event`]: crate::protocol::Event
//! [`enable_realtime_report`]: crate::AcUdpClient::enable_realtime_report
//! [`disable_realtime_report`]: crate::AcUdpClient::disable_realtime_report
//! [`fetch_car_info`]: crate::AcUdpClient::fetch_car_info
//! [`fetch_session_info`]: crate::AcUdpClient::fetch_session_info
//! [`fetch_ping`]: crate::AcUdpClient::fetch_ping
