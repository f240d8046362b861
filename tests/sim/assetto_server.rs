//! AssettoServer, as its source says.

use std::collections::{HashMap, HashSet};
use std::net::UdpSocket;
use std::time::Duration;

use acudpclient::protocol::{
    CarId, ClientLoaded, Command, Event, NewConnection, SessionInfo, SessionType, SetSessionInfo,
    UnknownPacket, id,
};
use acudpclient::sim::{ServerKind, Session, SimBuilder, SimServer, World};
use support::PATIENCE;

use crate::{answers, events_until, start, weekend};

fn builder() -> SimBuilder {
    SimServer::builder().server(ServerKind::AssettoServer)
}

/// All have loaded.
fn on_track() -> World {
    let mut world = builder().cars(5).comings_and_goings(false).world().unwrap();
    events_until(&mut world, Duration::from_secs(60));
    world
}

/// Some are still loading.
fn while_loading() -> World {
    let mut world = builder().cars(5).comings_and_goings(false).world().unwrap();
    events_until(&mut world, Duration::from_secs(20));
    world
}

fn session_info(world: &mut World, session_index: i16) -> SessionInfo {
    let told = answers(world, &Command::GetSessionInfo { session_index });
    let [Event::SessionInfo(info)] = &told[..] else { panic!("{told:?}") };
    info.clone()
}

fn error(world: &mut World, command: &Command) -> String {
    let told = answers(world, command);
    let [Event::Error(error)] = &told[..] else { panic!("{told:?}") };
    error.message.clone()
}

#[test]
fn elapsed_is_the_uptime_less_the_seconds_to_wait() {
    let mut sessions = 0;
    for (time, event) in weekend(builder().cars(4)) {
        if let Event::NewSession(session) = event {
            assert_eq!(i64::from(session.elapsed_ms), time as i64 - i64::from(session.wait_time));
            sessions += 1;
        }
    }
    assert_eq!(sessions, 3);
    // Of any session the current one's.
    let mut world = on_track();
    assert_eq!(session_info(&mut world, -1).elapsed_ms, 60_000);
    assert_eq!(session_info(&mut world, 2).elapsed_ms, 60_000);
    // It wraps.
    world.command(
        Duration::from_millis(i32::MAX as u64 + 1),
        &Command::AdminCommand { command: String::new() },
    );
    assert_eq!(session_info(&mut world, -1).elapsed_ms, i32::MIN);
}

#[test]
fn it_starts_at_once_and_ends_every_session() {
    // With nobody who could complete a lap in a minute.
    let sessions = [
        Session::practice(Duration::from_secs(60)),
        Session::qualify(Duration::from_secs(60)),
        Session::race(1),
    ];
    let events = weekend(builder().cars(2).sessions(sessions));
    assert!(matches!(events[0], (0, Event::Version(_))) && matches!(events[1], (0, Event::NewSession(_))));
    let mut ends = 0;
    for pair in events.windows(2) {
        let [(end, Event::EndSession(_)), (begin, next)] = pair else { continue };
        assert!(matches!(next, Event::NewSession(_)), "{next}");
        assert_eq!(end, begin);
        ends += 1;
    }
    assert_eq!(ends, 2, "and one at the end of all");
    assert_eq!(events.iter().filter(|(_, event)| matches!(event, Event::EndSession(_))).count(), 3);
}

#[test]
fn only_a_race_waits_for_its_start() {
    let wait = Duration::from_secs(30);
    let mut world = builder()
        .cars(1)
        .sessions([Session::practice(Duration::from_secs(2 * 60)).wait(wait)])
        .world()
        .unwrap();
    let last = events_until(&mut world, Duration::from_secs(600)).len();
    assert!(last > 0 && world.is_finished());
    // Its two minutes are over after two, and one lap.
    assert!(world.results()[0].ended < Duration::from_secs(120 + 120 + 10), "{:?}", world.results()[0].ended);
}

