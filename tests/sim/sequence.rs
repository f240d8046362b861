//! The order of things.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use acudpclient::protocol::{Command, Event, SessionType};
use acudpclient::sim::{Session, SimServer};

use crate::weekend;

#[test]
fn the_seed_alone_decides() {
    let of = |seed| weekend(SimServer::builder().seed(seed).report_interval(Duration::from_millis(1000)));
    let first = of(7);
    assert!(first == of(7));
    let mut others: Vec<_> = (8..12).map(of).collect();
    others.push(first);
    for (index, weekend) in others.iter().enumerate() {
        assert!(others[..index].iter().all(|other| other != weekend));
    }
}

#[test]
fn the_realtime_report_changes_nothing_else() {
    let without = weekend(SimServer::builder().seed(3));
    let mut with = weekend(SimServer::builder().seed(3).report_interval(Duration::from_millis(333)));
    with.retain(|(_, event)| !matches!(event, Event::CarUpdate(_)));
    assert!(without == with);
}

#[test]
fn the_server_starts_with_its_version_and_the_session_twice() {
    for seed in 0..50 {
        let events = weekend(SimServer::builder().seed(seed));
        assert!(matches!(&events[0], (0, Event::Version(version)) if version.protocol_version == 4));
        let (first, Event::NewSession(session)) = &events[1] else { panic!("{:?}", events[1]) };
        assert!((5..=20).contains(first));
        let again = events.iter().skip(2).find(|(_, event)| matches!(event, Event::NewSession(_))).unwrap();
        assert!((1_100..1_300).contains(&(again.0 - first)));
        assert_eq!(again.1, Event::NewSession(session.clone()));
    }
}

#[test]
fn times_do_not_go_back_and_loading_takes_its_time() {
    for seed in 0..30 {
        let mut connected = HashMap::new();
        let mut now = 0;
        let mut loaded_cars = 0;
        for (time, event) in weekend(SimServer::builder().seed(seed)) {
            assert!(time >= now);
            now = time;
            match event {
                Event::NewConnection(connection) => drop(connected.insert(connection.car_id, time)),
                Event::ConnectionClosed(connection) => drop(connected.remove(&connection.car_id)),
                Event::ClientLoaded(loaded) => {
                    let since = connected.remove(&loaded.car_id).expect("loaded without a connection");
                    assert!((12_000..=36_000).contains(&(time - since)));
                    loaded_cars += 1;
                }
                _ => {}
            }
        }
        assert!(loaded_cars >= 24);
    }
}

#[test]
fn a_session_ends_if_there_was_a_lap_just_before_the_next_one() {
    let (mut with, mut without) = (0, 0);
    for seed in 0..40 {
        let sessions = [
            Session::practice(Duration::from_secs(60)),
            Session::qualify(Duration::from_secs(2 * 60)),
            Session::race(2),
        ];
        let mut world = SimServer::builder().seed(seed).cars(2).sessions(sessions).world().unwrap();
        let events: Vec<_> = (&mut world).map(|(time, event)| (time.as_millis() as u64, event)).collect();
        let (mut laps, mut ends, mut session_start) = (0, 0, 0);
        let mut ended = None;
        for (time, event) in &events {
            match event {
                // A late lap of the session before counts in neither.
                Event::LapCompleted(lap) if u64::from(lap.lap_time.0) <= time - session_start => laps += 1,
                Event::EndSession(end) => {
                    assert!(laps > 0);
                    assert!(end.filename.starts_with("results/") && end.filename.ends_with(".json"));
                    ended = Some(*time);
                    ends += 1;
                    laps = 0;
                }
                Event::NewSession(_) => {
                    assert_eq!(laps, 0, "a session with laps has not ended");
                    match ended.take() {
                        Some(end) => assert!((1..=26).contains(&(time - end))),
                        None => without += 1,
                    }
                    with += 1;
                    session_start = *time;
                }
                _ => {}
            }
        }
        assert_eq!(world.results().len(), ends);
        assert!(world.is_finished());
    }
    // 40 starts with two announcements each are among these.
    assert!(with > without && without > 80, "{with} {without}");
}

