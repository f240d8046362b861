//! VERSION, CHAT, ERROR and packets that the protocol does not define.

use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::protocol::error::{DecodeError, EncodeError};
use crate::protocol::id;
use crate::protocol::types::CarId;
use crate::protocol::wire::{Packet, Reader, Writer};

/// The server has started and speaks this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Version {
    /// 4 from acServer, AssettoServer and ACSM v2; 202 from ACSM v2's prereleases of 2020. The decoder
    /// accepts every version.
    pub protocol_version: u8,
}

impl Packet for Version {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { protocol_version: r.u8("protocol_version")? })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.protocol_version);
        Ok(())
    }
}

/// `protocol 4`
impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "protocol {}", self.protocol_version)
    }
}

/// A line of the chat.
///
/// It can hold secrets: the slash commands that players type, including `/admin` with its password, and hidden
/// messages of in-game apps (`PLP: …`, seen). Do not log it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Chat {
    /// The sender's slot, or [`CarId::SERVER`] for the server.
    pub car_id: CarId,
    /// The text, at most 255 characters.
    pub message: String,
}

impl Packet for Chat {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { car_id: r.car_id("car_id")?, message: r.wide_text("message")? })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.car_id.into());
        w.wide_text(&self.message, "message")
    }
}

/// `car 3: "gg"`
impl fmt::Display for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.car_id.is_server() {
            f.write_str("server")?;
        } else {
            write!(f, "car {}", self.car_id)?;
        }
        write!(f, ": {:?}", self.message)
    }
}

/// Why the server refuses a command.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct ServerError {
    /// The reason in the server's words, at most 255 characters.
    pub message: String,
}

impl Packet for ServerError {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { message: r.wide_text("message")? })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.wide_text(&self.message, "message")
    }
}

/// `"Invalid car id"`
impl fmt::Display for ServerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.message)
    }
}

/// A packet that the protocol does not define, with all its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct UnknownPacket {
    /// The first byte.
    pub packet_id: u8,
    /// All bytes after the first.
    pub payload: Vec<u8>,
}

impl UnknownPacket {
    /// Writes the id too. Refuses if `defined`, that is, if these bytes would be read as a defined packet.
    pub(in crate::protocol) fn write_unless(
        &self,
        defined: bool,
        w: &mut Writer<'_>,
    ) -> Result<(), EncodeError> {
        match id::name(self.packet_id) {
            Some(name) if defined => Err(EncodeError::KnownId { packet_id: self.packet_id, name }),
            _ => {
                w.u8(self.packet_id);
                self.write(w)
            }
        }
    }
}

impl Packet for UnknownPacket {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { packet_id: r.packet_id(), payload: r.take_rest().to_vec() })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.bytes(&self.payload);
        Ok(())
    }
}

/// `packet 199, 3 bytes: 01 02 ff`; shows at most 32 bytes.
impl fmt::Display for UnknownPacket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 32;
        write!(f, "packet {}, {} bytes", self.packet_id, self.payload.len())?;
        for (index, byte) in self.payload.iter().take(SHOWN).enumerate() {
            write!(f, "{} {byte:02x}", if index == 0 { ":" } else { "" })?;
        }
        if self.payload.len() > SHOWN { f.write_str(" …") } else { Ok(()) }
    }
}
