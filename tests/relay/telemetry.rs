use std::collections::HashSet;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::protocol::{CarId, CarUpdate, Command, Event, NewSession, Version, id};
use acudpclient::relay::{Permissions, Relay};
use acudpclient::sim::SimServer;
use support::{PATIENCE, Server, chat, expect_event};

use crate::{
    any_port, eventually, expect_host_event, host, local_addr, plugin, receive, relay_with, socket, stats,
};

const CARS: u64 = 5;

fn interval(milliseconds: u16) -> Command {
    Command::RealtimeposInterval { interval_ms: milliseconds }
}

/// What waits, but for chat.
fn take_all(socket: &UdpSocket) -> Vec<Vec<u8>> {
    let mut datagrams = Vec::new();
    loop {
        let datagram = receive(socket);
        match datagram[0] {
            id::CHAT if datagram == chat("last").encode().unwrap() => return datagrams,
            id::CAR_UPDATE => datagrams.push(datagram),
            _ => {}
        }
    }
}

#[test]
fn four_intervals_at_once() {
    let server = SimServer::builder()
        .cars(CARS as usize)
        .comings_and_goings(false)
        .late_start(Duration::from_secs(60));
    let server = server.start().unwrap();
    let sockets = [0, 50, 200, 1000].map(|milliseconds: u64| (milliseconds, socket()));
    let mut builder = Relay::builder(host(server.local_addr()));
    for (milliseconds, socket) in &sockets {
        builder = builder.plugin(plugin(&milliseconds.to_string(), socket, Permissions::read_only()));
    }
    let mut relay = builder.start().unwrap();
    let start = Instant::now();
    for (milliseconds, socket) in &sockets {
        let asked = interval(*milliseconds as u16).encode().unwrap();
        socket.send_to(&asked, local_addr(&relay, &milliseconds.to_string())).unwrap();
        eventually("it is asked for", || stats(&relay, &milliseconds.to_string()).forwarded == 1);
    }
    for shortest in [u16::MAX, 50, 50, 50] {
        assert_eq!(server.wait_command(PATIENCE), Some(interval(shortest)));
    }
    // Two seconds and more.
    eventually("the slowest has three updates of each car", || stats(&relay, "1000").sent >= 3 * CARS);
    server.send(&chat("last")).unwrap();
    let [none, fast, middle, slow] = sockets.map(|(_, socket)| take_all(&socket));
    let took = start.elapsed().as_millis() as u64;

    assert_eq!(none.len(), 0);
    let all: HashSet<_> = fast.iter().collect();
    for (updates, interval) in [(&middle, 200), (&slow, 1000)] {
        assert!(updates.iter().all(|update| all.contains(update)), "{interval}");
        for car in 0..CARS {
            let count = updates.iter().filter(|update| u64::from(update[1]) == car).count() as u64;
            // It may come 20 ms early.
            assert!((2..=(took + 20) / interval + 1).contains(&count), "{count} in {took} ms, {interval}");
        }
    }
    assert!(fast.len() > middle.len() && middle.len() > slow.len());
    // The host has not asked.
    while expect_host_event(&mut relay) != chat("last") {}
    assert_eq!(relay.stats().events(id::CAR_UPDATE), 0);
    relay.commands().enable_realtime_report(Duration::from_millis(60)).unwrap();
    assert_eq!(server.wait_command(PATIENCE), Some(interval(50)));
    assert!(matches!(expect_host_event(&mut relay), Event::CarUpdate(_)));
}

