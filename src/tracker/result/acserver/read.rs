//! From the file to a result.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{file, person};
use crate::protocol::{CarId, LapTime, SessionInfo, SessionType};
use crate::tracker::standings::{final_race_gap, time_between};
use crate::tracker::{Collision, Driver, FastestLap, Gap, Lap, ResultEntry, SessionResult};

/// The entries, and where each person is in them by slot.
#[derive(Default)]
struct Entries {
    entries: Vec<ResultEntry>,
    places: BTreeMap<(CarId, String), usize>,
}

impl Entries {
    /// Where this person is in this slot, if known.
    fn place(&self, car_id: CarId, driver: Option<&Driver>) -> Option<usize> {
        self.places.get(&(car_id, person(driver).to_owned())).copied()
    }

    /// The entry of this person in this slot, new if there is none.
    fn get(&mut self, car_id: CarId, driver: Option<Driver>, car_model: String) -> &mut ResultEntry {
        let place = *self.places.entry((car_id, person(driver.as_ref()).to_owned())).or_insert_with(|| {
            self.entries.push(ResultEntry { car_id, driver, car_model, ..ResultEntry::default() });
            self.entries.len() - 1
        });
        &mut self.entries[place]
    }
}

impl From<file::File> for SessionResult {
    fn from(file: file::File) -> Self {
        let race = file.r#type == SessionType::Race;
        let session = SessionInfo {
            track: file.track_name,
            track_config: file.track_config,
            session_type: file.r#type,
            time: u16::try_from(file.duration_secs / 60).unwrap_or(u16::MAX),
            laps: u16::try_from(file.race_laps).unwrap_or(u16::MAX),
            ..SessionInfo::default()
        };
        let mut entries = Entries::default();
        take_rows(&mut entries, file.result, race);
        take_cars(&mut entries, file.cars);
        // Who has only laps has lost the slot to another driver.
        let in_the_result = entries.entries.len();
        take_laps(&mut entries, file.laps, race);
        let collisions = file.events.into_iter().map(|event| take_event(&mut entries, event)).collect();

        let mut all = entries.entries;
        let mut replaced = all.split_off(in_the_result);
        replaced.sort_by_key(|entry| entry.all_laps.last().map(|lap| lap.order));
        let fastest_lap = fastest(all.iter().chain(&replaced));
        let (mut standings, without_lap): (Vec<_>, Vec<_>) = all.into_iter().partition(has_driven);
        set_places(&mut standings, race);
        let unclassified = replaced.into_iter().chain(without_lap).collect();
        Self { session: Some(session), filename: None, standings, unclassified, fastest_lap, collisions }
    }
}

fn take_rows(entries: &mut Entries, rows: Vec<file::Row>, race: bool) {
    for row in rows {
        let driver = driver(row.driver_name, row.driver_guid);
        let entry = entries.get(CarId(row.car_id), driver, row.car_model);
        entry.best_lap = set(row.best_lap);
        if race {
            entry.total_time = set(row.total_time);
        } else {
            entry.last_valid_lap_at = set(row.total_time).and_then(LapTime::to_duration);
        }
        entry.ballast_kg = row.ballast_kg;
        entry.restrictor = row.restrictor;
    }
}

/// `Cars` has one driver per slot, as `Result` has.
fn take_cars(entries: &mut Entries, cars: Vec<file::Car>) {
    for car in cars {
        let guids = car.driver.guids_list.unwrap_or_default();
        let mut who = driver(car.driver.name, car.driver.guid);
        if let Some(who) = &mut who {
            who.team = car.driver.team;
        }
        let entry = entries.get(CarId(car.car_id), who.clone(), String::new());
        entry.driver = who;
        entry.car_model = car.model;
        entry.car_skin = car.skin;
        entry.nation = car.driver.nation;
        entry.guids = if guids.iter().all(String::is_empty) { Vec::new() } else { guids };
        entry.ballast_kg = car.ballast_kg;
        entry.restrictor = car.restrictor;
    }
}

