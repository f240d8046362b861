//! Bytes to value and back, for every golden vector.

use std::collections::BTreeSet;

use acudpclient::protocol::{
    CarId, CarUpdate, Chat, Command, DecodeError, Dialect, Event, LapCompleted, NewConnection, UnknownPacket,
    Vec3, id,
};
use support::texts::WINDOWS_1252_FROM_80;
use support::vector::{Packet, Vector, is_original};

use crate::{all_commands, all_events, golden_commands, golden_events};

fn assert_decodes<P: Packet>(vectors: &[Vector<P>]) {
    for Vector { name, bytes, value } in vectors {
        assert_eq!(P::decode(bytes).as_ref(), Ok(value), "{name}");
    }
}

#[test]
fn bytes_decode_to_the_value() {
    assert_decodes(&all_events());
    assert_decodes(&all_commands());
}

fn assert_encodes<P: Packet>(vectors: &[Vector<P>]) {
    for Vector { name, bytes, value } in vectors {
        assert_eq!(value.encode().as_ref(), Ok(bytes), "{name}");
    }
}

#[test]
fn the_value_encodes_to_the_bytes() {
    assert_encodes(&golden_events());
    assert_encodes(&golden_commands());
}

/// The room after the buffer's end is not zero, so a byte never written would show.
fn assert_appends<P: Packet>(vectors: &[Vector<P>]) {
    for Vector { name, bytes, value } in vectors {
        let mut buffer = vec![0xAA; 4096];
        buffer.truncate(37);
        assert_eq!(value.encode_into(&mut buffer), Ok(()), "{name}");
        assert_eq!(buffer[..37], [0xAA; 37], "{name}: what stood before");
        assert_eq!(buffer[37..], bytes[..], "{name}: what was appended");
    }
}

#[test]
fn encoding_appends_to_a_dirty_buffer() {
    assert_appends(&golden_events());
    assert_appends(&golden_commands());
}

fn assert_decoded_again<P: Packet>(vectors: &[Vector<P>]) {
    for Vector { name, bytes, value } in vectors {
        let encoded = value.encode().expect(name);
        assert_ne!(&encoded, bytes, "{name}: a golden vector, not one that only decodes");
        assert_eq!(P::decode(&encoded).as_ref(), Ok(value), "{name}");
    }
}

#[test]
fn what_only_decodes_comes_back_as_the_same_value() {
    assert_decoded_again(&crate::decode_only::events());
    assert_decoded_again(&crate::decode_only::commands());
}

fn ids_of<P: Packet>(vectors: &[Vector<P>]) -> BTreeSet<u8> {
    vectors.iter().filter(|vector| !vector.value.is_unknown()).map(|vector| vector.bytes[0]).collect()
}

#[test]
fn every_packet_of_the_protocol_has_a_vector() {
    let (events, commands) = (ids_of(&golden_events()), ids_of(&golden_commands()));
    for packet_id in 0..=255 {
        let Some(name) = id::name(packet_id) else { continue };
        let vectors = if id::is_command(packet_id) { &commands } else { &events };
        assert!(vectors.contains(&packet_id), "{name} ({packet_id}) has no vector in tests/golden");
    }
}

/// The protocol's ids and names.
const NAMES: &[(u8, &str)] = &[
    (50, "ACSP_NEW_SESSION"),
    (51, "ACSP_NEW_CONNECTION"),
    (52, "ACSP_CONNECTION_CLOSED"),
    (53, "ACSP_CAR_UPDATE"),
    (54, "ACSP_CAR_INFO"),
    (55, "ACSP_END_SESSION"),
    (56, "ACSP_VERSION"),
    (57, "ACSP_CHAT"),
    (58, "ACSP_CLIENT_LOADED"),
    (59, "ACSP_SESSION_INFO"),
    (60, "ACSP_ERROR"),
    (73, "ACSP_LAP_COMPLETED"),
    (130, "ACSP_CLIENT_EVENT"),
    (150, "ACSP_SECTOR_COMPLETED"),
    (151, "ACSP_TYRE_CHANGE"),
    (152, "ACSP_PING"),
    (200, "ACSP_REALTIMEPOS_INTERVAL"),
    (201, "ACSP_GET_CAR_INFO"),
    (202, "ACSP_SEND_CHAT"),
    (203, "ACSP_BROADCAST_CHAT"),
    (204, "ACSP_GET_SESSION_INFO"),
    (205, "ACSP_SET_SESSION_INFO"),
    (206, "ACSP_KICK_USER"),
    (207, "ACSP_NEXT_SESSION"),
    (208, "ACSP_RESTART_SESSION"),
    (209, "ACSP_ADMIN_COMMAND"),
    (210, "ACSP_ENABLE_ENHANCED_REPORTING"),
    (211, "ACSP_REQUEST_PING"),
];

