//! The receiving thread: drains the socket into bounded memory, so a main loop that stalls loses only
//! outdated telemetry.

use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Stats;
use super::arrivals::Arrivals;
use super::link::Link;
use crate::datagram::panic_message;
use crate::error::Error;
use crate::net::{LARGEST_DATAGRAM, Stop, Watch, Worker, source};
use crate::protocol::CarId;
use crate::protocol::peek::{self, CAR_UPDATE_LENGTH};

/// Bytes that keeping a datagram costs besides its payload: its place in a queue that may be half empty, and
/// an allocation. The builder's documentation states this number.
const OVERHEAD: usize = 160;
const _: () = assert!(2 * size_of::<(u64, Other)>() + 16 <= OVERHEAD);

/// A relay's memory for the host's events if the builder sets none: a megabyte.
#[cfg(feature = "relay")]
const USUAL_MEMORY: usize = 1 << 20;

/// A client whose datagrams a thread receives: its own, or a relay's.
#[derive(Debug)]
pub(super) struct Background {
    inbox: Arc<Inbox>,
    /// `None` if a relay receives.
    _worker: Option<Worker>,
}

/// The queue between the thread and the client.
#[derive(Debug)]
pub(crate) struct Inbox {
    backlog: Mutex<Backlog>,
    arrived: Condvar,
}

impl Background {
    pub(super) fn start(link: &Arc<Link>, memory: usize) -> Result<Self, Error> {
        let inbox = Arc::new(Inbox::new(memory));
        let worker = Worker::spawn("acudpclient", {
            let (link, inbox) = (link.clone(), inbox.clone());
            move |stop| inbox.filled_by(|| fill(&inbox, &link, stop))
        });
        let worker = worker.map_err(|error| Error::io("cannot start the receiving thread", error))?;
        Ok(Self { inbox, _worker: Some(worker) })
    }

    /// Ends the client's own thread, if any: from now on a relay fills the inbox.
    #[cfg(feature = "relay")]
    pub(super) fn handed_over(this: Option<Self>) -> (Self, Arc<Inbox>) {
        let inbox = match this {
            // The rest of it, the thread, ends here.
            Some(Self { inbox, .. }) => inbox,
            None => Arc::new(Inbox::new(USUAL_MEMORY)),
        };
        (Self { inbox: inbox.clone(), _worker: None }, inbox)
    }

    /// Copies the oldest datagram into the buffer and returns its length. Sets its sender and arrival.
    pub(super) fn receive(
        &self,
        buffer: &mut [u8],
        sender: &mut SocketAddr,
        arrivals: &mut Arrivals,
    ) -> Result<Option<usize>, Error> {
        self.inbox.lock().pop(buffer, sender, arrivals)
    }

    /// Waits until something is there, at most for the timeout.
    pub(super) fn wait(&self, timeout: Duration) {
        let is_empty = |backlog: &mut Backlog| backlog.len() == 0 && backlog.end.is_none();
        drop(self.inbox.arrived.wait_timeout_while(self.inbox.lock(), timeout, is_empty));
    }

    /// When the last datagram came, even if nobody has fetched it or it is for a relay's plugins only.
    pub(super) fn last_heard(&self) -> Option<Instant> {
        self.inbox.lock().last_heard
    }

    /// Adds the counters of the backlog.
    pub(super) fn complete(&self, stats: &mut Stats) {
        let backlog = self.inbox.lock();
        stats.waiting = backlog.len() as u64;
        stats.car_updates_replaced = backlog.replaced;
        stats.dropped = backlog.dropped;
    }
}

/// The thread.
fn fill(inbox: &Inbox, link: &Link, stop: &Stop) {
    let mut buffer = vec![0; LARGEST_DATAGRAM];
    let mut sender = link.server();
    let mut sources = [stop.waker().source(), source(link.socket().udp())];
    let mut watch = Watch::new(&mut sources, Some(stop.waker()));
    while !stop.is_wanted() {
        match link.receive(&mut buffer, &mut sender) {
            Ok(Some(length)) => {
                watch.received();
                inbox.push(&buffer[..length], sender, Instant::now());
                continue;
            }
            Ok(None) => {}
            Err(error) => {
                if inbox.push_error(error).is_break() {
                    return;
                }
            }
        }
        watch.wait(link.next_due().unwrap_or(Duration::MAX));
    }
}

impl Inbox {
    fn new(memory: usize) -> Self {
        Self { backlog: Mutex::new(Backlog::new(memory)), arrived: Condvar::new() }
    }

