//! What a real server sent, event by event. The recording is no part of the crate: without it
//! these tests have nothing to check.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use acudpclient::protocol::{Dialect, Event};

/// The events of the recording, which is their bytes one after the other, and each one's bytes.
fn recorded() -> Option<Vec<(Event, Vec<u8>)>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures/acserver-2016.bin");
    let Ok(bytes) = fs::read(&path) else {
        println!("skipped: no recording at {}", path.display());
        return None;
    };
    let mut events = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (event, length) = Event::decode_prefix(rest)
            .unwrap_or_else(|error| panic!("byte {}: {error}", bytes.len() - rest.len()));
        let (packet, after) = rest.split_at(length);
        events.push((event, packet.to_vec()));
        rest = after;
    }
    Some(events)
}

#[test]
fn every_packet_is_known_and_counted() {
    let Some(events) = recorded() else { return };
    let mut counts = BTreeMap::new();
    for (event, _) in &events {
        *counts.entry(event.packet_id()).or_insert(0) += 1;
    }
    let expected = [(50, 92), (51, 17), (52, 17), (55, 4), (57, 21), (58, 17), (73, 155), (130, 72)];
    assert_eq!(counts, BTreeMap::from(expected));
    assert_eq!(events.len(), 395);
}

#[test]
fn every_packet_encodes_to_its_bytes() {
    let Some(events) = recorded() else { return };
    for (event, bytes) in &events {
        assert_eq!(event.encode().as_ref(), Ok(bytes), "{event:?}");
    }
}

#[test]
fn a_datagram_is_the_same_event_as_in_the_stream() {
    let Some(events) = recorded() else { return };
    for (event, bytes) in &events {
        assert_eq!(Event::decode(bytes).as_ref(), Ok(event));
    }
}

#[test]
fn values_are_those_of_a_real_server() {
    let Some(events) = recorded() else { return };
    let mut lowest = i32::MAX;
    for (event, _) in &events {
        match event {
            Event::NewSession(session) => {
                lowest = lowest.min(session.elapsed_ms);
                assert_eq!(session.protocol_version, 4);
                assert_eq!(session.dialect, Dialect::Original);
                assert!(session.session_index < session.session_count, "{session:?}");
            }
            Event::LapCompleted(lap) => {
                let grip = lap.grip_level.expect("acServer sends it");
                assert!((0.94..=1.0).contains(&grip), "{lap:?}");
                assert!(lap.leaderboard.iter().any(|entry| entry.car_id == lap.car_id), "{lap:?}");
            }
            Event::ClientEvent(event) => assert!((0.0..220.0).contains(&event.impact_speed), "{event:?}"),
            _ => {}
        }
    }
    assert_eq!(lowest, -40_000);
}

#[test]
fn an_accent_in_the_chat_prints_as_written() {
    let Some(events) = recorded() else { return };
    let lines: Vec<_> = events
        .iter()
        .filter(|(event, _)| matches!(event, Event::Chat(chat) if chat.message.contains('è')))
        .map(|(event, _)| event.to_string())
        .collect();
    assert_eq!(lines, [r#"ACSP_CHAT car 8: "xxxxx mi si è scaricato il cell""#]);
}

#[cfg(feature = "serde")]
#[test]
fn every_event_reads_back_from_json() {
    let Some(events) = recorded() else { return };
    for (event, bytes) in &events {
        let json = serde_json::to_string(event).unwrap();
        let again: Event = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
        assert_eq!(&again, event);
        assert_eq!(again.encode().as_ref(), Ok(bytes));
    }
}
