//! Who sits in which car, who leads and by how much: [`RaceTracker`].
//!
//! [The guide](crate::guide::who_leads) has a program that prints each lap with the driver's name, and the order behind
//! it.
//!
//! # What the tracker relies on, and where it decides
//!
//! - **The newest leaderboard is right.** Laps, best laps (practice, qualify) and total times
//!   (race) are the server's. Its order is not used: it is made again from laps and times.
//! - **A leaderboard can be older than what is known**: two cars that finish within a few
//!   milliseconds are told one after the other, and the second one's leaderboard can lack the lap of
//!   the first. So a leaderboard takes laps away only from the car that has just completed one, from
//!   a driver who has come since the last lap, or if somebody has driven a whole lap since.
//! - **What comes twice counts once**: a lap or contact that equals the newest one of its car, a
//!   NEW_CONNECTION of who is loading already. Without [`RaceTracker::advance_to`] two invalid laps of
//!   the same time to the millisecond, under the same leaderboard, are one.
//! - **A lost LAP_COMPLETED** costs the lap's own record. The total times of a race, and with them the
//!   gaps of who follows, come from the leaderboards; where none has told them, from the next lap,
//!   less its time, which is right to a few milliseconds.
//! - **A session that is announced again** (same index, type, name and track) is the same one as
//!   long as no lap was driven, unless it is younger by 5 s or more than the one that ran: without
//!   [`RaceTracker::advance_to`] that restart cannot be told, and changes nothing but the
//!   session's data. Once laps were driven it has been started anew, unless it says that it has
//!   lasted for longer than the longest lap. AssettoServer announces a session once: there only the
//!   same datagram is no new one. A SESSION_INFO of another session, or of one that is
//!   younger by 5 s than the newest SESSION_INFO or NEW_SESSION said, means that a NEW_SESSION was
//!   lost. One that is all zero but for its version, as ACSM v2 answers for an index that does not
//!   exist, describes nothing.
//! - **VERSION and the NEW_SESSION after it** mean that the server has restarted: everybody has left.
//!   VERSION alone can be the answer to a command, and telemetry, laps and SESSION_INFO tell that the
//!   session goes on. AssettoServer, which answers that command, tells by its uptime whether it has restarted.
//! - **The time of AssettoServer's sessions** is counted from the NEW_SESSION, as its `elapsed_ms` is the
//!   server's uptime; without one it is not known, see [`RaceTracker::elapsed`]. AssettoServer is known
//!   by the [`Dialect`](crate::protocol::Dialect) of its newest session. Where SET_SESSION_INFO makes it jump
//!   to a session, `current_session_index` stays the old one; what NEW_SESSION announces is what runs.
//! - **A late lap of the session before** is left out. Until the first lap of a session is
//!   counted, a lap is taken for a late one if its leaderboard has the other session type's mark
//!   for "no time" (999,999,999 in a race, 0 in practice and qualify) or lacks the lap itself; or
//!   if it has more laps than this one, and either goes on from the leaderboard of the session
//!   before, or comes within 2 s of the start and took longer than that by the caller's clock.
//!   What cannot be told from a first lap: a late one of a session of the same kind in which
//!   nobody had a lap that counts. Of each car at most one lap is left out in a session.
//! - **A person is a GUID.** `"0"` and an empty one are nobody's; there, a name in the same slot is
//!   all there is. A driver who appears in another slot has left the old one, and what was driven
//!   stays with the slot, where the leaderboard has it. A person who comes back to the same slot
//!   keeps everything; another one starts from nothing, and the laps of the first one go to
//!   [`SessionResult::unclassified`].
//! - **Whom CAR_INFO names without being connected** may still be loading, as acServer says
//!   that of everybody who does; so CLIENT_LOADED, a lap or lasting telemetry of the slot make it
//!   theirs. A driver who was heard to leave (CONNECTION_CLOSED) is not there again for that: a lap or a
//!   CAR_UPDATE can be late. But ten CAR_UPDATEs, or a lap under a leaderboard that has cleared the slot or 10 s
//!   later, are somebody's whose NEW_CONNECTION and CLIENT_LOADED were lost: the car has a driver
//!   who is not known, until CAR_INFO names one.
//! - **END_SESSION can be lost**: then the next NEW_SESSION ends a session in which laps were driven.
//! - **Before the first lap of a race** the order is that of the distance along the track, and
//!   without telemetry that of the slots: the protocol does not tell the grid. A car near the end of the
//!   lap is on the grid if the race has not started by the caller's clock; without one, if it stands and
//!   nobody has crossed the line. A CAR_UPDATE of the session before that comes after NEW_SESSION counts until
//!   the car's next one, as nothing tells how old it is.
//!
//! # Live timing
//!
//! [`RaceTracker::live`] says where the cars are between two crossings of the line. Of each car it keeps the way of the
//! last lap and a bit: a CAR_UPDATE is a sample of time, by the caller's clock, and distance in laps.
//!
//! - **A gap** is the time since the car ahead was at the newest place of the car behind. Between two samples its way
//!   is a cubic curve that has its speed at both, so ten reports a second are right to a millisecond and one is right
//!   to some. What a network delays a report by is an error of the gap.
//! - **A lap** counts once, whether LAP_COMPLETED or the telemetry behind the line comes first. Place and speed tell
//!   how often the line was crossed in a pause; the server's laps correct it. Who moves farther than anybody drives,
//!   more than 60 m and 120 m in each second, has jumped, to the pits, and so has who stands 15 m farther than its
//!   speed took it: a jump gains nothing, and before the line it is on the lap before.
//! - **An older report** that comes late is left out: it is behind, but the car drives forward. So is the same report
//!   again, and a place that is none, such as NaN.
//! - **Who stands** falls back as others come; who goes backwards takes back what it undoes. Who has finished stays at
//!   the line.
//! - **Sectors** are estimated from the passage of their ends, and the last one is what they leave of the lap's time,
//!   so they add up to it; the first one of a race begins at its start. Once ACSM v2 has told of a sector, nothing is
//!   estimated.
//! - **The length of the lap and the line on which cars drive** are learned from all cars, anew in each session.
//!
//! # Memory and cost
//!
//! Memory is bounded: 256 slots with the newest [`MAX_LAPS`] laps, their total times and one leaderboard each, 256
//! drivers who have lost their slot with their laps, the newest [`MAX_COLLISIONS`] collisions, one result. A lap takes
//! 120 bytes, and at most 504 with what ACSM tells of sectors and tyres. With a clock, a car with telemetry has a trail
//! of 512 samples and a best lap of 200 points, less than 16 KB, taken when it first drives. A CAR_UPDATE costs the
//! same however many cars there are, but for a look at all cars twice a second, and allocates nothing unless it
//! tells a change or is the session's best sector.

