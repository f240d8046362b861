//! The JSON form: exact texts, floats that JSON has no form for, and what is refused.
//! That every vector reads back is in `fixtures.rs`.

use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientEvent, Command, Dialect, EndSession, Event, LapCompleted, LapTime, Ping,
    SectorCompleted, SessionInfo, SessionType, SetSessionInfo, TyreChange, UnknownPacket, Vec3,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use support::checks::to_json;
use support::texts;
use support::vector::Packet;

use crate::all_events;
use crate::laps::entry;

/// The value's JSON is this text, and this text is the value.
#[track_caller]
fn assert_text<P: Packet + Serialize + DeserializeOwned>(value: &P, text: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), text);
    assert_eq!(&serde_json::from_str::<P>(text).unwrap(), value);
}

#[test]
fn an_event_is_one_flat_object() {
    assert_text(
        &Event::LapCompleted(LapCompleted {
            car_id: CarId(3),
            lap_time: LapTime(91_234),
            leaderboard: vec![entry(3, 91_234, 1, false)],
            grip_level: Some(0.98),
            ..LapCompleted::default()
        }),
        r#"{"type":"lap_completed","car_id":3,"lap_time":91234,"cuts":0,"leaderboard":[{"car_id":3,"lap_time":91234,"laps":1,"has_completed":false}],"grip_level":0.98}"#,
    );
    assert_text(
        &Event::CarUpdate(CarUpdate {
            car_id: CarId(3),
            position: Vec3::new(123.5, -2.5, 300.0),
            gear: 6.into(),
            engine_rpm: 7123,
            normalized_spline_pos: 0.421,
            ..CarUpdate::default()
        }),
        r#"{"type":"car_update","car_id":3,"position":{"x":123.5,"y":-2.5,"z":300.0},"velocity":{"x":0.0,"y":0.0,"z":0.0},"gear":6,"engine_rpm":7123,"normalized_spline_pos":0.421}"#,
    );
    assert_text(
        &Event::ClientEvent(ClientEvent { other_car_id: Some(CarId(5)), ..ClientEvent::default() }),
        r#"{"type":"client_event","car_id":0,"other_car_id":5,"impact_speed":0.0,"world_pos":{"x":0.0,"y":0.0,"z":0.0},"rel_pos":{"x":0.0,"y":0.0,"z":0.0}}"#,
    );
    assert_text(
        &Event::Unknown(UnknownPacket { packet_id: 153, payload: vec![1, 2, 255] }),
        r#"{"type":"unknown","packet_id":153,"payload":[1,2,255]}"#,
    );
    assert_text(
        &Event::SectorCompleted(SectorCompleted {
            car_id: CarId(3),
            sector_index: 1,
            sector_time: LapTime(30_411),
            cuts: 0,
        }),
        r#"{"type":"sector_completed","car_id":3,"sector_index":1,"sector_time":30411,"cuts":0}"#,
    );
    assert_text(
        &Event::TyreChange(TyreChange { car_id: CarId(3), current_tyre: "SM".into() }),
        r#"{"type":"tyre_change","car_id":3,"current_tyre":"SM"}"#,
    );
    assert_text(
        &Event::Ping(Ping { plugin_time: 1_700_000_000_123, server_time: -2 }),
        r#"{"type":"ping","plugin_time":1700000000123,"server_time":-2}"#,
    );
    assert_text(
        &Event::Chat(Chat { car_id: CarId(255), message: "è🏁\u{1b}\n\"\u{202e}".into() }),
        "{\"type\":\"chat\",\"car_id\":255,\"message\":\"è🏁\\u001b\\n\\\"\u{202e}\"}",
    );
}

