//! From a result to the file.

use std::collections::BTreeMap;
use std::time::Duration;

use super::file;
use super::{is_race, person};
use crate::protocol::{CarId, LapTime, SessionType};
use crate::tracker::{Collision, Driver, Lap, ResultEntry, SessionResult};

impl file::File {
    pub(super) fn of(result: &SessionResult) -> Self {
        let slots = slots(result);
        let race = is_race(result);
        let rows = result
            .standings
            .iter()
            .chain(&result.unclassified)
            .filter(|entry| slots.get(&entry.car_id).is_some_and(|last| std::ptr::eq(*last, *entry)));
        let session = result.session.as_ref();
        Self {
            track_name: session.map_or(String::new(), |session| session.track.clone()),
            track_config: session.map_or(String::new(), |session| session.track_config.clone()),
            r#type: session.map_or(guess(race), |session| session.session_type),
            duration_secs: session.map_or(0, |session| 60 * u32::from(session.time)),
            race_laps: session.map_or(0, |session| session.laps.into()),
            cars: slots.values().map(|entry| car(entry)).collect(),
            result: rows.map(|entry| row(entry, race)).collect(),
            laps: laps(result),
            events: result.collisions.iter().map(|collision| event(collision, result)).collect(),
        }
    }
}

/// Who has each slot: who has laps there by the last leaderboard, else who came last.
fn slots(result: &SessionResult) -> BTreeMap<CarId, &ResultEntry> {
    let entries = result.unclassified.iter().chain(&result.standings);
    entries.map(|entry| (entry.car_id, entry)).collect()
}

/// Of a session that nobody has announced, the tracker knows by its leaderboards whether it is a race.
fn guess(race: bool) -> SessionType {
    if race { SessionType::Race } else { SessionType::Practice }
}

fn car(entry: &ResultEntry) -> file::Car {
    file::Car {
        car_id: entry.car_id.0,
        driver: driver(entry.driver.as_ref(), Some(entry)),
        model: entry.car_model.clone(),
        skin: entry.car_skin.clone(),
        ballast_kg: entry.ballast_kg,
        restrictor: entry.restrictor,
    }
}

/// A driver with what the entry has of their nation and the slot's GUIDs.
fn driver(driver: Option<&Driver>, entry: Option<&ResultEntry>) -> file::Driver {
    let Driver { name, guid, team } = driver.cloned().unwrap_or_default();
    let guids = entry.map(|entry| entry.guids.clone()).filter(|guids| !guids.is_empty());
    file::Driver {
        name,
        team,
        nation: entry.map_or(String::new(), |entry| entry.nation.clone()),
        guid,
        guids_list: Some(guids.unwrap_or_else(|| vec![String::new()])),
    }
}

fn name_and_guid(driver: Option<&Driver>) -> (String, String) {
    driver.map_or_else(Default::default, |driver| (driver.name.clone(), driver.guid.clone()))
}

fn row(entry: &ResultEntry, race: bool) -> file::Row {
    let (driver_name, driver_guid) = name_and_guid(entry.driver.as_ref());
    let last_valid_lap_at = entry.last_valid_lap_at.map(milliseconds);
    let last_valid_lap_at = last_valid_lap_at.and_then(|at| u32::try_from(at).ok()).map(LapTime);
    file::Row {
        driver_name,
        driver_guid,
        car_id: entry.car_id.0,
        car_model: entry.car_model.clone(),
        best_lap: entry.best_lap.unwrap_or(LapTime::NONE),
        total_time: if race { entry.total_time } else { last_valid_lap_at }.unwrap_or_default(),
        ballast_kg: entry.ballast_kg,
        restrictor: entry.restrictor,
    }
}

fn laps(result: &SessionResult) -> Vec<file::Lap> {
    let entries = result.standings.iter().chain(&result.unclassified);
    let mut laps: Vec<_> =
        entries.flat_map(|entry| entry.all_laps.iter().map(move |lap| (entry, lap))).collect();
    laps.sort_by_key(|(_, lap)| lap.order);
    // One clock for all: times of two would have no meaning together.
    let has_session_time = laps.iter().any(|(_, lap)| lap.session_time.is_some());
    let time = |lap: &Lap| if has_session_time { lap.session_time } else { lap.told_at };
    laps.into_iter()
        .map(|(entry, lap)| {
            let (driver_name, driver_guid) = name_and_guid(entry.driver.as_ref());
            file::Lap {
                driver_name,
                driver_guid,
                car_id: entry.car_id.0,
                car_model: entry.car_model.clone(),
                timestamp: time(lap).map_or(0, milliseconds),
                lap_time: lap.lap_time,
                sectors: lap.sectors.clone(),
                cuts: lap.cuts,
                ballast_kg: entry.ballast_kg,
                tyre: lap.tyre.clone(),
                restrictor: entry.restrictor,
            }
        })
        .collect()
}

fn event(collision: &Collision, result: &SessionResult) -> file::Event {
    let person_in = |car_id: CarId, who: Option<&Driver>| {
        let entries = result.standings.iter().chain(&result.unclassified);
        let mut of_slot = entries.filter(|entry| entry.car_id == car_id);
        driver(who, of_slot.find(|entry| person(entry.driver.as_ref()) == person(who)))
    };
    let other = match collision.other_car_id {
        Some(other) => person_in(other, collision.other_driver.as_ref()),
        None => file::Driver::default(),
    };
    file::Event {
        r#type: match collision.other_car_id {
            Some(_) => file::EventType::Car,
            None => file::EventType::Environment,
        },
        car_id: collision.car_id.0,
        driver: person_in(collision.car_id, collision.driver.as_ref()),
        other_car_id: collision.other_car_id.map_or(file::NOBODY, |other| other.0.into()),
        other_driver: other,
        impact_speed: file::finite(collision.impact_speed),
        world_position: collision.world_pos.into(),
        rel_position: collision.rel_pos.into(),
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