fn name_of(packet_id: u8) -> Option<&'static str> {
    NAMES.iter().find(|(id, _)| *id == packet_id).map(|(_, name)| *name)
}

#[test]
fn every_id_has_its_name_and_direction() {
    for packet_id in 0..=255 {
        assert_eq!(id::name(packet_id), name_of(packet_id), "{packet_id}");
        assert_eq!(
            id::is_command(packet_id),
            packet_id >= 200 && name_of(packet_id).is_some(),
            "{packet_id}"
        );
    }
}

fn assert_named<P: Packet>(vectors: &[Vector<P>]) {
    for Vector { name, bytes, value } in vectors {
        assert_eq!(value.packet_id(), bytes[0], "{name}");
        let expected = if value.is_unknown() { Some("UNKNOWN") } else { name_of(bytes[0]) };
        assert_eq!(Some(value.name()), expected, "{name}");
    }
}

#[test]
fn packets_know_their_id_and_name() {
    assert_named(&all_events());
    assert_named(&all_commands());
}

/// An unknown packet's bytes are all its own, so it has no bytes after it.
fn assert_ignores_the_rest<P: Packet>(vector: &Vector<P>, may_follow: impl Fn(usize) -> bool) {
    for length in (1..=100).filter(|&length| may_follow(length)) {
        for filler in [0x00, 0x01, 0xAA, 0xFF] {
            let mut longer = vector.bytes.clone();
            longer.resize(longer.len() + length, filler);
            let name = vector.name;
            assert_eq!(
                P::decode(&longer).as_ref(),
                Ok(&vector.value),
                "{name}, {length} bytes {filler:#x} after it"
            );
        }
    }
}

#[test]
fn bytes_after_a_complete_packet_are_ignored() {
    for vector in golden_events().into_iter().filter(|vector| is_original(&vector.value)) {
        match &vector.value {
            // With just as many bytes as a wide text of that length has more, it is AssettoServer's.
            Event::NewSession(session) | Event::SessionInfo(session) => {
                let wide = 3 * session.weather_graphics.len();
                assert_ignores_the_rest(&vector, |length| length != wide || wide == 0);
            }
            _ => assert_ignores_the_rest(&vector, |_| true),
        }
    }
    for vector in all_commands().iter().filter(|vector| !vector.value.is_unknown()) {
        assert_ignores_the_rest(vector, |_| true);
    }
}

#[test]
fn concatenated_packets_are_found_one_by_one() {
    let mut vectors: Vec<_> =
        golden_events().into_iter().filter(|vector| is_original(&vector.value)).collect();
    for _ in 0..2 {
        let stream: Vec<u8> = vectors.iter().flat_map(|vector| vector.bytes.clone()).collect();
        let mut rest = &stream[..];
        for Vector { name, bytes, value } in &vectors {
            let (event, length) = Event::decode_prefix(rest).expect(name);
            assert_eq!((&event, length), (value, bytes.len()), "{name}");
            rest = &rest[length..];
        }
        assert_eq!(Event::decode_prefix(rest), Err(DecodeError::Empty));
        vectors.reverse();
    }
}