#[test]
fn a_driver_is_connected_from_the_handshake_on() {
    let mut world = builder().cars(5).comings_and_goings(false).world().unwrap();
    let mut loading = 0;
    while let Some((_, event)) = world.poll(Duration::from_secs(12)) {
        let Event::NewConnection(connection) = event else { continue };
        let told = answers(&mut world, &Command::GetCarInfo { car_id: connection.car_id });
        let Some(Event::CarInfo(info)) = told.last() else { panic!("{told:?}") };
        assert!(info.is_connected);
        assert_eq!(info.driver_guid, connection.driver_guid);
        loading += 1;
    }
    assert!(loading > 0);
    // An empty slot, and one that does not exist.
    let mut world = on_track();
    let closed = answers(&mut world, &Command::KickUser { car_id: CarId(2) });
    assert!(matches!(closed[..], [Event::ConnectionClosed(_)]), "{closed:?}");
    for car in [2, 5, 255] {
        assert_eq!(answers(&mut world, &Command::GetCarInfo { car_id: CarId(car) }), []);
    }
}

#[test]
fn its_errors_are_two() {
    let mut world = on_track();
    answers(&mut world, &Command::KickUser { car_id: CarId(2) });
    for car in [2, 5, 200] {
        let message = error(&mut world, &Command::KickUser { car_id: CarId(car) });
        assert_eq!(message, format!("ERROR: ACSP_KICK_USER index {car} out of bound"));
    }
    for session_index in [3, -2, i16::MAX] {
        let message = error(&mut world, &Command::GetSessionInfo { session_index });
        assert_eq!(message, format!("ERROR: ACSP_GET_SESSION_INFO out of bounds: {session_index}"));
    }
}

#[test]
fn it_is_silent_about_all_else() {
    let (server, client) = start(builder().cars(5).scripted());
    let silent = [
        Command::SendChat { car_id: CarId(5), message: "nobody".to_owned() },
        Command::Unknown(UnknownPacket { packet_id: 222, payload: vec![] }),
        Command::EnableEnhancedReporting,
        Command::RequestPing { unix_ms: 7 },
        Command::AdminCommand { command: "/kick_id 1".to_owned() },
        Command::SetSessionInfo(SetSessionInfo { session_index: 0, ..sprint() }),
        Command::SetSessionInfo(SetSessionInfo { session_index: 3, ..sprint() }),
    ];
    for command in &silent {
        client.send(command).unwrap();
        assert_eq!(server.wait_command(PATIENCE).as_ref(), Some(command));
    }
    assert_eq!((server.stats().sent, server.stats().undecodable), (0, 0));
    assert_eq!(server.admin_log(), ["/kick_id 1"]);
    assert_eq!(server.chat_log(), []);
}

#[test]
fn admin_commands_do_nothing() {
    let mut world = on_track();
    for command in ["/kick_id 1", "/next_session", "/ksrs"] {
        assert_eq!(answers(&mut world, &Command::AdminCommand { command: command.to_owned() }), []);
    }
}

#[test]
fn it_tells_its_version_when_asked() {
    let mut world = on_track();
    let ask = Command::Unknown(UnknownPacket { packet_id: id::VERSION, payload: vec![] });
    let told = answers(&mut world, &ask);
    assert!(matches!(&told[..], [Event::Version(version)] if version.protocol_version == 4), "{told:?}");
}

fn updates(events: &[Event]) -> usize {
    events.iter().filter(|event| matches!(event, Event::CarUpdate(_))).count()
}

#[test]
fn it_reports_every_second_until_it_is_told_otherwise() {
    let mut world = on_track();
    let now = world.time();
    assert_eq!(updates(&events_until(&mut world, now + Duration::from_secs(10))), 50);
    // What is asked for holds from the next turn on.
    let now = world.time();
    world.command(now, &Command::RealtimeposInterval { interval_ms: 5000 });
    assert_eq!(updates(&events_until(&mut world, now + Duration::from_millis(1500))), 5);
    world.command(world.time(), &Command::RealtimeposInterval { interval_ms: 100 });
    assert_eq!(updates(&events_until(&mut world, now + Duration::from_millis(5900))), 0);
    assert_eq!(updates(&events_until(&mut world, now + Duration::from_secs(7))), 55);
}

#[test]
fn interval_0_floods_and_ends_the_report_for_good() {
    let mut longest = 0;
    for later in 0..20 {
        let mut world = on_track();
        let now = world.time() + Duration::from_secs(later);
        events_until(&mut world, now);
        world.command(now, &Command::RealtimeposInterval { interval_ms: 0 });
        let flood = updates(&events_until(&mut world, now + Duration::from_secs(1)));
        // What a millisecond allows.
        assert!(flood >= 5 && flood % 5 == 0 && flood <= 105, "{flood}");
        longest = longest.max(flood);
        world.command(world.time(), &Command::RealtimeposInterval { interval_ms: 1000 });
        assert_eq!(updates(&events_until(&mut world, now + Duration::from_secs(60))), 0);
    }
    assert!(longest > 20, "{longest}");
}

