//! The order and the gaps.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Event, SessionType};
use acudpclient::tracker::Gap;

use crate::script::*;

fn gaps(tracker: &RaceTracker) -> Vec<(u8, Option<Gap>, Option<Gap>)> {
    tracker.standings().iter().map(|row| (row.car_id.0, row.gap, row.interval)).collect()
}

#[allow(clippy::unnecessary_wraps)] // as it is compared
fn ms(time: u64) -> Option<Gap> {
    Some(Gap::Time(Duration::from_millis(time)))
}

#[test]
fn practice_and_other_types_are_ordered_by_best_lap() {
    for session_type in [SessionType::Practice, SessionType::Qualify, SessionType::from(7)] {
        let mut tracker = four_drivers(Event::NewSession(session(session_type, 0, 0)));
        continue_with(
            &mut tracker,
            &[
                lap(3, 82_000, &[(3, 82_000, 1), (0, NONE, 0), (2, NONE, 0), (1, NONE, 0)]),
                lap(1, 80_000, &[(1, 80_000, 1), (3, 82_000, 1), (2, NONE, 0), (0, NONE, 0)]),
            ],
        );
        assert_eq!(order(&tracker), [(1, Some(80_000), 1), (3, Some(82_000), 1), (0, None, 0), (2, None, 0)]);
        assert_eq!(
            gaps(&tracker),
            [(1, None, None), (3, ms(2000), ms(2000)), (0, None, None), (2, None, None)]
        );
    }
}

#[test]
fn who_was_first_with_the_same_time_is_ahead() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(2, 80_000, 1), (1, 80_000, 1)]));
    assert_eq!(order(&tracker)[..2], [(2, Some(80_000), 1), (1, Some(80_000), 1)]);
}

#[test]
fn a_race_is_ordered_by_laps_and_total_time_whatever_the_leaderboards_order() {
    let mut tracker = four_drivers(race());
    // AssettoServer sorts by time alone.
    tracker.apply(&lap(2, 80_000, &[(3, 0, 0), (1, 82_000, 1), (0, 160_000, 2), (2, 159_000, 2)]));
    assert_eq!(
        order(&tracker),
        [(2, Some(159_000), 2), (0, Some(160_000), 2), (1, Some(82_000), 1), (3, None, 0)]
    );
}

#[test]
fn before_its_first_lap_a_race_is_ordered_along_the_track() {
    let mut tracker = four_drivers(race());
    assert_eq!(order(&tracker).iter().map(|row| row.0).collect::<Vec<_>>(), [0, 1, 2, 3]);
    // On the grid, behind the line.
    continue_with(&mut tracker, &[stands(0, 0.97), stands(1, 0.98), stands(2, 0.99)]);
    assert_eq!(order(&tracker).iter().map(|row| row.0).collect::<Vec<_>>(), [2, 1, 0, 3]);
    // Car 0 is the first over the line.
    continue_with(&mut tracker, &[at(0, 0.01)]);
    assert_eq!(order(&tracker).iter().map(|row| row.0).collect::<Vec<_>>(), [0, 2, 1, 3]);
    let distance = |car| tracker.car(CarId(car)).unwrap().distance().unwrap();
    assert!((distance(0) - 0.01).abs() < 1e-6 && (distance(2) + 0.01).abs() < 1e-6);
    // Laps count before metres.
    continue_with(&mut tracker, &[at(2, 0.1), lap(1, 80_000, &[(1, 80_000, 1), (0, 0, 0)])]);
    assert_eq!(order(&tracker).iter().map(|row| row.0).collect::<Vec<_>>(), [1, 2, 0, 3]);
}

#[test]
fn distance_grows_over_the_line_whichever_packet_comes_first() {
    let distance = |tracker: &RaceTracker| tracker.car(CarId(0)).unwrap().distance().unwrap();
    let mut tracker = four_drivers(Event::NewSession(session(SessionType::Race, 2, 60_000)));
    tracker.apply(&at(0, 0.95));
    assert!((distance(&tracker) - 0.95).abs() < 1e-6);
    // The lap comes before the telemetry …
    tracker.apply(&lap(0, 80_000, &[(0, 80_000, 1)]));
    assert!((distance(&tracker) - 0.95).abs() < 1e-6);
    tracker.apply(&at(0, 0.02));
    assert!((distance(&tracker) - 1.02).abs() < 1e-6);
    // … and the telemetry before the lap.
    continue_with(&mut tracker, &[at(0, 0.5), at(0, 0.99), at(0, 0.01)]);
    assert!((distance(&tracker) - 2.01).abs() < 1e-6);
    tracker.apply(&lap(0, 80_000, &[(0, 160_000, 2)]));
    assert!((distance(&tracker) - 2.01).abs() < 1e-6);
    // Backwards over the line and on.
    tracker.apply(&at(0, 0.99));
    assert!((distance(&tracker) - 1.99).abs() < 1e-6);
    tracker.apply(&at(0, 0.0));
    assert!((distance(&tracker) - 2.0).abs() < 1e-6);
    tracker.apply(&at(0, f32::NAN));
    assert_eq!(tracker.car(CarId(0)).unwrap().distance(), None);
}

