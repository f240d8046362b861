use std::sync::{Arc, Mutex};
use std::thread::{self, ThreadId};
use std::time::Duration;

use acudpclient::protocol::{
    CarId, CarUpdate, Chat, ClientEvent, Event, LapCompleted, LapTime, LeaderboardEntry, id,
};
use acudpclient::{AcUdpClient, Error, Subscriber};
use support::{PATIENCE, Server, chat, expect_event};

/// As the builder's documentation states it.
const OVERHEAD: usize = 160;

/// Sends, and waits until the receiving thread has it, so that the system's buffer cannot overflow.
fn send_all(server: &Server, client: &AcUdpClient, events: &[Event]) {
    let arrived = |client: &AcUdpClient| {
        let stats = client.stats();
        stats.datagrams + stats.waiting + stats.car_updates_replaced + stats.dropped
    };
    let before = arrived(client);
    for (sent, event) in (before..).zip(events) {
        while sent - arrived(client).min(sent) >= 50 {
            thread::yield_now();
        }
        server.send(client, event);
    }
    while arrived(client) < before + events.len() as u64 {
        thread::yield_now();
    }
}

fn update(car: u8, rpm: u16) -> Event {
    Event::CarUpdate(CarUpdate { car_id: CarId(car), engine_rpm: rpm, ..CarUpdate::default() })
}

fn lap(car: u8, lap_time: u32) -> Event {
    Event::LapCompleted(LapCompleted {
        car_id: CarId(car),
        lap_time: LapTime(lap_time),
        leaderboard: vec![LeaderboardEntry::default(); 40],
        ..LapCompleted::default()
    })
}

fn collision(car: u8) -> Event {
    Event::ClientEvent(ClientEvent { car_id: CarId(car), ..ClientEvent::default() })
}

/// 10 s of 40 cars at 60 Hz.
#[test]
fn a_stall_of_ten_seconds_costs_nothing_but_outdated_telemetry() {
    let server = Server::start();
    let mut client = server.background_client(1 << 20);
    let mut sent = Vec::new();
    for step in 0..600_u16 {
        sent.extend((0..40).map(|car| update(car, step)));
        match step % 4 {
            0 => sent.push(lap((step % 40) as u8, step.into())),
            1 => sent.push(chat(&step.to_string())),
            2 => sent.push(collision((step % 40) as u8)),
            _ => {}
        }
    }
    send_all(&server, &client, &sent);
    let stats = client.stats();
    assert_eq!((stats.datagrams, stats.waiting), (0, 450 + 40));
    assert_eq!((stats.car_updates_replaced, stats.dropped), (24_000 - 40, 0));

    let mut received = Vec::new();
    while let Some(event) = client.next_event().unwrap() {
        received.push(event);
    }
    let outdated = |event: &Event| matches!(event, Event::CarUpdate(update) if update.engine_rpm < 599);
    sent.retain(|event| !outdated(event));
    assert_eq!(received, sent);
    let stats = client.stats();
    assert_eq!((stats.datagrams, stats.waiting), (490, 0));
    assert_eq!((stats.events(id::CAR_UPDATE), stats.events(id::LAP_COMPLETED)), (40, 150));

    // The same cars again: what was fetched is not taken for outdated.
    send_all(&server, &client, &[update(0, 1), update(1, 1), update(0, 2)]);
    assert_eq!(expect_event(&mut client), update(1, 1));
    assert_eq!(expect_event(&mut client), update(0, 2));
    assert_eq!(client.stats().car_updates_replaced, 24_000 - 40 + 1);
}

#[test]
fn telemetry_stays_in_its_place_among_the_other_events() {
    let server = Server::start();
    let mut client = server.background_client(1 << 20);
    send_all(
        &server,
        &client,
        &[update(1, 1), chat("a"), update(2, 1), update(1, 2), chat("b"), update(3, 1)],
    );
    let received: Vec<_> = client.drain(10).map(Result::unwrap).collect();
    assert_eq!(received, [chat("a"), update(2, 1), update(1, 2), chat("b"), update(3, 1)]);
}

#[test]
fn a_megabyte_holds_2880_laps_of_24_cars() {
    let lap = LapCompleted { leaderboard: vec![LeaderboardEntry::default(); 24], ..LapCompleted::default() };
    let cost = Event::LapCompleted(lap).encode().unwrap().len() + OVERHEAD;
    assert_eq!((1 << 20) / cost, 2_880);
}

