//! What is handed over at the end of a session.

use acudpclient::protocol::{CarId, Event};
use acudpclient::tracker::SessionResult;

use crate::script::*;

fn race_result() -> SessionResult {
    let mut tracker = four_drivers(race());
    let mut last = lap_of(0, 78_000, 0, &[(0, 158_000, 2), (1, 82_000, 1), (2, 83_000, 1), (3, 0, 0)]);
    last.leaderboard[0].has_completed = true;
    continue_with(
        &mut tracker,
        &[
            lap(0, 80_000, &[(0, 80_000, 1), (1, 0, 0), (2, 0, 0), (3, 0, 0)]),
            lap(2, 81_000, &[(0, 80_000, 1), (2, 81_000, 1), (1, 0, 0), (3, 0, 0)]),
            joins(2, "Eve", "76569"),
            invalid_lap(1, 82_000, &[(0, 80_000, 1), (1, 82_000, 1), (2, 0, 0), (3, 0, 0)]),
            leaves(1, "Ben", "76561"),
            lap(2, 83_000, &[(0, 80_000, 1), (1, 82_000, 1), (2, 83_000, 1), (3, 0, 0)]),
            contact(0, None),
            Event::LapCompleted(last),
            end("results/race.json"),
        ],
    );
    tracker.last_result().unwrap().clone()
}

fn names(entries: &[acudpclient::tracker::ResultEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.driver.as_ref().unwrap().name.as_str()).collect()
}

#[test]
fn a_result_is_the_last_leaderboard() {
    let result = race_result();
    assert_eq!(result.filename.as_deref(), Some("results/race.json"));
    let rows: Vec<_> = result
        .standings
        .iter()
        .map(|row| (row.position, row.car_id.0, row.laps, row.total_time.unwrap().0, row.completed))
        .collect();
    assert_eq!(
        rows,
        [(Some(1), 0, 2, 158_000, true), (Some(2), 1, 1, 82_000, false), (Some(3), 2, 1, 83_000, false)]
    );
    assert_eq!(names(&result.standings), ["Ada", "Ben", "Eve"], "Ben has left");
    assert_eq!(names(&result.unclassified), ["Cleo", "Dan"], "Eve has Cleo's slot, Dan drove no lap");
    let cleo = &result.unclassified[0];
    assert_eq!(
        (cleo.position, cleo.car_id, cleo.laps, cleo.best_lap.unwrap().0),
        (None, CarId(2), 1, 81_000)
    );
    assert_eq!(result.fastest_lap.unwrap().lap_time.0, 78_000);
    assert_eq!(result.standings[1].best_lap, None, "the only lap had cuts");
    assert_eq!(result.standings[0].collisions_with_environment, 1);
}

#[test]
fn in_a_result_who_is_laps_behind_is_laps_behind() {
    let gaps: Vec<_> = race_result().standings.iter().map(|row| row.gap.map(|gap| gap.to_string())).collect();
    assert_eq!(gaps, [None, Some("+1 lap".to_owned()), Some("+1 lap".to_owned())]);
}

#[test]
fn invalid_laps_are_part_of_a_qualify() {
    let mut tracker = four_drivers(qualify());
    let changes =
        continue_with(&mut tracker, &[invalid_lap(3, 90_000, &[(0, NONE, 0), (3, NONE, 0)]), end("")]);
    assert_eq!(changes, [completed(3, 1, 90_000, false), acudpclient::tracker::Change::SessionEnded]);
    let result = tracker.last_result().unwrap();
    assert_eq!(result.filename, None, "AssettoServer names none");
    let row = &result.standings[0];
    assert_eq!(
        (result.standings.len(), row.car_id.0, row.best_lap, row.laps, row.laps_driven),
        (1, 3, None, 0, 1)
    );
    assert_eq!(row.total_time, None);
}

#[test]
fn the_drivers_who_lost_their_slot_are_bounded() {
    let mut tracker = four_drivers(qualify());
    for driver in 0..300 {
        tracker.apply(&joins(1, "Ben", &format!("1{driver}")));
        tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1)]));
    }
    tracker.apply(&end("q.json"));
    let unclassified = &tracker.last_result().unwrap().unclassified;
    let replaced: Vec<_> = unclassified.iter().filter(|entry| entry.laps_driven > 0).collect();
    assert_eq!(replaced.len(), 256);
    assert_eq!(replaced[255].driver.as_ref().unwrap().guid, "1298");
}

#[cfg(feature = "serde")]
#[test]
fn a_result_is_json() {
    let result = race_result();
    let json = serde_json::to_value(&result).unwrap();
    assert_eq!(json["session"]["session_type"], "race");
    assert_eq!(json["session"]["track"], "monza");
    assert_eq!(
        json["standings"][0],
        serde_json::json!({
            "position": 1, "car_id": 0, "driver": {"name": "Ada", "guid": "76560", "team": ""},
            "car_model": "abarth500", "car_skin": "white", "best_lap": 78_000, "laps": 2, "laps_driven": 2,
            "total_time": 158_000, "completed": true, "gap": null,
            "collisions_with_cars": 0, "collisions_with_environment": 1,
        })
    );
    assert_eq!(json["standings"][1]["gap"], serde_json::json!({"laps": 1}));
    assert_eq!(json["standings"][1]["best_lap"], serde_json::Value::Null);
    assert_eq!(json["unclassified"][1]["position"], serde_json::Value::Null);
    assert_eq!(serde_json::from_value::<SessionResult>(json).unwrap(), result);
}

#[cfg(feature = "serde")]
#[test]
fn standings_are_json() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(0, 79_500, 1), (1, 80_000, 1)]));
    let standings = tracker.standings();
    let json = serde_json::to_value(&standings).unwrap();
    assert_eq!(json[1]["gap"], serde_json::json!({"time": 500}));
    assert_eq!(json[0]["last_lap"], serde_json::Value::Null);
    assert_eq!(serde_json::from_value::<Vec<acudpclient::tracker::Standing>>(json).unwrap(), standings);
}
