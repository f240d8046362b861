//! [`World`]: the simulation without socket and clock.

mod agenda;
mod commands;
mod motion;
mod roster;
mod sessions;
mod slot;
mod traffic;
mod visits;

use std::time::Duration;

use self::agenda::{Agenda, Task};
use self::roster::SimDriver;
use self::slot::{Doing, Slot};
use super::rng::Rng;
use super::track::track;
use super::trouble::Network;
use super::{FinishedSession, ServerKind, Session, SimBuilder};
use crate::protocol::{CarId, Chat, Command, Event, ServerError, SessionInfo, SessionType, Vec3, Version};

/// How many finished sessions to keep.
const RESULTS: usize = 100;

/// The latest time: some 285,000 years.
const LATEST: u64 = 1 << 53;

/// The simulation without socket and clock: an iterator over all events with their simulated time,
/// counted from the server's start.
///
/// [`SimBuilder::world`] makes one. The iterator ends after the last session, or never if the sessions repeat; a
/// command can make it go on. [`Event::decode`] of an encoded event gives the same event.
#[derive(Debug, Clone)]
pub struct World {
    rng: Rng,
    /// For the behaviour of some servers only, so that it does not change the common behaviour.
    own_rng: Rng,
    kind: ServerKind,
    server_name: String,
    track: String,
    repeat: bool,
    churn: bool,
    scripted: bool,
    stops_after_last: bool,
    results_folder: bool,
    deaf_after_failure: bool,
    /// It ignores commands from now on.
    deaf: bool,

    /// In milliseconds, like all times here.
    now: u64,
    agenda: Agenda,
    network: Network,
    /// For measuring datagrams.
    buffer: Vec<u8>,

    sessions: Vec<Session>,
    current: usize,
    /// The announced index of the current session, from which the server counts. It differs from `current` only after
    /// a SET_SESSION_INFO on AssettoServer.
    told_index: usize,
    /// The next session, while none is open.
    opening: usize,
    /// Changes with each session, which makes the tasks of earlier ones void.
    run: u32,
    phase: Phase,
    /// When the session's clock shows zero.
    session_start: u64,
    /// As announced.
    announced: SessionInfo,
    laps_in_session: u32,
    laps_ever: u32,
    /// True once the leader has crossed the line after the end of a race over time.
    leader_finished: bool,
    /// The starting order of a race: from the last qualifying, on AssettoServer from the last session.
    grid: Vec<usize>,
    finished: bool,
    results: Vec<FinishedSession>,

    slots: Vec<Slot>,
    /// The drivers who wait for a slot.
    bench: Vec<SimDriver>,
    drivers_made: usize,

    /// 0 is off.
    report_interval: u16,
    /// Changes with each interval, which makes the telemetry tasks of earlier ones void.
    report_turn: u32,
    enhanced_reporting: bool,
    weather: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Between two sessions.
    Closed,
    /// A race that has not started.
    Grid,
    Running,
    /// The time is up, or the winner has finished.
    Ending,
    /// Nobody drives any more; the session closes in a moment.
    Over,
}

impl World {
    pub(super) fn new(builder: SimBuilder) -> Self {
        let mut rng = Rng::new(builder.seed);
        let slots: Vec<_> = (0..builder.cars)
            .map(|slot| {
                let (model, skin) = roster::car(slot, &mut rng);
                Slot::new(slot, model, skin)
            })
            .collect();
        let report_interval = match (builder.report_interval_ms, builder.kind) {
            (0, ServerKind::AssettoServer) => 1000,
            (interval, _) => interval,
        };
        let mut world = Self {
            rng,
            own_rng: Rng::new(builder.seed ^ 0x5EED_0F0C_A57E_11E5),
            kind: builder.kind,
            server_name: builder.server_name,
            track: builder.track,
            repeat: builder.repeat,
            churn: builder.churn,
            scripted: builder.scripted,
            stops_after_last: builder.stops_after_last,
            results_folder: builder.results_folder,
            deaf_after_failure: builder.deaf_after_failure,
            deaf: false,
            now: 0,
            agenda: Agenda::default(),
            network: Network::new(builder.trouble),
            buffer: Vec::new(),
            sessions: builder.sessions,
            current: 0,
            told_index: 0,
            opening: 0,
            run: 0,
            phase: Phase::Closed,
            session_start: 0,
            announced: SessionInfo::default(),
            laps_in_session: 0,
            laps_ever: 0,
            leader_finished: false,
            grid: (0..slots.len()).collect(),
            finished: false,
            results: Vec::new(),
            slots,
            bench: Vec::new(),
            drivers_made: 0,
            report_interval,
            report_turn: 0,
            enhanced_reporting: false,
            weather: 0,
        };
        world.announced = world.session_info(0);
        if !world.scripted {
            world.plan_beginning();
        }
        world.plan_telemetry();
        world
    }

