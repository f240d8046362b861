//! CAR_UPDATE, CLIENT_EVENT, VERSION, CHAT, ERROR and what the protocol does not define.

use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientEvent, Event, Gear, ServerError, UnknownPacket, Vec3, Version,
};
use support::vector::{Vector, vector};

pub fn vectors() -> Vec<Vector<Event>> {
    vec![
        vector(
            "car_update",
            &[
                &[53],                     // id
                &[3],                      // car_id
                &[0, 0, 0xF7, 0x42],       // position.x: 123.5, 0x42F70000
                &[0, 0, 0x20, 0xC0],       // position.y: -2.5, 0xC0200000
                &[0, 0, 0x96, 0x43],       // position.z: 300.0, 0x43960000
                &[0, 0, 0x10, 0x42],       // velocity.x: 36.0, 0x42100000
                &[0, 0, 0, 0],             // velocity.y: 0.0
                &[0, 0, 0x40, 0x42],       // velocity.z: 48.0, 0x42400000
                &[6],                      // gear: fifth
                &[0xD3, 0x1B],             // engine_rpm: 7123, 0x1BD3
                &[0x50, 0x8D, 0xD7, 0x3E], // normalized_spline_pos: 0.421, 0x3ED78D50
            ],
            Event::CarUpdate(CarUpdate {
                car_id: CarId(3),
                position: Vec3::new(123.5, -2.5, 300.0),
                velocity: Vec3::new(36.0, 0.0, 48.0),
                gear: Gear(6),
                engine_rpm: 7123,
                normalized_spline_pos: 0.421,
            }),
        ),
        vector(
            "car_update_infinite",
            &[
                &[53],               // id
                &[255],              // car_id
                &[0, 0, 0x80, 0x7F], // position.x: infinite, 0x7F800000
                &[0, 0, 0x80, 0xFF], // position.y: negative infinite, 0xFF800000
                &[0, 0, 0, 0x80],    // position.z: -0.0, 0x80000000
                &[1, 0, 0, 0],       // velocity.x: 1.4e-45, the smallest
                &[0, 0, 0x80, 0xBE], // velocity.y: -0.25, 0xBE800000
                &[0, 0, 0, 0],       // velocity.z: 0.0
                &[0],                // gear: reverse
                &[0xFF, 0xFF],       // engine_rpm: 65535
                &[0, 0, 0x80, 0x3F], // normalized_spline_pos: 1.0
            ],
            Event::CarUpdate(CarUpdate {
                car_id: CarId(255),
                position: Vec3::new(f32::INFINITY, f32::NEG_INFINITY, -0.0),
                velocity: Vec3::new(f32::from_bits(1), -0.25, 0.0),
                gear: Gear::REVERSE,
                engine_rpm: 65_535,
                normalized_spline_pos: 1.0,
            }),
        ),
        vector(
            "client_event_with_car",
            &[
                &[130],                    // id
                &[10],                     // event_type: COLLISION_WITH_CAR
                &[3],                      // car_id
                &[5],                      // other_car_id
                &[0x33, 0x33, 0xFB, 0x41], // impact_speed: 31.4, 0x41FB3333
                &[0, 0xC0, 0x7A, 0xC3],    // world_pos.x: -250.75, 0xC37AC000
                &[0, 0, 0x48, 0x41],       // world_pos.y: 12.5, 0x41480000
                &[0, 0x40, 0xB0, 0x42],    // world_pos.z: 88.125, 0x42B04000
                &[0xCD, 0xCC, 0xCC, 0x3D], // rel_pos.x: 0.1, 0x3DCCCCCD
                &[0, 0, 0, 0x3F],          // rel_pos.y: 0.5, 0x3F000000
                &[0, 0, 0, 0x40],          // rel_pos.z: 2.0, 0x40000000
            ],
            Event::ClientEvent(ClientEvent {
                car_id: CarId(3),
                other_car_id: Some(CarId(5)),
                impact_speed: 31.4,
                world_pos: Vec3::new(-250.75, 12.5, 88.125),
                rel_pos: Vec3::new(0.1, 0.5, 2.0),
            }),
        ),
        vector(
            "client_event_with_env",
            &[
                &[130],              // id
                &[11],               // event_type: COLLISION_WITH_ENV
                &[7],                // car_id
                &[0, 0, 0x5B, 0x43], // impact_speed: 219.0, 0x435B0000
                &[0, 0, 0x80, 0xC4], // world_pos.x: -1024.0, 0xC4800000
                &[0, 0, 0xC0, 0x3F], // world_pos.y: 1.5, 0x3FC00000
                &[0, 0, 0x36, 0x42], // world_pos.z: 45.5, 0x42360000
                &[0, 0, 0x80, 0x3E], // rel_pos.x: 0.25, 0x3E800000
                &[0, 0, 0x40, 0x3F], // rel_pos.y: 0.75, 0x3F400000
                &[0, 0, 0x20, 0xC0], // rel_pos.z: -2.5, 0xC0200000
            ],
            Event::ClientEvent(ClientEvent {
                car_id: CarId(7),
                other_car_id: None,
                impact_speed: 219.0,
                world_pos: Vec3::new(-1024.0, 1.5, 45.5),
                rel_pos: Vec3::new(0.25, 0.75, -2.5),
            }),
        ),
        vector(
            "client_event_unknown_type",
            &[
                &[130],           // id
                &[12],            // event_type: neither 10 nor 11
                &[3],             // the rest is not known
                &[0xDE, 0xAD, 0], // …
            ],
            Event::Unknown(UnknownPacket { packet_id: 130, payload: vec![12, 3, 0xDE, 0xAD, 0] }),
        ),
        vector(
            "version",
            &[
                &[56], // id
                &[4],  // protocol_version
            ],
            Event::Version(Version { protocol_version: 4 }),
        ),
        vector(
            "version_202",
            &[
                &[56],  // id
                &[202], // protocol_version: ACSM v2's prereleases of 2020
            ],
            Event::Version(Version { protocol_version: 202 }),
        ),
        vector(
            "chat",
            &[
                &[57],             // id
                &[3],              // car_id
                &[2],              // message: 2 characters
                b"g\0\0\0g\0\0\0", // message
            ],
            Event::Chat(Chat { car_id: CarId(3), message: "gg".into() }),
        ),
        vector(
            "chat_from_server",
            &[
                &[57],                                                // id
                &[255],                                               // car_id: the server
                &[7],                                                 // message: 7 characters
                b"w\0\0\0e\0\0\0l\0\0\0c\0\0\0o\0\0\0m\0\0\0e\0\0\0", // message
            ],
            Event::Chat(Chat { car_id: CarId(255), message: "welcome".into() }),
        ),
        // What terminals and logs must be spared: colour codes and a forged line.
        vector(
            "chat_unicode",
            &[
                &[57],                       // id
                &[0],                        // car_id
                &[7],                        // message: 7 characters
                b"\xE8\0\0\0",               // è: U+00E8
                b"\xCE\xF3\x01\0",           // 🏎: U+1F3CE
                b"\x1B\0\0\0[\0\0\0m\0\0\0", // escape, "[m"
                b"\x0A\0\0\0",               // line feed
                b"\"\0\0\0",                 // quotation mark
            ],
            Event::Chat(Chat { message: "è🏎\u{1b}[m\n\"".into(), ..Chat::default() }),
        ),
        vector(
            "error",
            &[
                &[60],                                                       // id
                &[14],                                                       // message: 14 characters
                b"I\0\0\0n\0\0\0v\0\0\0a\0\0\0l\0\0\0i\0\0\0d\0\0\0 \0\0\0", // message …
                b"c\0\0\0a\0\0\0r\0\0\0 \0\0\0i\0\0\0d\0\0\0",               // … to here
            ],
            Event::Error(ServerError { message: "Invalid car id".into() }),
        ),
        vector(
            "unknown_153",
            &[
                &[153],        // id
                &[1, 2, 0xFF], // payload
            ],
            Event::Unknown(UnknownPacket { packet_id: 153, payload: vec![1, 2, 255] }),
        ),
        vector(
            "unknown_0_empty",
            &[
                &[0], // id
            ],
            Event::Unknown(UnknownPacket { packet_id: 0, payload: vec![] }),
        ),
        // The id of a command is no event's.
        vector(
            "unknown_202",
            &[
                &[202],     // id
                &[3, 1],    // payload …
                b"x\0\0\0", // … to here
            ],
            Event::Unknown(UnknownPacket { packet_id: 202, payload: vec![3, 1, b'x', 0, 0, 0] }),
        ),
    ]
}
