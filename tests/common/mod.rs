//! A server on loopback that does what a test tells it.

#![allow(dead_code)] // each test program uses its part

pub mod log;

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use acudpclient::AcUdpClient;
use acudpclient::protocol::{Chat, Command, Event};

/// Long enough for the slowest machine; a test waits for it only when it fails.
pub const PATIENCE: Duration = Duration::from_secs(20);

pub struct Server {
    pub socket: UdpSocket,
}

impl Server {
    pub fn start() -> Self {
        Self::start_on("127.0.0.1:0".parse().unwrap())
    }

    /// On an address that no other test uses, so that none takes its port when it is stopped.
    pub fn start_alone() -> Self {
        static COUNT: AtomicU8 = AtomicU8::new(1);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let [.., high, low] = std::process::id().to_be_bytes();
        // Only Linux surely has the others, and sends from them.
        let ip = if cfg!(target_os = "linux") { [127, high | 1, low, count] } else { [127, 0, 0, 1] };
        Self::start_on((ip, 0).into())
    }

    pub fn start_on(address: SocketAddr) -> Self {
        let socket = UdpSocket::bind(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { socket }
    }

    pub fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// A client of this server, on a port of its own.
    pub fn client(&self) -> AcUdpClient {
        AcUdpClient::bind("127.0.0.1:0", self.address()).unwrap()
    }

    pub fn send(&self, client: &AcUdpClient, event: &Event) {
        self.send_bytes(client, &event.encode().unwrap());
    }

    pub fn send_bytes(&self, client: &AcUdpClient, datagram: &[u8]) {
        assert_eq!(self.socket.send_to(datagram, client.local_addr()).unwrap(), datagram.len());
    }

    /// Waits for a datagram.
    pub fn receive_bytes(&self) -> (Vec<u8>, SocketAddr) {
        let mut buffer = vec![0; 65_535];
        let (length, sender) = self.socket.recv_from(&mut buffer).expect("no datagram has come");
        buffer.truncate(length);
        (buffer, sender)
    }

    /// Waits for a command.
    pub fn receive(&self) -> Command {
        Command::decode(&self.receive_bytes().0).unwrap()
    }
}

pub fn chat(message: &str) -> Event {
    let mut chat = Chat::default();
    chat.message = message.to_owned();
    Event::Chat(chat)
}

/// The next event, which has to come.
pub fn expect_event(client: &mut AcUdpClient) -> Event {
    client.wait_event(PATIENCE).unwrap().expect("no event has come")
}
