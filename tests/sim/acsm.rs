//! ACSM v2, as its wiki and its public snapshot say.

use std::collections::HashMap;
use std::time::Duration;

use acudpclient::protocol::{
    CarId, Command, Event, Ping, SessionInfo, SessionType, SetSessionInfo, UnknownPacket,
};
use acudpclient::sim::{ServerKind, Session, SimBuilder, SimServer, World};

use crate::{answers, events_until, weekend};

fn builder() -> SimBuilder {
    SimServer::builder().server(ServerKind::AcsmV2)
}

fn on_track(builder: SimBuilder) -> World {
    let mut world = builder.cars(5).comings_and_goings(false).world().unwrap();
    events_until(&mut world, Duration::from_secs(60));
    world
}

#[test]
fn sectors_and_tyres_are_reported_once_it_is_asked_to() {
    for &kind in ServerKind::ALL {
        let mut world = SimServer::builder().server(kind).cars(3).world().unwrap();
        let (mut sectors, mut tyres, mut laps) = (0, 0, 0);
        let mut told = |events: &mut World, until| {
            let mut open: HashMap<CarId, Vec<u32>> = HashMap::new();
            while let Some((_, event)) = events.poll(until) {
                match event {
                    Event::SectorCompleted(sector) => {
                        let times = open.entry(sector.car_id).or_default();
                        if sector.sector_index == 0 {
                            times.clear();
                        }
                        times.push(sector.sector_time.0);
                        sectors += 1;
                    }
                    Event::LapCompleted(lap) => {
                        laps += 1;
                        if let Some(times) = open.get(&lap.car_id).filter(|times| times.len() == 3) {
                            assert_eq!(times.iter().sum::<u32>(), lap.lap_time.0);
                        }
                    }
                    Event::TyreChange(change) => {
                        assert!(!change.current_tyre.is_empty());
                        tyres += 1;
                    }
                    _ => {}
                }
            }
            (sectors, tyres, laps)
        };
        let (before, unasked, early) = told(&mut world, Duration::from_secs(300));
        assert!((before, unasked) == (0, 0) && early > 0);
        world.command(Duration::from_secs(300), &Command::EnableEnhancedReporting);
        let (sectors, tyres, laps) = told(&mut world, Duration::MAX);
        let laps = laps - early;
        let is_acsm = matches!(kind, ServerKind::AcsmV2 | ServerKind::AcsmPrerelease);
        let expected = if is_acsm { 5 * laps / 2..7 * laps / 2 } else { 0..1 };
        assert!(expected.contains(&sectors), "{kind}: {sectors} sectors of {laps} laps");
        assert_eq!(tyres > 0, kind == ServerKind::AcsmV2, "{kind}");
    }
}

#[test]
fn a_ping_is_answered_with_both_clocks() {
    let mut world = on_track(builder());
    let told = answers(&mut world, &Command::RequestPing { unix_ms: -5 });
    // 2026-01-02, and a minute.
    let server_time = 1_767_312_000_000 + 60_000;
    assert_eq!(told, [Event::Ping(Ping { plugin_time: -5, server_time })]);
}

#[test]
fn a_session_that_does_not_exist_is_all_zero() {
    for kind in [ServerKind::AcsmV2, ServerKind::AcsmPrerelease] {
        let mut world = on_track(SimServer::builder().server(kind));
        for session_index in [3, -2] {
            let told = answers(&mut world, &Command::GetSessionInfo { session_index });
            let protocol_version = if kind == ServerKind::AcsmV2 { 4 } else { 202 };
            let nothing = SessionInfo { protocol_version, ..SessionInfo::default() };
            assert_eq!(told, [Event::SessionInfo(nothing)]);
        }
    }
}

