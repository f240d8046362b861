//! Many plugins in one process, one of which at a time has the telemetry of all its cars waiting.

use std::hint::black_box;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};

use super::loopback::Server;

/// What has one socket and can be drained.
pub trait Plugin: AsRawFd {
    fn on(server: &Server) -> Self;
    fn address(&self) -> SocketAddr;
    /// Takes all that waits.
    fn drain(&mut self, buffer: &mut [u8]) -> u64;
}

impl Plugin for AcUdpClient {
    fn on(server: &Server) -> Self {
        server.client()
    }

    fn address(&self) -> SocketAddr {
        self.local_addr()
    }

    fn drain(&mut self, _buffer: &mut [u8]) -> u64 {
        let mut count = 0;
        while let Some(event) = self.next_event().expect("an event") {
            black_box(&event);
            count += 1;
        }
        count
    }
}

impl Plugin for UdpSocket {
    fn on(server: &Server) -> Self {
        server.bare()
    }

    fn address(&self) -> SocketAddr {
        self.local_addr().expect("an address")
    }

    fn drain(&mut self, buffer: &mut [u8]) -> u64 {
        let mut count = 0;
        loop {
            match self.recv(buffer) {
                Ok(length) => count += u64::from(black_box(length) > 0),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return count,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

/// A socket with its own buffer, as a client has one.
pub struct Buffered(UdpSocket, Vec<u8>);

impl AsRawFd for Buffered {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl Plugin for Buffered {
    fn on(server: &Server) -> Self {
        Self(server.bare(), vec![0; 65_535])
    }

    fn address(&self) -> SocketAddr {
        self.0.address()
    }

    fn drain(&mut self, _buffer: &mut [u8]) -> u64 {
        self.0.drain(&mut self.1)
    }
}

pub struct Fleet<P> {
    server: Server,
    cars: u64,
    plugins: Vec<P>,
    poll: Poll,
    ready: Events,
    buffer: Vec<u8>,
    next: usize,
}

impl<P: Plugin> Fleet<P> {
    /// So many plugins need one open file each: `ulimit -n 4096` allows for them.
    pub fn new(size: usize, cars: u64) -> Self {
        let server = Server::start();
        let plugins: Vec<P> = (0..size).map(|_| P::on(&server)).collect();
        let poll = Poll::new().expect("a poller");
        for (index, plugin) in plugins.iter().enumerate() {
            let socket = plugin.as_raw_fd();
            poll.registry()
                .register(&mut SourceFd(&socket), Token(index), Interest::READABLE)
                .expect("it is registered");
        }
        Self {
            server,
            cars,
            plugins,
            poll,
            ready: Events::with_capacity(64),
            buffer: vec![0; 65_535],
            next: 0,
        }
    }

    /// The next server sends a step.
    fn step(&mut self) {
        self.next = (self.next + 1) % self.plugins.len();
        self.server.send_telemetry(self.plugins[self.next].address(), self.cars);
    }

    /// How long it takes to fetch a step by looking at each plugin.
    pub fn in_turn(&mut self) -> Duration {
        self.step();
        let start = Instant::now();
        let count: u64 = self.plugins.iter_mut().map(|plugin| plugin.drain(&mut self.buffer)).sum();
        let took = start.elapsed();
        assert_eq!(count, self.cars);
        took
    }

    pub fn forget_what_is_ready(&mut self) {
        loop {
            self.poll.poll(&mut self.ready, Some(Duration::ZERO)).expect("what is ready");
            if self.ready.is_empty() {
                break;
            }
        }
    }

    /// How long it takes to fetch a step from the plugin that the system says is ready.
    pub fn by_readiness(&mut self) -> Duration {
        self.step();
        let start = Instant::now();
        let mut count = 0;
        while count < self.cars {
            self.poll.poll(&mut self.ready, None).expect("what is ready");
            for event in &self.ready {
                count += self.plugins[event.token().0].drain(&mut self.buffer);
            }
        }
        start.elapsed()
    }
}