#[test]
fn every_command_has_the_wires_own_values() {
    for (command, text) in [
        (
            Command::RealtimeposInterval { interval_ms: 1000 },
            r#"{"type":"realtimepos_interval","interval_ms":1000}"#,
        ),
        (Command::GetCarInfo { car_id: CarId(3) }, r#"{"type":"get_car_info","car_id":3}"#),
        (
            Command::SendChat { car_id: CarId(3), message: "…".into() },
            r#"{"type":"send_chat","car_id":3,"message":"…"}"#,
        ),
        (Command::BroadcastChat { message: "gg".into() }, r#"{"type":"broadcast_chat","message":"gg"}"#),
        (Command::GetSessionInfo { session_index: -1 }, r#"{"type":"get_session_info","session_index":-1}"#),
        (
            Command::SetSessionInfo(SetSessionInfo {
                session_index: 1,
                name: "…".into(),
                session_type: SessionType::Race,
                laps: 5,
                time: 0,
                wait_time: 60,
            }),
            r#"{"type":"set_session_info","session_index":1,"name":"…","session_type":"race","laps":5,"time":0,"wait_time":60}"#,
        ),
        (Command::KickUser { car_id: CarId(3) }, r#"{"type":"kick_user","car_id":3}"#),
        (Command::NextSession, r#"{"type":"next_session"}"#),
        (Command::RestartSession, r#"{"type":"restart_session"}"#),
        (Command::AdminCommand { command: "/ksns".into() }, r#"{"type":"admin_command","command":"/ksns"}"#),
        (Command::EnableEnhancedReporting, r#"{"type":"enable_enhanced_reporting"}"#),
        (Command::RequestPing { unix_ms: -2 }, r#"{"type":"request_ping","unix_ms":-2}"#),
        (
            Command::Unknown(UnknownPacket { packet_id: 220, payload: vec![] }),
            r#"{"type":"unknown","packet_id":220,"payload":[]}"#,
        ),
    ] {
        assert_text(&command, text);
    }
}

/// `"ACSP_LAP_COMPLETED"` is `"lap_completed"`.
#[test]
fn the_type_is_the_name_in_small_letters() {
    for vector in all_events() {
        let value: serde_json::Value = serde_json::from_str(&to_json(&vector.value)).unwrap();
        let name = vector.value.name().trim_start_matches("ACSP_").to_lowercase();
        assert_eq!(value["type"], name, "{}", vector.name);
    }
}

#[test]
fn a_session_type_is_its_name_or_its_number() {
    for (session_type, text) in [
        (SessionType::Booking, r#""booking""#),
        (SessionType::Practice, r#""practice""#),
        (SessionType::Qualify, r#""qualify""#),
        (SessionType::Race, r#""race""#),
        (SessionType::Unknown(9), r#"{"unknown":9}"#),
    ] {
        assert_eq!(serde_json::to_string(&session_type).unwrap(), text);
        assert_eq!(serde_json::from_str::<SessionType>(text).unwrap(), session_type);
    }
}

#[test]
fn the_dialect_is_a_key_only_where_it_is_not_the_original() {
    let end = |dialect| Event::EndSession(EndSession { filename: "r".into(), dialect });
    assert_text(&end(Dialect::Original), r#"{"type":"end_session","filename":"r"}"#);
    assert_text(
        &end(Dialect::AssettoServer),
        r#"{"type":"end_session","filename":"r","dialect":"assetto_server"}"#,
    );
    let lap = |grip_level, dialect| {
        Event::LapCompleted(LapCompleted { grip_level, dialect, ..LapCompleted::default() })
    };
    assert_text(
        &lap(Some(1.0), Dialect::Before17),
        r#"{"type":"lap_completed","car_id":0,"lap_time":0,"cuts":0,"leaderboard":[],"grip_level":1.0,"dialect":"before17"}"#,
    );
    assert_text(
        &lap(None, Dialect::AcsmPrerelease),
        r#"{"type":"lap_completed","car_id":0,"lap_time":0,"cuts":0,"leaderboard":[],"grip_level":null,"dialect":"acsm_prerelease"}"#,
    );
    for vector in all_events() {
        let value: serde_json::Value = serde_json::from_str(&to_json(&vector.value)).unwrap();
        let other = support::vector::dialect(&vector.value) != Dialect::Original;
        assert_eq!(value.get("dialect").is_some(), other, "{}", vector.name);
    }
}

#[test]
fn every_text_reads_back() {
    let text = "è🏁\0\u{1b}\r\n\"\\/\u{7f}\u{9b}\u{2028}\u{202e}\u{feff}\u{fffd}";
    for texts::Text { packet, field, build, .. } in texts::event_texts() {
        let event = build(text.into());
        assert_eq!(serde_json::from_str::<Event>(&to_json(&event)).unwrap(), event, "{packet} {field}");
    }
    for texts::Text { packet, field, build, .. } in texts::command_texts() {
        let command = build(text.into());
        assert_eq!(serde_json::from_str::<Command>(&to_json(&command)).unwrap(), command, "{packet} {field}");
    }
}

fn at(normalized_spline_pos: f32) -> Event {
    Event::CarUpdate(CarUpdate {
        position: Vec3::new(0.0, normalized_spline_pos, 0.0),
        normalized_spline_pos,
        ..CarUpdate::default()
    })
}

/// Once in an `f32` of its own and once in a `Vec3`.
#[track_caller]
fn assert_bits(event: &Event, bits: u32) {
    let Event::CarUpdate(update) = event else { panic!("{event:?}") };
    assert_eq!(update.position.y.to_bits(), bits, "{bits:#x}");
    assert_eq!(update.normalized_spline_pos.to_bits(), bits, "{bits:#x}");
}

#[test]
fn every_float_reads_back_bit_by_bit() {
    for (bits, text) in [
        (0x7F80_0000, r#""Infinity""#),
        (0xFF80_0000, r#""-Infinity""#),
        (0x7FC0_0000, r#""NaN""#),
        (0xFFC0_0000, r#""NaN(0xffc00000)""#),
        (0x7FC0_0001, r#""NaN(0x7fc00001)""#),
        (0x7F80_0001, r#""NaN(0x7f800001)""#),
        (0xFFFF_FFFF, r#""NaN(0xffffffff)""#),
        (0x0000_0000, "0.0"),
        (0x8000_0000, "-0.0"),
        (0x3DCC_CCCD, "0.1"),
        (0x3F80_0000, "1.0"),
        (0xC37A_C000, "-250.75"),
    ] {
        let json = serde_json::to_string(&at(f32::from_bits(bits))).unwrap();
        assert!(json.ends_with(&format!(r#""normalized_spline_pos":{text}}}"#)), "{json}");
        assert!(json.contains(&format!(r#""y":{text},"#)), "{json}");
        assert_bits(&serde_json::from_str(&json).unwrap(), bits);
    }
    // The borders of every exponent: the smallest and largest numbers among them.
    for exponent in 0..=0xFF_u32 {
        for mantissa in [0, 1, 0x3F_FFFF, 0x40_0000, 0x7F_FFFF] {
            for sign in [0, 1] {
                let bits = sign << 31 | exponent << 23 | mantissa;
                let event = at(f32::from_bits(bits));
                assert_bits(&serde_json::from_str(&serde_json::to_string(&event).unwrap()).unwrap(), bits);
                assert_bits(&serde_json::from_value(serde_json::to_value(&event).unwrap()).unwrap(), bits);
            }
        }
    }
}

/// 7.038531e-26 is how this float is written. The nearest `f64` lies halfway between it and the
/// next one, so a reader that rounds to `f64` first, as exact JSON parsers do, must not then round
/// to the wrong side. It is the only positive float of which that is true.
#[test]
fn the_one_float_that_rounding_twice_changes_reads_back() {
    let event = at(f32::from_bits(0x15AE_43FD));
    let mut json: serde_json::Value = serde_json::from_str(&to_json(&event)).unwrap();
    for negative in [false, true] {
        let exact = if negative { -7.038531e-26_f64 } else { 7.038531e-26_f64 };
        json["position"]["y"] = exact.into();
        json["normalized_spline_pos"] = exact.into();
        let bits = 0x15AE_43FD | u32::from(negative) << 31;
        assert_bits(&serde_json::from_value(json.clone()).unwrap(), bits);
    }
    assert!(to_json(&event).contains(r#""normalized_spline_pos": 7.038531e-26"#), "{}", to_json(&event));
}

/// A missing grip level is not an infinite or invalid one.
#[test]
fn a_grip_level_is_a_float_or_null() {
    let lap = |grip_level: serde_json::Value| json!({"type": "lap_completed", "car_id": 3, "lap_time": 1, "cuts": 0, "leaderboard": [], "grip_level": grip_level});
    let read = |value| match serde_json::from_value(lap(value)).unwrap() {
        Event::LapCompleted(lap) => lap.grip_level,
        other => panic!("{other:?}"),
    };
    assert_eq!(read(json!(null)), None);
    assert_eq!(read(json!(1)), Some(1.0));
    assert_eq!(read(json!(-1)), Some(-1.0));
    assert_eq!(read(json!("-Infinity")), Some(f32::NEG_INFINITY));
    assert_eq!(read(json!("NaN")).map(f32::to_bits), Some(f32::NAN.to_bits()));
    assert_eq!(read(json!("NaN(0x7fc00001)")).map(f32::to_bits), Some(0x7FC0_0001));
}

#[test]
fn keys_that_may_be_missing() {
    let origin = r#"{"x":0,"y":0,"z":0}"#;
    let json = format!(
        r#"{{"type":"client_event","car_id":0,"impact_speed":0,"world_pos":{origin},"rel_pos":{origin}}}"#
    );
    assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), Event::ClientEvent(ClientEvent::default()));

    let json = to_json(&Event::NewSession(SessionInfo::default()));
    assert!(!json.contains("dialect"), "{json}");
    assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), Event::NewSession(SessionInfo::default()));
}

#[test]
fn wrong_json_is_refused_with_what_is_wrong() {
    let lap = |grip_level: &str| {
        format!(
            r#"{{"type":"lap_completed","car_id":3,"lap_time":1,"cuts":0,"leaderboard":[],"grip_level":{grip_level}}}"#
        )
    };
    let float = r#"expected a number, "Infinity", "-Infinity", "NaN" or "NaN(0x…)""#;
    for (json, message) in [
        (r#"{"car_id":3,"message":"x"}"#.to_owned(), "missing field `type`".to_owned()),
        (r#"{"type":"nope"}"#.into(), "unknown variant `nope`, expected one of `new_session`, ".into()),
        (r#"{"type":"next_session"}"#.into(), "unknown variant `next_session`".into()),
        (r#"{"type":"chat","car_id":3}"#.into(), "missing field `message`".into()),
        (
            r#"{"type":"chat","car_id":256,"message":"x"}"#.into(),
            "invalid value: integer `256`, expected u8".into(),
        ),
        (
            r#"{"type":"chat","car_id":"3","message":"x"}"#.into(),
            r#"invalid type: string "3", expected u8"#.into(),
        ),
        (
            r#"{"type":"end_session","filename":"x","dialect":"kunos"}"#.into(),
            "unknown variant `kunos`, expected one of `original`, `before17`, `assetto_server`, `acsm_prerelease`"
                .into(),
        ),
        (
            r#"{"type":"unknown","packet_id":153,"payload":[256]}"#.into(),
            "invalid value: integer `256`, expected u8".into(),
        ),
        (
            r#"{"type":"lap_completed","car_id":3,"lap_time":1,"cuts":0,"leaderboard":[]}"#.into(),
            "missing field `grip_level`".into(),
        ),
        (lap(r#""high""#), format!(r#"invalid value: string "high", {float}"#)),
        (lap(r#""nan""#), format!(r#"invalid value: string "nan", {float}"#)),
        (lap(r#""NaN(0x3f800000)""#), format!(r#"invalid value: string "NaN(0x3f800000)", {float}"#)),
        (
            lap("1e300"),
            "invalid value: floating point `1e+300`, expected a number that a 32-bit float holds".into(),
        ),
        (lap("true"), format!("invalid type: boolean `true`, {float}")),
        (lap("[]"), format!("invalid type: sequence, {float}")),
    ] {
        let error = serde_json::from_str::<Event>(&json).unwrap_err().to_string();
        assert!(error.starts_with(&message), "{json}: {error}");
    }
    for (json, message) in [
        (r#"{"type":"chat","car_id":3,"message":"x"}"#, "unknown variant `chat`"),
        (
            r#"{"type":"realtimepos_interval","interval_ms":65536}"#,
            "invalid value: integer `65536`, expected u16",
        ),
        (
            r#"{"type":"get_session_info","session_index":40000}"#,
            "invalid value: integer `40000`, expected i16",
        ),
        (
            r#"{"type":"set_session_info","session_index":1,"name":"","session_type":"drift","laps":1,"time":1,"wait_time":1}"#,
            "unknown variant `drift`, expected one of `booking`, `practice`, `qualify`, `race`, `unknown`",
        ),
    ] {
        let error = serde_json::from_str::<Command>(json).unwrap_err().to_string();
        assert!(error.starts_with(message), "{json}: {error}");
    }
}
