//! [`AcUdpClient`]: receives events, sends commands.

mod background;
mod builder;
mod commands;
mod drain;
mod fetch;
mod handles;
mod link;
mod presence;
mod request_missed;
mod stats;

use std::fmt;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

#[cfg(feature = "relay")]
pub(crate) use background::Inbox;
pub use builder::AcUdpClientBuilder;
pub use commands::CommandSender;
pub use drain::Drain;
#[cfg(feature = "relay")]
pub(crate) use link::Tap;
pub use presence::Silence;
pub use stats::{EventsById, Stats};

use crate::error::Error;
use crate::net::{LARGEST_DATAGRAM, Watch, source};
use crate::protocol::{CarId, Command, DecodeError, EncodeError, Event, SetSessionInfo};
use crate::subscriber::Subscriber;
use background::Background;
use commands::{Gate, command_methods, unix_ms};
use fetch::Kept;
pub(crate) use link::Link;
use request_missed::Missed;

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
/// use acudpclient::{AcUdpClient, Error, Event};
///
/// fn main() -> Result<(), Error> {
///     let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
///     loop {
///         for event in client.drain(1000) {
///             match event {
///                 Ok(Event::Chat(chat)) => println!("{chat}"),
///                 Ok(_) => {}
///                 Err(error) => eprintln!("{}", error.recoverable()?),
///             }
///         }
///         // … the rest of the frame …
///     }
/// }
/// ```
pub struct AcUdpClient {
    link: Arc<Link>,
    buffer: Box<[u8]>,
    background: Option<Background>,
    kept: Kept,
    missed: Option<Missed>,
    arrivals: Arrivals,
    subscribers: Vec<(SubscriberId, Box<dyn Subscriber + Send>)>,
    stats: Stats,
    /// The server's address until something arrives.
    last_sender: SocketAddr,
    next_subscriber: u64,
    gate: Arc<Gate>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriberId(u64);

impl AcUdpClient {
    /// Binds the local address, `UDP_PLUGIN_ADDRESS` in the server's `server_cfg.ini`, for the
    /// server that listens on the other one, `UDP_PLUGIN_LOCAL_PORT` on the server's machine. See
    /// [`AcUdpClientBuilder::bind`].
    ///
    /// ```
    /// use acudpclient::AcUdpClient;
    ///
    /// // Port 0 is one that the system chooses; a plugin has that of UDP_PLUGIN_ADDRESS.
    /// let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// assert_eq!(client.server_addr().port(), 11_000);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
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
        let gate = Gate::new(link.clone());
        let background = match background_memory {
            Some(memory) => Some(Background::start(&link, memory)?),
            None => None,
        };
        Ok(Self {
            link,
            background,
            buffer: vec![0; LARGEST_DATAGRAM].into(),
            subscribers: Vec::new(),
            next_subscriber: 0,
            stats: Stats::default(),
            arrivals: Arrivals::default(),
            last_sender,
            kept: Kept::default(),
            missed: None,
            gate,
        })
    }