#[test]
fn nothing_is_dropped_below_the_bound_and_what_is_dropped_is_counted() {
    let server = Server::start();
    let size = chat("0").encode().unwrap().len() + OVERHEAD;
    let mut client = server.background_client(5 * size);
    let events: Vec<_> = (0..8).map(|number| chat(&number.to_string())).collect();
    send_all(&server, &client, &events);
    // Telemetry has memory of its own.
    send_all(&server, &client, &[update(1, 1)]);
    assert_eq!((client.stats().waiting, client.stats().dropped), (6, 3));
    for event in &events[..5] {
        assert_eq!(expect_event(&mut client), *event);
    }
    assert_eq!(expect_event(&mut client), update(1, 1));

    // What was fetched has made room.
    send_all(&server, &client, &events[..5]);
    assert_eq!((client.stats().waiting, client.stats().dropped), (5, 3));

    let mut none = server.background_client(0);
    send_all(&server, &none, &[chat("no room"), update(1, 1)]);
    assert_eq!(none.drain(10).collect::<Vec<_>>(), [Ok(update(1, 1))]);
    assert_eq!(none.stats().dropped, 1);
}

#[test]
fn waiting_ends_with_the_event_or_after_the_timeout() {
    let server = Server::start();
    let mut client = server.background_client(1 << 20);
    let address = client.local_addr();
    assert_eq!(client.next_event(), Ok(None));
    assert_eq!(client.wait_event(Duration::from_millis(30)), Ok(None));
    thread::scope(|scope| {
        scope.spawn(|| server.socket.send_to(&chat("here").encode().unwrap(), address).unwrap());
        assert_eq!(client.wait_event(Duration::MAX), Ok(Some(chat("here"))));
    });
}

#[test]
fn errors_come_in_their_place() {
    let server = Server::start_alone();
    let address = server.local_addr();
    let mut client = server.background_client(1 << 20);
    server.send(&client, &chat("before"));
    server.send_bytes(&client, &[id::CAR_UPDATE, 1, 2]);
    server.send(&client, &chat("after"));
    assert_eq!(expect_event(&mut client), chat("before"));
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::Decode(_))));
    assert_eq!(expect_event(&mut client), chat("after"));
    drop(server);

    for _ in 0..3 {
        client.next_session().unwrap();
    }
    assert_eq!(client.wait_event(PATIENCE), Err(Error::ServerUnreachable { server: address }));
    let server = Server::start_on(address);
    server.send(&client, &chat("back"));
    let mut next = client.wait_event(PATIENCE);
    while next == Err(Error::ServerUnreachable { server: address }) {
        next = client.wait_event(PATIENCE);
    }
    assert_eq!(next, Ok(Some(chat("back"))));
    client.next_session().unwrap();
    assert_eq!(server.receive_bytes(), (vec![id::NEXT_SESSION], client.local_addr()));
}

#[test]
fn subscribers_are_called_on_the_polling_thread() {
    struct Where(Option<ThreadId>);
    impl Subscriber for Where {
        fn on_chat(&mut self, _chat: &Chat) {
            self.0 = Some(thread::current().id());
        }
    }
    let server = Server::start();
    let mut client = server.background_client(1 << 20);
    let called = Arc::new(Mutex::new(Where(None)));
    client.subscribe(called.clone());
    send_all(&server, &client, &[chat("hello")]);
    assert_eq!(called.lock().unwrap().0, None);
    expect_event(&mut client);
    assert_eq!(called.lock().unwrap().0, Some(thread::current().id()));
}

#[test]
fn a_dropped_client_frees_its_port() {
    let server = Server::start();
    let mut address = server.background_client(1 << 20).local_addr();
    for _ in 0..20 {
        let next =
            AcUdpClient::builder().receive_in_background(1 << 20).bind(address, server.local_addr()).unwrap();
        address = next.local_addr();
    }

    // On every local address, and open to all.
    let port = address.port();
    for _ in 0..20 {
        AcUdpClient::builder()
            .accept_any_sender(true)
            .receive_in_background(1 << 20)
            .bind(("0.0.0.0", port), server.local_addr())
            .unwrap();
    }
}
