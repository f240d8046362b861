//! How much memory the codec and the client take, counted for the thread that a test runs on.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use acudpclient::Subscriber;
use acudpclient::protocol::{
    CarUpdate, ClientEvent, ClientLoaded, Command, Event, NewConnection, Ping, SectorCompleted,
    SetSessionInfo, Vec3, Version,
};
use allocation_counter::{AllocationInfo, measure};
use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence};
use support::strategies::{command, datagram, event};
use support::vector::Packet;
use support::{PATIENCE, Server};

/// What this work allocates, and its result.
fn measured<T>(work: impl FnOnce() -> T) -> (AllocationInfo, T) {
    let mut result = None;
    let info = measure(|| result = Some(work()));
    (info, result.unwrap())
}

/// No decoder allocates more than 16 times the bytes that came, all its allocations added up.
fn assert_bounded(input: &[u8]) {
    let (event, _) = measured(|| Event::decode(input));
    let (prefix, _) = measured(|| Event::decode_prefix(input));
    let (command, _) = measured(|| Command::decode(input));
    for (decoder, info) in [("event", event), ("prefix", prefix), ("command", command)] {
        assert!(info.bytes_total <= 16 * input.len() as u64, "{decoder}, {input:?}: {info:?}");
    }
}

#[test]
fn decoding_a_fixture_or_a_part_of_it_is_bounded() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut fixtures = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "bin") {
            continue;
        }
        fixtures += 1;
        let bytes = fs::read(path).unwrap();
        for position in 0..bytes.len() {
            assert_bounded(&bytes[..position]);
            // Every byte that is a count is among these. What it counts is there in part or not at all.
            let mut changed = bytes.clone();
            changed[position] = 255;
            assert_bounded(&changed);
            assert_bounded(&changed[..=position]);
        }
        assert_bounded(&bytes);
    }
    assert!(fixtures > 50, "only {fixtures} fixtures were found");
}

#[test]
fn packets_without_texts_and_lists_are_decoded_without_allocating() {
    let contact = ClientEvent { other_car_id: Some(3.into()), ..ClientEvent::default() };
    for event in [
        Event::CarUpdate(CarUpdate::default()),
        Event::ClientEvent(ClientEvent::default()),
        Event::ClientEvent(contact),
        Event::ClientLoaded(ClientLoaded::default()),
        Event::Version(Version::default()),
        Event::SectorCompleted(SectorCompleted::default()),
        Event::Ping(Ping::default()),
    ] {
        let bytes = event.encode().unwrap();
        let (info, decoded) = measured(|| Event::decode(&bytes));
        assert_eq!(decoded, Ok(event));
        assert_eq!(info.count_total, 0, "{bytes:?}");
    }
}

/// The lengths of the texts and lists that an event owns.
fn owned_by_event(event: &Event) -> Vec<usize> {
    match event {
        Event::NewSession(session) | Event::SessionInfo(session) => [
            &session.server_name,
            &session.track,
            &session.track_config,
            &session.name,
            &session.weather_graphics,
        ]
        .map(String::len)
        .to_vec(),
        Event::NewConnection(connection) | Event::ConnectionClosed(connection) => {
            [&connection.driver_name, &connection.driver_guid, &connection.car_model, &connection.car_skin]
                .map(String::len)
                .to_vec()
        }
        Event::CarInfo(info) => {
            [&info.car_model, &info.car_skin, &info.driver_name, &info.driver_team, &info.driver_guid]
                .map(String::len)
                .to_vec()
        }
        Event::EndSession(end) => vec![end.filename.len()],
        Event::Chat(chat) => vec![chat.message.len()],
        Event::Error(error) => vec![error.message.len()],
        Event::LapCompleted(lap) => vec![lap.leaderboard.len()],
        Event::Unknown(packet) => vec![packet.payload.len()],
        Event::TyreChange(change) => vec![change.current_tyre.len()],
        _ => vec![],
    }
}

