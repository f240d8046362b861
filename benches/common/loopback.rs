//! Servers and plugins on loopback.

use std::net::{SocketAddr, UdpSocket};
use std::time::{Duration, Instant};

use acudpclient::protocol::{CarUpdate, Event};
use acudpclient::{AcUdpClient, Subscriber};

use super::packets;

/// How many datagrams wait at once: fewer than the system's buffer holds.
pub const AT_ONCE: u64 = 200;

/// A socket that does not wait forever.
pub fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket on loopback");
    socket.set_read_timeout(Some(Duration::from_secs(5))).expect("a timeout");
    socket
}

/// A server that sends what it is told to.
pub struct Server {
    socket: UdpSocket,
    telemetry: Vec<u8>,
}

impl Server {
    pub fn start() -> Self {
        let telemetry = Event::CarUpdate(packets::update()).encode().expect("a packet");
        Self { socket: socket(), telemetry }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().expect("an address")
    }

    /// On loopback a datagram is there as soon as it is sent.
    pub fn send_telemetry(&self, to: SocketAddr, count: u64) {
        for _ in 0..count {
            self.socket.send_to(&self.telemetry, to).expect("it is sent");
        }
    }

    pub fn client(&self) -> AcUdpClient {
        let mut client = AcUdpClient::bind("127.0.0.1:0", self.address()).expect("a client");
        assert_eq!(client.next_event(), Ok(None));
        client
    }

    /// How long it takes to receive so many datagrams one by one, which are sent there before. The function is called
    /// in one place, so that it is inlined there, as a program's own loop would be.
    pub fn time_receiving(&self, at: SocketAddr, datagrams: u64, receive: &mut impl FnMut()) -> Duration {
        in_portions(datagrams, |count| {
            self.send_telemetry(at, count);
            timed(count, receive)
        })
    }

    /// How long it takes to send so many datagrams one by one, which are received here afterwards.
    pub fn time_sending(&self, datagrams: u64, mut send: impl FnMut()) -> Duration {
        let mut buffer = [0; 64];
        in_portions(datagrams, |count| {
            let took = timed(count, &mut send);
            for _ in 0..count {
                self.socket.recv(&mut buffer).expect("a command");
            }
            took
        })
    }

    /// What a plugin has at least: a non-blocking socket.
    pub fn bare(&self) -> UdpSocket {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket on loopback");
        socket.set_nonblocking(true).expect("it does not block");
        socket.connect(self.address()).expect("it is connected");
        socket
    }
}

/// Adds up the gears of all telemetry.
#[derive(Default)]
pub struct Counter(u64);

impl Subscriber for Counter {
    fn on_car_update(&mut self, update: &CarUpdate) {
        self.0 += u64::from(u8::from(update.gear));
    }
}

fn in_portions(datagrams: u64, mut time: impl FnMut(u64) -> Duration) -> Duration {
    let mut took = Duration::ZERO;
    let mut left = datagrams;
    while left > 0 {
        let count = left.min(AT_ONCE);
        took += time(count);
        left -= count;
    }
    took
}

fn timed(count: u64, work: &mut impl FnMut()) -> Duration {
    let start = Instant::now();
    for _ in 0..count {
        work();
    }
    start.elapsed()
}