fn sprint() -> SetSessionInfo {
    SetSessionInfo {
        session_index: 2,
        name: "Sprint".to_owned(),
        session_type: SessionType::Race,
        laps: 3,
        time: 0,
        wait_time: 20,
    }
}

#[test]
fn a_session_that_is_set_begins_at_once_under_the_old_index() {
    let mut world = on_track();
    let told = answers(&mut world, &Command::SetSessionInfo(sprint()));
    let [Event::EndSession(_), Event::NewSession(session), Event::SessionInfo(info), ..] = &told[..] else {
        panic!("{told:?}")
    };
    assert_eq!(session, info);
    assert_eq!((session.session_index, session.current_session_index), (2, 0));
    assert_eq!((session.name.as_str(), session.laps, session.wait_time), ("Sprint", 3, 20));
    assert_eq!(session_info(&mut world, -1).name, "Sprint");
    // Restart and next count from the old one.
    let next = |world: &mut World, command| {
        let told = answers(world, &command);
        let [Event::EndSession(_), Event::NewSession(session)] = &told[..] else { panic!("{told:?}") };
        (session.session_index, session.current_session_index)
    };
    assert_eq!(next(&mut world, Command::RestartSession), (0, 0));
    answers(&mut world, &Command::SetSessionInfo(sprint()));
    assert_eq!(next(&mut world, Command::NextSession), (1, 1));
    assert_eq!(next(&mut world, Command::NextSession), (2, 2));
    assert_eq!(next(&mut world, Command::NextSession), (0, 0), "it loops");
}

#[test]
fn whatever_is_set_is_taken() {
    // Minutes.
    let mut world = on_track();
    let minutes = SetSessionInfo { session_type: SessionType::Qualify, laps: 0, time: 7, ..sprint() };
    answers(&mut world, &Command::SetSessionInfo(minutes));
    assert_eq!(session_info(&mut world, 2).time, 7);
    // What has no length is over at once, and a race of no laps never is.
    for (session_type, laps, ends) in
        [(SessionType::Practice, 0, true), (SessionType::Race, 0, false), (SessionType::Unknown(9), 0, false)]
    {
        let mut world = on_track();
        let set = SetSessionInfo { session_type, laps, ..sprint() };
        answers(&mut world, &Command::SetSessionInfo(set));
        let now = world.time();
        let events = events_until(&mut world, now + Duration::from_secs(3600));
        assert_eq!(events.iter().any(|event| matches!(event, Event::EndSession(_))), ends, "{session_type}");
        if session_type == SessionType::Race {
            assert!(!events.iter().any(|event| matches!(event, Event::LapCompleted(_))));
        }
    }
    // Too large values are cut off.
    let mut world = on_track();
    answers(&mut world, &Command::SetSessionInfo(SetSessionInfo { laps: 65_538, ..sprint() }));
    assert_eq!(session_info(&mut world, 2).laps, 2);
}

#[test]
fn nobody_is_left_behind_loading() {
    let mut world = while_loading();
    for command in [Command::NextSession, Command::RestartSession] {
        assert_eq!(answers(&mut world, &command), []);
    }
    // It does not keep a session that is set from beginning.
    let told = answers(&mut world, &Command::SetSessionInfo(sprint()));
    assert!(matches!(told[..], [Event::EndSession(_), Event::NewSession(_), ..]), "{told:?}");

    // A session that is over waits as well.
    let mut stalled = 0;
    for seed in 0..60 {
        let builder = builder().seed(seed).sessions([
            Session::practice(Duration::from_secs(2 * 60)),
            Session::qualify(Duration::from_secs(2 * 60)),
        ]);
        let mut loading = HashSet::new();
        for (_, event) in weekend(builder.cars(30)) {
            match event {
                Event::NewConnection(connection) => drop(loading.insert(connection.car_id)),
                Event::ClientLoaded(loaded) => drop(loading.remove(&loaded.car_id)),
                Event::ConnectionClosed(closed) => drop(loading.remove(&closed.car_id)),
                Event::EndSession(_) => {
                    assert_eq!(loading, HashSet::new());
                    stalled += 1;
                }
                _ => {}
            }
        }
    }
    assert_eq!(stalled, 120);
}

