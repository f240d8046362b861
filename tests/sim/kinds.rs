//! What the kinds of server have in common, and the layouts of their packets.

use std::collections::HashSet;
use std::time::Duration;

use acudpclient::protocol::{CarId, Command, Dialect, Event, SessionType, UnknownPacket, id};
use acudpclient::sim::{ServerKind, SimServer};

use crate::{answers, events_until, weekend};

#[test]
fn every_event_is_what_its_datagram_decodes_to() {
    for &kind in ServerKind::ALL {
        // With four cars the length of a lap's packet alone does not tell the dialect.
        for (seed, cars) in [(0, 24), (1, 4), (2, 1), (3, 100)] {
            let builder = SimServer::builder()
                .server(kind)
                .seed(seed)
                .cars(cars)
                .report_interval(Duration::from_millis(5000));
            let mut buffer = Vec::new();
            for (_, event) in weekend(builder) {
                buffer.clear();
                event.encode_into(&mut buffer).unwrap();
                assert_eq!(Event::decode(&buffer), Ok(event), "{kind}");
            }
        }
    }
}

#[test]
fn packets_have_the_dialects_layout() {
    for &kind in ServerKind::ALL {
        let is_assetto_server = kind == ServerKind::AssettoServer;
        let is_acsm = matches!(kind, ServerKind::AcsmV2 | ServerKind::AcsmPrerelease);
        let mut seen = HashSet::new();
        for (_, event) in weekend(SimServer::builder().server(kind).cars(6)) {
            seen.insert(event.packet_id());
            let version = if kind == ServerKind::AcsmPrerelease { 202 } else { 4 };
            match event {
                Event::Version(packet) => assert_eq!(packet.protocol_version, version),
                Event::NewSession(session) => {
                    assert_eq!(session.protocol_version, version);
                    assert_eq!(session.dialect == Dialect::AssettoServer, is_assetto_server);
                    if session.session_type == SessionType::Race {
                        let is_seconds = is_assetto_server || is_acsm;
                        assert_eq!(session.wait_time, if is_seconds { 40 } else { 40_000 });
                        assert!(is_assetto_server || session.elapsed_ms == -40_000);
                    }
                }
                Event::LapCompleted(lap) => {
                    let expected = match kind {
                        ServerKind::Before17 => Dialect::Before17,
                        ServerKind::AcsmPrerelease => Dialect::AcsmPrerelease,
                        _ => Dialect::Original,
                    };
                    assert_eq!(lap.dialect, expected);
                    assert_eq!(lap.grip_level.is_none(), kind == ServerKind::AcsmPrerelease);
                }
                Event::EndSession(end) => assert_eq!(end.filename.is_empty(), is_assetto_server),
                _ => {}
            }
        }
        assert_eq!(seen.contains(&id::SESSION_INFO), is_acsm);
        assert_eq!(seen.contains(&id::CAR_UPDATE), is_assetto_server);
        assert!(seen.contains(&id::END_SESSION) && seen.contains(&id::LAP_COMPLETED));
    }
}

#[test]
fn a_dialect_names_the_server_that_writes_it() {
    for (dialect, kind) in [
        (Dialect::Original, ServerKind::Original),
        (Dialect::Before17, ServerKind::Before17),
        (Dialect::AssettoServer, ServerKind::AssettoServer),
        (Dialect::AcsmPrerelease, ServerKind::AcsmPrerelease),
    ] {
        let builder = SimServer::builder().cars(3);
        assert!(weekend(builder.clone().dialect(dialect)) == weekend(builder.server(kind)), "{kind}");
    }
}

#[test]
fn only_before_17_do_finishers_go_untold() {
    for &kind in ServerKind::ALL {
        let mut world = SimServer::builder().server(kind).world().unwrap();
        let told = world.any(|(_, event)| match event {
            Event::LapCompleted(lap) => lap.leaderboard.iter().any(|entry| entry.has_completed),
            _ => false,
        });
        assert_eq!(told, kind != ServerKind::Before17);
        world.by_ref().for_each(drop);
        let mut rows = world.results().iter().flat_map(|session| &session.standings);
        assert!(rows.any(|row| row.completed), "the truth knows it");
    }
}

/// The first session is the same everywhere. AssettoServer and ACSM v2 end it when they please, so
/// what follows comes at other times.
#[test]
fn the_kind_does_not_change_what_happens() {
    let laps = |kind, until| {
        let mut world = SimServer::builder().server(kind).seed(5).world().unwrap();
        let events = std::iter::from_fn(move || world.poll(Duration::from_secs(until)));
        let laps = events.filter_map(|(time, event)| match event {
            Event::LapCompleted(lap) => Some((time, lap.car_id, lap.lap_time, lap.cuts)),
            _ => None,
        });
        laps.collect::<Vec<_>>()
    };
    assert!(laps(ServerKind::Before17, 100_000) == laps(ServerKind::Original, 100_000));
    let practice = laps(ServerKind::Original, 600);
    assert!(practice.len() > 50);
    for &kind in ServerKind::ALL {
        assert!(laps(kind, 600) == practice, "{kind}");
    }
}

#[test]
fn the_original_server_alone_answers_what_it_does_not_know_with_an_error() {
    let unknown = Command::Unknown(UnknownPacket { packet_id: 222, payload: vec![1] });
    for &kind in ServerKind::ALL {
        for command in [&unknown, &Command::EnableEnhancedReporting, &Command::RequestPing { unix_ms: 1 }] {
            let mut world = SimServer::builder().server(kind).scripted().world().unwrap();
            let told = answers(&mut world, command);
            match (kind, command) {
                (ServerKind::Original | ServerKind::Before17, command) => {
                    let [Event::Error(error)] = &told[..] else { panic!("{kind}: {told:?}") };
                    assert_eq!(error.message, format!("Unknown command: {}", command.packet_id()));
                }
                (ServerKind::AcsmV2, Command::RequestPing { .. }) => {
                    assert!(matches!(told[..], [Event::Ping(_)]), "{told:?}");
                }
                _ => assert_eq!(told, [], "{kind}: {command}"),
            }
        }
    }
}

#[test]
fn an_empty_slot_is_answered_for_but_not_by_assetto_server() {
    for &kind in ServerKind::ALL {
        let mut world = SimServer::builder().server(kind).scripted().world().unwrap();
        let told = answers(&mut world, &Command::GetCarInfo { car_id: CarId(3) });
        match told.as_slice() {
            [] => assert_eq!(kind, ServerKind::AssettoServer),
            [Event::CarInfo(info)] => {
                assert_ne!(kind, ServerKind::AssettoServer);
                assert!(!info.is_connected && info.driver_name.is_empty() && !info.car_model.is_empty());
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_first_session_is_announced_twice_by_the_original_server_alone() {
    for &kind in ServerKind::ALL {
        let mut world = SimServer::builder().server(kind).world().unwrap();
        let events = events_until(&mut world, Duration::from_secs(60));
        let count = events.iter().filter(|event| matches!(event, Event::NewSession(_))).count();
        let is_original = matches!(kind, ServerKind::Original | ServerKind::Before17);
        assert_eq!(count, if is_original { 2 } else { 1 }, "{kind}");
    }
}
