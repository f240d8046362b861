//! One readable line per packet, whatever players and servers write.

use acudpclient::protocol::{Event, UnknownPacket};
use support::texts::{Text, command_texts, event_texts};
use support::vector::{Packet, Vector};

use crate::{all_commands, all_events};

fn assert_one_line<P: Packet>(vectors: &[Vector<P>]) {
    for Vector { name, value, .. } in vectors {
        let line = value.to_string();
        assert!(line.starts_with(value.name()), "{name}: {line}");
        assert!(!line.chars().any(char::is_control), "{name}: {line:?}");
        assert_eq!(line.trim_end(), line, "{name}");
    }
}

#[test]
fn every_packet_is_one_line_without_control_characters() {
    assert_one_line(&all_events());
    assert_one_line(&all_commands());
}

fn assert_lines<P: Packet>(vectors: &[Vector<P>], lines: &[(&str, &str)]) {
    for (name, line) in lines {
        let vector = vectors.iter().find(|vector| vector.name == *name).expect(name);
        assert_eq!(vector.value.to_string(), *line, "{name}");
    }
}

#[test]
fn events_read_well() {
    assert_lines(
        &all_events(),
        &[
            (
                "new_session",
                r#"ACSP_NEW_SESSION practice "Practice" (session 1 of 3) on "monza" at "My server": 10 min, running for 0:00.000, air 26 °C, road 33 °C, weather "3_clear", wait 0, protocol 4"#,
            ),
            (
                "new_session_race",
                r#"ACSP_NEW_SESSION race "Garà!" (session 3 of 3) on "ks_nurburgring" layout "layout_gp_a" at "Forlì 🏁": 5 laps, starts in 0:40.000, air 18 °C, road 21 °C, weather "7_heavy_clouds", wait 40000, protocol 4"#,
            ),
            (
                "session_info",
                r#"ACSP_SESSION_INFO qualify "Qualify" (session 2 of 2) on "imola" at "": 300 min, running for 2:03.456, air 255 °C, road 0 °C, weather "", now in session 1, wait 60000, protocol 4"#,
            ),
            (
                "session_info_assettoserver",
                r#"ACSP_SESSION_INFO practice "Practice" (session 1 of 1) on "shuto_revival_prj" at "AS": 65535 min, server up for 596:31:23.707, air 26 °C, road 30 °C, weather "solè☁", wait 60, protocol 4"#,
            ),
            (
                "new_session_assettoserver",
                r#"ACSP_NEW_SESSION practice "Practice" (session 1 of 3) on "monza" at "My server": 10 min, server up for 0:00.000, air 26 °C, road 33 °C, weather "3_clear", wait 0, protocol 4"#,
            ),
            (
                "session_info_unknown_type",
                r#"ACSP_SESSION_INFO session type 9 "Drift" (session 1 of 1) on "spa\n" at "": 3 laps, 15 min, starts in 596:31:23.648, air 20 °C, road 25 °C, weather "1", wait 0, protocol 202"#,
            ),
            ("end_session", r#"ACSP_END_SESSION results in "results/2016_7_24_22_52_QUALIFY.json""#),
            ("end_session_assettoserver", r#"ACSP_END_SESSION results in "forlì.json""#),
            (
                "new_connection",
                r#"ACSP_NEW_CONNECTION car 3: "Zoë 🏁" (76561198000000001) in "ks_mazda_mx5_cup" skin "05_red""#,
            ),
            (
                "connection_closed",
                r#"ACSP_CONNECTION_CLOSED car 12: "Alice" (76561198012345678) in "lotus_2_11" skin "01""#,
            ),
            ("client_loaded", "ACSP_CLIENT_LOADED car 10"),
            (
                "car_info",
                r#"ACSP_CAR_INFO car 3, connected: "Alice" (42) of "Tèam" in "ks_mx_5" skin "05_red""#,
            ),
            ("car_info_empty", r#"ACSP_CAR_INFO car 7, not connected: "" () of "" in "m" skin """#),
            (
                "lap_completed",
                "ACSP_LAP_COMPLETED car 3 1:31.234, cuts 0, grip 98.0 %, leaderboard: car 3 1:31.234 laps 1",
            ),
            ("lap_completed_no_cars", "ACSP_LAP_COMPLETED car 0 -:--.---, cuts 2, grip 100.0 %"),
            (
                "lap_completed_four_cars",
                "ACSP_LAP_COMPLETED car 1 1:30.999, cuts 255, grip 94.0 %, leaderboard: car 1 12:34.321 laps 300 finished, car 0 6:05.432 laps 299, car 2 -:--.--- laps 0, car 3 -:--.--- laps 0",
            ),
            (
                "lap_completed_acsm_prerelease",
                "ACSP_LAP_COMPLETED car 5 1:32.001, cuts 0, leaderboard: car 5 1:32.001 laps 1 finished, car 6 -:--.--- laps 0",
            ),
            (
                "car_update",
                "ACSP_CAR_UPDATE car 3: 216.0 km/h, gear 5, 7123 rpm, at 42.1 % of the lap, position (123.5, -2.5, 300.0)",
            ),
            (
                "client_event_with_car",
                "ACSP_CLIENT_EVENT car 3 hit car 5 at 31.4 km/h, position (-250.8, 12.5, 88.1), on the car (0.1, 0.5, 2.0)",
            ),
            (
                "client_event_with_env",
                "ACSP_CLIENT_EVENT car 7 hit the environment at 219.0 km/h, position (-1024.0, 1.5, 45.5), on the car (0.2, 0.8, -2.5)",
            ),
            ("client_event_unknown_type", "UNKNOWN packet 130, 5 bytes: 0c 03 de ad 00"),
            ("version", "ACSP_VERSION protocol 4"),
            ("chat", r#"ACSP_CHAT car 3: "gg""#),
            ("chat_from_server", r#"ACSP_CHAT server: "welcome""#),
            ("chat_unicode", r#"ACSP_CHAT car 0: "è🏎\u{1b}[m\n\"""#),
            ("error", r#"ACSP_ERROR "Invalid car id""#),
            ("sector_completed", "ACSP_SECTOR_COMPLETED car 3 sector 2 0:30.411, cuts 2"),
            ("sector_completed_last", "ACSP_SECTOR_COMPLETED car 255 sector 256 -:--.---, cuts 0"),
            ("tyre_change", r#"ACSP_TYRE_CHANGE car 12 on "SM""#),
            ("tyre_change_utf_8", r#"ACSP_TYRE_CHANGE car 0 on "\"\u{1b}[mè""#),
            ("ping", "ACSP_PING asked at 1700000000123 ms, answered at 1700000000140 ms"),
            ("unknown_153", "UNKNOWN packet 153, 3 bytes: 01 02 ff"),
            ("unknown_0_empty", "UNKNOWN packet 0, 0 bytes"),
        ],
    );
}

#[test]
fn commands_read_well() {
    assert_lines(
        &all_commands(),
        &[
            ("realtimepos_interval", "ACSP_REALTIMEPOS_INTERVAL 1000 ms"),
            ("get_car_info", "ACSP_GET_CAR_INFO car 10"),
            ("send_chat", r#"ACSP_SEND_CHAT to car 3: "🏁 è!""#),
            ("broadcast_chat", r#"ACSP_BROADCAST_CHAT: "hello\u{1b}""#),
            ("get_session_info_current", "ACSP_GET_SESSION_INFO current"),
            ("get_session_info", "ACSP_GET_SESSION_INFO index 2"),
            (
                "set_session_info",
                r#"ACSP_SET_SESSION_INFO index 1: race "Sprint", 5 laps, time 1800, wait 100000"#,
            ),
            ("kick_user", "ACSP_KICK_USER car 12"),
            ("next_session", "ACSP_NEXT_SESSION"),
            ("restart_session", "ACSP_RESTART_SESSION"),
            ("admin_command", r#"ACSP_ADMIN_COMMAND: "/kick_id 3""#),
            ("enable_enhanced_reporting", "ACSP_ENABLE_ENHANCED_REPORTING"),
            ("request_ping", "ACSP_REQUEST_PING at 1700000000123 ms"),
            ("unknown_command_220", "UNKNOWN packet 220, 2 bytes: 00 0a"),
        ],
    );
}

#[test]
fn a_long_unknown_packet_shows_its_first_32_bytes() {
    let packet =
        |length| Event::Unknown(UnknownPacket { packet_id: 153, payload: vec![0xAB; length] }).to_string();
    assert_eq!(packet(32), format!("UNKNOWN packet 153, 32 bytes:{}", " ab".repeat(32)));
    assert_eq!(packet(33), format!("UNKNOWN packet 153, 33 bytes:{} …", " ab".repeat(32)));
}

/// Every text of every packet comes from outside.
#[test]
fn no_text_reaches_the_terminal_raw() {
    let evil = "a\u{1b}[2J\r\n\0\u{7f}\u{85}\u{9b}\u{2028}\u{202e}";
    let escaped = r"a\u{1b}[2J\r\n\0\u{7f}\u{85}\u{9b}\u{2028}\u{202e}";
    assert_escaped(&event_texts(), evil, escaped);
    assert_escaped(&command_texts(), evil, escaped);
}

fn assert_escaped<P: Packet>(texts: &[Text<P>], evil: &str, escaped: &str) {
    for Text { packet, field, build, .. } in texts {
        let line = build(evil.to_owned()).to_string();
        assert!(line.contains(escaped), "{packet} {field}: {line:?}");
        assert!(!line.chars().any(char::is_control), "{packet} {field}: {line:?}");
    }
}
