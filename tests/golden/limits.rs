//! What the wire carries at most, and that encoding refuses the rest with an error that says what.

use acudpclient::protocol::{
    CarInfo, Command, Dialect, EncodeError, EndSession, Event, LapCompleted, NewConnection, SessionInfo,
    UnknownPacket, id,
};
use support::texts::{Text, command_texts, event_texts};
use support::vector::Packet;

use crate::laps::entry;

/// The packet is refused with this error and this text, and the buffer stays as it was.
#[track_caller]
fn assert_refused<P: Packet>(packet: &P, error: EncodeError, text: &str) {
    assert_eq!(packet.encode(), Err(error));
    let mut buffer = vec![0xAA; 37];
    assert_eq!(packet.encode_into(&mut buffer), Err(error));
    assert_eq!(buffer, [0xAA; 37], "{error}");
    assert_eq!(error.to_string(), text);
}

fn assert_text_limits<P: Packet>(texts: &[Text<P>]) {
    for &Text { packet, field, unit, build } in texts {
        let too_long = |text: String, length| {
            let error = EncodeError::TooLong { packet, field, length, limit: 255, unit };
            let message = format!("{packet}: {field} has {length} {unit}, the protocol carries at most 255");
            assert_refused(&build(text), error, &message);
        };
        let fits = |text: String| {
            let value = build(text);
            let bytes = value.encode().unwrap_or_else(|error| panic!("{error}"));
            assert_eq!(P::decode(&bytes), Ok(value), "{packet} {field}");
        };
        fits("x".repeat(255));
        too_long("x".repeat(256), 256);
        if unit == "characters" {
            // Neither bytes of UTF-8 nor units of UTF-16 are what is counted.
            fits("🏁".repeat(255));
            too_long("🏁".repeat(256), 256);
        } else {
            // 3 bytes each, and not in windows-1252.
            fits("日".repeat(85));
            too_long("日".repeat(86), 258);
        }
    }
}

#[test]
fn a_text_of_256_is_refused_in_every_field() {
    assert_text_limits(&event_texts());
    assert_text_limits(&command_texts());
}

/// It would have been decoded from 255 bytes of windows-1252, so it must encode.
#[test]
fn a_long_text_of_windows_1252_is_written_in_it() {
    let connection =
        |skin: String| Event::NewConnection(NewConnection { car_skin: skin, ..NewConnection::default() });
    let bytes = connection("è".repeat(255)).encode().unwrap();
    assert_eq!(bytes, [&[51, 0, 0, 0, 0, 255][..], &[0xE8; 255]].concat());
    assert_eq!(Event::decode(&bytes), Ok(connection("è".repeat(255))));
    assert_refused(
        &connection("è".repeat(256)),
        EncodeError::TooLong {
            packet: "ACSP_NEW_CONNECTION",
            field: "car_skin",
            length: 512,
            limit: 255,
            unit: "bytes",
        },
        "ACSP_NEW_CONNECTION: car_skin has 512 bytes, the protocol carries at most 255",
    );
    // 128 × "Ã©" in windows-1252 would be read as UTF-8, as 128 × "é".
    assert!(connection("Ã©".repeat(100)).encode().is_err());
}

fn lap(cars: usize, grip_level: Option<f32>, dialect: Dialect) -> LapCompleted {
    LapCompleted {
        leaderboard: vec![entry(0, 90_000, 7, false); cars],
        grip_level,
        dialect,
        ..LapCompleted::default()
    }
}

#[test]
fn a_leaderboard_of_256_is_refused() {
    for (grip_level, dialect) in
        [(Some(1.0), Dialect::Original), (Some(1.0), Dialect::Before17), (None, Dialect::AcsmPrerelease)]
    {
        let fits = Event::LapCompleted(lap(255, grip_level, dialect));
        assert_eq!(Event::decode(&fits.encode().unwrap()), Ok(fits));
        assert_refused(
            &Event::LapCompleted(lap(256, grip_level, dialect)),
            EncodeError::TooLong {
                packet: "ACSP_LAP_COMPLETED",
                field: "leaderboard",
                length: 256,
                limit: 255,
                unit: "entries",
            },
            "ACSP_LAP_COMPLETED: leaderboard has 256 entries, the protocol carries at most 255",
        );
    }
}

#[track_caller]
fn assert_dialect_refused(lap: LapCompleted, field: &'static str, text: &str) {
    let error = EncodeError::Dialect { packet: "ACSP_LAP_COMPLETED", field, dialect: lap.dialect };
    assert_refused(&Event::LapCompleted(lap), error, text);
}

#[test]
fn what_the_dialect_has_no_form_for_is_refused() {
    let mut finished = lap(3, Some(1.0), Dialect::Before17);
    finished.leaderboard[2].has_completed = true;
    assert_dialect_refused(
        finished,
        "has_completed",
        "ACSP_LAP_COMPLETED: this has_completed does not fit the layout of acServer before 1.7",
    );
    for (dialect, server) in [
        (Dialect::Original, "acServer"),
        (Dialect::Before17, "acServer before 1.7"),
        (Dialect::AssettoServer, "AssettoServer"),
    ] {
        assert_dialect_refused(
            lap(3, None, dialect),
            "grip_level",
            &format!("ACSP_LAP_COMPLETED: this grip_level does not fit the layout of {server}"),
        );
    }
    assert_dialect_refused(
        lap(3, Some(1.0), Dialect::AcsmPrerelease),
        "grip_level",
        "ACSP_LAP_COMPLETED: this grip_level does not fit the layout of ACSM v2's prereleases of 2020",
    );
}

