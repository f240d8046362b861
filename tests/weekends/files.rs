//! The result file that is made of what a plugin hears, beside what the server knows.

use std::collections::BTreeSet;

use acudpclient::RaceTracker;
use acudpclient::protocol::{LapTime, SessionInfo, SessionType};
use acudpclient::sim::{FinishedSession, ServerKind};
use acudpclient::tracker::{Change, ResultEntry, SessionResult};
use serde_json::Value;

use crate::results::took_part;
use crate::{Weekend, seeds, weekends};

/// Without what the file cannot carry.
fn carried(mut result: SessionResult) -> SessionResult {
    result.filename = None;
    if let Some(session) = &mut result.session {
        *session = SessionInfo {
            track: session.track.clone(),
            track_config: session.track_config.clone(),
            session_type: session.session_type,
            time: session.time,
            laps: session.laps,
            ..SessionInfo::default()
        };
    }
    for entry in result.standings.iter_mut().chain(&mut result.unclassified) {
        entry.completed = false;
        for lap in &mut entry.all_laps {
            (lap.grip_level, lap.total_time, lap.told_at) = (None, None, None);
        }
    }
    for entry in result.unclassified.iter_mut().filter(|entry| entry.laps_driven > 0) {
        // Who has lost the slot is in `Laps` alone.
        entry.car_skin.clear();
        (entry.best_lap, entry.total_time, entry.last_valid_lap_at) = (None, None, None);
        if let Some(driver) = &mut entry.driver {
            driver.team.clear();
        }
    }
    result.unclassified.sort_by_key(|entry| (entry.car_id, entry.all_laps.last().map(|lap| lap.order)));
    for collision in &mut result.collisions {
        (collision.session_time, collision.told_at) = (None, None);
    }
    if let Some(driver) = result.fastest_lap.as_mut().and_then(|fastest| fastest.driver.as_mut()) {
        driver.team.clear();
    }
    result
}

/// Who has lost the slot and come back to it has begun anew. The file has a person once in each slot, with all laps.
fn has_somebody_twice(result: &SessionResult) -> bool {
    let entries = || result.standings.iter().chain(&result.unclassified);
    let person = |entry: &ResultEntry| {
        (entry.car_id, entry.driver.as_ref().and_then(|driver| driver.identity()).map(str::to_owned))
    };
    entries().map(person).collect::<BTreeSet<_>>().len() < entries().count()
}

fn number(value: &Value, key: &str) -> u64 {
    value[key].as_u64().unwrap_or_else(|| panic!("{key} of {value}"))
}

fn list<'a>(file: &'a Value, key: &str) -> &'a [Value] {
    file[key].as_array().map_or(&[], Vec::as_slice)
}

fn check(weekend: &Weekend, truth: &FinishedSession, result: &SessionResult) {
    let what = format!("{weekend}, {}", truth.session.name);
    let json = result.to_acserver_json();
    assert_eq!(carried(SessionResult::from_acserver_json(&json).unwrap()), carried(result.clone()), "{what}");
    let file: Value = serde_json::from_str(&json).unwrap();
    let race = truth.session.session_type == SessionType::Race;
    let expected: Vec<_> = took_part(truth)
        .map(|car| {
            let best = if car.best_lap.is_set() { car.best_lap } else { LapTime::NONE };
            (u64::from(car.car_id.0), car.driver_guid.as_str(), u64::from(best.0))
        })
        .collect();
    let rows: Vec<_> = list(&file, "Result")
        .iter()
        .map(|row| (number(row, "CarId"), row["DriverGuid"].as_str().unwrap(), number(row, "BestLap")))
        .collect();
    assert_eq!(rows[..expected.len()], expected, "{what}");
    let laps = list(&file, "Laps");
    for (car, row) in took_part(truth).zip(list(&file, "Result")) {
        let own: Vec<_> = laps
            .iter()
            .filter(|lap| {
                number(lap, "CarId") == u64::from(car.car_id.0)
                    && lap["DriverGuid"].as_str() == Some(car.driver_guid.as_str())
            })
            .collect();
        assert_eq!(own.len(), car.laps_driven as usize, "{what}: car {}", car.car_id);
        let valid = own.iter().rfind(|lap| number(lap, "Cuts") == 0);
        let total =
            if race { u64::from(car.total_time.0) } else { valid.map_or(0, |lap| number(lap, "Timestamp")) };
        assert_eq!(number(row, "TotalTime"), total, "{what}: car {}", car.car_id);
        for pair in own.windows(2) {
            // A clock of the session's own: the next lap takes as long as it says, or longer after a stay in the pits.
            let between = number(pair[1], "Timestamp") - number(pair[0], "Timestamp");
            assert!(between + 5 >= number(pair[1], "LapTime"), "{what}: {pair:#?}");
        }
    }
    let times: Vec<_> = laps.iter().map(|lap| number(lap, "Timestamp")).collect();
    assert!(times.is_sorted() && times.first() > Some(&0), "{what}: {times:?}");
    let sectors = laps.iter().filter(|lap| !list(lap, "Sectors").is_empty()).count();
    match weekend.kind {
        ServerKind::AcsmV2 => assert!(sectors * 10 >= laps.len() * 9, "{what}: {sectors} of {}", laps.len()),
        ServerKind::AcsmPrerelease => {}
        _ => assert_eq!(sectors, 0, "{what}"),
    }
    for lap in laps {
        let sum: u64 = list(lap, "Sectors").iter().map(|sector| sector.as_u64().unwrap()).sum();
        assert!(sum == 0 || sum.abs_diff(number(lap, "LapTime")) <= 100, "{what}: {lap}");
    }
}

#[test]
fn every_result_is_the_servers_file() {
    let mut checked = 0;
    for weekend in weekends() {
        let mut tracker = RaceTracker::new();
        let mut results: Vec<SessionResult> = Vec::new();
        for (time, event) in &weekend.events {
            tracker.advance_to(*time);
            if tracker.apply(event).contains(&Change::SessionEnded) {
                results.extend(tracker.last_result().cloned());
            }
        }
        let truths = weekend.results.iter().filter(|truth| took_part(truth).next().is_some());
        for (truth, result) in truths.zip(&results).filter(|(_, result)| !has_somebody_twice(result)) {
            check(&weekend, truth, result);
            checked += 1;
        }
    }
    assert!(checked as u64 >= 14 * seeds(), "{checked} results");
}
