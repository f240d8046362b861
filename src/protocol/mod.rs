//! The ACSP codec: bytes to typed packets and back. It uses no socket, no clock and no log.
//!
//! Its guarantees:
//!
//! - **No input panics.** Every input gives a value or a [`DecodeError`] that names the packet,
//!   the field and the offset. A panic on input is a bug of this crate, never bad input.
//! - **Memory is bounded by the input.** It never allocates for bytes that did not arrive, whatever a count on
//!   the wire says.
//! - **Unknown packets are kept.** Unknown ids and unknown CLIENT_EVENT types become
//!   [`Event::Unknown`] with all their bytes, and encode back to the same bytes.
//! - **Callers never choose a dialect.** The decoder detects it by the datagram's length ([`Dialect`]).
//! - **Nothing is truncated.** Encoding returns an [`EncodeError`] for what the wire cannot carry.
//! - **Every decoded value encodes**, and decodes again to the same value.
//!
//! # Packets
//!
//! [`id`] has the ids as constants. With any other id an event is [`Event::Unknown`] and a command is
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
//! The wire has two kinds of text. Each field's documentation states its limit:
//!
//! - up to 255 **characters** in UTF-32. Invalid characters are read as U+FFFD.
//! - up to 255 **bytes** of 8-bit text, whose encoding the protocol does not define. It is read as UTF-8 if it
//!   is valid, else as windows-1252, which older tools wrote. It is written as UTF-8, or as windows-1252 if it
//!   fits into 255 bytes only that way.
//!
//! Players choose many of the texts. `Display` of a packet quotes them and escapes control
//! characters. If you print a text yourself, use `{:?}`.
//!
//! # Building packets
//!
//! An application's tests need events without a server. Packets are plain structs, and `Event::from` takes each
//! packet that belongs to one event only. [`SessionInfo`] and [`NewConnection`] belong to two events each: name
//! the variant.
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
