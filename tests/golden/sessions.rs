//! NEW_SESSION, SESSION_INFO and END_SESSION.

use acudpclient::protocol::{Dialect, EndSession, Event, SessionInfo, SessionType};
use support::vector::{Vector, vector};

pub fn vectors() -> Vec<Vector<Event>> {
    vec![
        vector(
            "new_session",
            &[
                &[50],                                                              // id
                &[4],                                                               // protocol_version
                &[0],                                                               // session_index
                &[0],                                                               // current_session_index
                &[3],                                                               // session_count
                &[9], // server_name: 9 characters
                b"M\0\0\0y\0\0\0 \0\0\0s\0\0\0e\0\0\0r\0\0\0v\0\0\0e\0\0\0r\0\0\0", // server_name
                &[5], // track: 5 bytes
                b"monza", // track
                &[0], // track_config: empty
                &[8], // name: 8 bytes
                b"Practice", // name
                &[1], // session_type: practice
                &[10, 0], // time
                &[0, 0], // laps
                &[0, 0], // wait_time
                &[26], // ambient_temp
                &[33], // road_temp
                &[7], // weather_graphics: 7 bytes
                b"3_clear", // weather_graphics
                &[0, 0, 0, 0], // elapsed_ms
            ],
            Event::NewSession(practice(Dialect::Original)),
        ),
        // The same, but with a wide weather_graphics.
        vector(
            "new_session_assettoserver",
            &[
                &[50],                                                              // id
                &[4],                                                               // protocol_version
                &[0],                                                               // session_index
                &[0],                                                               // current_session_index
                &[3],                                                               // session_count
                &[9], // server_name: 9 characters
                b"M\0\0\0y\0\0\0 \0\0\0s\0\0\0e\0\0\0r\0\0\0v\0\0\0e\0\0\0r\0\0\0", // server_name
                &[5], // track: 5 bytes
                b"monza", // track
                &[0], // track_config: empty
                &[8], // name: 8 bytes
                b"Practice", // name
                &[1], // session_type: practice
                &[10, 0], // time
                &[0, 0], // laps
                &[0, 0], // wait_time
                &[26], // ambient_temp
                &[33], // road_temp
                &[7], // weather_graphics: 7 characters
                b"3\0\0\0_\0\0\0c\0\0\0l\0\0\0e\0\0\0a\0\0\0r\0\0\0", // weather_graphics
                &[0, 0, 0, 0], // elapsed_ms
            ],
            Event::NewSession(practice(Dialect::AssettoServer)),
        ),
        vector(
            "new_session_race",
            &[
                &[50],                                                          // id
                &[4],                                                           // protocol_version
                &[2],                                                           // session_index
                &[2],                                                           // current_session_index
                &[3],                                                           // session_count
                &[7],                                                           // server_name: 7 characters
                b"F\0\0\0o\0\0\0r\0\0\0l\0\0\0\xEC\0\0\0 \0\0\0\xC1\xF3\x01\0", // server_name: U+00EC is EC, U+1F3C1 is C1 F3 01
                &[14],                                                          // track: 14 bytes
                b"ks_nurburgring",                                              // track
                &[11],                                                          // track_config: 11 bytes
                b"layout_gp_a",                                                 // track_config
                &[6],                                                           // name: 6 bytes, 5 characters
                b"Gar\xC3\xA0!",                                                // name: UTF-8
                &[3],                                                           // session_type: race
                &[0, 0],                                                        // time
                &[5, 0],                                                        // laps
                &[0x40, 0x9C],                                                  // wait_time: 40000, 0x9C40
                &[18],                                                          // ambient_temp
                &[21],                                                          // road_temp
                &[14],                                                          // weather_graphics: 14 bytes
                b"7_heavy_clouds",                                              // weather_graphics
                &[0xC0, 0x63, 0xFF, 0xFF], // elapsed_ms: -40000, 0xFFFF63C0
            ],
            Event::NewSession(SessionInfo {
                protocol_version: 4,
                session_index: 2,
                current_session_index: 2,
                session_count: 3,
                server_name: "Forlì 🏁".into(),
                track: "ks_nurburgring".into(),
                track_config: "layout_gp_a".into(),
                name: "Garà!".into(),
                session_type: SessionType::Race,
                laps: 5,
                wait_time: 40_000,
                ambient_temp: 18,
                road_temp: 21,
                weather_graphics: "7_heavy_clouds".into(),
                elapsed_ms: -40_000,
                ..SessionInfo::default()
            }),
        ),
        vector(
            "session_info",
            &[
                &[59],                  // id
                &[4],                   // protocol_version
                &[1],                   // session_index
                &[0],                   // current_session_index
                &[2],                   // session_count
                &[0],                   // server_name: empty
                &[5],                   // track: 5 bytes
                b"imola",               // track
                &[0],                   // track_config: empty
                &[7],                   // name: 7 bytes
                b"Qualify",             // name
                &[2],                   // session_type: qualify
                &[0x2C, 0x01],          // time: 300, 0x012C
                &[0, 0],                // laps
                &[0x60, 0xEA],          // wait_time: 60000, 0xEA60
                &[255],                 // ambient_temp
                &[0],                   // road_temp
                &[0],                   // weather_graphics: empty
                &[0x40, 0xE2, 0x01, 0], // elapsed_ms: 123456, 0x0001E240
            ],
            Event::SessionInfo(SessionInfo {
                protocol_version: 4,
                session_index: 1,
                session_count: 2,
                track: "imola".into(),
                name: "Qualify".into(),
                session_type: SessionType::Qualify,
                time: 300,
                wait_time: 60_000,
                ambient_temp: 255,
                elapsed_ms: 123_456,
                ..SessionInfo::default()
            }),
        ),
        vector(
            "session_info_assettoserver",
            &[
                &[59],                                       // id
                &[4],                                        // protocol_version
                &[0],                                        // session_index
                &[0],                                        // current_session_index
                &[1],                                        // session_count
                &[2],                                        // server_name: 2 characters
                b"A\0\0\0S\0\0\0",                           // server_name
                &[17],                                       // track: 17 bytes
                b"shuto_revival_prj",                        // track
                &[0],                                        // track_config: empty
                &[8],                                        // name: 8 bytes
                b"Practice",                                 // name
                &[1],                                        // session_type: practice
                &[0xFF, 0xFF],                               // time: 65535
                &[0, 0],                                     // laps
                &[60, 0],                                    // wait_time: seconds here
                &[26],                                       // ambient_temp
                &[30],                                       // road_temp
                &[5],                                        // weather_graphics: 5 characters
                b"s\0\0\0o\0\0\0l\0\0\0\xE8\0\0\0\x01&\0\0", // weather_graphics: U+00E8 is E8, U+2601 is 01 26
                &[0xFF, 0xFF, 0xFF, 0x7F],                   // elapsed_ms: 2147483647
            ],
            Event::SessionInfo(SessionInfo {
                protocol_version: 4,
                session_count: 1,
                server_name: "AS".into(),
                track: "shuto_revival_prj".into(),
                name: "Practice".into(),
                session_type: SessionType::Practice,
                time: 65_535,
                wait_time: 60,
                ambient_temp: 26,
                road_temp: 30,
                weather_graphics: "solè☁".into(),
                elapsed_ms: i32::MAX,
                dialect: Dialect::AssettoServer,
                ..SessionInfo::default()
            }),
        ),
        // The version of ACSM v2's prereleases of 2020, and a type on whose meaning sources disagree.
        vector(
            "session_info_unknown_type",
            &[
                &[59],            // id
                &[202],           // protocol_version
                &[0],             // session_index
                &[0],             // current_session_index
                &[1],             // session_count
                &[0],             // server_name: empty
                &[4],             // track: 4 bytes
                b"spa\n",         // track: with a line feed
                &[0],             // track_config: empty
                &[5],             // name: 5 bytes
                b"Drift",         // name
                &[9],             // session_type: unknown
                &[15, 0],         // time
                &[3, 0],          // laps
                &[0, 0],          // wait_time
                &[20],            // ambient_temp
                &[25],            // road_temp
                &[1],             // weather_graphics: 1 byte
                b"1",             // weather_graphics
                &[0, 0, 0, 0x80], // elapsed_ms: -2147483648
            ],
            Event::SessionInfo(SessionInfo {
                protocol_version: 202,
                session_count: 1,
                track: "spa\n".into(),
                name: "Drift".into(),
                session_type: SessionType::Unknown(9),
                time: 15,
                laps: 3,
                ambient_temp: 20,
                road_temp: 25,
                weather_graphics: "1".into(),
                elapsed_ms: i32::MIN,
                ..SessionInfo::default()
            }),
        ),
        vector(
            "end_session",
            &[
                &[55],                                                         // id
                &[36],                                                         // filename: 36 characters
                b"r\0\0\0e\0\0\0s\0\0\0u\0\0\0l\0\0\0t\0\0\0s\0\0\0/\0\0\0",   // filename …
                &[b'2', 0, 0, 0, b'0', 0, 0, 0, b'1', 0, 0, 0, b'6', 0, 0, 0], // …
                &[b'_', 0, 0, 0, b'7', 0, 0, 0, b'_', 0, 0, 0, b'2', 0, 0, 0], // …
                &[b'4', 0, 0, 0, b'_', 0, 0, 0, b'2', 0, 0, 0, b'2', 0, 0, 0], // …
                &[b'_', 0, 0, 0, b'5', 0, 0, 0, b'2', 0, 0, 0, b'_', 0, 0, 0], // …
                b"Q\0\0\0U\0\0\0A\0\0\0L\0\0\0I\0\0\0F\0\0\0Y\0\0\0",          // …
                b".\0\0\0j\0\0\0s\0\0\0o\0\0\0n\0\0\0",                        // … to here
            ],
            Event::EndSession(EndSession {
                filename: "results/2016_7_24_22_52_QUALIFY.json".into(),
                ..EndSession::default()
            }),
        ),
        vector(
            "end_session_assettoserver",
            &[
                &[55],                // id
                &[11],                // filename: 11 bytes, 10 characters
                b"forl\xC3\xAC.json", // filename: UTF-8
            ],
            Event::EndSession(EndSession { filename: "forlì.json".into(), dialect: Dialect::AssettoServer }),
        ),
        // AssettoServer's today. The two layouts give the same bytes: that is the original one.
        vector(
            "end_session_empty",
            &[
                &[55], // id
                &[0],  // filename: empty
            ],
            Event::EndSession(EndSession::default()),
        ),
    ]
}

fn practice(dialect: Dialect) -> SessionInfo {
    SessionInfo {
        protocol_version: 4,
        session_count: 3,
        server_name: "My server".into(),
        track: "monza".into(),
        name: "Practice".into(),
        session_type: SessionType::Practice,
        time: 10,
        ambient_temp: 26,
        road_temp: 33,
        weather_graphics: "3_clear".into(),
        dialect,
        ..SessionInfo::default()
    }
}
