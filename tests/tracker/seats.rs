//! Who sits in which car.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Event, SessionType};
use acudpclient::tracker::{Car, Change};

use crate::script::*;

const QUALIFY_LAP: [Entry; 3] = [(1, 80_000, 1), (0, NONE, 0), (2, NONE, 0)];

fn car(tracker: &RaceTracker, car: u8) -> &Car {
    tracker.car(CarId(car)).unwrap()
}

fn joined(car: u8) -> Change {
    Change::DriverJoined { car_id: CarId(car) }
}

fn left(car: u8) -> Change {
    Change::DriverLeft { car_id: CarId(car) }
}

#[test]
fn a_driver_joins_loads_and_leaves() {
    let (mut tracker, changes) = play(&[qualify(), joins(3, "Dan", "76563")]);
    assert_eq!(changes[1..], [joined(3)]);
    assert!(car(&tracker, 3).connected && !car(&tracker, 3).loaded);
    // CAR_INFO says "not connected" until the driver has loaded, and knows the team.
    assert!(tracker.apply(&info(3, false, "Dan", "76563")).is_empty());
    assert!(car(&tracker, 3).connected);
    assert_eq!(car(&tracker, 3).driver.as_ref().unwrap().team, "Team");
    assert!(tracker.apply(&info(3, false, "Somebody before", "1")).is_empty());
    assert_eq!(name(&tracker, 3), Some("Dan"));
    tracker.apply(&loaded(3));
    assert!(car(&tracker, 3).loaded);
    assert_eq!(car(&tracker, 3).car_model, "abarth500");
    assert_eq!(car(&tracker, 3).car_skin, "white");
    assert_eq!(tracker.apply(&leaves(3, "Dan", "76563")), [left(3)]);
    assert!(!car(&tracker, 3).connected && !car(&tracker, 3).loaded);
    assert!(tracker.standings().is_empty());
    assert!(tracker.apply(&leaves(3, "Dan", "76563")).is_empty());
}

#[test]
fn a_rejoin_without_connection_closed_keeps_the_laps() {
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[info(1, true, "Ben", "76561"), lap(1, 80_000, &QUALIFY_LAP), at(1, 0.3)]);
    assert_eq!(tracker.apply(&joins(1, "Ben", "76561")), [joined(1)]);
    let ben = car(&tracker, 1);
    assert!(ben.connected && !ben.loaded && ben.telemetry.is_none());
    assert_eq!((ben.laps().len(), ben.best_lap.unwrap().0), (1, 80_000));
    assert_eq!(ben.driver.as_ref().unwrap().team, "Team");
    // The same with one.
    continue_with(&mut tracker, &[leaves(1, "Ben", "76561"), joins(1, "Ben", "76561")]);
    assert_eq!(car(&tracker, 1).laps().len(), 1);
}

#[test]
fn another_driver_takes_a_slot_whose_leave_was_missed() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &QUALIFY_LAP));
    match &tracker.apply(&joins(1, "Eve", "76569"))[..] {
        [Change::DriverSwapped { car_id: CarId(1), from, to }] => {
            assert_eq!((from.name.as_str(), to.name.as_str()), ("Ben", "Eve"));
        }
        other => panic!("{other:?}"),
    }
    let eve = car(&tracker, 1);
    assert_eq!((eve.laps().len(), eve.best_lap, eve.laps_counted), (0, None, 0));
    assert_eq!(tracker.fastest_lap().unwrap().driver.as_ref().unwrap().name, "Ben");
    // A leave of the first driver that comes now is late.
    assert!(tracker.apply(&leaves(1, "Ben", "76561")).is_empty());
    assert!(car(&tracker, 1).connected);
}

#[test]
fn another_driver_takes_a_free_slot_with_laps() {
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[lap(1, 80_000, &QUALIFY_LAP), leaves(1, "Ben", "76561")]);
    assert_eq!(order(&tracker)[0], (1, Some(80_000), 1), "the laps stay in the standings");
    assert_eq!(tracker.apply(&joins(1, "Eve", "76569")), [joined(1)]);
    assert_eq!(order(&tracker)[1], (1, None, 0));
}

#[test]
fn the_leaderboard_tells_what_the_server_keeps_for_a_slot() {
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[lap(1, 80_000, &QUALIFY_LAP), joins(1, "Ben", "76561")]);
    tracker.apply(&lap(2, 90_000, &[(2, 90_000, 1), (0, NONE, 0), (1, NONE, 0)]));
    assert_eq!(order(&tracker)[..2], [(2, Some(90_000), 1), (0, None, 0)]);
}

