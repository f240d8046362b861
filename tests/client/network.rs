use acudpclient::Error;
#[cfg(target_os = "linux")]
use acudpclient::protocol::CarUpdate;
use acudpclient::protocol::{Event, UnknownPacket, Version};
use support::{PATIENCE, Server, chat, expect_event};

#[test]
fn two_hundred_thousand_datagrams_of_a_stranger_do_not_disturb_a_thousand_of_the_server() {
    let server = Server::start();
    let mut client = server.client();
    let stranger = Server::start();
    let insult = chat("obey").encode().unwrap();
    for number in 0..1_000 {
        for _ in 0..100 {
            stranger.send_bytes(&client, &insult);
        }
        server.send(&client, &chat(&number.to_string()));
        for _ in 0..100 {
            stranger.send_bytes(&client, &insult);
        }
        assert_eq!(expect_event(&mut client), chat(&number.to_string()));
    }
    assert_eq!(client.next_event(), Ok(None));
    let stats = client.stats();
    assert_eq!((stats.datagrams, stats.events(57), stats.undecodable), (1_000, 1_000, 0));
}

#[test]
fn ten_thousand_undecodable_datagrams_cost_nothing_else() {
    let server = Server::start();
    let mut client = server.client();
    for number in 0..100_u8 {
        server.send(&client, &chat(&number.to_string()));
        for length in 0..100 {
            // A chat of 200 characters of which not all are there.
            let mut bad = vec![57, number, 200];
            bad.resize(3 + length, b'x');
            server.send_bytes(&client, &bad);
        }
        assert_eq!(expect_event(&mut client), chat(&number.to_string()));
        for _ in 0..100 {
            assert!(matches!(client.wait_event(PATIENCE), Err(Error::Decode(_))));
        }
    }
    let stats = client.stats();
    assert_eq!((stats.datagrams, stats.events(57), stats.undecodable), (10_100, 100, 10_000));
}

#[test]
fn datagrams_of_every_size() {
    let server = Server::start();
    let mut client = server.client();
    server.send_bytes(&client, &[]);
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::Decode(_))));
    for size in (1..=3_000).chain((3_001..65_507).step_by(101)).chain([65_506, 65_507]) {
        let event = Event::Unknown(UnknownPacket { packet_id: 153, payload: vec![size as u8; size - 1] });
        server.send(&client, &event);
        assert_eq!(expect_event(&mut client), event);
    }
}

#[test]
fn a_server_that_restarts_again_and_again_amid_other_traffic() {
    let first = Server::start_alone();
    let address = first.local_addr();
    let mut client = first.client();
    let stranger = Server::start();
    drop(first);
    for _ in 0..50 {
        // While the server is away, a stranger talks and commands go nowhere.
        stranger.send(&client, &chat("obey"));
        for _ in 0..3 {
            client.broadcast_chat("is anybody there?").unwrap();
        }
        assert_eq!(client.wait_event(PATIENCE), Err(Error::ServerUnreachable { server: address }));
        stranger.send(&client, &chat("obey"));

        let server = Server::start_on(address);
        server.send(&client, &Event::Version(Version::default()));
        let event = loop {
            match client.wait_event(PATIENCE) {
                // Linux tells of the three commands at once, Windows of each.
                Err(Error::ServerUnreachable { .. }) => {}
                heard => break heard,
            }
        };
        assert_eq!(event, Ok(Some(Event::Version(Version::default()))));
        client.next_session().unwrap();
        assert_eq!(server.receive_bytes(), (vec![207], client.local_addr()));
    }
    assert_eq!(client.next_event(), Ok(None));
    assert_eq!(client.stats().events(57), 0);
}

#[cfg(target_os = "linux")]
#[test]
fn what_the_default_receive_buffer_does_not_hold_is_told() {
    let server = Server::start();
    let mut client = server.client();
    for _ in 0..2_000 {
        server.send(&client, &Event::CarUpdate(CarUpdate::default()));
    }
    let received = client.drain(2_000).map(Result::unwrap).count() as u64;
    println!("the receive buffer holds {received} CAR_UPDATEs");
    assert!(received > 0);
    assert_eq!(client.dropped_by_system(), Some(2_000 - received));
}

/// Sends without anybody polling.
#[cfg(feature = "socket2")]
fn burst(server: &Server, client: &acudpclient::AcUdpClient, events: u32) {
    for number in 0..events {
        server.send(client, &chat(&number.to_string()));
    }
}

#[cfg(feature = "socket2")]
#[test]
fn a_burst_of_two_thousand_between_two_polls_fits_into_a_large_receive_buffer() {
    let server = Server::start();
    let mut client = acudpclient::AcUdpClient::builder()
        .receive_buffer_size(4 << 20)
        .bind("127.0.0.1:0", server.local_addr())
        .unwrap();
    let granted = client.receive_buffer_size().unwrap();
    // What Linux books for a short datagram; other systems take less.
    if granted < 2_000 * 1_024 {
        println!("skipped: this system grants a receive buffer of {granted} bytes only");
        return;
    }
    burst(&server, &client, 2_000);
    for number in 0..2_000 {
        assert_eq!(expect_event(&mut client), chat(&number.to_string()));
    }
    assert_eq!(client.next_event(), Ok(None));
    if cfg!(target_os = "linux") {
        assert_eq!(client.dropped_by_system(), Some(0));
    }
}

#[cfg(all(feature = "socket2", target_os = "linux"))]
#[test]
fn what_the_system_drops_is_told() {
    for address in ["127.0.0.1:0", "[::1]:0"] {
        let server = Server::start_on(address.parse().unwrap());
        let mut client = acudpclient::AcUdpClient::builder()
            .receive_buffer_size(10_000)
            .bind(address, server.local_addr())
            .unwrap();
        assert_eq!(client.dropped_by_system(), Some(0));
        burst(&server, &client, 2_000);
        let received = client.drain(2_000).map(Result::unwrap).count() as u64;
        assert!((1..2_000).contains(&received), "{received}");
        assert_eq!(client.dropped_by_system(), Some(2_000 - received));
        assert_eq!(client.stats().datagrams, received);
    }
}
