use super::types::Dialect;

/// Why a packet could not be decoded.
///
/// Decoding fails only if a packet ends too early. Unknown ids, unknown numbers and invalid text all have
/// values.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// There is not a single byte. Ignore an empty datagram.
    #[error("empty packet: the id byte is missing")]
    Empty,

    /// The packet ends inside a field: it was cut on its way (the buffer of a sender or a recorder was too
    /// small), or it is not an ACSP packet. Discard it.
    #[error("{packet} is truncated: {field} at byte {offset} needs {needed} bytes, {available} are left")]
    Truncated {
        /// The protocol's name of the packet, such as `ACSP_CHAT`.
        packet: &'static str,
        /// The incomplete field.
        field: &'static str,
        /// The offset at which decoding stopped, counted from the packet's id byte.
        offset: usize,
        /// How many bytes the field needs from there.
        needed: usize,
        /// How many bytes are left.
        available: usize,
    },
}

impl DecodeError {
    /// The offset at which decoding stopped, counted from the packet's id byte. Never past the end of the input.
    #[must_use]
    pub fn offset(&self) -> usize {
        match self {
            Self::Empty => 0,
            Self::Truncated { offset, .. } => *offset,
        }
    }
}

/// Why a packet could not be encoded: the wire cannot carry one of its values.
///
/// Encoding never truncates or rounds a value to fit. The buffer is unchanged.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// A text or a list is too long for its one-byte count. Shorten it or send it in parts.
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

    /// A number is outside the field's range.
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

    /// The packet's [`Dialect`] cannot carry this value, or lacks a value that it needs, or its bytes would be
    /// read as another dialect's. Change the field or the dialect.
    #[error("{packet}: this {field} does not fit the layout of {dialect}")]
    Dialect {
        /// The protocol's name of the packet.
        packet: &'static str,
        /// The field that does not fit.
        field: &'static str,
        /// The packet's dialect.
        dialect: Dialect,
    },

    /// An unknown packet has the id of a known one: its bytes would be read as that packet.
    #[error("an unknown packet cannot have the id {packet_id}, which is {name}: build that packet instead")]
    KnownId {
        /// The id.
        packet_id: u8,
        /// The protocol's name of the packet that has this id.
        name: &'static str,
    },
}
