//! The order at the line.

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, LapTime};
use acudpclient::tracker::{Driver, Gap};
use axum::body::Bytes;
use serde::Serialize;

use super::to_json;

#[derive(Serialize)]
struct Standings<'a> {
    session_key: &'a str,
    standings: Vec<Standing>,
}

#[derive(Serialize)]
struct Standing {
    position: u16,
    car_id: CarId,
    driver: String,
    guid: String,
    car: String,
    connected: bool,
    gap: Option<Gap>,
    interval: Option<Gap>,
    best_lap: Option<LapTime>,
    last_lap: Option<LapTime>,
    laps: u16,
    laps_driven: u32,
    total_time: Option<LapTime>,
    completed: bool,
}

pub fn standings(tracker: &RaceTracker, session_key: &str) -> Bytes {
    let standings = tracker.standings().into_iter().map(|row| Standing {
        position: row.position,
        car_id: row.car_id,
        guid: row.driver.as_ref().and_then(Driver::identity).unwrap_or_default().to_owned(),
        driver: row.driver.map_or_else(String::new, |driver| driver.name),
        car: row.car_model,
        connected: row.connected,
        gap: row.gap,
        interval: row.interval,
        best_lap: row.best_lap,
        last_lap: row.last_lap,
        laps: row.laps,
        laps_driven: row.laps_driven,
        total_time: row.total_time,
        completed: row.completed,
    });
    to_json(&Standings { session_key, standings: standings.collect() })
}
