//! Each dialect is that server's.

use std::collections::HashSet;
use std::time::Duration;

use acudpclient::protocol::{CarId, Command, Dialect, Event, SessionType, id};
use acudpclient::sim::SimServer;

use crate::{DIALECTS, weekend};

#[test]
fn every_event_is_what_its_datagram_decodes_to() {
    for dialect in DIALECTS {
        // With four cars the length of a lap's packet alone does not tell the dialect.
        for (seed, cars) in [(0, 24), (1, 4), (2, 1), (3, 100)] {
            let builder = SimServer::builder().dialect(dialect).seed(seed).cars(cars).report_interval(5000);
            let mut buffer = Vec::new();
            for (_, event) in weekend(builder) {
                buffer.clear();
                event.encode_into(&mut buffer).unwrap();
                assert_eq!(Event::decode(&buffer), Ok(event), "{dialect}");
            }
        }
    }
}

#[test]
fn packets_have_the_dialects_layout() {
    for dialect in DIALECTS {
        let mut seen = HashSet::new();
        for (_, event) in weekend(SimServer::builder().dialect(dialect).cars(6)) {
            seen.insert(event.packet_id());
            let version = if dialect == Dialect::AcsmPrerelease { 202 } else { 4 };
            match event {
                Event::Version(packet) => assert_eq!(packet.protocol_version, version),
                Event::NewSession(session) => {
                    assert_eq!(session.protocol_version, version);
                    let is_wide = session.dialect == Dialect::AssettoServer;
                    assert_eq!(is_wide, dialect == Dialect::AssettoServer);
                    if session.session_type == SessionType::Race {
                        assert_eq!(session.wait_time, if is_wide { 40 } else { 40_000 });
                        assert_eq!(session.elapsed_ms, -40_000);
                    }
                }
                Event::LapCompleted(lap) => {
                    let expected = match dialect {
                        Dialect::AssettoServer => Dialect::Original,
                        dialect => dialect,
                    };
                    assert_eq!(lap.dialect, expected);
                    assert_eq!(lap.grip_level.is_none(), dialect == Dialect::AcsmPrerelease);
                }
                Event::EndSession(end) => {
                    assert_eq!(end.filename.is_empty(), dialect == Dialect::AssettoServer);
                }
                _ => {}
            }
        }
        assert_eq!(seen.contains(&id::SESSION_INFO), dialect == Dialect::AcsmPrerelease);
        assert_eq!(seen.contains(&id::CAR_UPDATE), dialect == Dialect::AssettoServer);
        assert!(seen.contains(&id::END_SESSION) && seen.contains(&id::LAP_COMPLETED));
    }
}

#[test]
fn only_before_17_do_finishers_go_untold() {
    for dialect in DIALECTS {
        let mut world = SimServer::builder().dialect(dialect).world().unwrap();
        let told = world.any(|(_, event)| match event {
            Event::LapCompleted(lap) => lap.leaderboard.iter().any(|entry| entry.has_completed),
            _ => false,
        });
        assert_eq!(told, dialect != Dialect::Before17);
        world.by_ref().for_each(drop);
        let mut rows = world.results().iter().flat_map(|session| &session.standings);
        assert!(rows.any(|row| row.completed), "the truth knows it");
    }
}

#[test]
fn the_dialect_does_not_change_what_happens() {
    let laps = |dialect| {
        let events = weekend(SimServer::builder().dialect(dialect).seed(5));
        let laps = events.into_iter().filter_map(|(time, event)| match event {
            Event::LapCompleted(lap) => Some((time, lap.car_id, lap.lap_time, lap.cuts)),
            _ => None,
        });
        laps.collect::<Vec<_>>()
    };
    let original = laps(Dialect::Original);
    assert_eq!(laps(Dialect::Before17), original);
    assert_eq!(laps(Dialect::AssettoServer), original);
}

#[test]
fn assetto_server_sorts_a_race_by_time_alone_and_the_result_properly() {
    let builder = SimServer::builder().dialect(Dialect::AssettoServer).seed(2);
    let mut world = builder.world().unwrap();
    let (mut in_race, mut unhelpful) = (false, 0);
    for (_, event) in &mut world {
        match event {
            Event::NewSession(session) => in_race = session.session_type == SessionType::Race,
            Event::LapCompleted(lap) if in_race => {
                assert!(lap.leaderboard.is_sorted_by_key(|entry| entry.lap_time));
                unhelpful += usize::from(!lap.leaderboard.is_sorted_by(|a, b| a.laps >= b.laps));
            }
            _ => {}
        }
    }
    assert!(unhelpful > 50, "{unhelpful}");
    let race = &world.results()[2].standings;
    assert!(race.is_sorted_by(|a, b| a.laps > b.laps || a.laps == b.laps && a.total_time <= b.total_time));
}

#[test]
fn assetto_server_reports_every_second_until_it_is_told_otherwise() {
    let mut world = SimServer::builder().dialect(Dialect::AssettoServer).cars(1).world().unwrap();
    let mut times = Vec::new();
    while times.len() < 60 {
        let (time, event) = world.next().unwrap();
        if let Event::CarUpdate(_) = event {
            times.push(time.as_millis());
        }
    }
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 1000));
    let now = world.time();
    world.command(now, &Command::RealtimeposInterval { interval_ms: 0 });
    assert!(!world.any(|(_, event)| matches!(event, Event::CarUpdate(_))));
}

#[test]
fn acsm_reports_sectors_once_it_is_asked_to() {
    for dialect in DIALECTS {
        let mut world = SimServer::builder().dialect(dialect).cars(3).world().unwrap();
        world.command(Duration::ZERO, &Command::EnableEnhancedReporting);
        let (mut sectors, mut laps) = (0, 0);
        for (_, event) in world {
            match event {
                Event::SectorCompleted(_) => sectors += 1,
                Event::LapCompleted(_) => laps += 1,
                Event::Error(error) => panic!("{error}"),
                _ => {}
            }
        }
        if dialect == Dialect::AcsmPrerelease {
            assert!(sectors > 5 * laps / 2 && sectors < 7 * laps / 2, "{sectors} sectors of {laps} laps");
        } else {
            assert_eq!(sectors, 0);
        }
    }
}

#[test]
fn acsm_alone_takes_a_ping() {
    for dialect in DIALECTS {
        let mut world = SimServer::builder().dialect(dialect).scripted().world().unwrap();
        world.command(Duration::ZERO, &Command::RequestPing { unix_ms: 1 });
        let answers: Vec<_> = world.collect();
        assert_eq!(answers.len(), usize::from(dialect != Dialect::AcsmPrerelease), "{answers:?}");
    }
}

#[test]
fn an_empty_slot_is_answered_for_but_not_by_assetto_server() {
    for dialect in DIALECTS {
        let mut world = SimServer::builder().dialect(dialect).scripted().world().unwrap();
        world.command(Duration::ZERO, &Command::GetCarInfo { car_id: CarId(3) });
        let answers: Vec<_> = world.collect();
        match answers.as_slice() {
            [] => assert_eq!(dialect, Dialect::AssettoServer),
            [(_, Event::CarInfo(info))] => {
                assert_ne!(dialect, Dialect::AssettoServer);
                assert!(!info.is_connected && info.driver_name.is_empty() && !info.car_model.is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
}
