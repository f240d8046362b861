//! What is simulated: [`SimBuilder`] and [`Session`].

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::{ServerKind, SimServer, Trouble, World};
use crate::datagram::{Datagram, Hook};
use crate::protocol::{Dialect, Event, SessionInfo, SessionType};

/// One session of the weekend, limited by time or by laps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub(super) name: String,
    pub(super) session_type: SessionType,
    pub(super) minutes: u16,
    pub(super) laps: u16,
    pub(super) wait: Duration,
}

impl Session {
    /// A practice of this length: whole minutes, as on the wire, at most 65,535. A part of a minute counts as one.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::sim::Session;
    ///
    /// let practice = Session::practice(Duration::from_secs(600)).name("Free practice");
    /// # drop(practice);
    /// ```
    #[must_use]
    pub fn practice(length: Duration) -> Self {
        Self::new("Practice", SessionType::Practice, minutes(length), 0, 0)
    }

    /// A qualifying of this length, which is rounded as that of a [`practice`](Self::practice).
    #[must_use]
    pub fn qualify(length: Duration) -> Self {
        Self::new("Qualify", SessionType::Qualify, minutes(length), 0, 0)
    }

    /// A race over so many laps, which starts after a wait of 40 s.
    ///
    /// ```
    /// use acudpclient::sim::Session;
    ///
    /// let race = Session::race(10);
    /// # drop(race);
    /// ```
    #[must_use]
    pub fn race(laps: u16) -> Self {
        Self::new("Race", SessionType::Race, 0, laps, 40)
    }

    /// A race of this length, which is rounded as that of a [`practice`](Self::practice). It starts after a wait of
    /// 40 s: who crosses the line after the time has finished.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::sim::Session;
    ///
    /// let endurance = Session::timed_race(Duration::from_secs(4 * 3600));
    /// # drop(endurance);
    /// ```
    #[must_use]
    pub fn timed_race(length: Duration) -> Self {
        Self::new("Race", SessionType::Race, minutes(length), 0, 40)
    }

    fn new(name: &str, session_type: SessionType, minutes: u16, laps: u16, wait: u64) -> Self {
        Self { name: name.to_owned(), session_type, minutes, laps, wait: Duration::from_secs(wait) }
    }

    /// The session's name, at most 255 bytes.
    #[must_use]
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// The wait before the start, at most a day. On the wire it wraps above 65.535 s, like the
    /// original server's. Practice and qualifying have none unless this is called.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::sim::Session;
    ///
    /// let at_once = Session::race(3).wait(Duration::ZERO);
    /// # drop(at_once);
    /// ```
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// Why this cannot be simulated.
    pub(super) fn check(&self) -> std::result::Result<(), String> {
        let name = &self.name;
        if !matches!(self.session_type, SessionType::Practice | SessionType::Qualify | SessionType::Race) {
            return Err(format!(
                "session {name:?} is of the type {}, not practice, qualify or race",
                self.session_type
            ));
        }
        if self.minutes == 0 && (self.laps == 0 || self.session_type != SessionType::Race) {
            return Err(format!("{} {name:?} has no length", self.session_type));
        }
        self.check_texts()
    }

    /// Why no server can announce this.
    pub(super) fn check_texts(&self) -> std::result::Result<(), String> {
        let name = &self.name;
        if name.len() > 255 {
            return Err(format!(
                "a session's name has {} bytes, the protocol carries at most 255",
                name.len()
            ));
        }
        if self.wait > Duration::from_secs(86_400) {
            return Err(format!("session {name:?} starts after {:?}, at most a day is possible", self.wait));
        }
        Ok(())
    }
}

