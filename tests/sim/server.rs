//! The server around the world: addresses, scripts, time, the end.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use acudpclient::AcUdpClient;
use acudpclient::protocol::{CarId, Command, Event, SessionInfo, SessionType};
use acudpclient::sim::{Session, SimServer};
use support::{PATIENCE, Server, chat, eventually, expect_event};

use crate::{on_track, start, wait_for};

fn is_new_session(event: &Event) -> Option<u8> {
    match event {
        Event::NewSession(session) => Some(session.session_index),
        _ => None,
    }
}

#[test]
fn a_fixed_plugin_hears_the_start() {
    let plugin = Server::start_alone();
    let server = SimServer::builder().plugin_addr(plugin.local_addr()).start().unwrap();
    let mut client = AcUdpClient::from_socket(plugin.socket, server.local_addr()).unwrap();
    assert!(matches!(expect_event(&mut client), Event::Version(_)));
    let first = wait_for(&mut client, |event| is_new_session(event).map(|_| event.clone()));
    let again = wait_for(&mut client, |event| is_new_session(event).map(|_| event.clone()));
    assert_eq!(first, again);
}

#[test]
fn the_first_datagram_tells_who_the_plugin_is() {
    let server = SimServer::builder().start().unwrap();
    assert_eq!(server.plugin_addr(), None);
    let mut client = AcUdpClient::bind("127.0.0.1:0", server.local_addr()).unwrap();
    client.request_session_info(None).unwrap();
    assert!(matches!(expect_event(&mut client), Event::Version(_)), "the simulation begins");
    assert!(matches!(expect_event(&mut client), Event::SessionInfo(_)));
    assert_eq!(server.plugin_addr(), Some(client.local_addr()));
}

#[test]
fn others_than_the_plugin_are_ignored_and_counted() {
    let (server, mut client) = start(SimServer::builder().scripted());
    let stranger = AcUdpClient::bind("127.0.0.1:0", server.local_addr()).unwrap();
    stranger.broadcast_chat("hello").unwrap();
    eventually("the stranger is counted", || server.stats().ignored == 1);
    client.request_car_info(CarId(0)).unwrap();
    assert!(matches!(expect_event(&mut client), Event::CarInfo(_)));
    assert_eq!(server.chat_log(), []);
    assert_eq!(server.wait_command(PATIENCE), Some(Command::GetCarInfo { car_id: CarId(0) }));
    assert_eq!(server.stats().commands, 1);
}

#[test]
fn a_plugin_that_moves_takes_the_server_along() {
    let (server, mut first) = start(SimServer::builder().scripted());
    server.send(&chat("first")).unwrap();
    assert_eq!(expect_event(&mut first), chat("first"));
    let mut second = AcUdpClient::bind("127.0.0.1:0", server.local_addr()).unwrap();
    server.set_plugin_addr(second.local_addr());
    server.send(&chat("second")).unwrap();
    assert_eq!(expect_event(&mut second), chat("second"));
    assert_eq!(first.next_event(), Ok(None));
}

#[test]
fn what_is_sent_before_there_is_a_plugin_is_kept_for_it() {
    let server = SimServer::scripted().unwrap();
    for number in 0..3 {
        server.send(&chat(&number.to_string())).unwrap();
    }
    server.send_bytes(&[250, 1, 2]).unwrap();
    let mut client = AcUdpClient::bind("127.0.0.1:0", server.local_addr()).unwrap();
    server.set_plugin_addr(client.local_addr());
    for number in 0..3 {
        assert_eq!(expect_event(&mut client), chat(&number.to_string()));
    }
    assert!(matches!(expect_event(&mut client), Event::Unknown(packet) if packet.payload == [1, 2]));
    assert_eq!(server.stats().sent, 4);
}

#[test]
fn a_scripted_server_says_nothing_of_its_own() {
    let (server, mut client) =
        start(SimServer::builder().scripted().speed(10_000.0).report_interval(Duration::from_millis(1)));
    let session = SessionInfo {
        session_index: 2,
        current_session_index: 2,
        session_type: SessionType::Race,
        track: "spa".to_owned(),
        ..SessionInfo::default()
    };
    server.send(&Event::NewSession(session.clone())).unwrap();
    client.enable_realtime_report(Duration::from_millis(1)).unwrap();
    // At this speed two minutes and more of nothing.
    eventually("time goes by", || server.time() > Duration::from_secs(120));
    assert_eq!(expect_event(&mut client), Event::NewSession(session.clone()));
    assert_eq!(client.fetch_session_info(None, PATIENCE), Ok(session));
    assert_eq!(client.next_event(), Ok(None));
    // Commands still have an effect.
    client.next_session().unwrap();
    assert_eq!(wait_for(&mut client, is_new_session), 0);
}

#[test]
fn a_script_can_interrupt_a_race() {
    let (server, mut client) = start(on_track());
    server.send(&chat("now")).unwrap();
    wait_for(&mut client, |event| (*event == chat("now")).then_some(()));
    assert!(server.send(&chat(&"x".repeat(256))).is_err());
}

