//! Traffic that goes on while a client or a relay is dropped.

use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;

use super::chat;

/// What half of the drops take at most.
const QUICK: Duration = Duration::from_millis(50);

/// What no drop takes, on a busy machine either.
const LONGEST: Duration = Duration::from_secs(1);

/// A thread that does the same again and again until this is dropped.
pub struct Traffic {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Traffic {
    pub fn every(pause: Duration, mut work: impl FnMut() + Send + 'static) -> Self {
        let (stop, stopped) = mpsc::channel();
        let thread = thread::spawn(move || {
            while stopped.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                work();
            }
        });
        Self { stop: Some(stop), thread: Some(thread) }
    }

    /// Sends this many chat lines per second.
    pub fn stream(socket: UdpSocket, to: SocketAddr, per_second: u32) -> Self {
        let line = chat("hello").encode().unwrap();
        // The receiver may be gone already.
        Self::every(Duration::from_secs(1) / per_second, move || drop(socket.send_to(&line, to)))
    }

    /// Answers whatever comes.
    pub fn answers(socket: UdpSocket) -> Self {
        let line = chat("hello").encode().unwrap();
        let mut buffer = [0; 2048];
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        Self::every(Duration::ZERO, move || {
            if let Ok((_, sender)) = socket.recv_from(&mut buffer) {
                let _ = socket.send_to(&line, sender);
            }
        })
    }
}

impl Drop for Traffic {
    fn drop(&mut self) {
        drop(self.stop.take());
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

/// How long it took, if it was quicker than the longest.
fn time_to_drop(what: impl Send + 'static) -> Option<Duration> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        let start = Instant::now();
        drop(what);
        let _ = tell.send(start.elapsed());
    });
    told.recv_timeout(LONGEST).ok()
}

/// Something to drop, the addresses that are free then, and the traffic that goes on meanwhile.
pub struct Round<T, K> {
    pub dropped: T,
    pub addresses: Vec<SocketAddr>,
    pub traffic: K,
}

/// Has each round made and dropped; the drops are quick, and the ports free at once.
pub fn assert_quick<T: Send + 'static, K>(rounds: usize, mut round: impl FnMut(usize) -> Round<T, K>) {
    let mut times = Vec::with_capacity(rounds);
    let mut taken = 0;
    for number in 0..rounds {
        let Round { dropped, addresses, traffic: _traffic } = round(number);
        let time = time_to_drop(dropped);
        times.push(
            time.unwrap_or_else(|| panic!("drop {number} of {rounds} has not ended after {LONGEST:?}")),
        );
        for address in addresses {
            match UdpSocket::bind(address) {
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::AddrInUse => taken += 1,
                Err(error) => panic!("cannot bind {address}: {error}"),
            }
        }
    }
    times.sort();
    let (median, longest) = (times[rounds / 2], times[rounds - 1]);
    println!("{rounds} drops: median {median:?}, longest {longest:?}, ports still taken: {taken}");
    assert!(median < QUICK, "half of {rounds} drops took longer than {median:?}");
    assert_eq!(taken, 0, "ports still taken after {rounds} drops");
}

pub fn client(ip: IpAddr, server: SocketAddr, in_background: bool) -> AcUdpClient {
    let mut builder = AcUdpClient::builder();
    if in_background {
        builder = builder.receive_in_background(1 << 20);
    }
    builder.bind((ip, 0), server).unwrap()
}
