//! Server to plugin: [`Event`] and its structs.

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

/// Implements the conversion from a packet to [`Event`], unless two events share the packet's type.
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

/// Defines [`Event`] and what differs from event to event.
macro_rules! define_event {
    ($(
        $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident($packet:ident) $($shared:ident)?,
        $(#[$handler_doc:meta])* fn $handler:ident($parameter:ident);
    )*) => {
        /// A packet from the server to the plugin.
        ///
        /// `Display` gives one readable line in which texts are quoted and their control characters
        /// escaped, so it can be printed on a terminal and written to a log.
        ///
        /// On 64-bit machines it has 152 bytes, those of its largest packet, [`SessionInfo`] with
        /// its five texts. A box would make it smaller at the price of an allocation per packet;
        /// pass it by reference where telemetry is many.
        #[non_exhaustive]
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(
            feature = "serde",
            derive(Serialize, Deserialize),
            serde(tag = "type", rename_all = "snake_case")
        )]
        pub enum Event {
            $($(#[$doc])* $variant($packet),)*
            /// A packet that the protocol does not define: of a mod, of a newer server, or a
            /// CLIENT_EVENT of an unknown type. Nothing of it is lost.
            Unknown(UnknownPacket),
        }

        impl Event {
            /// Reads one packet, with the reader before its fields. All decoding goes through here.
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
                    $(Self::$variant(packet) => packet.write(w),)*
                    Self::Unknown(packet) => packet.write_unless(Self::is_defined(packet), w),
                }
            }

            /// Whether this packet's bytes would be read as one that the protocol defines.
            fn is_defined(packet: &UnknownPacket) -> bool {
                match packet.packet_id {
                    $(id::$NAME => $packet::is_defined(&packet.payload),)*
                    _ => false,
                }
            }

            /// The packet's first byte, one of [`id`]'s, or [`UnknownPacket::packet_id`].
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
    /// Decodes one whole datagram, in any dialect. Bytes after a complete packet are ignored.
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

    /// Decodes a datagram into the caller's place. Moving an event costs the client more than decoding a
    /// CAR_UPDATE (`cargo bench --bench instructions`, `next_event`).
    #[inline(always)]
    pub(crate) fn decode_into(datagram: &[u8], place: &mut Option<Self>) -> Result<(), DecodeError> {
        match CarUpdate::read_whole(datagram) {
            Some(update) => *place = Some(Self::CarUpdate(update)),
            None => *place = Some(Self::decode(datagram)?),
        }
        Ok(())
    }

    /// Decodes the first of several packets that stand one after the other, as in some
    /// recordings, and says how many bytes it takes.
    ///
    /// Without the datagrams' lengths neither the dialects can be told apart nor can an unknown
    /// packet's end be found. So every packet is read in the original server's layout, and an
    /// [`Event::Unknown`] takes all that follows. Never use this on datagrams.
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
    /// [`EncodeError`] if the wire has no form for one of the values.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut datagram = Vec::new();
        self.encode_into(&mut datagram)?;
        Ok(datagram)
    }

    /// Appends the encoded packet to a buffer, whose earlier contents stay.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire has no form for one of the values. The buffer is then as it was.
    pub fn encode_into(&self, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
        wire::append(buffer, self.packet_id(), self.name(), |w| self.write(w))
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