#[test]
fn a_slot_is_given_away_only_when_it_is_free() {
    let mut goodbyes = 0;
    for seed in 0..20 {
        let mut taken = HashSet::new();
        for (_, event) in weekend(builder().seed(seed)) {
            match event {
                Event::NewConnection(connection) => assert!(taken.insert(connection.car_id)),
                Event::ConnectionClosed(closed) => {
                    assert!(taken.remove(&closed.car_id));
                    goodbyes += 1;
                }
                _ => {}
            }
        }
    }
    assert!(goodbyes > 20);
}

#[test]
fn it_sends_no_more_than_1500_bytes() {
    let name = "\u{1F3C1}".repeat(255);
    let long = || builder().server_name(name.clone()).track("x".repeat(255)).cars(3);
    let sessions = [Session::practice(Duration::from_secs(2 * 60)).name("y".repeat(250)), Session::race(1)];
    let events = weekend(long().sessions(sessions));
    let sessions: Vec<_> = events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::NewSession(session) => Some(session.session_index),
            _ => None,
        })
        .collect();
    assert_eq!(sessions, [1], "the first one's is too long");
    assert!(events.iter().all(|(_, event)| event.encode().unwrap().len() <= 1500));

    let (server, client) = start(builder().scripted());
    let driver = NewConnection {
        driver_name: "n".repeat(255),
        driver_guid: "g".repeat(255),
        ..NewConnection::default()
    };
    server.send(&Event::NewConnection(driver)).unwrap();
    client.request_car_info(CarId(0)).unwrap();
    assert_eq!(server.wait_command(PATIENCE), Some(Command::GetCarInfo { car_id: CarId(0) }));
    assert_eq!(server.stats().sent, 1);
}

#[test]
fn it_sorts_by_time_alone_and_then_by_name() {
    let mut world = builder().seed(2).world().unwrap();
    let (mut session_type, mut unhelpful, mut names) = (SessionType::Practice, 0, HashMap::new());
    for (_, event) in &mut world {
        match event {
            Event::NewSession(session) => session_type = session.session_type,
            Event::NewConnection(driver) => drop(names.insert(driver.car_id, driver.driver_name)),
            Event::LapCompleted(lap) => {
                let board = &lap.leaderboard;
                assert!(board.is_sorted_by_key(|entry| entry.lap_time));
                if session_type == SessionType::Race {
                    unhelpful += usize::from(!board.is_sorted_by(|a, b| a.laps >= b.laps));
                } else if names.len() == 24 {
                    let without = board.iter().filter(|entry| !entry.lap_time.is_set());
                    assert!(without.map(|entry| &names[&entry.car_id]).is_sorted(), "{lap}");
                }
            }
            _ => {}
        }
    }
    assert!(unhelpful > 50, "{unhelpful}");
    let race = &world.results()[2].standings;
    assert!(race.is_sorted_by(|a, b| a.laps > b.laps || a.laps == b.laps && a.total_time <= b.total_time));
}

#[test]
fn the_flag_falls_for_all_once_it_has_for_the_leader() {
    let (mut lapped, mut before_the_leader) = (0, 0);
    for seed in 0..20 {
        let mut world = builder().seed(seed).sessions([Session::race(8)]).world().unwrap();
        world.by_ref().for_each(drop);
        let rows = &world.results()[0].standings;
        lapped += rows.iter().filter(|row| row.completed && row.laps < 8).count();

        let mut world = builder()
            .seed(seed)
            .sessions([Session::timed_race(Duration::from_secs(10 * 60))])
            .world()
            .unwrap();
        let mut flag = false;
        for (time, event) in &mut world {
            let Event::LapCompleted(lap) = event else { continue };
            let own = lap.leaderboard.iter().find(|entry| entry.car_id == lap.car_id).unwrap();
            let most = lap.leaderboard.iter().map(|entry| entry.laps).max();
            if own.has_completed && !flag {
                assert_eq!(Some(own.laps), most, "the leader is first");
                flag = true;
            } else if time > Duration::from_secs(640) && !flag {
                before_the_leader += 1;
            } else if flag {
                assert!(own.has_completed);
            }
        }
    }
    assert!(lapped > 10 && before_the_leader > 10, "{lapped} {before_the_leader}");
}

