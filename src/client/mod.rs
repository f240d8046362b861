//! [`AcUdpClient`]: receives events, sends commands.

mod background;
mod builder;
mod commands;
mod fetch;
mod late;
mod link;
mod stats;

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use builder::AcUdpClientBuilder;
pub use commands::CommandSender;
pub use stats::Stats;

use crate::error::Error;
use crate::protocol::{CarId, Command, DecodeError, EncodeError, Event, SetSessionInfo};
use crate::subscriber::Subscriber;
use background::Background;
use commands::command_methods;
use fetch::Kept;
use late::MissedCars;
pub(crate) use link::{Link, Received, Tap};

/// No UDP datagram is longer.
pub(crate) const LARGEST_DATAGRAM: usize = 65_535;

/// How many datagrams that are for a relay's plugins alone one poll passes on: about what the
/// system's receive buffer holds, so that a poll ends.
const MOST_PASSED_ON: usize = 256;

/// A plugin's connection to one server: polls events, calls subscribers, sends commands.
///
/// It has one UDP socket for both directions, connected to the server, so that the kernel drops
/// what comes from anyone else. It has no thread: nothing happens but in your calls, and between
/// them the system keeps what arrives, as far as the socket's receive buffer goes. A program that
/// may not poll for a while asks for
/// [a receiving thread](AcUdpClientBuilder::receive_in_background).
///
/// After every error for which [`Error::is_recoverable`] is true it goes on as before.
///
/// ```no_run
/// use acudpclient::protocol::Event;
/// use acudpclient::{AcUdpClient, Error};
///
/// fn main() -> Result<(), Error> {
///     let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
///     loop {
///         for event in client.drain(1000) {
///             match event {
///                 Ok(Event::Chat(chat)) => println!("{chat}"),
///                 Ok(_) => {}
///                 Err(error) if error.is_recoverable() => eprintln!("{error}"),
///                 Err(error) => return Err(error),
///             }
///         }
///         // … the rest of the frame …
///     }
/// }
/// ```
// In this order what each datagram needs is side by side, in few lines of the cache. A program with many
// clients feels it (`cargo bench --bench goals`).
#[repr(C)]
pub struct AcUdpClient {
    link: Arc<Link>,
    buffer: Box<[u8]>,
    background: Option<Background>,
    kept: Kept,
    missed_cars: MissedCars,
    arrivals: Arrivals,
    /// The server has restarted or begun a session, and the realtime report must be asked for.
    report_due: bool,
    subscribers: Vec<(SubscriberId, Box<dyn Subscriber + Send>)>,
    stats: Stats,
    /// The server, if there is none.
    last_sender: SocketAddr,
    next_subscriber: u64,
}

/// How many datagrams count as received at one time.
const MOST_AT_ONE_TIME: u8 = 64;

/// When datagrams were received. Looking at the clock for each of them would cost more than
/// decoding it.
#[derive(Debug, Default)]
struct Arrivals {
    last: Option<Instant>,
    /// How many more are taken until the clock is looked at.
    left: u8,
}

impl Arrivals {
    #[inline(always)]
    fn one(&mut self) {
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => {
                self.last = Some(Instant::now());
                self.left = MOST_AT_ONE_TIME - 1;
            }
        }
    }

    fn none(&mut self) {
        self.left = 0;
    }

    fn at(&mut self, time: Instant) {
        self.last = Some(time);
    }
}

/// Names one subscription of one client, for [`AcUdpClient::unsubscribe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SubscriberId(u64);

impl AcUdpClient {
    /// Binds the local address, `UDP_PLUGIN_ADDRESS` in the server's `server_cfg.ini`, for the
    /// server that listens on the other one, `UDP_PLUGIN_LOCAL_PORT` on the server's machine. See
    /// [`AcUdpClientBuilder::bind`].
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if an address cannot be resolved or bound, or if one of the two is IPv4 and
    /// the other one IPv6. That no server is there is not noticed yet.
    pub fn bind(local: impl ToSocketAddrs, server: impl ToSocketAddrs) -> Result<Self, Error> {
        Self::builder().bind(local, server)
    }

