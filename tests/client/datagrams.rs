//! What `on_datagram` shows.

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::SystemTime;

use acudpclient::protocol::{CarId, CarUpdate, Command, Event, id};
use acudpclient::{AcUdpClient, AcUdpClientBuilder, Direction, Error};
use support::{PATIENCE, Server, chat, expect_event, expect_event_despite_errors};

#[derive(Debug, Clone, PartialEq)]
struct Shown {
    direction: Direction,
    time: SystemTime,
    source: SocketAddr,
    destination: SocketAddr,
    payload: Vec<u8>,
}

/// A builder of a client that keeps its datagrams.
fn builder() -> (AcUdpClientBuilder, Arc<Mutex<Vec<Shown>>>) {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let log = shown.clone();
    let builder = AcUdpClient::builder().on_datagram(move |datagram| {
        log.lock().unwrap().push(Shown {
            direction: datagram.direction,
            time: datagram.time,
            source: datagram.source,
            destination: datagram.destination,
            payload: datagram.payload.to_vec(),
        });
    });
    (builder, shown)
}

fn directions_and_payloads(shown: &Mutex<Vec<Shown>>) -> Vec<(Direction, Vec<u8>)> {
    shown.lock().unwrap().iter().map(|shown| (shown.direction, shown.payload.clone())).collect()
}

fn assert_times_do_not_run_back(shown: &Mutex<Vec<Shown>>) {
    assert!(shown.lock().unwrap().is_sorted_by_key(|shown| shown.time));
}

#[test]
fn both_directions_are_shown_in_their_order() {
    let server = Server::start();
    let (builder, shown) = builder();
    let began = SystemTime::now();
    let mut client = builder.bind("127.0.0.1:0", server.local_addr()).unwrap();
    let chat = chat("hello");
    let (chat_bytes, next) = (chat.encode().unwrap(), Command::NextSession.encode().unwrap());

    client.next_session().unwrap();
    server.send(&client, &chat);
    expect_event(&mut client);
    client.commands().restart_session().unwrap();
    // Neither of them is a packet.
    server.send_bytes(&client, &[id::CAR_UPDATE, 1, 2]);
    server.send_bytes(&client, &[]);
    for _ in 0..2 {
        assert!(matches!(client.wait_event(PATIENCE), Err(Error::Decode { .. })));
    }
    client.next_session().unwrap();

    let expected = [
        (Direction::Sent, next.clone()),
        (Direction::Received, chat_bytes),
        (Direction::Sent, Command::RestartSession.encode().unwrap()),
        (Direction::Received, vec![id::CAR_UPDATE, 1, 2]),
        (Direction::Received, vec![]),
        (Direction::Sent, next),
    ];
    assert_eq!(directions_and_payloads(&shown), expected);
    assert_times_do_not_run_back(&shown);
    let shown = shown.lock().unwrap();
    assert!(shown[0].time >= began && shown[5].time <= SystemTime::now());
    for datagram in &*shown {
        let ends = (datagram.source, datagram.destination);
        let (server, client) = (server.local_addr(), client.local_addr());
        assert_eq!(
            ends,
            if datagram.direction == Direction::Sent { (client, server) } else { (server, client) }
        );
    }
}

#[test]
fn what_is_not_sent_is_not_shown() {
    let server = Server::start();
    let (builder, shown) = builder();
    let client = builder.bind("127.0.0.1:0", server.local_addr()).unwrap();
    assert!(matches!(client.broadcast_chat(&"x".repeat(256)), Err(Error::Encode(_))));
    assert_eq!(directions_and_payloads(&shown), []);
}

#[test]
fn what_the_client_sends_by_itself_is_shown() {
    let server = Server::start();
    let (builder, shown) = builder();
    let mut client = builder.bind("127.0.0.1:0", server.local_addr()).unwrap();
    client.enable_realtime_report(std::time::Duration::from_millis(50)).unwrap();
    server.send_bytes(&client, &[id::VERSION, 4]);
    expect_event(&mut client);
    let interval = Command::RealtimeposInterval { interval_ms: 50 }.encode().unwrap();
    let expected = [
        (Direction::Sent, interval.clone()),
        (Direction::Received, vec![id::VERSION, 4]),
        (Direction::Sent, interval),
    ];
    assert_eq!(directions_and_payloads(&shown), expected);
}

#[test]
fn commands_of_many_threads_are_shown_in_the_order_in_which_they_are_sent() {
    let server = Server::start();
    let (builder, shown) = builder();
    let client = builder.bind("127.0.0.1:0", server.local_addr()).unwrap();
    let mut received = Vec::new();
    // As many at a time as the server's buffer surely holds.
    for round in 0..10 {
        thread::scope(|scope| {
            for thread in 0..4 {
                let sender = client.commands();
                scope.spawn(move || {
                    for number in 0..10 {
                        sender.send_chat(CarId(thread), &format!("{round} {number}")).unwrap();
                    }
                });
            }
        });
        received.extend((0..40).map(|_| server.receive_bytes().0));
    }
    let sent: Vec<_> = directions_and_payloads(&shown).into_iter().map(|(_, payload)| payload).collect();
    assert_eq!(sent, received);
    assert_times_do_not_run_back(&shown);
}

