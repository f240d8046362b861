//! The receiving thread: drains the socket into bounded memory, so that a main loop that stalls
//! loses nothing but outdated telemetry.

use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::link::{Link, Received};
use super::{Arrivals, LARGEST_DATAGRAM, Stats};
use crate::error::Error;
use crate::protocol::id;

/// What keeping a datagram costs besides its bytes: its place in a queue that may be half empty,
/// and an allocation. The builder's documentation states it.
const OVERHEAD: usize = 160;
const _: () = assert!(2 * size_of::<(u64, Other)>() + 16 <= OVERHEAD);

/// A CAR_UPDATE; what follows it in its datagram is of no use.
const CAR_UPDATE_LENGTH: usize = 33;

/// How long the thread waits before it looks whether it has to end, where it cannot be woken.
const PATIENCE: Duration = Duration::from_millis(500);

#[derive(Debug)]
pub(super) struct Background {
    link: Arc<Link>,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    backlog: Mutex<Backlog>,
    arrived: Condvar,
}

impl Background {
    pub(super) fn start(link: Arc<Link>, memory: usize) -> Result<Self, Error> {
        link.set_blocking(Some(PATIENCE))?;
        let shared = Arc::new(Shared {
            backlog: Mutex::new(Backlog::new(link.server(), memory)),
            arrived: Condvar::new(),
        });
        let thread = thread::Builder::new().name("acudpclient".to_owned()).spawn({
            let (link, shared) = (link.clone(), shared.clone());
            move || shared.fill_from(&link)
        });
        let thread = thread.map_err(|error| Error::io("cannot start the receiving thread", &error))?;
        Ok(Self { link, shared, thread: Some(thread) })
    }

    /// The oldest datagram that has arrived, into the buffer; waits for one at most that long. Says
    /// who sent it and when it came.
    pub(super) fn receive(
        &self,
        timeout: Duration,
        buffer: &mut [u8],
        sender: &mut SocketAddr,
        arrivals: &mut Arrivals,
    ) -> Result<Received, Error> {
        let mut backlog = self.shared.lock();
        if !timeout.is_zero() {
            backlog = self
                .shared
                .arrived
                .wait_timeout_while(backlog, timeout, |backlog| backlog.len() == 0 && backlog.end.is_none())
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        backlog.pop(buffer, sender, arrivals)
    }

    /// Adds what only the backlog knows.
    pub(super) fn complete(&self, stats: &mut Stats) {
        let backlog = self.shared.lock();
        stats.waiting = backlog.len() as u64;
        stats.car_updates_replaced = backlog.replaced;
        stats.dropped = backlog.dropped;
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.link.close();
        if let Some(thread) = self.thread.take() {
            // A panic of the thread has been reported already, and a drop must not panic.
            let _ = thread.join();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread.
    fn fill_from(&self, link: &Link) {
        let mut buffer = vec![0; LARGEST_DATAGRAM];
        let mut sender = link.server();
        while !link.is_closed() {
            let received = match link.receive(&mut buffer, &mut sender) {
                Ok(Received::Nothing | Received::PassedOn) => continue,
                Ok(Received::Datagram { length }) => Ok((length, Instant::now())),
                Err(error) => Err(error),
            };
            let mut backlog = self.lock();
            match received {
                Ok((length, time)) => backlog.push(&buffer[..length], sender, time),
                Err(Error::ServerUnreachable { .. }) => backlog.push_unreachable(),
                Err(error) => backlog.end = Some(error),
            }
            let ended = backlog.end.is_some();
            drop(backlog);
            self.arrived.notify_one();
            if ended {
                return;
            }
        }
    }
}

/// What has arrived and not been fetched: of each car the newest CAR_UPDATE, and everything else
/// as far as the memory goes.
#[derive(Debug)]
struct Backlog {
    server: SocketAddr,
    /// In the order of their numbers.
    others: VecDeque<(u64, Other)>,
    car_updates: BTreeMap<u64, CarUpdate>,
    /// Under which number a car's update is kept.
    newest: [Option<u64>; 256],
    next_number: u64,
    /// What `others` may still cost.
    memory: usize,
    replaced: u64,
    dropped: u64,
    /// Why nothing will be added any more.
    end: Option<Error>,
}

#[derive(Debug)]
enum Other {
    Datagram { bytes: Box<[u8]>, sender: SocketAddr, time: Instant },
    ServerUnreachable,
}

#[derive(Debug)]
struct CarUpdate {
    bytes: [u8; CAR_UPDATE_LENGTH],
    sender: SocketAddr,
    time: Instant,
}

impl Other {
    fn cost(&self) -> usize {
        match self {
            Self::Datagram { bytes, .. } => OVERHEAD + bytes.len(),
            Self::ServerUnreachable => OVERHEAD,
        }
    }
}

impl Backlog {
    fn new(server: SocketAddr, memory: usize) -> Self {
        Self {
            server,
            others: VecDeque::new(),
            car_updates: BTreeMap::new(),
            newest: [None; 256],
            next_number: 0,
            memory,
            replaced: 0,
            dropped: 0,
            end: None,
        }
    }

    fn len(&self) -> usize {
        self.others.len() + self.car_updates.len()
    }

    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }

    fn push(&mut self, datagram: &[u8], sender: SocketAddr, time: Instant) {
        match datagram.first_chunk::<CAR_UPDATE_LENGTH>() {
            Some(&bytes) if bytes[0] == id::CAR_UPDATE => {
                let number = self.number();
                if let Some(outdated) = self.newest[usize::from(bytes[1])].replace(number) {
                    self.car_updates.remove(&outdated);
                    self.replaced += 1;
                }
                self.car_updates.insert(number, CarUpdate { bytes, sender, time });
            }
            _ => self.push_other(Other::Datagram { bytes: datagram.into(), sender, time }),
        }
    }

    fn push_unreachable(&mut self) {
        // Once in a row is enough.
        if !matches!(self.others.back(), Some((_, Other::ServerUnreachable))) {
            self.push_other(Other::ServerUnreachable);
        }
    }

    fn push_other(&mut self, other: Other) {
        match self.memory.checked_sub(other.cost()) {
            Some(rest) => {
                self.memory = rest;
                let number = self.number();
                self.others.push_back((number, other));
            }
            None => self.dropped += 1,
        }
    }

    fn pop(
        &mut self,
        buffer: &mut [u8],
        sender: &mut SocketAddr,
        arrivals: &mut Arrivals,
    ) -> Result<Received, Error> {
        let update = self.car_updates.first_key_value().map(|(&number, _)| number);
        let other = self.others.front().map(|&(number, _)| number);
        let mut deliver = |bytes: &[u8], from, time| {
            buffer[..bytes.len()].copy_from_slice(bytes);
            *sender = from;
            arrivals.at(time);
            Ok(Received::Datagram { length: bytes.len() })
        };
        if update.is_some_and(|update| other.is_none_or(|other| update < other)) {
            let Some((_, update)) = self.car_updates.pop_first() else { return Ok(Received::Nothing) };
            self.newest[usize::from(update.bytes[1])] = None;
            return deliver(&update.bytes, update.sender, update.time);
        }
        match self.others.pop_front() {
            Some((_, other)) => {
                self.memory += other.cost();
                match other {
                    Other::Datagram { bytes, sender, time } => deliver(&bytes, sender, time),
                    Other::ServerUnreachable => Err(Error::ServerUnreachable { server: self.server }),
                }
            }
            None => self.end.clone().map_or(Ok(Received::Nothing), Err),
        }
    }
}
