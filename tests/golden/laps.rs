//! LAP_COMPLETED.

use acudpclient::protocol::{CarId, Dialect, Event, LapCompleted, LapTime, LeaderboardEntry};
use support::vector::{Vector, vector};

pub fn vectors() -> Vec<Vector<Event>> {
    vec![
        vector(
            "lap_completed",
            &[
                &[73],                     // id
                &[3],                      // car_id
                &[0x62, 0x64, 0x01, 0],    // lap_time: 91234, 0x00016462
                &[0],                      // cuts
                &[1],                      // cars_count
                &[3],                      // leaderboard[0].car_id
                &[0x62, 0x64, 0x01, 0],    // leaderboard[0].lap_time: 91234
                &[1, 0],                   // leaderboard[0].laps
                &[0],                      // leaderboard[0].has_completed
                &[0x48, 0xE1, 0x7A, 0x3F], // grip_level: 0.98, 0x3F7AE148
            ],
            Event::LapCompleted(LapCompleted {
                car_id: CarId(3),
                lap_time: LapTime(91_234),
                leaderboard: vec![entry(3, 91_234, 1, false)],
                grip_level: Some(0.98),
                ..LapCompleted::default()
            }),
        ),
        vector(
            "lap_completed_no_cars",
            &[
                &[73],                     // id
                &[0],                      // car_id
                &[0xFF, 0xC9, 0x9A, 0x3B], // lap_time: 999999999, 0x3B9AC9FF
                &[2],                      // cuts
                &[0],                      // cars_count
                &[0, 0, 0x80, 0x3F],       // grip_level: 1.0, 0x3F800000
            ],
            Event::LapCompleted(LapCompleted {
                lap_time: LapTime(999_999_999),
                cuts: 2,
                grip_level: Some(1.0),
                ..LapCompleted::default()
            }),
        ),
        // A race with four cars: one has finished, one has not done a lap, one slot is empty.
        vector(
            "lap_completed_four_cars",
            &[
                &[73],                     // id
                &[1],                      // car_id
                &[0x77, 0x63, 0x01, 0],    // lap_time: 90999, 0x00016377
                &[255],                    // cuts
                &[4],                      // cars_count
                &[1],                      // leaderboard[0].car_id
                &[0x91, 0x82, 0x0B, 0],    // leaderboard[0].lap_time: 754321, 0x000B8291
                &[0x2C, 0x01],             // leaderboard[0].laps: 300, 0x012C
                &[1],                      // leaderboard[0].has_completed
                &[0],                      // leaderboard[1].car_id
                &[0x78, 0x93, 0x05, 0],    // leaderboard[1].lap_time: 365432, 0x00059378
                &[0x2B, 0x01],             // leaderboard[1].laps: 299, 0x012B
                &[0],                      // leaderboard[1].has_completed
                &[2],                      // leaderboard[2].car_id
                &[0, 0, 0, 0],             // leaderboard[2].lap_time
                &[0, 0],                   // leaderboard[2].laps
                &[0],                      // leaderboard[2].has_completed
                &[3],                      // leaderboard[3].car_id
                &[0xFF, 0xC9, 0x9A, 0x3B], // leaderboard[3].lap_time: 999999999
                &[0, 0],                   // leaderboard[3].laps
                &[0],                      // leaderboard[3].has_completed
                &[0xD7, 0xA3, 0x70, 0x3F], // grip_level: 0.94, 0x3F70A3D7
            ],
            Event::LapCompleted(LapCompleted {
                car_id: CarId(1),
                lap_time: LapTime(90_999),
                cuts: 255,
                leaderboard: vec![
                    entry(1, 754_321, 300, true),
                    entry(0, 365_432, 299, false),
                    entry(2, 0, 0, false),
                    entry(3, 999_999_999, 0, false),
                ],
                grip_level: Some(0.94),
                ..LapCompleted::default()
            }),
        ),
        vector(
            "lap_completed_before_17",
            &[
                &[73],                     // id
                &[5],                      // car_id
                &[0x62, 0x64, 0x01, 0],    // lap_time: 91234
                &[1],                      // cuts
                &[2],                      // cars_count
                &[5],                      // leaderboard[0].car_id
                &[0x77, 0x63, 0x01, 0],    // leaderboard[0].lap_time: 90999
                &[2, 0],                   // leaderboard[0].laps
                &[6],                      // leaderboard[1].car_id
                &[0xFF, 0xC9, 0x9A, 0x3B], // leaderboard[1].lap_time: 999999999
                &[0, 0],                   // leaderboard[1].laps
                &[0x8F, 0xC2, 0x75, 0x3F], // grip_level: 0.96, 0x3F75C28F
            ],
            Event::LapCompleted(LapCompleted {
                car_id: CarId(5),
                lap_time: LapTime(91_234),
                cuts: 1,
                leaderboard: vec![entry(5, 90_999, 2, false), entry(6, 999_999_999, 0, false)],
                grip_level: Some(0.96),
                dialect: Dialect::Before17,
            }),
        ),
        // 7n + 11 = 8n + 7: as long as the packet of ACSM v2's prereleases below.
        vector(
            "lap_completed_before_17_four_cars",
            &[
                &[73],                     // id
                &[2],                      // car_id
                &[0x62, 0x64, 0x01, 0],    // lap_time: 91234
                &[0],                      // cuts
                &[4],                      // cars_count
                &[0],                      // leaderboard[0].car_id
                &[0x77, 0x63, 0x01, 0],    // leaderboard[0].lap_time: 90999
                &[2, 0],                   // leaderboard[0].laps
                &[1],                      // leaderboard[1].car_id
                &[0, 0, 0, 0],             // leaderboard[1].lap_time
                &[0, 0],                   // leaderboard[1].laps
                &[2],                      // leaderboard[2].car_id
                &[0, 0, 0, 0],             // leaderboard[2].lap_time
                &[0, 0],                   // leaderboard[2].laps
                &[3],                      // leaderboard[3].car_id
                &[0xFF, 0xC9, 0x9A, 0x3B], // leaderboard[3].lap_time: 999999999
                &[0, 0],                   // leaderboard[3].laps
                &[0, 0, 0x80, 0x3F],       // grip_level: 1.0
            ],
            Event::LapCompleted(LapCompleted {
                car_id: CarId(2),
                lap_time: LapTime(91_234),
                leaderboard: vec![
                    entry(0, 90_999, 2, false),
                    entry(1, 0, 0, false),
                    entry(2, 0, 0, false),
                    entry(3, 999_999_999, 0, false),
                ],
                grip_level: Some(1.0),
                dialect: Dialect::Before17,
                ..LapCompleted::default()
            }),
        ),
        vector(
            "lap_completed_acsm_prerelease",
            &[
                &[73],                     // id
                &[5],                      // car_id
                &[0x61, 0x67, 0x01, 0],    // lap_time: 92001, 0x00016761
                &[0],                      // cuts
                &[2],                      // cars_count
                &[5],                      // leaderboard[0].car_id
                &[0x61, 0x67, 0x01, 0],    // leaderboard[0].lap_time: 92001
                &[1, 0],                   // leaderboard[0].laps
                &[1],                      // leaderboard[0].has_completed
                &[6],                      // leaderboard[1].car_id
                &[0xFF, 0xC9, 0x9A, 0x3B], // leaderboard[1].lap_time: 999999999
                &[0, 0],                   // leaderboard[1].laps
                &[0],                      // leaderboard[1].has_completed
            ],
            Event::LapCompleted(LapCompleted {
                car_id: CarId(5),
                lap_time: LapTime(92_001),
                leaderboard: vec![entry(5, 92_001, 1, true), entry(6, 999_999_999, 0, false)],
                grip_level: None,
                dialect: Dialect::AcsmPrerelease,
                ..LapCompleted::default()
            }),
        ),
        // 8n + 7 = 7n + 11: as long as the packet of acServer before 1.7 above.
        vector(
            "lap_completed_acsm_prerelease_four_cars",
            &[
                &[73],                     // id
                &[2],                      // car_id
                &[0x62, 0x64, 0x01, 0],    // lap_time: 91234
                &[0],                      // cuts
                &[4],                      // cars_count
                &[0],                      // leaderboard[0].car_id
                &[0x77, 0x63, 0x01, 0],    // leaderboard[0].lap_time: 90999
                &[2, 0],                   // leaderboard[0].laps
                &[1],                      // leaderboard[0].has_completed
                &[1],                      // leaderboard[1].car_id
                &[0, 0, 0, 0],             // leaderboard[1].lap_time
                &[0, 0],                   // leaderboard[1].laps
                &[0],                      // leaderboard[1].has_completed
                &[2],                      // leaderboard[2].car_id
                &[0, 0, 0, 0],             // leaderboard[2].lap_time
                &[0, 0],                   // leaderboard[2].laps
                &[1],                      // leaderboard[2].has_completed
                &[3],                      // leaderboard[3].car_id
                &[0xFF, 0xC9, 0x9A, 0x3B], // leaderboard[3].lap_time: 999999999
                &[0, 0],                   // leaderboard[3].laps
                &[0],                      // leaderboard[3].has_completed
            ],
            Event::LapCompleted(LapCompleted {
                car_id: CarId(2),
                lap_time: LapTime(91_234),
                leaderboard: vec![
                    entry(0, 90_999, 2, true),
                    entry(1, 0, 0, false),
                    entry(2, 0, 0, true),
                    entry(3, 999_999_999, 0, false),
                ],
                grip_level: None,
                dialect: Dialect::AcsmPrerelease,
                ..LapCompleted::default()
            }),
        ),
        vector(
            "lap_completed_acsm_prerelease_no_cars",
            &[
                &[73],                     // id
                &[9],                      // car_id
                &[0xFF, 0xFF, 0xFF, 0xFF], // lap_time: 4294967295
                &[0],                      // cuts
                &[0],                      // cars_count
            ],
            Event::LapCompleted(LapCompleted {
                car_id: CarId(9),
                lap_time: LapTime(u32::MAX),
                grip_level: None,
                dialect: Dialect::AcsmPrerelease,
                ..LapCompleted::default()
            }),
        ),
    ]
}

pub fn entry(car_id: u8, lap_time: u32, laps: u16, has_completed: bool) -> LeaderboardEntry {
    LeaderboardEntry { car_id: CarId(car_id), lap_time: LapTime(lap_time), laps, has_completed }
}
