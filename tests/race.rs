//! `fixtures/race.pcap`: a short race that nobody drove, as a client would have recorded it.
//! `UPDATE_FIXTURES=1 cargo test --all-features --test race` writes the file.
#![cfg(feature = "capture")]

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, SystemTime};

use acudpclient::capture::{Reader, Writer};
use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientEvent, ClientLoaded, EndSession, Event, Gear, LapCompleted, LapTime,
    LeaderboardEntry, NewConnection, SessionInfo, SessionType, Vec3, Version,
};

const SERVER: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 11_000);
const PLUGIN: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 12_000);

/// A car's slot, driver, model and speed in m/s.
const CARS: [(u8, &str, &str, &str, u32); 3] = [
    (0, "Aino Korhonen", "76561190000000001", "ks_mazda_mx5_cup", 50),
    (1, "Bálint Nagy", "76561190000000002", "ks_mazda_mx5_cup", 49),
    (2, "Chloé 🏁", "76561190000000003", "abarth500", 47),
];
/// The entry list has a slot more than drivers came.
const SLOTS: u8 = 4;
const LAPS: u16 = 3;
/// When the race starts and when all have finished, in milliseconds of the recording.
const START: u32 = 10_000;
const END: u32 = 87_000;

/// The track is a rectangle.
const WIDTH: f32 = 400.0;
const HEIGHT: f32 = 200.0;
const LENGTH: u32 = 1200;

/// Where a car is after this many metres, and which way it drives.
fn on_track(metres: f32) -> (Vec3, Vec3) {
    let along = metres % LENGTH as f32;
    let (x, z, dx, dz) = if along < WIDTH {
        (along, 0.0, 1.0, 0.0)
    } else if along < WIDTH + HEIGHT {
        (WIDTH, along - WIDTH, 0.0, 1.0)
    } else if along < 2.0 * WIDTH + HEIGHT {
        (2.0 * WIDTH + HEIGHT - along, HEIGHT, -1.0, 0.0)
    } else {
        (0.0, LENGTH as f32 - along, 0.0, -1.0)
    };
    (Vec3::new(x, 0.0, z), Vec3::new(dx, 0.0, dz))
}

fn session(session_type: SessionType, index: u8, elapsed_ms: i32) -> SessionInfo {
    let mut session = SessionInfo {
        protocol_version: 4,
        session_index: index,
        current_session_index: index,
        session_count: 2,
        server_name: "A server that is none".to_owned(),
        track: "rectangle".to_owned(),
        session_type,
        ..SessionInfo::default()
    };
    match session_type {
        SessionType::Race => {
            session.name = "Race".to_owned();
            session.laps = LAPS;
            session.wait_time = START as u16;
        }
        _ => {
            session.name = "Practice".to_owned();
            session.time = 10;
        }
    }
    session.ambient_temp = 22;
    session.road_temp = 27;
    session.weather_graphics = "3_clear".to_owned();
    session.elapsed_ms = elapsed_ms;
    session
}

fn connection(car: usize) -> NewConnection {
    let (slot, name, guid, model, _) = CARS[car];
    NewConnection {
        driver_name: name.to_owned(),
        driver_guid: guid.to_owned(),
        car_id: CarId(slot),
        car_model: model.to_owned(),
        car_skin: "00_default".to_owned(),
    }
}

fn chat(car_id: CarId, message: &str) -> Event {
    Event::Chat(Chat { car_id, message: message.to_owned() })
}

fn collision(car: u8, other: Option<u8>, impact_speed: f32, metres: f32) -> Event {
    Event::ClientEvent(ClientEvent {
        car_id: CarId(car),
        other_car_id: other.map(CarId),
        impact_speed,
        world_pos: on_track(metres).0,
        rel_pos: Vec3::new(0.5, 0.25, -2.0),
    })
}

/// The race time at which a car has done so many laps.
fn race_time(speed: u32, laps: u16) -> u32 {
    u32::from(laps) * LENGTH * 1000 / speed
}

fn leaderboard(now: u32) -> Vec<LeaderboardEntry> {
    let mut entries: Vec<_> = (0..SLOTS)
        .map(|slot| {
            let mut entry = LeaderboardEntry { car_id: CarId(slot), ..LeaderboardEntry::default() };
            if let Some(&(.., speed)) = CARS.get(usize::from(slot)) {
                entry.laps = (1..=LAPS).filter(|&laps| race_time(speed, laps) <= now).count() as u16;
                entry.lap_time = LapTime(race_time(speed, entry.laps));
                entry.has_completed = entry.laps == LAPS;
            }
            entry
        })
        .collect();
    entries.sort_by_key(|entry| (std::cmp::Reverse(entry.laps), entry.lap_time));
    entries
}

