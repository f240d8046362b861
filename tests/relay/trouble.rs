use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::protocol::{CarId, Command, id};
use acudpclient::relay::{Permissions, Plugin, Relay};
use acudpclient::sim::SimServer;
use support::{PATIENCE, Server, chat, expect_event};

use crate::{any_port, client, eventually, expect_host_event, host, local_addr, plugin, socket, stats};

#[test]
fn a_plugin_is_killed_and_comes_back() {
    let server = SimServer::scripted().unwrap();
    // On an address of its own, so that no other test takes its port meanwhile.
    let first_life = Server::start_alone();
    let address = first_life.local_addr();
    let witness = socket();
    let mut relay = Relay::builder(host(server.local_addr()))
        .plugin(Plugin::new("mortal", ([0, 0, 0, 0], 0).into(), address))
        .plugin(plugin("witness", &witness, Permissions::all()))
        .start()
        .unwrap();
    server.set_plugin_addr(relay.client().local_addr());
    let mut witness = client(&relay, "witness", witness);
    let local = ([127, 0, 0, 1], local_addr(&relay, "mortal").port()).into();
    let mut mortal = acudpclient::AcUdpClient::from_socket(first_life.socket, local).unwrap();
    mortal.enable_realtime_report(Duration::from_millis(100)).unwrap();
    assert!(server.wait_command(PATIENCE).is_some());
    server.send(&chat("0")).unwrap();
    assert_eq!(expect_event(&mut mortal), chat("0"));
    assert!(!stats(&relay, "mortal").is_away);

    drop(mortal);
    let mut sent = 1;
    eventually("it is known to be away", || {
        server.send(&chat(&sent.to_string())).unwrap();
        sent += 1;
        stats(&relay, "mortal").is_away
    });
    // The others have missed nothing.
    for number in 0..sent {
        assert_eq!(expect_event(&mut witness), chat(&number.to_string()));
        assert_eq!(expect_host_event(&mut relay), chat(&number.to_string()));
    }

    let mut mortal = acudpclient::AcUdpClient::bind(address, local).unwrap();
    assert_eq!(stats(&relay, "mortal").report_interval, Some(Duration::from_millis(100)));
    assert_eq!(mortal.fetch_car_info(CarId(2), PATIENCE).unwrap().car_id, CarId(2));
    assert!(!stats(&relay, "mortal").is_away);
    server.send(&chat("again")).unwrap();
    for client in [&mut mortal, &mut witness, relay.client_mut()] {
        assert_eq!(expect_event(client), chat("again"));
    }
}

#[test]
fn what_an_absent_plugin_does_not_get_is_not_counted_as_sent() {
    let server = Server::start();
    // On an address of its own, so that no other test takes its port.
    let address = Server::start_alone().local_addr();
    let mut relay = Relay::builder(host(server.local_addr()))
        .plugin(Plugin::new("absent", ([0, 0, 0, 0], 0).into(), address))
        .start()
        .unwrap();
    let told = |relay: &mut Relay, line: &str| {
        server.send(relay.client(), &chat(line));
        assert_eq!(expect_host_event(relay), chat(line));
    };
    eventually("it is known to be away", || {
        told(&mut relay, "anybody?");
        stats(&relay, "absent").is_away
    });
    let before = stats(&relay, "absent");
    for _ in 0..20 {
        told(&mut relay, "nobody");
    }
    // The last one may be told to the host first.
    eventually("all are counted", || {
        let now = stats(&relay, "absent");
        now.sent + now.unsent == before.sent + before.unsent + 20
    });
    assert_eq!(stats(&relay, "absent").sent, before.sent, "{:?}", stats(&relay, "absent"));
}

#[test]
fn a_plugin_sends_what_it_may() {
    let server = Server::start();
    let presets = [
        ("none", Permissions::none(), 0),
        ("read-only", Permissions::default(), 3),
        ("chat", Permissions::chat(), 5),
        ("commands", Permissions::commands(), 12),
        ("all", Permissions::all(), 14),
        ("moderator", Permissions::chat().allow(id::KICK_USER).deny(id::BROADCAST_CHAT), 5),
    ];
    let sockets = presets.map(|(name, permissions, passes)| (name, permissions, passes, socket()));
    let mut builder = Relay::builder(host(server.local_addr()));
    for (name, permissions, _, socket) in &sockets {
        builder = builder.plugin(plugin(name, socket, *permissions));
    }
    let relay = builder.start().unwrap();
    for (name, permissions, passes, socket) in sockets {
        let mut passed = 0;
        for packet_id in (id::REALTIMEPOS_INTERVAL..=id::REQUEST_PING).chain([212, 0]) {
            let datagram = [packet_id, 1, 0, 1, 7, 0, 0, 0];
            socket.send_to(&datagram, local_addr(&relay, name)).unwrap();
            if permissions.allows(packet_id) {
                passed += 1;
                assert_eq!(server.receive_bytes().0[0], packet_id, "{name}");
            }
        }
        assert_eq!(passed, passes, "{name}");
        eventually("the rest is refused", || stats(&relay, name).refused == 14 - passes);
        assert_eq!((stats(&relay, name).received, stats(&relay, name).forwarded), (14, passes));
    }
}

