//! A recording of an acServer, which is no part of the crate: without it these tests have
//! nothing to check. Each result must be the last leaderboard, as the server's own file is.

use std::fs;
use std::path::Path;

use acudpclient::RaceTracker;
use acudpclient::protocol::{Event, LapCompleted, LapTime, SessionType};
use acudpclient::tracker::Change;

fn recorded() -> Option<Vec<Event>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures/acserver-2016.bin");
    let Ok(bytes) = fs::read(&path) else {
        println!("skipped: no recording at {}", path.display());
        return None;
    };
    let mut events = Vec::new();
    let mut rest = &bytes[..];
    while !rest.is_empty() {
        let (event, length) = Event::decode_prefix(rest).unwrap();
        events.push(event);
        rest = &rest[length..];
    }
    Some(events)
}

type Row = (u8, Option<LapTime>, u16, bool);

/// The slots in which a lap was driven, as the server orders them.
fn last_leaderboard(lap: &LapCompleted) -> Vec<Row> {
    let set = |time: LapTime| Some(time).filter(|time| time.is_set());
    let rows = lap.leaderboard.iter().filter(|entry| entry.laps > 0);
    rows.map(|entry| (entry.car_id.0, set(entry.lap_time), entry.laps, entry.has_completed)).collect()
}

#[test]
fn each_result_is_the_last_leaderboard() {
    let Some(events) = recorded() else { return };
    let mut tracker = RaceTracker::new();
    let (mut last_lap, mut files, mut ended) = (None, Vec::new(), 0);
    for event in &events {
        if let Event::LapCompleted(lap) = event {
            last_lap = Some(lap);
        }
        let session_ended = tracker.apply(event).contains(&Change::SessionEnded);
        ended += usize::from(session_ended);
        if !matches!(event, Event::EndSession(_)) {
            continue;
        }
        assert!(session_ended);
        let result = tracker.last_result().unwrap();
        let race = result.session.as_ref().unwrap().session_type == SessionType::Race;
        let rows: Vec<Row> = result
            .standings
            .iter()
            .map(|row| {
                let time = if race { row.total_time } else { row.best_lap };
                (row.car_id.0, time, row.laps, row.completed)
            })
            .collect();
        assert_eq!(rows, last_leaderboard(last_lap.unwrap()), "{:?}", result.filename);
        assert!(result.standings.iter().all(|row| row.driver.is_some()));
        files.push(result.filename.clone().unwrap());
    }
    assert_eq!(
        files,
        [
            "results/2016_7_24_22_52_QUALIFY.json",
            "results/2016_7_24_23_24_QUALIFY.json",
            "results/2016_7_24_23_34_RACE.json",
            "results/2016_7_25_0_5_QUALIFY.json"
        ]
    );
    assert_eq!(ended, files.len());
}

#[test]
fn the_race_has_its_drivers_and_laps() {
    let Some(events) = recorded() else { return };
    let mut tracker = RaceTracker::new();
    let is_race_end =
        |event: &Event| matches!(event, Event::EndSession(end) if end.filename.contains("RACE"));
    let end = events.iter().position(is_race_end).unwrap();
    for event in &events[..=end] {
        tracker.apply(event);
    }
    let result = tracker.last_result().unwrap();
    // Mirko took the slot of Irene, who drove a lap.
    let irene = &result.unclassified[0];
    assert_eq!((irene.car_id.0, irene.laps, irene.total_time), (4, 1, Some(LapTime(79_429))));
    let mirko = result.standings.last().unwrap();
    assert_eq!((mirko.car_id.0, mirko.laps, mirko.best_lap), (4, 1, Some(LapTime(109_198))));
    for row in &result.standings {
        let car = tracker.car(row.car_id).unwrap();
        assert_eq!(car.laps().len(), usize::from(row.laps), "no lap is missing");
        let sum: u32 = car.laps().iter().map(|lap| lap.lap_time.0).sum();
        let total = row.total_time.unwrap().0;
        // Mirko joined when the others were in their fifth lap: the total is the race's time.
        let before_joining = if row.car_id == mirko.car_id { 400_921 } else { 0 };
        assert!((sum + before_joining).abs_diff(total) < 20, "car {}: {sum}, {total}", row.car_id);
    }
    assert_eq!(result.fastest_lap.as_ref().unwrap().lap_time, LapTime(73_843));
}

#[test]
fn no_car_of_the_recorded_sessions_loses_a_lap() {
    let Some(events) = recorded() else { return };
    let mut tracker = RaceTracker::new();
    let mut laps = [0; 256];
    let mut most = 0;
    for event in &events {
        for change in tracker.apply(event) {
            match change {
                Change::SessionStarted => laps = [0; 256],
                Change::DriverJoined { car_id } | Change::DriverSwapped { car_id, .. } => {
                    laps[usize::from(car_id.0)] = 0;
                }
                _ => {}
            }
        }
        for car in tracker.cars() {
            let before = std::mem::replace(&mut laps[usize::from(car.car_id.0)], car.laps_counted);
            most = most.max(car.laps_counted);
            assert!(before <= car.laps_counted, "car {}: {before}, {}", car.car_id, car.laps_counted);
        }
    }
    assert_eq!(most, 7);
}

/// The results are the same with the last two laps of each session in the other order.
#[test]
fn the_last_two_laps_can_come_in_the_wrong_order() {
    let Some(events) = recorded() else { return };
    let results = |events: &[Event]| {
        let mut tracker = RaceTracker::new();
        let ends = |event: &Event| {
            tracker.apply(event).contains(&Change::SessionEnded).then(|| tracker.last_result().cloned())
        };
        events
            .iter()
            .filter_map(ends)
            .map(|result| {
                let result = result.unwrap();
                let row = |row: &acudpclient::tracker::ResultEntry| {
                    (row.car_id, row.laps, row.best_lap, row.total_time, row.completed)
                };
                result.standings.iter().map(row).collect::<Vec<_>>()
            })
            .collect::<Vec<_>>()
    };
    let mut swapped = events.clone();
    let mut pairs = 0;
    for end in (0..events.len()).filter(|&index| matches!(events[index], Event::EndSession(_))) {
        let is_lap = |index: &usize| matches!(events[*index], Event::LapCompleted(_));
        let last: Vec<_> = (0..end).rev().filter(is_lap).take(2).collect();
        // Two laps of one car are never that close.
        let car = |index: usize| match &events[index] {
            Event::LapCompleted(lap) => lap.car_id,
            other => panic!("{other:?}"),
        };
        if car(last[0]) != car(last[1]) {
            swapped.swap(last[0], last[1]);
            pairs += 1;
        }
    }
    assert_eq!(pairs, 2);
    assert_eq!(results(&swapped), results(&events));
}
