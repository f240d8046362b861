//! The ACSP codec: bytes to typed packets and back. It knows no socket, no clock and no log.
//!
//! What it promises:
//!
//! - **No input panics.** Every input gives a value or a [`DecodeError`] that names the packet,
//!   the field and the offset. A panic on input is a bug of this crate, never bad input.
//! - **Memory is bounded by the input.** No count on the wire makes it allocate for bytes that
//!   did not arrive.
//! - **What is not known is passed on.** Unknown ids and unknown CLIENT_EVENT types become
//!   [`Event::Unknown`] with all their bytes, and encode back to them.
//! - **Callers never choose a dialect.** The datagram's length tells it ([`Dialect`]).
//! - **Nothing is cut.** Encoding refuses what the wire cannot carry, with an [`EncodeError`].
//! - **What was decoded encodes**, and decodes again to the same value.
//!
//! # Packets
//!
//! [`id`] has the ids as constants. An event of any other id is [`Event::Unknown`], a command
//! [`Command::Unknown`]. Only ACSM v2 knows 150 to 152, 210 and 211.
//!
//! | id | from the server | handler |
//! | --: | --- | --- |
#![doc = concat!(events!(event_rows))]
//!
//! | id | from the plugin |
//! | --: | --- |
#![doc = concat!(commands!(command_rows))]
//!
//! # Texts
//!
//! The wire has two kinds of text, and each field's documentation tells its limit:
//!
//! - up to 255 **characters** in UTF-32. What is no Unicode character is read as U+FFFD.
//! - up to 255 **bytes** of 8-bit text, whose encoding is not settled: it is read as UTF-8 if it is
//!   valid, else as windows-1252, which older tools wrote. It is written as UTF-8; only a text that
//!   is too long for that but not in windows-1252 is written so.
//!
//! Players choose many of the texts. `Display` of a packet quotes them and escapes control
//! characters. If you print a text yourself, use `{:?}` or [`str::escape_debug`].
//!
//! # Building packets
//!
//! Tests of an application need events without a server. Packets are plain structs, and
//! [`Event`] is made from each that belongs to one event alone; for [`SessionInfo`] and
//! [`NewConnection`], which two events carry, name the variant.
//!
//! ```
//! use acudpclient::protocol::{CarId, Chat, NewConnection};
//! use acudpclient::Event;
//!
//! let event = Event::from(Chat { car_id: CarId(3), message: "gg".into() });
//! let datagram = event.encode()?;
//! assert_eq!(datagram, b"\x39\x03\x02g\0\0\0g\0\0\0");
//! assert_eq!(Event::decode(&datagram), Ok(event));
//!
//! let driver = NewConnection { driver_name: "Alice".into(), ..NewConnection::default() };
//! let joins = Event::NewConnection(driver.clone());
//! let leaves = Event::ConnectionClosed(driver);
//! assert_ne!(joins, leaves);
//! # Ok::<(), acudpclient::protocol::EncodeError>(())
//! ```

mod command;
mod error;
mod event;
pub mod id;
#[cfg(feature = "serde")]
pub(crate) mod json;
pub(crate) mod peek;
mod table;
mod types;
mod wire;

pub use command::{Command, SetSessionInfo};
pub use error::{DecodeError, EncodeError};
pub use event::*;
pub(crate) use table::events;
use table::{command_rows, commands, event_rows};
pub use types::{CarId, Dialect, Gear, LapTime, SessionType, Vec3};