#[test]
fn commands_wait_in_order_and_can_be_picked() {
    let (server, client) = start(SimServer::builder().scripted());
    for car in 0..3 {
        client.request_car_info(CarId(car)).unwrap();
    }
    client.next_session().unwrap();
    client.restart_session().unwrap();
    assert_eq!(server.wait_command(PATIENCE), Some(Command::GetCarInfo { car_id: CarId(0) }));
    let next = server.wait_command_where(PATIENCE, |command| {
        // The server can be asked meanwhile.
        server.stats().commands > 0 && *command == Command::NextSession
    });
    assert_eq!(next, Some(Command::NextSession));
    assert_eq!(server.wait_command(PATIENCE), Some(Command::RestartSession));
    assert_eq!(server.wait_command(Duration::ZERO), None);
    let start = Instant::now();
    assert_eq!(server.wait_command(Duration::from_millis(20)), None);
    assert!(start.elapsed() >= Duration::from_millis(20));
}

#[test]
fn a_late_plugin_has_to_ask() {
    let (server, mut client) = start(on_track());
    assert!(server.time() >= Duration::from_secs(60));
    client.request_missed(0..5).unwrap();
    let mut seen = (0, 0);
    while seen != (1, 5) {
        match expect_event(&mut client) {
            Event::SessionInfo(_) => seen.0 += 1,
            Event::CarInfo(info) => {
                assert!(info.is_connected);
                seen.1 += 1;
            }
            Event::Version(_) | Event::NewSession(_) | Event::NewConnection(_) => panic!("told again"),
            _ => {}
        }
    }
}

#[test]
fn a_race_in_a_hurry_ends_with_its_result_and_goes_on_if_asked_to() {
    let builder = SimServer::builder().cars(3).sessions([Session::race(1)]).speed(2_000.0);
    let (server, mut client) = start(builder.comings_and_goings(false));
    let mut last = None;
    wait_for(&mut client, |event| match event {
        Event::LapCompleted(lap) => {
            last = Some(lap.leaderboard.clone());
            None
        }
        Event::EndSession(_) => Some(()),
        _ => None,
    });
    assert!(server.is_finished());
    let results = server.results();
    let standings = results[0].standings.iter().map(|row| (row.car_id, row.total_time, row.laps));
    let last = last.expect("a lap");
    assert!(standings.eq(last.iter().map(|entry| (entry.car_id, entry.lap_time, entry.laps))));

    assert!(!client.fetch_car_info(CarId(0), PATIENCE).unwrap().driver_name.is_empty());
    client.restart_session().unwrap();
    assert_eq!(wait_for(&mut client, is_new_session), 0);
    wait_for(&mut client, |event| matches!(event, Event::EndSession(_)).then_some(()));
    assert_eq!(server.results().len(), 2);
}

#[test]
fn it_keeps_to_the_clock() {
    let start_time = Instant::now();
    let (server, mut client) = start(SimServer::builder().cars(2).speed(50.0));
    // Nobody has loaded before 13 s and everybody by 56 s.
    for _ in 0..2 {
        wait_for(&mut client, |event| matches!(event, Event::ClientLoaded(_)).then_some(()));
    }
    assert!(start_time.elapsed() >= Duration::from_millis(13_000 / 50));
    assert!(server.time() >= Duration::from_secs(13));
    assert!(server.time() <= start_time.elapsed() * 50);
}

#[test]
fn stopped_or_dropped_its_port_is_free_at_once() {
    let address: SocketAddr = Server::start_alone().local_addr();
    for round in 0..6 {
        // While it waits for a plugin, plays a race, or has more to send than it can.
        let mut builder = SimServer::builder().local_addr(address);
        if round % 3 > 0 {
            builder = builder.plugin_addr(([127, 0, 0, 1], 9).into());
        }
        if round % 3 == 2 {
            builder =
                builder.speed(10_000.0).cars(100).report_interval(Duration::from_millis(1)).repeat(true);
        }
        let server = builder.start().unwrap();
        assert_eq!(server.local_addr(), address);
        let start = Instant::now();
        if round % 2 == 0 {
            server.stop();
        } else {
            drop(server);
        }
        assert!(start.elapsed() < PATIENCE);
        UdpSocket::bind(address).expect("the port is not free");
    }
}

#[test]
fn an_address_in_use_is_an_error() {
    let taken = Server::start_alone();
    let error = SimServer::builder().local_addr(taken.local_addr()).start().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[test]
fn no_datagram_is_received_before_the_time_at_which_it_was_sent() {
    let sent = Arc::new(Mutex::new(Vec::new()));
    let keep = sent.clone();
    let plugin = UdpSocket::bind("127.0.0.1:0").unwrap();
    plugin.set_nonblocking(true).unwrap();
    let server = SimServer::builder()
        .scripted()
        .plugin_addr(plugin.local_addr().unwrap())
        .on_datagram(move |datagram| keep.lock().unwrap().push(datagram.time))
        .start()
        .unwrap();
    let arrived = AtomicUsize::new(0);
    let receive = || {
        // It does not sleep: at times it is there before the server has returned from sending.
        let start = Instant::now();
        while plugin.recv(&mut [0; 100]).is_err() {
            assert!(start.elapsed() < PATIENCE, "nothing comes");
        }
        let time = SystemTime::now();
        arrived.fetch_add(1, Ordering::Relaxed);
        time
    };
    let received: Vec<_> = thread::scope(|scope| {
        let receiver = scope.spawn(|| (0..1000).map(|_| receive()).collect());
        for number in 1..=1000 {
            server.send(&chat("now")).unwrap();
            eventually("it has arrived", || arrived.load(Ordering::Relaxed) == number);
        }
        receiver.join().unwrap()
    });
    let sent = sent.lock().unwrap();
    assert_eq!(sent.len(), received.len());
    let early = sent.iter().zip(&received).filter(|(sent, received)| sent > received).count();
    assert_eq!(early, 0, "received before they were sent");
}
