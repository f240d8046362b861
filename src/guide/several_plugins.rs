//! Several plugins on one server, with [`Relay`].
//!
//! A server talks to one plugin only. A [`Relay`] is that plugin, and it looks like the server to its own plugins.
//!
//! ```text
//!   acServer :11000 ◀────▶ :12000 relay :11001 ◀────▶ :12001 lap statistics
//!                                 relay :11002 ◀────▶ :12002 a bot
//! ```
//!
//! # Without programming
//!
//! ```sh
//! acsp relay --template > relay.toml
//! acsp relay --check relay.toml
//! acsp relay relay.toml
//! ```
//!
//! The first command prints a commented file. Change its addresses. In each plugin, set the server's address to the one
//! where the relay listens for it.
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
//!         // A plugin that listens on 12001 and sends its commands to 11001.
//!         .plugin(Plugin::new("statistics", at(11_001), at(12_001)))
//!         // A plugin may ask. This one may also write in the chat.
//!         .plugin(Plugin::new("bot", at(11_002), at(12_002)).permissions(Permissions::chat()))
//!         .start()?;
//!     // This program is a plugin too.
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
//! - Bytes pass unchanged in both directions, even those of unknown packets.
//! - The relay asks the server for the shortest realtime interval that anyone wants; each plugin gets telemetry at its own
//!   interval. Answers go to all who asked, everything else to all.
//! - A plugin may only ask, unless its [`Permissions`](crate::relay::Permissions) allow more. The relay counts and drops
//!   commands that a plugin may not send.
//! - One thread passes everything on, even if your program polls rarely. It waits for nobody, neither for a plugin that is
//!   away nor for one on a slow link. Each datagram takes some microseconds
//!   (`cargo bench --features relay --bench relay`).
//! - [`plugins`](Relay::plugins) returns each plugin's counters: passed on, refused, dropped.
//!
//! [`relay`](crate::relay) has the exact rules: who gets what, and when.

#[cfg(doc)]
use crate::relay::Relay;
