//! [`SimServer`]: the simulation behind a socket.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::{FinishedSession, ServerKind, SimBuilder, World};
use crate::datagram::{Datagram, Direction, Hook};
use crate::net::{Fault, LARGEST_DATAGRAM, Stop, Watch, Worker, source};
use crate::protocol::{CarId, Command, DecodeError, Event};

/// How many entries each log keeps; the oldest go first.
const LOG_LENGTH: usize = 4096;

/// The longest wait in simulated time. It fits into a `Duration` of real time at any speed.
const LONGEST: Duration = Duration::from_secs(10_000);

/// How many tasks the thread does before it checks for its stop, for a command and for callers.
const BATCH: usize = 256;

/// How far the simulation may lag behind the clock, in real time, before the clock is set back.
const LONGEST_LAG: Duration = Duration::from_millis(50);

/// How long a command waits, in real time, for events that were due before it.
const LONGEST_CATCHING_UP: Duration = Duration::from_millis(20);

/// The size of AssettoServer's receive buffer, in bytes.
const ASSETTO_SERVER_BUFFER: usize = 1500;

/// The shortest wait, so that a fast simulation does not occupy a whole core.
const SHORTEST: Duration = Duration::from_millis(1);

/// A simulated server on loopback, see the [module](crate::sim).
///
/// The simulation begins once it knows the plugin's address: from [`SimBuilder::plugin_addr`], from
/// [`set_plugin_addr`](Self::set_plugin_addr), or from the first datagram that arrives. So a client that sends any
/// command makes itself known.
///
/// A simulation that cannot keep up, such as 100 cars at a speed of 1000, runs slower than its speed says. It still
/// answers commands and calls in time.
///
/// Each of its logs keeps the newest 4096 entries. After it is dropped, its thread has ended and its port is free.
#[derive(Debug)]
pub struct SimServer {
    shared: Arc<Shared>,
    worker: Worker,
}

/// A chat line from the plugin.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct ChatLine {
    /// The slot of a SEND_CHAT; `None` for a BROADCAST_CHAT to everybody.
    pub to: Option<CarId>,
    /// The text.
    pub message: String,
}

/// The counters of a [`SimServer`] since its start.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct SimStats {
    /// Datagrams sent to the plugin.
    pub sent: u64,
    /// Datagrams that the system refused to send.
    pub unsent: u64,
    /// Commands from the plugin, including unknown ones.
    pub commands: u64,
    /// Datagrams from the plugin that could not be decoded.
    pub undecodable: u64,
    /// Datagrams from other addresses than the plugin's.
    pub ignored: u64,
}

/// The order of the locks is `door`, `state`, `log`, hook. The thread holds `state` for one batch at a time. Without
/// `door` it would lock `state` again before a waiting caller wakes up. `log` is separate because `wait_command` must
/// not wait for a batch.
#[derive(Debug)]
struct Shared {
    socket: UdpSocket,
    address: SocketAddr,
    speed: f64,
    late_start: Duration,
    scripted: bool,
    hook: Option<Hook>,
    door: Mutex<()>,
    state: Mutex<State>,
    log: Mutex<Log>,
    arrived: Condvar,
}

#[derive(Debug)]
struct State {
    world: World,
    plugin: Option<SocketAddr>,
    clock: Option<Clock>,
    /// Datagrams from before the plugin was known.
    unsent: VecDeque<Vec<u8>>,
    /// AssettoServer's receive buffer, with the bytes of earlier commands.
    buffer: Vec<u8>,
}

/// Simulated time was `simulated` at `moment` and runs on from there.
#[derive(Debug, Clone, Copy)]
struct Clock {
    moment: Instant,
    simulated: Duration,
}

/// What the plugin has sent, and the counters.
#[derive(Debug, Default)]
struct Log {
    commands: VecDeque<Command>,
    chats: VecDeque<ChatLine>,
    admin: VecDeque<String>,
    stats: SimStats,
}

