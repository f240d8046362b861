//! Sending when the system's send buffer is full. Loopback never fills it, so this happens in a
//! network namespace of its own in which loopback is slow, and in a process of its own. That takes
//! root and iproute2; `NETNS_TESTS=required` makes it a failure if they are not there.
#![cfg(target_os = "linux")]

mod common;

use std::env;
use std::net::UdpSocket;
use std::process::Command;

use acudpclient::{AcUdpClient, Error};
use common::Server;

const NAME: &str = "a_full_send_buffer_is_a_recoverable_error";
const INSIDE: &str = "ACUDPCLIENT_INSIDE_NETNS";
const NOT_POSSIBLE: i32 = 77;

/// A thousand bytes a second.
const SCRIPT: &str = r#"
    ip link set lo up && tc qdisc add dev lo root tbf rate 8kbit burst 1600 latency 60s || exit 77
    exec "$0" "$@"
"#;

#[test]
fn a_full_send_buffer_is_a_recoverable_error() {
    if env::var_os(INSIDE).is_some() {
        fill_the_send_buffer(false);
        fill_the_send_buffer(true);
        return;
    }
    let inside = Command::new("unshare")
        .args(["--net", "sh", "-c", SCRIPT])
        .arg(env::current_exe().unwrap())
        .args(["--exact", NAME, "--nocapture"])
        .env(INSIDE, "1")
        .status();
    match inside {
        Ok(status) if status.success() => {}
        Ok(status) if ![Some(1), Some(NOT_POSSIBLE)].contains(&status.code()) => panic!("inside: {status}"),
        impossible => {
            assert!(env::var_os("NETNS_TESTS").is_none(), "no network namespace: {impossible:?}");
            println!("skipped: it takes root and iproute2");
        }
    }
}

fn fill_the_send_buffer(in_background: bool) {
    let server = Server::start();
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket2::SockRef::from(&socket).set_send_buffer_size(4_096).unwrap();
    let mut builder = AcUdpClient::builder();
    if in_background {
        builder = builder.receive_in_background(1 << 20);
    }
    let client = builder.from_socket(socket, server.address()).unwrap();

    let mut sent = 0;
    let error = loop {
        match client.next_session() {
            Ok(()) => sent += 1,
            Err(error) => break error,
        }
        assert!(sent < 10_000, "the send buffer does not fill up");
    };
    assert!(sent > 0);
    assert_eq!(error, Error::SendBufferFull { server: server.address() });
    assert!(error.is_recoverable());
    assert_eq!(
        error.to_string(),
        format!(
            "command not sent to {}: the socket's send buffer is full, try again in a moment",
            server.address()
        )
    );
    assert_eq!(client.stats().commands_sent, sent);

    while client.restart_session() == Err(Error::SendBufferFull { server: server.address() }) {
        server.receive();
    }
    assert_eq!(client.stats().commands_sent, sent + 1);
}
