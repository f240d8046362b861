//! Each example in a process of its own: with a server, with a bad datagram, and without a server.
//!
//! `cargo test` builds the examples; `cargo test --test examples` takes those that were built last.

use std::env;
use std::process::Command;

use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientEvent, ClientLoaded, Event, LapCompleted, LapTime, LeaderboardEntry,
    NewConnection, SessionInfo, SessionType, Vec3,
};
use acudpclient::sim::SimServer;
use support::PATIENCE;
use support::addresses::free_addresses;
use support::process::Program;

/// The steward's own tests are run here too.
#[allow(dead_code)]
#[path = "../examples/steward.rs"]
mod steward;

fn start(name: &str, arguments: &[&str]) -> Program {
    // This program is target/debug/deps/examples-…, an example is target/debug/examples/NAME.
    let deps = env::current_exe().unwrap().parent().unwrap().to_owned();
    let program = deps.with_file_name("examples").join(name).with_extension(env::consts::EXE_EXTENSION);
    assert!(program.exists(), "build {}: cargo build --examples --all-features", program.display());
    Program::start(Command::new(program).args(arguments).env("FREE_PORTS", "1"))
}

/// A driver whose name would turn a terminal red joins, drives, hits another car and completes a lap.
fn race() -> Vec<Event> {
    let car = CarId(3);
    let entry =
        LeaderboardEntry { car_id: car, laps: 1, lap_time: LapTime(91_234), ..LeaderboardEntry::default() };
    vec![
        Event::NewSession(SessionInfo { session_type: SessionType::Race, ..SessionInfo::default() }),
        Event::NewConnection(NewConnection {
            car_id: car,
            driver_name: "Zo\u{eb}\u{1b}[31m".to_owned(),
            driver_guid: "76561190000000003".to_owned(),
            ..NewConnection::default()
        }),
        ClientLoaded { car_id: car }.into(),
        CarUpdate { car_id: car, velocity: Vec3::new(50.0, 0.0, 0.0), ..CarUpdate::default() }.into(),
        ClientEvent {
            car_id: car,
            other_car_id: Some(CarId(4)),
            impact_speed: 60.0,
            ..ClientEvent::default()
        }
        .into(),
        Chat { car_id: car, message: "!ping".to_owned() }.into(),
        LapCompleted {
            car_id: car,
            lap_time: LapTime(91_234),
            leaderboard: vec![entry],
            ..LapCompleted::default()
        }
        .into(),
    ]
}

/// Each with what it prints of the race, in this order.
const EXAMPLES: [(&str, &[&str]); 12] = [
    ("first", &[r#""Zoë\u{1b}[31m" 1:31.234"#]),
    ("subscriber", &["ACSP_CLIENT_LOADED", r#"Fastest lap: 1:31.234 by Some("Zoë\u{1b}[31m")"#]),
    ("bot", &[r#"to car 3: "Welcome, Zoë\u{1b}[31m!""#, r#"to car 3: "pong""#]),
    ("game_loop", &["fastest is car 3 at 180 km/h"]),
    (
        "leaderboard",
        &[r#""best_lap":"1:31.234","gap":null,"laps":1,"name":"Zo\u00eb\u001b[31m","position":1"#],
    ),
    ("steward", &["Contact 1 of 3"]),
    ("mio_poll", &["server 0: ", "ACSP_LAP_COMPLETED"]),
    ("tokio_channel", &["ACSP_LAP_COMPLETED"]),
    ("tokio_socket", &["ACSP_LAP_COMPLETED", "to car 3: 1:31.234"]),
    ("standings", &[r#""Zoë\u{1b}[31m" lap 1: 1:31.234"#, r#"1   1 laps            "Zoë\u{1b}[31m""#]),
    ("relay", &["ACSP_LAP_COMPLETED"]),
    ("from_python", &["race \"\"", r#"car 3: "Zoë\u{1b}[31m""#, "car 3 1:31.234, cuts 0"]),
];

/// Whether it runs on this system.
fn is_possible(name: &str) -> bool {
    cfg!(unix) || !["mio_poll", "tokio_socket"].contains(&name)
}

#[test]
fn each_prints_the_race_and_survives_a_bad_datagram() {
    for (name, printed) in EXAMPLES.into_iter().filter(|(name, _)| is_possible(name)) {
        let server = SimServer::scripted().unwrap();
        let mut example = start(name, &["127.0.0.1:0", &server.local_addr().to_string()]);
        // Its first question makes it known.
        assert!(server.wait_command(PATIENCE).is_some(), "{name} asks nothing");
        server.send_bytes(&[57, 1]).unwrap();
        example.expect("undecodable datagram: ACSP_CHAT");
        for event in race() {
            server.send(&event).unwrap();
        }
        for words in printed {
            example.expect(words);
        }
        example.assert_running();
        for line in &example.seen {
            assert!(!line.contains(char::is_control), "{name}: {line:?}");
        }
    }
}

#[test]
fn each_says_that_no_server_is_there_and_hears_it_when_it_comes() {
    for (name, printed) in EXAMPLES.into_iter().filter(|(name, _)| is_possible(name)) {
        let [local, address] = free_addresses();
        let mut example = start(name, &[&local, &address]);
        example.expect(&format!("no server answers on {address}"));
        let server = SimServer::builder()
            .scripted()
            .local_addr(address.parse().unwrap())
            .plugin_addr(local.parse().unwrap())
            .start()
            .unwrap();
        for event in race() {
            server.send(&event).unwrap();
        }
        for words in printed {
            example.expect(words);
        }
    }
}

/// Started without arguments, each shows something of a simulated server of its own.
#[test]
fn each_needs_no_arguments() {
    let examples = EXAMPLES.into_iter().filter(|(name, _)| is_possible(name));
    let mut started: Vec<Program> = examples.map(|(name, _)| start(name, &[])).collect();
    for example in &mut started {
        example.expect("");
        example.assert_running();
    }
}
