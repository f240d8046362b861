//! Laps of the session before, after NEW_SESSION.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Event, SessionType};
use acudpclient::tracker::Change;

use crate::script::*;

fn laps(tracker: &RaceTracker) -> u32 {
    tracker.cars().map(|car| car.laps_driven()).sum()
}

/// A race whose last lap comes late, and what comes after END_SESSION.
fn after_a_race(next: Event) -> RaceTracker {
    let mut tracker = four_drivers(race());
    continue_with(
        &mut tracker,
        &[
            lap(0, 80_000, &[(0, 80_000, 1), (1, 0, 0), (2, 0, 0), (3, 0, 0)]),
            lap(1, 81_000, &[(0, 80_000, 1), (1, 81_000, 1), (2, 0, 0), (3, 0, 0)]),
            end("race.json"),
            next,
        ],
    );
    tracker
}

#[test]
fn a_race_lap_does_not_count_in_the_next_qualify() {
    let mut tracker = after_a_race(qualify());
    assert!(
        tracker
            .apply(&lap(2, 85_000, &[(0, 80_000, 1), (1, 81_000, 1), (2, 85_000, 1), (3, 0, 0)]))
            .is_empty()
    );
    assert_eq!(laps(&tracker), 0);
    // The first lap of the session itself.
    tracker.apply(&lap(2, 84_000, &[(2, 84_000, 1), (0, NONE, 0), (1, NONE, 0), (3, NONE, 0)]));
    assert_eq!(order(&tracker)[0], (2, Some(84_000), 1));
    assert_eq!(tracker.last_result().unwrap().standings.len(), 2);
}

#[test]
fn a_race_lap_does_not_count_in_the_same_race_started_anew() {
    let mut tracker = after_a_race(race());
    let full = [(0, 80_000, 1), (1, 81_000, 1), (2, 85_000, 1)];
    assert!(tracker.apply(&lap(2, 85_000, &full)).is_empty(), "it goes on from the old leaderboard");
    assert_eq!(laps(&tracker), 0);
    tracker.apply(&lap(0, 80_500, &[(0, 80_500, 1), (1, 0, 0), (2, 0, 0), (3, 0, 0)]));
    assert_eq!(order(&tracker)[0], (0, Some(80_500), 1));
}

#[test]
fn a_qualify_lap_does_not_count_in_the_next_race() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&race());
    let late = lap(2, 85_000, &[(2, 85_000, 1), (0, NONE, 0), (1, NONE, 0), (3, NONE, 0)]);
    assert!(tracker.apply(&late).is_empty(), "a race has no 999,999,999");
    assert_eq!(laps(&tracker), 0);
    let invalid = invalid_lap(1, 85_000, &[(1, 0, 0), (2, 0, 0)]);
    assert!(tracker.apply(&invalid).is_empty(), "in a race every lap counts");
}

#[test]
fn a_lap_between_end_session_and_new_session_counts_nowhere() {
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[lap(0, 80_000, &[(0, 80_000, 1), (1, NONE, 0)]), end("q.json")]);
    let result = tracker.last_result().cloned();
    assert!(tracker.apply(&lap(1, 79_000, &[(1, 79_000, 1), (0, 80_000, 1)])).is_empty());
    assert_eq!(tracker.last_result().cloned(), result);
    assert_eq!(order(&tracker)[0], (0, Some(80_000), 1));
}

#[test]
fn laps_of_a_session_whose_announcement_was_lost_are_not_late() {
    let mut tracker = four_drivers(qualify());
    continue_with(&mut tracker, &[lap(0, 80_000, &[(0, 80_000, 1), (1, NONE, 0)]), end("q.json")]);
    let changes = tracker.apply(&lap(1, 85_000, &[(1, 85_000, 1), (0, 0, 0)]));
    assert_eq!(changes[0], Change::SessionStarted);
    assert_eq!(tracker.session(), None);
    let changes = tracker.apply(&Event::SessionInfo(session(SessionType::Race, 2, 90_000)));
    assert_eq!(changes, [Change::SessionStarted]);
    assert_eq!(order(&tracker)[0], (1, Some(85_000), 1));
}

/// The tracker has not seen the session before, so only the clock can tell.
#[test]
fn a_lap_that_is_longer_than_the_session_with_laps_of_others_is_late() {
    let events = [qualify(), lap(1, 85_000, &[(0, 80_000, 3), (1, 85_000, 1), (2, NONE, 0)])];
    let mut tracker = RaceTracker::new();
    tracker.advance_to(Duration::from_secs(50));
    tracker.apply(&events[0]);
    tracker.advance_to(Duration::from_millis(50_020));
    assert!(tracker.apply(&events[1]).is_empty());
    assert_eq!(laps(&tracker), 0);
    // Without a clock nothing speaks against it.
    assert_eq!(laps(&play(&events).0), 4);
}

/// Recordings with made-up times, or played fast.
#[test]
fn a_wrong_clock_alone_leaves_no_lap_out() {
    let mut tracker = RaceTracker::new();
    for event in [
        race(),
        lap(1, 85_000, &[(1, 85_000, 1), (0, 0, 0)]),
        lap(0, 85_500, &[(1, 85_000, 1), (0, 85_500, 1)]),
    ] {
        tracker.advance_to(Duration::from_secs(1));
        tracker.apply(&event);
    }
    assert_eq!(laps(&tracker), 2);
}

#[test]
fn one_lap_of_a_car_at_most_is_taken_for_a_late_one() {
    // A server that breaks the rules: 999,999,999 in a race.
    let mut tracker = four_drivers(race());
    tracker.apply(&lap(1, 85_000, &[(1, 85_000, 1), (0, NONE, 0)]));
    assert_eq!(laps(&tracker), 0);
    tracker.apply(&lap(1, 84_000, &[(1, 169_000, 2), (0, NONE, 0)]));
    let car = tracker.car(CarId(1)).unwrap();
    assert_eq!((car.laps().len(), car.laps_driven(), car.total_time.unwrap().0), (1, 2, 169_000));
    assert_eq!(tracker.car(CarId(0)).unwrap().total_time, None);
}

#[test]
fn a_late_lap_of_somebody_who_has_left_puts_nobody_into_the_car() {
    let mut tracker = four_drivers(qualify());
    continue_with(
        &mut tracker,
        &[lap(0, 80_000, &[(0, 80_000, 1), (1, NONE, 0)]), leaves(1, "Ben", "76561"), end("q"), race()],
    );
    assert!(tracker.apply(&lap(1, 85_000, &[(0, 80_000, 1), (1, 85_000, 1), (2, NONE, 0)])).is_empty());
    assert_eq!(order(&tracker).iter().map(|row| row.0).collect::<Vec<_>>(), [0, 2, 3]);
    assert!(!tracker.car(CarId(1)).unwrap().connected);
}
