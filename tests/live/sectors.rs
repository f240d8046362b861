//! Sectors that are estimated from telemetry, against those that the simulator tells.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acudpclient::protocol::{CarId, Command, Event, LapTime};
use acudpclient::sim::{ServerKind, Session, SimServer};
use acudpclient::tracker::{Change, Delta};
use acudpclient::{RaceTracker, tracker::SectorTime};

/// Two trackers hear of the same qualifying and race: one is told of the sectors, the other one is not.
struct Heard {
    /// By session, car, lap and index of the sector.
    told: BTreeMap<(usize, CarId, u32, u8), LapTime>,
    estimated: BTreeMap<(usize, CarId, u32, u8), LapTime>,
    tracker: RaceTracker,
    blind: RaceTracker,
    deltas: Vec<f64>,
    /// The laps of the qualifying on which a car stood: they begin in the simulator's garage, by a jump from the line
    /// or after loading. When they began nobody sees, so they have no first sector, no last one and no delta.
    from_garage: BTreeSet<(usize, CarId, u32)>,
}

impl Heard {
    fn is_seen(&self, &(session, car_id, lap, index): &(usize, CarId, u32, u8)) -> bool {
        index == 1 || !self.from_garage.contains(&(session, car_id, lap))
    }
}

fn hear(interval: Duration) -> Heard {
    let mut world = SimServer::builder()
        .cars(12)
        .seed(5)
        .server(ServerKind::AcsmV2)
        .comings_and_goings(false)
        .sessions([Session::qualify(Duration::from_secs(540)), Session::race(3)])
        .report_interval(interval)
        .world()
        .unwrap();
    world.command(Duration::ZERO, &Command::EnableEnhancedReporting);
    let mut heard = Heard {
        told: BTreeMap::new(),
        estimated: BTreeMap::new(),
        tracker: RaceTracker::new(),
        blind: RaceTracker::new(),
        deltas: Vec::new(),
        from_garage: BTreeSet::new(),
    };
    heard.blind.set_sectors(&world.sector_ends());
    let mut session = 0;
    let mut deltas = BTreeMap::new();
    for (time, event) in &mut world {
        if session == 2 && matches!(event, Event::EndSession(_)) {
            break;
        }
        session += usize::from(matches!(event, Event::NewSession(_)));
        heard.tracker.advance_to(time);
        heard.blind.advance_to(time);
        // The last sector is told before its lap, and estimated after it.
        let laps = |tracker: &RaceTracker, car_id, index| {
            let driven = tracker.car(car_id).map_or(0, |car| car.laps_driven());
            if index == 2 && matches!(event, Event::LapCompleted(_)) { driven } else { driven + 1 }
        };
        for change in heard.tracker.apply(&event) {
            if let Change::SectorCompleted { car_id, sector_index, time, estimated, .. } = change {
                assert!(!estimated);
                heard.told.insert(
                    (session, car_id, laps(&heard.tracker, car_id, sector_index), sector_index),
                    time,
                );
            }
        }
        if matches!(event, Event::SectorCompleted(_)) {
            continue;
        }
        let best = |tracker: &RaceTracker, car_id| tracker.car(car_id).and_then(|car| car.best_lap);
        if let Event::LapCompleted(lap) = &event {
            // What the delta has said just before the line is what the lap was slower.
            let said: Option<(Delta, LapTime)> = deltas.remove(&lap.car_id);
            if let Some((delta, best)) = said {
                heard.deltas.push((delta.0 - (i64::from(lap.lap_time.0) - i64::from(best.0))).abs() as f64);
            }
        }
        for change in heard.blind.apply(&event) {
            if let Change::SectorCompleted { car_id, sector_index, time, estimated, .. } = change {
                assert!(estimated);
                let lap = laps(&heard.blind, car_id, sector_index);
                heard.estimated.insert((session, car_id, lap, sector_index), time);
            }
        }
        if let Event::CarUpdate(update) = &event {
            if session == 1 && update.velocity.length() == 0.0 {
                let lap = laps(&heard.blind, update.car_id, 0);
                heard.from_garage.insert((session, update.car_id, lap));
            }
            if update.normalized_spline_pos > 0.99 {
                let live = heard.blind.live();
                let row = live.iter().find(|row| row.car_id == update.car_id);
                let delta = row.and_then(|row| row.delta_to_own_best).zip(best(&heard.blind, update.car_id));
                delta.map(|delta| deltas.insert(update.car_id, delta));
            }
        }
    }
    heard
}

#[test]
fn estimated_sectors_are_right_to_20_ms() {
    let heard = hear(Duration::from_millis(100));
    let seen: BTreeSet<_> = heard.told.keys().filter(|key| heard.is_seen(key)).collect();
    let found: BTreeSet<_> = heard.estimated.keys().collect();
    println!("{} of {} sectors", found.len(), heard.told.len());
    assert_eq!(found, seen);
    assert!(seen.len() > heard.told.len() * 7 / 10, "{} of {} sectors", seen.len(), heard.told.len());
    let Heard { told, estimated, mut deltas, tracker, blind, .. } = heard;
    let mut errors: Vec<_> =
        estimated.iter().map(|(key, time)| (told[key].0.abs_diff(time.0), key)).collect();
    errors.sort_unstable();
    let [median, most, worst] =
        [0.5, 0.99, 1.0].map(|part| errors[((errors.len() - 1) as f64 * part) as usize]);
    println!("sectors: median {} ms, 99 % {} ms, worst {:?}", median.0, most.0, worst);
    assert!(median.0 <= 20 && most.0 <= 60, "{median:?}, {most:?}");
    // In both sessions, and of each index.
    for session in [1, 2] {
        for index in 0..3 {
            assert!(errors.iter().any(|(_, key)| key.0 == session && key.3 == index), "{session}, {index}");
        }
    }
    deltas.sort_by(f64::total_cmp);
    let [median, most, worst] =
        [0.5, 0.95, 1.0].map(|part| deltas[((deltas.len() - 1) as f64 * part) as usize]);
    println!(
        "{} deltas at the line: median {median} ms, 95 % within {most} ms, worst {worst} ms",
        deltas.len()
    );
    assert!(deltas.len() > 10 && median <= 20.0 && most <= 60.0, "{} deltas, {median}, {most}", deltas.len());

    // What is known in the end is nearly the same.
    for car in blind.cars() {
        let other = tracker.car(car.car_id).unwrap();
        if let (Some(a), Some(b)) = (car.theoretical_best(), other.theoretical_best()) {
            assert!(a.0.abs_diff(b.0) < 1500, "{a} {b}");
            assert!(car.best_sectors().iter().flatten().all(|sector: &SectorTime| sector.estimated));
        }
    }
    assert_eq!(blind.best_sectors().len(), 3);
    assert!(blind.best_sectors().iter().flatten().all(|best| best.estimated && best.driver.is_some()));
    assert!(tracker.best_sectors().iter().flatten().all(|best| !best.estimated));
}