/// The lengths of what a command owns.
fn owned_by_command(command: &Command) -> Vec<usize> {
    match command {
        Command::SendChat { message: text, .. }
        | Command::BroadcastChat { message: text }
        | Command::SetSessionInfo(SetSessionInfo { name: text, .. })
        | Command::AdminCommand { command: text } => vec![text.len()],
        Command::Unknown(packet) => vec![packet.payload.len()],
        _ => vec![],
    }
}

/// One allocation each, and none for what is empty.
fn assert_one_allocation_each<P: Packet>(packet: &P, owned: fn(&P) -> Vec<usize>) {
    let bytes = packet.encode().unwrap();
    let (info, decoded) = measured(|| P::decode(&bytes).unwrap());
    let owned = owned(&decoded).into_iter().filter(|length| *length > 0).count();
    assert_eq!(info.count_total, owned as u64, "{decoded:?}");
}

fn assert_encodes_in_place<P: Packet>(packet: &P) {
    let mut buffer = Vec::with_capacity(2 * packet.encode().unwrap().len());
    for _ in 0..2 {
        let (info, result) = measured(|| packet.encode_into(&mut buffer));
        assert_eq!(result, Ok(()));
        assert_eq!(info.count_total, 0, "{packet:?}");
    }
}

/// What is too long for UTF-8 takes another way.
#[test]
fn a_long_text_of_windows_1252_is_encoded_in_place() {
    let connection = NewConnection { car_skin: "è".repeat(255), ..NewConnection::default() };
    assert_encodes_in_place(&Event::NewConnection(connection));
}

/// There is no main.rs beside which proptest could keep what has failed.
fn config() -> Config {
    Config::with_failure_persistence(FileFailurePersistence::WithSource("proptest-regressions"))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn decoding_any_bytes_is_bounded(bytes in datagram()) {
        assert_bounded(&bytes);
    }

    #[test]
    fn decoding_an_event_allocates_once_per_text_and_list(event in event()) {
        assert_one_allocation_each(&event, owned_by_event);
    }

    #[test]
    fn decoding_a_command_allocates_once_per_text(command in command()) {
        assert_one_allocation_each(&command, owned_by_command);
    }

    #[test]
    fn an_event_is_encoded_in_place(event in event()) {
        assert_encodes_in_place(&event);
    }

    #[test]
    fn a_command_is_encoded_in_place(command in command()) {
        assert_encodes_in_place(&command);
    }
}

struct Counter(Arc<AtomicU64>);