#[test]
fn an_unknown_packet_takes_all_that_follows() {
    for vector in golden_events().iter().filter(|vector| vector.value.is_unknown()) {
        let stream = [&vector.bytes[..], &[57, 3, 0]].concat();
        let mut payload = vector.bytes[1..].to_vec();
        payload.extend([57, 3, 0]);
        let expected = Event::Unknown(UnknownPacket { packet_id: vector.bytes[0], payload });
        assert_eq!(Event::decode_prefix(&stream), Ok((expected, stream.len())), "{}", vector.name);
    }
}

#[test]
fn no_byte_is_no_packet() {
    assert_eq!(Event::decode(&[]), Err(DecodeError::Empty));
    assert_eq!(Event::decode_prefix(&[]), Err(DecodeError::Empty));
    assert_eq!(Command::decode(&[]), Err(DecodeError::Empty));
    assert_eq!(DecodeError::Empty.offset(), 0);
    assert_eq!(DecodeError::Empty.to_string(), "empty packet: the id byte is missing");
}

#[test]
fn a_truncated_packet_is_refused_with_what_and_where() {
    let message = |error: DecodeError| (error.offset(), error.to_string());
    // Five characters are announced, of the second one two bytes have arrived.
    let chat = Event::decode(&[57, 3, 5, b'h', 0, 0, 0, b'e', 0]).unwrap_err();
    assert_eq!(
        chat,
        DecodeError::Truncated { packet: "ACSP_CHAT", field: "message", offset: 3, needed: 20, available: 6 }
    );
    assert_eq!(
        message(chat),
        (3, "ACSP_CHAT is truncated: message at byte 3 needs 20 bytes, 6 are left".to_owned())
    );
    assert_eq!(
        message(Event::decode(&[53, 3, 0, 0]).unwrap_err()),
        (2, "ACSP_CAR_UPDATE is truncated: position at byte 2 needs 12 bytes, 2 are left".to_owned())
    );
    assert_eq!(
        message(Event::decode(&[73, 3, 0, 0, 0, 0, 0, 2, 9, 9, 9]).unwrap_err()),
        (8, "ACSP_LAP_COMPLETED is truncated: leaderboard at byte 8 needs 16 bytes, 3 are left".to_owned())
    );
    assert_eq!(
        message(Event::decode(&[130, 10, 1]).unwrap_err()),
        (3, "ACSP_CLIENT_EVENT is truncated: other_car_id at byte 3 needs 1 bytes, 0 are left".to_owned())
    );
    assert_eq!(
        message(Event::decode(&[150, 3, 0, 0xCB, 0x76, 0]).unwrap_err()),
        (3, "ACSP_SECTOR_COMPLETED is truncated: sector_time at byte 3 needs 4 bytes, 3 are left".to_owned())
    );
    assert_eq!(
        message(Event::decode(&[151, 3, 2, b'S']).unwrap_err()),
        (3, "ACSP_TYRE_CHANGE is truncated: current_tyre at byte 3 needs 2 bytes, 1 are left".to_owned())
    );
    assert_eq!(
        message(Event::decode(&[152, 0, 0, 0, 0, 0, 0, 0, 0]).unwrap_err()),
        (9, "ACSP_PING is truncated: server_time at byte 9 needs 8 bytes, 0 are left".to_owned())
    );
    assert_eq!(
        message(Command::decode(&[200, 1]).unwrap_err()),
        (
            1,
            "ACSP_REALTIMEPOS_INTERVAL is truncated: interval_ms at byte 1 needs 2 bytes, 1 are left"
                .to_owned()
        )
    );
}

/// NaN has no equal, so these packets cannot be vectors.
#[test]
fn a_nan_keeps_its_bits() {
    for bits in [0x7FC0_0000_u32, 0xFFC0_0000, 0x7FC0_0001, 0x7F80_0001, 0xFFFF_FFFF] {
        let nan = f32::from_bits(bits);
        let update = Event::CarUpdate(CarUpdate {
            velocity: Vec3::new(nan, 0.0, nan),
            normalized_spline_pos: nan,
            ..CarUpdate::default()
        });
        let bytes = update.encode().unwrap();
        assert_eq!(bytes[14..18], bits.to_le_bytes());
        assert_eq!(bytes[29..33], bits.to_le_bytes());
        let decoded = Event::decode(&bytes).unwrap();
        let Event::CarUpdate(decoded) = decoded else { panic!("{decoded:?}") };
        assert_eq!(decoded.velocity.x.to_bits(), bits);
        assert_eq!(decoded.velocity.z.to_bits(), bits);
        assert_eq!(decoded.normalized_spline_pos.to_bits(), bits);
        assert_eq!(Event::CarUpdate(decoded).encode(), Ok(bytes));
    }
}

