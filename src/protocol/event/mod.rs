//! Server to plugin: [`Event`] and its structs.
//!
//! # Dialects
//!
//! `n` is the count of a packet's variable part, and the decoder looks at the number of bytes behind that count.
//! With `n` = 0 two layouts may have the same bytes; then it is the original's.
//!
//! | packet | bytes behind the count | [`Dialect`](crate::protocol::Dialect) | test |
//! | --- | --- | --- | --- |
//! | LAP_COMPLETED, `n` entries | 8`n` + 4 or more | `Original` | `tests/golden/codec.rs::bytes_decode_to_the_value`, `tests/golden/codec.rs::bytes_after_a_complete_packet_are_ignored` |
//! | | 8`n`, but `n` is not 4 | `AcsmPrerelease` | `tests/golden/sweeps.rs::a_shorter_lap_is_another_dialects` |
//! | | 7`n` + 4, but `n` is not 4 | `Before17` | `tests/golden/sweeps.rs::a_shorter_lap_is_another_dialects` |
//! | | 32, and `n` is 4: both match | `AcsmPrerelease` if each eighth byte is 0 or 1, else `Before17` | `tests/golden/codec.rs::four_cars_are_as_long_before_17_as_with_acsm_prereleases` |
//! | | any other | `Original`, truncated | `tests/golden/codec.rs::a_truncated_packet_is_refused_with_what_and_where` |
//! | SESSION_INFO, NEW_SESSION, `n` of `weather_graphics` | 4`n` + 4 | `AssettoServer` | `tests/golden/codec.rs::bytes_decode_to_the_value` |
//! | | any other | `Original` | `tests/golden/codec.rs::bytes_decode_to_the_value` |
//! | END_SESSION, `n` of `filename` | `n` | `AssettoServer` | `tests/golden/codec.rs::bytes_decode_to_the_value` |
//! | | any other | `Original` | `tests/golden/codec.rs::bytes_decode_to_the_value` |
//! | any of these by `decode_prefix` | any | `Original` | `tests/golden/codec.rs::concatenated_packets_are_found_one_by_one` |

mod acsm;
mod car;
mod connection;
mod lap;
mod message;
mod session;

use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::error::{DecodeError, EncodeError};
use super::id;
use super::table::events;
use super::wire::{self, Extent, Packet, Reader, UNKNOWN, Writer, read_fields};

pub use acsm::*;
pub use car::*;
pub use connection::*;
pub use lap::*;
pub use message::*;
pub use session::*;

/// Implements `From<packet>` for [`Event`], unless two events share the packet's type.
macro_rules! from_packet {
    ($packet:ident $variant:ident shared) => {};
    ($packet:ident $variant:ident) => {
        impl From<$packet> for Event {
            fn from(packet: $packet) -> Self {
                Self::$variant(packet)
            }
        }
    };
}

/// Defines [`Event`] and everything that differs between events.
macro_rules! define_event {
    ($(
        $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident($packet:ident) $($shared:ident)?,
        $(#[$handler_doc:meta])* fn $handler:ident($parameter:ident);
    )*) => {
        /// A packet from the server to the plugin.
        ///
        /// `Display` gives one readable line. It quotes texts and escapes their control characters, so it is safe
        /// on a terminal and in a log.
        ///
        /// On 64-bit machines an event has 152 bytes, because its largest packet, [`SessionInfo`], holds five
        /// texts. A box would cost an allocation per packet. Pass events by reference in code that handles much
        /// telemetry.
        #[non_exhaustive]
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(
            feature = "serde",
            derive(Serialize, Deserialize),
            serde(tag = "type", rename_all = "snake_case")
        )]
        pub enum Event {
            $($(#[$doc])* $variant($packet),)*
            /// A packet that the protocol does not define: from a mod, from a newer server, or a
            /// CLIENT_EVENT of an unknown type. It keeps all bytes.
            Unknown(UnknownPacket),
        }

        impl Event {
            /// Reads one packet. The reader stands before its fields. All decoding goes through here.
            #[inline(always)]
            fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                match r.packet_id() {
                    $(id::$NAME if $packet::is_defined(r.rest()) => {
                        read_fields!(r, $packet, $packet::read(r).map(Self::$variant))
                    })*
                    _ => read_fields!(r, UnknownPacket, UnknownPacket::read(r).map(Self::Unknown)),
                }
            }

            fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
                match self {
                    $(Self::$variant(packet) => {
                        w.u8(id::$NAME);
                        packet.write(w)
                    })*
                    Self::Unknown(packet) => packet.write_unless(Self::is_defined(packet), w),
                }
            }

            /// True if this packet's bytes would be read as a defined packet.
            fn is_defined(packet: &UnknownPacket) -> bool {
                match packet.packet_id {
                    $(id::$NAME => $packet::is_defined(&packet.payload),)*
                    _ => false,
                }
            }

            /// The packet's first byte: a constant of [`id`], or [`UnknownPacket::packet_id`].
            #[must_use]
            pub fn packet_id(&self) -> u8 {
                match self {
                    $(Self::$variant(_) => id::$NAME,)*
                    Self::Unknown(packet) => packet.packet_id,
                }
            }
        }

        /// `ACSP_CHAT car 3: "gg"`
        impl fmt::Display for Event {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())?;
                f.write_str(" ")?;
                match self {
                    $(Self::$variant(packet) => packet.fmt(f),)*
                    Self::Unknown(packet) => packet.fmt(f),
                }
            }
        }

        $(from_packet!($packet $variant $($shared)?);)*
    };
}
events!(define_event);
from_packet!(UnknownPacket Unknown);

impl Event {
    /// Decodes one whole datagram, in any dialect. Ignores bytes after a complete packet.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the packet ends too early.
    pub fn decode(datagram: &[u8]) -> Result<Self, DecodeError> {
        match CarUpdate::read_whole(datagram) {
            Some(update) => Ok(Self::CarUpdate(update)),
            None => Self::read(&mut Reader::new(datagram, Extent::Whole)?),
        }
    }

    /// Decodes the first of several concatenated packets, which some recordings contain. Returns it with its
    /// length in bytes.
    ///
    /// The datagrams' lengths are lost here. Without them nobody can detect a dialect or the end of an unknown
    /// packet. So this reads every packet in acServer's layout, and an [`Event::Unknown`] takes all
    /// remaining bytes. Never use this on datagrams.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the packet ends too early; [`DecodeError::Empty`] at the end of the input.
    pub fn decode_prefix(bytes: &[u8]) -> Result<(Self, usize), DecodeError> {
        let mut r = Reader::new(bytes, Extent::Prefix)?;
        let event = Self::read(&mut r)?;
        Ok((event, r.offset()))
    }

    /// Encodes the packet as one datagram.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire cannot carry one of the values.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut datagram = Vec::new();
        self.encode_into(&mut datagram)?;
        Ok(datagram)
    }

    /// Appends the encoded packet to a buffer.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire cannot carry one of the values. The buffer is then unchanged.
    pub fn encode_into(&self, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
        wire::append(buffer, |w| self.write(w))
    }

    /// The protocol's name of the packet, such as `ACSP_LAP_COMPLETED`; `UNKNOWN` for
    /// [`Event::Unknown`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unknown(_) => UNKNOWN,
            event => id::name(event.packet_id()).unwrap_or(UNKNOWN),
        }
    }
}