fn take_laps(entries: &mut Entries, laps: Vec<file::Lap>, race: bool) {
    for (order, lap) in (1..).zip(laps) {
        let driver = driver(lap.driver_name, lap.driver_guid);
        let entry = entries.get(CarId(lap.car_id), driver, lap.car_model);
        entry.laps_driven = entry.laps_driven.saturating_add(1);
        let lap = Lap {
            number: entry.laps_driven,
            lap_time: lap.lap_time,
            cuts: lap.cuts,
            order,
            session_time: (lap.timestamp > 0).then(|| Duration::from_millis(lap.timestamp)),
            sectors: lap.sectors,
            tyre: lap.tyre,
            ..Lap::default()
        };
        if race || lap.is_valid() {
            entry.laps = entry.laps.saturating_add(1);
        }
        entry.all_laps.push(lap);
    }
}

fn take_event(entries: &mut Entries, event: file::Event) -> Collision {
    let mut whole = |car_id: CarId, who: file::Driver, counts: bool, with_car: bool| {
        let mut known = driver(who.name, who.guid);
        if let Some(known) = &mut known {
            known.team = who.team;
        }
        if let Some(place) = entries.place(car_id, known.as_ref()).filter(|_| counts) {
            let entry = &mut entries.entries[place];
            let count = if with_car {
                &mut entry.collisions_with_cars
            } else {
                &mut entry.collisions_with_environment
            };
            *count = count.saturating_add(1);
        }
        known
    };
    let other = u8::try_from(event.other_car_id).ok().map(CarId);
    let other = other.filter(|_| event.r#type == file::EventType::Car);
    let car_id = CarId(event.car_id);
    let driver = whole(car_id, event.driver, true, other.is_some());
    let other_driver = other.and_then(|other| whole(other, event.other_driver, false, true));
    Collision {
        car_id,
        driver,
        other_car_id: other,
        other_driver,
        impact_speed: event.impact_speed,
        world_pos: event.world_position.into(),
        rel_pos: event.rel_position.into(),
        ..Collision::default()
    }
}

fn driver(name: String, guid: String) -> Option<Driver> {
    (!name.is_empty() || !guid.is_empty()).then(|| Driver { name, guid, team: String::new() })
}

fn has_driven(entry: &ResultEntry) -> bool {
    let has_time =
        entry.best_lap.is_some() || entry.total_time.is_some() || entry.last_valid_lap_at.is_some();
    !entry.all_laps.is_empty() || has_time
}

fn set_places(standings: &mut [ResultEntry], race: bool) {
    let Some(winner) = standings.first() else { return };
    let (laps, total, best) = (winner.laps, winner.total_time, winner.best_lap);
    for (index, entry) in standings.iter_mut().enumerate() {
        entry.position = u16::try_from(index + 1).ok();
        if index > 0 {
            entry.gap = if race {
                final_race_gap((laps, total), (entry.laps, entry.total_time))
            } else {
                gap_of_best(best, entry.best_lap)
            };
        }
    }
}

fn gap_of_best(ahead: Option<LapTime>, behind: Option<LapTime>) -> Option<Gap> {
    time_between(ahead?, behind?)
}

/// The fastest valid lap; the first one of those that are equal.
fn fastest<'a>(entries: impl Iterator<Item = &'a ResultEntry>) -> Option<FastestLap> {
    let bests = entries.flat_map(|entry| {
        let laps = entry.all_laps.iter().filter(|lap| lap.is_valid());
        let of_the_row = entry.best_lap.map(|best| (best, u32::MAX, entry));
        laps.map(move |lap| (lap.lap_time, lap.order, entry)).chain(of_the_row)
    });
    let (lap_time, _, entry) = bests.min_by_key(|(time, order, _)| (*time, *order))?;
    Some(FastestLap { car_id: entry.car_id, driver: entry.driver.clone(), lap_time })
}

fn set(time: LapTime) -> Option<LapTime> {
    Some(time).filter(|time| time.is_set())
}
