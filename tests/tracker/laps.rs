//! Laps, best laps and what is announced of them.

use acudpclient::protocol::{CarId, Dialect, Event, LapTime};
use acudpclient::tracker::{Change, MAX_LAPS};

use crate::script::*;

fn best(car: u8, lap_time: u32, previous: Option<u32>) -> [Change; 2] {
    let (car_id, lap_time, previous) = (CarId(car), LapTime(lap_time), previous.map(LapTime));
    [Change::PersonalBest { car_id, lap_time, previous }, Change::SessionBest { car_id, lap_time, previous }]
}

fn gained(car: u8, from: Option<u16>, to: u16) -> Change {
    Change::PositionGained { car_id: CarId(car), from, to }
}

#[test]
fn a_qualify_leaderboard_counts_valid_laps_only() {
    let mut tracker = four_drivers(qualify());
    assert!(tracker.apply(&invalid_lap(1, 79_000, &[(0, NONE, 0), (1, NONE, 0)])).is_empty());
    assert_eq!(tracker.car(CarId(1)).unwrap().best_lap, None);
    let changes = tracker.apply(&lap(1, 81_000, &[(1, 81_000, 1), (0, NONE, 0)])).to_vec();
    assert_eq!(changes, [best(1, 81_000, None).to_vec(), vec![gained(1, None, 1)]].concat());
    assert!(tracker.apply(&invalid_lap(1, 78_000, &[(1, 81_000, 1), (0, NONE, 0)])).is_empty());
    let car = tracker.car(CarId(1)).unwrap();
    assert_eq!((car.laps_counted, car.laps_driven(), car.best_lap), (1, 3, Some(LapTime(81_000))));
    let laps: Vec<_> =
        car.laps().iter().map(|lap| (lap.number, lap.lap_time.0, lap.cuts, lap.is_valid())).collect();
    assert_eq!(laps, [(1, 79_000, 2, false), (2, 81_000, 0, true), (3, 78_000, 2, false)]);
    assert_eq!(car.last_lap().unwrap().total_time, None);
    assert_eq!(car.last_lap().unwrap().grip_level, Some(0.98));
    let row = &tracker.standings()[0];
    assert_eq!((row.laps, row.laps_driven, row.last_lap), (1, 3, Some(LapTime(78_000))));
}

#[test]
fn the_leaderboard_makes_good_for_lost_laps() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 81_000, &[(1, 81_000, 1), (0, NONE, 0)]));
    // A lap of car 0 and one of car 1 were lost.
    tracker.apply(&lap(1, 82_000, &[(1, 80_000, 3), (0, 80_500, 1)]));
    assert_eq!(order(&tracker)[..2], [(1, Some(80_000), 3), (0, Some(80_500), 1)]);
    let car = tracker.car(CarId(1)).unwrap();
    let numbers: Vec<_> = car.laps().iter().map(|lap| lap.number).collect();
    assert_eq!((numbers, car.laps_driven()), (vec![1, 3], 3));
    assert_eq!(tracker.fastest_lap().unwrap().lap_time, LapTime(80_000));
}

#[test]
fn without_a_leaderboard_the_laps_are_counted() {
    let mut tracker = four_drivers(race());
    continue_with(&mut tracker, &[lap(1, 81_000, &[]), lap(0, 82_000, &[]), invalid_lap(1, 80_000, &[])]);
    assert_eq!(order(&tracker)[..2], [(1, Some(161_000), 2), (0, Some(82_000), 1)]);
    assert_eq!(tracker.fastest_lap().unwrap().lap_time, LapTime(81_000), "the faster one had cuts");
}

#[test]
fn the_total_of_a_race_is_that_of_the_leaderboard() {
    let mut tracker = four_drivers(race());
    continue_with(
        &mut tracker,
        &[lap(1, 83_846, &[(1, 83_845, 1), (0, 0, 0)]), lap(1, 83_576, &[(1, 167_422, 2), (0, 0, 0)])],
    );
    let car = tracker.car(CarId(1)).unwrap();
    assert_eq!(car.total_time, Some(LapTime(167_422)));
    let totals: Vec<_> = car.laps().iter().map(|lap| lap.total_time.unwrap().0).collect();
    assert_eq!(totals, [83_845, 167_422]);
    assert_eq!(car.best_lap, Some(LapTime(83_576)));
}

