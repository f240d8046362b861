//! The session, as the page's header shows it.

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, LapTime, SessionType};
use serde::Serialize;

use super::row::rounded;

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Session {
    #[serde(flatten)]
    pub head: Head,
    #[serde(flatten)]
    pub clock: Clock,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Head {
    pub key: String,
    #[serde(rename = "type")]
    pub session_type: &'static str,
    name: String,
    index: u8,
    count: u8,
    server_name: String,
    track: String,
    track_config: String,
    weather: String,
    air_temp: u8,
    road_temp: u8,
    grip: Option<f64>,
    laps_total: Option<u16>,
    laps_left: Option<u16>,
    lap: Option<u16>,
    /// The speed of the clock.
    speed: f64,
    best_lap: Option<BestLap>,
    best_sectors: Vec<Option<LapTime>>,
}

/// What goes on by itself.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Clock {
    phase: Phase,
    starts_in: Option<u128>,
    elapsed: Option<u128>,
    time_left: Option<u128>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Waiting,
    Running,
    Finished,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BestLap {
    pub car_id: CarId,
    pub driver: String,
    pub time: LapTime,
}

/// What the tracker does not know.
#[derive(Debug, Clone)]
pub struct Beside<'a> {
    pub key: &'a str,
    pub speed: f64,
    pub grip: Option<f32>,
    pub is_over: bool,
}

pub fn session(tracker: &RaceTracker, beside: &Beside<'_>) -> Option<Session> {
    let info = tracker.session()?;
    let laps_total = info.lap_limit();
    let laps_left = tracker.laps_left();
    let milliseconds = |time: std::time::Duration| time.as_millis();
    let phase = match tracker.starts_in() {
        _ if beside.is_over => Phase::Finished,
        Some(_) => Phase::Waiting,
        None => Phase::Running,
    };
    Some(Session {
        head: Head {
            key: beside.key.to_owned(),
            session_type: type_name(info.session_type),
            name: info.name.clone(),
            index: info.current_session_index,
            count: info.session_count,
            server_name: info.server_name.clone(),
            track: info.track.clone(),
            track_config: info.track_config.clone(),
            weather: info.weather_graphics.clone(),
            air_temp: info.ambient_temp,
            road_temp: info.road_temp,
            grip: beside.grip.and_then(|grip| rounded(grip, 3)),
            laps_total,
            laps_left,
            lap: laps_total.zip(laps_left).map(|(total, left)| (total.saturating_sub(left) + 1).min(total)),
            speed: beside.speed,
            best_lap: tracker.fastest_lap().map(|fastest| BestLap {
                car_id: fastest.car_id,
                driver: fastest.driver.as_ref().map_or_else(String::new, |driver| driver.name.clone()),
                time: fastest.lap_time,
            }),
            best_sectors: tracker
                .best_sectors()
                .iter()
                .map(|sector| sector.as_ref().map(|sector| sector.time))
                .collect(),
        },
        clock: Clock {
            phase,
            starts_in: tracker.starts_in().map(milliseconds),
            elapsed: tracker.elapsed().map(milliseconds),
            time_left: tracker.time_left().map(milliseconds),
        },
    })
}

pub fn type_name(session_type: SessionType) -> &'static str {
    match session_type {
        SessionType::Booking => "booking",
        SessionType::Practice => "practice",
        SessionType::Qualify => "qualify",
        SessionType::Race => "race",
        SessionType::Unknown(_) => "unknown",
    }
}
