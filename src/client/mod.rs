//! [`AcUdpClient`]: receives events, sends commands.
//!
//! # Threads and locks
//!
//! | thread | exists | owns | shares |
//! | --- | --- | --- | --- |
//! | the application's | always | the [`AcUdpClient`] with its buffer, subscribers and statistics | `Link`, `Inbox`, `Gate` |
//! | `acudpclient` | with a receiving thread | a buffer | `Link`, `Inbox` |
//! | `acudpclient relay` | in a relay, instead of `acudpclient` | a buffer, the plugins' sockets | `Link`, `Inbox`, the relay's `SharedState` |
//! | any other | if it has a [`CommandSender`] | the sender | `Gate`, and through it `Link` |
//!
//! One thread receives from the socket at a time; every thread may send. A thread that takes several locks takes
//! them in this order:
//!
//! 1. `Gate` (`commands.rs`): a sender reads it during a send; dropping the client writes it, and so waits for
//!    these sends.
//! 2. `SharedState` (`relay/state.rs`): while the relay passes on one datagram, or the host sends a question.
//! 3. `Link::asked`: while the report's interval changes and goes out, so that requests leave in order.
//! 4. `Hook` (`datagram.rs`): while a datagram is sent and the `on_datagram` function sees it.
//!
//! `Inbox::backlog` and the `Waker`'s lock (`net/wait/pause.rs`) are leaves: under them, nothing takes another lock.
//!
//! All four may be held across `send` and `recv` of a non-blocking socket, which return at once. No lock is held
//! across a poll, a sleep or a join; a condition variable releases its lock while it waits. Subscribers run without
//! any lock. The `on_datagram` function and the logger run inside: they must be quick and must not send through
//! the client. The atomic flags of `Link` and `Presence` guard no other data, so `Relaxed` suffices.

mod arrivals;
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
mod subscribers;

use std::fmt;
use std::io;
use std::mem::ManuallyDrop;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};
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
pub use subscribers::SubscriberId;

use crate::error::Error;
use crate::net::{LARGEST_DATAGRAM, Watch, source};
use crate::protocol::{CarId, CarUpdate, Command, DecodeError, EncodeError, Event, SetSessionInfo};
use arrivals::Arrivals;
use background::Background;
use commands::{Gate, command_methods, unix_ms};
use fetch::Kept;
pub(crate) use link::Link;
use request_missed::Missed;
use subscribers::Subscribers;

/// A plugin's connection to one server: polls events, calls subscribers, sends commands.
///
/// It has one UDP socket for both directions, connected to the server, so the kernel drops what comes from
/// anyone else. It has no thread: everything happens inside your calls. Between them the system keeps what
/// arrives, until the socket's receive buffer is full. If your program may stop polling for a while, use
/// [a receiving thread](AcUdpClientBuilder::receive_in_background).
///
/// The client survives every error for which [`Error::is_recoverable`] is true.
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
    /// An array, so that its length is known while the datagram in it is looked at.
    buffer: Box<[u8; LARGEST_DATAGRAM]>,
    background: Option<Box<Background>>,
    kept: Kept,
    missed: Option<Box<Missed>>,
    arrivals: Arrivals,
    subscribers: Subscribers,
    stats: Stats,
    /// The server's address until something arrives.
    last_sender: SocketAddr,
    gate: Arc<Gate>,
}

impl AcUdpClient {
    /// Binds the local address, which is `UDP_PLUGIN_ADDRESS` in the server's `server_cfg.ini`, and connects to
    /// the server's address: the server's machine with the port `UDP_PLUGIN_LOCAL_PORT`. See
    /// [`AcUdpClientBuilder::bind`].
    ///
    /// ```
    /// use acudpclient::AcUdpClient;
    ///
    /// // With port 0 the system chooses one. A real plugin has the port of UDP_PLUGIN_ADDRESS.
    /// let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// assert_eq!(client.server_addr().port(), 11_000);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if an address cannot be resolved or bound, or if one is IPv4 and the other IPv6. A missing
    /// server is not an error yet.
    #[doc(alias("new", "listen", "connect"))]
    pub fn bind(local: impl ToSocketAddrs, server: impl ToSocketAddrs) -> Result<Self, Error> {
        Self::builder().bind(local, server)
    }