    fn lock(&self) -> MutexGuard<'_, Backlog> {
        self.backlog.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs the thread's work. If it panics, which would be our bug, the client gets an error instead of waiting
    /// forever.
    pub(crate) fn filled_by(&self, fill: impl FnOnce()) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(fill)) {
            let panic = io::Error::other(format!("it panicked: {}", panic_message(&*panic)));
            self.end(Error::io("the receiving thread has ended, the client receives nothing more", panic));
        }
    }

    pub(crate) fn push(&self, datagram: &[u8], sender: SocketAddr, time: Instant) {
        self.lock().push(datagram, sender, time);
        self.arrived.notify_one();
    }

    /// A datagram came that is not for this client.
    #[cfg(feature = "relay")]
    pub(crate) fn pass_over(&self, time: Instant) {
        self.lock().last_heard = Some(time);
    }

    /// Hands an error to the client. Breaks if nothing more can be received.
    pub(crate) fn push_error(&self, error: Error) -> ControlFlow<()> {
        if !error.is_recoverable() {
            self.end(error);
            return ControlFlow::Break(());
        }
        self.lock().push_error(error);
        self.arrived.notify_one();
        ControlFlow::Continue(())
    }

    fn end(&self, error: Error) {
        self.lock().end = Some(error);
        self.arrived.notify_one();
    }
}

/// What has arrived and not been fetched: each car's newest CAR_UPDATE, and everything else while it fits
/// into the memory.
#[derive(Debug)]
struct Backlog {
    /// Everything but CAR_UPDATEs, by ascending number.
    others: VecDeque<(u64, Other)>,
    car_updates: BTreeMap<u64, NewestUpdate>,
    /// The number under which `car_updates` keeps a car's update.
    newest: [Option<u64>; 256],
    next_number: u64,
    /// Bytes left for `others`.
    memory: usize,
    replaced: u64,
    dropped: u64,
    last_heard: Option<Instant>,
    /// Why nothing more will come.
    end: Option<Error>,
}

#[derive(Debug)]
enum Other {
    Datagram { bytes: Box<[u8]>, sender: SocketAddr, time: Instant },
    Error(Box<Error>),
}

#[derive(Debug)]
struct NewestUpdate {
    car_id: CarId,
    /// The packet alone, without any bytes after it.
    bytes: [u8; CAR_UPDATE_LENGTH],
    sender: SocketAddr,
    time: Instant,
}

impl Other {
    fn cost(&self) -> usize {
        match self {
            Self::Datagram { bytes, .. } => OVERHEAD + bytes.len(),
            Self::Error(_) => OVERHEAD + size_of::<Error>(),
        }
    }
}

impl Backlog {
    fn new(memory: usize) -> Self {
        Self {
            others: VecDeque::new(),
            car_updates: BTreeMap::new(),
            newest: [None; 256],
            next_number: 0,
            memory,
            replaced: 0,
            dropped: 0,
            last_heard: None,
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
        self.last_heard = Some(time);
        match peek::car_update(datagram) {
            Some((car_id, &bytes)) => {
                let number = self.number();
                if let Some(outdated) = self.newest[usize::from(car_id.0)].replace(number) {
                    self.car_updates.remove(&outdated);
                    self.replaced += 1;
                }
                self.car_updates.insert(number, NewestUpdate { car_id, bytes, sender, time });
            }
            None => self.push_other(Other::Datagram { bytes: datagram.into(), sender, time }),
        }
    }

    fn push_error(&mut self, error: Error) {
        // Keep one of several equal errors in a row.
        if !matches!(self.others.back(), Some((_, Other::Error(last))) if **last == error) {
            self.push_other(Other::Error(Box::new(error)));
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

    /// Takes whichever came first, the front of `car_updates` or the front of `others`. Both are sorted by number,
    /// so the lower of the two front numbers came first. The final error comes after everything else, again and
    /// again.
    fn pop(
        &mut self,
        buffer: &mut [u8],
        sender: &mut SocketAddr,
        arrivals: &mut Arrivals,
    ) -> Result<Option<usize>, Error> {
        let update = self.car_updates.first_key_value().map(|(&number, _)| number);
        let other = self.others.front().map(|&(number, _)| number);
        let mut deliver = |bytes: &[u8], from, time| {
            buffer[..bytes.len()].copy_from_slice(bytes);
            *sender = from;
            arrivals.at(time, bytes.len());
            Ok(Some(bytes.len()))
        };
        if update.is_some_and(|update| other.is_none_or(|other| update < other)) {
            let Some((_, update)) = self.car_updates.pop_first() else { return Ok(None) };
            self.newest[usize::from(update.car_id.0)] = None;
            return deliver(&update.bytes, update.sender, update.time);
        }
        match self.others.pop_front() {
            Some((_, other)) => {
                self.memory += other.cost();
                match other {
                    Other::Datagram { bytes, sender, time } => deliver(&bytes, sender, time),
                    Other::Error(error) => Err(*error),
                }
            }
            None => self.end.clone().map_or(Ok(None), Err),
        }
    }
}