#[test]
fn a_driver_who_changes_slot_has_left_the_old_one() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &QUALIFY_LAP));
    assert_eq!(tracker.apply(&joins(5, "Ben", "76561")), [left(1), joined(5)]);
    assert!(!car(&tracker, 1).connected && car(&tracker, 5).connected);
    assert_eq!(order(&tracker)[0], (1, Some(80_000), 1), "the laps stay where the leaderboard has them");
    // A personal best is the person's.
    let slower = tracker.apply(&lap(5, 81_000, &[(1, 80_000, 1), (5, 81_000, 1)]));
    assert!(!slower.iter().any(|change| matches!(change, Change::PersonalBest { .. })), "{slower:?}");
    let faster = tracker.apply(&lap(5, 79_000, &[(5, 79_000, 2), (1, 80_000, 1)]));
    let best = |change: &Change| match change {
        Change::PersonalBest { car_id, lap_time, previous } => {
            Some((car_id.0, lap_time.0, previous.unwrap().0))
        }
        _ => None,
    };
    assert_eq!(faster.iter().find_map(best), Some((5, 79_000, 80_000)));
    // CAR_INFO tells of a change of slot as well.
    assert_eq!(tracker.apply(&info(6, true, "Ben", "76561")), [left(5)]);
}

#[test]
fn a_guid_of_zero_or_nothing_is_nobodys() {
    for guid in ["0", ""] {
        let (mut tracker, _) = play(&[qualify(), joins(1, "Ben", guid), joins(2, "Cleo", guid)]);
        assert!(car(&tracker, 1).connected, "Cleo is not Ben in another slot");
        tracker.apply(&joins(3, "Ben", guid));
        assert!(car(&tracker, 1).connected, "nor is a namesake");
        tracker.apply(&lap(1, 80_000, &QUALIFY_LAP));
        tracker.apply(&joins(1, "Ben", guid));
        assert_eq!(car(&tracker, 1).laps().len(), 1, "the same name in the same slot");
        tracker.apply(&joins(1, "Eve", guid));
        assert_eq!(car(&tracker, 1).laps().len(), 0);
    }
}

#[test]
fn car_info_finds_missed_joins_and_leaves() {
    let mut tracker = four_drivers(qualify());
    assert_eq!(tracker.apply(&info(0, false, "Ada", "76560")), [left(0)]);
    assert!(tracker.apply(&info(0, false, "Ada", "76560")).is_empty());
    let swapped = tracker.apply(&info(1, true, "Eve", "76569"));
    assert!(matches!(&swapped[..], [Change::DriverSwapped { .. }]), "{swapped:?}");
    assert_eq!(tracker.apply(&info(0, true, "Eve", "76569")), [left(1), joined(0)]);
    assert!(car(&tracker, 0).loaded);
    // The last driver of a slot that is empty.
    assert!(tracker.apply(&info(9, false, "Zoe", "76999")).is_empty());
    assert!(!car(&tracker, 9).connected);
    assert!(tracker.apply(&info(10, false, "", "")).is_empty());
    assert!(tracker.car(CarId(10)).is_none());
}

#[test]
fn a_driver_who_loads_in_a_free_slot_is_not_the_last_one() {
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[lap(1, 80_000, &QUALIFY_LAP), leaves(1, "Ben", "76561")]);
    assert_eq!(tracker.apply(&loaded(1)), [joined(1)]);
    assert_eq!((name(&tracker, 1), car(&tracker, 1).laps().len()), (None, 0));
    assert!(tracker.apply(&info(1, true, "Eve", "76569")).is_empty());
    assert_eq!(name(&tracker, 1), Some("Eve"));
}

