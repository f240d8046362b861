//! What the codec promises for any bytes.

use std::fmt::Debug;

use acudpclient::protocol::{DecodeError, Dialect, Event};

use crate::vector::{Packet, is_original};

/// Equal, or equal but for NaN, which equals nothing.
pub fn same<P: Packet>(one: &P, other: &P) -> bool {
    one == other || format!("{one:?}") == format!("{other:?}")
}

/// A decoded value encodes and comes back from there, bit by bit.
#[track_caller]
fn assert_stable<P: Packet>(input: &[u8], value: &P) -> Vec<u8> {
    let encoded = value.encode().unwrap_or_else(|error| panic!("{input:?}: {error}"));
    let again = P::decode(&encoded).unwrap_or_else(|error| panic!("{input:?}: {error}"));
    assert!(same(&again, value), "{input:?}: {value:?} comes back as {again:?}");
    assert_eq!(again.encode().as_ref(), Ok(&encoded), "{input:?}");
    encoded
}

/// Any bytes are a value that encodes, or an error that says where.
#[track_caller]
pub fn assert_value_or_error<P: Packet>(input: &[u8]) {
    match P::decode(input) {
        Ok(value) => {
            assert_eq!(value.packet_id(), input[0], "{input:?}");
            assert_stable(input, &value);
        }
        Err(error) => assert!(error.offset() <= input.len(), "{input:?}: {error}"),
    }
}

/// The same for `Event::decode_prefix`, which reads the original layout and says where it ends.
#[track_caller]
pub fn assert_prefix_or_error(input: &[u8]) {
    match Event::decode_prefix(input) {
        Ok((event, length)) => {
            assert!((1..=input.len()).contains(&length), "{input:?}: {length}");
            assert!(event.is_unknown() || is_original(&event), "{input:?}: {event:?}");
            let encoded = assert_stable(input, &event);
            let (again, used) = Event::decode_prefix(&encoded).unwrap();
            assert!(same(&again, &event), "{input:?}: {event:?} comes back as {again:?}");
            assert_eq!(used, encoded.len(), "{input:?}");
        }
        Err(error) => assert!(error.offset() <= input.len(), "{input:?}: {error}"),
    }
}

/// Whether the first `length` bytes of this event, fewer than it has, are a whole packet too.
///
/// Nothing on the wire says how long a packet is, so these cannot be told from a truncated one.
pub fn is_whole_event(event: &Event, bytes: &[u8], length: usize) -> bool {
    match event {
        // All bytes are its payload; a CLIENT_EVENT is unknown only once its type is there.
        Event::Unknown(packet) => length >= if packet.packet_id == 130 { 2 } else { 1 },
        // Where ACSM's packet ends, and where that of acServer before 1.7 does.
        Event::LapCompleted(lap) => {
            let n = lap.leaderboard.len();
            length == 1 + 8 * n + 7 || length == 1 + 7 * n + 11
        }
        // The id, the count and as many bytes of 8-bit text: AssettoServer's.
        Event::EndSession(end) if end.dialect == Dialect::Original => {
            !end.filename.is_empty() && length == 2 + end.filename.chars().count()
        }
        Event::NewSession(_) | Event::SessionInfo(_) => length >= original_session_end(event, bytes),
        _ => false,
    }
}

/// Where an original packet would end in a session's bytes: an AssettoServer's, whose text is wide,
/// is from there on an original packet with bytes after it, until it is complete.
pub fn original_session_end(event: &Event, bytes: &[u8]) -> usize {
    match event {
        Event::NewSession(session) | Event::SessionInfo(session)
            if session.dialect == Dialect::AssettoServer =>
        {
            bytes.len() - 3 * session.weather_graphics.chars().count()
        }
        _ => bytes.len(),
    }
}

/// What was cut is a packet if it is `whole`, else an error that says where.
#[track_caller]
pub fn assert_whole_or_refused<P: Debug>(
    result: &Result<P, DecodeError>,
    whole: bool,
    name: &str,
    length: usize,
) {
    assert_eq!(result.is_ok(), whole, "{name}, the first {length} bytes: {result:?}");
    if let Err(error) = result {
        assert!(error.offset() <= length, "{name}, the first {length} bytes: {error}");
    }
}