/// Says what is simulated, then starts it: [`start`](Self::start) behind a socket,
/// [`world`](Self::world) without socket and clock.
///
/// Unless said otherwise: 24 cars, seed 0, the original server's dialect, ten minutes of practice,
/// ten of qualifying and a race over six laps, once, in real time, with comings and goings.
#[derive(Debug, Clone)]
#[must_use = "a builder does nothing until start or world"]
pub struct SimBuilder {
    pub(super) cars: usize,
    pub(super) seed: u64,
    pub(super) kind: ServerKind,
    pub(super) sessions: Vec<Session>,
    pub(super) repeat: bool,
    pub(super) stops_after_last: bool,
    pub(super) results_folder: bool,
    pub(super) deaf_after_failure: bool,
    pub(super) trouble: Option<Trouble>,
    pub(super) churn: bool,
    pub(super) scripted: bool,
    pub(super) server_name: String,
    pub(super) track: String,
    pub(super) report_interval_ms: u16,
    pub(super) speed: f64,
    pub(super) late_start: Duration,
    pub(super) local_addr: SocketAddr,
    pub(super) plugin_addr: Option<SocketAddr>,
    pub(super) hook: Option<Hook>,
}

impl Default for SimBuilder {
    fn default() -> Self {
        Self {
            cars: 24,
            seed: 0,
            kind: ServerKind::Original,
            sessions: vec![
                Session::practice(Duration::from_secs(10 * 60)),
                Session::qualify(Duration::from_secs(10 * 60)),
                Session::race(6),
            ],
            repeat: false,
            stops_after_last: false,
            results_folder: true,
            deaf_after_failure: false,
            trouble: None,
            churn: true,
            scripted: false,
            server_name: "Simulated server".to_owned(),
            track: "sim_harmonic".to_owned(),
            report_interval_ms: 0,
            speed: 1.0,
            late_start: Duration::ZERO,
            local_addr: (Ipv4Addr::LOCALHOST, 0).into(),
            plugin_addr: None,
            hook: None,
        }
    }
}

impl SimBuilder {
    /// How many slots the entry list has, 1 to 100. Every slot has a driver to begin with.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// assert!(SimServer::builder().cars(101).world().is_err(), "no entry list is so long");
    /// ```
    pub fn cars(mut self, cars: usize) -> Self {
        self.cars = cars;
        self
    }

