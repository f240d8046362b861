//! The laps of each car, and the places after each lap.

use std::collections::{BTreeMap, HashMap};

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, LapTime};
use acudpclient::tracker::{Car, Change, Gap, Lap};
use axum::body::Bytes;
use serde::Serialize;

use super::row::{Class, Row};
use super::to_json;

/// The JSON of each car's laps, made again when that car has a new one.
#[derive(Debug, Default)]
pub struct Laps {
    /// What each lap was when it was driven: by car and number.
    classes: HashMap<(CarId, u32), Class>,
    written: BTreeMap<u8, Written>,
    positions_version: u32,
}

#[derive(Debug)]
struct Written {
    /// What it was made of.
    of: Of,
    version: u32,
    json: Bytes,
}

#[derive(Debug, Clone, PartialEq)]
struct Of {
    session_key: String,
    driver: Option<acudpclient::tracker::Driver>,
    car_model: String,
    laps_driven: u32,
    newest: Option<Lap>,
}

#[derive(Serialize)]
struct CarLaps<'a> {
    session_key: &'a str,
    laps_version: u32,
    car_id: CarId,
    driver: &'a str,
    guid: &'a str,
    car: &'a str,
    laps: Vec<CarLap<'a>>,
}

#[derive(Serialize)]
struct CarLap<'a> {
    #[serde(flatten)]
    lap: LapJson<'a>,
    class: Class,
    position: Option<usize>,
    gap: Option<Gap>,
}

/// A lap by itself.
#[derive(Serialize)]
pub struct LapJson<'a> {
    number: u32,
    time: Option<LapTime>,
    cuts: u8,
    valid: bool,
    sectors: &'a [LapTime],
    tyre: &'a str,
    at: Option<u128>,
}

impl<'a> LapJson<'a> {
    pub fn new(lap: &'a Lap) -> Self {
        Self {
            number: lap.number,
            time: Some(lap.lap_time).filter(|time| time.is_set()),
            cuts: lap.cuts,
            valid: lap.is_valid(),
            sectors: &lap.sectors,
            tyre: &lap.tyre,
            at: lap.session_time.map(|time| time.as_millis()),
        }
    }
}

#[derive(Serialize)]
struct Positions<'a> {
    version: u32,
    session_key: &'a str,
    laps: usize,
    cars: Vec<CarPositions<'a>>,
}

#[derive(Serialize)]
struct CarPositions<'a> {
    car_id: CarId,
    driver: &'a str,
    start: Option<i32>,
    positions: Vec<Option<usize>>,
}

/// Of each lap number, from 1: when which car completed it, in this order. Of races only.
type Crossings = Vec<Vec<(LapTime, CarId)>>;

impl Laps {
    /// Remembers what a lap was when it was driven.
    pub fn take_in(&mut self, changes: &[Change]) {
        let mut newest = None;
        for change in changes {
            match *change {
                Change::SessionStarted => self.classes.clear(),
                Change::LapCompleted { car_id, number, valid, .. } => {
                    newest = Some((car_id, number));
                    self.classes.insert((car_id, number), if valid { Class::Slower } else { Class::Invalid });
                }
                Change::PersonalBest { .. } => {
                    self.classes.extend(newest.map(|lap| (lap, Class::PersonalBest)));
                }
                Change::SessionBest { .. } => {
                    self.classes.extend(newest.map(|lap| (lap, Class::SessionBest)));
                }
                _ => {}
            }
        }
    }

    pub fn version(&self, car_id: CarId) -> u32 {
        self.written.get(&car_id.0).map_or(0, |written| written.version)
    }

    pub fn positions_version(&self) -> u32 {
        self.positions_version
    }

