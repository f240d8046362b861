//! The format [`Payloads`](super::Format::Payloads): concatenated packets.

use std::io::Read;

use crate::protocol::{DecodeError, Event};

use super::error::Error;
use super::source::Source;

/// The next packet; `None` at the end of the recording.
pub(super) fn next<R: Read>(source: &mut Source<R>) -> Result<Option<Vec<u8>>, Error> {
    if !source.begin(1, "packet")? {
        return Ok(None);
    }
    source.mark_record();
    let mut ended = false;
    loop {
        // Read only what the decoder needs, so that the block ends where the packet does.
        let missing = match Event::decode_prefix(source.block()) {
            Ok((Event::Unknown(packet), _)) => {
                return Err(Error::UnknownPacket {
                    record: source.record(),
                    offset: source.offset(),
                    packet_id: packet.packet_id,
                });
            }
            Ok(_) => return Ok(Some(source.block().to_vec())),
            Err(DecodeError::Truncated { needed, available, .. }) if !ended => needed - available,
            Err(error) => {
                return Err(Error::Payload { record: source.record(), offset: source.offset(), error });
            }
        };
        let length = source.block().len() + missing;
        ended = source.fill(length)? < length;
    }
}