#[test]
fn gaps_in_a_race_are_taken_where_the_car_behind_crossed_the_line() {
    let mut tracker = four_drivers(race());
    let (a, b, c) = ((0, 80_000, 1), (1, 81_500, 1), (2, 85_000, 1));
    continue_with(
        &mut tracker,
        &[
            lap(0, 80_000, &[a, (1, 0, 0), (2, 0, 0), (3, 0, 0)]),
            lap(1, 81_500, &[a, b]),
            lap(2, 85_000, &[a, b, c]),
        ],
    );
    let first = [(0, None, None), (1, ms(1500), ms(1500)), (2, ms(5000), ms(3500)), (3, None, None)];
    assert_eq!(gaps(&tracker), first);
    // The leader is one lap ahead only until the others come round.
    let a = (0, 160_000, 2);
    tracker.apply(&lap(0, 80_000, &[a, b, c, (3, 0, 0)]));
    let without_3 = gaps(&tracker)[..3].to_vec();
    assert_eq!(without_3, [(0, None, None), (1, ms(1500), ms(1500)), (2, ms(5000), ms(3500))]);
    // Car 3 has not done a lap while the leader did two.
    assert_eq!(gaps(&tracker)[3], (3, Some(Gap::Laps(1)), None));
    // Car 2 needs so long that the leader has lapped it when it comes round.
    let (a3, b2) = ((0, 240_000, 3), (1, 161_000, 2));
    tracker.apply(&lap(1, 79_500, &[a, b2, c]));
    tracker.apply(&lap(0, 80_000, &[a3, b2, c]));
    assert_eq!(gaps(&tracker)[2], (2, Some(Gap::Laps(1)), ms(3500)));
    tracker.apply(&lap(2, 156_000, &[a3, b2, (2, 241_000, 2)]));
    assert_eq!(gaps(&tracker)[1..3], [(1, ms(1000), ms(1000)), (2, Some(Gap::Laps(1)), ms(80_000))]);
}

#[test]
fn who_has_finished_a_lap_down_is_a_lap_down() {
    let mut tracker = four_drivers(race());
    let mut last = lap_of(1, 80_000, 0, &[(0, 400_000, 5), (1, 405_000, 4)]);
    for entry in &mut last.leaderboard {
        entry.has_completed = true;
    }
    tracker.apply(&Event::LapCompleted(last));
    assert_eq!(gaps(&tracker)[1], (1, Some(Gap::Laps(1)), Some(Gap::Laps(1))));
}

#[test]
fn a_gap_that_nothing_tells_is_none() {
    // The tracker has started late and does not know when the leader did the second lap.
    let mut tracker = four_drivers(race());
    tracker.apply(&lap(1, 80_000, &[(0, 240_000, 3), (1, 162_000, 2)]));
    assert_eq!(gaps(&tracker)[1], (1, None, None));
}

#[test]
fn gaps_print_as_on_a_board() {
    let print = |gap: Gap| format!("{gap:>10}");
    assert_eq!(print(Gap::Time(Duration::from_millis(1234))), "    +1.234");
    assert_eq!(print(Gap::Time(Duration::from_millis(62_003))), " +1:02.003");
    assert_eq!(print(Gap::Laps(1)), "    +1 lap");
    assert_eq!(print(Gap::Laps(2)), "   +2 laps");
}

#[test]
fn a_lost_lap_leaves_no_gap_blank() {
    let mut tracker = four_drivers(race());
    let second = [(0, 160_000, 2), (1, 161_000, 2), (2, 82_000, 1)];
    // The first lap of car 0 is lost, then its second one.
    continue_with(
        &mut tracker,
        &[
            lap(1, 81_000, &[(0, 80_000, 1), (1, 81_000, 1)]),
            lap(2, 82_000, &[(0, 80_000, 1), (1, 81_000, 1), (2, 82_000, 1)]),
        ],
    );
    assert_eq!(gaps(&tracker)[1], (1, ms(1000), ms(1000)));
    tracker.apply(&lap(1, 80_000, &second));
    // Car 2 has not come round: its gap is that of the first lap.
    assert_eq!(gaps(&tracker)[..3], [(0, None, None), (1, ms(1000), ms(1000)), (2, ms(2000), ms(1000))]);
    assert!(tracker.car(CarId(0)).unwrap().laps().is_empty());
}

