//! Each command of the real client has its effect and its answer.

use std::net::UdpSocket;
use std::time::Duration;

use acudpclient::protocol::{
    CarId, Command, Event, NewConnection, SessionType, SetSessionInfo, UnknownPacket,
};
use acudpclient::sim::{ChatLine, ServerKind, Session, SimServer};
use acudpclient::{AcUdpClient, Error};
use support::{PATIENCE, eventually, expect_event};

use crate::{answers, events_until, on_track, start, wait_for};

fn connection(car: u8, name: &str) -> NewConnection {
    NewConnection {
        car_id: CarId(car),
        driver_name: name.to_owned(),
        driver_guid: format!("7656119800000000{car}"),
        car_model: "tatuusfa1".to_owned(),
        ..NewConnection::default()
    }
}

fn refusal(client: &mut AcUdpClient) -> String {
    wait_for(client, |event| match event {
        Event::Error(error) => Some(error.message.clone()),
        _ => None,
    })
}

/// Everything that comes before the answer to a request that is sent now.
fn until_answered(client: &mut AcUdpClient) -> Vec<Event> {
    client.request_session_info(Some(1)).unwrap();
    let mut events = Vec::new();
    loop {
        match expect_event(client) {
            Event::SessionInfo(session) if session.session_index == 1 => return events,
            event => events.push(event),
        }
    }
}

#[test]
fn realtime_report() {
    let (_server, mut client) = start(on_track());
    assert!(!until_answered(&mut client).iter().any(|event| matches!(event, Event::CarUpdate(_))));
    // So slow that what comes while this thread does not run for seconds fits into the socket's buffer.
    client.enable_realtime_report(Duration::from_millis(100)).unwrap();
    let mut updates = 0;
    while updates < 20 {
        let car = wait_for(&mut client, |event| match event {
            Event::CarUpdate(update) => Some(update.car_id.0),
            _ => None,
        });
        assert_eq!(car, updates % 5, "every car in turn");
        updates += 1;
    }
    client.disable_realtime_report().unwrap();
    until_answered(&mut client);
    assert!(!until_answered(&mut client).iter().any(|event| matches!(event, Event::CarUpdate(_))));
}

#[test]
fn car_info() {
    let (server, mut client) = start(SimServer::builder().scripted().cars(8));
    let mut fetch = |car| client.fetch_car_info(CarId(car), PATIENCE);
    assert!(!fetch(3).unwrap().is_connected);
    assert_eq!(fetch(3).unwrap().driver_name, "");

    let alice = connection(3, "Alice");
    server.send(&Event::NewConnection(alice.clone())).unwrap();
    let info = fetch(3).unwrap();
    assert!(!info.is_connected, "still loading");
    assert_eq!((info.driver_name, info.driver_guid), (alice.driver_name.clone(), alice.driver_guid.clone()));
    assert_eq!(info.car_model, alice.car_model);
    let loaded = acudpclient::protocol::ClientLoaded { car_id: CarId(3) };
    server.send(&Event::ClientLoaded(loaded)).unwrap();
    assert!(fetch(3).unwrap().is_connected);
    server.send(&Event::ConnectionClosed(alice)).unwrap();
    let info = fetch(3).unwrap();
    assert!(!info.is_connected);
    assert_eq!(info.driver_name, "Alice", "the last driver");

    let Err(Error::Refused { message, .. }) = fetch(8) else { panic!("there are 8 slots") };
    assert_eq!(message, "Invalid car id: 8, there are 8 cars");
}

#[test]
fn car_info_of_the_simulation() {
    let (_server, mut client) = start(on_track());
    for car in 0..5 {
        let info = client.fetch_car_info(CarId(car), PATIENCE).unwrap();
        assert!(info.is_connected && !info.driver_name.is_empty() && info.driver_guid.len() == 17);
    }
    assert!(matches!(client.fetch_car_info(CarId(5), PATIENCE), Err(Error::Refused { .. })));
}

