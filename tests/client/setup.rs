use std::io;
use std::net::{SocketAddr, UdpSocket};

use acudpclient::protocol::{Command, DecodeError, EncodeError, Event, UnknownPacket};
use acudpclient::{AcUdpClient, AcUdpClientBuilder, CommandSender, Error, Stats, Subscriber, SubscriberId};
use support::{Server, chat, expect_event};

fn io_error(result: Result<AcUdpClient, Error>) -> (io::ErrorKind, String) {
    match result.map(|client| client.local_addr()) {
        Err(error @ Error::Io { .. }) => {
            assert!(!error.is_recoverable());
            (error.io_error().unwrap().kind(), error.to_string())
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_knows_its_addresses() {
    let server = Server::start();
    let client = server.client();
    assert_eq!(client.server_addr(), server.local_addr());
    assert!(client.local_addr().ip().is_loopback());
    assert_ne!(client.local_addr().port(), 0);
    assert!(format!("{client:?}").contains(&server.local_addr().to_string()));
}

#[test]
fn host_names_are_resolved_to_ipv4_first() {
    let server = Server::start();
    let mut client = AcUdpClient::bind("localhost:0", ("localhost", server.local_addr().port())).unwrap();
    assert_eq!(client.server_addr(), server.local_addr());
    server.send(&client, &chat("hello"));
    assert_eq!(expect_event(&mut client), chat("hello"));
}

#[test]
fn every_local_address_will_do() {
    let server = Server::start();
    let mut client = AcUdpClient::bind("0.0.0.0:0", server.local_addr()).unwrap();
    server
        .socket
        .send_to(&chat("hello").encode().unwrap(), ("127.0.0.1", client.local_addr().port()))
        .unwrap();
    assert_eq!(expect_event(&mut client), chat("hello"));
}

#[test]
fn ipv6() {
    let Ok(_) = UdpSocket::bind("[::1]:0") else {
        println!("skipped: this machine has no IPv6");
        return;
    };
    let server = Server::start_on("[::1]:0".parse().unwrap());
    let mut client = AcUdpClient::bind("[::1]:0", server.local_addr()).unwrap();
    server.send(&client, &chat("hello"));
    assert_eq!(expect_event(&mut client), chat("hello"));
    client.next_session().unwrap();
    assert_eq!(server.receive_bytes(), (vec![207], client.local_addr()));
}

#[test]
fn two_families_do_not_meet() {
    let (kind, text) = io_error(AcUdpClient::bind("127.0.0.1:0", "[::1]:11000"));
    assert_eq!(kind, io::ErrorKind::InvalidInput);
    assert_eq!(
        text,
        "the local address 127.0.0.1:0 and the server's address [::1]:11000 must both be IPv4 or both IPv6"
    );
}

#[test]
fn a_taken_port_is_named() {
    let server = Server::start();
    let first = server.client();
    let (kind, text) = io_error(AcUdpClient::bind(first.local_addr(), server.local_addr()));
    assert_eq!(kind, io::ErrorKind::AddrInUse);
    assert!(text.starts_with(&format!("cannot bind {}: ", first.local_addr())), "{text}");
    assert!(text.contains(": another program uses this port. A second plugin, "), "{text}");
    assert!(text.ends_with(" because the two addresses are swapped?"), "{text}");
}

#[test]
fn a_foreign_address_is_named() {
    let (kind, text) = io_error(AcUdpClient::bind("192.0.2.1:0", "192.0.2.2:11000"));
    assert_eq!(kind, io::ErrorKind::AddrNotAvailable);
    assert!(text.starts_with("cannot bind 192.0.2.1:0: "), "{text}");
    assert!(text.ends_with(": is this an address of this machine?"), "{text}");
}

#[test]
fn an_address_that_is_none_is_named() {
    let (_, text) = io_error(AcUdpClient::bind("127.0.0.1", "127.0.0.1:11000"));
    assert!(text.starts_with("cannot resolve the local address: "), "{text}");
    assert!(text.ends_with(": an address is HOST:PORT, such as 127.0.0.1:12000"), "{text}");
    let (_, text) = io_error(AcUdpClient::bind("127.0.0.1:0", "127.0.0.1"));
    assert!(text.starts_with("cannot resolve the server's address: "), "{text}");
    let (_, text) = io_error(AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:0"));
    assert!(text.starts_with("127.0.0.1:0 cannot be a server's address: "), "{text}");
    let (_, text) = io_error(AcUdpClient::bind(&[][..] as &[SocketAddr], "127.0.0.1:11000"));
    assert_eq!(text, "cannot resolve the local address: the name has no address");
}

#[test]
fn the_own_address_is_no_servers() {
    let address = Server::start_alone().local_addr();
    let (kind, text) = io_error(AcUdpClient::bind(address, address));
    assert_eq!(kind, io::ErrorKind::InvalidInput);
    assert!(text.starts_with(&format!("{address} is both the local address and the peer's: ")), "{text}");
}

/// The first address is the server's, which runs on this machine.
#[test]
fn swapped_addresses_are_noticed_where_the_server_runs() {
    let server = Server::start();
    let plugin = Server::start_alone().local_addr();
    let (kind, text) = io_error(AcUdpClient::bind(server.local_addr(), plugin));
    assert_eq!(kind, io::ErrorKind::AddrInUse);
    assert!(text.ends_with(" or the server itself because the two addresses are swapped?"), "{text}");
}

#[cfg(target_os = "linux")]
#[test]
fn loopback_does_not_reach_a_server_elsewhere() {
    let (_, text) = io_error(AcUdpClient::bind("127.0.0.1:12034", "192.0.2.1:11000"));
    assert!(text.starts_with("cannot connect 127.0.0.1:12034 to 192.0.2.1:11000: "), "{text}");
    let hint = ": 127.0.0.1 reaches this machine only; for another one bind 0.0.0.0:12034";
    assert!(text.ends_with(hint), "{text}");
}

/// Windows refuses to connect to it, so it is not left to the system.
#[test]
fn the_unspecified_address_is_a_server_on_this_machine() {
    let server = Server::start();
    let mut client = AcUdpClient::bind("127.0.0.1:0", ("0.0.0.0", server.local_addr().port())).unwrap();
    assert_eq!(client.server_addr(), server.local_addr());
    server.send(&client, &chat("hello"));
    assert_eq!(expect_event(&mut client), chat("hello"));
}

#[test]
fn a_command_that_no_datagram_holds_is_refused() {
    let server = Server::start();
    let client = server.client();
    let of = |payload| Command::Unknown(UnknownPacket { packet_id: 250, payload: vec![0; payload] });
    client.send(&of(65_506)).unwrap();
    let error = client.send(&of(65_507)).unwrap_err();
    assert!(matches!(error, Error::Encode(EncodeError::TooLong { limit: 65_507, .. })), "{error:?}");
    assert!(error.is_recoverable());
    client.next_session().unwrap();
    assert_eq!(server.receive(), of(65_506));
    assert_eq!(server.receive(), Command::NextSession);
}

#[test]
fn two_clients_in_one_process_do_not_disturb_each_other() {
    let servers = [Server::start(), Server::start()];
    let mut clients = [servers[0].client(), servers[1].client()];
    servers[0].send(&clients[0], &chat("to the first"));
    servers[1].send(&clients[1], &chat("to the second"));
    assert_eq!(expect_event(&mut clients[1]), chat("to the second"));
    assert_eq!(expect_event(&mut clients[0]), chat("to the first"));
    for (server, client) in servers.iter().zip(&mut clients) {
        assert_eq!(client.next_event(), Ok(None));
        client.next_session().unwrap();
        assert_eq!(server.receive_bytes(), (vec![207], client.local_addr()));
    }
}

#[test]
fn threads_can_have_them() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<AcUdpClient>();
    send::<CommandSender>();
    sync::<CommandSender>();
    send::<AcUdpClientBuilder>();
    sync::<AcUdpClientBuilder>();
    send::<Error>();
    sync::<Error>();
    send::<Event>();
    sync::<Event>();
    send::<Stats>();
    sync::<Stats>();
    send::<SubscriberId>();
    sync::<SubscriberId>();
    send::<(DecodeError, EncodeError)>();
    sync::<(DecodeError, EncodeError)>();
    send::<Box<dyn Subscriber + Send>>();
}
