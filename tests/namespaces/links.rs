//! A relay with a plugin that cannot be reached well: the others get everything.

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::relay::{Plugin, Relay};
use socket2::SockRef;
use support::{Server, chat};

use crate::world::{Family, World};

/// Nobody answers for it: a machine that is switched off.
const ON_NO_MACHINE: &str = "10.77.1.77:12000";

/// What waits for its answer may be more than fits into a socket's send buffer. By default both are the
/// same size, and which one is full first depends on the length of the datagrams.
const PATIENT: &str = "echo 1000000 > /proc/sys/net/ipv4/neigh/to_router/unres_qlen_bytes || exit 77";

/// Behind it is the plugin on the server's host.
const SLOW: &str = "tc qdisc add dev to_router root tbf rate 512kbit burst 1600 latency 60s || exit 77";

/// 248 bytes.
fn line(number: u32) -> Vec<u8> {
    chat(&format!("{number:>60}")).encode().unwrap()
}

/// A socket that has room for two tenths of a second, on a machine that is busy meanwhile.
fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    SockRef::from(&socket).set_recv_buffer_size(200_000).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(1))).unwrap();
    socket
}

/// How many of so many datagrams a healthy plugin on this host gets.
fn received_beside(other: SocketAddr, per_second: u32, sent: u32) -> u32 {
    let (server, healthy) = (Server::start(), socket());
    let client = AcUdpClient::builder().receive_in_background(1 << 25);
    let client = client.from_socket(socket(), server.local_addr()).unwrap();
    let relay = Relay::builder(client)
        .plugin(Plugin::new("other", ([0, 0, 0, 0], 0).into(), other))
        .plugin(Plugin::new("healthy", ([127, 0, 0, 1], 0).into(), healthy.local_addr().unwrap()))
        .start()
        .unwrap();
    let own = relay.client().local_addr();
    thread::scope(|scope| {
        scope.spawn(|| {
            let start = Instant::now();
            for number in 0..sent {
                let due = start + Duration::from_secs(1) * number / per_second;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                server.socket.send_to(&line(number), own).unwrap();
            }
        });
        let mut buffer = [0; 300];
        let mut received = 0;
        while received < sent && healthy.recv(&mut buffer).is_ok() {
            received += 1;
        }
        received
    })
}

fn a_healthy_plugin_gets_all(test: &str, script: &str, other: impl FnOnce(&World) -> SocketAddr) {
    World::inside(test, script, |world| {
        let other = other(world);
        for per_second in [480, 2_400] {
            let sent = 3 * per_second;
            // A busy machine may hold up the one or the other run.
            let mut runs = Vec::new();
            while runs.last() != Some(&sent) {
                assert!(runs.len() < 3, "{runs:?} of {sent} at {per_second} per second");
                runs.push(received_beside(other, per_second, sent));
            }
        }
    });
}

#[test]
fn beside_a_plugin_whose_machine_is_off() {
    a_healthy_plugin_gets_all("links::beside_a_plugin_whose_machine_is_off", PATIENT, |_| {
        ON_NO_MACHINE.parse().unwrap()
    });
}

#[test]
fn beside_a_plugin_behind_a_slow_link() {
    let test = "links::beside_a_plugin_behind_a_slow_link";
    // Nobody reads there, but the port is open.
    let mut listens = None;
    a_healthy_plugin_gets_all(test, SLOW, |world| {
        let socket = world.server.enter(|| UdpSocket::bind((Family::V4.server(), 0)).unwrap());
        let address = socket.local_addr().unwrap();
        listens = Some(socket);
        address
    });
}