#[test]
fn session_info() {
    let (_server, mut client) = start(on_track());
    let current = client.fetch_session_info(None, PATIENCE).unwrap();
    assert_eq!((current.session_index, current.session_type), (0, SessionType::Practice));
    assert!(current.elapsed_ms >= 59_000, "{current}");
    let race = client.fetch_session_info(Some(2), PATIENCE).unwrap();
    assert_eq!((race.session_index, race.current_session_index, race.laps), (2, 0, 6));
    let Err(Error::Refused { message, .. }) = client.fetch_session_info(Some(3), PATIENCE) else {
        panic!("there are 3 sessions")
    };
    assert_eq!(message, "Invalid session index: 3, there are 3 sessions");
    assert_eq!(refusal(&mut client), message, "it is an event too");
    client.send(&Command::GetSessionInfo { session_index: -2 }).unwrap();
    assert_eq!(refusal(&mut client), "Invalid session index: -2, there are 3 sessions");
}

fn sprint() -> SetSessionInfo {
    SetSessionInfo {
        session_index: 1,
        name: "Sprint".to_owned(),
        session_type: SessionType::Race,
        laps: 3,
        time: 0,
        wait_time: 20,
    }
}

#[test]
fn set_session_info() {
    let (server, mut client) = start(on_track());
    client.set_session_info(sprint()).unwrap();
    let session = client.fetch_session_info(Some(1), PATIENCE).unwrap();
    assert_eq!(session.name, "Sprint");
    assert_eq!((session.session_type, session.laps, session.wait_time), (SessionType::Race, 3, 20_000));
    // It is what then runs.
    client.next_session().unwrap();
    let session = wait_for(&mut client, |event| match event {
        Event::NewSession(session) if session.session_index == 1 => Some(session.clone()),
        _ => None,
    });
    assert_eq!((session.name.as_str(), session.laps, session.elapsed_ms), ("Sprint", 3, -20_000));
    // Seconds, and any index.
    let minutes = SetSessionInfo {
        session_index: 0,
        session_type: SessionType::Practice,
        laps: 0,
        time: 61,
        ..sprint()
    };
    client.set_session_info(minutes).unwrap();
    assert_eq!(client.fetch_session_info(Some(0), PATIENCE).unwrap().time, 2);

    for (wrong, message) in [
        (SetSessionInfo { session_index: 3, ..sprint() }, "Invalid session index: 3, there are 3 sessions"),
        (
            SetSessionInfo { session_type: SessionType::Booking, ..sprint() },
            "session \"Sprint\" is of the type booking, not practice, qualify or race",
        ),
        (SetSessionInfo { laps: 0, ..sprint() }, "race \"Sprint\" has no length"),
        (SetSessionInfo { laps: 65_536, ..sprint() }, "laps 65536 is too large"),
        (SetSessionInfo { time: u32::MAX, ..sprint() }, "time 4294967295 is too large"),
        (SetSessionInfo { wait_time: u32::MAX, ..sprint() }, "session \"Sprint\" starts after"),
        (SetSessionInfo { name: "é".repeat(200), ..sprint() }, "a session's name has 400 bytes"),
    ] {
        client.set_session_info(wrong).unwrap();
        let refusal = refusal(&mut client);
        assert!(refusal.starts_with(message), "{refusal}");
    }
    assert_eq!(client.fetch_session_info(Some(1), PATIENCE).unwrap().name, "Sprint");
    assert_eq!(server.stats().undecodable, 0);
}

#[test]
fn kick() {
    let (_server, mut client) = start(on_track());
    let before = client.fetch_car_info(CarId(2), PATIENCE).unwrap();
    client.kick_user(CarId(2)).unwrap();
    let closed = wait_for(&mut client, |event| match event {
        Event::ConnectionClosed(closed) => Some(closed.clone()),
        _ => None,
    });
    assert_eq!((closed.car_id, &closed.driver_guid), (CarId(2), &before.driver_guid));
    let after = client.fetch_car_info(CarId(2), PATIENCE).unwrap();
    assert!(!after.is_connected);
    assert_eq!(after.driver_guid, before.driver_guid);
    client.kick_user(CarId(2)).unwrap();
    assert_eq!(refusal(&mut client), "Car 2 is not connected");
    client.kick_user(CarId(200)).unwrap();
    assert_eq!(refusal(&mut client), "Invalid car id: 200, there are 5 cars");
}

fn next_announced(client: &mut AcUdpClient) -> u8 {
    wait_for(client, |event| match event {
        Event::NewSession(session) => Some(session.session_index),
        _ => None,
    })
}