#[test]
fn a_race_is_announced_before_it_starts() {
    for (time, event) in weekend(SimServer::builder()) {
        if let Event::NewSession(session) = event {
            let is_race = session.session_type == SessionType::Race;
            assert_eq!(session.elapsed_ms, if is_race { -40_000 } else { 0 }, "{time}");
            assert_eq!(session.wait_time, if is_race { 40_000 } else { 0 });
            assert_eq!((session.time, session.laps), if is_race { (0, 6) } else { (10, 0) });
            assert_eq!(session.current_session_index, session.session_index);
            assert_eq!(session.session_count, 3);
        }
    }
}

#[test]
fn a_contact_of_two_cars_is_reported_by_each() {
    let (mut pairs, mut alone) = (0, 0);
    for seed in 0..10 {
        let mut open: Vec<(u64, u8, u8)> = Vec::new();
        for (time, event) in weekend(SimServer::builder().seed(seed)) {
            if let Event::ClientEvent(contact) = event {
                let Some(other) = contact.other_car_id else {
                    alone += 1;
                    continue;
                };
                let (car, other) = (contact.car_id.0, other.0);
                assert_ne!(car, other);
                match open.iter().position(|&(_, a, b)| (a, b) == (other, car)) {
                    Some(index) => {
                        assert!(time - open.remove(index).0 <= 30);
                        pairs += 1;
                    }
                    None => open.push((time, car, other)),
                }
            }
        }
        assert_eq!(open, []);
    }
    assert!(pairs > 30 && alone > 30, "{pairs} {alone}");
}

#[test]
fn drivers_come_and_go_in_every_way() {
    let (mut leaves, mut same_again, mut other_instead, mut elsewhere, mut newcomers) = (0, 0, 0, 0, 0);
    for seed in 0..40 {
        let mut in_slot: HashMap<u8, String> = HashMap::new();
        let mut last_slot: HashMap<String, u8> = HashMap::new();
        for (time, event) in weekend(SimServer::builder().seed(seed)) {
            match event {
                Event::NewConnection(connection) => {
                    let (slot, guid) = (connection.car_id.0, connection.driver_guid);
                    match in_slot.insert(slot, guid.clone()) {
                        Some(before) if before == guid => same_again += 1,
                        Some(_) => other_instead += 1,
                        None => {}
                    }
                    let sits = in_slot.values().filter(|&other| *other == guid).count();
                    assert_eq!(sits, 1, "one driver in two slots");
                    match last_slot.insert(guid, slot) {
                        Some(before) if before != slot => elsewhere += 1,
                        None if time > 30_000 => newcomers += 1,
                        _ => {}
                    }
                }
                Event::ConnectionClosed(connection) => {
                    assert_eq!(in_slot.remove(&connection.car_id.0), Some(connection.driver_guid));
                    leaves += 1;
                }
                _ => {}
            }
        }
    }
    let all = [leaves, same_again, other_instead, elsewhere, newcomers];
    assert!(all.iter().all(|&count| count > 10), "{all:?}");
}

