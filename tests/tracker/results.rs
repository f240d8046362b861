//! What is handed over at the end of a session.

use acudpclient::protocol::{CarId, ClientEvent, Event, LapTime, SectorCompleted, TyreChange};
use acudpclient::tracker::{MAX_COLLISIONS, MAX_SECTORS, SessionResult};

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

#[test]
fn collisions_are_bounded() {
    let mut tracker = four_drivers(race());
    let speed =
        |speed: u16| ClientEvent { car_id: CarId(1), impact_speed: speed.into(), ..ClientEvent::default() };
    let count = MAX_COLLISIONS as u16 + 100;
    for number in 0..count {
        tracker.apply(&Event::ClientEvent(speed(number)));
    }
    continue_with(&mut tracker, &[lap(1, 80_000, &[(1, 80_000, 1)]), end("")]);
    let result = tracker.last_result().unwrap();
    assert_eq!(result.collisions.len(), MAX_COLLISIONS);
    let speeds = [&result.collisions[0], &result.collisions[MAX_COLLISIONS - 1]].map(|hit| hit.impact_speed);
    assert_eq!(speeds, [100.0, f32::from(count - 1)], "the newest ones are kept");
    assert_eq!(result.standings[0].collisions_with_environment, u32::from(count), "all are counted");
    continue_with(&mut tracker, &[race(), lap(1, 81_000, &[(1, 81_000, 1)]), end("")]);
    assert!(tracker.last_result().unwrap().collisions.is_empty(), "they are those of the session before");
}

/// What the module's documentation says of it, without the sectors and the tyres' name.
#[test]
fn a_lap_is_small() {
    assert!(size_of::<acudpclient::tracker::Lap>() <= 120);
}

/// A car's sectors and a lap's time.
fn sectors_of_a_lap(sectors: &[(u8, u32)], lap_time: u32) -> Vec<u32> {
    let mut tracker = four_drivers(race());
    for &(sector_index, time) in sectors {
        let sector_time = LapTime(time);
        let sector = SectorCompleted { car_id: CarId(1), sector_index, sector_time, cuts: 0 };
        tracker.apply(&Event::SectorCompleted(sector));
    }
    tracker.apply(&lap(1, lap_time, &[(1, lap_time, 1)]));
    let lap = &tracker.car(CarId(1)).unwrap().laps()[0];
    lap.sectors.iter().map(|time| time.0).collect()
}

#[test]
fn sectors_are_all_of_a_lap_or_none() {
    let whole = [(0, 20_000), (1, 30_000), (2, 10_000)];
    assert_eq!(sectors_of_a_lap(&whole, 60_000), [20_000, 30_000, 10_000]);
    assert_eq!(
        sectors_of_a_lap(&[(0, 20_000), (1, 30_000), (1, 30_000), (2, 10_000)], 60_000).len(),
        3,
        "twice"
    );
    assert_eq!(
        sectors_of_a_lap(&[(0, 9_000), (1, 9_000), (0, 20_000), (1, 40_000)], 60_000).len(),
        2,
        "to the pits"
    );
    for lost in 0..3 {
        let mut rest = whole.to_vec();
        rest.remove(lost);
        assert_eq!(sectors_of_a_lap(&rest, 60_000), [] as [u32; 0], "{lost} is lost");
    }
    assert_eq!(sectors_of_a_lap(&whole, 61_000), [] as [u32; 0], "they are no lap's");
    assert_eq!(sectors_of_a_lap(&[(0, NONE)], NONE), [] as [u32; 0]);
    let many = |count: u8| (0..count).map(|index| (index, 1000)).collect::<Vec<_>>();
    assert_eq!(sectors_of_a_lap(&many(32), 32_000).len(), MAX_SECTORS);
    assert_eq!(sectors_of_a_lap(&many(33), 33_000), [] as [u32; 0]);
    assert_eq!(sectors_of_a_lap(&many(255), 1000), [] as [u32; 0]);
}

#[test]
fn a_name_of_tyres_is_cut_and_goes_with_its_driver() {
    let mut tracker = four_drivers(race());
    let tyre = |name: String| Event::TyreChange(TyreChange { car_id: CarId(1), current_tyre: name });
    tracker.apply(&tyre("ö".repeat(255)));
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1)]));
    assert_eq!(tracker.car(CarId(1)).unwrap().last_lap().unwrap().tyre, "ö".repeat(64));
    tracker.apply(&tyre("H".to_owned()));
    continue_with(&mut tracker, &[end(""), race()]);
    tracker.apply(&lap(1, 81_000, &[(1, 81_000, 1)]));
    assert_eq!(tracker.car(CarId(1)).unwrap().last_lap().unwrap().tyre, "H", "in the next session too");
    continue_with(&mut tracker, &[joins(1, "Eve", "76569"), loaded(1), lap(1, 82_000, &[(1, 82_000, 1)])]);
    assert_eq!(tracker.car(CarId(1)).unwrap().last_lap().unwrap().tyre, "", "not Eve's");
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
            "all_laps": [
                {"number": 1, "lap_time": 80_000, "cuts": 0, "grip_level": 0.98_f32, "total_time": 80_000, "order": 1},
                {"number": 2, "lap_time": 78_000, "cuts": 0, "grip_level": 0.98_f32, "total_time": 158_000, "order": 5},
            ],
        })
    );
    assert_eq!(json["collisions"][0]["driver"]["name"], "Ada");
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
