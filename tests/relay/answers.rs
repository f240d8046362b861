use std::time::Duration;

use acudpclient::Error;
use acudpclient::protocol::{CarId, Command, Event, Ping, ServerError, SessionInfo, id};
use acudpclient::relay::{Permissions, Relay};
use acudpclient::sim::SimServer;
use support::{PATIENCE, Server, chat, expect_event};

use crate::{eventually, expect_host_event, host, local_addr, plugin, receive, relay_with, socket, stats};

fn car_of(event: Event) -> u8 {
    match event {
        Event::CarInfo(info) => info.car_id.0,
        other => panic!("not an answer: {other}"),
    }
}

#[test]
fn three_ask_at_once_and_each_gets_its_own_answers() {
    let server = SimServer::builder().scripted().cars(30).start().unwrap();
    let (mut relay, [mut a, mut b]) = relay_with(server.local_addr(), ["a", "b"]);
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
    let is_question = matches!(
        asked,
        Command::GetCarInfo { .. } | Command::GetSessionInfo { .. } | Command::RequestPing { .. }
    );
    assert!(is_question, "{asked}");
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
fn all_who_ask_the_same_are_answered_by_the_first_answer() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.local_addr(), ["a", "b"]);
    let sender = relay.commands();
    let send = |relay: &Relay, bytes: &[u8]| server.send_bytes(relay.client(), bytes);
    ask(&server, || b.request_car_info(CarId(7)).unwrap());
    ask(&server, || sender.request_car_info(CarId(7)).unwrap());
    ask(&server, || a.request_car_info(CarId(7)).unwrap());
    for text in *b"xyz" {
        send(&relay, &car_info(7, text));
    }
    // Nobody has asked for this one.
    send(&relay, &car_info(7, b'!'));
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(model_of(expect_event(client)), "x");
        assert_eq!(model_of(expect_event(client)), "!");
    }
    assert_eq!((stats(&relay, "a").unanswered, stats(&relay, "b").unanswered), (0, 0));
}

#[test]
fn a_lost_question_gives_nobody_the_answer_of_another() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.local_addr(), ["a", "b"]);
    let send = |relay: &Relay, bytes: &[u8]| server.send_bytes(relay.client(), bytes);
    // The first one is lost on its way, which the relay cannot know.
    ask(&server, || a.request_car_info(CarId(7)).unwrap());
    ask(&server, || b.request_car_info(CarId(7)).unwrap());
    send(&relay, &car_info(7, b'x'));
    assert_eq!(model_of(expect_event(&mut a)), "x");
    assert_eq!(model_of(expect_event(&mut b)), "x");
    // If it was the first one's answer that was late, it is of no use to anybody.
    send(&relay, &car_info(7, b'y'));
    server.send(relay.client(), &chat("last"));
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(expect_event(client), chat("last"));
    }
}

#[test]
fn sessions_are_told_to_the_asker_and_unasked_to_all() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.local_addr(), ["a", "b"]);
    let session = |index, name: &str| {
        Event::SessionInfo(SessionInfo {
            session_index: index,
            current_session_index: 1,
            name: name.to_owned(),
            ..SessionInfo::default()
        })
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

    // One answer to two questions that differ, and one that is too many.
    ask(&server, || a.request_session_info(Some(1)).unwrap());
    ask(&server, || b.request_session_info(None).unwrap());
    for event in [session(1, "for both"), session(1, "for nobody"), chat("last")] {
        server.send(relay.client(), &event);
    }
    assert_eq!(expect_event(&mut a), session(1, "for both"));
    assert_eq!(expect_event(&mut b), session(1, "for both"));
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(expect_event(client), chat("last"));
    }
}

#[test]
fn a_ping_is_answered_to_who_sent_it_and_unasked_to_all() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.local_addr(), ["a", "b"]);
    let host = relay.commands();
    let request = |unix_ms| Command::RequestPing { unix_ms };
    let ping = |plugin_time| Event::Ping(Ping { plugin_time, server_time: 7 });
    // They differ in the last of eight bytes.
    ask(&server, || a.send(&request(1)).unwrap());
    ask(&server, || b.send(&request(1 | 1 << 56)).unwrap());
    ask(&server, || host.send(&request(-1)).unwrap());
    for time in [5, -1, 1 | 1 << 56, 1] {
        server.send(relay.client(), &ping(time));
    }
    // One without a time is nobody's answer.
    server.send_bytes(relay.client(), &[id::PING, 1, 0, 0, 0, 0, 0, 0]);
    server.send(relay.client(), &chat("last"));
    for (client, own) in [(&mut a, 1), (&mut b, 1 | 1 << 56), (relay.client_mut(), -1)] {
        assert_eq!(expect_event(client), ping(5));
        assert_eq!(expect_event(client), ping(own));
        assert!(matches!(client.wait_event(PATIENCE), Err(Error::Decode(_))));
        assert_eq!(expect_event(client), chat("last"));
    }

    // In the same millisecond: the first answer is for both, the second one for nobody.
    ask(&server, || a.send(&request(9)).unwrap());
    ask(&server, || b.send(&request(9)).unwrap());
    for event in [ping(9), ping(9), chat("last")] {
        server.send(relay.client(), &event);
    }
    for client in [&mut a, &mut b] {
        assert_eq!(expect_event(client), ping(9));
        assert_eq!(expect_event(client), chat("last"));
    }
    assert_eq!(expect_host_event(&mut relay), chat("last"));
    assert_eq!((stats(&relay, "a").unanswered, stats(&relay, "b").unanswered), (0, 0));
}

