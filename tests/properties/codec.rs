//! Values to bytes and back.

use std::collections::BTreeSet;

use acudpclient::protocol::{Command, DecodeError, Event, UnknownPacket, id};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use support::checks::same;
use support::prefixes::{assert_whole_or_refused, is_whole_event};
use support::strategies::{command, event, known_command, original_event, unknown_event};
use support::vector::{Packet, dialect, is_original};

use crate::dialects::decoded;

fn assert_comes_back<P: Packet>(packet: &P, expected: &P) {
    let bytes = packet.encode().unwrap();
    assert_eq!(bytes[0], packet.packet_id());
    let decoded = P::decode(&bytes).unwrap();
    assert!(same(&decoded, expected), "{packet:?} comes back as {decoded:?}");
    assert_eq!(decoded.encode(), Ok(bytes));
}

/// What is in the buffer stays, and nothing of its room after the end is left as it was.
fn assert_appends<P: Packet>(packet: &P, before: &[u8]) {
    let mut buffer = vec![0xAA; before.len() + 6000];
    buffer.truncate(before.len());
    buffer.copy_from_slice(before);
    assert_eq!(packet.encode_into(&mut buffer), Ok(()));
    assert_eq!(buffer, [before, &packet.encode().unwrap()].concat());
}

/// The names of the packets that a strategy makes, as far as 2000 tell.
fn made<P: Packet>(strategy: &impl Strategy<Value = P>) -> BTreeSet<&'static str> {
    let mut runner = TestRunner::deterministic();
    (0..2000).map(|_| strategy.new_tree(&mut runner).unwrap().current().name()).collect()
}

#[test]
fn the_strategies_make_every_packet() {
    let (events, commands) = (made(&event()), made(&command()));
    for packet_id in 0..=255 {
        let Some(name) = id::name(packet_id) else { continue };
        let made = if id::is_command(packet_id) { &commands } else { &events };
        assert!(made.contains(name), "no strategy in tests/support/src/strategies makes {name}");
    }
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn an_event_comes_back_in_its_dialect(event in event()) {
        assert_comes_back(&event, &decoded(event.clone()));
    }

    #[test]
    fn a_command_comes_back(command in command()) {
        assert_comes_back(&command, &command);
    }

    #[test]
    fn an_event_is_appended(event in event(), before in vec(any::<u8>(), 0..50)) {
        assert_appends(&event, &before);
    }

    #[test]
    fn a_command_is_appended(command in command(), before in vec(any::<u8>(), 0..50)) {
        assert_appends(&command, &before);
    }

    #[test]
    fn bytes_after_an_original_event_are_ignored(event in original_event(), mut rest in vec(any::<u8>(), 1..200)) {
        if rest.len() == more_if_wide(&event) {
            rest.push(0);
        }
        let bytes = event.encode().unwrap();
        let read = Event::decode(&[&bytes[..], &rest].concat()).unwrap();
        prop_assert!(same(&read, &event), "{read:?}");
        prop_assert_eq!(read.encode(), Ok(bytes));
    }

    #[test]
    fn bytes_after_a_command_are_ignored(command in known_command(), rest in vec(any::<u8>(), 1..200)) {
        let bytes = [command.encode().unwrap(), rest].concat();
        prop_assert_eq!(Command::decode(&bytes), Ok(command));
    }

    #[test]
    fn concatenated_events_are_found_one_by_one(events in vec(original_event(), 0..=4)) {
        let all: Vec<u8> = events.iter().flat_map(|event| event.encode().unwrap()).collect();
        let mut rest = &all[..];
        for event in &events {
            let bytes = event.encode().unwrap();
            let (read, length) = Event::decode_prefix(rest).unwrap();
            prop_assert!(same(&read, event), "{event:?} comes back as {read:?}");
            prop_assert_eq!(length, bytes.len());
            prop_assert_eq!(read.encode(), Ok(bytes));
            rest = &rest[length..];
        }
        prop_assert_eq!(Event::decode_prefix(rest), Err(DecodeError::Empty));
    }

    #[test]
    fn an_unknown_event_takes_all_that_follows(event in unknown_event(), rest in vec(any::<u8>(), 0..200)) {
        let bytes = [event.encode().unwrap(), rest].concat();
        let unknown = Event::Unknown(UnknownPacket { packet_id: bytes[0], payload: bytes[1..].to_vec() });
        prop_assert_eq!(Event::decode_prefix(&bytes), Ok((unknown.clone(), bytes.len())));
        prop_assert_eq!(Event::decode(&bytes), Ok(unknown));
    }

    #[test]
    fn a_cut_event_is_refused_or_another_dialects(event in event()) {
        let event = decoded(event);
        let bytes = event.encode().unwrap();
        for length in 0..bytes.len() {
            let read = Event::decode(&bytes[..length]);
            assert_whole_or_refused(&read, is_whole_event(&event, &bytes, length), event.name(), length);
            if let Ok(read) = read {
                prop_assert_eq!(read.packet_id(), event.packet_id());
                prop_assert!(event.is_unknown() || dialect(&read) != dialect(&event));
            }
            if is_original(&event) {
                let read = Event::decode_prefix(&bytes[..length]);
                assert_whole_or_refused(&read, false, event.name(), length);
            }
        }
    }

    #[test]
    fn a_cut_command_is_refused(command in command()) {
        let bytes = command.encode().unwrap();
        for length in 0..bytes.len() {
            let whole = command.is_unknown() && length > 0;
            assert_whole_or_refused(&Command::decode(&bytes[..length]), whole, command.name(), length);
        }
    }
}

/// How many bytes more a session's packet has if its `weather_graphics` is wide: with just as many
/// after it, an original packet is read as one of AssettoServer. 0 for other events.
fn more_if_wide(event: &Event) -> usize {
    let mut without = event.clone();
    match &mut without {
        Event::NewSession(session) | Event::SessionInfo(session) => session.weather_graphics.clear(),
        _ => return 0,
    }
    3 * (event.encode().unwrap().len() - without.encode().unwrap().len())
}