/// Every byte past ASCII alone.
#[test]
fn text_that_is_no_utf_8_is_windows_1252() {
    assert_eq!(WINDOWS_1252_FROM_80.chars().count(), 128);
    for (byte, character) in (0x80..=0xFF).zip(WINDOWS_1252_FROM_80.chars()) {
        let event = Event::decode(&[51, 0, 0, 3, 3, b'a', byte, b'b', 0]);
        let expected = NewConnection {
            car_id: CarId(3),
            car_model: format!("a{character}b"),
            ..NewConnection::default()
        };
        assert_eq!(event, Ok(Event::NewConnection(expected)), "{byte:#x}");
    }
}

/// Texts have no byte order mark: what looks like one is a character.
#[test]
fn a_byte_order_mark_is_a_character() {
    // FF FE would announce UTF-16, EF BB BF is U+FEFF in UTF-8.
    let event = Event::decode(&[51, 0, 0, 3, 3, 0xFF, 0xFE, b'a', 4, 0xEF, 0xBB, 0xBF, b'b']);
    let expected = NewConnection {
        car_id: CarId(3),
        car_model: "ÿþa".into(),
        car_skin: "\u{feff}b".into(),
        ..NewConnection::default()
    };
    assert_eq!(event, Ok(Event::NewConnection(expected)));

    let chat = Event::decode(b"\x39\x03\x02\xFF\xFE\0\0a\0\0\0");
    let expected = Chat { car_id: CarId(3), message: "\u{feff}a".into() };
    assert_eq!(chat, Ok(Event::Chat(expected)));
}

/// How the one length that two dialects share is read is what the four-car vectors check. Here:
/// it is indeed the same length, and every other number of cars has a length of its own.
#[test]
fn four_cars_are_as_long_before_17_as_with_acsm_prereleases() {
    let bytes = |name| golden_events().into_iter().find(|vector| vector.name == name).expect(name).bytes;
    let (before_17, prerelease) =
        (bytes("lap_completed_before_17_four_cars"), bytes("lap_completed_acsm_prerelease_four_cars"));
    assert_eq!(before_17.len(), prerelease.len());

    for count in 0..=255 {
        for dialect in [Dialect::Original, Dialect::Before17, Dialect::AcsmPrerelease] {
            let lap = LapCompleted {
                leaderboard: (0..count).map(|car_id| crate::laps::entry(car_id, 90_000, 7, false)).collect(),
                grip_level: (dialect != Dialect::AcsmPrerelease).then_some(0.98),
                dialect,
                ..LapCompleted::default()
            };
            let n = usize::from(count);
            let bytes = Event::LapCompleted(lap.clone()).encode().unwrap();
            let body = match dialect {
                Dialect::Before17 => 7 * n + 11,
                Dialect::AcsmPrerelease => 8 * n + 7,
                _ => 8 * n + 11,
            };
            assert_eq!(bytes.len(), 1 + body, "{count} cars, {dialect}");
            let Ok(Event::LapCompleted(decoded)) = Event::decode(&bytes) else { panic!("{bytes:?}") };
            // Without cars the two layouts with grip give the same bytes.
            let expected =
                if count == 0 && dialect == Dialect::Before17 { Dialect::Original } else { dialect };
            assert_eq!(decoded.dialect, expected, "{count} cars");
            assert_eq!(decoded.leaderboard, lap.leaderboard, "{count} cars, {dialect}");
            assert_eq!(decoded.grip_level, lap.grip_level, "{count} cars, {dialect}");
        }
    }
}