mod car;
mod change;
mod drive;
mod laps;
mod live;
mod map;
mod moment;
mod repeats;
mod result;
mod seats;
mod sectors;
mod session;
mod standings;

use std::iter::{Flatten, FusedIterator};
use std::slice;
use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

pub use car::{Car, Driver, Lap, MAX_LAPS, MAX_SECTORS};
pub use change::Change;
pub use live::{Delta, LiveBasis, LiveStanding};
pub use map::{MapImage, OutlinePoint, TrackFileError, TrackMap, TrackPlace};
#[cfg(feature = "serde")]
#[cfg_attr(docsrs, doc(cfg(feature = "serde")))]
pub use result::ResultFileError;
pub use result::{Collision, MAX_COLLISIONS, ResultEntry, SessionResult};
pub use sectors::{FastestSector, SectorTime};
pub use standings::{Gap, Standing};

use crate::protocol::{CarId, Event, LapTime, SessionInfo};
use crate::subscriber::Subscriber;
use live::Live;
use moment::{Moment, Rounds};
use repeats::Newest;
use sectors::SectorTimes;
use session::RunningSession;
use standings::Rules;

/// The fastest valid lap of a session.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct FastestLap {
    /// The slot.
    pub car_id: CarId,
    /// Who drove it, if known.
    pub driver: Option<Driver>,
    /// The lap.
    pub lap_time: LapTime,
}

