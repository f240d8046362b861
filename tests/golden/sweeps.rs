//! The codec's first promise, over every vector: no input panics, and what decodes encodes and
//! decodes to the same value. Every length of every packet, and every value of every byte.

use acudpclient::protocol::{Command, DecodeError, Dialect, Event};

use crate::vector::{Packet, Vector, dialect};
use crate::{all_commands, all_events, checks, golden_events};

/// Whether the first `length` bytes of this vector, fewer than it has, are a whole packet too.
///
/// Nothing on the wire says how long a packet is, so these cannot be told from a truncated one.
fn is_whole_event(vector: &Vector<Event>, length: usize) -> bool {
    match &vector.value {
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
        Event::NewSession(_) | Event::SessionInfo(_) => length >= original_session_end(vector),
        _ => false,
    }
}

/// Where an original packet would end in a session's bytes: an AssettoServer's, whose text is wide,
/// is from there on an original packet with bytes after it, until it is complete.
fn original_session_end(vector: &Vector<Event>) -> usize {
    match &vector.value {
        Event::NewSession(session) | Event::SessionInfo(session)
            if session.dialect == Dialect::AssettoServer =>
        {
            vector.bytes.len() - 3 * session.weather_graphics.chars().count()
        }
        _ => vector.bytes.len(),
    }
}

/// `decode_prefix` knows the original layout alone.
fn is_whole_prefix(vector: &Vector<Event>, length: usize) -> bool {
    match &vector.value {
        Event::Unknown(_) => is_whole_event(vector, length),
        Event::NewSession(_) | Event::SessionInfo(_) => length >= original_session_end(vector),
        event => dialect(event) == Dialect::Original && length == vector.bytes.len(),
    }
}

#[track_caller]
fn assert_whole_or_refused<P: std::fmt::Debug>(
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

#[test]
fn no_prefix_of_an_event_panics() {
    for vector in all_events() {
        for length in 0..vector.bytes.len() {
            let result = Event::decode(&vector.bytes[..length]);
            assert_whole_or_refused(&result, is_whole_event(&vector, length), vector.name, length);
        }
    }
}

#[test]
fn no_prefix_of_concatenated_events_panics() {
    for vector in all_events() {
        for length in 0..=vector.bytes.len() {
            let result = Event::decode_prefix(&vector.bytes[..length]);
            assert_whole_or_refused(&result, is_whole_prefix(&vector, length), vector.name, length);
        }
    }
}

#[test]
fn no_prefix_of_a_command_panics() {
    for vector in all_commands() {
        // Padding can be missing, and all bytes of an unknown command are its payload.
        let complete = if vector.value.is_unknown() { 1 } else { vector.value.encode().unwrap().len() };
        for length in 0..vector.bytes.len() {
            let result = Command::decode(&vector.bytes[..length]);
            assert_whole_or_refused(&result, length >= complete, vector.name, length);
        }
    }
}

/// The prefixes of an original packet that are another dialect's whole packet are read as that.
#[test]
fn a_shorter_lap_is_another_dialects() {
    for vector in golden_events() {
        let Event::LapCompleted(lap) = &vector.value else { continue };
        if lap.dialect != Dialect::Original {
            continue;
        }
        let n = lap.leaderboard.len();
        let read = |length: usize| match Event::decode(&vector.bytes[..length]) {
            Ok(Event::LapCompleted(shorter)) => shorter,
            other => panic!("{}, the first {length} bytes: {other:?}", vector.name),
        };
        let acsm = read(1 + 8 * n + 7);
        assert_eq!(acsm.dialect, Dialect::AcsmV2, "{}", vector.name);
        assert_eq!(acsm.grip_level, None, "{}", vector.name);
        assert_eq!(acsm.leaderboard, lap.leaderboard, "{}", vector.name);
        // Without cars this is the whole original packet, with four as long as ACSM's.
        if n != 0 && n != 4 {
            assert_eq!(read(1 + 7 * n + 11).dialect, Dialect::Before17, "{}", vector.name);
        }
    }
}

/// Calls `check` with every value of every byte.
fn for_each_change(bytes: &[u8], mut check: impl FnMut(&[u8])) {
    let mut changed = bytes.to_vec();
    for position in 0..bytes.len() {
        for value in 0..=255 {
            changed[position] = value;
            check(&changed);
        }
        changed[position] = bytes[position];
    }
}

fn assert_holds_when_changed<P: Packet>(vectors: &[Vector<P>]) {
    for Vector { bytes, .. } in vectors {
        for_each_change(bytes, checks::packet::<P>);
    }
}

#[test]
fn no_changed_byte_of_an_event_panics() {
    assert_holds_when_changed(&all_events());
}

#[test]
fn no_changed_byte_of_a_command_panics() {
    assert_holds_when_changed(&all_commands());
}

#[test]
fn no_changed_byte_of_concatenated_events_panics() {
    for Vector { bytes, .. } in all_events() {
        for_each_change(&bytes, checks::concatenated);
    }
}

#[cfg(feature = "serde")]
fn assert_json_holds<P: Packet + serde::Serialize>(vectors: &[Vector<P>]) {
    for Vector { bytes, value, .. } in vectors {
        for_each_change(bytes, checks::json_of::<P>);
        let json = value.to_json();
        for (start, char) in json.char_indices() {
            let (before, after) = (&json[..start], &json[start + char.len_utf8()..]);
            checks::json_text::<P>(before);
            checks::json_text::<P>(&[before, after].concat());
        }
    }
}

#[cfg(feature = "serde")]
#[test]
fn no_changed_byte_and_no_missing_character_of_json_panics() {
    assert_json_holds(&all_events());
    assert_json_holds(&all_commands());
}
