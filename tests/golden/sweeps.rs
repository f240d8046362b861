//! The codec's first promise, over every vector: no input panics, and what decodes encodes and
//! decodes to the same value. Every length of every packet, and every value of every byte.

use acudpclient::protocol::{Command, Dialect, Event};
use support::checks;
use support::prefixes::{assert_whole_or_refused, is_whole_event, original_session_end};
use support::vector::{Packet, Vector, dialect};

use crate::{all_commands, all_events, golden_events};

/// `decode_prefix` knows the original layout alone.
fn is_whole_prefix(Vector { bytes, value, .. }: &Vector<Event>, length: usize) -> bool {
    match value {
        Event::Unknown(_) => is_whole_event(value, bytes, length),
        Event::NewSession(_) | Event::SessionInfo(_) => length >= original_session_end(value, bytes),
        event => dialect(event) == Dialect::Original && length == bytes.len(),
    }
}

#[test]
fn no_prefix_of_an_event_panics() {
    for Vector { name, bytes, value } in all_events() {
        for length in 0..bytes.len() {
            let result = Event::decode(&bytes[..length]);
            assert_whole_or_refused(&result, is_whole_event(&value, &bytes, length), name, length);
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
        let prerelease = read(1 + 8 * n + 7);
        assert_eq!(prerelease.dialect, Dialect::AcsmPrerelease, "{}", vector.name);
        assert_eq!(prerelease.grip_level, None, "{}", vector.name);
        assert_eq!(prerelease.leaderboard, lap.leaderboard, "{}", vector.name);
        // Without cars this is the whole original packet, with four as long as that of ACSM v2's prereleases.
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
fn assert_json_holds<P: Packet + serde::Serialize + serde::de::DeserializeOwned>(vectors: &[Vector<P>]) {
    for Vector { bytes, value, .. } in vectors {
        for_each_change(bytes, checks::json_of::<P>);
        let json = checks::to_json(value);
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