/// Keeps the books of a server: the session, who sits in which car, laps, standings, results.
///
/// It is fed with events, by [`apply`](Self::apply) or as a [`Subscriber`], and knows no socket
/// and no clock. It may start at any time; to learn what it has missed, ask the server with
/// [`AcUdpClient::request_missed`](crate::AcUdpClient::request_missed). The
/// [module](crate::tracker)'s documentation tells how it decides where packets are lost or late.
///
/// ```
/// use acudpclient::protocol::{CarId, LapCompleted, LapTime, NewConnection};
/// use acudpclient::{Event, RaceTracker};
/// use acudpclient::tracker::Change;
///
/// let alice = NewConnection {
///     driver_name: "Alice".to_owned(),
///     driver_guid: "76561198000000001".to_owned(),
///     ..NewConnection::default()
/// };
/// let lap = LapCompleted { lap_time: LapTime(83_456), ..LapCompleted::default() };
///
/// let mut tracker = RaceTracker::new();
/// for event in [Event::NewConnection(alice), Event::LapCompleted(lap)] {
///     for change in tracker.apply(&event) {
///         match change {
///             Change::DriverJoined { car_id } => println!("{:?} joins", tracker.driver_name(car_id)),
///             Change::LapCompleted { car_id, lap_time, .. } => {
///                 println!("{:?}: {lap_time}", tracker.driver_name(car_id)); // "Alice": 1:23.456
///             }
///             _ => {}
///         }
///     }
/// }
/// assert_eq!(tracker.driver_name(CarId(0)), "Alice");
/// ```
#[derive(Debug, Clone, Default)]
pub struct RaceTracker {
    session: RunningSession,
    /// By slot.
    cars: Vec<Option<Car>>,
    /// Laps at the end of the session before, to know its late ones.
    laps_before: Vec<(CarId, u16)>,
    last_result: Option<SessionResult>,
    changes: Vec<Change>,
    clock: Option<Duration>,
    /// The same in seconds.
    seconds: Option<f64>,
    rounds: Rounds,
    newest: Newest,
    /// By the newest description of a session.
    is_assetto_server: bool,
    /// VERSION has come, and since then nothing that tells whether the server has restarted.
    version_came: bool,
    /// Nothing has come since a NEW_SESSION.
    just_announced: bool,
    /// The cars with a time, in their order; kept for its memory.
    order: Vec<CarId>,
    live: Live,
    sector_times: SectorTimes,
}

impl RaceTracker {
    /// A tracker that knows nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes an event in. Returns what it has changed: often nothing, and then it allocates nothing.
    ///
    /// The changes are the caller's own, so the tracker can be asked for names while they are gone through:
    ///
    /// ```
    /// # use acudpclient::{Event, RaceTracker};
    /// use acudpclient::tracker::Change;
    ///
    /// # fn show(tracker: &mut RaceTracker, event: &Event) {
    /// for change in tracker.apply(event) {
    ///     if let Change::PositionGained { car_id, to: 1, .. } = change {
    ///         println!("{:?} leads", tracker.driver_name(car_id));
    ///     }
    /// }
    /// # }
    /// ```
    pub fn apply(&mut self, event: &Event) -> Vec<Change> {
        self.take_in(event);
        if self.changes.is_empty() { Vec::new() } else { self.changes.clone() }
    }

    #[inline(always)]
    fn take_in(&mut self, event: &Event) {
        if !self.changes.is_empty() {
            self.forget_changes();
        }
        let just_announced = std::mem::take(&mut self.just_announced);
        // Apart from the others, so that the most frequent one is short.
        match event {
            Event::CarUpdate(update) => self.car_update(update),
            _ => self.take_in_rare(event, just_announced),
        }
    }

    #[cold]
    fn forget_changes(&mut self) {
        self.changes.clear();
    }

    #[inline(never)]
    fn take_in_rare(&mut self, event: &Event, just_announced: bool) {
        match event {
            Event::CarUpdate(_) => {}
            Event::LapCompleted(lap) => self.lap_completed(lap),
            Event::ClientEvent(contact) => self.client_event(contact),
            Event::NewSession(session) => self.new_session(session),
            Event::SessionInfo(session) => self.session_info(session),
            Event::EndSession(end) => self.end_session(end),
            Event::Version(_) => {
                self.just_announced = just_announced;
                self.version();
            }
            Event::NewConnection(connection) => self.new_connection(connection),
            Event::ConnectionClosed(connection) => self.connection_closed(connection),
            Event::ClientLoaded(loaded) => self.client_loaded(loaded.car_id),
            Event::CarInfo(info) => self.car_info(info),
            Event::SectorCompleted(sector) => self.sector_completed(sector),
            Event::TyreChange(tyre) => self.tyre_change(tyre),
            Event::Chat(_) | Event::Error(_) | Event::Ping(_) | Event::Unknown(_) => {}
        }
    }

