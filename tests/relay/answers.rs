use std::time::Duration;

use acudpclient::protocol::{CarId, Command, Event, ServerError, SessionInfo, id};
use acudpclient::relay::Relay;
use acudpclient::sim::SimServer;

use crate::common::{PATIENCE, Server, chat, expect_event};
use crate::{expect_host_event, relay_with, stats};

fn car_of(event: Event) -> u8 {
    match event {
        Event::CarInfo(info) => info.car_id.0,
        other => panic!("not an answer: {other}"),
    }
}

#[test]
fn three_ask_at_once_and_each_gets_its_own_answers() {
    let server = SimServer::builder().scripted().cars(30).spawn().unwrap();
    let (mut relay, [mut a, mut b]) = relay_with(server.address(), ["a", "b"]);
    let senders = [a.commands(), b.commands(), relay.commands()];
    for round in 0..10 {
        // In another order each time, from three threads.
        std::thread::scope(|scope| {
            for (car, sender) in (round..).step_by(10).zip(&senders) {
                scope.spawn(move || sender.request_car_info(CarId(car)).unwrap());
            }
        });
    }
    for round in 0..10 {
        assert_eq!(car_of(expect_event(&mut a)), round);
        assert_eq!(car_of(expect_event(&mut b)), 10 + round);
        assert_eq!(car_of(expect_host_event(&mut relay)), 20 + round);
    }
    server.send(&chat("last")).unwrap();
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(expect_event(client), chat("last"));
    }
    assert_eq!(a.fetch_car_info(CarId(5), PATIENCE).unwrap().car_id, CarId(5));
    assert_eq!(relay.client_mut().fetch_car_info(CarId(6), PATIENCE).unwrap().car_id, CarId(6));
}

fn ask(server: &Server, send: impl FnOnce()) {
    send();
    let asked = server.receive();
    assert!(matches!(asked, Command::GetCarInfo { .. } | Command::GetSessionInfo { .. }), "{asked}");
}

fn car_info(car: u8, text: u8) -> Vec<u8> {
    vec![id::CAR_INFO, car, 1, 1, text, 0, 0, 0, 0, 0, 0, 0]
}

fn model_of(event: Event) -> String {
    match event {
        Event::CarInfo(info) => info.car_model,
        other => panic!("not an answer: {other}"),
    }
}

#[test]
fn who_asks_the_same_gets_the_first_answer_and_the_others_are_for_nobody() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.address(), ["a", "b"]);
    let sender = relay.commands();
    let send = |relay: &Relay, bytes: &[u8]| server.send_bytes(relay.client(), bytes);
    ask(&server, || b.request_car_info(CarId(7)).unwrap());
    ask(&server, || sender.request_car_info(CarId(7)).unwrap());
    ask(&server, || a.request_car_info(CarId(7)).unwrap());
    // After the third of them nobody has asked any more.
    for text in *b"xyz!" {
        send(&relay, &car_info(7, text));
    }
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(model_of(expect_event(client)), "x");
        assert_eq!(model_of(expect_event(client)), "!");
    }
}

#[test]
fn sessions_are_told_to_the_asker_and_unasked_to_all() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.address(), ["a", "b"]);
    let session = |index, name: &str| {
        let mut session = SessionInfo::default();
        (session.session_index, session.current_session_index) = (index, 1);
        session.name = name.to_owned();
        Event::SessionInfo(session)
    };
    ask(&server, || a.request_session_info(Some(0)).unwrap());
    ask(&server, || b.request_session_info(None).unwrap());
    for event in [session(2, "weather"), session(1, "for b"), session(0, "for a")] {
        server.send(relay.client(), &event);
    }
    assert_eq!(expect_event(&mut a), session(2, "weather"));
    assert_eq!(expect_event(&mut a), session(0, "for a"));
    assert_eq!(expect_event(&mut b), session(2, "weather"));
    assert_eq!(expect_event(&mut b), session(1, "for b"));
    assert_eq!(expect_host_event(&mut relay), session(2, "weather"));
    assert_eq!(relay.next_event(), Ok(None));
}

#[test]
fn an_error_of_the_server_is_for_all() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.address(), ["a", "b"]);
    ask(&server, || a.request_car_info(CarId(200)).unwrap());
    let mut error = ServerError::default();
    error.message = "Invalid car id".to_owned();
    server.send(relay.client(), &Event::Error(error.clone()));
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(expect_event(client), Event::Error(error.clone()));
    }
}

#[test]
fn a_question_is_forgotten_after_five_seconds() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.address(), ["a", "b"]);
    ask(&server, || a.request_car_info(CarId(7)).unwrap());
    // Nothing is sent for so long; nothing else passes the time.
    assert_eq!(b.wait_event(Duration::from_millis(5050)), Ok(None));
    server.send_bytes(relay.client(), &car_info(7, b'x'));
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(model_of(expect_event(client)), "x");
    }
    assert_eq!(stats(&relay, "a").unanswered, 1);
}