#[test]
fn next_and_restart_session() {
    let (server, mut client) = start(on_track());
    for expected in [1, 2, 0] {
        client.next_session().unwrap();
        assert_eq!(next_announced(&mut client), expected);
        client.restart_session().unwrap();
        assert_eq!(next_announced(&mut client), expected);
    }
    assert_eq!(server.results(), [], "nobody has completed a lap");
}

#[test]
fn a_session_with_laps_ends_before_the_next_one_begins() {
    let (server, mut client) = start(on_track().late_start(Duration::from_secs(300)));
    client.restart_session().unwrap();
    let end = wait_for(&mut client, |event| match event {
        Event::EndSession(end) => Some(end.clone()),
        other => {
            assert!(!matches!(other, Event::NewSession(_)));
            None
        }
    });
    assert_eq!(next_announced(&mut client), 0);
    let [practice] = &server.results()[..] else { panic!("one result") };
    assert_eq!(practice.filename, end.filename);
    assert!(practice.standings.iter().any(|row| row.laps_driven > 0));
}

#[test]
fn chat() {
    let (server, mut client) = start(on_track());
    client.send_chat(CarId(4), "ciao \u{1F3C1}").unwrap();
    client.broadcast_chat("Welcome!").unwrap();
    until_answered(&mut client);
    let lines: Vec<ChatLine> = server.chat_log();
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[0].to, lines[0].message.as_str()), (Some(CarId(4)), "ciao \u{1F3C1}"));
    assert_eq!((lines[1].to, lines[1].message.as_str()), (None, "Welcome!"));
    client.send_chat(CarId(5), "nobody").unwrap();
    assert_eq!(refusal(&mut client), "Invalid car id: 5, there are 5 cars");
    client.kick_user(CarId(4)).unwrap();
    client.send_chat(CarId(4), "gone").unwrap();
    assert_eq!(refusal(&mut client), "Car 4 is not connected");
    assert_eq!(server.chat_log().len(), 2, "what was refused is not in it");
}

#[test]
fn admin_commands() {
    let (server, mut client) = start(on_track());
    for (command, expected) in
        [("/next_session", 1), ("/ksns", 2), ("/restart_session", 2), ("/ksrs", 2), (" /ksns ", 0)]
    {
        client.admin_command(command).unwrap();
        assert_eq!(next_announced(&mut client), expected);
    }
    let mut closed = |command: &str| {
        client.admin_command(command).unwrap();
        wait_for(&mut client, |event| match event {
            Event::ConnectionClosed(closed) => Some((closed.car_id.0, closed.driver_name.clone())),
            _ => None,
        })
    };
    assert_eq!(closed("/kick_id 3").0, 3);
    assert_eq!(closed("/ban_id 0").0, 0);
    let name = client.fetch_car_info(CarId(1), PATIENCE).unwrap().driver_name;
    client.admin_command(&format!("/kick {name}")).unwrap();
    let kicked = wait_for(&mut client, |event| match event {
        Event::ConnectionClosed(closed) => Some(closed.car_id.0),
        _ => None,
    });
    assert_eq!(kicked, 1);

    // Without an effect, and without an answer.
    let odd = [
        "/help",
        "",
        "/",
        "/kick_id x",
        "/kick_id 999",
        "/kick",
        "/ballast",
        "/ballast NaN 3",
        "no slash",
        "/restrictor 1 -5",
    ];
    for command in odd {
        client.admin_command(command).unwrap();
    }
    let events = until_answered(&mut client);
    assert!(!events.iter().any(|event| matches!(event, Event::Error(_) | Event::ConnectionClosed(_))));
    let log = server.admin_log();
    assert_eq!(log.len(), 8 + odd.len());
    assert_eq!((log[0].as_str(), log[8].as_str()), ("/next_session", "/help"));
}

#[test]
fn ballast_and_restrictor_slow_a_car_down() {
    let best = |command: Option<&str>| {
        let builder =
            SimServer::builder().cars(1).seed(3).sessions([Session::practice(Duration::from_secs(20 * 60))]);
        let mut world = builder.world().unwrap();
        if let Some(command) = command {
            world.command(Duration::ZERO, &Command::AdminCommand { command: command.to_owned() });
        }
        world.by_ref().for_each(drop);
        world.results()[0].standings[0].best_lap
    };
    let without = best(None);
    assert!(best(Some("/ballast 0 100")) > without);
    assert!(best(Some("/restrictor 0 80")) > without);
    assert_eq!(best(Some("/ballast 1 100")), without);
}

