//! What a golden vector is.

use std::fmt::{Debug, Display};

use acudpclient::protocol::{Command, DecodeError, Dialect, EncodeError, Event};

/// A packet's bytes, written by hand from the protocol's description, and the value they stand for.
pub struct Vector<P> {
    /// Also the name of its files in `fixtures/`.
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub value: P,
}

/// A vector of these groups of bytes, one per field.
pub fn vector<P>(name: &'static str, fields: &[&[u8]], value: P) -> Vector<P> {
    Vector { name, bytes: fields.concat(), value }
}

/// What `Event` and `Command` have in common, so that one check serves both.
pub trait Packet: Debug + Display + PartialEq + Sized {
    fn decode(datagram: &[u8]) -> Result<Self, DecodeError>;
    fn encode(&self) -> Result<Vec<u8>, EncodeError>;
    fn encode_into(&self, buffer: &mut Vec<u8>) -> Result<(), EncodeError>;
    fn name(&self) -> &'static str;
    fn packet_id(&self) -> u8;
    /// Whether the packet's end is the datagram's end, so that no byte after it is ignored.
    fn is_unknown(&self) -> bool;
}

macro_rules! packet {
    ($type:ident) => {
        impl Packet for $type {
            fn decode(datagram: &[u8]) -> Result<Self, DecodeError> {
                Self::decode(datagram)
            }
            fn encode(&self) -> Result<Vec<u8>, EncodeError> {
                self.encode()
            }
            fn encode_into(&self, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
                self.encode_into(buffer)
            }
            fn name(&self) -> &'static str {
                self.name()
            }
            fn packet_id(&self) -> u8 {
                self.packet_id()
            }
            fn is_unknown(&self) -> bool {
                matches!(self, Self::Unknown(_))
            }
        }
    };
}

packet!(Event);
packet!(Command);

/// The dialect in whose layout an event stands on the wire.
pub fn dialect(event: &Event) -> Dialect {
    match event {
        Event::NewSession(session) | Event::SessionInfo(session) => session.dialect,
        Event::EndSession(end) => end.dialect,
        Event::LapCompleted(lap) => lap.dialect,
        _ => Dialect::Original,
    }
}

/// Whether `decode_prefix` finds this event and its end: it reads the original layout alone.
pub fn is_original(event: &Event) -> bool {
    dialect(event) == Dialect::Original && !event.is_unknown()
}
