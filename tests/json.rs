//! The JSON form of what the tracker and the statistics tell: exact texts, in both directions.
//! That of packets is in `golden/json.rs`.

#![cfg(all(feature = "serde", feature = "tracker", feature = "relay"))]

use std::fmt::Debug;
use std::time::Duration;

use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Event, LapCompleted, LapTime, LeaderboardEntry, SessionInfo, SessionType,
};
use acudpclient::relay::PluginStats;
use acudpclient::tracker::{
    Car, Change, Delta, Driver, Gap, Lap, LiveBasis, LiveStanding, SectorTime, SessionResult, Standing,
};
use acudpclient::{RaceTracker, Stats};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn read<T: DeserializeOwned>(text: &str) -> T {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The value's JSON is this text, and this text is the value; other formats have it too.
#[track_caller]
fn assert_text<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T, text: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), text);
    assert_eq!(&read::<T>(text), value);
    assert_reads_back(value);
}

/// In every format that the guide names.
#[track_caller]
fn assert_reads_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    assert_eq!(&read::<T>(&serde_json::to_string(value).unwrap()), value, "JSON");
    let mut cbor = Vec::new();
    ciborium::into_writer(value, &mut cbor).unwrap();
    assert_eq!(&ciborium::from_reader::<T, _>(&cbor[..]).unwrap(), value, "CBOR");
    let message_pack = rmp_serde::to_vec_named(value).unwrap();
    assert_eq!(&rmp_serde::from_slice::<T>(&message_pack).unwrap(), value, "MessagePack");
}

fn driver(name: &str) -> Driver {
    let mut driver = Driver::default();
    driver.name = name.to_owned();
    driver.guid = "76561198000000001".to_owned();
    driver
}