#[test]
fn telemetry_tells_of_a_car_but_not_of_one_that_has_left() {
    let fast = acudpclient::protocol::CarUpdate {
        car_id: CarId(7),
        velocity: acudpclient::protocol::Vec3::new(0.0, 0.0, 50.0),
        ..acudpclient::protocol::CarUpdate::default()
    };
    let (mut tracker, changes) = play(&[qualify(), at(7, 0.1), Event::CarUpdate(fast), at(7, 0.2)]);
    assert_eq!(changes, [Change::SessionStarted]);
    assert!(car(&tracker, 7).connected && car(&tracker, 7).driver.is_none());
    assert!((car(&tracker, 7).top_speed_kmh - 180.0).abs() < 0.01);
    assert_eq!(car(&tracker, 7).distance(), Some(f64::from(0.2_f32)));
    tracker.apply(&leaves(7, "Gus", "76567"));
    tracker.apply(&at(7, 0.3));
    assert!(!car(&tracker, 7).connected && car(&tracker, 7).telemetry.is_none());
    assert_eq!(name(&tracker, 7), Some("Gus"));
}

#[test]
fn collisions_are_counted_for_the_car_that_reports_them() {
    let mut tracker = four_drivers(qualify());
    let changes = continue_with(&mut tracker, &[contact(0, Some(1)), contact(1, Some(0)), contact(0, None)]);
    assert_eq!(changes[2], Change::Collision { car_id: CarId(0), other_car_id: None, impact_speed: 30.0 });
    assert_eq!(changes.len(), 3);
    assert_eq!((car(&tracker, 0).collisions_with_cars, car(&tracker, 0).collisions_with_environment), (1, 1));
    assert_eq!((car(&tracker, 1).collisions_with_cars, car(&tracker, 1).collisions_with_environment), (1, 0));
}

#[test]
fn who_comes_twice_has_come_once() {
    let (mut tracker, _) = play(&[qualify(), joins(1, "Ben", "76561")]);
    assert!(tracker.apply(&joins(1, "Ben", "76561")).is_empty());
    continue_with(&mut tracker, &[loaded(1), at(1, 0.5)]);
    assert_eq!(
        tracker.apply(&joins(1, "Ben", "76561")),
        [joined(1)],
        "back without having been seen to leave"
    );
}

#[test]
fn a_contact_that_comes_twice_counts_once() {
    let mut tracker = four_drivers(qualify());
    assert_eq!(tracker.apply(&contact(0, Some(1))).len(), 1);
    assert!(tracker.apply(&contact(0, Some(1))).is_empty());
    continue_with(&mut tracker, &[contact(0, None), contact(0, Some(1))]);
    assert_eq!(car(&tracker, 0).collisions_with_cars, 2);
}

#[test]
fn who_was_loading_at_a_late_start_keeps_the_name() {
    let late_start =
        [Event::SessionInfo(session(SessionType::Qualify, 1, 60_000)), info(1, false, "Ben", "76561")];
    let (mut tracker, _) = play(&late_start);
    assert!(!car(&tracker, 1).connected);
    assert_eq!(tracker.apply(&loaded(1)), [joined(1)]);
    assert_eq!((name(&tracker, 1), car(&tracker, 1).loaded), (Some("Ben"), true));
    // The session changes while he loads.
    let (mut tracker, _) = play(&late_start);
    continue_with(&mut tracker, &[race(), loaded(1)]);
    assert_eq!(name(&tracker, 1), Some("Ben"));
    // Nobody loads for an hour, so this is somebody else.
    let mut tracker = RaceTracker::new();
    tracker.advance_to(Duration::from_secs(1));
    continue_with(&mut tracker, &late_start);
    tracker.advance_to(Duration::from_secs(3600));
    tracker.apply(&loaded(1));
    assert_eq!((name(&tracker, 1), car(&tracker, 1).connected), (None, true));
}

#[test]
fn who_was_only_named_took_no_part() {
    let (mut tracker, _) = play(&[qualify(), info(1, false, "Ben", "76561"), joins(2, "Cleo", "76562")]);
    continue_with(&mut tracker, &[loaded(2), lap(2, 80_000, &[(2, 80_000, 1)]), end("q.json")]);
    assert_eq!(tracker.last_result().unwrap().unclassified, []);
}

#[test]
fn assetto_server_says_connected_while_a_driver_loads() {
    let mut qualify = session(SessionType::Qualify, 1, 60_000);
    qualify.weather_graphics = "3_clear".to_owned();
    qualify.dialect = acudpclient::protocol::Dialect::AssettoServer;
    let (mut tracker, _) = play(&[Event::NewSession(qualify), joins(1, "Ben", "76561")]);
    tracker.apply(&info(1, true, "Ben", "76561"));
    assert!(car(&tracker, 1).connected && !car(&tracker, 1).loaded);
    tracker.apply(&at(1, 0.1));
    assert!(car(&tracker, 1).loaded);
}

