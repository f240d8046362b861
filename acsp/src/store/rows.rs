//! What is asked for and what is answered.
//!
//! Times of day are milliseconds since 1970 in UTC, lap times milliseconds. Names are as players chose them: escape them.

use serde::{Deserialize, Serialize};

/// A person, with the newest name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub guid: String,
    pub name: String,
}

/// Where lap times can be compared.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Combination {
    pub track: String,
    /// Empty if the track has one layout only.
    pub layout: String,
    pub car_model: String,
}

/// A driver's best valid lap of a combination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    #[serde(flatten)]
    pub combination: Combination,
    /// Among all drivers of the combination, from 1. Equal times: who drove it first.
    pub place: u32,
    pub driver: Person,
    pub lap_time: u32,
    pub completed_at: i64,
    pub session_id: i64,
}

/// Which records to list. `None` is any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordFilter {
    pub track: Option<String>,
    pub layout: Option<String>,
    pub car_model: Option<String>,
    /// One driver's bests only.
    pub guid: Option<String>,
    /// Leave out who is behind this place of a combination; 1 lists the records alone.
    pub places: Option<u32>,
    /// At most so many rows.
    pub limit: Option<u32>,
}

/// A session in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRow {
    pub id: i64,
    pub server: String,
    /// `practice`, `qualify`, `race`, `booking`
    pub session_type: String,
    pub name: String,
    pub track: String,
    pub layout: String,
    /// `None` where the server does not tell.
    pub started: Option<i64>,
    /// The newest lap or contact.
    pub heard: i64,
    /// `None` while it runs, and where its end was not heard.
    pub ended: Option<i64>,
    /// Laps that are stored.
    pub laps: u32,
    /// Drivers of these laps.
    pub drivers: u32,
    pub has_result: bool,
    pub winner: Option<String>,
}

/// Which sessions to list. `None` is any.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct SessionFilter {
    pub server: Option<String>,
    pub track: Option<String>,
    pub layout: Option<String>,
    pub session_type: Option<String>,
    /// Only sessions that this driver has driven a lap in.
    pub guid: Option<String>,
    /// Only older ones, for the next page: the id of the last session of this one.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: Option<u32>,
}

/// A finished session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredResult {
    pub session: SessionRow,
    /// In the order of the result; empty while the session runs.
    pub standings: Vec<StandingRow>,
    /// All laps that are stored, oldest first.
    pub laps: Vec<LapRow>,
    pub collisions: Vec<CollisionRow>,
}

/// A car's place in a finished session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandingRow {
    /// `None` for who has none: without a lap, or whose car was taken by another driver.
    pub position: Option<u32>,
    pub car_id: u8,
    /// `None` for who has no GUID or was forgotten.
    pub guid: Option<String>,
    /// The name in that session.
    pub driver_name: String,
    pub car_model: String,
    pub laps: u32,
    pub best_lap: Option<u32>,
    pub total_time: Option<u32>,
    pub completed: bool,
    pub gap_ms: Option<i64>,
    pub gap_laps: Option<u32>,
}

/// A lap.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LapRow {
    pub session_id: i64,
    pub track: String,
    pub layout: String,
    /// Empty if it is not known.
    pub car_model: String,
    pub car_id: u8,
    /// `None` for who has no GUID or is not known.
    pub driver: Option<Person>,
    /// Of the driver in this car and session, from 1.
    pub number: u32,
    pub lap_time: u32,
    pub cuts: u8,
    pub is_valid: bool,
    /// Empty where they are not known.
    pub sectors: Vec<u32>,
    /// Empty if it is not known.
    pub tyre: String,
    pub completed_at: i64,
}

/// A contact, as one car reported it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CollisionRow {
    pub car_id: u8,
    pub driver: Option<Person>,
    /// `None` is the environment.
    pub other_car_id: Option<u8>,
    pub other_driver: Option<Person>,
    /// In km/h; `None` if the server's number was none.
    pub impact_speed: Option<f64>,
    pub happened_at: i64,
}

/// A driver's page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DriverPage {
    pub driver: Person,
    /// Newest first, with when each was seen first and last.
    pub names: Vec<NameRow>,
    /// Sessions with a lap of this driver.
    pub sessions: u32,
    pub laps: u32,
    pub valid_laps: u32,
    pub first_seen: i64,
    pub last_seen: i64,
    /// The best of each combination, the one driven last first.
    pub bests: Vec<Record>,
    /// The newest laps, newest first.
    pub recent_laps: Vec<LapRow>,
}

/// A name that a driver had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameRow {
    pub name: String,
    pub first_seen: i64,
    pub last_seen: i64,
}

/// A session of a driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverSession {
    pub session_id: i64,
    pub session_type: String,
    pub track: String,
    pub layout: String,
    /// When it was heard last, where the server does not tell.
    pub started: i64,
    pub car_model: String,
    /// Of this driver.
    pub laps: u32,
    pub best_lap: Option<u32>,
    pub position: Option<u32>,
}

/// A driver's laps of a combination, to compare.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DriverLaps {
    pub driver: Person,
    pub best_lap: Option<u32>,
    pub valid_laps: u32,
    /// The newest laps, oldest first.
    pub laps: Vec<LapRow>,
}

/// What `Reader::combinations` lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CombinationRow {
    #[serde(flatten)]
    pub combination: Combination,
    /// Valid laps that are stored.
    pub laps: u32,
    pub drivers: u32,
    pub record: Option<u32>,
}
