use std::net::SocketAddr;
use std::time::Duration;

use acudpclient::protocol::{Command, Event, SessionInfo, Version};
use acudpclient::{AcUdpClient, Error};
use support::{PATIENCE, Server, chat, expect_event};

/// An address where nothing listens, but where a server can be started later.
fn vacant() -> SocketAddr {
    Server::start_alone().local_addr()
}

#[test]
fn the_server_is_away_and_comes_back() {
    let server = Server::start_alone();
    let address = server.local_addr();
    let mut client = server.client();
    drop(server);

    client.next_session().unwrap();
    let error = client.wait_event(PATIENCE).unwrap_err();
    assert_eq!(error, Error::ServerUnreachable { server: address });
    assert!(error.is_recoverable());
    assert_eq!(
        error.to_string(),
        format!(
            "no server answers on {address}: is it running, and is UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini {}? \
             The local address is its UDP_PLUGIN_ADDRESS; are the two swapped?",
            address.port()
        )
    );
    assert_eq!(client.next_event(), Ok(None));

    let server = Server::start_on(address);
    server.send(&client, &chat("back"));
    assert_eq!(expect_event(&mut client), chat("back"));
}

/// The loop of the documentation of [`Error`], until nothing comes: what it prints of errors and of events.
fn loop_of_the_documentation(client: &mut AcUdpClient) -> Result<Vec<String>, Error> {
    let mut printed = Vec::new();
    loop {
        match client.wait_event(Duration::from_millis(200)) {
            Ok(Some(event)) => printed.push(event.to_string()),
            Ok(None) => return Ok(printed),
            Err(error) => printed.push(error.recoverable()?.to_string()),
        }
    }
}

#[test]
fn the_loop_of_the_documentation_survives_a_missing_server_and_a_bad_datagram() {
    let address = vacant();
    let mut client = AcUdpClient::bind("127.0.0.1:0", address).unwrap();
    client.next_session().unwrap();
    let missing = loop_of_the_documentation(&mut client).unwrap();
    assert!(matches!(&missing[..], [line] if line.contains("UDP_PLUGIN_LOCAL_PORT")), "{missing:?}");
    let server = Server::start_on(address);
    server.send_bytes(&client, &[57, 1]);
    server.send(&client, &chat("hello"));
    let printed = loop_of_the_documentation(&mut client).unwrap();
    assert!(printed[0].starts_with("undecodable datagram: ACSP_CHAT"), "{printed:?}");
    assert_eq!(printed[1..], [chat("hello").to_string()]);
}

#[test]
fn a_server_that_starts_later_is_heard() {
    let address = vacant();
    let mut client = AcUdpClient::bind("127.0.0.1:0", address).unwrap();
    assert_eq!(client.next_event(), Ok(None));
    let server = Server::start_on(address);
    server.send(&client, &chat("good morning"));
    assert_eq!(expect_event(&mut client), chat("good morning"));
}

#[test]
fn no_command_is_lost_to_an_old_port_unreachable() {
    let address = vacant();
    let client = AcUdpClient::bind("127.0.0.1:0", address).unwrap();
    // The answer to this one is pending when the next one is sent.
    client.next_session().unwrap();
    let server = Server::start_on(address);
    client.restart_session().unwrap();
    assert_eq!(server.receive(), Command::RestartSession);
    assert_eq!(client.stats().commands_sent, 2);
}

#[test]
fn commands_into_the_void_do_not_fail_and_are_reported_once_each() {
    let address = vacant();
    let mut client = AcUdpClient::bind("127.0.0.1:0", address).unwrap();
    for sent in 1..=10 {
        client.next_session().unwrap();
        assert_eq!(client.wait_event(PATIENCE), Err(Error::ServerUnreachable { server: address }), "{sent}");
        assert_eq!(client.next_event(), Ok(None));
    }
}

#[test]
fn a_restarted_server_is_asked_for_the_realtime_report_again() {
    let server = Server::start_alone();
    let address = server.local_addr();
    let mut client = server.client();
    client.enable_realtime_report(Duration::from_millis(250)).unwrap();
    let asked = Command::RealtimeposInterval { interval_ms: 250 };
    assert_eq!(server.receive(), asked);
    drop(server);

    let server = Server::start_on(address);
    for event in [Event::Version(Version::default()), Event::NewSession(SessionInfo::default())] {
        server.send(&client, &event);
        assert_eq!(expect_event(&mut client), event);
        assert_eq!(server.receive(), asked);
    }

    // The last one counts, also if it was sent as a raw command.
    let asked = Command::RealtimeposInterval { interval_ms: 50 };
    client.commands().send(&asked).unwrap();
    assert_eq!(server.receive(), asked);
    server.send(&client, &Event::NewSession(SessionInfo::default()));
    expect_event(&mut client);
    assert_eq!(server.receive(), asked);
}

#[test]
fn a_receiving_thread_asks_for_the_report_again_though_nobody_polls_and_though_nothing_is_kept() {
    for memory in [1 << 20, 0] {
        let server = Server::start();
        let client = server.background_client(memory);
        client.enable_realtime_report(Duration::from_millis(250)).unwrap();
        let asked = Command::RealtimeposInterval { interval_ms: 250 };
        assert_eq!(server.receive(), asked);
        for event in [Event::Version(Version::default()), Event::NewSession(SessionInfo::default())] {
            server.send(&client, &event);
            assert_eq!(server.receive(), asked, "memory {memory}");
        }
    }
}

#[test]
fn a_report_asked_for_before_the_server_runs_starts_with_the_server() {
    let address = vacant();
    let mut client = AcUdpClient::bind("127.0.0.1:0", address).unwrap();
    client.enable_realtime_report(Duration::from_secs(1)).unwrap();
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::ServerUnreachable { .. })));
    let server = Server::start_on(address);
    server.send(&client, &Event::Version(Version::default()));
    expect_event(&mut client);
    assert_eq!(server.receive(), Command::RealtimeposInterval { interval_ms: 1000 });
}

#[test]
fn a_report_that_is_off_is_not_asked_for_again() {
    let server = Server::start();
    let mut client = server.client();
    let restart = |client: &mut AcUdpClient| {
        server.send(client, &Event::Version(Version::default()));
        expect_event(client);
    };
    restart(&mut client);
    client.enable_realtime_report(Duration::from_secs(1)).unwrap();
    client.disable_realtime_report().unwrap();
    restart(&mut client);
    client.next_session().unwrap();
    assert_eq!(server.receive(), Command::RealtimeposInterval { interval_ms: 1000 });
    assert_eq!(server.receive(), Command::RealtimeposInterval { interval_ms: u16::MAX });
    assert_eq!(server.receive(), Command::NextSession);
}
