//! acServer's own result files: written, and read back. The files in `files/` were written by hand, in the layout of
//! a server's, with made-up names.

#![cfg(feature = "serde")]

use std::time::Duration;

use acudpclient::protocol::{CarId, Event, LapTime, SectorCompleted, SessionType, TyreChange, Vec3};
use acudpclient::tracker::{Gap, ResultEntry, SessionResult};
use serde_json::Value;

use crate::script::*;

const RACE: &str = include_str!("files/2031_5_4_20_7_RACE.json");
const OLD: &str = include_str!("files/2015_QUALIFY.json");

fn read(json: &str) -> SessionResult {
    SessionResult::from_acserver_json(json).unwrap()
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

/// What the file cannot carry has its default value, as it has when it is read back.
fn carried(mut result: SessionResult) -> SessionResult {
    result.filename = None;
    if let Some(session) = &mut result.session {
        let mut kept = acudpclient::protocol::SessionInfo::default();
        kept.track.clone_from(&session.track);
        kept.track_config.clone_from(&session.track_config);
        (kept.session_type, kept.time, kept.laps) = (session.session_type, session.time, session.laps);
        *session = kept;
    }
    for entry in result.standings.iter_mut().chain(&mut result.unclassified) {
        entry.completed = false;
        for lap in &mut entry.all_laps {
            (lap.grip_level, lap.total_time, lap.told_at) = (None, None, None);
        }
    }
    for collision in &mut result.collisions {
        (collision.session_time, collision.told_at) = (None, None);
    }
    result
}

#[test]
fn a_servers_file_is_written_again_to_the_byte() {
    assert_eq!(read(RACE).to_acserver_json(), RACE);
}

#[test]
fn a_servers_file_has_its_drivers_laps_and_contacts() {
    let result = read(RACE);
    let session = result.session.as_ref().unwrap();
    assert_eq!(
        (session.track.as_str(), session.track_config.as_str(), session.session_type, session.laps),
        ("silver_lake", "short", SessionType::Race, 2)
    );
    let row = |entry: &ResultEntry| {
        let name = entry.driver.as_ref().map(|driver| driver.name.clone());
        (entry.position, entry.car_id.0, name, entry.laps, entry.best_lap.map(|best| best.0))
    };
    let ben = "Ben <b> \"B\" \\ Ö".to_owned();
    assert_eq!(
        result.standings.iter().map(row).collect::<Vec<_>>(),
        [(Some(1), 1, Some(ben.clone()), 2, Some(60_100)), (Some(2), 0, Some("Ada".to_owned()), 1, None)]
    );
    assert_eq!(result.unclassified.iter().map(row).collect::<Vec<_>>(), [(None, 2, None, 0, None)]);
    assert_eq!(result.standings[1].gap, Some(Gap::Laps(1)));
    let ada = &result.standings[1];
    assert_eq!((ada.ballast_kg, ada.nation.as_str(), ada.car_skin.as_str()), (15, "FIN", "blue_7"));
    assert_eq!(ada.guids, ["76560000000000001", "76560000000000009"]);
    assert_eq!(ada.driver.as_ref().unwrap().team, "Blue Barn");
    let lap = &ada.all_laps[0];
    assert_eq!((lap.number, lap.order, lap.lap_time.0, lap.cuts, lap.tyre.as_str()), (1, 2, 64_020, 3, "H"));
    assert_eq!(lap.sectors, [LapTime(33_020), LapTime(31_000)]);
    assert_eq!(lap.session_time, Some(Duration::from_millis(4_364_020)), "the server's clock");
    let fastest = result.fastest_lap.as_ref().unwrap();
    assert_eq!((fastest.car_id, fastest.lap_time), (CarId(1), LapTime(60_100)));
    let (with_car, with_env) = (&result.collisions[0], &result.collisions[1]);
    assert_eq!((with_car.car_id, with_car.other_car_id), (CarId(0), Some(CarId(1))));
    assert_eq!(with_car.other_driver.as_ref().unwrap().name, ben);
    assert_eq!((with_env.other_car_id, with_env.other_driver.is_none()), (None, true));
    assert_eq!(with_car.impact_speed.to_bits(), 12.34375_f32.to_bits());
    assert_eq!(with_env.world_pos, Vec3::new(12.5, 3.5, -7.125));
    assert_eq!((ada.collisions_with_cars, ada.collisions_with_environment), (1, 0));
}

#[test]
fn an_old_file_lacks_some_keys() {
    let result = read(OLD);
    assert_eq!(result.session.as_ref().unwrap().time, 30);
    let ada = &result.standings[0];
    assert_eq!((ada.laps, ada.laps_driven, ada.last_valid_lap_at), (1, 2, Some(Duration::from_secs(62))));
    assert_eq!((ada.nation.as_str(), ada.restrictor, ada.all_laps[0].tyre.as_str()), ("", 0, ""));
    assert_eq!(ada.total_time, None, "it is no race");
    let names: Vec<_> =
        result.unclassified.iter().map(|entry| entry.driver.as_ref().unwrap().name.as_str()).collect();
    assert_eq!(names, ["Cleo", "Ben"], "Cleo has lost the slot to Ben, who drove no lap");
    assert_eq!(result.fastest_lap.as_ref().unwrap().driver.as_ref().unwrap().name, "Cleo");

    // Written again it has them, with what a server writes for nothing.
    let (mut expected, written) = (value(OLD), value(&result.to_acserver_json()));
    expected.as_object_mut().unwrap().remove("Server");
    let add = |object: &mut Value, pairs: &[(&str, Value)]| {
        for (key, value) in pairs {
            object[key] = value.clone();
        }
    };
    let weight = [("BallastKG", 0.into()), ("Restrictor", 0.into())];
    for index in 0..2 {
        add(&mut expected["Cars"][index], &weight);
        let driver = [("Nation", "".into()), ("GuidsList", serde_json::json!([""]))];
        add(&mut expected["Cars"][index]["Driver"], &driver);
        add(&mut expected["Result"][index], &weight);
    }
    for index in 0..3 {
        add(&mut expected["Laps"][index], &weight);
        add(&mut expected["Laps"][index], &[("Tyre", "".into())]);
    }
    assert_eq!(written, expected);
    assert_eq!(carried(result.clone()), read(&result.to_acserver_json()));
}

#[test]
fn a_file_of_almost_nothing_is_one() {
    let result = read(
        "\u{feff}{\"TrackName\": \"\", \"Type\": \"book\", \"Laps\": null, \"Result\": null, \"Cars\": null}",
    );
    assert_eq!(result.session.as_ref().unwrap().session_type, SessionType::Booking);
    assert!(result.standings.is_empty() && result.unclassified.is_empty());
    assert_eq!(
        value(&result.to_acserver_json()),
        serde_json::json!({
            "TrackName": "", "TrackConfig": "", "Type": "BOOK", "DurationSecs": 0, "RaceLaps": 0,
            "Cars": [], "Result": [], "Laps": [], "Events": null,
        })
    );
    let unknown = read(r#"{"TrackName": "", "Type": "7"}"#);
    assert_eq!(unknown.session.as_ref().unwrap().session_type, SessionType::from(7));
    assert_eq!(value(&unknown.to_acserver_json())["Type"], "7");
}

/// A race with ACSM's sectors and tyres, by the caller's clock.
fn acsm_race() -> SessionResult {
    let sector = |car: u8, sector_index: u8, time: u32| {
        Event::SectorCompleted(SectorCompleted {
            car_id: CarId(car),
            sector_index,
            sector_time: LapTime(time),
            cuts: 0,
        })
    };
    let tyre = |name: &str| Event::TyreChange(TyreChange { car_id: CarId(0), current_tyre: name.to_owned() });
    let mut tracker = acudpclient::RaceTracker::new();
    tracker.advance_to(Duration::from_secs(100));
    for event in [race(), joins(0, "Ada", "1"), joins(1, "Ben", "2"), loaded(0), loaded(1), tyre("SM")] {
        tracker.apply(&event);
    }
    tracker.advance_to(Duration::from_secs(240)); // the race has run for 80 s
    for event in [
        contact(0, Some(1)),
        sector(0, 0, 30_000),
        sector(0, 1, 50_003),
        lap(0, 80_000, &[(0, 80_000, 1), (1, 0, 0)]),
        sector(1, 0, 40_000),
        lap(1, 81_000, &[(0, 80_000, 1), (1, 81_000, 1)]),
        sector(1, 1, 41_000), // told after the lap
        tyre("H"),
    ] {
        tracker.apply(&event);
    }
    tracker.advance_to(Duration::from_secs(320));
    for event in [
        sector(0, 1, 50_000), // the first one was lost
        lap(0, 80_000, &[(0, 160_000, 2), (1, 81_000, 1)]),
        contact(1, None),
        end("results/2031_5_4_20_7_RACE.json"),
    ] {
        tracker.apply(&event);
    }
    tracker.last_result().unwrap().clone()
}

#[test]
fn a_result_has_each_lap_and_contact() {
    let result = acsm_race();
    let laps: Vec<_> = result.standings[0]
        .all_laps
        .iter()
        .map(|lap| {
            let sectors: Vec<_> = lap.sectors.iter().map(|time| time.0).collect();
            let times = (lap.session_time.unwrap().as_secs(), lap.told_at.unwrap().as_secs());
            (lap.number, lap.order, lap.lap_time.0, lap.cuts, sectors, lap.tyre.as_str(), times)
        })
        .collect();
    assert_eq!(
        laps,
        [
            (1, 1, 80_000, 0, vec![30_000, 50_003], "SM", (80, 240)),
            (2, 3, 80_000, 0, vec![], "H", (160, 320)),
        ]
    );
    let ben = &result.standings[1].all_laps[0];
    assert_eq!(ben.sectors, [LapTime(40_000), LapTime(41_000)]);
    assert_eq!((ben.order, ben.tyre.as_str()), (2, ""));
    let contacts: Vec<_> = result
        .collisions
        .iter()
        .map(|collision| {
            let name = |driver: &Option<acudpclient::tracker::Driver>| {
                driver.as_ref().map(|driver| driver.name.clone())
            };
            let who = (name(&collision.driver), name(&collision.other_driver));
            (collision.car_id.0, who, collision.session_time.unwrap().as_secs())
        })
        .collect();
    let (ada, ben) = (Some("Ada".to_owned()), Some("Ben".to_owned()));
    assert_eq!(contacts, [(0, (ada, ben.clone()), 80), (1, (ben, None), 160)]);
}

#[test]
fn a_result_is_written_and_read_back() {
    let result = acsm_race();
    let json = value(&result.to_acserver_json());
    assert_eq!(json["RaceLaps"], 5);
    assert_eq!(json["Cars"][1]["Driver"]["GuidsList"], serde_json::json!([""]));
    let timestamps: Vec<_> = json["Laps"].as_array().unwrap().iter().map(|lap| &lap["Timestamp"]).collect();
    assert_eq!(timestamps, [80_000, 80_000, 160_000]);
    assert_eq!(json["Result"][1]["TotalTime"], 81_000);
    assert_eq!(json["Events"][1]["OtherCarId"], -1);
    assert_eq!(json["Events"][1]["OtherDriver"]["GuidsList"], Value::Null);
    assert_eq!(read(&result.to_acserver_json()), carried(result));
}

#[test]
fn practice_has_as_total_time_when_the_last_valid_lap_was() {
    let mut tracker = four_drivers(qualify());
    tracker.advance_to(Duration::from_secs(50));
    tracker.apply(&qualify());
    tracker.advance_to(Duration::from_secs(150));
    tracker.apply(&lap(0, 80_000, &[(0, 80_000, 1)]));
    tracker.advance_to(Duration::from_secs(250));
    continue_with(&mut tracker, &[invalid_lap(0, 79_000, &[(0, 80_000, 1)]), end("")]);
    let result = tracker.last_result().unwrap().clone();
    let json = value(&result.to_acserver_json());
    assert_eq!(
        (&json["Result"][0]["TotalTime"], &json["Result"][0]["BestLap"]),
        (&100_000.into(), &80_000.into())
    );
    assert_eq!((&json["Result"][1]["TotalTime"], &json["Result"][1]["BestLap"]), (&0.into(), &NONE.into()));
    assert_eq!((&json["DurationSecs"], &json["Type"]), (&1800.into(), &"QUALIFY".into()));
    assert_eq!(read(&result.to_acserver_json()), carried(result));
}

#[test]
fn without_a_session_and_a_clock_the_rest_is_written() {
    let events = [lap(3, 80_000, &[(0, 0, 0), (3, 80_000, 1)]), contact(3, Some(7)), end("")];
    let result = play(&events).0.last_result().unwrap().clone();
    let json = value(&result.to_acserver_json());
    assert_eq!(
        (&json["TrackName"], &json["Type"]),
        (&"".into(), &"RACE".into()),
        "its leaderboard is a race's"
    );
    assert_eq!(json["Laps"][0]["Timestamp"], 0);
    assert_eq!(json["Laps"][0]["DriverName"], "");
    assert_eq!(json["Events"][0]["OtherCarId"], 7);
    let (again, result) = (read(&result.to_acserver_json()), carried(result));
    assert_eq!((again.standings, again.collisions), (result.standings, result.collisions));
}

#[test]
fn hostile_names_and_numbers_are_still_json() {
    let name = "</script>&\u{0}\u{1b}[31m\"\\\u{7f}\u{9b}\u{2028}\u{202e}\u{1f600}e\u{301}";
    let mut tracker = acudpclient::RaceTracker::new();
    let contact = |speed: f32| {
        let world_pos = Vec3::new(f32::NAN, f32::NEG_INFINITY, -0.0);
        Event::ClientEvent(acudpclient::protocol::ClientEvent {
            impact_speed: speed,
            world_pos,
            ..Default::default()
        })
    };
    for event in [
        joins(0, name, name),
        contact(f32::NAN),
        contact(f32::MAX),
        lap(0, u32::MAX, &[(0, u32::MAX, u16::MAX)]),
        end(""),
    ] {
        tracker.apply(&event);
    }
    let mut result = tracker.last_result().unwrap().clone();
    let json = result.to_acserver_json();
    let obeyed = |character: char| {
        !character.is_ascii_graphic() && !" \n\t".contains(character) && character.escape_debug().len() > 1
    };
    assert_eq!(json.chars().find(|&character| obeyed(character) || "<>&".contains(character)), None);
    for collision in &mut result.collisions {
        collision.world_pos = Vec3::new(0.0, 0.0, -0.0);
    }
    result.collisions[0].impact_speed = 0.0;
    let again = read(&json);
    assert_eq!(again.standings[0].driver.as_ref().unwrap().name, name);
    assert_eq!(again.collisions, result.collisions);
}

#[test]
fn an_error_says_what_is_wrong_and_where() {
    for (json, line, column, text) in [
        ("", 1, 0, "EOF while parsing a value"),
        ("{\"TrackName\": \"a\"}", 1, 18, "missing field `Type`"),
        ("{\"TrackName\": \"a\",\n \"Type\": \"DERBY\"}", 2, 17, "expected PRACTICE, QUALIFY, RACE or BOOK"),
        ("{\"TrackName\": \"a\",\n \"Type\": \"RACE\",\n \"Cars\": [{}]}", 3, 12, "missing field `CarId`"),
        (
            "{\"TrackName\": \"a\",\n \"Type\": \"RACE\",\n \"Laps\": [{\"CarId\": 1, \"LapTime\": -1}]}",
            3,
            36,
            "-1",
        ),
        ("{\"TrackName\": \"a\",\n \"Type\": \"RACE\",\n \"Result\": [{\"CarId\": 256}]}", 3, 25, "256"),
        ("{\"TrackName\": \"\u{1b}", 1, 16, "control character"),
        ("[[[[", 1, 1, "invalid type"),
    ] {
        let error = SessionResult::from_acserver_json(json).unwrap_err();
        let shown = error.to_string();
        assert!(shown.starts_with("not a result file: ") && shown.contains(text), "{json}: {shown}");
        assert!(shown.ends_with(&format!("at line {line} column {column}")), "{json}: {shown}");
        assert_eq!((error.line(), error.column(), format!("{error:?}")), (line, column, shown));
    }
}

/// Nothing that a file can hold panics, and what is read is written and read alike.
#[test]
fn broken_files_are_errors() {
    let lines = RACE.lines().count();
    for end in (0..RACE.len()).filter(|&end| RACE.is_char_boundary(end)) {
        let error = SessionResult::from_acserver_json(&RACE[..end]).unwrap_err();
        assert!((1..=lines).contains(&error.line()), "{end}: {error}");
    }
    let mut read_anyway = 0;
    for file in [RACE, OLD] {
        for place in 0..file.len() {
            for byte in [b'0', b'-', b'"'] {
                let mut broken = file.as_bytes().to_vec();
                broken[place] = byte;
                let Ok(broken) = std::str::from_utf8(&broken) else { continue };
                if let Ok(result) = SessionResult::from_acserver_json(broken) {
                    read_anyway += 1;
                    assert_eq!(read(&result.to_acserver_json()).fastest_lap, result.fastest_lap);
                }
            }
        }
    }
    assert!(read_anyway > 1000, "{read_anyway}");
}
