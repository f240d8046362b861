//! SECTOR_COMPLETED, TYRE_CHANGE and PING of ACSM v2.

use acudpclient::protocol::{CarId, Event, LapTime, Ping, SectorCompleted, TyreChange};
use support::vector::{Vector, vector};

pub fn vectors() -> Vec<Vector<Event>> {
    vec![
        vector(
            "sector_completed",
            &[
                &[150],              // id
                &[3],                // car_id
                &[1],                // sector_index: the second one
                &[0xCB, 0x76, 0, 0], // sector_time: 30411, 0x000076CB
                &[2],                // cuts
            ],
            Event::SectorCompleted(SectorCompleted {
                car_id: CarId(3),
                sector_index: 1,
                sector_time: LapTime(30_411),
                cuts: 2,
            }),
        ),
        vector(
            "sector_completed_last",
            &[
                &[150],                    // id
                &[255],                    // car_id
                &[255],                    // sector_index: the largest
                &[0xFF, 0xC9, 0x9A, 0x3B], // sector_time: 999999999, none
                &[0],                      // cuts
            ],
            Event::SectorCompleted(SectorCompleted {
                car_id: CarId(255),
                sector_index: 255,
                sector_time: LapTime::NONE,
                cuts: 0,
            }),
        ),
        vector(
            "tyre_change",
            &[
                &[151], // id
                &[12],  // car_id
                &[2],   // current_tyre: 2 bytes
                b"SM",  // current_tyre
            ],
            Event::TyreChange(TyreChange { car_id: CarId(12), current_tyre: "SM".into() }),
        ),
        vector(
            "tyre_change_utf_8",
            &[
                &[151],      // id
                &[0],        // car_id
                &[6],        // current_tyre: 6 bytes, 5 characters
                b"\"\x1B[m", // current_tyre: what a terminal must be spared …
                b"\xC3\xA8", // … and è
            ],
            Event::TyreChange(TyreChange { car_id: CarId(0), current_tyre: "\"\u{1b}[mè".into() }),
        ),
        vector(
            "tyre_change_empty",
            &[
                &[151], // id
                &[3],   // car_id
                &[0],   // current_tyre: empty
            ],
            Event::TyreChange(TyreChange { car_id: CarId(3), current_tyre: String::new() }),
        ),
        vector(
            "ping",
            &[
                &[152],                                      // id
                &[0x7B, 0x68, 0xE5, 0xCF, 0x8B, 0x01, 0, 0], // plugin_time: 1700000000123, 0x0000018BCFE5687B
                &[0x8C, 0x68, 0xE5, 0xCF, 0x8B, 0x01, 0, 0], // server_time: 1700000000140, 0x0000018BCFE5688C
            ],
            Event::Ping(Ping { plugin_time: 1_700_000_000_123, server_time: 1_700_000_000_140 }),
        ),
        vector(
            "ping_before_1970",
            &[
                &[152],                                            // id
                &[0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], // plugin_time: -2
                &[0, 0, 0, 0, 0, 0, 0, 0x80],                      // server_time: the smallest
            ],
            Event::Ping(Ping { plugin_time: -2, server_time: i64::MIN }),
        ),
    ]
}
