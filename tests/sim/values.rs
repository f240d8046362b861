//! Whether the numbers are those of cars on a track.

use std::collections::HashMap;
use std::time::Duration;

use acudpclient::protocol::{CarUpdate, Event, Vec3};
use acudpclient::sim::{Session, SimServer};

use crate::weekend;

const INTERVAL: Duration = Duration::from_millis(100);

fn updates(seed: u64, cars: usize) -> Vec<(u64, CarUpdate)> {
    let builder = SimServer::builder()
        .seed(seed)
        .cars(cars)
        .sessions([Session::qualify(Duration::from_secs(5 * 60)), Session::race(3)])
        .report_interval(INTERVAL);
    let updates = weekend(builder).into_iter().filter_map(|(time, event)| match event {
        Event::CarUpdate(update) => Some((time, update)),
        _ => None,
    });
    updates.collect()
}

#[test]
fn speeds_gears_and_revolutions_are_those_of_cars() {
    let (mut fastest, mut slowest_in_top_gears, mut gears) = (0.0_f32, f32::MAX, [false; 256]);
    for (_, update) in updates(1, 24) {
        let speed = update.speed_kmh();
        assert!((0.0..320.0).contains(&speed), "{update}");
        assert!((900..=8000).contains(&update.engine_rpm), "{update}");
        assert!((1..=7).contains(&update.gear.0), "{update}");
        assert_eq!(update.gear.forward().is_none(), speed < 2.0, "{update}");
        assert!((0.0..1.0).contains(&update.normalized_spline_pos), "{update}");
        fastest = fastest.max(speed);
        gears[usize::from(update.gear.0)] = true;
        if update.gear.0 >= 6 {
            slowest_in_top_gears = slowest_in_top_gears.min(speed);
        }
    }
    assert!(fastest > 200.0, "{fastest}");
    assert!(slowest_in_top_gears > 120.0, "{slowest_in_top_gears}");
    assert_eq!(gears.iter().filter(|&&used| used).count(), 7);
}

#[test]
fn a_lap_has_corners_and_straights() {
    // A flying lap of the only car: its third one.
    let builder = SimServer::builder().cars(1).sessions([Session::race(4)]).report_interval(INTERVAL);
    let mut laps = 0;
    let mut speeds = Vec::new();
    for (_, event) in weekend(builder) {
        match event {
            Event::LapCompleted(_) => laps += 1,
            Event::CarUpdate(update) if laps == 2 => speeds.push(update.speed_kmh()),
            _ => {}
        }
    }
    assert_eq!(laps, 4);
    let minima = speeds.windows(3).filter(|w| w[1] < w[0] && w[1] <= w[2]);
    let corners: Vec<_> = minima.map(|w| w[1]).filter(|&speed| speed < 120.0).collect();
    assert!(corners.len() >= 2 && corners.iter().all(|&speed| speed > 50.0), "{corners:?}");
    assert!(speeds.iter().any(|&speed| speed > 220.0));
}

#[test]
fn cars_move_forward_as_fast_as_they_say() {
    let mut last: HashMap<u8, (u64, CarUpdate)> = HashMap::new();
    let mut compared = 0;
    for (time, update) in updates(2, 24) {
        if let Some((before, earlier)) = last.insert(update.car_id.0, (time, update)) {
            let seconds = (time - before) as f32 / 1000.0;
            let (speed, was) = (update.velocity.length(), earlier.velocity.length());
            // Who has been driving and still is, has not been taken to the garage meanwhile.
            if time - before == 100 && speed > 1.0 && was > 1.0 {
                let ahead = (update.normalized_spline_pos - earlier.normalized_spline_pos).rem_euclid(1.0);
                assert!(ahead > 0.0 && ahead < 0.01, "{earlier} then {update}");
                let moved = update.position.distance(earlier.position);
                let (least, most) = (speed.min(was) * seconds, speed.max(was) * seconds);
                // A contact or a corner in between, the pit lane's way to the track, the cars' own lines.
                assert!(
                    moved < most * 1.3 + 3.5 && moved > least * 0.3 - 1.0,
                    "{moved}: {earlier} then {update}"
                );
                compared += 1;
            }
        }
    }
    assert!(compared > 100_000, "{compared}");
}

#[test]
fn all_drive_on_one_closed_curve_with_hills() {
    const PARTS: f32 = 400.0;
    let mut curve: HashMap<i32, Vec3> = HashMap::new();
    let (mut lowest, mut highest) = (f32::MAX, f32::MIN);
    let updates = updates(3, 24);
    for (_, update) in &updates {
        curve.entry((update.normalized_spline_pos * PARTS) as i32).or_insert(update.position);
        lowest = lowest.min(update.position.y);
        highest = highest.max(update.position.y);
    }
    assert_eq!(curve.len(), PARTS as usize);
    assert!((20.0..100.0).contains(&(highest - lowest)));
    // Around and back to the beginning, some kilometres.
    let mut length = 0.0;
    for part in 0..PARTS as i32 {
        let step = curve[&part].distance(curve[&((part + 1) % PARTS as i32)]);
        assert!(step < 60.0, "{step} m at {part}");
        length += step;
    }
    assert!((3_000.0..7_000.0).contains(&length), "{length}");
    // A part is some 12 m long, the garages are 14 m aside.
    for (_, update) in &updates {
        let nearest = curve[&((update.normalized_spline_pos * PARTS) as i32)];
        assert!(update.position.distance(nearest) < 35.0, "{update}");
    }
}

#[test]
fn contacts_have_a_speed_and_a_place() {
    let mut contacts = 0;
    for seed in 0..10 {
        for (_, event) in weekend(SimServer::builder().seed(seed)) {
            if let Event::ClientEvent(contact) = event {
                assert!((1.0..220.0).contains(&contact.impact_speed), "{contact}");
                assert!(contact.world_pos.length() > 10.0 && contact.rel_pos.length() < 4.0, "{contact}");
                contacts += 1;
            }
        }
    }
    assert!(contacts > 200, "{contacts}");
}
