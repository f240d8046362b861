//! What `live()` says is what `standings()` says: at the line, and where there is nothing else to say.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Event};
use acudpclient::sim::{Session, SimServer};
use acudpclient::tracker::{Gap, LiveBasis, Standing};

use crate::formula::formula;
use crate::race::{Race, SHORTEST};
use crate::world::simulated;

fn assert_is_standings(tracker: &RaceTracker) {
    let (live, standings) = (tracker.live(), tracker.standings());
    assert_eq!(live.len(), standings.len());
    for (row, standing) in live.iter().zip(&standings) {
        let Standing { position, car_id, gap, interval, .. } = *standing;
        assert_eq!((row.position, row.car_id, row.gap, row.interval), (position, car_id, gap, interval));
        assert_eq!(
            (row.laps, row.last_lap, row.best_lap),
            (standing.laps, standing.last_lap, standing.best_lap)
        );
        assert_eq!(
            (&row.driver, row.connected, row.completed),
            (&standing.driver, standing.connected, standing.completed)
        );
    }
}

/// At each lap the gap of the standings is between those of the telemetry before the line and after it, give or take
/// so many milliseconds.
fn assert_agrees(race: &Race, interval: Duration, most: f64) {
    let mut tracker = RaceTracker::new();
    let mut laps = 0;
    let mut waiting = Vec::new();
    for (time, event) in race.thinned(interval, 0.0) {
        let before = match event {
            Event::LapCompleted(lap) => gap_of(&tracker, lap.car_id),
            _ => None,
        };
        tracker.advance_to(*time);
        tracker.apply(event);
        match event {
            Event::LapCompleted(lap) => {
                let standings = tracker.standings();
                let row = standings.iter().find(|row| row.car_id == lap.car_id).unwrap();
                if let (Some(Gap::Time(gap)), Some(before), false) = (row.gap, before, row.completed) {
                    waiting.push((lap.car_id, standings[0].car_id, before, milliseconds(gap)));
                }
            }
            // The first telemetry behind the line.
            Event::CarUpdate(update) => {
                let Some(index) = waiting.iter().position(|lap| lap.0 == update.car_id) else { continue };
                let (car_id, leader, before, gap) = waiting.swap_remove(index);
                let Some(after) = gap_of(&tracker, car_id).filter(|after| after.0 == leader) else {
                    continue;
                };
                if before.0 != leader {
                    continue;
                }
                let range = before.1.min(after.1) - most..=before.1.max(after.1) + most;
                assert!(
                    range.contains(&gap),
                    "{}, {interval:?}, car {car_id}: {gap} is not in {range:?}",
                    race.name
                );
                laps += 1;
            }
            _ => {}
        }
    }
    assert!(laps > 40, "{laps} laps");
}

/// The leader, and the milliseconds behind it.
fn gap_of(tracker: &RaceTracker, car_id: CarId) -> Option<(CarId, f64)> {
    let live = tracker.live();
    let row = live.iter().find(|row| row.car_id == car_id)?;
    match row.gap? {
        Gap::Time(gap) => Some((live[0].car_id, milliseconds(gap))),
        Gap::Laps(_) => None,
    }
}

fn milliseconds(gap: Duration) -> f64 {
    gap.as_secs_f64() * 1000.0
}

#[test]
fn at_the_line_it_agrees_with_the_standings() {
    for interval in [50, 100, 1000] {
        let interval = Duration::from_millis(interval);
        assert_agrees(formula(), interval, 3.0);
        // At each of three laps both cars' leaderboards are up to 9 ms off.
        assert_agrees(simulated(), interval, 3.0 + 3.0 * 9.0);
    }
}

#[test]
fn without_telemetry_it_is_the_standings() {
    let sessions = [Session::practice(Duration::from_secs(240)), Session::race(2)];
    let mut world = SimServer::builder().cars(8).seed(3).sessions(sessions).world().unwrap();
    let mut tracker = RaceTracker::new();
    for (time, event) in &mut world {
        tracker.advance_to(time);
        tracker.apply(&event);
        assert_is_standings(&tracker);
        assert!(tracker.live().iter().all(|row| row.basis == LiveBasis::Line));
    }
}

#[test]
fn without_a_clock_it_is_the_standings_and_says_so() {
    let mut tracker = RaceTracker::new();
    for (_, event) in formula().thinned(Duration::from_secs(1), 0.0) {
        tracker.apply(event);
    }
    assert_is_standings(&tracker);
    assert!(tracker.live().iter().all(|row| row.basis == LiveBasis::Line));
}

#[test]
fn in_practice_and_qualify_order_and_gaps_are_those_of_the_standings() {
    let sessions = [Session::practice(Duration::from_secs(360)), Session::qualify(Duration::from_secs(300))];
    let builder = SimServer::builder().cars(8).seed(4).sessions(sessions).report_interval(SHORTEST * 10);
    let mut tracker = RaceTracker::new();
    let mut deltas = 0;
    for (time, event) in &mut builder.world().unwrap() {
        tracker.advance_to(time);
        tracker.apply(&event);
        if !matches!(event, Event::LapCompleted(_)) && time.subsec_millis() != 0 {
            continue;
        }
        assert_is_standings(&tracker);
        for row in tracker.live() {
            assert_ne!(row.basis, LiveBasis::Distance);
            if let (Some(own), Some(all)) = (row.delta_to_own_best, row.delta_to_session_best) {
                // As long as the best lap is one's own, both are the same.
                assert!(own == all || row.best_lap != tracker.fastest_lap().map(|fastest| fastest.lap_time));
                deltas += 1;
            }
        }
    }
    assert!(deltas > 500, "{deltas} rows have deltas");
}