impl SimServer {
    /// Configures a simulated server.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::builder().cars(24).seed(7).start()?;
    /// # drop(server);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn builder() -> SimBuilder {
        SimBuilder::default()
    }

    /// A server that sends only what you tell it to, and answers commands:
    /// [`SimBuilder::scripted`] with the default settings.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::scripted()?;
    /// assert_eq!(server.plugin_addr(), None, "no plugin yet");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`SimBuilder::start`].
    pub fn scripted() -> io::Result<Self> {
        Self::builder().scripted().start()
    }

    pub(super) fn start(builder: SimBuilder) -> io::Result<Self> {
        let (bind, plugin, speed, late_start, scripted) =
            (builder.local_addr, builder.plugin_addr, builder.speed, builder.late_start, builder.scripted);
        let hook = builder.hook.clone();
        let world = builder.world()?;
        let socket = UdpSocket::bind(bind)?;
        socket.set_nonblocking(true)?;
        let address = socket.local_addr()?;
        let state = State {
            world,
            plugin: None,
            clock: None,
            unsent: VecDeque::new(),
            buffer: vec![0; ASSETTO_SERVER_BUFFER],
        };
        let shared = Arc::new(Shared {
            socket,
            address,
            speed,
            late_start,
            scripted,
            hook,
            door: Mutex::new(()),
            state: Mutex::new(state),
            log: Mutex::default(),
            arrived: Condvar::new(),
        });
        if let Some(plugin) = plugin {
            shared.lock().begin(plugin, &shared);
        }
        let worker = Worker::spawn("acudpclient sim", {
            let shared = shared.clone();
            move |stop| shared.run(stop)
        })?;
        Ok(Self { shared, worker })
    }

    /// The server's address, for [`AcUdpClient::bind`](crate::AcUdpClient::bind).
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.shared.address
    }

    /// The plugin's address, if it is known.
    #[must_use]
    pub fn plugin_addr(&self) -> Option<SocketAddr> {
        self.shared.lock().plugin
    }

    /// Sets the plugin's address. The first call starts the simulation; later it goes on, as for a plugin that was
    /// restarted on another port.
    ///
    /// ```
    /// use acudpclient::AcUdpClient;
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::scripted()?;
    /// let client = AcUdpClient::bind("127.0.0.1:0", server.local_addr())?;
    /// server.set_plugin_addr(client.local_addr());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn set_plugin_addr(&self, plugin_addr: SocketAddr) {
        self.shared.lock().begin(plugin_addr, &self.shared);
        self.worker.wake();
    }

    /// Sends an event now, between those of the simulation. It does not change the simulation, but
    /// [`SimBuilder::scripted`] servers remember it. Until the plugin is known, the newest 4096 wait for it.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::protocol::ClientLoaded;
    /// use acudpclient::{AcUdpClient, Event};
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::scripted()?;
    /// let mut client = AcUdpClient::bind("127.0.0.1:0", server.local_addr())?;
    /// server.set_plugin_addr(client.local_addr());
    /// let loaded = Event::ClientLoaded(ClientLoaded::default());
    /// server.send(&loaded)?;
    /// assert_eq!(client.wait_event(Duration::from_secs(10))?, Some(loaded));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if the event cannot be encoded, and the system's error if it does not accept the
    /// datagram.
    pub fn send(&self, event: &Event) -> io::Result<()> {
        let datagram = event.encode().map_err(|error| io::Error::new(ErrorKind::InvalidInput, error))?;
        let mut state = self.shared.lock();
        if self.shared.scripted {
            state.world.observe(event);
        }
        state.send_or_keep(datagram, &self.shared)
    }

    /// Sends any bytes as one datagram, such as a broken packet, otherwise as [`send`](Self::send).
    ///
    /// # Errors
    ///
    /// The system's error if it does not accept the datagram.
    pub fn send_bytes(&self, datagram: &[u8]) -> io::Result<()> {
        self.shared.lock().send_or_keep(datagram.to_vec(), &self.shared)
    }

    /// Waits for the plugin's next command, in the order of arrival; `None` if none comes before the timeout ends.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::{AcUdpClient, Command};
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::scripted()?;
    /// let client = AcUdpClient::bind("127.0.0.1:0", server.local_addr())?;
    /// client.next_session()?;
    /// assert_eq!(server.wait_command(Duration::from_secs(10)), Some(Command::NextSession));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn wait_command(&self, timeout: Duration) -> Option<Command> {
        self.wait_command_where(timeout, |_| true)
    }

    /// Waits for the plugin's next command for which `is_wanted` is true. Removes the commands before it from the
    /// queue, as [`wait_command`](Self::wait_command) does.
    #[must_use]
    pub fn wait_command_where(
        &self,
        timeout: Duration,
        mut is_wanted: impl FnMut(&Command) -> bool,
    ) -> Option<Command> {
        let start = Instant::now();
        let mut log = self.shared.log();
        loop {
            if let Some(command) = log.commands.pop_front() {
                drop(log); // the caller's code may call this server
                if is_wanted(&command) {
                    return Some(command);
                }
                log = self.shared.log();
                continue;
            }
            let left = timeout.checked_sub(start.elapsed()).filter(|left| !left.is_zero())?;
            log = self.shared.arrived.wait_timeout(log, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// The plugin's chat lines, except refused ones.
    ///
    /// ```
    /// # use acudpclient::sim::SimServer;
    /// # let server = SimServer::scripted()?;
    /// assert!(server.chat_log().is_empty(), "the plugin has written nothing");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn chat_log(&self) -> Vec<ChatLine> {
        self.shared.log().chats.iter().cloned().collect()
    }

    /// The plugin's admin commands.
    #[must_use]
    pub fn admin_log(&self) -> Vec<String> {
        self.shared.log().admin.iter().cloned().collect()
    }

    /// The finished sessions, see [`World::results`].
    #[must_use]
    pub fn results(&self) -> Vec<FinishedSession> {
        self.shared.lock().world.results().to_vec()
    }

    /// The simulated time, see [`World::time`].
    #[must_use]
    pub fn time(&self) -> Duration {
        self.shared.lock().world.time()
    }

    /// True once the last session has ended, see [`World::is_finished`].
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.shared.lock().world.is_finished()
    }

    /// Counters.
    ///
    /// ```
    /// # use acudpclient::sim::SimServer;
    /// # let server = SimServer::scripted()?;
    /// assert_eq!(server.stats().commands, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn stats(&self) -> SimStats {
        self.shared.log().stats
    }

    /// Stops the server, as dropping it does: afterwards the thread has ended and the port is free.
    pub fn stop(self) {}
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        let _first = self.door.lock().unwrap_or_else(PoisonError::into_inner);
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread.
    fn run(&self, stop: &Stop) {
        let mut buffer = vec![0; LARGEST_DATAGRAM];
        let mut sources = [stop.waker().source(), source(&self.socket)];
        let mut watch = Watch::new(&mut sources, Some(stop.waker()));
        while !stop.is_wanted() {
            let wait = {
                let mut state = self.lock();
                let now = state.now(self);
                let wait = state.play(now, self);
                if wait.is_zero() {
                    state.slip(now, LONGEST_LAG, self);
                }
                wait
            };
            match self.socket.recv_from(&mut buffer).map_err(Fault::of) {
                Ok((length, sender)) => {
                    watch.received();
                    self.receive(&buffer[..length], sender, stop);
                }
                Err(Fault::NotNow) => watch.wait(wait),
                Err(fault) => {
                    log::debug!("the simulated server on {} cannot receive: {fault:?}", self.address);
                    watch.wait(wait);
                }
            }
        }
    }

    /// Call this with the state locked, so that datagrams are shown in order.
    fn show(&self, datagram: &Datagram<'_>) {
        if let Some(hook) = &self.hook {
            hook.lock().show(datagram);
        }
    }

    fn receive(&self, datagram: &[u8], sender: SocketAddr, stop: &Stop) {
        let mut state = self.lock();
        if state.plugin.is_none() {
            state.begin(sender, self);
        }
        if !state.is_plugin(sender) {
            self.log().stats.ignored += 1;
            log::debug!("the simulated server ignores {sender}, which is not the plugin");
            return;
        }
        self.show(&Datagram {
            direction: Direction::Received,
            time: SystemTime::now(),
            source: sender,
            destination: self.address,
            payload: datagram,
        });
        // Send the events that were due before the command before its answer.
        let mut now = state.now(self);
        let start = Instant::now();
        while state.play(now, self).is_zero() && !stop.is_wanted() {
            if start.elapsed() > LONGEST_CATCHING_UP {
                state.slip(now, Duration::ZERO, self);
                now = state.world.time();
                break;
            }
        }
        match state.decode(datagram) {
            Ok(command) => {
                let is_accepted = state.world.try_command(now, &command);
                self.log().add(command, is_accepted);
                self.arrived.notify_all();
            }
            Err(error) => {
                self.log().stats.undecodable += 1;
                state.world.cannot_decode(now, &error.to_string());
            }
        }
        state.play(now, self);
    }
}