#[test]
fn a_late_client_loaded_brings_nobody_back() {
    let mut tracker = four_drivers(qualify());
    for (second, changes) in [(100, vec![]), (112, vec![joined(1)])] {
        tracker.advance_to(Duration::from_secs(100));
        tracker.apply(&leaves(1, "Ben", "76561"));
        tracker.advance_to(Duration::from_secs(second));
        assert_eq!(tracker.apply(&loaded(1)), changes);
    }
}

#[test]
fn telemetry_that_lasts_is_somebodys() {
    let updates: Vec<_> = (0..12_u8).map(|step| at(1, f32::from(step) / 100.0)).collect();
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[lap(1, 80_000, &QUALIFY_LAP), leaves(1, "Ben", "76561")]);
    // Both NEW_CONNECTION and CLIENT_LOADED were lost.
    assert_eq!(continue_with(&mut tracker, &updates), [joined(1)]);
    let somebody = car(&tracker, 1);
    assert!(somebody.connected && somebody.loaded && somebody.telemetry.is_some());
    assert_eq!((name(&tracker, 1), somebody.laps().len()), (None, 0));
    assert!(tracker.apply(&info(1, true, "Eve", "76569")).is_empty());
    assert_eq!(name(&tracker, 1), Some("Eve"));
    // Who was loading at a late start.
    let (mut tracker, _) = play(&[qualify(), info(1, false, "Ben", "76561")]);
    assert_eq!(continue_with(&mut tracker, &updates), [joined(1)]);
    assert_eq!(name(&tracker, 1), Some("Ben"));
    // A slot of which only a leaderboard has told.
    let (mut tracker, _) = play(&[qualify(), lap(0, 81_000, &[(1, 80_000, 1), (0, 81_000, 1)]), at(1, 0.5)]);
    assert!(car(&tracker, 1).connected);
    assert!(tracker.apply(&at(1, 0.6)).is_empty());
}

#[test]
fn a_lap_of_who_was_loading_is_theirs() {
    let (mut tracker, _) = play(&[qualify(), info(1, false, "Ben", "76561")]);
    let changes = tracker.apply(&lap(1, 80_000, &QUALIFY_LAP));
    assert_eq!(changes[0], joined(1));
    assert_eq!((name(&tracker, 1), car(&tracker, 1).connected), (Some("Ben"), true));
}

#[test]
fn a_lap_that_comes_after_its_driver_has_left_is_theirs() {
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[lap(1, 80_000, &QUALIFY_LAP), leaves(1, "Ben", "76561")]);
    tracker.apply(&lap(1, 79_000, &[(1, 79_000, 2), (0, NONE, 0)]));
    assert_eq!((name(&tracker, 1), car(&tracker, 1).laps().len()), (Some("Ben"), 2));
    assert!(!car(&tracker, 1).connected);
    // Another car's leaderboard has told of it before.
    let mut tracker = four_drivers(qualify());
    continue_with(
        &mut tracker,
        &[
            lap(1, 80_000, &QUALIFY_LAP),
            lap(0, 81_000, &[(1, 79_000, 2), (0, 81_000, 1)]),
            leaves(1, "Ben", "76561"),
            lap(1, 79_000, &[(1, 79_000, 2), (0, NONE, 0)]),
        ],
    );
    assert_eq!((name(&tracker, 1), car(&tracker, 1).laps().len()), (Some("Ben"), 2));
}

