//! What an event costs the tracker, with 24 cars:
//!
//! ```sh
//! cargo bench --bench tracker
//! ```

#![allow(missing_docs)] // criterion's macro makes a public function

use std::hint::black_box;

use acudpclient::RaceTracker;
use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientEvent, Event, LapCompleted, LapTime, LeaderboardEntry, NewConnection,
    SessionInfo, SessionType, Vec3,
};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const CARS: u8 = 24;
/// Telemetry of each car per second.
const HERTZ: u32 = 10;
const LAPS: u16 = 20;
/// In seconds.
const LAP: u32 = 2;

/// A race in which every car sends telemetry at 10 Hz and completes a lap each two seconds, so
/// that a twentieth of the events are laps with their leaderboard, chat and collisions.
fn race() -> Vec<Event> {
    let mut events = start();
    let mut totals = [0_u32; CARS as usize];
    for lap in 0..LAPS {
        for tick in 0..LAP * HERTZ {
            for car in 0..CARS {
                events.push(update(car, tick));
            }
        }
        for car in 0..CARS {
            // Another order in each lap.
            let time = 90_000 + (u32::from(car) * 37 + u32::from(lap) * 911) % 4000;
            totals[usize::from(car)] += time;
            events.push(completed(car, time, lap + 1, &totals));
        }
        for car in 0..2 {
            let mut contact = ClientEvent::default();
            contact.car_id = CarId(car);
            contact.other_car_id = Some(CarId(1 - car));
            events.push(Event::ClientEvent(contact));
            let mut chat = Chat::default();
            chat.message = "gg".to_owned();
            events.push(Event::Chat(chat));
        }
    }
    events
}

fn start() -> Vec<Event> {
    let mut session = SessionInfo::default();
    session.session_type = SessionType::Race;
    session.laps = LAPS;
    let mut events = vec![Event::NewSession(session)];
    for car in 0..CARS {
        let mut connection = NewConnection::default();
        connection.car_id = CarId(car);
        connection.driver_name = format!("Driver {car}");
        connection.driver_guid = format!("765611980000000{car:02}");
        events.push(Event::NewConnection(connection));
    }
    events
}

fn update(car: u8, tick: u32) -> Event {
    let mut update = CarUpdate::default();
    update.car_id = CarId(car);
    update.velocity = Vec3::new(50.0, 0.0, 10.0);
    update.normalized_spline_pos = f32::from(u16::try_from(tick).unwrap()) / f32::from(20_u16);
    Event::CarUpdate(update)
}

fn completed(car: u8, time: u32, laps: u16, totals: &[u32; CARS as usize]) -> Event {
    let mut lap = LapCompleted::default();
    lap.car_id = CarId(car);
    lap.lap_time = LapTime(time);
    lap.leaderboard = (0..CARS)
        .map(|other| {
            let mut entry = LeaderboardEntry::default();
            entry.car_id = CarId(other);
            entry.lap_time = LapTime(totals[usize::from(other)]);
            // Who comes later in this lap has not done it yet.
            entry.laps = if other <= car { laps } else { laps - 1 };
            entry
        })
        .collect();
    Event::LapCompleted(lap)
}

fn tracker_costs(c: &mut Criterion) {
    let events = race();
    let mut group = c.benchmark_group("tracker");
    let mut apply_all = |name: &str, events: &[Event], ready: &RaceTracker| {
        group.throughput(Throughput::Elements(events.len() as u64));
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                || ready.clone(),
                |tracker| {
                    for event in events {
                        black_box(tracker.apply(event));
                    }
                },
                BatchSize::LargeInput,
            );
        });
    };
    apply_all("race", &events, &RaceTracker::new());

    let mut ready = RaceTracker::new();
    for event in &events {
        ready.apply(event);
    }
    let only = |wanted: fn(&&Event) -> bool| events.iter().filter(wanted).cloned().collect::<Vec<_>>();
    apply_all("car_update", &only(|event| matches!(event, Event::CarUpdate(_))), &ready);
    apply_all("lap_completed", &only(|event| matches!(event, Event::LapCompleted(_))), &ready);

    group.throughput(Throughput::Elements(1));
    group.bench_function("standings", |b| b.iter(|| black_box(ready.standings())));
    group.finish();
}

criterion_group!(benches, tracker_costs);
criterion_main!(benches);