#[test]
fn a_question_for_the_session_may_lack_its_index() {
    let server = Server::start();
    let [socket_a, socket_b] = [socket(), socket()];
    let mut relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("a", &socket_a, Permissions::read_only()))
        .plugin(plugin("b", &socket_b, Permissions::read_only()))
        .start()
        .unwrap();
    socket_a.send_to(&[id::GET_SESSION_INFO], local_addr(&relay, "a")).unwrap();
    assert_eq!(server.receive_bytes().0, [id::GET_SESSION_INFO]);
    let answer = Event::SessionInfo(SessionInfo {
        session_index: 2,
        current_session_index: 2,
        ..SessionInfo::default()
    });
    server.send(relay.client(), &answer);
    server.send(relay.client(), &chat("last"));
    assert_eq!(receive(&socket_a), answer.encode().unwrap());
    for socket in [&socket_a, &socket_b] {
        assert_eq!(receive(socket), chat("last").encode().unwrap());
    }
    assert_eq!(expect_host_event(&mut relay), chat("last"));
    assert_eq!((stats(&relay, "a").forwarded, stats(&relay, "a").undecodable), (1, 0));
}

/// AssettoServer answers VERSION with VERSION, without having restarted.
#[test]
fn the_answer_to_a_question_for_the_version_is_no_restart() {
    let server = Server::start();
    let [socket_a, socket_b] = [socket(), socket()];
    let second = Duration::from_secs(1);
    let mut relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("a", &socket_a, Permissions::commands().allow(id::VERSION)).report_interval(second))
        .plugin(plugin("b", &socket_b, Permissions::commands()))
        .start()
        .unwrap();
    let asked = Command::RealtimeposInterval { interval_ms: 1000 };
    assert_eq!(server.receive(), asked);
    let version = [id::VERSION, 4];

    socket_b.send_to(&[id::VERSION], local_addr(&relay, "b")).unwrap();
    eventually("it is refused", || stats(&relay, "b").refused == 1);
    socket_a.send_to(&[id::VERSION], local_addr(&relay, "a")).unwrap();
    assert_eq!(server.receive_bytes().0, [id::VERSION]);
    server.send_bytes(relay.client(), &version);
    assert_eq!(receive(&socket_a), version);
    server.send(relay.client(), &chat("last"));
    for socket in [&socket_a, &socket_b] {
        assert_eq!(receive(socket), chat("last").encode().unwrap());
    }
    assert_eq!(expect_host_event(&mut relay), chat("last"));
    // The report is not asked for again.
    socket_a.send_to(&[id::NEXT_SESSION], local_addr(&relay, "a")).unwrap();
    assert_eq!(server.receive(), Command::NextSession);

    // Unasked it is a restart.
    server.send_bytes(relay.client(), &version);
    for socket in [&socket_a, &socket_b] {
        assert_eq!(receive(socket), version);
    }
    assert!(matches!(expect_host_event(&mut relay), Event::Version(_)));
    assert_eq!(server.receive(), asked);
}

#[test]
fn an_error_of_the_server_is_for_all() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.local_addr(), ["a", "b"]);
    ask(&server, || a.request_car_info(CarId(200)).unwrap());
    let error = ServerError { message: "Invalid car id".to_owned() };
    server.send(relay.client(), &Event::Error(error.clone()));
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(expect_event(client), Event::Error(error.clone()));
    }
}

#[test]
fn a_question_is_forgotten_after_five_seconds() {
    let server = Server::start();
    let (mut relay, [mut a, mut b]) = relay_with(server.local_addr(), ["a", "b"]);
    ask(&server, || a.request_car_info(CarId(7)).unwrap());
    // Nothing is sent for so long; nothing else passes the time.
    assert_eq!(b.wait_event(Duration::from_millis(5050)), Ok(None));
    server.send_bytes(relay.client(), &car_info(7, b'x'));
    for client in [&mut a, &mut b, relay.client_mut()] {
        assert_eq!(model_of(expect_event(client)), "x");
    }
    assert_eq!(stats(&relay, "a").unanswered, 1);
}
