use std::collections::BTreeMap;
use std::net::UdpSocket;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::protocol::{
    CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, DecodeError, EndSession, Event, LapCompleted,
    NewConnection, Ping, SectorCompleted, ServerError, SessionInfo, TyreChange, UnknownPacket, Version,
};
use acudpclient::{AcUdpClient, Error};
use support::{PATIENCE, Server, chat, expect_event};

#[test]
fn silence_is_no_event() {
    let server = Server::start();
    let mut client = server.client();
    assert_eq!(client.next_event(), Ok(None));
    assert_eq!(client.drain(10).count(), 0);
    assert_eq!(client.last_received(), None);
    assert_eq!(client.last_sender(), None);
}

#[test]
fn waiting_in_vain_takes_the_timeout_and_leaves_the_socket_non_blocking() {
    let server = Server::start();
    let mut client = server.client();
    let start = Instant::now();
    assert_eq!(client.wait_event(Duration::from_millis(30)), Ok(None));
    assert!(start.elapsed() >= Duration::from_millis(30));
    assert_eq!(client.wait_event(Duration::ZERO), Ok(None));
    // Would hang if the socket still blocked.
    assert_eq!(client.next_event(), Ok(None));
}

#[test]
fn waiting_ends_with_the_event() {
    let server = Server::start();
    let mut client = server.client();
    let address = client.local_addr();
    thread::scope(|scope| {
        scope.spawn(|| server.socket.send_to(&chat("here").encode().unwrap(), address).unwrap());
        assert_eq!(client.wait_event(Duration::MAX), Ok(Some(chat("here"))));
    });
}

#[test]
fn one_of_each_event() {
    let events = [
        Event::NewSession(SessionInfo::default()),
        Event::NewConnection(NewConnection::default()),
        Event::ConnectionClosed(NewConnection::default()),
        Event::CarUpdate(CarUpdate::default()),
        Event::CarInfo(CarInfo::default()),
        Event::EndSession(EndSession::default()),
        Event::Version(Version::default()),
        Event::Chat(Chat::default()),
        Event::ClientLoaded(ClientLoaded::default()),
        Event::SessionInfo(SessionInfo::default()),
        Event::Error(ServerError::default()),
        Event::LapCompleted(LapCompleted::default()),
        Event::ClientEvent(ClientEvent::default()),
        Event::SectorCompleted(SectorCompleted::default()),
        Event::TyreChange(TyreChange::default()),
        Event::Ping(Ping::default()),
        Event::Unknown(UnknownPacket { packet_id: 153, payload: vec![1, 2, 3] }),
    ];
    let server = Server::start();
    let mut client = server.client();
    let before = Instant::now();
    let mut bytes = 0;
    for event in &events {
        server.send(&client, event);
        bytes += event.encode().unwrap().len() as u64;
        assert_eq!(expect_event(&mut client), *event);
    }
    assert_eq!(client.next_event(), Ok(None));

    let stats = client.stats();
    assert_eq!((stats.datagrams, stats.bytes, stats.undecodable), (17, bytes, 0));
    let counts: BTreeMap<u8, u64> = stats.events_by_id().collect();
    assert_eq!(counts, events.iter().map(|event| (event.packet_id(), 1)).collect());
    assert_eq!((stats.events(73), stats.events(74)), (1, 0));
    assert!(client.last_received().unwrap() >= before);
    assert_eq!(client.last_sender(), Some(server.local_addr()));
}

/// The clock is not looked at for every datagram, but after every pause and from time to time.
#[test]
fn the_time_of_receiving_goes_on() {
    let server = Server::start();
    let mut client = server.client();
    for _ in 0..2 {
        let before = Instant::now();
        server.send(&client, &chat("after a pause"));
        expect_event(&mut client);
        assert!(client.last_received().unwrap() >= before);
        assert_eq!(client.next_event(), Ok(None));
    }

    for _ in 0..200 {
        server.send(&client, &chat("without a pause"));
    }
    expect_event(&mut client);
    let before = Instant::now();
    for _ in 0..64 {
        expect_event(&mut client);
    }
    assert!(client.last_received().unwrap() >= before);
}

#[test]
fn a_bad_datagram_costs_itself_alone() {
    let server = Server::start();
    let mut client = server.client();
    server.send(&client, &chat("before"));
    server.send_bytes(&client, &[57, 0, 200]);
    server.send_bytes(&client, &[]);
    server.send(&client, &chat("after"));

    assert_eq!(expect_event(&mut client), chat("before"));
    let error = client.wait_event(PATIENCE).unwrap_err();
    assert_eq!(
        error.to_string(),
        "undecodable datagram: ACSP_CHAT is truncated: message at byte 3 needs 800 bytes, 0 are left"
    );
    assert!(error.is_recoverable());
    assert_eq!(client.wait_event(PATIENCE), Err(Error::Decode(DecodeError::Empty)));
    assert_eq!(expect_event(&mut client), chat("after"));
    let stats = client.stats();
    assert_eq!((stats.datagrams, stats.undecodable, stats.events(57)), (4, 2, 2));
}