#[test]
fn a_stranger_may_not_command() {
    let server = Server::start();
    let a = socket();
    let relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("a", &a, Permissions::all()))
        .start()
        .unwrap();
    socket().send_to(&[id::NEXT_SESSION], local_addr(&relay, "a")).unwrap();
    a.send_to(&[id::RESTART_SESSION], local_addr(&relay, "a")).unwrap();
    assert_eq!(server.receive(), Command::RestartSession);
    assert_eq!(stats(&relay, "a").received, 1);
}

#[test]
fn rubbish_is_counted() {
    let server = Server::start();
    let a = socket();
    let relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("a", &a, Permissions::all()))
        .start()
        .unwrap();
    let local = local_addr(&relay, "a");
    for datagram in
        [&[] as &[u8], &[id::REALTIMEPOS_INTERVAL, 50], &[id::GET_CAR_INFO], &[id::GET_SESSION_INFO, 1]]
    {
        a.send_to(datagram, local).unwrap();
    }
    a.send_to(&[id::NEXT_SESSION], local).unwrap();
    assert_eq!(server.receive(), Command::NextSession);
    eventually("all are counted", || stats(&relay, "a").received == 5);
    assert_eq!((stats(&relay, "a").undecodable, stats(&relay, "a").report_interval), (4, None));
}

#[test]
fn a_flood_of_fifty_thousand_datagrams() {
    const FLOOD: u64 = 50_000;
    let server = SimServer::scripted().unwrap();
    let [wild, calm] = [socket(), socket()];
    let mut relay = Relay::builder(host(server.local_addr()))
        .plugin(plugin("wild", &wild, Permissions::read_only()).commands_per_second(100))
        .plugin(plugin("calm", &calm, Permissions::all()).commands_per_second(u32::MAX))
        .start()
        .unwrap();
    server.set_plugin_addr(relay.client().local_addr());
    let mut calm = client(&relay, "calm", calm);
    let local = local_addr(&relay, "wild");
    let over = AtomicBool::new(false);
    let start = Instant::now();
    let rounds = thread::scope(|scope| {
        // Everyone else is served meanwhile, both ways.
        let others = scope.spawn(|| {
            let mut rounds = 0_u32;
            while !over.load(Ordering::Relaxed) {
                let line = rounds.to_string();
                calm.broadcast_chat(&line).unwrap();
                let wanted = Command::BroadcastChat { message: line.clone() };
                let is_wanted = |command: &Command| *command == wanted;
                assert!(server.wait_command_where(PATIENCE, is_wanted).is_some(), "{line}");
                assert_eq!(calm.fetch_car_info(CarId(2), PATIENCE).unwrap().car_id, CarId(2));
                server.send(&chat(&line)).unwrap();
                assert_eq!(expect_event(&mut calm), chat(&line));
                rounds += 1;
            }
            rounds
        });
        let kinds: [&[u8]; 4] = [&[id::GET_CAR_INFO, 1], &[id::KICK_USER, 1], &[], &[250; 1000]];
        for number in 0..FLOOD {
            wild.send_to(kinds[number as usize % 4], local).unwrap();
            // Never more than the system's buffer holds, so that the relay meets each of them.
            if number % 10 == 0 {
                eventually("the relay goes on", || number < 50 + stats(&relay, "wild").received);
            }
        }
        over.store(true, Ordering::Relaxed);
        others.join().unwrap()
    });
    assert!(rounds > 0);
    for round in 0..rounds {
        assert_eq!(expect_host_event(&mut relay), chat(&round.to_string()));
    }
    eventually("all are counted", || stats(&relay, "wild").received == FLOOD);
    let wild = stats(&relay, "wild");
    assert!(wild.forwarded >= 100);
    assert!(wild.forwarded as f64 <= 101.0 + 100.0 * start.elapsed().as_secs_f64(), "{wild:?}");
    assert_eq!(wild.refused, FLOOD / 2);
    assert_eq!(wild.undecodable, FLOOD / 4);
    assert_eq!(wild.forwarded + wild.flooded + wild.lost, FLOOD / 4);
    assert_eq!(stats(&relay, "calm").forwarded, stats(&relay, "calm").received);
}

#[test]
fn dropped_it_has_freed_its_ports() {
    let server = Server::start_alone();
    for in_background in [false, true] {
        let [a, b] = [socket(), socket()];
        // On addresses of their own, so that no other test takes the ports.
        let alone = || Server::start_alone().local_addr();
        let (own, for_a, for_b) = (alone(), alone(), alone());
        let mut client = acudpclient::AcUdpClient::builder();
        if in_background {
            client = client.receive_in_background(1 << 20);
        }
        let relay = Relay::builder(client.bind(own, server.local_addr()).unwrap())
            .plugin(Plugin::new("a", for_a, a.local_addr().unwrap()))
            .plugin(Plugin::new("b", for_b, b.local_addr().unwrap()))
            .start()
            .unwrap();
        assert_eq!(local_addr(&relay, "a"), for_a);
        let sender = relay.commands();
        sender.next_session().unwrap();
        let start = Instant::now();
        drop(relay);
        assert!(start.elapsed() < PATIENCE);
        for address in [own, for_a, for_b] {
            std::net::UdpSocket::bind(address).expect("the port is not free");
        }
        assert_eq!(sender.next_session(), Err(acudpclient::Error::ClientDropped));
    }
    assert_ne!(any_port(), server.local_addr());
}