    /// The next event if one is waiting, `None` if none is. Never blocks. The subscribers have
    /// seen the event when it is returned.
    ///
    /// ```no_run
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// loop {
    ///     match client.next_event() {
    ///         Ok(Some(event)) => println!("{event}"),
    ///         Ok(None) => break, // nothing waits any more
    ///         Err(error) => eprintln!("{}", error.recoverable()?),
    ///     }
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Decode`], [`Error::ServerUnreachable`], [`Error::NotReceived`] and [`Error::HookPanicked`],
    /// after which the client goes on; an error costs one datagram at most. [`Error::Io`] if the socket is
    /// none any more.
    ///
    /// # Panics
    ///
    /// If a subscriber panics. The others have got the event by then; the caller has not, and the client can
    /// be used as before.
    // Keep everything down to `recv` inlined: with CPU mitigations, returning to a frame entered before a
    // system call is mispredicted. Without the attributes here, in `fetch.rs`, `link.rs` and
    // `net/socket.rs` it takes 264 instructions instead of 182 (`cargo bench --bench instructions`).
    #[inline]
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        if let Some(kept) = self.kept.pop() {
            return kept.map(Some);
        }
        match self.receive()? {
            Some(length) => self.deliver(length),
            None => Ok(None),
        }
    }

    /// The next event, for which it blocks at most that long; `None` if none has come. For
    /// programs without a loop of their own.
    ///
    /// With the feature `poll` it sleeps in the system's poll: an event wakes it at once, and on Linux it ends
    /// within a millisecond of the timeout; other systems count in whole milliseconds. Without that feature it
    /// looks at the socket again and again, less and less often: an event is noticed after at most as long as
    /// has been waited for it, and at most after 10 ms; the timeout is kept as well. On Windows, timeouts last
    /// up to one tick of the system's clock longer, 16 ms unless a program has asked for a finer one.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// loop {
    ///     match client.wait_event(Duration::from_secs(1)) {
    ///         Ok(Some(event)) => println!("{event}"),
    ///         Ok(None) => println!("a quiet second"),
    ///         Err(error) => eprintln!("{}", error.recoverable()?),
    ///     }
    /// }
    /// # #[allow(unreachable_code)]
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As [`next_event`](Self::next_event).
    ///
    /// # Panics
    ///
    /// As [`next_event`](Self::next_event).
    pub fn wait_event(&mut self, timeout: Duration) -> Result<Option<Event>, Error> {
        match self.kept.pop() {
            Some(kept) => kept.map(Some),
            None => self.receive_within(timeout),
        }
    }

    /// How long until the client wants to be called although nothing has come, `None` if it does not: it has
    /// questions to ask ([`request_missed`](Self::request_missed)), must ask once more for the realtime report
    /// after the server's restart, wants to tell the log that nothing comes, or holds what came while an answer was
    /// waited for. For programs that wait for the socket with a poller: don't wait longer than this, then call
    /// [`next_event`](Self::next_event) until it returns `None`.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # fn wait_until_readable(_timeout: Option<Duration>) {}
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
    /// loop {
    ///     wait_until_readable(client.next_wakeup()); // mio: poll.poll(&mut events, client.next_wakeup())
    ///     for event in client.drain(1000) {
    ///         match event {
    ///             Ok(event) => println!("{event}"),
    ///             Err(error) if error.is_recoverable() => eprintln!("{error}"),
    ///             Err(error) => return Err(error),
    ///         }
    ///     }
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn next_wakeup(&self) -> Option<Duration> {
        if !self.kept.is_empty() {
            return Some(Duration::ZERO);
        }
        // A receiving thread does by itself what is due.
        let due = if self.background.is_some() { None } else { self.link.next_due() };
        [due, self.missed.as_ref().and_then(Missed::next_due)].into_iter().flatten().min()
    }

    /// The events that are waiting, for one frame of a game loop: ends when nothing waits any
    /// more, at the latest after `most` datagrams, so that a flood cannot hold up the frame. What
    /// is left waits for the next frame.
    ///
    /// An `Err` does not end it unless the client is no longer usable.
    ///
    /// ```no_run
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// for event in client.drain(1000) {
    ///     match event {
    ///         Ok(event) => println!("{event}"),
    ///         Err(error) => eprintln!("{}", error.recoverable()?),
    ///     }
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn drain(&mut self, most: usize) -> Drain<'_> {
        Drain { client: self, left: most }
    }

    /// The next event from the network, for which it blocks at most that long.
    fn receive_within(&mut self, timeout: Duration) -> Result<Option<Event>, Error> {
        // What waits already is fetched without looking at the clock.
        if let Some(length) = self.receive()? {
            return self.deliver(length);
        }
        let start = Instant::now();
        let link = self.link.clone();
        let mut sources = [source(link.socket().udp())];
        let mut watch = Watch::new(&mut sources, None);
        loop {
            let left = timeout.saturating_sub(start.elapsed());
            if left.is_zero() {
                return Ok(None);
            }
            let pause = self.next_wakeup().map_or(left, |due| due.min(left));
            match &self.background {
                Some(background) => background.wait(pause),
                None => watch.wait(pause),
            }
            if let Some(length) = self.receive()? {
                return self.deliver(length);
            }
        }
    }

    /// Takes the datagram that waits into the buffer: its length.
    #[inline(always)]
    fn receive(&mut self) -> Result<Option<usize>, Error> {
        if self.missed.is_some() {
            return self.receive_and_ask();
        }
        let (buffer, sender) = (&mut self.buffer, &mut self.last_sender);
        if let Some(background) = &self.background {
            return background.receive(buffer, sender, &mut self.arrivals);
        }
        let length = self.link.receive(buffer, sender)?;
        match length {
            Some(_) => self.arrivals.one(),
            None => self.arrivals.none(),
        }
        Ok(length)
    }

    /// The same, while there is something to ask.
    #[cold]
    fn receive_and_ask(&mut self) -> Result<Option<usize>, Error> {
        let Some(mut missed) = self.missed.take() else { return self.receive() };
        missed.ask(&self.link);
        let received = self.receive();
        match received {
            Ok(Some(_)) => missed.server_is_there(),
            Err(Error::ServerUnreachable { .. }) => missed.server_is_away(),
            _ => {}
        }
        self.missed = Some(missed).filter(|missed| !missed.is_over());
        received
    }

    /// Decodes the datagram in the buffer and calls the subscribers.
    #[inline(always)]
    fn deliver(&mut self, length: usize) -> Result<Option<Event>, Error> {
        let datagram = &self.buffer[..length];
        self.stats.datagrams += 1;
        self.stats.bytes += length as u64;
        // Build the event in the return slot: moving it costs more than decoding it.
        let mut delivered = None;
        Event::decode_into(datagram, &mut delivered)
            .map_err(|error| undecodable(error, self.last_sender, &mut self.stats))?;
        if let Some(event) = &delivered {
            self.stats.count_event(event.packet_id());
            if log::log_enabled!(log::Level::Trace) {
                trace(event);
            }
            if !self.subscribers.is_empty() {
                self.dispatch(event);
            }
        }
        Ok(delivered)
    }

    /// Calls every subscriber, also if one of them panics; then that goes on.
    fn dispatch(&mut self, event: &Event) {
        let mut panic = None;
        for (_, subscriber) in &mut self.subscribers {
            if let Err(other) = catch_unwind(AssertUnwindSafe(|| event.dispatch(subscriber))) {
                panic.get_or_insert(other);
            }
        }
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    /// Has another thread receive, that of a relay.
    #[cfg(feature = "relay")]
    pub(crate) fn hand_over(&mut self) -> (Arc<Link>, Arc<Inbox>) {
        let (background, inbox) = Background::handed_over(self.background.take());
        self.background = Some(background);
        (self.link.clone(), inbox)
    }

    /// Why nothing arrives, as far as it can be told from here: at once if the server's machine answers that
    /// nothing listens there, else after 5 s without a datagram. `None` if there is nothing to explain. Its text
    /// tells what to look at. If nothing has come for 5 s from the beginning, the log has it, too.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
    /// if let Ok(None) = client.wait_event(Duration::from_secs(6)) {
    ///     if let Some(silence) = client.explain_silence() {
    ///         eprintln!("{silence}");
    ///     }
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn explain_silence(&self) -> Option<Silence> {
        let heard_by_thread = self.background.as_ref().and_then(Background::last_heard);
        self.link.explain_silence(self.arrivals.last.max(heard_by_thread))
    }

    /// Has a subscriber called for every event from now on, after those that came before it.
    ///
    /// It is moved into the client. To read it later, subscribe an `Arc<Mutex<S>>`.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// use acudpclient::protocol::LapCompleted;
    /// use acudpclient::Subscriber;
    ///
    /// #[derive(Default)]
    /// struct Laps(Vec<LapCompleted>);
    ///
    /// impl Subscriber for Laps {
    ///     fn on_lap_completed(&mut self, lap: &LapCompleted) {
    ///         self.0.push(lap.clone());
    ///     }
    /// }
    ///
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let laps = Arc::new(Mutex::new(Laps::default()));
    /// client.subscribe(laps.clone());
    /// assert!(laps.lock().unwrap().0.is_empty(), "none has come yet");
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn subscribe(&mut self, subscriber: impl Subscriber + Send + 'static) -> SubscriberId {
        let id = SubscriberId(self.next_subscriber);
        self.next_subscriber += 1;
        self.subscribers.push((id, Box::new(subscriber)));
        id
    }

    /// Ends a subscription and gives the subscriber back; `None` if it has ended before.
    ///
    /// ```
    /// struct Nothing;
    /// impl acudpclient::Subscriber for Nothing {}
    ///
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let id = client.subscribe(Nothing);
    /// assert!(client.unsubscribe(id).is_some());
    /// assert!(client.unsubscribe(id).is_none());
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn unsubscribe(&mut self, id: SubscriberId) -> Option<Box<dyn Subscriber + Send>> {
        let index = self.subscribers.iter().position(|(other, _)| *other == id)?;
        Some(self.subscribers.remove(index).1)
    }

    /// A handle that sends commands through this client's socket, for handlers and other threads.
    ///
    /// ```no_run
    /// use std::thread;
    ///
    /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let commands = client.commands();
    /// thread::spawn(move || commands.broadcast_chat("from another thread"));
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn commands(&self) -> CommandSender {
        CommandSender::new(self.gate.clone())
    }

    /// Sends any command.
    ///
    /// That it was sent does not mean that it arrived: UDP does not tell, and most commands have
    /// no answer. Where no server listens, the next [`next_event`](Self::next_event) says so.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`], [`Error::SendBufferFull`], [`Error::ServerUnreachable`] and [`Error::NotSent`], after
    /// which it can be sent again; [`Error::Io`] if the socket is none any more. An error of the network that
    /// is about an earlier datagram keeps no command from going out: it is sent again.
    pub fn send(&self, command: &Command) -> Result<(), Error> {
        self.with_link(|link| link.send(command))
    }

    fn with_link(&self, send: impl FnOnce(&Link) -> Result<(), Error>) -> Result<(), Error> {
        send(&self.link)
    }

    command_methods!();

    /// The address that the client is bound to, with the port that the system chose if it was
    /// asked for port 0.
    ///
    /// ```
    /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// println!("UDP_PLUGIN_ADDRESS={}", client.local_addr());
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
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
    ///
    /// ```
    /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let stats = client.stats();
    /// println!("{} datagrams, {} of them undecodable", stats.datagrams, stats.undecodable);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
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
    ///
    /// ```
    /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// if let Some(dropped @ 1..) = client.dropped_by_system() {
    ///     eprintln!("{dropped} datagrams were lost: poll more often, or receive in the background");
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
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
    pub fn receive_buffer_size(&self) -> Result<usize, Error> {
        self.link.receive_buffer_size()
    }

    /// When the last datagram was received, even if it was undecodable. A server with the realtime
    /// report on and a driver on the track is never silent for long.
    ///
    /// The clock is not looked at for every datagram: of those that are fetched one after the other,
    /// with never a call between them that finds none, up to 64 have the time of the first of them.
    ///
    /// ```
    /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let silence = client.last_received().map(|last| last.elapsed());
    /// assert_eq!(silence, None, "nothing has come yet");
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
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

/// When it has been dropped, its thread has ended, the port is free, and every [`CommandSender`] is told.
impl Drop for AcUdpClient {
    fn drop(&mut self) {
        self.background = None;
        self.gate.close();
    }
}