/// Four cars: the bytes would be read as those of ACSM v2's prereleases, which no real grip level (0.94 to 1.0) does.
#[test]
fn a_grip_level_that_would_be_read_as_another_dialect_is_refused() {
    let cars = |grip_level| {
        let mut lap = lap(4, Some(grip_level), Dialect::Before17);
        for entry in &mut lap.leaderboard {
            *entry = crate::laps::entry(0, 0, 0, false);
        }
        lap
    };
    assert!(Event::LapCompleted(cars(0.94)).encode().is_ok());
    assert_dialect_refused(
        cars(0.0),
        "grip_level",
        "ACSP_LAP_COMPLETED: this grip_level does not fit the layout of acServer before 1.7",
    );
}

#[test]
fn a_layout_that_a_packet_has_not_is_the_original_one() {
    let bytes = Event::LapCompleted(lap(2, Some(1.0), Dialect::Original)).encode();
    assert_eq!(Event::LapCompleted(lap(2, Some(1.0), Dialect::AssettoServer)).encode(), bytes);
    for dialect in [Dialect::Before17, Dialect::AcsmPrerelease] {
        let end = EndSession { filename: "r".into(), dialect };
        assert_eq!(Event::EndSession(end).encode(), Ok(vec![55, 1, b'r', 0, 0, 0]));
        let weather = |dialect| {
            Event::NewSession(SessionInfo { weather_graphics: "r".into(), dialect, ..SessionInfo::default() })
        };
        assert_eq!(weather(dialect).encode(), weather(Dialect::Original).encode());
    }
}

#[track_caller]
fn assert_known<P: Packet>(packet: &P, packet_id: u8, name: &'static str) {
    assert_refused(
        packet,
        EncodeError::KnownId { packet_id, name },
        &format!(
            "an unknown packet cannot have the id {packet_id}, which is {name}: build that packet instead"
        ),
    );
}

#[test]
fn an_unknown_packet_with_a_known_id_is_refused() {
    let unknown = |packet_id, payload: &[u8]| UnknownPacket { packet_id, payload: payload.to_vec() };
    assert_known(&Event::Unknown(unknown(57, &[3, 0])), 57, "ACSP_CHAT");
    assert_known(&Command::Unknown(unknown(202, &[3, 0])), 202, "ACSP_SEND_CHAT");
    for packet_id in 0..=255 {
        let command = id::is_command(packet_id);
        let event = id::name(packet_id).is_some() && !command;
        assert_eq!(Event::Unknown(unknown(packet_id, &[10])).encode().is_err(), event, "{packet_id}");
        assert_eq!(Command::Unknown(unknown(packet_id, &[10])).encode().is_err(), command, "{packet_id}");
    }
    assert_known(&Event::Unknown(unknown(150, &[3])), 150, "ACSP_SECTOR_COMPLETED");
    // Only an event type that the protocol does not define makes a CLIENT_EVENT unknown.
    for payload in [&[][..], &[10], &[11], &[11, 3, 0]] {
        assert_known(&Event::Unknown(unknown(130, payload)), 130, "ACSP_CLIENT_EVENT");
    }
    for event_type in (0..=255).filter(|event_type| !matches!(event_type, 10 | 11)) {
        let event = Event::Unknown(unknown(130, &[event_type]));
        assert_eq!(event.encode(), Ok(vec![130, event_type]));
        assert_eq!(Event::decode(&[130, event_type]), Ok(event));
    }
}

/// The protocol's largest packets. Peers with buffers of 1,024 or 1,500 bytes truncate them.
#[test]
fn the_largest_packets_pass_whole() {
    let wide = || "🏁".repeat(255);
    let narrow = || "x".repeat(255);
    let session = |dialect| {
        Event::SessionInfo(SessionInfo {
            server_name: wide(),
            track: narrow(),
            track_config: narrow(),
            name: narrow(),
            weather_graphics: narrow(),
            dialect,
            ..SessionInfo::default()
        })
    };
    let info = CarInfo {
        car_model: wide(),
        car_skin: wide(),
        driver_name: wide(),
        driver_team: wide(),
        driver_guid: wide(),
        ..CarInfo::default()
    };
    let connection = NewConnection {
        driver_name: wide(),
        driver_guid: wide(),
        car_model: narrow(),
        car_skin: narrow(),
        ..NewConnection::default()
    };
    for (event, size) in [
        (Event::CarInfo(info), 5108),
        (Event::NewConnection(connection), 2556),
        (session(Dialect::Original), 2063),
        (session(Dialect::AssettoServer), 2828),
        (Event::LapCompleted(lap(255, Some(1.0), Dialect::Original)), 2052),
    ] {
        let bytes = event.encode().unwrap();
        assert_eq!(bytes.len(), size, "{}", event.name());
        assert_eq!(Event::decode(&bytes), Ok(event));
    }
}