#[test]
fn the_total_at_a_lap_that_nothing_told_is_known_by_the_next_one() {
    let mut tracker = four_drivers(race());
    // The first lap of car 0 is lost, and no leaderboard comes before its second one.
    tracker.apply(&lap(1, 81_000, &[(0, 0, 0), (1, 81_000, 1)]));
    tracker.apply(&lap(0, 79_000, &[(0, 159_500, 2), (1, 81_000, 1)]));
    assert_eq!(gaps(&tracker)[1], (1, ms(500), ms(500)));
}

/// Without a clock NEW_SESSION's time stands still, a minute before the start.
#[test]
fn who_moves_is_not_behind_the_line() {
    let cars = |tracker: &RaceTracker| order(tracker).iter().map(|row| row.0).collect::<Vec<_>>();
    let mut tracker = four_drivers(race());
    // The report was switched on in the first lap.
    continue_with(&mut tracker, &[at(0, 0.4), at(1, 0.6), at(2, 0.5)]);
    assert_eq!(cars(&tracker), [1, 2, 0, 3]);
    // Who is seen first on the way to the line has not completed a lap for crossing it.
    continue_with(&mut tracker, &[at(3, 0.99), at(3, 0.01)]);
    assert_eq!(cars(&tracker), [1, 2, 0, 3]);
    // A car of the session before that is put onto the grid.
    let mut tracker = four_drivers(race());
    continue_with(&mut tracker, &[at(0, 0.7), at(1, 0.3), stands(0, 0.98), stands(1, 0.97), stands(2, 0.96)]);
    assert_eq!(cars(&tracker), [0, 1, 2, 3]);
    assert!(tracker.car(CarId(0)).unwrap().distance().unwrap() < 0.0);
    // They start, and one of them stops in the first lap.
    for car in 0..3 {
        continue_with(&mut tracker, &[at(car, 0.99), at(car, 0.1)]);
    }
    continue_with(&mut tracker, &[at(1, 0.7), stands(1, 0.7), at(0, 0.6), at(2, 0.5)]);
    assert_eq!(cars(&tracker), [1, 0, 2, 3]);
}

#[test]
fn who_was_not_seen_on_the_grid_is_still_behind_the_line() {
    let mut tracker = RaceTracker::new();
    tracker.advance_to(Duration::from_secs(10));
    tracker.apply(&race());
    tracker.advance_to(Duration::from_secs(69));
    // The car of the session before, moving.
    tracker.apply(&at(1, 0.3));
    tracker.apply(&at(1, 0.98));
    tracker.advance_to(Duration::from_secs(75));
    tracker.apply(&at(0, 0.99));
    let distance = |tracker: &RaceTracker, car| tracker.car(CarId(car)).unwrap().distance().unwrap();
    assert!(distance(&tracker, 0) < 0.0 && distance(&tracker, 1) < 0.0);
    tracker.apply(&at(0, 0.01));
    assert!((distance(&tracker, 0) - 0.01).abs() < 1e-6);
    // Later that is half a lap.
    tracker.advance_to(Duration::from_secs(120));
    tracker.apply(&at(2, 0.99));
    assert!((distance(&tracker, 2) - 0.99).abs() < 1e-6);
}

/// The table in the documentation of [`Gap`].
#[test]
fn the_documented_example_of_gaps() {
    let mut tracker = four_drivers(race());
    let [a, b, d] = [0, 1, 3];
    let mut behind_a_after = |car, lap_time, entries: &[(u8, u32, u16)]| {
        tracker.apply(&lap(car, lap_time, entries));
        [b, d].map(|car| tracker.standings().iter().find(|row| row.car_id == CarId(car)).unwrap().gap)
    };
    behind_a_after(a, 100_000, &[(a, 100_000, 1), (b, 0, 0), (d, 0, 0)]);
    let after = behind_a_after(b, 102_000, &[(a, 100_000, 1), (b, 102_000, 1), (d, 0, 0)]);
    assert_eq!(after, [ms(2000), None]);
    let after = behind_a_after(d, 160_000, &[(a, 100_000, 1), (b, 102_000, 1), (d, 160_000, 1)]);
    assert_eq!(after, [ms(2000), ms(60_000)]);
    let after = behind_a_after(a, 100_000, &[(a, 200_000, 2), (b, 102_000, 1), (d, 160_000, 1)]);
    assert_eq!(after, [ms(2000), ms(60_000)]);
    let after = behind_a_after(b, 103_000, &[(a, 200_000, 2), (b, 205_000, 2), (d, 160_000, 1)]);
    assert_eq!(after, [ms(5000), ms(60_000)]);
    let after = behind_a_after(a, 100_000, &[(a, 300_000, 3), (b, 205_000, 2), (d, 160_000, 1)]);
    assert_eq!(after, [ms(5000), Some(Gap::Laps(1))]);
    let after = behind_a_after(d, 160_000, &[(a, 300_000, 3), (b, 205_000, 2), (d, 320_000, 2)]);
    assert_eq!(after, [ms(5000), Some(Gap::Laps(1))]);
}