    /// For a client with other than the usual settings.
    pub fn builder() -> AcUdpClientBuilder {
        AcUdpClientBuilder::default()
    }

    /// Uses a socket that is bound already, for options that this crate does not have. It becomes
    /// non-blocking and connected to the server.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system refuses that.
    pub fn from_socket(socket: UdpSocket, server: SocketAddr) -> Result<Self, Error> {
        Self::builder().from_socket(socket, server)
    }

    fn new(link: Link, background_memory: Option<usize>) -> Result<Self, Error> {
        let last_sender = link.server();
        let link = Arc::new(link);
        let background = match background_memory {
            Some(memory) => Some(Background::start(link.clone(), memory)?),
            None => None,
        };
        Ok(Self {
            link,
            background,
            buffer: vec![0; LARGEST_DATAGRAM].into(),
            subscribers: Vec::new(),
            next_subscriber: 0,
            stats: Stats::new(),
            arrivals: Arrivals::default(),
            last_sender,
            report_due: false,
            kept: Kept::default(),
            missed_cars: MissedCars::default(),
        })
    }

    /// The next event if one is waiting, `None` if none is. Never blocks. The subscribers have
    /// seen the event when it is returned.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`] and [`Error::ServerUnreachable`], after which the client goes on; an
    /// error costs one datagram at most. [`Error::Io`] if the socket fails otherwise.
    // It and what it calls up to the system call are one function, since processors with mitigations
    // mispredict a return from a function that was entered before a system call.
    #[inline]
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        self.next_of(&mut (MOST_PASSED_ON + 1))
    }

    /// The next event that is waiting, for which it takes at most that many datagrams, and
    /// subtracts those it took.
    #[inline(always)]
    fn next_of(&mut self, most: &mut usize) -> Result<Option<Event>, Error> {
        while let Some(left) = most.checked_sub(1) {
            *most = left;
            if let Some(kept) = self.kept.pop() {
                return kept.map(Some);
            }
            match self.receive(Duration::ZERO)? {
                Received::Datagram { length } => return self.deliver(length),
                Received::PassedOn => {}
                Received::Nothing => break,
            }
        }
        Ok(None)
    }

    /// The next event, for which it blocks at most that long; `None` if none has come. For
    /// programs without a loop of their own.
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    pub fn wait_event(&mut self, timeout: Duration) -> Result<Option<Event>, Error> {
        match self.kept.pop() {
            Some(kept) => kept.map(Some),
            None => self.receive_within(timeout),
        }
    }

    /// The events that are waiting, for one frame of a game loop: ends when nothing waits any
    /// more, at the latest after `most` datagrams, so that a flood cannot hold up the frame. What
    /// is left waits for the next frame.
    ///
    /// An `Err` does not end it unless the client is no longer usable.
    pub fn drain(&mut self, most: usize) -> Drain<'_> {
        Drain { client: self, left: most }
    }

    /// The next event from the network, for which it blocks at most that long.
    fn receive_within(&mut self, timeout: Duration) -> Result<Option<Event>, Error> {
        let mut start = None;
        let mut left = Duration::ZERO;
        loop {
            if let Received::Datagram { length } = self.receive(left.min(self.missed_cars.pause()))? {
                return self.deliver(length);
            }
            // What waits already is fetched without looking at the clock.
            left = timeout.saturating_sub(start.get_or_insert_with(Instant::now).elapsed());
            if left.is_zero() {
                return Ok(None);
            }
        }
    }

    /// Takes one datagram into the buffer, for which it blocks at most that long. It may give up too
    /// early.
    #[inline(always)]
    fn receive(&mut self, timeout: Duration) -> Result<Received, Error> {
        if self.report_due {
            self.ask_for_due_report();
        }
        self.missed_cars.ask(&self.link);
        let (buffer, sender) = (&mut self.buffer, &mut self.last_sender);
        if let Some(background) = &self.background {
            return background.receive(timeout, buffer, sender, &mut self.arrivals);
        }
        let received = if timeout.is_zero() {
            self.link.receive(buffer, sender)?
        } else {
            self.link.receive_within(timeout, buffer, sender)?
        };
        match received {
            Received::Nothing => self.arrivals.none(),
            Received::PassedOn | Received::Datagram { .. } => self.arrivals.one(),
        }
        Ok(received)
    }

    /// Decodes the datagram in the buffer and calls the subscribers.
    #[inline(always)]
    fn deliver(&mut self, length: usize) -> Result<Option<Event>, Error> {
        // Where the caller gets it, it is written: moving an event takes longer than decoding it.
        let mut delivered = None;
        let datagram = &self.buffer[..length];
        self.stats.datagrams += 1;
        self.stats.bytes += length as u64;
        Event::decode_into(datagram, &mut delivered)
            .map_err(|error| undecodable(error, self.last_sender, &mut self.stats))?;
        self.stats.count_event(datagram[0]);
        if let Some(event) = &delivered {
            if log::log_enabled!(log::Level::Trace) {
                trace(event);
            }
            if matches!(event, Event::Version(_) | Event::NewSession(_)) {
                // Before the subscribers are called, so that an interval that one of them sets stays.
                self.ask_for_due_report();
            }
            if !self.subscribers.is_empty() {
                self.dispatch(event);
            }
        }
        Ok(delivered)
    }

    #[inline(never)]
    fn dispatch(&mut self, event: &Event) {
        for (_, subscriber) in &mut self.subscribers {
            event.dispatch(subscriber);
        }
    }

    /// Asks for the realtime report, now or the next time if it cannot be sent now.
    #[cold]
    fn ask_for_due_report(&mut self) {
        self.report_due = true;
        match self.link.ask_for_report_again() {
            Ok(()) => self.report_due = false,
            Err(error) => log::warn!("the realtime report was not asked for again: {error}"),
        }
    }

    /// Has a subscriber called for every event from now on, after those that came before it.
    ///
    /// It is moved into the client. To read it later, subscribe an `Arc<Mutex<S>>`.
    pub fn subscribe(&mut self, subscriber: impl Subscriber + Send + 'static) -> SubscriberId {
        let id = SubscriberId(self.next_subscriber);
        self.next_subscriber += 1;
        self.subscribers.push((id, Box::new(subscriber)));
        id
    }

    /// Ends a subscription and gives the subscriber back; `None` if it has ended before.
    pub fn unsubscribe(&mut self, id: SubscriberId) -> Option<Box<dyn Subscriber + Send>> {
        let index = self.subscribers.iter().position(|(other, _)| *other == id)?;
        Some(self.subscribers.remove(index).1)
    }

    /// A handle that sends commands through this client's socket, for handlers and other threads.
    #[must_use]
    pub fn commands(&self) -> CommandSender {
        CommandSender::new(Arc::downgrade(&self.link))
    }

    /// Sends any command.
    ///
    /// That it was sent does not mean that it arrived: UDP does not tell, and most commands have
    /// no answer. Where no server listens, the next [`next_event`](Self::next_event) says so.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`], [`Error::SendBufferFull`], [`Error::ServerUnreachable`] and [`Error::Io`].
    pub fn send(&self, command: &Command) -> Result<(), Error> {
        self.link.send(command)
    }

    command_methods!();

    /// The address that the client is bound to, with the port that the system chose if it was
    /// asked for port 0.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.link.local()
    }

    /// The server's address, as resolved.
    #[must_use]
    pub fn server_addr(&self) -> SocketAddr {
        self.link.server()
    }

    /// What went through the client so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = self.stats.clone();
        stats.commands_sent = self.link.commands_sent();
        if let Some(background) = &self.background {
            background.complete(&mut stats);
        }
        stats
    }

    /// How many datagrams the system has dropped because the socket's receive buffer was full: the
    /// program polls too seldom. Linux tells (in `/proc/net/udp`, which this reads); elsewhere, and
    /// where that cannot be read, it is `None`. On Windows and macOS such a loss shows in the
    /// statistics of the whole machine alone (`netstat -s`).
    #[must_use]
    pub fn dropped_by_system(&self) -> Option<u64> {
        self.link.dropped_by_system()
    }

    /// The size of the system's receive buffer in bytes, as granted. On Linux it is twice what was
    /// set, half of it for the kernel's bookkeeping.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system does not tell.
    #[cfg(feature = "socket2")]
    #[cfg_attr(docsrs, doc(cfg(feature = "socket2")))]
    pub fn recv_buffer_size(&self) -> Result<usize, Error> {
        self.link.recv_buffer_size()
    }

    /// When the last datagram was received, even if it was undecodable. A server with the realtime
    /// report on and a driver on the track is never silent for long.
    ///
    /// The clock is not looked at for every datagram: of those that are fetched one after the other,
    /// with never a call between them that finds none, up to 64 have the time of the first of them.
    #[must_use]
    pub fn last_received(&self) -> Option<Instant> {
        self.arrivals.last
    }

    /// Who sent the last datagram. It is the server, unless
    /// [any sender is accepted](AcUdpClientBuilder::accept_any_sender).
    #[must_use]
    pub fn last_sender(&self) -> Option<SocketAddr> {
        self.arrivals.last.map(|_| self.last_sender)
    }
}