    /// Makes the JSON again of cars whose laps have changed. Returns whether there were some.
    pub fn write(&mut self, tracker: &RaceTracker, session_key: &str) -> bool {
        let mut crossings = None;
        let before = self.written.len();
        self.written.retain(|car_id, _| tracker.car(CarId(*car_id)).is_some());
        let mut has_changed = self.written.len() != before;
        for car in tracker.cars() {
            let of = Of {
                session_key: session_key.to_owned(),
                driver: car.driver.clone(),
                car_model: car.car_model.clone(),
                laps_driven: car.laps_driven(),
                newest: car.last_lap().cloned(),
            };
            let written = self.written.get(&car.car_id.0);
            if written.is_some_and(|written| written.of == of) {
                continue;
            }
            let version = written.map_or(0, |written| written.version) + 1;
            let crossings = crossings.get_or_insert_with(|| self::crossings(tracker));
            let json = self.car_json(car, session_key, version, crossings);
            self.written.insert(car.car_id.0, Written { of, version, json });
            has_changed = true;
        }
        self.positions_version += u32::from(has_changed);
        has_changed
    }

    /// The JSON of all cars.
    pub fn cars(&self) -> BTreeMap<u8, Bytes> {
        self.written.iter().map(|(car_id, written)| (*car_id, written.json.clone())).collect()
    }

    fn car_json(&self, car: &Car, session_key: &str, laps_version: u32, crossings: &Crossings) -> Bytes {
        let (driver, guid) = driver(car);
        let laps = car.laps().iter().map(|lap| {
            let (position, gap) = passage(crossings, lap.number, car.car_id);
            let class = self.classes.get(&(car.car_id, lap.number));
            // A lap of a session that goes on after a restart of the program.
            let unseen = if lap.is_valid() { Class::Slower } else { Class::Invalid };
            CarLap { lap: LapJson::new(lap), class: class.copied().unwrap_or(unseen), position, gap }
        });
        to_json(&CarLaps {
            session_key,
            laps_version,
            car_id: car.car_id,
            driver,
            guid,
            car: &car.car_model,
            laps: laps.collect(),
        })
    }

    /// The places of all cars after each lap.
    pub fn positions(&self, tracker: &RaceTracker, session_key: &str, rows: &[Row]) -> Bytes {
        let crossings = crossings(tracker);
        let cars = rows.iter().filter(|_| !crossings.is_empty()).filter_map(|row| {
            let car = tracker.car(row.car.car_id)?;
            Some(CarPositions {
                car_id: car.car_id,
                driver: driver(car).0,
                start: row.car.gained.map(|gained| i32::from(row.moving.position) + i32::from(gained)),
                positions: places(&crossings, car.car_id),
            })
        });
        to_json(&Positions {
            version: self.positions_version,
            session_key,
            laps: crossings.len(),
            cars: cars.collect(),
        })
    }
}

fn driver(car: &Car) -> (&str, &str) {
    let driver = car.driver.as_ref();
    let guid = driver.and_then(|driver| driver.identity());
    (driver.map_or("", |driver| &driver.name), guid.unwrap_or_default())
}

fn crossings(tracker: &RaceTracker) -> Crossings {
    let mut crossings = Crossings::new();
    for car in tracker.cars() {
        for lap in car.laps() {
            let (Some(total), Some(index)) = (lap.total_time, lap.number.checked_sub(1)) else { continue };
            let index = index as usize;
            if crossings.len() <= index {
                crossings.resize(index + 1, Vec::new());
            }
            crossings[index].push((total, car.car_id));
        }
    }
    for lap in &mut crossings {
        lap.sort_unstable();
    }
    crossings
}

/// A car's place after a lap, and how long it came after the first one.
fn passage(crossings: &Crossings, number: u32, car_id: CarId) -> (Option<usize>, Option<Gap>) {
    let lap = number.checked_sub(1).and_then(|index| crossings.get(index as usize));
    let found = lap.and_then(|lap| Some((lap, lap.iter().position(|(_, other)| *other == car_id)?)));
    let Some((lap, index)) = found else { return (None, None) };
    let behind = lap[index].0.0 - lap[0].0.0;
    let gap = (index > 0).then(|| Gap::Time(std::time::Duration::from_millis(behind.into())));
    (Some(index + 1), gap)
}

/// A car's place after each lap, until its last one.
fn places(crossings: &Crossings, car_id: CarId) -> Vec<Option<usize>> {
    let place = |lap: &Vec<(LapTime, CarId)>| Some(lap.iter().position(|(_, other)| *other == car_id)? + 1);
    let mut places: Vec<_> = crossings.iter().map(place).collect();
    while places.last() == Some(&None) {
        places.pop();
    }
    places
}