fn car_updates(now: u32) -> impl Iterator<Item = Event> {
    CARS.iter().map(move |&(slot, .., speed)| {
        let driven = if now < START { 0.0 } else { (speed * (now - START)) as f32 / 1000.0 };
        let (position, direction) = on_track(driven);
        let mut update = CarUpdate {
            car_id: CarId(slot),
            position,
            gear: Gear::NEUTRAL,
            engine_rpm: 1000,
            ..CarUpdate::default()
        };
        if now >= START {
            let speed = speed as f32;
            update.velocity = Vec3::new(direction.x * speed, 0.0, direction.z * speed);
            update.gear = Gear(5);
            update.engine_rpm = 6000 + now as u16 % 1000;
        }
        update.normalized_spline_pos = driven % LENGTH as f32 / LENGTH as f32;
        Event::CarUpdate(update)
    })
}

/// Each event with its time in milliseconds.
fn race() -> Vec<(u32, Event)> {
    let version = Version { protocol_version: 4 };
    let mut race = vec![
        (0, Event::Version(version)),
        (12, Event::NewSession(session(SessionType::Race, 1, -10_000))),
        // A starting server announces its session twice.
        (1_212, Event::NewSession(session(SessionType::Race, 1, -10_000))),
        (6_500, chat(CarId::SERVER, "Welcome!")),
        (7_000, chat(CarId(1), "hello everybody, ça va?")),
        (16_000, collision(1, Some(2), 12.5, 290.0)),
        (16_005, collision(2, Some(1), 12.5, 290.0)),
        (40_000, collision(2, None, 33.75, 1_410.0)),
        (30_000, chat(CarId(0), "!ping")),
        (84_500, chat(CarId(0), "gg \u{1F3C6}")),
        (86_400, chat(CarId(2), "gg")),
        (END + 5, Event::NewSession(session(SessionType::Practice, 0, 0))),
        (END + 1_000, Event::ConnectionClosed(connection(2))),
    ];
    for (car, &(slot, ..)) in CARS.iter().enumerate() {
        let joined = 2_000 + 100 * car as u32;
        let loaded = ClientLoaded { car_id: CarId(slot) };
        race.push((joined, Event::NewConnection(connection(car))));
        race.push((joined + 3_000, Event::ClientLoaded(loaded)));
    }
    for now in (6_000..=END).step_by(1_000) {
        race.extend(car_updates(now).map(|update| (now, update)));
    }
    for &(slot, .., speed) in &CARS {
        for laps in 1..=LAPS {
            let now = race_time(speed, laps);
            let lap = LapCompleted {
                car_id: CarId(slot),
                lap_time: LapTime(now - race_time(speed, laps - 1)),
                cuts: u8::from((slot, laps) == (2, 2)),
                leaderboard: leaderboard(now),
                grip_level: Some(0.96 + now as f32 / 4_000_000.0),
                ..LapCompleted::default()
            };
            race.push((START + now, Event::LapCompleted(lap)));
        }
    }
    let end = EndSession { filename: "results/2026_1_2_20_15_RACE.json".to_owned(), ..EndSession::default() };
    race.push((END, Event::EndSession(end)));
    race.sort_by_key(|&(time, _)| time);
    race
}

/// 2026-01-02 20:14:00 UTC
const RECORDED_AT: u64 = 1_767_384_840;

fn time_of(milliseconds: u32) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(RECORDED_AT) + Duration::from_millis(milliseconds.into())
}

fn pcap(race: &[(u32, Event)]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file).unwrap();
    for (milliseconds, event) in race {
        writer.write(time_of(*milliseconds), SERVER, PLUGIN, &event.encode().unwrap()).unwrap();
    }
    writer.finish().unwrap();
    file
}

#[test]
fn the_recorded_race_is_this_one() {
    let race = race();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/race.pcap");
    let bytes = pcap(&race);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(&path, &bytes).unwrap();
    }
    assert!(std::fs::read(&path).unwrap() == bytes, "{} is not the race of this test", path.display());

    let recorded: Vec<_> = Reader::open(&path).unwrap().map(Result::unwrap).collect();
    assert_eq!(recorded.len(), race.len());
    for (record, (milliseconds, event)) in recorded.iter().zip(&race) {
        assert_eq!(Event::decode(&record.payload).unwrap(), *event);
        assert_eq!(record.time, Some(time_of(*milliseconds)));
        assert_eq!(record.source, Some(SERVER));
        assert_eq!(record.destination, Some(PLUGIN));
    }
}
