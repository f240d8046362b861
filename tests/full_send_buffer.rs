//! Sending when the system's send buffer is full. Loopback never fills it, so this happens in a
//! network namespace of its own in which loopback is slow.
#![cfg(target_os = "linux")]

use std::net::UdpSocket;

use acudpclient::{AcUdpClient, Error};
use support::Server;

/// A thousand bytes a second.
const SCRIPT: &str =
    "ip link set lo up && tc qdisc add dev lo root tbf rate 8kbit burst 1600 latency 60s || exit 77";

#[test]
fn a_full_send_buffer_is_a_recoverable_error() {
    support::netns::inside("a_full_send_buffer_is_a_recoverable_error", SCRIPT, || {
        fill_the_send_buffer(false);
        fill_the_send_buffer(true);
    });
}

fn fill_the_send_buffer(in_background: bool) {
    let server = Server::start();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&socket).set_send_buffer_size(4_096).unwrap();
    let mut builder = AcUdpClient::builder();
    if in_background {
        builder = builder.receive_in_background(1 << 20);
    }
    let client = builder.from_socket(socket, server.local_addr()).unwrap();

    let mut sent = 0;
    let error = loop {
        match client.next_session() {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 10_000, "the send buffer does not fill up");
    };
    assert!(sent > 0);
    assert_eq!(error, Error::SendBufferFull { server: server.local_addr() });
    assert!(error.is_recoverable());
    assert_eq!(
        error.to_string(),
        format!(
            "command not sent to {}: the socket's send buffer is full, try again in a moment",
            server.local_addr()
        )
    );
    assert_eq!(client.stats().commands_sent, sent);

    while client.restart_session() == Err(Error::SendBufferFull { server: server.local_addr() }) {
        server.receive();
    }
    assert_eq!(client.stats().commands_sent, sent + 1);
}