#[test]
fn the_server_is_asked_for_the_shortest_again_and_again() {
    let server = Server::start();
    let (relay, [a, b]) = relay_with(server.local_addr(), ["a", "b"]);
    a.enable_realtime_report(Duration::from_millis(500)).unwrap();
    assert_eq!(server.receive(), interval(500));
    relay.commands().enable_realtime_report(Duration::from_millis(200)).unwrap();
    assert_eq!(server.receive(), interval(200));
    b.enable_realtime_report(Duration::from_millis(1000)).unwrap();
    assert_eq!(server.receive(), interval(200));
    relay.commands().disable_realtime_report().unwrap();
    assert_eq!(server.receive(), interval(500));
    a.disable_realtime_report().unwrap();
    assert_eq!(server.receive(), interval(1000));
    b.disable_realtime_report().unwrap();
    // 0 harms two servers.
    assert_eq!(server.receive(), interval(u16::MAX));
    // Nobody can send one through the relay, not even its host.
    for plugin in [&a, &b, relay.client()] {
        plugin.send(&interval(0)).unwrap();
        assert_eq!(server.receive(), interval(u16::MAX));
    }
}

#[test]
fn after_a_restart_it_is_asked_for_again() {
    let server = Server::start();
    let (mut relay, [a, mut b]) = relay_with(server.local_addr(), ["a", "b"]);
    a.enable_realtime_report(Duration::from_millis(300)).unwrap();
    assert_eq!(server.receive(), interval(300));
    for event in [Event::Version(Version::default()), Event::NewSession(NewSession::default())] {
        server.send(relay.client(), &event);
        assert_eq!(expect_host_event(&mut relay), event);
        assert_eq!(server.receive(), interval(300));
        assert_eq!(expect_event(&mut b), event);
    }
}

#[test]
fn an_interval_can_be_set_up() {
    let server = Server::start();
    let [a, b] = [socket(), socket()];
    let relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("a", &a, Permissions::none()).report_interval(Duration::from_millis(250)))
        .plugin(plugin("b", &b, Permissions::none()))
        .start()
        .unwrap();
    assert_eq!(server.receive(), interval(250));
    assert_eq!(stats(&relay, "a").report_interval, Some(Duration::from_millis(250)));
    assert_eq!(stats(&relay, "b").report_interval, None);
}

#[test]
fn what_only_plugins_want_is_not_kept_for_the_host() {
    let server = Server::start();
    let a = socket();
    let client = acudpclient::AcUdpClient::bind(any_port(), server.local_addr()).unwrap();
    let mut relay = Relay::builder(client)
        .plugin(plugin("a", &a, Permissions::none()).report_interval(Duration::from_millis(1)))
        .start()
        .unwrap();
    for car in 0..100 {
        let update = CarUpdate { car_id: CarId(car), ..CarUpdate::default() };
        server.send(relay.client(), &Event::CarUpdate(update));
    }
    server.send(relay.client(), &chat("last"));
    // Without the host's doing.
    for _ in 0..100 {
        assert_eq!(receive(&a)[0], id::CAR_UPDATE);
    }
    assert_eq!(receive(&a), chat("last").encode().unwrap());
    eventually("the host's is there", || relay.stats().waiting == 1);
    // It does not wait for what is there.
    assert_eq!(relay.wait_event(Duration::ZERO), Ok(Some(chat("last"))));
    assert_eq!(relay.wait_event(Duration::ZERO), Ok(None));
    assert_eq!(relay.drain(30).count(), 0);
    assert_eq!(relay.stats().datagrams, 1);
    assert_eq!(stats(&relay, "a").sent, 101);
}

#[test]
fn a_stream_for_plugins_alone_does_not_hold_up_the_host() {
    let server = Server::start();
    let a = socket();
    let mut relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("a", &a, Permissions::none()).report_interval(Duration::from_millis(1)))
        .start()
        .unwrap();
    let own = relay.client().local_addr();
    let update = Event::CarUpdate(CarUpdate::default()).encode().unwrap();
    let done = AtomicBool::new(false);
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) && start.elapsed() < 2 * PATIENCE {
                server.socket.send_to(&update, own).unwrap();
            }
        });
        for _ in 0..20 {
            assert_eq!(relay.wait_event(Duration::from_millis(10)), Ok(None));
            assert_eq!(relay.next_event(), Ok(None));
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
}