    fn plan_beginning(&mut self) {
        self.agenda.add(0, Task::Version);
        let announced = self.rng.whole(5, 20);
        let again = announced + self.rng.whole(1150, 1250);
        self.agenda
            .add(if self.kind == ServerKind::AssettoServer { 0 } else { announced }, Task::OpenSession);
        if matches!(self.kind, ServerKind::Original | ServerKind::Before17) {
            self.agenda.add(again, Task::AnnounceAgain { run: 1 });
        }
        // Before a race they come early, so that all are on the grid in time.
        let is_race = self.sessions[0].session_type == SessionType::Race;
        let last_comes = if is_race { 3_500 } else { 20_000 };
        for slot in 0..self.slots.len() {
            let (driver, time) = (self.new_driver(), self.rng.whole(1_500, last_comes));
            self.agenda.add(time, Task::Join { driver: Box::new(driver), slot: Some(slot) });
        }
        if self.churn {
            for _ in 0..self.slots.len() / 8 + 1 {
                let driver = self.new_driver();
                self.bench.push(driver);
            }
            self.agenda.add(60_000, Task::ComingAndGoing);
        }
        self.agenda.add(30_000, Task::Mishap);
        self.agenda.add(40_000, Task::Chat);
        if self.kind.is_acsm() {
            let time = self.own_rng.whole(120_000, 300_000);
            self.agenda.add(time, Task::Weather);
        }
    }