#[cold]
fn undecodable(error: DecodeError, sender: SocketAddr, stats: &mut Stats) -> Error {
    stats.undecodable += 1;
    log::debug!("undecodable datagram of {sender}: {error}");
    Error::Decode(error)
}

#[cold]
fn trace(event: &Event) {
    log::trace!("received {event}");
}

impl fmt::Debug for AcUdpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcUdpClient")
            .field("link", &self.link)
            .field("subscribers", &self.subscribers.len())
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

/// The socket, to wait for it with a poller such as mio. Don't read from it. When it is readable, call
/// [`next_event`](AcUdpClient::next_event) until it returns `None`, since some pollers tell only once.
#[cfg(unix)]
impl std::os::fd::AsFd for AcUdpClient {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.link.socket().as_fd()
    }
}

/// The socket, to wait for it with a poller such as mio. Don't read from it.
#[cfg(unix)]
impl std::os::fd::AsRawFd for AcUdpClient {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.link.socket().as_raw_fd()
    }
}

/// The socket, to wait for it with a poller such as mio. Don't read from it.
#[cfg(windows)]
impl std::os::windows::io::AsSocket for AcUdpClient {
    fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
        self.link.socket().as_socket()
    }
}

/// The socket, to wait for it with a poller such as mio. Don't read from it.
#[cfg(windows)]
impl std::os::windows::io::AsRawSocket for AcUdpClient {
    fn as_raw_socket(&self) -> std::os::windows::io::RawSocket {
        self.link.socket().as_raw_socket()
    }
}

/// The events of one frame, see [`AcUdpClient::drain`].
#[derive(Debug)]
#[must_use = "nothing is received until it is iterated"]
pub struct Drain<'a> {
    client: &'a mut AcUdpClient,
    left: usize,
}

impl Iterator for Drain<'_> {
    type Item = Result<Event, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let event = self.client.next_of(&mut self.left).transpose();
        if event.as_ref().is_none_or(|event| matches!(event, Err(error) if !error.is_recoverable())) {
            self.left = 0;
        }
        event
    }
}

impl std::iter::FusedIterator for Drain<'_> {}
