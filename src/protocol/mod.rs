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
//! [`id`] has the ids as constants.
//!
//! | id | server to plugin | | id | plugin to server |
//! | --- | --- | --- | --- | --- |
//! | 50 | [`Event::NewSession`] | | 200 | [`Command::RealtimeposInterval`] |
//! | 51 | [`Event::NewConnection`] | | 201 | [`Command::GetCarInfo`] |
//! | 52 | [`Event::ConnectionClosed`] | | 202 | [`Command::SendChat`] |
//! | 53 | [`Event::CarUpdate`] | | 203 | [`Command::BroadcastChat`] |
//! | 54 | [`Event::CarInfo`] | | 204 | [`Command::GetSessionInfo`] |
//! | 55 | [`Event::EndSession`] | | 205 | [`Command::SetSessionInfo`] |
//! | 56 | [`Event::Version`] | | 206 | [`Command::KickUser`] |
//! | 57 | [`Event::Chat`] | | 207 | [`Command::NextSession`] |
//! | 58 | [`Event::ClientLoaded`] | | 208 | [`Command::RestartSession`] |
//! | 59 | [`Event::SessionInfo`] | | 209 | [`Command::AdminCommand`] |
//! | 60 | [`Event::Error`] | | 210 | [`Command::EnableEnhancedReporting`], ACSM v2 |
//! | 73 | [`Event::LapCompleted`] | | 211 | [`Command::RequestPing`], ACSM v2 |
//! | 130 | [`Event::ClientEvent`] | | | |
//! | 150 | [`Event::SectorCompleted`], ACSM v2 | | | |
//! | 151 | [`Event::TyreChange`], ACSM v2 | | | |
//! | 152 | [`Event::Ping`], ACSM v2 | | | |
//! | other | [`Event::Unknown`] | | other | [`Command::Unknown`] |
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
//! characters; who prints a text itself uses `{:?}` or [`str::escape_debug`].
//!
//! # Building packets
//!
//! An application's own tests want events without a server. Packet structs may get fields as
//! servers change, so they are built from their default:
//!
//! ```
//! use acudpclient::protocol::{CarId, Chat, Event};
//!
//! let mut chat = Chat::default();
//! chat.car_id = CarId(3);
//! chat.message = "gg".to_owned();
//! let event = Event::Chat(chat);
//!
//! let datagram = event.encode()?;
//! assert_eq!(datagram, b"\x39\x03\x02g\0\0\0g\0\0\0");
//! assert_eq!(Event::decode(&datagram), Ok(event));
//! # Ok::<(), acudpclient::protocol::EncodeError>(())
//! ```

mod command;
mod error;
mod event;
pub mod id;
#[cfg(feature = "serde")]
pub(crate) mod json;
mod types;
mod wire;

pub use command::{Command, SetSessionInfo};
pub use error::{DecodeError, EncodeError};
pub use event::{
    CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, ConnectionClosed, EndSession, Event, LapCompleted,
    LeaderboardEntry, NewConnection, NewSession, Ping, SectorCompleted, ServerError, SessionInfo, TyreChange,
    UnknownPacket, Version,
};
pub use types::{CarId, Dialect, Gear, LapTime, SessionType, Vec3};
