//! Packets that decode, though no encoder writes them so: what comes back is the same value in
//! other bytes.

use acudpclient::protocol::{
    CarId, CarInfo, Chat, Command, Dialect, Event, LapCompleted, LapTime, NewConnection, SessionType,
    SetSessionInfo,
};
use support::vector::{Vector, vector};

use crate::laps::entry;

pub fn events() -> Vec<Vector<Event>> {
    vec![
        vector(
            "decode_only_bool_2",
            &[
                &[54], // id
                &[3],  // car_id
                &[2],  // is_connected: anything but 0 is true
                &[0],  // car_model: empty
                &[0],  // car_skin: empty
                &[0],  // driver_name: empty
                &[0],  // driver_team: empty
                &[0],  // driver_guid: empty
            ],
            Event::CarInfo(CarInfo { car_id: CarId(3), is_connected: true, ..CarInfo::default() }),
        ),
        vector(
            "decode_only_has_completed_255",
            &[
                &[73],               // id
                &[3],                // car_id
                &[1, 0, 0, 0],       // lap_time
                &[0],                // cuts
                &[1],                // cars_count
                &[3],                // leaderboard[0].car_id
                &[1, 0, 0, 0],       // leaderboard[0].lap_time
                &[1, 0],             // leaderboard[0].laps
                &[255],              // leaderboard[0].has_completed: anything but 0 is true
                &[0, 0, 0x80, 0x3F], // grip_level: 1.0
            ],
            Event::LapCompleted(LapCompleted {
                car_id: CarId(3),
                lap_time: LapTime(1),
                leaderboard: vec![entry(3, 1, 1, true)],
                grip_level: Some(1.0),
                dialect: Dialect::Original,
                ..LapCompleted::default()
            }),
        ),
        vector(
            "decode_only_invalid_utf_32",
            &[
                &[57],                     // id
                &[1],                      // car_id
                &[5],                      // message: 5 characters
                b"a\0\0\0",                // a
                &[0x00, 0xD8, 0, 0],       // 0xD800, a surrogate
                &[0x00, 0x00, 0x11, 0],    // 0x110000, past Unicode
                &[0xFF, 0xFF, 0xFF, 0xFF], // 0xFFFFFFFF
                b"b\0\0\0",                // b
            ],
            Event::Chat(Chat { car_id: CarId(1), message: "a\u{FFFD}\u{FFFD}\u{FFFD}b".into() }),
        ),
        vector(
            "decode_only_windows_1252",
            &[
                &[52],             // id
                &[0],              // driver_name: empty
                &[0],              // driver_guid: empty
                &[4],              // car_id
                &[8],              // car_model: 8 bytes
                b"citro\xEBn\x80", // car_model: ë is EB, € is 80
                &[1],              // car_skin: 1 byte
                &[0xE8],           // car_skin: è
            ],
            Event::ConnectionClosed(NewConnection {
                car_id: CarId(4),
                car_model: "citroën€".into(),
                car_skin: "è".into(),
                ..NewConnection::default()
            }),
        ),
    ]
}

/// The Kunos sample sends its whole buffer of 100 bytes, whatever the command.
pub fn commands() -> Vec<Vector<Command>> {
    vec![
        vector(
            "decode_only_padded_interval",
            &[
                &[200],        // id
                &[0xE8, 0x03], // interval_ms: 1000
                &[0; 97],      // padding
            ],
            Command::RealtimeposInterval { interval_ms: 1000 },
        ),
        vector(
            "decode_only_padded_chat",
            &[
                &[202],            // id
                &[3],              // car_id
                &[2],              // message: 2 characters
                b"g\0\0\0g\0\0\0", // message
                &[0; 89],          // padding
            ],
            Command::SendChat { car_id: CarId(3), message: "gg".into() },
        ),
        vector(
            "decode_only_padded_next_session",
            &[
                &[207],   // id
                &[0; 99], // padding
            ],
            Command::NextSession,
        ),
        vector(
            "decode_only_padded_set_session_info",
            &[
                &[205],         // id
                &[1],           // session_index
                &[1],           // name: 1 character
                b"Q\0\0\0",     // name
                &[2],           // session_type: qualify
                &[0, 0, 0, 0],  // laps
                &[15, 0, 0, 0], // time
                &[60, 0, 0, 0], // wait_time
                &[0; 80],       // padding
            ],
            Command::SetSessionInfo(SetSessionInfo {
                session_index: 1,
                name: "Q".into(),
                session_type: SessionType::Qualify,
                laps: 0,
                time: 15,
                wait_time: 60,
            }),
        ),
    ]
}
