//! What the tests share: a server on loopback that does what a test tells it, and what must hold for every packet.

pub mod addresses;
pub mod checks;
pub mod http;
pub mod log;
#[cfg(target_os = "linux")]
pub mod netns;
pub mod prefixes;
pub mod process;
pub mod strategies;
pub mod texts;
pub mod traffic;
pub mod vector;

use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::protocol::{Chat, Command, Event};

pub use addresses::own_ip;
pub use process::PATIENCE;

pub struct Server {
    pub socket: UdpSocket,
}

impl Server {
    pub fn start() -> Self {
        Self::start_on("127.0.0.1:0".parse().unwrap())
    }

    /// On an address that no other test uses, so that none takes its port when it is stopped.
    pub fn start_alone() -> Self {
        Self::start_on((own_ip(), 0).into())
    }

    pub fn start_on(address: SocketAddr) -> Self {
        let socket = UdpSocket::bind(address).unwrap();
        socket.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { socket }
    }

    pub fn local_addr(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// A client of this server, on a port of its own.
    pub fn client(&self) -> AcUdpClient {
        AcUdpClient::bind("127.0.0.1:0", self.local_addr()).unwrap()
    }

    /// One with a thread that receives into this much memory.
    pub fn background_client(&self, memory: usize) -> AcUdpClient {
        AcUdpClient::builder().receive_in_background(memory).bind("127.0.0.1:0", self.local_addr()).unwrap()
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

/// Waits until it is so.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "never came true: {what}");
        thread::yield_now();
    }
}

/// What a test program is told so that it runs this test alone, in a process of its own.
pub fn only(test: &str) -> [&str; 4] {
    ["--exact", test, "--nocapture", "--test-threads=1"]
}

pub fn chat(message: &str) -> Event {
    Event::Chat(Chat { message: message.to_owned(), ..Chat::default() })
}

/// A wait in vain takes as long as asked, and hardly longer. Without a poller the library looks again and again,
/// with pauses of up to 10 ms.
pub fn assert_on_time(timeout: Duration, has_poller: bool, mut wait: impl FnMut(Duration)) {
    // What half of a series may take longer.
    let most = Duration::from_millis(if has_poller { 1 } else { 6 });
    const SERIES: usize = 10;
    let mut median_of_series = || {
        let mut late: Vec<_> = (0..50)
            .map(|_| {
                let start = Instant::now();
                wait(timeout);
                let took = start.elapsed();
                took.checked_sub(timeout).unwrap_or_else(|| panic!("{timeout:?} took only {took:?}"))
            })
            .collect();
        late.sort();
        late[late.len() / 2]
    };
    // A busy machine holds up some series, a wait that is wrong holds up each.
    let medians: Vec<_> = (0..SERIES).map(|_| median_of_series()).take_while(|late| *late > most).collect();
    assert!(medians.len() < SERIES, "waits of {timeout:?} took longer by {medians:?}");
}

/// The next event, which has to come, whatever is reported before it.
pub fn expect_event_despite_errors(client: &mut AcUdpClient) -> Event {
    loop {
        match client.wait_event(PATIENCE) {
            Ok(event) => return event.expect("no event has come"),
            Err(error) => assert!(error.is_recoverable(), "{error:?}"),
        }
    }
}

/// The next event, which has to come.
pub fn expect_event(client: &mut AcUdpClient) -> Event {
    client.wait_event(PATIENCE).unwrap().expect("no event has come")
}
