//! A race as a server sends it: what a plugin decodes, applies and passes on.

use std::f64::consts::TAU;

use acudpclient::RaceTracker;
use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientLoaded, Event, LapCompleted, LapTime, LeaderboardEntry, NewConnection,
    SessionInfo, SessionType, Vec3,
};

use super::packets;

pub const CARS: u8 = 24;
const LAPS: u16 = 20;
/// How many times a car's telemetry comes in a lap. It is a short lap, so that a twentieth of the
/// events is something else.
const UPDATES: u32 = 36;

/// 24 cars at 10 Hz, each of which completes a lap every 3.6 s. 95 % of the events are CAR_UPDATEs. The
/// rest comes in the proportions of the recorded server: to 24 laps 11 contacts, 3 lines of chat, and 3
/// drivers who join and leave.
pub fn race() -> Vec<Event> {
    let mut events = start();
    let mut totals = [0_u32; CARS as usize];
    for lap in 0..LAPS {
        for tick in 0..UPDATES {
            events.extend((0..CARS).map(|car| update(car, tick)));
        }
        for car in 0..CARS {
            // Another order in each lap.
            let time = 90_000 + (u32::from(car) * 37 + u32::from(lap) * 911) % 4000;
            totals[usize::from(car)] += time;
            events.push(completed(car, time, lap + 1, &totals));
        }
        for car in 0..11 {
            let other = (car % 2 == 0).then_some(CarId(car + 1));
            events.push(Event::ClientEvent(packets::contact(other)));
        }
        for car in 0..3 {
            let chat = Chat { car_id: CarId(car), message: "sorry for the contact in T1".to_owned() };
            events.push(Event::Chat(chat));
            events.push(Event::ConnectionClosed(connection(car)));
            events.push(Event::NewConnection(connection(car)));
            let loaded = ClientLoaded { car_id: CarId(car) };
            events.push(Event::ClientLoaded(loaded));
        }
    }
    events
}

/// A tracker of a race that has just started.
pub fn started() -> RaceTracker {
    let mut tracker = RaceTracker::new();
    start().iter().for_each(|event| drop(tracker.apply(event)));
    tracker
}

/// Telemetry of each car, on laps of 4 km and 90 s, if there are ten reports per second: on a circle.
pub fn report(number: u32) -> Vec<CarUpdate> {
    let update = |car: u8| {
        let laps = laps(car, number);
        let angle = (laps * TAU) as f32;
        CarUpdate {
            car_id: CarId(car),
            position: Vec3::new(637.0 * angle.cos(), 0.0, 637.0 * angle.sin()),
            velocity: Vec3::new(-44.0 * angle.sin(), 0.0, 44.0 * angle.cos()),
            normalized_spline_pos: laps.fract() as f32,
            ..CarUpdate::default()
        }
    };
    (0..CARS).map(update).collect()
}

/// The laps completed between two of these reports.
pub fn crossings(from: u32, to: u32) -> Vec<Event> {
    let done = |car, number| laps(car, number) as u16;
    let totals: Vec<_> = (0..CARS).map(|car| 90_000 * u32::from(done(car, to))).collect();
    let crossing = (0..CARS).filter(|car| done(*car, from) < done(*car, to));
    crossing.map(|car| completed(car, 90_000, done(car, to), &totals)).collect()
}

fn laps(car: u8, report: u32) -> f64 {
    f64::from(report) / 900.0 + f64::from(car) * 0.01
}

fn start() -> Vec<Event> {
    let session = SessionInfo { session_type: SessionType::Race, laps: LAPS, ..SessionInfo::default() };
    let mut events = vec![Event::NewSession(session)];
    events.extend((0..CARS).map(|car| Event::NewConnection(connection(car))));
    events
}

fn connection(car: u8) -> NewConnection {
    NewConnection {
        car_id: CarId(car),
        driver_name: format!("Driver {car}"),
        driver_guid: format!("765611980000000{car:02}"),
        car_model: "ks_mazda_mx5_cup".to_owned(),
        car_skin: "05_red".to_owned(),
    }
}

/// Telemetry of each car once: what a server sends in one step.
pub fn step() -> Vec<Event> {
    (0..CARS).map(|car| update(car, 0)).collect()
}

fn update(car: u8, tick: u32) -> Event {
    let mut update: CarUpdate = packets::update();
    update.car_id = CarId(car);
    update.velocity = Vec3::new(50.0, 0.0, 10.0);
    update.normalized_spline_pos = tick as f32 / UPDATES as f32;
    Event::CarUpdate(update)
}

fn completed(car: u8, time: u32, laps: u16, totals: &[u32]) -> Event {
    let mut lap = LapCompleted { car_id: CarId(car), lap_time: LapTime(time), ..LapCompleted::default() };
    lap.leaderboard = (0..CARS)
        .map(|other| {
            LeaderboardEntry {
                car_id: CarId(other),
                lap_time: LapTime(totals[usize::from(other)]),
                // Who comes later in this lap has not done it yet.
                laps: if other <= car { laps } else { laps - 1 },
                ..LeaderboardEntry::default()
            }
        })
        .collect();
    Event::LapCompleted(lap)
}