    /// What the newest event has changed, for a tracker that is fed as a [`Subscriber`]. What
    /// [`apply`](Self::apply) returns is a copy of it.
    ///
    /// ```
    /// use acudpclient::protocol::NewConnection;
    /// use acudpclient::{Event, RaceTracker};
    ///
    /// let mut tracker = RaceTracker::new();
    /// Event::NewConnection(NewConnection::default()).dispatch(&mut tracker);
    /// assert_eq!(tracker.changes().len(), 1, "a driver has joined");
    /// ```
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// Tells the time, so that [`elapsed`](Self::elapsed) and [`time_left`](Self::time_left) run
    /// on between two SESSION_INFOs: the time since any fixed moment, such as
    /// [`Instant::elapsed`](std::time::Instant::elapsed) of the program's start, or a recording's
    /// own time. Best called before each [`apply`](Self::apply), and once per frame. Optional. A
    /// time before the newest one is ignored.
    ///
    /// It must be as fast as the session: for a recording that is played at ten times its speed,
    /// tell ten times the time.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// use acudpclient::RaceTracker;
    ///
    /// let start = Instant::now();
    /// let mut tracker = RaceTracker::new();
    /// tracker.advance_to(start.elapsed()); // once per frame, and before each event
    /// ```
    pub fn advance_to(&mut self, now: Duration) {
        let now = self.clock.map_or(now, |newest| newest.max(now));
        self.clock = Some(now);
        self.seconds = Some(now.as_secs_f64());
        self.session.told_at.get_or_insert(now);
    }

    /// The session that runs, or has just ended, as the server has described it last. `None`
    /// until it has. Of AssettoServer `elapsed_ms` is the server's uptime, and so
    /// [`SessionInfo::elapsed`], [`SessionInfo::starts_in`] and [`SessionInfo::time_left`] say nothing of the
    /// session; the tracker's own do.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// if let Some(session) = tracker.session() {
    ///     println!("{} on {:?}", session.session_type, session.track);
    /// }
    /// ```
    #[must_use]
    pub fn session(&self) -> Option<&SessionInfo> {
        self.session.info.as_ref()
    }

    /// Time since the start of the session, zero before it; `None` if the session is not known.
    ///
    /// AssettoServer does not tell it: its `elapsed_ms` is the server's uptime in milliseconds, less the wait's
    /// seconds (its source, `UdpPluginServer.SendSessionInfo`). There it is counted from NEW_SESSION, in a
    /// race from the end of the wait. If the tracker has not heard that, because it started late or
    /// the packet was lost, this, [`starts_in`](Self::starts_in) and [`time_left`](Self::time_left) are `None`
    /// until the next session.
    #[must_use]
    pub fn elapsed(&self) -> Option<Duration> {
        Some(Duration::from_millis(u64::try_from(self.elapsed_ms()?).unwrap_or(0)))
    }

    /// Time until the start of the session; `None` once it has started, or if it is not known.
    #[must_use]
    pub fn starts_in(&self) -> Option<Duration> {
        self.elapsed_ms()
            .filter(|elapsed| *elapsed < 0)
            .map(|elapsed| Duration::from_millis(elapsed.unsigned_abs()))
    }