impl State {
    fn begin(&mut self, plugin: SocketAddr, shared: &Shared) {
        self.plugin = Some(plugin);
        if self.clock.is_none() {
            if !shared.late_start.is_zero() {
                while self.world.poll(shared.late_start).is_some() {}
            }
            self.clock = Some(Clock { moment: Instant::now(), simulated: shared.late_start });
        }
        while let Some(datagram) = self.unsent.pop_front() {
            // An error is counted, and there is nobody to tell.
            let _ = self.send_datagram(&datagram, plugin, shared);
        }
    }

    /// AssettoServer does not look at the port.
    fn is_plugin(&self, sender: SocketAddr) -> bool {
        self.plugin.is_some_and(|plugin| match self.world.kind() {
            ServerKind::AssettoServer => plugin.ip() == sender.ip(),
            _ => plugin == sender,
        })
    }

    fn decode(&mut self, datagram: &[u8]) -> Result<Command, DecodeError> {
        if self.world.kind() == ServerKind::AssettoServer {
            // A truncated command continues with the bytes of an earlier one.
            let length = datagram.len().min(ASSETTO_SERVER_BUFFER);
            self.buffer[..length].copy_from_slice(&datagram[..length]);
            return Command::decode(datagram).or_else(|_| Command::decode(&self.buffer));
        }
        Command::decode_as_servers_do(datagram)
    }