#[test]
fn the_laps_of_whoever_came_unheard_are_not_of_who_has_left() {
    // The server has cleared the slot, so it is somebody else.
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[lap(1, 80_000, &QUALIFY_LAP), leaves(1, "Ben", "76561")]);
    let changes = tracker.apply(&lap(1, 85_000, &[(1, 85_000, 1), (0, NONE, 0)]));
    assert_eq!(changes[0], joined(1));
    assert_eq!((name(&tracker, 1), car(&tracker, 1).laps().len()), (None, 1));
    assert_eq!(order(&tracker)[0], (1, Some(85_000), 1));
    tracker.apply(&end("q.json"));
    let result = tracker.last_result().unwrap();
    assert_eq!(
        (result.standings[0].driver.as_ref(), &result.unclassified[0].driver.as_ref().unwrap().name),
        (None, &"Ben".to_owned())
    );

    // A minute later; with the clock and by the laps of another car.
    let later = |laps_of_ben: &[Event], with_clock: bool, lap_after: Event| {
        let mut tracker = four_drivers(qualify());
        if with_clock {
            tracker.advance_to(Duration::from_secs(100));
        }
        continue_with(&mut tracker, laps_of_ben);
        tracker.apply(&leaves(1, "Ben", "76561"));
        if with_clock {
            tracker.advance_to(Duration::from_secs(200));
        } else {
            let best = u32::try_from(laps_of_ben.len()).unwrap();
            for number in 1..4 {
                let entry = if best > 0 { (1, 80_000, 1) } else { (1, NONE, 0) };
                tracker.apply(&lap(
                    0,
                    90_000 - u32::from(number),
                    &[(0, 90_000 - u32::from(number), number), entry],
                ));
            }
        }
        assert_eq!(tracker.apply(&lap_after)[0], joined(1));
        (name(&tracker, 1).map(str::to_owned), car(&tracker, 1).laps().len())
    };
    for with_clock in [true, false] {
        // Nothing tells whether it is Ben, who has not driven a lap.
        assert_eq!(later(&[], with_clock, lap(1, 85_000, &[(1, 85_000, 1)])), (None, 1));
        // The server has kept his lap, so he is back.
        let ben = later(&[lap(1, 80_000, &QUALIFY_LAP)], with_clock, lap(1, 85_000, &[(1, 80_000, 2)]));
        assert_eq!(ben, (Some("Ben".to_owned()), 2));
    }
}

#[test]
fn who_sits_elsewhere_does_not_sit_here() {
    let (mut tracker, _) = play(&[qualify(), info(1, false, "Ben", "76561"), joins(2, "Ben", "76561")]);
    assert_eq!(tracker.apply(&loaded(1)), [joined(1)]);
    assert_eq!((name(&tracker, 1), name(&tracker, 2)), (None, Some("Ben")));
    assert!(car(&tracker, 2).connected);
}

/// AssettoServer tells the end of a connection just before the next one of the same driver, so the two
/// can pass each other, or the first comes once more.
#[test]
fn the_end_of_the_connection_before_is_not_that_of_the_new_one() {
    let (joins, leaves) = (joins(1, "Ben", "76561"), leaves(1, "Ben", "76561"));
    // Who has joined by these and is then told to leave after so many milliseconds.
    let is_there = |before: &[&Event], milliseconds| {
        let mut tracker = four_drivers(qualify());
        tracker.advance_to(Duration::from_secs(60));
        for event in before {
            tracker.apply(event);
        }
        tracker.advance_to(Duration::from_secs(60) + Duration::from_millis(milliseconds));
        let has_left = tracker.apply(&leaves) == [left(1)];
        assert_eq!(has_left, !car(&tracker, 1).connected, "{before:?}, {milliseconds}");
        !has_left
    };
    assert!(is_there(&[&joins], 50), "they have passed each other");
    assert!(is_there(&[&leaves, &joins], 50), "it comes once more");
    assert!(is_there(&[&joins, &joins], 50), "the new one comes once more");
    // Nobody is there for ever because of that.
    assert!(!is_there(&[&joins], 1000));
    assert!(!is_there(&[&leaves, &joins], 1000));
    assert!(!is_there(&[], 50));
    // While a driver loads, likewise.
    let mut tracker = play(&[qualify()]).0;
    for (milliseconds, event, is_there) in
        [(0, &joins, true), (9000, &joins, true), (9010, &leaves, true), (9999, &leaves, true)]
    {
        tracker.advance_to(Duration::from_millis(milliseconds));
        tracker.apply(event);
        assert_eq!(car(&tracker, 1).connected, is_there, "{milliseconds}");
    }
    tracker.advance_to(Duration::from_secs(10));
    assert_eq!(tracker.apply(&leaves), [left(1)]);
    // Who has just come for the first time and goes at once has gone.
    continue_with(&mut tracker, &[info(1, false, "", "")]);
    tracker.advance_to(Duration::from_secs(20));
    assert_eq!(continue_with(&mut tracker, &[joins.clone(), leaves.clone()]), [joined(1), left(1)]);
    tracker.advance_to(Duration::from_secs(40));
    let twice = [joins.clone(), joins, leaves];
    assert_eq!(continue_with(&mut tracker, &twice), [joined(1), left(1)], "a repeated one is no second one");
}
