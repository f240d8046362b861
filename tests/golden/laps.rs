//! LAP_COMPLETED.

use acudpclient::protocol::{CarId, Dialect, Event, LapCompleted, LapTime, LeaderboardEntry};

use crate::vector::{Vector, vector, with};

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
            Event::LapCompleted(with(|lap: &mut LapCompleted| {
                lap.car_id = CarId(3);
                lap.lap_time = LapTime(91_234);
                lap.leaderboard = vec![entry(3, 91_234, 1, false)];
                lap.grip_level = Some(0.98);
            })),
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
            Event::LapCompleted(with(|lap: &mut LapCompleted| {
                lap.lap_time = LapTime(999_999_999);
                lap.cuts = 2;
                lap.grip_level = Some(1.0);
            })),
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
            Event::LapCompleted(with(|lap: &mut LapCompleted| {
                lap.car_id = CarId(1);
                lap.lap_time = LapTime(90_999);
                lap.cuts = 255;
                lap.leaderboard = vec![
                    entry(1, 754_321, 300, true),
                    entry(0, 365_432, 299, false),
                    entry(2, 0, 0, false),
                    entry(3, 999_999_999, 0, false),
                ];
                lap.grip_level = Some(0.94);
            })),
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
            Event::LapCompleted(with(|lap: &mut LapCompleted| {
                lap.car_id = CarId(5);
                lap.lap_time = LapTime(91_234);
                lap.cuts = 1;
                lap.leaderboard = vec![entry(5, 90_999, 2, false), entry(6, 999_999_999, 0, false)];
                lap.grip_level = Some(0.96);
                lap.dialect = Dialect::Before17;
            })),
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
            Event::LapCompleted(with(|lap: &mut LapCompleted| {
                lap.car_id = CarId(2);
                lap.lap_time = LapTime(91_234);
                lap.leaderboard = vec![
                    entry(0, 90_999, 2, false),
                    entry(1, 0, 0, false),
                    entry(2, 0, 0, false),
                    entry(3, 999_999_999, 0, false),
                ];
                lap.grip_level = Some(1.0);
                lap.dialect = Dialect::Before17;
            })),
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
            Event::LapCompleted(with(|lap: &mut LapCompleted| {
                lap.car_id = CarId(5);
                lap.lap_time = LapTime(92_001);
                lap.leaderboard = vec![entry(5, 92_001, 1, true), entry(6, 999_999_999, 0, false)];
                lap.grip_level = None;
                lap.dialect = Dialect::AcsmPrerelease;
            })),
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
            Event::LapCompleted(with(|lap: &mut LapCompleted| {
                lap.car_id = CarId(2);
                lap.lap_time = LapTime(91_234);
                lap.leaderboard = vec![
                    entry(0, 90_999, 2, true),
                    entry(1, 0, 0, false),
                    entry(2, 0, 0, true),
                    entry(3, 999_999_999, 0, false),
                ];
                lap.grip_level = None;
                lap.dialect = Dialect::AcsmPrerelease;
            })),
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
            Event::LapCompleted(with(|lap: &mut LapCompleted| {
                lap.car_id = CarId(9);
                lap.lap_time = LapTime(u32::MAX);
                lap.grip_level = None;
                lap.dialect = Dialect::AcsmPrerelease;
            })),
        ),
    ]
}

pub fn entry(car_id: u8, lap_time: u32, laps: u16, has_completed: bool) -> LeaderboardEntry {
    with(|entry: &mut LeaderboardEntry| {
        entry.car_id = CarId(car_id);
        entry.lap_time = LapTime(lap_time);
        entry.laps = laps;
        entry.has_completed = has_completed;
    })
}
