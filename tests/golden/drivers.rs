//! NEW_CONNECTION, CONNECTION_CLOSED, CLIENT_LOADED and CAR_INFO.

use acudpclient::protocol::{CarId, CarInfo, ClientLoaded, Event, NewConnection};
use support::vector::{Vector, vector};

pub fn vectors() -> Vec<Vector<Event>> {
    vec![
        vector(
            "new_connection",
            &[
                &[51],                                                         // id
                &[5],                                                          // driver_name: 5 characters
                b"Z\0\0\0o\0\0\0\xEB\0\0\0 \0\0\0\xC1\xF3\x01\0", // driver_name, with U+00EB and U+1F3C1
                &[17],                                            // driver_guid: 17 characters
                &[b'7', 0, 0, 0, b'6', 0, 0, 0, b'5', 0, 0, 0, b'6', 0, 0, 0], // driver_guid …
                &[b'1', 0, 0, 0, b'1', 0, 0, 0, b'9', 0, 0, 0, b'8', 0, 0, 0], // …
                &[b'0', 0, 0, 0, b'0', 0, 0, 0, b'0', 0, 0, 0, b'0', 0, 0, 0], // …
                &[b'0', 0, 0, 0, b'0', 0, 0, 0, b'0', 0, 0, 0, b'0', 0, 0, 0], // …
                &[b'1', 0, 0, 0],                                 // … to here
                &[3],                                             // car_id
                &[16],                                            // car_model: 16 bytes
                b"ks_mazda_mx5_cup",                              // car_model
                &[6],                                             // car_skin: 6 bytes
                b"05_red",                                        // car_skin
            ],
            Event::NewConnection(NewConnection {
                driver_name: "Zoë 🏁".into(),
                driver_guid: "76561198000000001".into(),
                car_id: CarId(3),
                car_model: "ks_mazda_mx5_cup".into(),
                car_skin: "05_red".into(),
            }),
        ),
        vector(
            "new_connection_guid_zero",
            &[
                &[51],                    // id
                &[3],                     // driver_name: 3 characters
                b"B\0\0\0o\0\0\0b\0\0\0", // driver_name
                &[1],                     // driver_guid: 1 character
                b"0\0\0\0",               // driver_guid
                &[0],                     // car_id
                &[4],                     // car_model: 4 bytes
                b"bmw_",                  // car_model
                &[4],                     // car_skin: 4 bytes, 3 characters
                b"bl\xC3\xA0",            // car_skin: UTF-8
            ],
            Event::NewConnection(NewConnection {
                driver_name: "Bob".into(),
                driver_guid: "0".into(),
                car_model: "bmw_".into(),
                car_skin: "blà".into(),
                ..NewConnection::default()
            }),
        ),
        vector(
            "new_connection_guid_empty",
            &[
                &[51],                    // id
                &[3],                     // driver_name: 3 characters
                b"B\0\0\0o\0\0\0b\0\0\0", // driver_name
                &[0],                     // driver_guid: empty
                &[254],                   // car_id
                &[6],                     // car_model: 6 bytes
                b"abarth",                // car_model
                &[0],                     // car_skin: empty
            ],
            Event::NewConnection(NewConnection {
                driver_name: "Bob".into(),
                car_id: CarId(254),
                car_model: "abarth".into(),
                ..NewConnection::default()
            }),
        ),
        // 130 times è in windows-1252. In UTF-8 that is 260 bytes, more than the length byte can
        // say, so it is the one case in which windows-1252 is also written.
        vector(
            "new_connection_windows_1252_long",
            &[
                &[51],        // id
                &[0],         // driver_name: empty
                &[0],         // driver_guid: empty
                &[1],         // car_id
                &[130],       // car_model: 130 bytes
                &[0xE8; 130], // car_model
                &[1],         // car_skin: 1 byte
                b"a",         // car_skin
            ],
            Event::NewConnection(NewConnection {
                car_id: CarId(1),
                car_model: "è".repeat(130),
                car_skin: "a".into(),
                ..NewConnection::default()
            }),
        ),
        vector(
            "connection_closed",
            &[
                &[52],                                                         // id
                &[5],                                                          // driver_name: 5 characters
                b"A\0\0\0l\0\0\0i\0\0\0c\0\0\0e\0\0\0",                        // driver_name
                &[17],                                                         // driver_guid: 17 characters
                &[b'7', 0, 0, 0, b'6', 0, 0, 0, b'5', 0, 0, 0, b'6', 0, 0, 0], // driver_guid …
                &[b'1', 0, 0, 0, b'1', 0, 0, 0, b'9', 0, 0, 0, b'8', 0, 0, 0], // …
                &[b'0', 0, 0, 0, b'1', 0, 0, 0, b'2', 0, 0, 0, b'3', 0, 0, 0], // …
                &[b'4', 0, 0, 0, b'5', 0, 0, 0, b'6', 0, 0, 0, b'7', 0, 0, 0], // …
                &[b'8', 0, 0, 0],                                              // … to here
                &[12],                                                         // car_id
                &[10],                                                         // car_model: 10 bytes
                b"lotus_2_11",                                                 // car_model
                &[2],                                                          // car_skin: 2 bytes
                b"01",                                                         // car_skin
            ],
            Event::ConnectionClosed(NewConnection {
                driver_name: "Alice".into(),
                driver_guid: "76561198012345678".into(),
                car_id: CarId(12),
                car_model: "lotus_2_11".into(),
                car_skin: "01".into(),
            }),
        ),
        vector(
            "client_loaded",
            &[
                &[58], // id
                &[10], // car_id
            ],
            Event::ClientLoaded(ClientLoaded { car_id: CarId(10) }),
        ),
        vector(
            "car_info",
            &[
                &[54],                                                                                       // id
                &[3],                                                          // car_id
                &[1],                                                          // is_connected
                &[7],                                                          // car_model: 7 characters
                &[b'k', 0, 0, 0, b's', 0, 0, 0, b'_', 0, 0, 0, b'm', 0, 0, 0], // car_model …
                &[b'x', 0, 0, 0, b'_', 0, 0, 0, b'5', 0, 0, 0],                // … to here
                &[6],                                                          // car_skin: 6 characters
                &[b'0', 0, 0, 0, b'5', 0, 0, 0, b'_', 0, 0, 0, b'r', 0, 0, 0, b'e', 0, 0, 0, b'd', 0, 0, 0], // car_skin
                &[5],                                   // driver_name: 5 characters
                b"A\0\0\0l\0\0\0i\0\0\0c\0\0\0e\0\0\0", // driver_name
                &[4],                                   // driver_team: 4 characters
                b"T\0\0\0\xE8\0\0\0a\0\0\0m\0\0\0",     // driver_team: U+00E8 is E8
                &[2],                                   // driver_guid: 2 characters
                &[b'4', 0, 0, 0, b'2', 0, 0, 0],        // driver_guid
            ],
            Event::CarInfo(CarInfo {
                car_id: CarId(3),
                is_connected: true,
                car_model: "ks_mx_5".into(),
                car_skin: "05_red".into(),
                driver_name: "Alice".into(),
                driver_team: "Tèam".into(),
                driver_guid: "42".into(),
            }),
        ),
        vector(
            "car_info_empty",
            &[
                &[54],      // id
                &[7],       // car_id
                &[0],       // is_connected
                &[1],       // car_model: 1 character
                b"m\0\0\0", // car_model
                &[0],       // car_skin: empty
                &[0],       // driver_name: empty
                &[0],       // driver_team: empty
                &[0],       // driver_guid: empty
            ],
            Event::CarInfo(CarInfo { car_id: CarId(7), car_model: "m".into(), ..CarInfo::default() }),
        ),
    ]
}