#[test]
fn without_a_results_folder_no_lap_is_told() {
    for &kind in ServerKind::ALL {
        let is_silent = !kind.to_string().contains("ACSM");
        let is_silent = is_silent && kind != ServerKind::AssettoServer;
        let builder = SimServer::builder().cars(4).server(kind).results_folder(false);
        let mut world = builder.sessions([Session::race(2)]).world().unwrap();
        let laps = (&mut world).filter(|(_, event)| matches!(event, Event::LapCompleted(_))).count();
        assert_eq!(laps == 0, is_silent, "{kind}: {laps} laps");
        assert!(world.results()[0].standings.iter().any(|row| row.laps_driven > 0));
    }
}

#[test]
fn a_server_that_does_not_loop_ends_after_the_last_session() {
    for &kind in ServerKind::ALL {
        let builder = || SimServer::builder().cars(3).server(kind).stops_after_last(true);
        let sessions = [Session::practice(Duration::from_secs(2 * 60)), Session::race(1)];
        let mut world = builder().sessions(sessions).world().unwrap();
        let ends = (&mut world).filter(|(_, event)| matches!(event, Event::EndSession(_))).count();
        let is_told = kind != ServerKind::AssettoServer;
        assert_eq!(ends, world.results().len() - usize::from(!is_told), "{kind}");
        assert!(world.is_finished());
        for command in [Command::RestartSession, Command::get_session_info(None), Command::NextSession] {
            assert_eq!(answers(&mut world, &command), [], "{kind}");
        }
        assert_eq!(world.next(), None, "{kind}");

        // So does NEXT_SESSION in the last one.
        let mut world =
            builder().sessions([Session::practice(Duration::from_secs(10 * 60))]).world().unwrap();
        events_until(&mut world, Duration::from_secs(200));
        let told = answers(&mut world, &Command::NextSession);
        assert_eq!(told.iter().any(|event| matches!(event, Event::EndSession(_))), is_told, "{kind}");
        assert!(world.is_finished());
        assert_eq!(world.next(), None, "{kind}");
    }
    let error = SimServer::builder().repeat(true).stops_after_last(true).world().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
}

#[test]
fn what_is_no_command_is_answered_with_an_error() {
    let (server, mut client) = start(SimServer::builder().scripted());
    client.send(&Command::Unknown(UnknownPacket { packet_id: 222, payload: vec![1] })).unwrap();
    assert_eq!(refusal(&mut client), "Unknown command: 222");
    assert_eq!(server.stats().commands, 1);

    let plugin = UdpSocket::bind("127.0.0.1:0").unwrap();
    plugin.set_read_timeout(Some(PATIENCE)).unwrap();
    server.set_plugin_addr(plugin.local_addr().unwrap());
    plugin.send_to(&[202, 3], server.local_addr()).unwrap();
    let mut buffer = [0; 2048];
    let length = plugin.recv(&mut buffer).unwrap();
    let Ok(Event::Error(error)) = Event::decode(&buffer[..length]) else { panic!("no error") };
    assert!(error.message.starts_with("ACSP_SEND_CHAT is truncated"), "{error}");
    assert_eq!(server.stats().undecodable, 1);
}

#[test]
fn no_datagram_harms_it() {
    let (server, mut client) = start(on_track());
    let plugin = UdpSocket::bind("127.0.0.1:0").unwrap();
    server.set_plugin_addr(plugin.local_addr().unwrap());
    // Every command's id with every length and four fillings, and every other id.
    let mut sent = 0;
    for id in 0..=255_u8 {
        for length in 0..40 {
            for filling in [0, 1, 0x7F, 0xFF] {
                let mut datagram = vec![filling; length + 1];
                datagram[0] = id;
                plugin.send_to(&datagram, server.local_addr()).unwrap();
                sent += 1;
            }
        }
        eventually("all have arrived", || server.stats().commands + server.stats().undecodable == sent);
    }
    server.set_plugin_addr(client.local_addr());
    until_answered(&mut client);
}