    /// For a client with options.
    pub fn builder() -> AcUdpClientBuilder {
        AcUdpClientBuilder::default()
    }

    /// Uses a socket that is already bound, for options that this crate does not offer. Makes it non-blocking
    /// and connects it to the server.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system refuses that.
    pub fn from_socket(socket: UdpSocket, server: SocketAddr) -> Result<Self, Error> {
        Self::builder().from_socket(socket, server)
    }

    fn of_link(link: Link, background_memory: Option<usize>) -> Result<Self, Error> {
        let last_sender = link.server();
        let link = Arc::new(link);
        let gate = Gate::new(link.clone());
        let background = match background_memory {
            Some(memory) => Some(Box::new(Background::start(&link, memory)?)),
            None => None,
        };
        Ok(Self {
            link,
            background,
            buffer: new_buffer(),
            subscribers: Subscribers::default(),
            stats: Stats::default(),
            arrivals: Arrivals::default(),
            last_sender,
            kept: Kept::default(),
            missed: None,
            gate,
        })
    }

    /// The next event if one is waiting, else `None`. Never blocks. The subscribers see the event before this
    /// returns it.
    ///
    /// ```no_run
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// loop {
    ///     match client.next_event() {
    ///         Ok(Some(event)) => println!("{event}"),
    ///         Ok(None) => break, // nothing is waiting
    ///         Err(error) => eprintln!("{}", error.recoverable()?),
    ///     }
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Decode`], [`Error::ServerUnreachable`], [`Error::NotReceived`] and [`Error::HookPanicked`] cost
    /// one datagram at most; the client goes on. [`Error::Io`] if the socket is no longer valid.
    ///
    /// # Panics
    ///
    /// If a subscriber panics. The other subscribers still get the event; the caller does not. The client stays
    /// usable.
    #[inline]
    #[doc(alias = "get_next_event")]
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        if !self.kept.is_empty() {
            return self.kept.pop();
        }
        self.poll()
    }

    /// Waits for the next event; `None` if none comes before the timeout ends. For programs without a loop of
    /// their own.
    ///
    /// With the feature `poll` it sleeps in the system's poll: an event wakes it at once, and on Linux it ends
    /// within a millisecond of the timeout; other systems count in whole milliseconds. Without that feature it
    /// checks the socket less and less often: it notices an event late by at most the time waited so far, and at
    /// most by 10 ms; it keeps the timeout as well. On Windows, a timeout lasts up to one tick of the system's
    /// clock longer: 16 ms, unless a program has set a finer tick.
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
        if !self.kept.is_empty() {
            return self.kept.pop();
        }
        self.receive_within(timeout)
    }

    /// How long until the client must be called even if nothing comes; `None` if it need not be. For programs that
    /// wait for the socket with a poller: don't wait longer than this, then call
    /// [`next_event`](Self::next_event) until it returns `None`.
    ///
    /// The client has to send the requests of [`request_missed`](Self::request_missed), to ask for the realtime
    /// report again after the server's restart, to log that nothing comes, or to return events that came during a
    /// `fetch_…` call.
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
        // A receiving thread does the link's work itself.
        let due = if self.background.is_some() { None } else { self.link.next_due() };
        [due, self.missed.as_deref().and_then(Missed::next_due)].into_iter().flatten().min()
    }

    /// The waiting events, for one frame of a game loop. It ends when nothing is waiting, or after `most`
    /// datagrams, so that a flood cannot hold up the frame. The rest waits for the next frame.
    ///
    /// An `Err` ends it only if the client is no longer usable.
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

    /// Waits for the next event from the network, at most for the timeout.
    fn receive_within(&mut self, timeout: Duration) -> Result<Option<Event>, Error> {
        // Fetch what is already waiting without reading the clock.
        if let Some(event) = self.poll()? {
            return Ok(Some(event));
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
            if let Some(event) = self.poll()? {
                return Ok(Some(event));
            }
        }
    }

    /// The next event that waits in the socket or in the receiving thread's memory.
    // The short way is for a CAR_UPDATE that nobody else wants to see. The attributes here, in `fetch.rs`, `link.rs` and
    // `net/socket.rs` inline it into the caller: returning to a frame entered before a system call is often
    // mispredicted, which costs as much as decoding (`cargo bench --bench goals -- receiving`).
    #[inline(always)]
    fn poll(&mut self) -> Result<Option<Event>, Error> {
        if self.has_company() || self.link.has_work() {
            return self.poll_and_show();
        }
        let received = self.link.socket().receive_from_peer(&mut self.buffer[..]);
        if let Ok(length) = received {
            if let Some(update) = self.buffer.get(..length).and_then(CarUpdate::read_whole) {
                self.arrivals.now(Some(length));
                return Ok(Some(Event::CarUpdate(update)));
            }
        }
        self.look_at(received)
    }

    /// Whether there is a receiving thread, `request_missed` has something to ask, or subscribers or the log see
    /// the events.
    #[inline(always)]
    fn has_company(&self) -> bool {
        self.background.is_some()
            || self.missed.is_some()
            || !self.subscribers.is_empty()
            || log::max_level() >= log::LevelFilter::Trace
    }

    #[inline(never)]
    fn poll_and_show(&mut self) -> Result<Option<Event>, Error> {
        let length = self.receive()?;
        self.deliver(length)
    }

    /// The same after the system call.
    #[inline(never)]
    fn look_at(&mut self, received: io::Result<usize>) -> Result<Option<Event>, Error> {
        let length = self.link.look_at(received, &mut self.buffer[..], &mut self.last_sender)?;
        self.arrivals.now(length);
        self.deliver(length)
    }

    /// Takes the next waiting datagram into the buffer and returns its length.
    #[inline(always)]
    fn receive(&mut self) -> Result<Option<usize>, Error> {
        if self.missed.is_some() {
            return self.receive_and_ask();
        }
        let (buffer, sender) = (&mut self.buffer[..], &mut self.last_sender);
        if let Some(background) = &self.background {
            return background.receive(buffer, sender, &mut self.arrivals);
        }
        let length = self.link.receive(buffer, sender)?;
        self.arrivals.now(length);
        Ok(length)
    }

    /// Decodes the datagram in the buffer, if there is one, and shows the event.
    #[inline(always)]
    fn deliver(&mut self, length: Option<usize>) -> Result<Option<Event>, Error> {
        let Some(length) = length else { return Ok(None) };
        if let Some(update) = CarUpdate::read_whole(&self.buffer[..length]) {
            // It has nothing to drop, which the compiler does not see.
            self.show(&ManuallyDrop::new(Event::CarUpdate(update)));
            // Built once more, now in the caller's variable: moving an event costs more than decoding it.
            return Ok(Some(Event::CarUpdate(update)));
        }
        self.deliver_other(length)
    }

    /// The same for what is no CAR_UPDATE.
    #[inline(never)]
    fn deliver_other(&mut self, length: usize) -> Result<Option<Event>, Error> {
        let event = Event::decode(&self.buffer[..length])
            .map_err(|error| undecodable(error, self.last_sender, &mut self.stats))?;
        self.stats.count_event(event.packet_id());
        self.show(&event);
        Ok(Some(event))
    }

    /// Tells the log and the subscribers of an event.
    #[inline(always)]
    fn show(&mut self, event: &Event) {
        log::trace!("received {event}");
        self.subscribers.dispatch(event);
    }

    /// Lets a relay's thread receive.
    #[cfg(feature = "relay")]
    pub(crate) fn hand_over(&mut self) -> (Arc<Link>, Arc<Inbox>) {
        let (background, inbox) =
            Background::handed_over(self.background.take().map(|background| *background));
        self.background = Some(Box::new(background));
        (self.link.clone(), inbox)
    }

    /// The likely reason why nothing arrives; its text says what to check. It is known at once if the server's
    /// machine answers that nothing listens there, else after 5 s without a datagram; before that it is `None`.
    /// If nothing comes in the first 5 s, the client also logs it.
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
        let heard_by_thread = self.background.as_deref().and_then(Background::last_heard);
        self.link.explain_silence(self.arrivals.last.max(heard_by_thread))
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
    /// A sent command may not arrive: UDP does not tell, and most commands have no answer. If no server
    /// listens, a later [`next_event`](Self::next_event) says so.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`]; [`Error::SendBufferFull`], [`Error::ServerUnreachable`] and [`Error::NotSent`], after
    /// which you can send it again; [`Error::Io`] if the socket is no longer valid. If the system reports the
    /// network error of an earlier datagram instead of sending, the client sends again by itself.
    pub fn send(&self, command: &Command) -> Result<(), Error> {
        self.with_link(|link| link.send(command))
    }

    fn with_link(&self, send: impl FnOnce(&Link) -> Result<(), Error>) -> Result<(), Error> {
        send(&self.link)
    }

    command_methods!();

    /// The address that the client is bound to. If you asked for port 0, it has the port that the system chose.
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

    /// Counters of what went through the client.
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
        (stats.datagrams, stats.bytes) = (self.arrivals.datagrams, self.arrivals.bytes);
        stats.count_car_updates();
        stats.commands_sent = self.link.commands_sent();
        if let Some(background) = &self.background {
            background.complete(&mut stats);
        }
        stats
    }

    /// How many datagrams the system dropped because the socket's receive buffer was full: the program polls too
    /// rarely. Linux only (this reads `/proc/net/udp`); elsewhere, and if that cannot be read, it is `None`. On
    /// Windows and macOS only the whole machine's statistics show such a loss (`netstat -s`).
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

    /// The granted size of the socket's receive buffer in bytes. On Linux it is twice the size that was set;
    /// half of it is for the kernel's bookkeeping.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system cannot report it.
    #[cfg(feature = "socket2")]
    #[cfg_attr(docsrs, doc(cfg(feature = "socket2")))]
    pub fn receive_buffer_size(&self) -> Result<usize, Error> {
        self.link.receive_buffer_size()
    }

    /// When the last datagram was received, even if it was undecodable. With the realtime report on and a driver
    /// on the track, a server is never silent for long.
    ///
    /// The client does not read the clock for every datagram. Up to 64 datagrams that you fetch in a row, without
    /// a `None` between them, share the time of the first.
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

    /// The sender of the last datagram: the server, unless the client
    /// [accepts any sender](AcUdpClientBuilder::accept_any_sender).
    #[must_use]
    pub fn last_sender(&self) -> Option<SocketAddr> {
        self.arrivals.last.map(|_| self.last_sender)
    }
}

/// From pages of the system's, which take no memory until a datagram is received into them. An array that is moved
/// into its box would.
fn new_buffer() -> Box<[u8; LARGEST_DATAGRAM]> {
    let zeros = vec![0; LARGEST_DATAGRAM].into_boxed_slice();
    zeros.try_into().unwrap_or_else(|_| Box::new([0; LARGEST_DATAGRAM]))
}

#[cold]
fn undecodable(error: DecodeError, sender: SocketAddr, stats: &mut Stats) -> Error {
    stats.undecodable += 1;
    log::debug!("undecodable datagram from {sender}: {error}");
    Error::Decode(error)
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

/// Afterwards its thread has ended, the port is free, and every [`CommandSender`] returns
/// [`Error::ClientDropped`].
impl Drop for AcUdpClient {
    fn drop(&mut self) {
        self.background = None;
        self.gate.close();
    }
}
