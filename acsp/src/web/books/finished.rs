//! The results of finished sessions.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::SystemTime;

use acudpclient::protocol::{CarId, LapTime};
use acudpclient::tracker::{Collision, Driver, Gap, ResultEntry, SessionResult};
use axum::body::Bytes;
use serde::Serialize;

use super::laps::LapJson;
use super::row::rounded;
use super::session::{BestLap, type_name};
use super::to_json;
use crate::results::file;
use crate::web::published::Finished;

/// So many sessions are listed and kept in memory, or fewer if they are large.
pub const MOST: usize = 200;
const MOST_BYTES: usize = 24 * 1024 * 1024;
/// So many collisions of a session are told.
const MOST_COLLISIONS: usize = 1000;

/// The sessions that have finished since the start, newest first. Without a lap store only: else it has them.
#[derive(Debug, Default)]
pub struct FinishedSessions {
    sessions: VecDeque<(Summary, Finished)>,
    version: u32,
}

/// A finished session in the list.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    id: String,
    #[serde(rename = "type")]
    session_type: &'static str,
    name: String,
    server_name: String,
    track: String,
    track_config: String,
    ended_at: u64,
    drivers: usize,
    laps: u32,
    winner: Option<Winner>,
    best_lap: Option<BestLap>,
}

#[derive(Debug, Clone, Serialize)]
struct Winner {
    car_id: CarId,
    driver: String,
    guid: String,
    car: String,
}

#[derive(Serialize)]
struct List<'a> {
    version: u32,
    results: Vec<&'a Summary>,
}

#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    entries: Vec<Entry<'a>>,
    collisions: Vec<Contact<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    position: Option<u16>,
    car_id: CarId,
    driver: &'a str,
    guid: &'a str,
    team: &'a str,
    car: &'a str,
    skin: &'a str,
    laps: u16,
    laps_driven: u32,
    best_lap: Option<LapTime>,
    total_time: Option<LapTime>,
    gap: Option<Gap>,
    completed: bool,
    collisions: u32,
    all_laps: Vec<LapJson<'a>>,
}

#[derive(Serialize)]
struct Contact<'a> {
    car_id: CarId,
    driver: Option<&'a str>,
    other_car_id: Option<CarId>,
    other_driver: Option<&'a str>,
    impact_speed_kmh: Option<f64>,
    x: Option<f64>,
    z: Option<f64>,
    at: Option<u128>,
}

impl FinishedSessions {
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The list is another one.
    pub fn has_changed(&mut self) {
        self.version += 1;
    }

    pub fn add(&mut self, id: &str, result: &SessionResult, ended_at: SystemTime) {
        self.has_changed();
        let summary = Summary::new(id, result, ended_at);
        let finished = finished(&summary, result, ended_at);
        self.sessions.push_front((summary, finished));
        self.sessions.truncate(MOST);
        let size = |finished: &Finished| finished.json.len() + finished.acserver_json.len();
        while self.sessions.len() > 1
            && self.sessions.iter().map(|(_, finished)| size(finished)).sum::<usize>() > MOST_BYTES
        {
            self.sessions.pop_back();
        }
    }

    /// The list as JSON.
    pub fn list(&self) -> Bytes {
        list(self.version, self.sessions.iter().map(|(summary, _)| summary).collect())
    }

    pub fn by_id(&self) -> Arc<BTreeMap<String, Finished>> {
        let by_id = self.sessions.iter().map(|(summary, finished)| (summary.id.clone(), finished.clone()));
        Arc::new(by_id.collect())
    }
}

/// The list of finished sessions as JSON.
pub fn list(version: u32, results: Vec<&Summary>) -> Bytes {
    to_json(&List { version, results })
}

/// A finished session in both forms.
pub fn finished(summary: &Summary, result: &SessionResult, ended_at: SystemTime) -> Finished {
    Finished {
        json: to_json(&Whole {
            summary,
            entries: result.standings.iter().chain(&result.unclassified).map(entry).collect(),
            collisions: newest(&result.collisions).iter().map(contact).collect(),
        }),
        acserver_json: result.to_acserver_json().into(),
        file_name: file::name(result, Some(ended_at), 0),
    }
}

fn newest(collisions: &[Collision]) -> &[Collision] {
    &collisions[collisions.len().saturating_sub(MOST_COLLISIONS)..]
}

impl Summary {
    pub fn new(id: &str, result: &SessionResult, ended_at: SystemTime) -> Self {
        let session = result.session.clone().unwrap_or_default();
        let all = || result.standings.iter().chain(&result.unclassified);
        Self {
            id: id.to_owned(),
            session_type: result
                .session
                .as_ref()
                .map_or("unknown", |session| type_name(session.session_type)),
            name: session.name,
            server_name: session.server_name,
            track: session.track,
            track_config: session.track_config,
            ended_at: super::unix_ms(ended_at),
            drivers: all().count(),
            laps: all().map(|entry| entry.laps_driven).sum(),
            winner: result.standings.first().map(|entry| Winner {
                car_id: entry.car_id,
                driver: name(entry.driver.as_ref()).to_owned(),
                guid: guid(entry.driver.as_ref()).to_owned(),
                car: entry.car_model.clone(),
            }),
            best_lap: result.fastest_lap.as_ref().map(|fastest| BestLap {
                car_id: fastest.car_id,
                driver: name(fastest.driver.as_ref()).to_owned(),
                time: fastest.lap_time,
            }),
        }
    }
}

fn name(driver: Option<&Driver>) -> &str {
    driver.map_or("", |driver| &driver.name)
}

fn guid(driver: Option<&Driver>) -> &str {
    driver.and_then(Driver::identity).unwrap_or_default()
}

fn entry(entry: &ResultEntry) -> Entry<'_> {
    let driver = entry.driver.as_ref();
    Entry {
        position: entry.position,
        car_id: entry.car_id,
        driver: name(driver),
        guid: guid(driver),
        team: driver.map_or("", |driver| &driver.team),
        car: &entry.car_model,
        skin: &entry.car_skin,
        laps: entry.laps,
        laps_driven: entry.laps_driven,
        best_lap: entry.best_lap,
        total_time: entry.total_time,
        gap: entry.gap,
        completed: entry.completed,
        collisions: entry.collisions_with_cars + entry.collisions_with_environment,
        all_laps: entry.all_laps.iter().map(LapJson::new).collect(),
    }
}

fn contact(collision: &Collision) -> Contact<'_> {
    Contact {
        car_id: collision.car_id,
        driver: collision.driver.as_ref().map(|driver| driver.name.as_str()),
        other_car_id: collision.other_car_id,
        other_driver: collision.other_driver.as_ref().map(|driver| driver.name.as_str()),
        impact_speed_kmh: rounded(collision.impact_speed, 1),
        x: rounded(collision.world_pos.x, 1),
        z: rounded(collision.world_pos.z, 1),
        at: collision.session_time.map(|time| time.as_millis()),
    }
}
