//! What a relay writes into the application's log. In a process of its own: there is one logger.

use std::net::UdpSocket;
use std::thread;
use std::time::Instant;

use acudpclient::protocol::{Command, id};
use acudpclient::relay::{Plugin, Relay};
use log::Level;

#[test]
fn a_plugin_is_named_once_however_often_it_is_refused() {
    support::log::keep();
    let server = support::Server::start();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let relay = Relay::builder(server.client())
        .plugin(Plugin::new("lap\nstatistics", ([127, 0, 0, 1], 0).into(), address))
        .start()
        .unwrap();
    let local = relay.plugins()[0].local_addr;
    let begin = Instant::now();
    for sent in 1..=1000 {
        socket.send_to(&[id::KICK_USER, 3], local).unwrap();
        socket
            .send_to(&Command::BroadcastChat { message: "secret".to_owned() }.encode().unwrap(), local)
            .unwrap();
        while relay.plugins()[0].refused < 2 * sent {
            thread::yield_now();
        }
    }

    let log = support::log::kept();
    let refused = |line: &str| line.contains("may not send");
    let warnings: Vec<_> = log.iter().filter(|(_, line)| refused(line)).collect();
    let line = format!(
        r#"the plugin "lap\nstatistics" on {address} may not send ACSP_KICK_USER (id 206): refused (1 so far)"#
    );
    assert_eq!(warnings[0], &(Level::Warn, line));
    // It is told again after 10 s: a slow machine gets there.
    assert!(warnings.len() as u64 <= 1 + begin.elapsed().as_secs() / 10, "{warnings:?}");
    assert!(log.iter().all(|(_, line)| !line.contains("secret")), "{log:?}");
}