#[test]
fn an_answer_is_never_shown_before_its_question() {
    const ROUNDS: u16 = 500;
    let server = Server::start();
    let (builder, shown) = builder();
    // The answer is received on another thread than the question is sent.
    let mut client = builder.receive_in_background(1 << 20).bind("127.0.0.1:0", server.local_addr()).unwrap();
    thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..ROUNDS {
                let (question, sender) = server.receive_bytes();
                let Ok(Command::BroadcastChat { message }) = Command::decode(&question) else { panic!() };
                server.socket.send_to(&chat(&message).encode().unwrap(), sender).unwrap();
            }
        });
        for round in 0..ROUNDS {
            client.broadcast_chat(&round.to_string()).unwrap();
            assert_eq!(expect_event(&mut client), chat(&round.to_string()));
        }
    });
    let expected: Vec<_> = (0..ROUNDS)
        .flat_map(|round| {
            let message = round.to_string();
            let answer = chat(&message).encode().unwrap();
            let question = Command::BroadcastChat { message }.encode().unwrap();
            [(Direction::Sent, question), (Direction::Received, answer)]
        })
        .collect();
    assert_eq!(directions_and_payloads(&shown), expected);
    assert_times_do_not_run_back(&shown);
}

#[test]
fn a_receiving_thread_shows_also_what_it_replaces() {
    let server = Server::start();
    let (builder, shown) = builder();
    let mut client = builder.receive_in_background(1 << 20).bind("127.0.0.1:0", server.local_addr()).unwrap();
    let updates: Vec<_> =
        (0..20).map(|rpm| Event::CarUpdate(CarUpdate { engine_rpm: rpm, ..CarUpdate::default() })).collect();
    for update in &updates {
        server.send(&client, update);
    }
    server.send(&client, &chat("end"));
    while expect_event(&mut client) != chat("end") {}
    let expected: Vec<_> = updates
        .iter()
        .chain([&chat("end")])
        .map(|event| (Direction::Received, event.encode().unwrap()))
        .collect();
    assert_eq!(directions_and_payloads(&shown), expected);
}

#[test]
fn with_any_sender_accepted_the_source_is_who_sent_it() {
    let server = Server::start();
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    let (builder, shown) = builder();
    let mut client = builder
        .accept_any_sender(true)
        .receive_in_background(1 << 20)
        .bind("127.0.0.1:0", server.local_addr())
        .unwrap();
    stranger.send_to(&[id::VERSION, 4], client.local_addr()).unwrap();
    expect_event(&mut client);
    let local = client.local_addr();
    drop(client);
    let shown = shown.lock().unwrap();
    assert_eq!(shown.len(), 1, "{shown:?}");
    assert_eq!((shown[0].source, shown[0].destination), (stranger.local_addr().unwrap(), local));
}

/// A builder of a client whose hook panics, and how often it was called.
fn panicking() -> (AcUdpClientBuilder, Arc<AtomicU32>) {
    let calls = Arc::new(AtomicU32::new(0));
    let counted = calls.clone();
    let builder = AcUdpClient::builder().on_datagram(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        panic!("the disk is full");
    });
    (builder, calls)
}

/// Neither a packet nor a command is lost, and the function is called no more.
fn goes_on_without_its_hook(builder: AcUdpClientBuilder, calls: &AtomicU32) {
    let server = Server::start();
    let mut client = builder.bind("127.0.0.1:0", server.local_addr()).unwrap();
    for number in ["1", "2", "3"] {
        server.send(&client, &chat(number));
    }
    for number in ["1", "2", "3"] {
        assert_eq!(expect_event_despite_errors(&mut client), chat(number));
    }
    client.next_session().unwrap();
    assert_eq!(server.receive(), Command::NextSession);
    server.send(&client, &chat("4"));
    assert_eq!(expect_event_despite_errors(&mut client), chat("4"));
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn a_client_goes_on_without_a_hook_that_panics() {
    let (builder, calls) = panicking();
    goes_on_without_its_hook(builder, &calls);
}

#[test]
fn a_receiving_thread_goes_on_without_a_hook_that_panics() {
    let (builder, calls) = panicking();
    goes_on_without_its_hook(builder.receive_in_background(1 << 20), &calls);
}

#[test]
fn a_command_is_sent_once_though_the_hook_panics() {
    let server = Server::start();
    let (builder, calls) = panicking();
    let client = builder.bind("127.0.0.1:0", server.local_addr()).unwrap();
    assert_eq!(client.next_session(), Ok(()));
    assert_eq!(client.restart_session(), Ok(()));
    assert_eq!(server.receive(), Command::NextSession);
    assert_eq!(server.receive(), Command::RestartSession);
    assert_eq!(calls.load(Ordering::Relaxed), 1);
}

#[test]
fn it_is_told_that_a_hook_has_panicked() {
    for in_background in [false, true] {
        let server = Server::start();
        let (mut builder, _) = panicking();
        if in_background {
            builder = builder.receive_in_background(1 << 20);
        }
        let mut client = builder.bind("127.0.0.1:0", server.local_addr()).unwrap();
        server.send(&client, &chat("1"));
        let error = loop {
            match client.wait_event(PATIENCE) {
                Ok(event) => assert_eq!(event, Some(chat("1"))),
                Err(error) => break error,
            }
        };
        assert!(matches!(error, Error::HookPanicked { .. }), "{error}");
        assert!(error.to_string().contains("the disk is full"), "{error}");
        assert!(error.is_recoverable());
    }
}
