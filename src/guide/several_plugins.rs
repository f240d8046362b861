//! Several plugins on one server, with [`Relay`].
//!
//! A server talks to one plugin only. A [`Relay`] takes that place, and to each of its own plugins it looks like the server.
//!
//! ```text
//!   acServer :11000 ◀────▶ :12000 relay :11001 ◀────▶ :12001 lap statistics
//!                                 relay :11002 ◀────▶ :12002 a bot
//! ```
//!
//! # Without a program
//!
//! ```sh
//! acsp relay --template > relay.toml
//! acsp relay --check relay.toml
//! acsp relay relay.toml
//! ```
//!
//! The first command prints a file with a comment at each line. Change its addresses, and tell each plugin that the server
//! is where the relay listens for it.
//!
//! # In your program
//!
//! Your program is one of the plugins. This one is `examples/relay.rs`:
//!
//! ```rust,no_run
//! use std::time::Duration;
//!
//! use acudpclient::relay::{Permissions, Plugin, Relay};
//! use acudpclient::{AcUdpClient, Error};
//!
//! fn main() -> Result<(), Error> {
//!     let client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//!     let at = |port| ([127, 0, 0, 1], port).into();
//!     let mut relay = Relay::builder(client)
//!         // A plugin that listens on 12001, and is told that the server is on 11001.
//!         .plugin(Plugin::new("statistics", at(11_001), at(12_001)))
//!         // A plugin may ask. This one may also write in the chat.
//!         .plugin(Plugin::new("bot", at(11_002), at(12_002)).permissions(Permissions::chat()))
//!         .start()?;
//!     // This program is a plugin, too.
//!     if let Err(error) = relay.commands().request_session_info(None) {
//!         eprintln!("{error}");
//!     }
//!     loop {
//!         match relay.wait_event(Duration::from_secs(1)) {
//!             Ok(Some(event)) => println!("{event}"),
//!             Ok(None) => {}
//!             Err(error) => eprintln!("{}", error.recoverable()?),
//!         }
//!     }
//! }
//! ```
//!
//! # What to know
//!
//! - Bytes pass unchanged both ways, also those of packets that nobody knows.
//! - The server is asked for the shortest realtime interval that anyone wants, and everyone gets telemetry as often as they
//!   asked. Answers go to all who asked, everything else to all.
//! - A plugin may only ask, unless its [`Permissions`](crate::relay::Permissions) say more. What it may not send is counted
//!   and not passed on.
//! - One thread passes on, however seldom your program polls. It waits for nobody: not for a plugin that is away, nor for
//!   one on a slow link. Each datagram takes some microseconds (`cargo bench --features relay --bench relay`).
//! - [`plugins`](Relay::plugins) counts what went to and fro, was refused or dropped.
//!
//! [`relay`](crate::relay) has the exact rules: who gets what, and when.

#[cfg(doc)]
use crate::relay::Relay;
