//! What the log is told of the server's being there. In a process of its own: there is one logger.

use acudpclient::protocol::{Event, Version};
use acudpclient::{AcUdpClient, Error};
use log::Level;
use support::{PATIENCE, Server, chat, expect_event_despite_errors};

/// What has been logged of this kind of line.
fn told(level: Level, what: &str) -> usize {
    support::log::kept().iter().filter(|(at, line)| *at == level && line.contains(what)).count()
}

#[test]
fn it_is_told_once_that_the_server_is_away_and_once_that_it_is_back() {
    support::log::keep();
    let server = Server::start_alone();
    let address = server.local_addr();
    let away = format!("nothing listens on {address}: ");
    let there = format!("the server on {address} is there");
    let mut client = server.client();
    drop(server);
    for round in 1..=3 {
        for _ in 0..50 {
            client.next_session().unwrap();
            assert!(matches!(client.wait_event(PATIENCE), Err(Error::ServerUnreachable { .. })));
        }
        assert_eq!((told(Level::Warn, &away), told(Level::Info, &there)), (round, round - 1));
        let server = Server::start_on(address);
        for number in 0..50 {
            let line = chat(&number.to_string());
            server.send(&client, &line);
            assert_eq!(expect_event_despite_errors(&mut client), line);
        }
        assert_eq!((told(Level::Warn, &away), told(Level::Info, &there)), (round, round));
    }

    // One that has never been away is not worth a line.
    let server = Server::start();
    let mut client = AcUdpClient::bind("0.0.0.0:0", server.local_addr()).unwrap();
    let local = client.local_addr();
    assert_eq!(told(Level::Info, &format!("talks to {} from {local}", server.local_addr())), 1);
    server.send(&client, &Event::Version(Version::default()));
    expect_event_despite_errors(&mut client);
    assert_eq!(told(Level::Info, &format!("the server on {} is there", server.local_addr())), 0);
}
