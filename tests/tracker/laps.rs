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
    let changes = tracker.apply(&invalid_lap(1, 79_000, &[(0, NONE, 0), (1, NONE, 0)]));
    assert_eq!(changes, [completed(1, 1, 79_000, false)]);
    assert_eq!(tracker.car(CarId(1)).unwrap().best_lap, None);
    let changes = tracker.apply(&lap(1, 81_000, &[(1, 81_000, 1), (0, NONE, 0)]));
    let [personal, session] = best(1, 81_000, None);
    assert_eq!(changes, [completed(1, 2, 81_000, true), personal, session, gained(1, None, 1)]);
    let changes = tracker.apply(&invalid_lap(1, 78_000, &[(1, 81_000, 1), (0, NONE, 0)]));
    assert_eq!(changes, [completed(1, 3, 78_000, false)]);
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
    let changes = tracker.apply(&lap(2, 78_000, &[(2, 159_000, 2), (0, 80_000, 1), (1, 80_500, 1)]));
    assert!(changes.contains(&gained(2, Some(3), 1)), "{changes:?}");
    assert!(!changes.contains(&gained(0, Some(1), 2)));
    // A driver who loses the slot lets the others move up, but nobody has gained a position.
    assert!(
        !continue_with(&mut tracker, &[joins(2, "Eve", "76569")])
            .iter()
            .any(|change| matches!(change, Change::PositionGained { .. }))
    );
    let changes = tracker.apply(&lap(0, 79_000, &[(0, 159_000, 2), (1, 80_500, 1), (2, 0, 0)]));
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
    let changes = tracker.apply(&before(1, 80_000, &[(1, 400_000, 5), (0, 330_000, 4)]));
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

const FIRST_LAP: [Entry; 4] = [(0, 80_000, 1), (1, 81_000, 1), (2, 82_000, 1), (3, 0, 0)];

/// Cars 0 to 2 have driven a lap of a race.
fn after_the_first_lap() -> acudpclient::RaceTracker {
    let mut tracker = four_drivers(race());
    continue_with(
        &mut tracker,
        &[lap(0, 80_000, &FIRST_LAP[..1]), lap(1, 81_000, &FIRST_LAP[..2]), lap(2, 82_000, &FIRST_LAP)],
    );
    tracker
}

#[test]
fn an_older_leaderboard_takes_no_lap_away() {
    let mut tracker = after_the_first_lap();
    tracker.apply(&lap(0, 80_000, &[(0, 160_000, 2), (1, 81_000, 1), (2, 82_000, 1), (3, 0, 0)]));
    // Six milliseconds later; it lacks the lap of car 0.
    let changes = tracker
        .apply(&lap(1, 79_006, &[(1, 160_006, 2), (0, 80_000, 1), (2, 82_000, 1), (3, 0, 0)]))
        .to_vec();
    let leaders = [(0, Some(160_000), 2), (1, Some(160_006), 2)];
    assert_eq!(order(&tracker)[..2], leaders);
    assert!(!changes.iter().any(|change| matches!(change, Change::PositionGained { .. })), "{changes:?}");
    // The last lap of a qualify, the second of two.
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(0, 80_000, &[(0, 80_000, 1), (1, 81_000, 1), (2, NONE, 0)]));
    let changes = tracker.apply(&lap(1, 81_000, &[(1, 81_000, 1), (0, NONE, 0), (2, NONE, 0)]));
    assert_eq!(order(&tracker)[..2], [(0, Some(80_000), 1), (1, Some(81_000), 1)]);
    // Its lap was known, but not told.
    let (car_id, lap_time) = (CarId(1), LapTime(81_000));
    assert_eq!(
        changes,
        [
            behind(completed(1, 1, 81_000, true), 1000),
            Change::PersonalBest { car_id, lap_time, previous: None },
            Change::PositionGained { car_id, from: None, to: 2 },
        ]
    );
}

#[test]
fn a_session_best_that_another_lap_has_overtaken_is_told() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(0, 82_000, &[(0, 82_000, 1), (1, NONE, 0)]));
    tracker.apply(&lap(2, 83_000, &[(1, 80_000, 1), (0, 82_000, 1), (2, 83_000, 1)]));
    assert_eq!(tracker.fastest_lap().unwrap().lap_time, LapTime(80_000));
    let changes = tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, 82_000, 1), (2, NONE, 0)]));
    let [personal, session] = best(1, 80_000, None);
    assert_eq!(changes[..2], [completed(1, 1, 80_000, true), personal]);
    let Change::SessionBest { car_id, lap_time, .. } = session else { panic!("{session:?}") };
    assert_eq!(changes[2], Change::SessionBest { car_id, lap_time, previous: Some(LapTime(82_000)) });
    assert_eq!(changes[3..], [gained(1, None, 1)]);
}