    /// Decides all that happens. The same seed and the same commands at the same simulated times
    /// give the same events, on the same build of the crate.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let mut first = SimServer::builder().seed(7).world()?;
    /// let mut again = SimServer::builder().seed(7).world()?;
    /// assert_eq!(first.nth(100), again.nth(100));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Which server is simulated; [`ServerKind`] says what each does and how that is known.
    ///
    /// ```
    /// use acudpclient::sim::{ServerKind, SimServer};
    ///
    /// let world = SimServer::builder().server(ServerKind::AssettoServer).world()?;
    /// # drop(world);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn server(mut self, kind: ServerKind) -> Self {
        self.kind = kind;
        self
    }

    /// The [server](Self::server) that writes this dialect.
    pub fn dialect(self, dialect: Dialect) -> Self {
        self.server(dialect.into())
    }

    /// The sessions, one after the other; 1 to 255.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::sim::{Session, SimServer};
    ///
    /// let sessions = [Session::qualify(Duration::from_secs(300)), Session::race(5)];
    /// let world = SimServer::builder().sessions(sessions).world()?;
    /// # drop(world);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn sessions(mut self, sessions: impl IntoIterator<Item = Session>) -> Self {
        self.sessions = sessions.into_iter().collect();
        self
    }

    /// Whether the first session follows the last one again, for ever. Otherwise the simulation
    /// falls silent after the last END_SESSION and answers commands only: the server would go on
    /// with the first session, and that is not shown.
    ///
    /// ```
    /// use acudpclient::sim::{Session, SimServer};
    ///
    /// let mut world = SimServer::builder().sessions([Session::race(1)]).repeat(true).world()?;
    /// assert!(world.nth(10_000).is_some(), "it goes on and on");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn repeat(mut self, repeat: bool) -> Self {
        self.repeat = repeat;
        self
    }

    /// Whether the server ends after the last session, as with `LOOP_MODE=0`. It then neither sends
    /// nor answers anything any more. On AssettoServer not even END_SESSION is sent. NEXT_SESSION in
    /// the last session ends it likewise. It cannot be had together with [`repeat`](Self::repeat).
    pub fn stops_after_last(mut self, stops: bool) -> Self {
        self.stops_after_last = stops;
        self
    }

    /// Whether the original server has a `results` folder to write to. Without one it sends no
    /// LAP_COMPLETED. The other servers do not mind. It has one unless said otherwise.
    pub fn results_folder(mut self, exists: bool) -> Self {
        self.results_folder = exists;
        self
    }

    /// Whether ACSM v2 answers and obeys nothing any more, while its events go on, once a command has
    /// failed there: GET_CAR_INFO, SEND_CHAT or KICK_USER of a slot that does not exist, or an
    /// unknown one. Its public snapshot of 2021 is like that; whether releases still are is not known.
    /// The other servers are not.
    pub fn deaf_after_failure(mut self, is_deaf: bool) -> Self {
        self.deaf_after_failure = is_deaf;
        self
    }

    /// What the network does to what the server sends. Unless said otherwise all arrives at once and
    /// in order.
    pub fn trouble(mut self, trouble: Trouble) -> Self {
        self.trouble = Some(trouble);
        self
    }

    /// Whether drivers leave, come back, crash out and are replaced. Without, everybody joins
    /// at the beginning and stays.
    ///
    /// ```
    /// use acudpclient::Event;
    /// use acudpclient::sim::SimServer;
    ///
    /// let mut world = SimServer::builder().cars(3).comings_and_goings(false).world()?;
    /// assert!(!world.any(|(_, event)| matches!(event, Event::ConnectionClosed(_))));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn comings_and_goings(mut self, churn: bool) -> Self {
        self.churn = churn;
        self
    }

    /// No race: nothing happens by itself, not even VERSION, and only what
    /// [`SimServer::send`] is given and the answers to commands are sent.
    ///
    /// The slots are empty. What is sent is remembered, so that answers fit: after NEW_CONNECTION
    /// and CLIENT_LOADED the slot's CAR_INFO says who sits there, after CONNECTION_CLOSED it is
    /// empty again, and after NEW_SESSION that is the session that runs. A kick is answered
    /// by CONNECTION_CLOSED, next and restart session by NEW_SESSION (on AssettoServer by END_SESSION
    /// before that).
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::builder().scripted().cars(40).start()?;
    /// assert_eq!(server.stats().sent, 0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn scripted(mut self) -> Self {
        self.scripted = true;
        self
    }

    /// The server's name, at most 255 characters.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.server_name = name.into();
        self
    }

    /// The track's name, at most 255 bytes. The outline is always the same.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let world = SimServer::builder().server_name("My server").track("monza").world()?;
    /// # drop(world);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn track(mut self, track: impl Into<String>) -> Self {
        self.track = track.into();
        self
    }

    /// The realtime report's interval in simulated time before the plugin asks for one: whole milliseconds, at
    /// most 65,535; 0 is off. Unless said otherwise it is off, but 1000 ms for AssettoServer.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::sim::SimServer;
    ///
    /// let world = SimServer::builder().report_interval(Duration::from_millis(100)).world()?;
    /// # drop(world);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn report_interval(mut self, interval: Duration) -> Self {
        self.report_interval_ms = u16::try_from(interval.as_millis()).unwrap_or(u16::MAX);
        self
    }

    /// How much faster than real time, from 0.01 to 10,000. It holds for all that the simulation
    /// times, the realtime report included. Make it no faster than the plugin can receive:
    /// like any UDP sender the server does not notice that datagrams are dropped. A server that
    /// cannot keep up is slower than this, and stays in time with its own clock.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::builder().speed(20.0).start()?; // an hour in three minutes
    /// # drop(server);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn speed(mut self, speed: f64) -> Self {
        self.speed = speed;
        self
    }

    /// The plugin starts late: what the server had to tell in this time is not sent. The simulation
    /// is that far when it begins, so the plugin has to ask for the session and the cars. At most a
    /// week. A [`world`](Self::world) has no plugin and begins at the beginning all the same.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::sim::SimServer;
    ///
    /// let builder = SimServer::builder().late_start(Duration::from_secs(300));
    /// let server = builder.plugin_addr(([127, 0, 0, 1], 12_000).into()).start()?;
    /// assert!(server.time() >= Duration::from_secs(300));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn late_start(mut self, after: Duration) -> Self {
        self.late_start = after;
        self
    }

    /// The server's own address, `127.0.0.1` and a free port unless said otherwise.
    ///
    /// ```no_run
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::builder().local_addr(([127, 0, 0, 1], 11_000).into()).start()?;
    /// # drop(server);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn local_addr(mut self, local_addr: SocketAddr) -> Self {
        self.local_addr = local_addr;
        self
    }

    /// The plugin's address, so that the simulation begins at once. Otherwise it is told with
    /// [`SimServer::set_plugin_addr`], or it is the sender of the first datagram that arrives.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let plugin = ([127, 0, 0, 1], 12_000).into();
    /// let server = SimServer::builder().plugin_addr(plugin).start()?;
    /// assert_eq!(server.plugin_addr(), Some(plugin));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn plugin_addr(mut self, plugin_addr: SocketAddr) -> Self {
        self.plugin_addr = Some(plugin_addr);
        self
    }

    /// Shows every datagram to a function, in their order: those sent to the plugin, and those that
    /// come from it. A `capture::Writer` (feature `capture`) makes a recording of them.
    ///
    /// It is called while the simulation stands still, so it should be quick, and it must
    /// not call this server, which would wait for itself forever. If it panics, it is not called again, and the
    /// log says so.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::builder()
    ///     .on_datagram(|datagram| println!("{:?} {} bytes", datagram.direction, datagram.payload.len()))
    ///     .start()?;
    /// # drop(server);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn on_datagram(mut self, callback: impl FnMut(&Datagram<'_>) + Send + 'static) -> Self {
        self.hook = Some(Hook::new(callback));
        self
    }

    /// Starts the server.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let server = SimServer::builder().cars(12).seed(7).start()?;
    /// println!("UDP_PLUGIN_LOCAL_PORT={}", server.local_addr().port());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if a value is outside its range, and what the system says if
    /// the address cannot be bound or the thread cannot be started.
    pub fn start(self) -> Result<SimServer> {
        if !(0.01..=10_000.0).contains(&self.speed) {
            return Err(invalid(format!("a speed of {}, possible is 0.01 to 10000", self.speed)));
        }
        SimServer::start(self)
    }

    /// The simulation alone, without socket and clock: an iterator over the events.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// let mut world = SimServer::builder().cars(2).world()?;
    /// let (time, event) = world.next().expect("VERSION");
    /// println!("{time:?} {event}");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidInput`] if a value is outside its range.
    pub fn world(self) -> Result<World> {
        if !(1..=100).contains(&self.cars) {
            return Err(invalid(format!("{} cars, possible is 1 to 100", self.cars)));
        }
        if !(1..=255).contains(&self.sessions.len()) {
            return Err(invalid(format!("{} sessions, possible is 1 to 255", self.sessions.len())));
        }
        if self.late_start > Duration::from_secs(7 * 86_400) {
            return Err(invalid(format!(
                "a plugin that starts {:?} late, possible is a week",
                self.late_start
            )));
        }
        for session in &self.sessions {
            session.check().map_err(invalid)?;
        }
        if let Some(trouble) = &self.trouble {
            trouble.check().map_err(invalid)?;
        }
        if self.repeat && self.stops_after_last {
            return Err(invalid("a server that repeats its sessions and stops after the last".to_owned()));
        }
        let texts = SessionInfo {
            server_name: self.server_name.clone(),
            track: self.track.clone(),
            ..SessionInfo::default()
        };
        Event::SessionInfo(texts).encode().map_err(|error| invalid(error.to_string()))?;
        Ok(World::new(self))
    }
}

/// What the wire can carry of a length.
fn minutes(length: Duration) -> u16 {
    let seconds = length.as_secs().saturating_add(u64::from(length.subsec_nanos() > 0));
    u16::try_from(seconds.div_ceil(60)).unwrap_or(u16::MAX)
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("this cannot be simulated: {what}"))
}
