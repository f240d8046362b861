//! A race by a closed formula: cars that speed up and slow down as waves say, and start from a grid.

use std::f64::consts::TAU;
use std::sync::OnceLock;
use std::time::Duration;

use acudpclient::protocol::{
    CarId, CarUpdate, ClientLoaded, Event, LapCompleted, LapTime, LeaderboardEntry, NewConnection,
    SessionInfo, SessionType, Vec3,
};

use crate::race::{CARS, Race, SHORTEST, STEP};

/// In metres.
const LAP: f64 = 4000.0;
/// When the race starts, and ends, in seconds.
const START: f64 = 10.0;
const END: f64 = 400.0;
/// How fast a car gets going, in seconds.
const PULL: f64 = 4.0;
/// The waves of the speed: number per lap, part of the speed, phase.
const WAVES: [(f64, f64, f64); 3] = [(3.0, 0.33, 0.3), (8.0, 0.18, 1.1), (13.0, 0.05, 2.0)];

/// In laps, at a time in seconds.
pub fn distance(car: usize, time: f64) -> f64 {
    let since = (time - START).max(0.0);
    let lap_time = 88.0 + 0.37 * ((car * 7) % CARS) as f64;
    let even = (since - PULL * (1.0 - (-since / PULL).exp())) / lap_time;
    // Each car has its fast and slow parts a little elsewhere.
    let shift = 0.002 * car as f64;
    let wave = |(number, part, phase): (f64, f64, f64)| {
        let at = |even: f64| (TAU * number * even + phase + shift).sin();
        part / (TAU * number) * (at(even) - at(0.0))
    };
    even + WAVES.into_iter().map(wave).sum::<f64>() - 8.0 * (car + 1) as f64 / LAP
}

pub fn formula() -> &'static Race {
    static RACE: OnceLock<Race> = OnceLock::new();
    RACE.get_or_init(|| {
        let steps = (END / STEP) as usize;
        let distances: Vec<Vec<_>> = (0..CARS)
            .map(|car| (0..steps).map(|step| Some(distance(car, step as f64 * STEP))).collect())
            .collect();
        let mut race = Race { name: "formula", lap: LAP, events: beginning(), distances };
        let mut events = Vec::new();
        let mut time = SHORTEST;
        while time.as_secs_f64() < END - 1.0 {
            events.extend((0..CARS).map(|car| (time, Event::CarUpdate(update(car, time.as_secs_f64())))));
            time += SHORTEST;
        }
        events.extend(laps(&race));
        events.sort_by_key(|(time, _)| *time);
        race.events.extend(events);
        race
    })
}

fn beginning() -> Vec<(Duration, Event)> {
    let session = SessionInfo {
        session_type: SessionType::Race,
        track: "circle".to_owned(),
        laps: 50,
        elapsed_ms: -(START * 1000.0) as i32,
        ..SessionInfo::default()
    };
    let mut events = vec![Event::NewSession(session)];
    for car_id in (0..CARS as u8).map(CarId) {
        let driver_name = format!("Driver {car_id}");
        events.push(Event::NewConnection(NewConnection {
            car_id,
            driver_guid: format!("7656{car_id}"),
            driver_name,
            ..NewConnection::default()
        }));
        events.push(Event::ClientLoaded(ClientLoaded { car_id }));
    }
    events.into_iter().map(|event| (Duration::ZERO, event)).collect()
}

pub fn update(car: usize, time: f64) -> CarUpdate {
    let place = |time: f64| {
        let angle = TAU * distance(car, time);
        let radius = LAP / TAU;
        [radius * angle.cos(), radius * angle.sin()]
    };
    let (from, to) = (place(time - 5e-4), place(time + 5e-4));
    let [x, z] = place(time);
    CarUpdate {
        car_id: CarId(car as u8),
        position: Vec3::new(x as f32, 0.0, z as f32),
        velocity: Vec3::new(((to[0] - from[0]) * 1000.0) as f32, 0.0, ((to[1] - from[1]) * 1000.0) as f32),
        normalized_spline_pos: (distance(car, time).rem_euclid(1.0) as f32).min(1.0 - f32::EPSILON),
        ..CarUpdate::default()
    }
}

fn laps(race: &Race) -> Vec<(Duration, Event)> {
    let mut crossings = Vec::new();
    for car in 0..CARS {
        let mut before = START;
        for lap in 1_u16.. {
            let Some(time) = race.time_at(car, f64::from(lap)) else { break };
            crossings.push((time, car, lap, ((time - before) * 1000.0).round() as u32));
            before = time;
        }
    }
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut board: Vec<_> = (0..CARS as u8)
        .map(|car| LeaderboardEntry { car_id: CarId(car), ..LeaderboardEntry::default() })
        .collect();
    let told = |&(time, car, lap, lap_time): &(f64, usize, u16, u32)| {
        board[car].laps = lap;
        board[car].lap_time = LapTime(((time - START) * 1000.0).round() as u32);
        let lap = LapCompleted {
            car_id: CarId(car as u8),
            lap_time: LapTime(lap_time),
            leaderboard: board.clone(),
            ..LapCompleted::default()
        };
        (Duration::from_secs_f64(time), Event::LapCompleted(lap))
    };
    crossings.iter().map(told).collect()
}
