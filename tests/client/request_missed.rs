use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use acudpclient::protocol::{CarId, CarInfo, Command, Event, SessionInfo};
use acudpclient::{AcUdpClient, Error};
use support::{PATIENCE, Server, chat, eventually, expect_event};

const PACE: Duration = Duration::from_millis(20);

fn car(slot: u8) -> Command {
    Command::GetCarInfo { car_id: CarId(slot) }
}

#[test]
fn one_call_asks_for_the_session_and_the_cars_one_after_the_other() {
    let server = Server::start();
    let mut client = server.client();
    let start = Instant::now();
    client.request_missed(0..5).unwrap();
    assert_eq!(server.receive(), Command::GetSessionInfo { session_index: -1 });
    assert_eq!(client.stats().commands_sent, 1);
    while client.stats().commands_sent < 6 {
        assert_eq!(client.wait_event(PACE), Ok(None));
    }
    for slot in 0..5 {
        assert_eq!(server.receive(), car(slot));
    }
    assert!(start.elapsed() >= 5 * PACE);
    assert_eq!(client.wait_event(2 * PACE), Ok(None));
    assert_eq!(client.stats().commands_sent, 6);
}

#[test]
fn polling_is_enough_and_does_not_wait() {
    let server = Server::start();
    let mut client = server.client();
    client.request_missed(3..=4).unwrap();
    let mut polls = 0_u64;
    while client.stats().commands_sent < 3 {
        assert_eq!(client.next_event(), Ok(None));
        polls += 1;
    }
    assert!(polls > 3);
    assert_eq!(server.receive(), Command::GetSessionInfo { session_index: -1 });
    assert_eq!(server.receive(), car(3));
    assert_eq!(server.receive(), car(4));
}

#[test]
fn events_that_come_meanwhile_end_a_wait_and_do_not_hurry_the_requests() {
    let server = Server::start();
    let mut client = server.client();
    let start = Instant::now();
    client.request_missed(7..).unwrap();
    assert_eq!(server.receive(), Command::GetSessionInfo { session_index: -1 });
    for number in 0..100 {
        server.send(&client, &chat(&number.to_string()));
        assert_eq!(expect_event(&mut client), chat(&number.to_string()));
    }
    let most = 1 + start.elapsed().as_millis() / PACE.as_millis();
    assert!(u128::from(client.stats().commands_sent) <= most);
}

#[test]
fn every_slot_is_254_and_a_new_call_starts_anew() {
    let server = Server::start();
    let mut client = server.client();
    client.request_missed(..).unwrap();
    client.request_missed(254..).unwrap();
    while client.stats().commands_sent < 3 {
        assert_eq!(client.wait_event(PACE), Ok(None));
    }
    assert_eq!(client.wait_event(2 * PACE), Ok(None));
    let asked: Vec<_> = (0..3).map(|_| server.receive()).collect();
    let current = Command::GetSessionInfo { session_index: -1 };
    assert_eq!(asked, [current.clone(), current, car(254)]);
    assert_eq!(client.stats().commands_sent, 3);
}

/// Polls for two seconds and gives the errors.
fn errors_in_two_seconds(client: &mut AcUdpClient) -> u32 {
    let start = Instant::now();
    let mut errors = 0;
    while start.elapsed() < Duration::from_secs(2) {
        match client.wait_event(PACE) {
            Ok(None) => {}
            Err(Error::ServerUnreachable { .. }) => errors += 1,
            other => panic!("{other:?}"),
        }
    }
    errors
}

#[test]
fn while_the_server_is_away_it_is_hardly_asked() {
    let server = Server::start_alone();
    let mut client = server.client();
    drop(server);
    client.request_missed(0..24).unwrap();
    let errors = errors_in_two_seconds(&mut client);
    assert!(errors <= 3, "{errors} errors");
}

#[test]
fn while_the_server_is_away_that_is_told_once() {
    let server = Server::start_alone();
    let mut client = server.client();
    drop(server);
    client.request_missed(0..24).unwrap();
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::ServerUnreachable { .. })));
    // It asks again by itself, after 5 s: that nobody listens is no news.
    let sent = client.stats().commands_sent;
    eventually("it asks again", || {
        assert_eq!(client.wait_event(PACE), Ok(None));
        client.stats().commands_sent > sent
    });
    assert_eq!(client.wait_event(2 * PACE), Ok(None));
    // What the program sends itself is news.
    client.next_session().unwrap();
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::ServerUnreachable { .. })));
}

#[test]
fn all_is_asked_for_once_the_server_is_there() {
    let server = Server::start_alone();
    let address = server.local_addr();
    let mut client = server.client();
    drop(server);
    client.request_missed(0..24).unwrap();
    errors_in_two_seconds(&mut client);

    // It tells nothing of itself.
    let server = Server::start_on(address);
    server.socket.set_nonblocking(true).unwrap();
    let mut buffer = [0; 100];
    let mut cars: BTreeSet<u8> = (0..24).collect();
    let mut is_session_known = false;
    eventually("all is answered", || {
        while let Ok(length) = server.socket.recv(&mut buffer) {
            match Command::decode(&buffer[..length]).unwrap() {
                Command::GetCarInfo { car_id } => {
                    let info = CarInfo { car_id, ..CarInfo::default() };
                    server.send(&client, &Event::CarInfo(info));
                }
                Command::GetSessionInfo { session_index: -1 } => {
                    server.send(&client, &Event::SessionInfo(SessionInfo::default()));
                }
                other => panic!("{other}"),
            }
        }
        match client.wait_event(PACE) {
            Ok(Some(Event::CarInfo(info))) => drop(cars.remove(&info.car_id.0)),
            Ok(Some(Event::SessionInfo(_))) => is_session_known = true,
            Ok(None) | Err(Error::ServerUnreachable { .. }) => {}
            other => panic!("{other:?}"),
        }
        cars.is_empty() && is_session_known
    });
}
