//! [`SimBuilder`] and [`Session`]: what to simulate.

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
    /// A practice of this length in whole minutes, as on the wire, at most 65,535. Parts of a minute are rounded up.
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

    /// A qualifying of this length, rounded as for a [`practice`](Self::practice).
    #[must_use]
    pub fn qualify(length: Duration) -> Self {
        Self::new("Qualify", SessionType::Qualify, minutes(length), 0, 0)
    }

    /// A race over this number of laps. It starts after a wait of 40 s.
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

    /// A race of this length, rounded as for a [`practice`](Self::practice). It starts after a wait of 40 s. A car
    /// finishes when it crosses the line after the time is up.
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

    /// The wait before the start, at most a day. On the wire it wraps above 65.535 s, like
    /// acServer's. Practice and qualifying have none by default.
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

    /// Errs if this cannot be simulated.
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

    /// Errs if no server can announce this.
    pub(super) fn check_texts(&self) -> std::result::Result<(), String> {
        let name = &self.name;
        if name.len() > 255 {
            return Err(format!(
                "a session's name has {} bytes, the protocol carries at most 255",
                name.len()
            ));
        }
        if self.wait > Duration::from_secs(86_400) {
            return Err(format!("session {name:?} starts after {:?}, at most a day is allowed", self.wait));
        }
        Ok(())
    }
}

/// Configures a simulation and starts it: [`start`](Self::start) behind a socket,
/// [`world`](Self::world) without socket and clock.
///
/// The defaults: 24 cars, seed 0, acServer, ten minutes of practice, ten minutes of qualifying and a race
/// over six laps, once, in real time, with comings and goings.
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
    /// The number of slots in the entry list, 1 to 100. Every slot has a driver at first.
    ///
    /// ```
    /// use acudpclient::sim::SimServer;
    ///
    /// assert!(SimServer::builder().cars(101).world().is_err(), "at most 100");
    /// ```
    pub fn cars(mut self, cars: usize) -> Self {
        self.cars = cars;
        self
    }

    /// The seed of the random numbers. The same seed and the same commands at the same simulated times
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

    /// Which server to simulate; [`ServerKind`] lists each one's behaviour and its sources.
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

    /// If true, the first session follows the last one, forever. If false, the default, the simulation is silent
    /// after the last END_SESSION and only answers commands; a real server would continue with the first session.
    ///
    /// ```
    /// use acudpclient::sim::{Session, SimServer};
    ///
    /// let mut world = SimServer::builder().sessions([Session::race(1)]).repeat(true).world()?;
    /// assert!(world.nth(10_000).is_some(), "it never ends");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn repeat(mut self, repeat: bool) -> Self {
        self.repeat = repeat;
        self
    }

    /// If true, the server ends after the last session, as with `LOOP_MODE=0`: it sends and answers nothing more.
    /// AssettoServer does not even send END_SESSION. NEXT_SESSION in the last session has the same effect. Not
    /// allowed together with [`repeat`](Self::repeat).
    pub fn stops_after_last(mut self, stops: bool) -> Self {
        self.stops_after_last = stops;
        self
    }

    /// True, the default, if acServer has a `results` folder. Without one it sends no LAP_COMPLETED. The
    /// other servers don't need it.
    pub fn results_folder(mut self, exists: bool) -> Self {
        self.results_folder = exists;
        self
    }

    /// If true, ACSM v2 ignores every command after one that failed: GET_CAR_INFO, SEND_CHAT or KICK_USER for a slot
    /// that does not exist, or an unknown command. Its events go on. Its public snapshot of 2021 does this; nobody
    /// knows about releases. The other servers never do.
    pub fn deaf_after_failure(mut self, is_deaf: bool) -> Self {
        self.deaf_after_failure = is_deaf;
        self
    }

    /// Faults of the network between server and plugin. By default everything arrives at once and in order.
    pub fn trouble(mut self, trouble: Trouble) -> Self {
        self.trouble = Some(trouble);
        self
    }

    /// If true, the default, drivers leave, come back, drop out and are replaced. If false, everybody joins at the
    /// start and stays.
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

    /// No race: the server sends nothing by itself, not even VERSION. It sends only what you give to
    /// [`SimServer::send`], and the answers to commands.
    ///
    /// The slots are empty. The server remembers what you send, so that its answers match: after NEW_CONNECTION
    /// and CLIENT_LOADED, CAR_INFO names the driver; after CONNECTION_CLOSED the slot is empty again; after
    /// NEW_SESSION that session is the current one. It answers a kick with CONNECTION_CLOSED, and next and restart
    /// session with NEW_SESSION (on AssettoServer after END_SESSION).
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

    /// The realtime report's interval in simulated time until the plugin asks for one: whole milliseconds, at
    /// most 65,535; 0 is off. By default it is off, on AssettoServer 1000 ms.
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

    /// The speed, as a multiple of real time from 0.01 to 10,000. It applies to everything in the simulation,
    /// including the realtime report. Don't make it faster than the plugin can receive: like any UDP sender the
    /// server does not notice dropped datagrams. A server that cannot keep up runs slower than this.
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

    /// The plugin starts this much later than the server, at most a week. It does not get the events of that time,
    /// so it has to ask for the session and the cars. A [`world`](Self::world) has no plugin and ignores this.
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

    /// The server's own address. The default is `127.0.0.1` with a free port.
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

    /// The plugin's address. With it the simulation begins at once. Otherwise the server takes it from
    /// [`SimServer::set_plugin_addr`] or from the first datagram that arrives.
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

    /// Calls a function with every datagram to and from the plugin, in order. A `capture::Writer` (feature
    /// `capture`) records them.
    ///
    /// The simulation waits while the function runs, so it should be quick. It must not call this server: that is a
    /// deadlock. If it panics, it is not called again, and the log says so.
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
    /// [`ErrorKind::InvalidInput`] if a value is out of range, and the system's error if the address cannot be bound
    /// or the thread cannot be started.
    pub fn start(self) -> Result<SimServer> {
        if !(0.01..=10_000.0).contains(&self.speed) {
            return Err(invalid(format!("a speed of {}, allowed is 0.01 to 10000", self.speed)));
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
    /// [`ErrorKind::InvalidInput`] if a value is out of range.
    pub fn world(self) -> Result<World> {
        if !(1..=100).contains(&self.cars) {
            return Err(invalid(format!("{} cars, allowed is 1 to 100", self.cars)));
        }
        if !(1..=255).contains(&self.sessions.len()) {
            return Err(invalid(format!("{} sessions, allowed is 1 to 255", self.sessions.len())));
        }
        if self.late_start > Duration::from_secs(7 * 86_400) {
            return Err(invalid(format!(
                "a plugin that starts {:?} late, at most a week is allowed",
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

/// A length in minutes, as the wire carries it.
fn minutes(length: Duration) -> u16 {
    let seconds = length.as_secs().saturating_add(u64::from(length.subsec_nanos() > 0));
    u16::try_from(seconds.div_ceil(60)).unwrap_or(u16::MAX)
}

fn invalid(what: String) -> Error {
    Error::new(ErrorKind::InvalidInput, format!("cannot simulate this: {what}"))
}