    /// Simulated time.
    fn now(&self, shared: &Shared) -> Duration {
        let Some(clock) = self.clock else { return shared.late_start };
        // At most a century, so that it fits into a `Duration`.
        let simulated = (clock.moment.elapsed().as_secs_f64() * shared.speed).min(3e9);
        clock.simulated.saturating_add(Duration::from_secs_f64(simulated))
    }

    /// Sets the clock back so that the world lags behind `now` by at most `lag` in real time.
    fn slip(&mut self, now: Duration, lag: Duration, shared: &Shared) {
        let lag = Duration::from_secs_f64(lag.as_secs_f64() * shared.speed);
        let latest = self.world.time().saturating_add(lag);
        if now > latest {
            self.clock = Some(Clock { moment: Instant::now(), simulated: latest });
        }
    }

    /// Sends what is due. Returns how long until there is more to do, zero if there is more now.
    fn play(&mut self, now: Duration, shared: &Shared) -> Duration {
        let Some(plugin) = self.plugin else { return LONGEST };
        let mut patience = BATCH;
        while let Some((_, event)) = self.world.poll_within(now, &mut patience) {
            match event.encode() {
                // An error is counted, and there is nobody to tell.
                Ok(datagram) => drop(self.send_datagram(&datagram, plugin, shared)),
                Err(error) => log::warn!("the simulated server cannot send {}: {error}", event.name()),
            }
        }
        if patience == 0 {
            return Duration::ZERO;
        }
        let due = self.world.next_due().unwrap_or(Duration::MAX);
        let wait = due.saturating_sub(now).min(LONGEST);
        Duration::from_secs_f64(wait.as_secs_f64() / shared.speed).max(SHORTEST)
    }

    fn send_or_keep(&mut self, datagram: Vec<u8>, shared: &Shared) -> io::Result<()> {
        match self.plugin {
            Some(plugin) => self.send_datagram(&datagram, plugin, shared),
            None => {
                push(&mut self.unsent, datagram);
                Ok(())
            }
        }
    }

    fn send_datagram(&mut self, datagram: &[u8], plugin: SocketAddr, shared: &Shared) -> io::Result<()> {
        // Locked across the send, which never blocks, so that a received datagram is already counted.
        let mut log = shared.log();
        // Read before the send: nobody receives a datagram before its time.
        let time = SystemTime::now();
        let sent = shared.socket.send_to(datagram, plugin);
        match &sent {
            Ok(_) => log.stats.sent += 1,
            Err(_) => log.stats.unsent += 1,
        }
        drop(log);
        match &sent {
            Ok(_) => shared.show(&Datagram {
                direction: Direction::Sent,
                time,
                source: shared.address,
                destination: plugin,
                payload: datagram,
            }),
            Err(error) => log::debug!("the simulated server cannot send to {plugin}: {error}"),
        }
        sent.map(drop)
    }
}

impl Log {
    fn add(&mut self, command: Command, is_accepted: bool) {
        self.stats.commands += 1;
        match &command {
            Command::SendChat { car_id, message } if is_accepted => {
                push(&mut self.chats, ChatLine { to: Some(*car_id), message: message.clone() });
            }
            Command::BroadcastChat { message } if is_accepted => {
                push(&mut self.chats, ChatLine { to: None, message: message.clone() });
            }
            Command::AdminCommand { command } => push(&mut self.admin, command.clone()),
            _ => {}
        }
        push(&mut self.commands, command);
    }
}

/// Appends to a log that keeps only the newest entries.
fn push<T>(log: &mut VecDeque<T>, entry: T) {
    if log.len() == LOG_LENGTH {
        log.pop_front();
    }
    log.push_back(entry);
}
