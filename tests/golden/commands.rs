//! The commands.

use acudpclient::protocol::{CarId, Command, SessionType, SetSessionInfo, UnknownPacket};
use support::vector::{Vector, vector};

pub fn vectors() -> Vec<Vector<Command>> {
    vec![
        vector(
            "realtimepos_interval",
            &[
                &[200],        // id
                &[0xE8, 0x03], // interval_ms: 1000, 0x03E8
            ],
            Command::RealtimeposInterval { interval_ms: 1000 },
        ),
        vector(
            "realtimepos_interval_off",
            &[
                &[200],  // id
                &[0, 0], // interval_ms
            ],
            Command::RealtimeposInterval { interval_ms: 0 },
        ),
        vector(
            "realtimepos_interval_longest",
            &[
                &[200],        // id
                &[0xFF, 0xFF], // interval_ms: 65535
            ],
            Command::RealtimeposInterval { interval_ms: 65_535 },
        ),
        vector(
            "get_car_info",
            &[
                &[201], // id
                &[10],  // car_id
            ],
            Command::GetCarInfo { car_id: CarId(10) },
        ),
        vector(
            "send_chat",
            &[
                &[202],                                    // id
                &[3],                                      // car_id
                &[4],                                      // message: 4 characters
                b"\xC1\xF3\x01\0 \0\0\0\xE8\0\0\0!\0\0\0", // message: U+1F3C1 is C1 F3 01, U+00E8 is E8
            ],
            Command::SendChat { car_id: CarId(3), message: "🏁 è!".into() },
        ),
        vector(
            "broadcast_chat",
            &[
                &[203],                                 // id
                &[6],                                   // message: 6 characters
                b"h\0\0\0e\0\0\0l\0\0\0l\0\0\0o\0\0\0", // message …
                b"\x1B\0\0\0",                          // … with an escape
            ],
            Command::BroadcastChat { message: "hello\u{1b}".into() },
        ),
        vector(
            "get_session_info_current",
            &[
                &[204],        // id
                &[0xFF, 0xFF], // session_index: -1
            ],
            Command::GetSessionInfo { session_index: -1 },
        ),
        vector(
            "get_session_info",
            &[
                &[204],  // id
                &[2, 0], // session_index
            ],
            Command::GetSessionInfo { session_index: 2 },
        ),
        vector(
            "set_session_info",
            &[
                &[205],                                        // id
                &[1],                                          // session_index
                &[6],                                          // name: 6 characters
                b"S\0\0\0p\0\0\0r\0\0\0i\0\0\0n\0\0\0t\0\0\0", // name
                &[3],                                          // session_type: race
                &[5, 0, 0, 0],                                 // laps
                &[0x08, 0x07, 0, 0],                           // time: 1800, 0x00000708
                &[0xA0, 0x86, 0x01, 0],                        // wait_time: 100000, 0x000186A0
            ],
            Command::SetSessionInfo(SetSessionInfo {
                session_index: 1,
                name: "Sprint".into(),
                session_type: SessionType::Race,
                laps: 5,
                time: 1800,
                wait_time: 100_000,
            }),
        ),
        vector(
            "set_session_info_unknown_type",
            &[
                &[205],                    // id
                &[0],                      // session_index
                &[0],                      // name: empty
                &[9],                      // session_type: unknown
                &[0xFF, 0xFF, 0xFF, 0xFF], // laps: 4294967295
                &[0, 0, 0, 0],             // time
                &[60, 0, 0, 0],            // wait_time
            ],
            Command::SetSessionInfo(SetSessionInfo {
                session_index: 0,
                name: String::new(),
                session_type: SessionType::Unknown(9),
                laps: u32::MAX,
                time: 0,
                wait_time: 60,
            }),
        ),
        vector(
            "kick_user",
            &[
                &[206], // id
                &[12],  // car_id
            ],
            Command::KickUser { car_id: CarId(12) },
        ),
        vector(
            "next_session",
            &[
                &[207], // id
            ],
            Command::NextSession,
        ),
        vector(
            "restart_session",
            &[
                &[208], // id
            ],
            Command::RestartSession,
        ),
        vector(
            "admin_command",
            &[
                &[209],                                                      // id
                &[10],                                                       // command: 10 characters
                b"/\0\0\0k\0\0\0i\0\0\0c\0\0\0k\0\0\0_\0\0\0i\0\0\0d\0\0\0", // command …
                &[b' ', 0, 0, 0, b'3', 0, 0, 0],                             // … to here
            ],
            Command::AdminCommand { command: "/kick_id 3".into() },
        ),
        vector(
            "enable_enhanced_reporting",
            &[
                &[210], // id
            ],
            Command::EnableEnhancedReporting,
        ),
        vector(
            "request_ping",
            &[
                &[211],                                      // id
                &[0x7B, 0x68, 0xE5, 0xCF, 0x8B, 0x01, 0, 0], // unix_ms: 1700000000123, 0x0000018BCFE5687B
            ],
            Command::RequestPing { unix_ms: 1_700_000_000_123 },
        ),
        vector(
            "request_ping_before_1970",
            &[
                &[211],                                            // id
                &[0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], // unix_ms: -2
            ],
            Command::RequestPing { unix_ms: -2 },
        ),
        vector(
            "unknown_command_220",
            &[
                &[220],   // id
                &[0, 10], // payload
            ],
            Command::Unknown(UnknownPacket { packet_id: 220, payload: vec![0, 10] }),
        ),
        // The id of an event is no command's.
        vector(
            "unknown_command_57",
            &[
                &[57], // id
                &[3],  // payload
            ],
            Command::Unknown(UnknownPacket { packet_id: 57, payload: vec![3] }),
        ),
    ]
}