#[test]
fn a_change_is_one_flat_object() {
    let car_id = CarId(3);
    for (change, text) in [
        (Change::SessionStarted, r#"{"type":"session_started"}"#),
        (Change::SessionEnded, r#"{"type":"session_ended"}"#),
        (Change::DriverJoined { car_id }, r#"{"type":"driver_joined","car_id":3}"#),
        (Change::DriverLeft { car_id }, r#"{"type":"driver_left","car_id":3}"#),
        (
            Change::DriverSwapped { car_id, from: Driver::default(), to: driver("Zoë") },
            r#"{"type":"driver_swapped","car_id":3,"from":{"name":"","guid":"","team":""},"to":{"name":"Zoë","guid":"76561198000000001","team":""}}"#,
        ),
        (
            Change::LapCompleted {
                car_id,
                number: 7,
                lap_time: LapTime(91_234),
                cuts: 1,
                valid: false,
                personal_best: false,
                gap: Some(Gap::Laps(1)),
            },
            r#"{"type":"lap_completed","car_id":3,"number":7,"lap_time":91234,"cuts":1,"valid":false,"personal_best":false,"gap":{"laps":1}}"#,
        ),
        (
            Change::SectorCompleted {
                car_id,
                sector_index: 2,
                time: LapTime(30_123),
                estimated: true,
                personal_best: true,
                session_best: false,
            },
            r#"{"type":"sector_completed","car_id":3,"sector_index":2,"time":30123,"estimated":true,"personal_best":true,"session_best":false}"#,
        ),
        (
            Change::Overtaken { car_id, overtaken: CarId(4), position: 5 },
            r#"{"type":"overtaken","car_id":3,"overtaken":4,"position":5}"#,
        ),
        (Change::EnteredPits { car_id }, r#"{"type":"entered_pits","car_id":3}"#),
        (Change::LeftPits { car_id }, r#"{"type":"left_pits","car_id":3}"#),
        (Change::DriverSilent { car_id }, r#"{"type":"driver_silent","car_id":3}"#),
        (Change::DriverBack { car_id }, r#"{"type":"driver_back","car_id":3}"#),
        (
            Change::PositionGained { car_id, from: None, to: 1 },
            r#"{"type":"position_gained","car_id":3,"from":null,"to":1}"#,
        ),
        (
            Change::PersonalBest { car_id, lap_time: LapTime(91_234), previous: Some(LapTime(91_500)) },
            r#"{"type":"personal_best","car_id":3,"lap_time":91234,"previous":91500}"#,
        ),
        (
            Change::SessionBest { car_id, lap_time: LapTime(91_234), previous: None },
            r#"{"type":"session_best","car_id":3,"lap_time":91234,"previous":null}"#,
        ),
        (Change::Finished { car_id, position: Some(2) }, r#"{"type":"finished","car_id":3,"position":2}"#),
        (
            Change::Collision { car_id, other_car_id: Some(CarId(5)), impact_speed: 42.5 },
            r#"{"type":"collision","car_id":3,"other_car_id":5,"impact_speed":42.5}"#,
        ),
        (
            Change::Collision { car_id, other_car_id: None, impact_speed: f32::INFINITY },
            r#"{"type":"collision","car_id":3,"other_car_id":null,"impact_speed":"Infinity"}"#,
        ),
    ] {
        assert_text(&change, text);
    }
    let nan = r#"{"type":"collision","car_id":3,"other_car_id":null,"impact_speed":"NaN"}"#;
    assert_eq!(serde_json::to_string(&read::<Change>(nan)).unwrap(), nan);
}

#[test]
fn a_lap_has_its_fields() {
    let mut lap = Lap::default();
    lap.number = 7;
    lap.lap_time = LapTime(91_234);
    lap.cuts = 1;
    assert_text(&lap, r#"{"number":7,"lap_time":91234,"cuts":1,"grip_level":null,"total_time":null}"#);
    lap.grip_level = Some(0.98);
    lap.total_time = Some(LapTime(700_000));
    assert_text(&lap, r#"{"number":7,"lap_time":91234,"cuts":1,"grip_level":0.98,"total_time":700000}"#);
    lap.sectors = vec![LapTime(45_000), LapTime(46_234)];
    lap.tyre = "SM".to_owned();
    lap.order = 3;
    lap.session_time = Some(Duration::from_millis(700_123));
    lap.told_at = Some(Duration::from_secs(1));
    assert_text(
        &lap,
        r#"{"number":7,"lap_time":91234,"cuts":1,"grip_level":0.98,"total_time":700000,"order":3,"session_time":700123,"told_at":1000,"sectors":[45000,46234],"tyre":"SM"}"#,
    );
}

/// A car that was driven: two laps of which the first one was missed, and telemetry.
fn driven_car() -> Car {
    let info = CarInfo {
        car_id: CarId(1),
        is_connected: true,
        car_model: "abarth500".to_owned(),
        driver_name: "Alice".to_owned(),
        driver_guid: "76561198000000001".to_owned(),
        ..CarInfo::default()
    };
    let race = SessionInfo { session_type: SessionType::Race, laps: 5, ..SessionInfo::default() };
    let mut lap = LapCompleted {
        car_id: CarId(1),
        lap_time: LapTime(91_234),
        grip_level: Some(1.0),
        ..LapCompleted::default()
    };
    let entry = LeaderboardEntry {
        car_id: CarId(1),
        lap_time: LapTime(190_000),
        laps: 2,
        ..LeaderboardEntry::default()
    };
    lap.leaderboard.push(entry);
    let mut update = CarUpdate { car_id: CarId(1), ..CarUpdate::default() };
    update.velocity.x = 50.0;
    update.normalized_spline_pos = 0.25;
    let mut tracker = RaceTracker::new();
    for event in
        [Event::NewSession(race), Event::CarInfo(info), Event::LapCompleted(lap), Event::CarUpdate(update)]
    {
        tracker.apply(&event);
    }
    tracker.car(CarId(1)).unwrap().clone()
}

#[test]
fn a_car_has_its_fields_its_laps_and_what_it_takes_for_the_distance() {
    let text = concat!(
        r#"{"car_id":1,"driver":{"name":"Alice","guid":"76561198000000001","team":""},"#,
        r#""car_model":"abarth500","car_skin":"","connected":true,"loaded":true,"laps_counted":2,"#,
        r#""best_lap":91234,"total_time":190000,"completed":false,"collisions_with_cars":0,"#,
        r#""collisions_with_environment":0,"telemetry":{"car_id":1,"position":{"x":0.0,"y":0.0,"z":0.0},"#,
        r#""velocity":{"x":50.0,"y":0.0,"z":0.0},"gear":0,"engine_rpm":0,"normalized_spline_pos":0.25},"#,
        r#""top_speed_kmh":180.0,"#,
        r#""laps":[{"number":2,"lap_time":91234,"cuts":0,"grip_level":1.0,"total_time":190000,"order":1}],"#,
        r#""laps_driven":2,"on_lap":2}"#,
    );
    let car = driven_car();
    assert_eq!(serde_json::to_string(&car).unwrap(), text);
    let back: Car = read(text);
    assert_eq!(serde_json::to_string(&back).unwrap(), text);
    assert_eq!(back.laps(), car.laps());
    assert_eq!((back.laps_driven(), car.laps_driven()), (2, 2));
    assert_eq!((back.distance(), car.distance()), (Some(2.25), Some(2.25)));
    assert_eq!(back.driver, car.driver);
    assert_eq!(back.telemetry, car.telemetry);
}

#[test]
fn a_clients_statistics_have_the_events_by_packet_id() {
    let text = r#"{"datagrams":1226,"bytes":40000,"undecodable":2,"commands_sent":3,"waiting":4,"car_updates_replaced":5,"dropped":6,"events":{"53":1200,"73":24}}"#;
    let stats: Stats = read(text);
    assert_eq!((stats.datagrams, stats.dropped), (1226, 6));
    assert_eq!(stats.events_by_id().collect::<Vec<_>>(), [(53, 1200), (73, 24)]);
    assert_text(&stats, text);
    for id in ["256", "-1", "x", ""] {
        let error = serde_json::from_str::<Stats>(&text.replace("53", id)).unwrap_err().to_string();
        assert!(
            error.starts_with(&format!("invalid value: string \"{id}\", expected a packet id")),
            "{error}"
        );
    }
}

#[test]
fn a_plugins_statistics_have_the_interval_in_milliseconds() {
    let text = |interval: &str| {
        format!(
            r#"{{"name":"timing","local_addr":"127.0.0.1:11001","plugin_addr":"[::1]:12000","is_away":true,"report_interval":{interval},"sent":1,"unsent":2,"unreachable":3,"received":4,"forwarded":5,"refused":6,"flooded":7,"undecodable":8,"lost":9,"unanswered":10}}"#
        )
    };
    for (interval, expected) in [("null", None), ("1500", Some(Duration::from_millis(1500)))] {
        let stats: PluginStats = read(&text(interval));
        assert_eq!(stats.report_interval, expected);
        assert_eq!((&stats.name[..], stats.local_addr.port(), stats.unanswered), ("timing", 11_001, 10));
        assert_text(&stats, &text(interval));
    }
}

#[test]
fn a_live_row_has_its_times_in_milliseconds() {
    assert_text(&Delta(-1234), "-1234");
    assert_text(&LiveBasis::Distance, r#""distance""#);
    let mut sector = SectorTime::default();
    sector.time = LapTime(30_123);
    sector.estimated = true;
    let mut row = LiveStanding::default();
    row.position = 2;
    row.distance = 3.25;
    row.interval = Some(Gap::Time(Duration::from_millis(1500)));
    row.running_lap = Some(Duration::from_millis(20_500));
    row.delta_to_own_best = Some(Delta(-456));
    row.sectors = vec![None, Some(sector)];
    row.positions_gained = Some(-1);
    assert_text(
        &row,
        r#"{"position":2,"car_id":0,"driver":null,"car_model":"","connected":false,"basis":"line","distance":3.25,"gap":null,"interval":{"time":1500},"laps":0,"last_lap":null,"best_lap":null,"completed":false,"running_lap":20500,"delta_to_own_best":-456,"delta_to_session_best":null,"sectors":[null,{"time":30123,"estimated":true,"personal_best":false,"session_best":false}],"last_sectors":[],"positions_gained":-1,"in_pits":false,"silent":false}"#,
    );
}

#[test]
fn gaps_are_in_milliseconds_or_laps() {
    assert_text(&Gap::Time(Duration::from_millis(61_234)), r#"{"time":61234}"#);
    assert_text(&Gap::Laps(2), r#"{"laps":2}"#);
    // What is finer is cut off.
    assert_eq!(serde_json::to_string(&Gap::Time(Duration::from_micros(1_999))).unwrap(), r#"{"time":1}"#);
    let mut standing = Standing::default();
    standing.gap = Some(Gap::Time(Duration::from_millis(1)));
    standing.interval = Some(Gap::Laps(1));
    let json = serde_json::to_value(&standing).unwrap();
    assert_eq!(json["gap"], serde_json::json!({"time": 1}));
    assert_eq!(json["interval"], serde_json::json!({"laps": 1}));
}

/// With sectors or without, with a clock or without: each combination leaves out other keys.
#[cfg(feature = "sim")]
#[test]
fn what_a_tracker_tells_of_a_weekend_reads_back() {
    use acudpclient::protocol::Command;
    use acudpclient::sim::{ServerKind, Session, SimServer};

    for (&kind, has_clock) in ServerKind::ALL.iter().flat_map(|kind| [(kind, true), (kind, false)]) {
        let sessions = [Session::practice(Duration::from_secs(300)), Session::race(2)];
        let mut world = SimServer::builder().server(kind).cars(4).sessions(sessions).world().unwrap();
        world.command(Duration::ZERO, &Command::EnableEnhancedReporting);
        let mut tracker = RaceTracker::new();
        let mut results = 0;
        for (time, event) in &mut world {
            if has_clock {
                tracker.advance_to(time);
            }
            for change in tracker.apply(&event) {
                assert_reads_back(&change);
                if change == Change::SessionEnded {
                    results += 1;
                    let result = tracker.last_result().unwrap();
                    assert!(result.standings.iter().any(|entry| !entry.all_laps.is_empty()));
                    assert_reads_back(result);
                    let file = SessionResult::from_acserver_json(&result.to_acserver_json()).unwrap();
                    assert_reads_back(&file);
                }
                if let Change::LapCompleted { car_id, .. } = change {
                    // What a car leaves out is left out of its text, too.
                    let car: Car = read(&serde_json::to_string(tracker.car(car_id).unwrap()).unwrap());
                    assert_reads_back(&car);
                    assert_reads_back(&tracker.standings());
                }
            }
        }
        assert_eq!(results, 2, "{kind}");
    }
}

#[cfg(feature = "sim")]
#[test]
fn what_the_simulator_tells_is_json() {
    use acudpclient::Direction;
    use acudpclient::sim::{FinishedSession, Session, SimServer, SimStats};

    let mut world = SimServer::builder().cars(2).sessions([Session::race(1)]).world().unwrap();
    assert!(world.by_ref().count() > 0);
    let text = serde_json::to_string(world.results()).unwrap();
    assert!(!text.contains("secs"), "{text}");
    assert_eq!(read::<Vec<FinishedSession>>(&text), world.results());
    let stats = serde_json::to_string(&SimStats::default()).unwrap();
    assert_eq!(read::<SimStats>(&stats), SimStats::default());
    assert_eq!(serde_json::to_string(&Direction::Received).unwrap(), r#""received""#);
}

/// What is a time in JSON is a number: nothing is `{"secs":…,"nanos":…}`.
#[test]
fn no_duration_is_in_serdes_own_form() {
    let plugin: PluginStats = read(
        r#"{"name":"","local_addr":"127.0.0.1:1","plugin_addr":"127.0.0.1:2","is_away":false,"report_interval":7,"sent":0,"unsent":0,"unreachable":0,"received":0,"forwarded":0,"refused":0,"flooded":0,"undecodable":0,"lost":0,"unanswered":0}"#,
    );
    let mut standing = Standing::default();
    standing.interval = Some(Gap::Time(Duration::from_secs(3)));
    let all = serde_json::to_string(&(plugin, standing, driven_car())).unwrap();
    assert!(!all.contains("secs") && !all.contains("nanos"), "{all}");
}
