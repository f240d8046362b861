use super::types::Dialect;

/// Why a packet could not be decoded.
///
/// Decoding refuses nothing but a packet that ends too early: unknown ids, unknown numbers and
/// broken text all have a value that stands for them.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There is no byte at all, so there is no packet. An empty datagram can be ignored.
    #[error("empty packet: not even the id byte is there")]
    Empty,

    /// The packet ends before a field does: it was cut on its way (a sender's or a recorder's
    /// buffer was too small), or it is not an ACSP packet. Nothing of it can be used.
    #[error("{packet} is truncated: {field} at byte {offset} needs {needed} bytes, {available} are left")]
    Truncated {
        /// The protocol's name of the packet, such as `ACSP_CHAT`.
        packet: &'static str,
        /// The field that is not whole.
        field: &'static str,
        /// Where the field's missing part begins, counted from the packet's id byte.
        offset: usize,
        /// How many bytes had to be there.
        needed: usize,
        /// How many bytes were there.
        available: usize,
    },
}

impl DecodeError {
    /// Where in the input decoding stopped, counted from the packet's id byte. It is never past
    /// the end of the input.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Truncated { offset, .. } => *offset,
        }
    }
}

/// Why a packet could not be encoded: the wire has no room or no form for one of its values.
///
/// Nothing is ever cut or rounded to fit. The buffer is left as it was.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A text or a list is longer than its one-byte count can say. Shorten it or send it in parts.
    #[error("{packet}: {field} has {length} {unit}, the protocol carries at most {limit}")]
    TooLong {
        /// The protocol's name of the packet.
        packet: &'static str,
        /// The field that is too long.
        field: &'static str,
        /// Its length, in `unit`.
        length: usize,
        /// The largest length that the wire carries, in `unit`.
        limit: usize,
        /// What is counted: `characters`, `bytes` or `entries`.
        unit: &'static str,
    },

    /// A number lies outside what the field carries.
    #[error("{packet}: {field} is {value}, the protocol carries {min} to {max}")]
    OutOfRange {
        /// The protocol's name of the packet.
        packet: &'static str,
        /// The field whose value does not fit.
        field: &'static str,
        /// The value.
        value: u128,
        /// The smallest value that can be sent.
        min: u128,
        /// The largest value that can be sent.
        max: u128,
    },

    /// The packet's [`Dialect`] has no form for this value, or needs one where there is none, or
    /// its bytes would be read as another dialect's. Change the field or the dialect.
    #[error("{packet}: this {field} does not fit the layout of {dialect}")]
    Dialect {
        /// The protocol's name of the packet.
        packet: &'static str,
        /// The field that does not fit.
        field: &'static str,
        /// The dialect that was asked for.
        dialect: Dialect,
    },

    /// An unknown packet bears the id of a known one, so that its bytes would be read as that.
    #[error("an unknown packet cannot have the id {packet_id}, which is {name}: build that packet instead")]
    KnownId {
        /// The id.
        packet_id: u8,
        /// The protocol's name of the packet that has this id.
        name: &'static str,
    },
}