#[test]
fn the_longest_datagram_arrives_whole() {
    let server = Server::start();
    let mut client = server.client();
    let longest = Event::Unknown(UnknownPacket { packet_id: 153, payload: vec![7; 65_506] });
    server.send(&client, &longest);
    assert_eq!(expect_event(&mut client), longest);

    let mut padded = chat("padded").encode().unwrap();
    padded.resize(65_507, 0xAA);
    server.send_bytes(&client, &padded);
    assert_eq!(expect_event(&mut client), chat("padded"));
}

#[test]
fn a_datagram_is_not_read_past_its_end_into_an_older_one() {
    let server = Server::start();
    let mut client = server.client();
    let long = chat("a long line").encode().unwrap();
    server.send_bytes(&client, &long);
    server.send_bytes(&client, &long[..long.len() - 1]);
    assert_eq!(expect_event(&mut client), chat("a long line"));
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::Decode(_))));
}

#[test]
fn a_stranger_is_not_heard() {
    let server = Server::start();
    let mut client = server.client();
    let stranger = Server::start();
    stranger.send(&client, &chat("obey"));
    server.send(&client, &chat("hello"));
    assert_eq!(expect_event(&mut client), chat("hello"));
    assert_eq!(client.next_event(), Ok(None));
    assert_eq!(client.stats().datagrams, 1);
}

#[test]
fn a_stranger_who_came_before_the_socket_was_connected_is_not_heard() {
    let server = Server::start();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let stranger = UdpSocket::bind("127.0.0.1:0").unwrap();
    stranger.send_to(&chat("obey").encode().unwrap(), address).unwrap();
    server.socket.send_to(&chat("hello").encode().unwrap(), address).unwrap();

    let mut client = AcUdpClient::from_socket(socket, server.local_addr()).unwrap();
    assert_eq!(expect_event(&mut client), chat("hello"));
    assert_eq!(client.next_event(), Ok(None));
    assert_eq!(client.stats().datagrams, 1);
}

#[test]
fn anyone_is_heard_if_asked_for() {
    let server = Server::start();
    let mut client =
        AcUdpClient::builder().accept_any_sender(true).bind("127.0.0.1:0", server.local_addr()).unwrap();
    let other = Server::start();
    other.send(&client, &chat("from elsewhere"));
    assert_eq!(expect_event(&mut client), chat("from elsewhere"));
    assert_eq!(client.last_sender(), Some(other.local_addr()));

    // Commands still go to the server, and to it alone.
    client.next_session().unwrap();
    assert_eq!(server.receive_bytes(), (vec![207], client.local_addr()));
    assert_eq!(client.server_addr(), server.local_addr());
}

#[test]
fn draining_takes_what_waits_and_no_more_than_asked() {
    let server = Server::start();
    let mut client = server.client();
    let sent: Vec<_> = (0..20).map(|number| chat(&number.to_string())).collect();
    for event in &sent {
        server.send(&client, event);
    }
    let mut received = vec![expect_event(&mut client)];
    while received.len() < sent.len() {
        let before = received.len();
        received.extend(client.drain(6).map(Result::unwrap));
        assert!(received.len() <= before + 6);
        if received.len() == before {
            received.push(expect_event(&mut client));
        }
    }
    assert_eq!(received, sent);
    assert_eq!(client.drain(0).count(), 0);
}

#[test]
fn draining_goes_on_after_a_bad_datagram() {
    let server = Server::start();
    let mut client = server.client();
    for datagram in [&[58, 1][..], &[58], &[58, 2]] {
        server.send_bytes(&client, datagram);
    }
    let mut drained = Vec::new();
    while drained.len() < 3 {
        drained.extend(client.drain(10));
    }
    assert!(matches!(drained[..], [Ok(_), Err(Error::Decode(_)), Ok(_)]), "{drained:?}");
}

#[test]
fn a_flood_does_not_hold_up_the_frame() {
    let server = Server::start();
    let mut client = server.client();
    let address = client.local_addr();
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            let datagram = chat("flood").encode().unwrap();
            while !done.load(Ordering::Relaxed) {
                server.socket.send_to(&datagram, address).unwrap();
            }
        });
        for _ in 0..50 {
            expect_event(&mut client);
            assert!(client.drain(100).count() <= 100);
        }
        done.store(true, Ordering::Relaxed);
    });
}