/// Whatever else the lap changes, and if nothing but the lap tells who sits in the car, or that a session runs.
#[test]
fn a_lap_is_told_first_with_its_number_and_whether_it_counts() {
    let mut tracker = four_drivers(race());
    let first = tracker.apply(&invalid_lap(1, 79_000, &[(1, 79_000, 1), (0, 0, 0)]));
    assert_eq!(first, [completed(1, 1, 79_000, false)]);
    // Two laps were lost.
    let fourth = tracker.apply(&lap(1, 80_000, &[(1, 320_000, 4), (0, 0, 0)]));
    assert_eq!(fourth[0], completed(1, 4, 80_000, true));
    assert!(matches!(fourth[1..], [Change::PersonalBest { .. }, Change::SessionBest { .. }]), "{fourth:?}");
    // Without a time it does not count, although it has no cuts.
    let none = tracker.apply(&lap(1, 0, &[(1, 320_000, 5), (0, 0, 0)]));
    assert_eq!(
        none[0],
        Change::LapCompleted {
            car_id: CarId(1),
            number: 5,
            lap_time: LapTime(0),
            cuts: 0,
            valid: false,
            personal_best: false,
            gap: None
        }
    );

    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, NONE, 0)]));
    tracker.apply(&end("q.json"));
    // NEW_SESSION and CLIENT_LOADED were lost.
    tracker.apply(&info(7, false, "Gus", "76567"));
    let changes = tracker.apply(&lap(7, 84_000, &[(7, 84_000, 1), (1, NONE, 0)]));
    let joined = Change::DriverJoined { car_id: CarId(7) };
    let [personal, session] = best(7, 84_000, None);
    let place = gained(7, None, 1);
    assert_eq!(
        changes,
        [Change::SessionStarted, joined, completed(7, 1, 84_000, true), personal, session, place]
    );
}

#[test]
fn a_driver_has_a_name_as_long_as_the_car_is_known() {
    let mut tracker = four_drivers(qualify());
    assert_eq!(tracker.driver_name(CarId(1)), "Ben");
    assert_eq!(tracker.driver_name(CarId(4)), "");
    assert_eq!(tracker.driver_name(CarId::SERVER), "");
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, NONE, 0)]));
    tracker.apply(&leaves(1, "Ben", "76561"));
    assert_eq!(tracker.driver_name(CarId(1)), "Ben", "the lap is still theirs");
    // Telemetry tells of a car, not of a driver.
    tracker.apply(&at(9, 0.5));
    assert!(tracker.car(CarId(9)).is_some());
    assert_eq!(tracker.driver_name(CarId(9)), "");
}

#[test]
fn a_cars_own_leaderboard_can_take_laps_away() {
    let mut tracker = after_the_first_lap();
    tracker.apply(&lap(1, 79_000, &[(1, 160_000, 2), (0, 80_000, 1)]));
    // Somebody else has taken the slot and driven a lap.
    tracker.apply(&lap(1, 90_000, &[(0, 80_000, 1), (1, 250_000, 1)]));
    assert_eq!(order(&tracker)[2], (1, Some(250_000), 1));
}

#[test]
fn who_has_less_for_a_lap_has_less() {
    let mut tracker = after_the_first_lap();
    // Car 2 was taken by somebody else. Nobody was heard to come.
    let entries = |laps: u16| [(0, 80_000 * u32::from(laps), laps), (1, 81_000, 1), (2, 0, 0), (3, 0, 0)];
    tracker.apply(&lap(0, 80_000, &entries(2)));
    assert_eq!(order(&tracker)[2], (2, Some(82_000), 1), "that may be older");
    tracker.apply(&lap(0, 80_000, &entries(3)));
    assert_eq!(order(&tracker)[2], (2, None, 0), "this is a lap newer");
}

#[test]
fn an_older_leaderboard_gives_no_laps_to_who_comes() {
    let mut tracker = after_the_first_lap();
    tracker.apply(&joins(2, "Eve", "76569"));
    tracker.apply(&lap(0, 80_000, &[(0, 160_000, 2), (1, 81_000, 1), (2, 82_000, 1), (3, 0, 0)]));
    assert_eq!(order(&tracker)[2], (2, None, 0));
}

#[test]
fn a_lap_that_comes_twice_counts_once() {
    let mut tracker = four_drivers(qualify());
    let invalid = invalid_lap(1, 79_000, &[(0, NONE, 0), (1, NONE, 0)]);
    continue_with(&mut tracker, &[invalid.clone(), lap(0, 80_000, &[(0, 80_000, 1), (1, NONE, 0)])]);
    assert!(tracker.apply(&invalid).is_empty(), "another lap came in between");
    assert_eq!(tracker.car(CarId(1)).unwrap().laps_driven(), 1);
    let mut tracker = after_the_first_lap();
    assert!(tracker.apply(&lap(2, 82_000, &FIRST_LAP)).is_empty());
    assert_eq!(tracker.car(CarId(2)).unwrap().laps().len(), 1);
}

#[test]
fn with_a_clock_the_same_invalid_lap_can_be_driven_again() {
    let mut tracker = four_drivers(qualify());
    let invalid = invalid_lap(1, 79_000, &[(0, NONE, 0), (1, NONE, 0)]);
    for second in [100, 179] {
        tracker.advance_to(std::time::Duration::from_secs(second));
        tracker.apply(&invalid);
    }
    assert_eq!(tracker.car(CarId(1)).unwrap().laps_driven(), 2);
}

#[test]
fn the_lap_of_a_driver_whose_slot_was_taken_is_nobody_elses() {
    let mut tracker = four_drivers(qualify());
    let same = lap(1, 80_000, &[(1, 80_000, 1)]);
    continue_with(&mut tracker, &[same.clone(), joins(1, "Eve", "76569"), same]);
    assert_eq!(tracker.car(CarId(1)).unwrap().laps_driven(), 1, "Eve drove the same time");
}