#[test]
fn without_comings_and_goings_everybody_stays() {
    for seed in 0..10 {
        let events = weekend(SimServer::builder().seed(seed).comings_and_goings(false));
        assert!(!events.iter().any(|(_, event)| matches!(event, Event::ConnectionClosed(_))));
        let drivers: Vec<_> = events
            .iter()
            .filter_map(|(_, event)| match event {
                Event::NewConnection(connection) => Some(connection.driver_guid.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(drivers.len(), 24);
        assert_eq!(drivers.iter().collect::<HashSet<_>>().len(), 24);
    }
}

#[test]
fn sessions_can_repeat_for_ever() {
    let sessions = [Session::practice(Duration::from_secs(2 * 60)), Session::race(1)];
    let world = SimServer::builder().cars(3).sessions(sessions).repeat(true).world().unwrap();
    let indexes: Vec<_> = world
        .filter_map(|(_, event)| match event {
            Event::NewSession(session) => Some(session.session_index),
            _ => None,
        })
        .skip(1) // the first one is announced twice
        .take(300)
        .collect();
    assert!(indexes.iter().enumerate().all(|(number, &index)| index == (number % 2) as u8), "{indexes:?}");
}

#[test]
fn a_world_without_end_keeps_the_newest_results() {
    let mut world = SimServer::builder().cars(2).sessions([Session::race(1)]).repeat(true).world().unwrap();
    let ends = (&mut world).filter(|(_, event)| matches!(event, Event::EndSession(_))).take(120).count();
    assert_eq!(ends, 120);
    assert_eq!(world.results().len(), 100);
}

#[test]
fn no_time_is_too_late() {
    let mut world = SimServer::builder()
        .cars(1)
        .sessions([Session::practice(Duration::from_secs(2 * 60))])
        .repeat(true)
        .world()
        .unwrap();
    assert!(matches!(world.next(), Some((Duration::ZERO, Event::Version(_)))));
    let far = Duration::from_millis(u64::MAX);
    world.command(far, &Command::NextSession);
    world.command(Duration::MAX, &Command::RestartSession);
    let (time, _) = world.by_ref().take(1000).last().unwrap();
    assert!(time > Duration::from_secs(1 << 42) && time == world.time());
}

#[test]
fn a_session_can_be_chosen_before_the_first_one_begins() {
    let mut world = SimServer::builder().world().unwrap();
    world.command(Duration::ZERO, &Command::NextSession);
    let indexes = world.filter_map(|(_, event)| match event {
        Event::NewSession(session) => Some(session.session_index),
        _ => None,
    });
    // Twice, as at every start.
    assert_eq!(indexes.collect::<Vec<_>>(), [1, 1, 2]);
}

#[test]
fn one_car_and_a_hundred() {
    for cars in [1, 2, 100] {
        let mut world = SimServer::builder().cars(cars).seed(5).world().unwrap();
        let mut laps = 0;
        for (_, event) in &mut world {
            if let Event::LapCompleted(lap) = event {
                assert_eq!(lap.leaderboard.len(), cars);
                laps += 1;
            }
        }
        assert!(laps >= 8 * cars, "{laps} laps of {cars} cars");
        assert_eq!(world.results().len(), 3);
    }
}

#[test]
fn a_part_of_a_minute_counts_as_one_as_only_minutes_are_on_the_wire() {
    let announced = |length| {
        let mut world = SimServer::builder().cars(1).sessions([Session::practice(length)]).world().unwrap();
        world.find_map(|(_, event)| match event {
            Event::NewSession(session) => Some(session.time),
            _ => None,
        })
    };
    for (length, minutes) in [
        (Duration::from_nanos(1), 1),
        (Duration::from_secs(60), 1),
        (Duration::from_millis(60_001), 2),
        (Duration::from_secs(600), 10),
        (Duration::MAX, u16::MAX),
    ] {
        assert_eq!(announced(length), Some(minutes), "{length:?}");
    }
}

#[test]
fn what_cannot_be_simulated_is_refused_with_a_reason() {
    let refused = |builder: acudpclient::sim::SimBuilder, reason: &str| {
        let error = builder.clone().world().map(drop).or_else(|_| builder.start().map(drop)).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        assert_eq!(error.to_string(), format!("cannot simulate this: {reason}"));
    };
    let builder = SimServer::builder;
    refused(builder().cars(0), "0 cars, allowed is 1 to 100");
    refused(builder().cars(101), "101 cars, allowed is 1 to 100");
    refused(builder().sessions([]), "0 sessions, allowed is 1 to 255");
    refused(
        builder().sessions([Session::practice(Duration::from_secs(0))]),
        "practice \"Practice\" has no length",
    );
    refused(builder().sessions([Session::race(0)]), "race \"Race\" has no length");
    refused(
        builder().sessions([Session::race(1).name("é".repeat(128))]),
        "a session's name has 256 bytes, the protocol carries at most 255",
    );
    refused(
        builder().track("x".repeat(256)),
        "ACSP_SESSION_INFO: track has 256 bytes, the protocol carries at most 255",
    );
    refused(
        builder().late_start(Duration::MAX),
        &format!("a plugin that starts {:?} late, at most a week is allowed", Duration::MAX),
    );
    for speed in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let error = builder().speed(speed).start().unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}
