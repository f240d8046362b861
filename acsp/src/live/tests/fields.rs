//! Sessions by a closed formula: each car drives at its own constant speed around a square of 4 km.

use std::time::{Duration, UNIX_EPOCH};

use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Event, Gear, LapCompleted, LapTime, LeaderboardEntry, SessionInfo,
    SessionType, Vec3,
};

use super::super::state::State;
use crate::connection::Past;

/// The session starts so long after the first event.
const WAIT: u32 = 10_000;
/// Between two reports of a car.
const REPORT: u32 = 1000;
const SIDE: f32 = 1000.0;

/// A session in which so many cars have driven for so many milliseconds.
pub fn field(session_type: SessionType, cars: u8, driven: u32) -> State {
    let mut past = vec![(0, Event::NewSession(session(session_type)))];
    past.extend((0..cars).map(|car| (0, car_info(car))));
    for car in 0..cars {
        for time in (0..WAIT + driven).step_by(REPORT as usize) {
            let lap_time = Some(lap_time(car)).filter(|_| time > WAIT || session_type != SessionType::Race);
            past.push((time, update(car, place(session_type, car, time), lap_time)));
        }
    }
    past.extend(laps(session_type, cars, driven));
    past.sort_by_key(|(time, _)| *time);
    let past = past.into_iter().map(|(time, event)| {
        let time = Duration::from_millis(time.into());
        Past { time, at: UNIX_EPOCH + time, event }
    });
    let past: Vec<_> = past.collect();
    let mut state = State::default();
    state.catch_up(&past);
    state.advance_to(Duration::from_millis((WAIT + driven).into()));
    state
}

fn session(session_type: SessionType) -> SessionInfo {
    SessionInfo {
        session_count: 1,
        server_name: "A server".to_owned(),
        track: "square".to_owned(),
        name: "Sprint".to_owned(),
        session_type,
        laps: if session_type == SessionType::Race { 5 } else { 0 },
        time: if session_type == SessionType::Race { 0 } else { 10 },
        elapsed_ms: -10_000,
        ambient_temp: 22,
        road_temp: 27,
        ..SessionInfo::default()
    }
}

fn car_info(car: u8) -> Event {
    const NAMES: [&str; 6] =
        ["Alice", "Bob", "Chloé O'Brien", "日本 太郎", "Maximiliane von Hohenstein-Fürstenberg", "Zoë"];
    const MODELS: [&str; 3] = ["ks_mazda_mx5_cup", "bmw_m3_e30", "ks_lamborghini_huracan_performante"];
    Event::CarInfo(CarInfo {
        car_id: CarId(car),
        is_connected: true,
        car_model: MODELS[usize::from(car) % MODELS.len()].to_owned(),
        driver_name: format!("{} {car}", NAMES[usize::from(car) % NAMES.len()]),
        driver_guid: format!("765611980000000{car:02}"),
        ..CarInfo::default()
    })
}

/// Of a lap, in milliseconds. The order is not that of the slots.
fn lap_time(car: u8) -> u32 {
    90_000 + u32::from(car) * 37 % 11 * 150 + u32::from(car)
}

/// In laps: on the grid behind the line, and in other sessions one after the other around the track.
fn start(session_type: SessionType, car: u8) -> f64 {
    let car = f64::from(car);
    if session_type == SessionType::Race { -0.002 * (car + 1.0) } else { -0.015 * (car + 1.0) }
}

/// In laps.
fn place(session_type: SessionType, car: u8, time: u32) -> f64 {
    let driven = f64::from(time.saturating_sub(WAIT)) / f64::from(lap_time(car));
    start(session_type, car) + driven
}

/// Of a car that drives such laps, or stands on the grid.
fn update(car: u8, place: f64, lap_time: Option<u32>) -> Event {
    let along = place.rem_euclid(1.0) as f32;
    let side = along * 4.0;
    let rest = side.fract() * SIDE;
    let speed = lap_time.map_or(0.0, |time| 4.0 * SIDE / (time as f32 / 1000.0));
    let (x, z, velocity) = match side as u8 {
        0 => (rest, 0.0, Vec3::new(speed, 0.0, 0.0)),
        1 => (SIDE, rest, Vec3::new(0.0, 0.0, speed)),
        2 => (SIDE - rest, SIDE, Vec3::new(-speed, 0.0, 0.0)),
        _ => (0.0, SIDE - rest, Vec3::new(0.0, 0.0, -speed)),
    };
    Event::CarUpdate(CarUpdate {
        car_id: CarId(car),
        position: Vec3::new(x, 0.0, z),
        velocity,
        gear: Gear(5),
        engine_rpm: 7000,
        normalized_spline_pos: along,
    })
}

/// The laps of all, with the leaderboards after them.
fn laps(session_type: SessionType, cars: u8, driven: u32) -> Vec<(u32, Event)> {
    let is_race = session_type == SessionType::Race;
    // The first crossing of a race is behind the grid, that of others the end of the way out of the pits.
    let crossing = |car: u8, lap: u16| {
        let laps = f64::from(lap) - start(session_type, car);
        (laps * f64::from(lap_time(car))).round() as u32
    };
    let mut crossings: Vec<(u32, u8, u16)> = (0..cars)
        .flat_map(|car| (1..).map(move |lap| (crossing(car, lap), car, lap)).take_while(|it| it.0 < driven))
        .collect();
    crossings.sort_unstable();
    let mut board: Vec<LeaderboardEntry> = (0..cars)
        .map(|car| LeaderboardEntry {
            car_id: CarId(car),
            lap_time: LapTime(if is_race { 0 } else { 999_999_999 }),
            ..LeaderboardEntry::default()
        })
        .collect();
    crossings
        .into_iter()
        .map(|(time, car, lap)| {
            let lap_time = if lap == 1 { time } else { time - crossing(car, lap - 1) };
            let cuts = u8::from((u16::from(car) + lap) % 7 == 3);
            let entry = &mut board[usize::from(car)];
            if is_race {
                (entry.laps, entry.lap_time) = (lap, LapTime(time));
            } else if cuts == 0 {
                (entry.laps, entry.lap_time) = (entry.laps + 1, entry.lap_time.min(LapTime(lap_time)));
            }
            let event = Event::LapCompleted(LapCompleted {
                car_id: CarId(car),
                lap_time: LapTime(lap_time),
                cuts,
                grip_level: Some(0.975),
                leaderboard: board.clone(),
                ..LapCompleted::default()
            });
            (WAIT + time, event)
        })
        .collect()
}