#[test]
fn a_race_starts_in_the_order_of_the_session_before() {
    let builder = builder().seed(11).cars(10).comings_and_goings(false);
    let mut world = builder
        .sessions([Session::practice(Duration::from_secs(10 * 60)), Session::race(1)])
        .world()
        .unwrap();
    let (mut grid, mut in_race) = (Vec::new(), false);
    for (_, event) in &mut world {
        match event {
            Event::NewSession(session) => in_race = session.session_type == SessionType::Race,
            Event::CarUpdate(update) if in_race && grid.len() < 10 => {
                grid.push((update.normalized_spline_pos, update.car_id));
            }
            _ => {}
        }
    }
    grid.sort_by(|a, b| b.0.total_cmp(&a.0));
    let practiced = world.results()[0].standings.iter().map(|row| row.car_id);
    assert!(grid.iter().map(|&(_, car)| car).eq(practiced));
}

#[test]
fn a_cut_lap_after_the_end_is_not_told_and_a_late_one_counts_in_the_new_session() {
    let mut cut_after_the_end = 0;
    for seed in 0..20 {
        for (time, event) in
            weekend(builder().seed(seed).sessions([Session::qualify(Duration::from_secs(5 * 60))]))
        {
            let Event::LapCompleted(lap) = event else { continue };
            if time > 300_000 {
                assert_eq!(lap.cuts, 0);
                cut_after_the_end += 1;
            }
        }
    }
    assert!(cut_after_the_end > 100, "{cut_after_the_end} clean ones");

    let mut late = 0;
    for seed in 0..120 {
        let mut world = builder().seed(seed).comings_and_goings(false).world().unwrap();
        events_until(&mut world, Duration::from_secs(300));
        answers(&mut world, &Command::NextSession);
        for event in events_until(&mut world, Duration::from_millis(300_300)) {
            let Event::LapCompleted(lap) = event else { continue };
            let own = lap.leaderboard.iter().find(|entry| entry.car_id == lap.car_id).unwrap();
            assert_eq!((own.laps, own.lap_time), (1, lap.lap_time));
            late += 1;
        }
    }
    assert!(late > 5, "{late}");
}

#[test]
fn it_listens_to_any_port_of_the_plugins_address() {
    let (server, client) = start(builder().scripted());
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    other.send_to(&Command::NextSession.encode().unwrap(), server.local_addr()).unwrap();
    assert_eq!(server.wait_command(PATIENCE), Some(Command::NextSession));
    assert_eq!(server.plugin_addr(), Some(client.local_addr()), "it answers the plugin");
    assert_eq!(server.stats().ignored, 0);
}

#[test]
fn a_command_that_is_cut_short_is_read_on_in_an_earlier_one() {
    let (server, client) = start(builder().scripted());
    let plugin = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_plugin_addr(plugin.local_addr().unwrap());
    let told = |datagram: &[u8]| {
        plugin.send_to(datagram, server.local_addr()).unwrap();
        server.wait_command(PATIENCE)
    };
    let ask = |session_index| Some(Command::GetSessionInfo { session_index });
    assert_eq!(told(&[id::GET_SESSION_INFO]), ask(0), "the buffer is empty");
    assert_eq!(told(&[id::GET_SESSION_INFO, 2, 0]), ask(2));
    assert_eq!(told(&[id::GET_SESSION_INFO]), ask(2));
    assert_eq!(told(&[id::NEXT_SESSION]), Some(Command::NextSession));
    assert_eq!(told(&[]), Some(Command::NextSession), "nothing is what came last");
    drop(client);
}

#[test]
fn a_scripted_one_remembers_who_loads() {
    let (server, mut client) = start(builder().scripted());
    let driver = NewConnection { car_id: CarId(3), ..NewConnection::default() };
    server.send(&Event::NewConnection(driver)).unwrap();
    assert!(client.fetch_car_info(CarId(3), PATIENCE).unwrap().is_connected);
    client.next_session().unwrap();
    assert_eq!(
        server.wait_command_where(PATIENCE, |command| *command == Command::NextSession),
        Some(Command::NextSession)
    );
    assert_eq!(client.fetch_session_info(None, PATIENCE).unwrap().session_index, 0, "somebody loads");
    let loaded = ClientLoaded { car_id: CarId(3) };
    server.send(&Event::ClientLoaded(loaded)).unwrap();
    client.next_session().unwrap();
    assert_eq!(client.fetch_session_info(None, PATIENCE).unwrap().session_index, 1);
}