    /// The next event that is due until `until`. If there is none, returns `None` and moves the simulation's time to
    /// `until`; with [`Duration::MAX`] the time stays.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use acudpclient::sim::SimServer;
    /// let mut world = SimServer::builder().cars(3).world()?;
    /// while let Some((time, event)) = world.poll(Duration::from_secs(60)) {
    ///     println!("{time:?} {event}");
    /// }
    /// assert_eq!(world.time(), Duration::from_secs(60));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn poll(&mut self, until: Duration) -> Option<(Duration, Event)> {
        let mut patience = usize::MAX;
        self.poll_within(until, &mut patience)
    }

    /// [`poll`](Self::poll) with a limit: each task lowers `patience`, and at 0 it returns `None` although there may
    /// be more to do.
    pub(super) fn poll_within(&mut self, until: Duration, patience: &mut usize) -> Option<(Duration, Event)> {
        let goes_on = until == Duration::MAX;
        let until = milliseconds(until);
        while *patience > 0 {
            *patience -= 1;
            let task = self.agenda.next_time().filter(|_| !self.finished).map(|time| time.max(self.now));
            let arrival = self.network.next_time().filter(|&time| time <= until.max(self.now));
            match (arrival, task) {
                // Do all tasks before this arrival first: what they send may arrive earlier.
                (Some(arrival), task) if task.is_none_or(|task| arrival <= task) => {
                    self.now = self.now.max(arrival);
                    return self.network.receive().map(|(time, event)| (Duration::from_millis(time), event));
                }
                (_, Some(task)) if task <= until => {
                    let (_, due) = self.agenda.pop()?;
                    self.now = task;
                    self.carry_out(due);
                }
                _ => {
                    if !goes_on {
                        self.now = self.now.max(until);
                    }
                    return None;
                }
            }
        }
        None
    }

    /// When there is something to do, perhaps an event; `None` if nothing more happens without a command.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        let task = self.agenda.next_time().filter(|_| !self.finished).map(|time| time.max(self.now));
        let next = [task, self.network.next_time()].into_iter().flatten().min()?;
        Some(Duration::from_millis(next))
    }

    /// The events that the network lost since the last call, with the times at which they were sent; at most the
    /// newest 4096. Only [`Trouble::loss`](super::Trouble::loss) loses events.
    pub fn take_lost(&mut self) -> Vec<(Duration, Event)> {
        self.network.take_lost()
    }

    /// Carries out a command at this time, or now if that is past. Its answer is among the next events.
    /// [Poll](Self::poll) the events that are due before it first; otherwise they come after it.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::{Command, Event};
    /// use acudpclient::sim::SimServer;
    ///
    /// let mut world = SimServer::builder().cars(3).world()?;
    /// let at = Duration::from_secs(60);
    /// while world.poll(at).is_some() {}
    /// world.command(at, &Command::get_session_info(None));
    /// assert!(matches!(world.poll(at), Some((_, Event::SessionInfo(_)))));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn command(&mut self, at: Duration, command: &Command) {
        self.try_command(at, command);
    }

    /// Carries out a command; false if it was refused.
    pub(super) fn try_command(&mut self, at: Duration, command: &Command) -> bool {
        self.advance(at);
        self.obey(command)
    }

    /// Reacts to an undecodable command.
    pub(super) fn cannot_decode(&mut self, at: Duration, message: &str) {
        self.advance(at);
        if matches!(self.kind, ServerKind::Original | ServerKind::Before17) {
            self.emit_error(message);
        }
    }

    /// Truncates a message that is too long.
    fn emit_error(&mut self, message: &str) {
        self.emit(Event::Error(ServerError { message: message.chars().take(255).collect() }));
    }

    /// The server's process ends.
    fn stop(&mut self) {
        self.deaf = true;
        self.finished = true;
        self.phase = Phase::Closed;
    }

    pub(super) fn kind(&self) -> ServerKind {
        self.kind
    }

    fn advance(&mut self, at: Duration) {
        self.now = self.now.max(milliseconds(at));
    }

    /// The simulated time.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_millis(self.now)
    }

    /// The middle of the track at this place, from 0 to below 1; the cars are up to 3.5 m aside of it.
    ///
    /// ```
    /// # use acudpclient::sim::SimServer;
    /// let world = SimServer::builder().world()?;
    /// let line = world.track_position(0.0);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn track_position(&self, place: f32) -> Vec3 {
        track().place(place.into(), 0.0).position
    }

    /// How far a car has come in the running session, in laps: the laps that it has driven, and its place on the running
    /// one. Negative on the grid; `None` without a driver who has loaded. So the answers of a program that estimates them
    /// can be compared with the truth.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::protocol::CarId;
    /// use acudpclient::sim::{Session, SimServer};
    ///
    /// let mut world = SimServer::builder().cars(3).sessions([Session::race(3)]).world()?;
    /// while world.poll(Duration::from_secs(30)).is_some() {}
    /// assert!(world.distance(CarId(0)).is_some_and(|laps| laps < 0.0), "it waits on the grid");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn distance(&self, car_id: CarId) -> Option<f64> {
        let slot = self.slots.get(usize::from(car_id.0)).filter(|slot| slot.loaded)?;
        Some(f64::from(slot.laps.driven) + slot.motion.distance(self.now))
    }

    /// Where the sectors of a lap end but the last one, as parts of the lap.
    ///
    /// ```
    /// # use acudpclient::sim::SimServer;
    /// let world = SimServer::builder().world()?;
    /// let mut tracker = acudpclient::RaceTracker::new();
    /// tracker.set_sectors(&world.sector_ends());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn sector_ends(&self) -> [f32; 2] {
        motion::sector_ends()
    }

    /// True once the last session has ended and none follows, or the server has stopped.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.finished
    }

    /// The finished sessions in order, at most the newest 100.
    ///
    /// ```
    /// # use acudpclient::sim::SimServer;
    /// let mut world = SimServer::builder().cars(3).world()?;
    /// while world.next().is_some() {}
    /// for session in world.results() {
    ///     println!("{}: {} cars", session.session.name, session.standings.len());
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn results(&self) -> &[FinishedSession] {
        &self.results
    }

    fn emit(&mut self, event: Event) {
        if let Some(longest) = self.kind.longest_datagram() {
            // The others are always shorter: a lap of 100 cars has 819 bytes.
            let can_be_long = matches!(
                event,
                Event::NewSession(_)
                    | Event::SessionInfo(_)
                    | Event::CarInfo(_)
                    | Event::NewConnection(_)
                    | Event::ConnectionClosed(_)
            );
            if can_be_long {
                self.buffer.clear();
                if event.encode_into(&mut self.buffer).is_ok() && self.buffer.len() > longest {
                    return;
                }
            }
        }
        self.network.send(self.now, event);
    }

    fn plan(&mut self, after: u64, task: Task) {
        self.agenda.add(self.now + after, task);
    }

    /// Plans the task after a random time from this range.
    fn plan_within(&mut self, low: u64, high: u64, task: Task) {
        let after = self.rng.whole(low, high);
        self.plan(after, task);
    }

    fn carry_out(&mut self, task: Task) {
        match task {
            Task::Version => {
                self.emit(Event::Version(Version { protocol_version: self.protocol_version() }));
            }
            Task::OpenSession => self.open_session(self.opening, self.opening),
            Task::AnnounceAgain { run } if run == self.run => {
                self.emit(Event::NewSession(self.announced.clone()));
            }
            Task::Start { run } if run == self.run => self.start_race(),
            Task::TimeUp { run } if run == self.run => self.time_is_up(),
            Task::CloseSession { run } if run == self.run => self.close_by_itself(),
            Task::LateEnd { filename } => self.emit_end(filename),
            Task::Join { driver, slot } => self.join(*driver, slot),
            Task::TimedOut { slot, seat, comes_back } if self.slots[slot].seat == seat => {
                let driver = self.disconnect(slot).filter(|_| !comes_back);
                self.bench.extend(driver);
            }
            Task::Replace { driver, slot, seat } if self.slots[slot].seat == seat => {
                self.connect(*driver, slot);
            }
            // A kick freed the slot meanwhile.
            Task::Replace { driver, slot, .. } if !self.is_around(&driver) => self.join(*driver, Some(slot)),
            Task::Loaded { slot, seat } if self.slots[slot].seat == seat => self.loaded(slot),
            Task::Go { slot, plan } if self.slots[slot].plan == plan => self.go(slot),
            Task::Sector { slot, plan, third } if self.slots[slot].plan == plan => self.sector(slot, third),
            Task::Line { slot, plan } if self.slots[slot].plan == plan => self.cross_line(slot),
            Task::LateLap { slot, seat, lap_time } if self.slots[slot].seat == seat => {
                self.late_lap(slot, lap_time);
            }
            Task::Retire { slot, plan } if self.slots[slot].plan == plan => self.retire(slot),
            Task::Say { slot, seat, text } if self.slots[slot].seat == seat => self.say(slot, text),
            Task::Telemetry { turn } if turn == self.report_turn => self.report(),
            Task::Contact { event } => self.emit(Event::ClientEvent(*event)),
            Task::Mishap => self.mishap(),
            Task::ComingAndGoing => self.coming_and_going(),
            Task::Chat => self.chat(),
            Task::Weather => self.change_weather(),
            _ => {} // void
        }
    }

    fn say(&mut self, slot: usize, text: &str) {
        self.emit(Event::Chat(Chat { car_id: self.slots[slot].car_id, message: text.to_owned() }));
    }

    /// The slots whose drivers are on the track or in the garage.
    fn loaded_slots(&self) -> Vec<usize> {
        self.slots_where(|slot| slot.loaded)
    }

    fn slots_where(&self, is_wanted: impl Fn(&Slot) -> bool) -> Vec<usize> {
        (0..self.slots.len()).filter(|&slot| is_wanted(&self.slots[slot])).collect()
    }

    /// True if this driver has a slot or waits for one.
    fn is_around(&self, driver: &SimDriver) -> bool {
        let in_slots = self.slots.iter().filter_map(|slot| slot.driver.as_ref());
        in_slots.chain(&self.bench).any(|other| other.guid == driver.guid)
    }

    fn nobody_drives(&self) -> bool {
        !self.slots.iter().any(|slot| slot.doing != Doing::Done)
    }

    /// True if somebody has connected but not loaded yet.
    fn somebody_loads(&self) -> bool {
        self.slots.iter().any(|slot| slot.driver.is_some() && !slot.loaded && !slot.vanished)
    }

    /// True if nobody drives, and nobody loads who could.
    fn nobody_will_drive(&self) -> bool {
        self.nobody_drives() && !self.slots.iter().any(|slot| slot.driver.is_some() && !slot.loaded)
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).map_or(LATEST, |time| time.min(LATEST))
}

impl Iterator for World {
    type Item = (Duration, Event);

    fn next(&mut self) -> Option<Self::Item> {
        self.poll(Duration::MAX)
    }
}