    /// What is left of a timed session; `None` if it is limited by laps alone, or not known.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// if let Some(left) = tracker.time_left() {
    ///     println!("{} minutes left", left.as_secs() / 60);
    /// }
    /// ```
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        Some(self.session()?.time_limit()?.saturating_sub(self.elapsed()?))
    }

    /// How many laps the leader of a lap-limited race still has to do; `None` if the session is
    /// limited by time alone, or not known, and after a late start until a leaderboard has told how many
    /// were driven.
    #[must_use]
    pub fn laps_left(&self) -> Option<u16> {
        if !self.session.knows_laps && self.starts_in().is_none() {
            return None;
        }
        let done = self.cars().map(|car| car.laps_counted).max().unwrap_or(0);
        Some(self.session()?.lap_limit()?.saturating_sub(done))
    }

    /// What is known of a slot. `None` for a slot without a driver, unless somebody has driven
    /// there in this session, or CAR_INFO has named somebody who may be loading.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// # use acudpclient::protocol::CarId;
    /// let best = tracker.car(CarId(3)).and_then(|car| car.best_lap);
    /// assert_eq!(best, None);
    /// ```
    #[must_use]
    pub fn car(&self, car_id: CarId) -> Option<&Car> {
        self.cars.get(usize::from(car_id.0))?.as_ref()
    }

    /// All slots that [`car`](Self::car) knows, in their order.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// let on_track = tracker.cars().filter(|car| car.connected && car.loaded).count();
    /// println!("{on_track} drivers are on the track");
    /// ```
    pub fn cars(&self) -> Cars<'_> {
        Cars(self.cars.iter().flatten())
    }

    /// The name of who sits in a car, or has sat in it last; empty if nobody is known. The driver has chosen it,
    /// so it can hold anything: escape it before it is printed, with `{:?}` or
    /// [`escape_debug`](str::escape_debug).
    ///
    /// ```
    /// use acudpclient::protocol::CarId;
    /// use acudpclient::RaceTracker;
    ///
    /// assert_eq!(RaceTracker::new().driver_name(CarId(3)), "");
    /// ```
    #[must_use]
    pub fn driver_name(&self, car_id: CarId) -> &str {
        let driver = self.car(car_id).and_then(|car| car.driver.as_ref());
        driver.map_or("", |driver| &driver.name)
    }

    /// The cars in the order of the session's type: connected ones, and those whose driver has
    /// left after a lap.
    ///
    /// In a race by laps, then by total time; cars in their first lap come last, by their distance
    /// along the track if there is telemetry, then by slot. In every other session by best lap;
    /// cars without one come last, by slot.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// for row in tracker.standings() {
    ///     let gap = row.gap.map_or(String::new(), |gap| gap.to_string());
    ///     println!("{:2} {:?} {gap}", row.position, tracker.driver_name(row.car_id));
    /// }
    /// ```
    #[must_use]
    pub fn standings(&self) -> Vec<Standing> {
        let rules = self.rules();
        let order = self.ordered(rules, Car::takes_part);
        (1..)
            .zip(&order)
            .map(|(position, &car)| {
                let ahead = |places: usize| order.get(usize::from(position).checked_sub(places)?);
                let behind = |other: Option<&&Car>| rules.gap(other?, car);
                match position {
                    1 => Standing::new(car, position, None, None),
                    _ => Standing::new(car, position, behind(order.first()), behind(ahead(2))),
                }
            })
            .collect()
    }

    /// The fastest valid lap of the session, also if its driver has left. In a race only of the
    /// laps that were seen.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// if let Some(fastest) = tracker.fastest_lap() {
    ///     println!("{:?}: {}", tracker.driver_name(fastest.car_id), fastest.lap_time);
    /// }
    /// ```
    #[must_use]
    pub fn fastest_lap(&self) -> Option<&FastestLap> {
        self.session.fastest_lap.as_ref()
    }

    /// The newest session that has ended; [`Change::SessionEnded`] tells when there is another one.
    ///
    /// ```
    /// use acudpclient::RaceTracker;
    /// use acudpclient::tracker::Change;
    ///
    /// # let event = acudpclient::protocol::Event::EndSession(Default::default());
    /// # let mut tracker = RaceTracker::new();
    /// if tracker.apply(&event).contains(&Change::SessionEnded) {
    ///     for row in tracker.last_result().into_iter().flat_map(|result| &result.standings) {
    ///         println!("{:?} {:?}", row.position, row.best_lap);
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn last_result(&self) -> Option<&SessionResult> {
        self.last_result.as_ref()
    }

    fn elapsed_ms(&self) -> Option<i64> {
        self.session.elapsed_ms(self.clock)
    }

    /// The time of what is told now. Without a clock it is not known, as `elapsed_ms` stands still.
    fn session_time(&self) -> Option<Duration> {
        let elapsed = self.clock.and(self.elapsed_ms())?;
        u64::try_from(elapsed).ok().map(Duration::from_millis)
    }

    fn now(&self) -> Moment {
        Moment { at: self.clock, round: self.rounds.now() }
    }

    fn rules(&self) -> Rules {
        Rules { race: self.session.is_race(), over: self.session.over }
    }

    fn ordered(&self, rules: Rules, belongs: impl Fn(&Car) -> bool) -> Vec<&Car> {
        let mut order: Vec<_> = self.cars().filter(|car| belongs(car)).collect();
        order.sort_by(|a, b| rules.compare(a, b));
        order
    }

    fn known_car(&mut self, car_id: CarId) -> Option<&mut Car> {
        self.cars.get_mut(usize::from(car_id.0))?.as_mut()
    }

    /// The car, new if the slot was not known.
    fn car_mut(&mut self, car_id: CarId) -> &mut Car {
        let index = usize::from(car_id.0);
        if self.cars.len() <= index {
            self.cars.resize(index + 1, None);
        }
        self.cars[index].get_or_insert_with(|| Car::new(car_id))
    }
}

/// The slots that a tracker knows, see [`RaceTracker::cars`].
#[derive(Debug, Clone)]
pub struct Cars<'a>(Flatten<slice::Iter<'a, Option<Car>>>);

impl<'a> Iterator for Cars<'a> {
    type Item = &'a Car;

    fn next(&mut self) -> Option<&'a Car> {
        self.0.next()
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.0.size_hint()
    }
}

impl DoubleEndedIterator for Cars<'_> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.0.next_back()
    }
}

impl FusedIterator for Cars<'_> {}

impl Subscriber for RaceTracker {
    fn on_event(&mut self, event: &Event) {
        self.take_in(event);
    }
}
