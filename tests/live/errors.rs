//! How wrong the gaps and the order are, by the interval of the reports and by loss.

use std::collections::BTreeMap;
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::Event;
use acudpclient::tracker::{Gap, LiveBasis};

use crate::formula::formula;
use crate::race::{CARS, Race};
use crate::world::simulated;

/// Cars nearer than this, in metres, may change places.
const APART: f64 = 5.0;

#[derive(Default)]
struct Errors {
    /// Of intervals, in milliseconds, in their order.
    gaps: Vec<f64>,
    /// Of pairs of cars that are apart.
    pairs: usize,
    wrong: usize,
    /// Rows without a gap, once the race runs.
    missing: usize,
}

impl Errors {
    fn at(&self, part: f64) -> f64 {
        self.gaps[((self.gaps.len() - 1) as f64 * part) as usize]
    }

    fn wrong_part(&self) -> f64 {
        self.wrong as f64 / self.pairs as f64
    }
}

/// After each report, once every car has left the grid.
fn measure(race: &Race, interval: Duration, loss: f64) -> Errors {
    let mut errors = Errors::default();
    let mut tracker = RaceTracker::new();
    let mut newest = Duration::ZERO;
    let mut looked = 0.0;
    for (time, event) in race.thinned(interval, loss) {
        let seconds = newest.as_secs_f64();
        let is_report = matches!(event, Event::CarUpdate(_));
        if *time > newest && is_report && seconds - looked >= 0.9 {
            looked = seconds;
            let has_left = |car| race.distance(car, seconds).is_some_and(|laps| laps > 0.01);
            if (0..CARS).all(has_left) {
                compare(race, &tracker, seconds, &mut errors);
            }
        }
        if is_report {
            newest = *time;
        }
        tracker.advance_to(*time);
        tracker.apply(event);
    }
    errors.gaps.sort_by(f64::total_cmp);
    errors
}

fn compare(race: &Race, tracker: &RaceTracker, now: f64, errors: &mut Errors) {
    let rows = tracker.live();
    assert_eq!(rows.len(), CARS);
    for pair in rows.windows(2) {
        assert_eq!(pair[1].basis, LiveBasis::Distance);
        let [ahead, behind] = [0, 1].map(|row| usize::from(pair[row].car_id.0));
        let (Some(first), Some(second)) = (race.distance(ahead, now), race.distance(behind, now)) else {
            continue;
        };
        let apart = (first - second) * race.lap;
        if apart.abs() > APART {
            errors.pairs += 1;
            errors.wrong += usize::from(apart < 0.0);
        }
        match (pair[1].interval, race.time_at(ahead, second)) {
            (Some(Gap::Time(gap)), Some(then)) if apart > 0.0 => {
                errors.gaps.push(((gap.as_secs_f64() - (now - then)) * 1000.0).abs());
            }
            (Some(_), _) => {}
            (None, _) => errors.missing += 1,
        }
    }
}

/// The goals: the median and 99 % of the errors of gaps at two intervals, half as much again with loss, and at most one
/// pair of 1000 in the wrong order.
#[test]
fn errors_of_gaps_and_order_stay_within_their_goals() {
    println!("| feed | interval | loss | median | 99 % | worst | order wrong |");
    println!("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    let mut all = BTreeMap::new();
    for race in [simulated(), formula()] {
        for interval in [50, 100, 200, 500, 1000] {
            for loss in [0, 1, 5] {
                let errors = measure(race, Duration::from_millis(interval), f64::from(loss) / 100.0);
                println!(
                    "| {} | {interval} ms | {loss} % | {:.2} ms | {:.1} ms | {:.0} ms | {:.3} % of {} |",
                    race.name,
                    errors.at(0.5),
                    errors.at(0.99),
                    errors.at(1.0),
                    errors.wrong_part() * 100.0,
                    errors.pairs,
                );
                all.insert((race.name, interval, loss), errors);
            }
        }
    }
    for ((feed, interval, loss), errors) in &all {
        let what = format!("{feed}, {interval} ms, {loss} %");
        let more = if *loss > 0 { 1.5 } else { 1.0 };
        let (median, most) = if *interval <= 100 { (15.0, 60.0) } else { (60.0, 250.0) };
        assert!(errors.gaps.len() > 3000, "{what}: {} gaps", errors.gaps.len());
        assert!(errors.missing < errors.gaps.len() / 1000, "{what}: {} have no gap", errors.missing);
        assert!(errors.at(0.5) <= median * more, "{what}: the median is {:.1} ms", errors.at(0.5));
        assert!(errors.at(0.99) <= most * more, "{what}: 99 % are within {:.1} ms", errors.at(0.99));
        assert!(errors.wrong_part() <= 0.001, "{what}: {} of {}", errors.wrong, errors.pairs);
    }
}