#[test]
fn what_fails_is_silent_and_can_make_it_deaf() {
    let fatal = [
        Command::GetCarInfo { car_id: CarId(5) },
        Command::SendChat { car_id: CarId(5), message: String::new() },
        Command::KickUser { car_id: CarId(5) },
        Command::Unknown(UnknownPacket { packet_id: 222, payload: vec![] }),
    ];
    for command in &fatal {
        for is_deaf in [false, true] {
            let mut world = on_track(builder().deaf_after_failure(is_deaf));
            assert_eq!(answers(&mut world, command), []);
            let told = answers(&mut world, &Command::get_session_info(None));
            assert_eq!(told.is_empty(), is_deaf, "{command}");
            // Its events go on.
            let now = world.time();
            let events = events_until(&mut world, now + Duration::from_secs(120));
            assert!(events.iter().any(|event| matches!(event, Event::LapCompleted(_))));
        }
    }
    // An empty slot and a session that does not exist do no harm, and other servers are not like that.
    let mut world = on_track(builder().deaf_after_failure(true));
    for command in [
        Command::KickUser { car_id: CarId(1) },
        Command::KickUser { car_id: CarId(1) },
        Command::SendChat { car_id: CarId(1), message: String::new() },
        Command::GetSessionInfo { session_index: 9 },
        Command::SetSessionInfo(SetSessionInfo { session_index: 9, ..sprint() }),
    ] {
        answers(&mut world, &command);
    }
    assert!(matches!(answers(&mut world, &Command::get_session_info(None))[..], [Event::SessionInfo(_)]));
    let mut world = on_track(SimServer::builder().deaf_after_failure(true));
    answers(&mut world, &fatal[0]);
    assert!(matches!(answers(&mut world, &Command::get_session_info(None))[..], [Event::SessionInfo(_)]));
}

#[test]
fn interval_0_is_its_end() {
    let mut world = on_track(builder());
    world.command(world.time(), &Command::RealtimeposInterval { interval_ms: 100 });
    let now = world.time();
    assert_eq!(events_until(&mut world, now + Duration::from_millis(99)), []);
    world.command(world.time(), &Command::RealtimeposInterval { interval_ms: 0 });
    assert_eq!(answers(&mut world, &Command::get_session_info(None)), []);
    assert_eq!(world.next(), None);
    assert!(world.is_finished());
}

fn sprint() -> SetSessionInfo {
    SetSessionInfo {
        session_index: 2,
        name: "Sprint".to_owned(),
        session_type: SessionType::Race,
        laps: 0,
        time: 7,
        wait_time: 20,
    }
}

#[test]
fn restart_and_set_begin_anew_without_an_end() {
    let mut world = builder().cars(5).comings_and_goings(false).world().unwrap();
    let laps = events_until(&mut world, Duration::from_secs(300));
    assert!(laps.iter().any(|event| matches!(event, Event::LapCompleted(_))));
    for (command, index) in [(Command::RestartSession, 0), (Command::SetSessionInfo(sprint()), 2)] {
        let now = world.time();
        world.command(now, &command);
        let events = events_until(&mut world, now + Duration::from_secs(1));
        assert!(!events.iter().any(|event| matches!(event, Event::EndSession(_))), "{events:?}");
        let Some(Event::NewSession(session)) = events.first() else { panic!("{events:?}") };
        assert_eq!((session.session_index, session.current_session_index), (index, index));
        if index == 2 {
            assert_eq!((session.name.as_str(), session.time, session.wait_time), ("Sprint", 7, 20));
            assert_eq!(session.elapsed_ms, -20_000);
        }
        events_until(&mut world, now + Duration::from_secs(200));
    }
    assert_eq!(world.results(), []);
}

#[test]
fn an_end_comes_before_or_after_the_next_session() {
    let (mut before, mut after) = (0, 0);
    for seed in 0..20 {
        let sessions = [
            Session::practice(Duration::from_secs(4 * 60)),
            Session::qualify(Duration::from_secs(4 * 60)),
            Session::race(1),
        ];
        let mut world = builder().seed(seed).cars(4).sessions(sessions).world().unwrap();
        let events: Vec<_> = (&mut world).map(|(_, event)| event).collect();
        let order: Vec<_> = events
            .iter()
            .filter_map(|event| match event {
                Event::EndSession(_) => Some('E'),
                Event::NewSession(_) => Some('N'),
                _ => None,
            })
            .collect();
        assert_eq!(order.iter().filter(|&&what| what == 'E').count(), world.results().len());
        before += order[1..].windows(2).filter(|pair| *pair == ['E', 'N']).count();
        after += order[1..].windows(2).filter(|pair| *pair == ['N', 'E']).count();
    }
    assert!(before > 5 && after > 5, "{before} {after}");
}

#[test]
fn the_weather_changes_unasked() {
    let events = weekend(builder());
    assert!(events.iter().any(|(_, event)| matches!(event, Event::SessionInfo(_))));
    assert!(!events.iter().any(|(_, event)| matches!(event, Event::CarUpdate(_) | Event::Error(_))));
}