impl Subscriber for Counter {
    fn on_car_update(&mut self, _update: &CarUpdate) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn receiving_telemetry_allocates_nothing() {
    let server = Server::start();
    let mut client = server.client();
    let seen = Arc::new(AtomicU64::new(0));
    client.subscribe(Counter(seen.clone()));
    let update = Event::CarUpdate(CarUpdate::default());
    for _ in 0..100 {
        server.send(&client, &update);
        let start = Instant::now();
        let (info, event) = measured(|| {
            loop {
                match client.next_event() {
                    Ok(None) if start.elapsed() < PATIENCE => thread::yield_now(),
                    event => break event,
                }
            }
        });
        assert_eq!(event, Ok(Some(update.clone())));
        assert_eq!(info.count_total, 0, "next_event");

        server.send(&client, &update);
        let (info, event) = measured(|| client.wait_event(PATIENCE));
        assert_eq!(event, Ok(Some(update.clone())));
        assert_eq!(info.count_total, 0, "wait_event");
    }
    assert_eq!(seen.load(Ordering::Relaxed), 200);
}

#[cfg(feature = "tracker")]
#[test]
fn the_tracker_takes_in_telemetry_without_allocating() {
    let updates: Vec<Event> = (0..24_u8)
        .map(|car| {
            Event::CarUpdate(CarUpdate {
                car_id: car.into(),
                normalized_spline_pos: f32::from(car) / 24.0,
                ..CarUpdate::default()
            })
        })
        .collect();
    let mut tracker = acudpclient::RaceTracker::new();
    let feed = |tracker: &mut acudpclient::RaceTracker| {
        for update in &updates {
            tracker.apply(update);
        }
    };
    feed(&mut tracker);
    let (info, ()) = measured(|| feed(&mut tracker));
    assert_eq!(info.count_total, 0, "{info:?}");
}

/// With a clock it writes down where the cars were: 24 cars over four laps, of which the last one is counted. What is
/// told allocates, so nobody passes anybody.
#[cfg(feature = "tracker")]
#[test]
fn the_tracker_follows_cars_without_allocating() {
    let mut tracker = acudpclient::RaceTracker::new();
    tracker.set_sectors(&[]);
    let report = |tracker: &mut acudpclient::RaceTracker, step: u32| {
        let time = f64::from(step) * 0.1;
        tracker.advance_to(std::time::Duration::from_secs_f64(time));
        for car in 0..24_u8 {
            let laps = time / 90.0 + f64::from(car) / 50.0;
            let angle = (laps * std::f64::consts::TAU) as f32;
            let velocity = [-50.0 * angle.sin(), 50.0 * angle.cos()];
            tracker.on_event(&Event::CarUpdate(CarUpdate {
                car_id: car.into(),
                position: Vec3::new(700.0 * angle.cos(), 0.0, 700.0 * angle.sin()),
                velocity: Vec3::new(velocity[0], 0.0, velocity[1]),
                normalized_spline_pos: laps.fract() as f32,
                ..CarUpdate::default()
            }));
        }
    };
    let memory = measure(|| (0..2700).for_each(|step| report(&mut tracker, step)));
    let info = measure(|| (2700..3600).for_each(|step| report(&mut tracker, step)));
    assert_eq!(info.count_total, 0, "{info:?}");
    // Its documentation says 16 KB for each car.
    assert!(memory.bytes_max < 24 * 16_384 + 16_384, "{memory:?}");
}

/// Its documentation says 220 KB, from the beginning and for ever.
#[cfg(feature = "tracker")]
#[test]
fn a_track_map_has_its_memory_from_the_beginning() {
    let (info, mut map) = measured(acudpclient::tracker::TrackMap::new);
    let size = info.bytes_max + size_of_val(&map) as u64;
    assert!((200_000..=220_000).contains(&size), "{size}");
    let (info, changes) = measured(|| {
        let mut changes = 0;
        for step in 0..12_000_u32 {
            let place = (step * 7919 % 10_007) as f32 / 10_007.0;
            let mut update = CarUpdate { normalized_spline_pos: place, ..CarUpdate::default() };
            update.car_id = (step as u8).into();
            update.position.x = if step % 13 == 0 { 1e6 } else { place };
            update.velocity.x = 20.0 + (step / 120) as f32;
            changes += u32::from(map.learn(&update));
        }
        changes
    });
    assert!(changes > 1_000, "{changes}");
    assert_eq!(info.count_total, 0, "{info:?}");
}

/// Once each car has the laps that are kept. What [`RaceTracker::apply`] returns is an allocation of its own.
///
/// [`RaceTracker::apply`]: acudpclient::RaceTracker::apply
#[cfg(feature = "tracker")]
#[test]
fn the_tracker_takes_in_laps_without_allocating() {
    use acudpclient::protocol::{LapCompleted, LapTime, LeaderboardEntry, SessionInfo, SessionType};

    let cars = 3_u8;
    let lap = |number: u16, car: u8| {
        let total = |laps: u16| LapTime(u32::from(laps) * 90_000);
        let entries = (0..cars).map(|other| {
            let mut entry = LeaderboardEntry {
                car_id: other.into(),
                laps: number - u16::from(other > car),
                ..LeaderboardEntry::default()
            };
            entry.lap_time = total(entry.laps);
            entry
        });
        Event::LapCompleted(LapCompleted {
            car_id: car.into(),
            lap_time: LapTime(90_000),
            leaderboard: entries.collect(),
            ..LapCompleted::default()
        })
    };
    let race =
        SessionInfo { session_type: SessionType::Race, name: "Race".to_owned(), ..SessionInfo::default() };
    let mut tracker = acudpclient::RaceTracker::new();
    tracker.apply(&Event::NewSession(race));
    for car in 0..cars {
        let connection =
            NewConnection { car_id: car.into(), driver_name: "Ada".to_owned(), ..NewConnection::default() };
        tracker.apply(&Event::NewConnection(connection));
    }
    let warm = acudpclient::tracker::MAX_LAPS as u16 + 1;
    for number in 1..=warm {
        for car in 0..cars {
            tracker.apply(&lap(number, car));
        }
    }
    let more: Vec<Event> = (1..=50)
        .flat_map(|more| (0..cars).map(move |car| (warm + more, car)))
        .map(|(number, car)| lap(number, car))
        .collect();
    let mut copied = tracker.clone();
    let (info, ()) = measured(|| {
        for lap in &more {
            tracker.on_event(lap);
        }
    });
    assert_eq!(info.count_total, 0, "{info:?}");
    let (info, ()) = measured(|| {
        for lap in &more {
            copied.apply(lap);
        }
    });
    assert!(info.count_total <= more.len() as u64, "{info:?}");
    assert_eq!(tracker.car(0.into()).unwrap().laps_counted, warm + 50);
}

/// Once the first datagram has made room for it.
#[cfg(feature = "capture")]
#[test]
fn recording_a_datagram_allocates_nothing() {
    use acudpclient::capture::Writer;

    let mut writer = Writer::new(std::io::sink()).unwrap();
    let time = std::time::SystemTime::now();
    let ends = [("192.0.2.7:11000", "192.0.2.2:12000"), ("[2001:db8::7]:11000", "[2001:db8::2]:12000")]
        .map(|(source, destination)| (source.parse().unwrap(), destination.parse().unwrap()));
    let mut write = |length| {
        for (source, destination) in ends {
            writer.write(time, source, destination, &[7; 1000][..length]).unwrap();
        }
    };
    write(1000);
    let (info, ()) = measured(|| (0..1000).for_each(&mut write));
    assert_eq!(info.count_total, 0, "{info:?}");
}

/// Once a thread has sent its longest command.
#[test]
fn sending_allocates_nothing() {
    let server = Server::start();
    let client = server.client();
    let longest = "è".repeat(255);
    client.broadcast_chat(&longest).unwrap();
    let commands = [
        Command::BroadcastChat { message: longest },
        Command::GetCarInfo { car_id: 3.into() },
        Command::RealtimeposInterval { interval_ms: 100 },
    ];
    for command in &commands {
        let (info, sent) = measured(|| client.send(command));
        assert_eq!((sent, info.count_total), (Ok(()), 0), "{command}");
        let senders = client.commands();
        let (info, sent) = measured(|| senders.send(command));
        assert_eq!((sent, info.count_total), (Ok(()), 0), "{command}");
    }
}

/// What a datagram costs beyond its event does not depend on whether somebody looks at it.
#[test]
fn showing_a_datagram_allocates_nothing() {
    let server = Server::start();
    let shown = Arc::new(AtomicU64::new(0));
    let count = shown.clone();
    let mut plain = server.client();
    let mut watched = acudpclient::AcUdpClient::builder()
        .on_datagram(move |_| {
            count.fetch_add(1, Ordering::Relaxed);
        })
        .bind("127.0.0.1:0", server.local_addr())
        .unwrap();
    let allocations = [&mut plain, &mut watched].map(|client| {
        client.next_session().unwrap();
        server.send_bytes(client, &[58, 3]);
        support::expect_event(client);
        let (sent, ()) = measured(|| client.next_session().unwrap());
        server.send_bytes(client, &[58, 3]);
        let (received, _) = measured(|| client.wait_event(PATIENCE).unwrap().unwrap());
        (sent.count_total, received.count_total)
    });
    assert_eq!(allocations, [(0, 0); 2]);
    assert_eq!(shown.load(Ordering::Relaxed), 4);
}