#[test]
fn positions_are_gained_by_laps_alone() {
    let mut tracker = four_drivers(race());
    let first = [(0, 80_000, 1), (1, 80_500, 1), (2, 81_000, 1), (3, 0, 0)];
    let changes = continue_with(
        &mut tracker,
        &[
            at(2, 0.9),
            at(0, 0.1),
            lap(0, 80_000, &[(0, 80_000, 1)]),
            lap(1, 80_500, &first[..2]),
            lap(2, 81_000, &first),
            at(1, 0.9),
            at(0, 0.1),
        ],
    );
    assert!(!changes.iter().any(|change| matches!(change, Change::PositionGained { .. })), "{changes:?}");
    let changes = tracker.apply(&lap(2, 78_000, &[(2, 159_000, 2), (0, 80_000, 1), (1, 80_500, 1)])).to_vec();
    assert!(changes.contains(&gained(2, Some(3), 1)), "{changes:?}");
    assert!(!changes.contains(&gained(0, Some(1), 2)));
    // A driver who loses the slot lets the others move up, but nobody has gained a position.
    assert!(
        !continue_with(&mut tracker, &[joins(2, "Eve", "76569")])
            .iter()
            .any(|change| matches!(change, Change::PositionGained { .. }))
    );
    let changes = tracker.apply(&lap(0, 79_000, &[(0, 159_000, 2), (1, 80_500, 1), (2, 0, 0)])).to_vec();
    assert!(!changes.iter().any(|change| matches!(change, Change::PositionGained { .. })), "{changes:?}");
}

#[test]
fn a_finish_is_told_once() {
    let mut tracker = four_drivers(race());
    let finish = |laps: u16| {
        let mut last = lap_of(1, 80_000, 0, &[(1, 400_000, 5), (0, 330_000, laps)]);
        last.leaderboard[0].has_completed = true;
        Event::LapCompleted(last)
    };
    let finished = Change::Finished { car_id: CarId(1), position: Some(1) };
    assert!(tracker.apply(&finish(4)).contains(&finished));
    assert!(!tracker.apply(&finish(4)).contains(&finished));
    assert!(tracker.standings()[0].completed && !tracker.standings()[1].completed);
}

#[test]
fn a_server_before_1_7_does_not_tell_who_has_finished() {
    let before = |car, time, entries: &[Entry]| {
        let mut lap = lap_of(car, time, 0, entries);
        lap.dialect = Dialect::Before17;
        Event::LapCompleted(lap)
    };
    let mut tracker = four_drivers(race());
    tracker.apply(&before(1, 80_000, &[(1, 320_000, 4), (0, 330_000, 4)]));
    assert!(tracker.standings().iter().all(|row| !row.completed));
    let changes = tracker.apply(&before(1, 80_000, &[(1, 400_000, 5), (0, 330_000, 4)])).to_vec();
    assert!(changes.contains(&Change::Finished { car_id: CarId(1), position: Some(1) }));
    let completed: Vec<_> = tracker.standings().iter().map(|row| row.completed).collect();
    assert_eq!(completed, [true, false, false, false]);

    let mut tracker = four_drivers(qualify());
    tracker.apply(&before(1, 80_000, &[(1, 80_000, 9)]));
    assert!(!tracker.standings()[0].completed);
}

#[test]
fn acsm_prereleases_send_no_grip() {
    let mut tracker = four_drivers(qualify());
    let mut lap = lap_of(1, 80_000, 0, &[(1, 80_000, 1)]);
    lap.dialect = Dialect::AcsmPrerelease;
    lap.grip_level = None;
    tracker.apply(&Event::LapCompleted(lap));
    assert_eq!(tracker.car(CarId(1)).unwrap().laps()[0].grip_level, None);
    assert_eq!(order(&tracker)[0], (1, Some(80_000), 1));
}

#[test]
fn the_newest_laps_are_kept() {
    let mut tracker = four_drivers(qualify());
    let all = u32::try_from(MAX_LAPS).unwrap() + 5;
    for number in 1..=all {
        tracker.apply(&lap(1, 80_000 + number, &[(1, 80_001, u16::try_from(number).unwrap())]));
    }
    let car = tracker.car(CarId(1)).unwrap();
    assert_eq!((car.laps().len(), car.laps_driven()), (MAX_LAPS, all));
    assert_eq!((car.laps()[0].number, car.last_lap().unwrap().number), (6, all));
}
