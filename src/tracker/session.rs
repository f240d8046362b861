//! Which session runs, and when it is another one.
//!
//! The first row that fits decides. *Known* is what NEW_SESSION or SESSION_INFO said last, *of the
//! same kind* has the same index, type, track and layout, *younger* is by 5 s or more.
//!
//! | told by | server | which | is | test |
//! | --- | --- | --- | --- | --- |
//! | SESSION_INFO | any | all zero but for the version | nothing | `a_session_info_of_nothing_is_nothing` |
//! | SESSION_INFO | any | index is not the current one; after a NEW_SESSION of which it was not (a jump), not that one's | another one, not the running one | `session_info_of_another_session_is_none_of_the_running_one`, `a_jump_leaves_the_current_index_behind` |
//! | either | AssettoServer | VERSION came, and its uptime is less than it was, or less than a minute where nothing or more than 24.8 days was known | of a restarted server | `assetto_server_tells_a_restart_by_its_uptime` |
//! | NEW_SESSION | others | VERSION came, and since then nothing of a session that goes on | of a restarted server | `nobody_is_on_a_restarted_server`, `version_alone_is_no_restart` |
//! | SESSION_INFO | others | VERSION came likewise, and it is not of the same kind, younger by the caller's clock, or than the longest lap | of a restarted server | `session_info_tells_of_a_restarted_server` |
//! | SESSION_INFO | any | nothing is known, and no session has ended | the running one | `a_late_start_learns_from_answers_and_leaderboards` |
//! | either | any | nothing is known, or not of the same kind | a new one | `another_session_starts_from_nothing_and_keeps_the_drivers` |
//! | NEW_SESSION | AssettoServer | the same uptime, of a session that is not over | the same datagram again | `a_second_race_of_assetto_server_is_another_one` |
//! | NEW_SESSION | AssettoServer | | a new one | `a_second_race_of_assetto_server_is_another_one` |
//! | SESSION_INFO | AssettoServer | the known one has been over for 10 s (the answer is not late), or its uptime is less than it was | a new one | `assetto_server_announces_after_each_end` |
//! | SESSION_INFO | others | younger than known | a new one | `session_info_tells_of_a_lost_new_session` |
//! | SESSION_INFO | any | | the running one | `a_renamed_session_goes_on` |
//! | NEW_SESSION | others | the known one is over, or has another name | a new one | `a_session_ends_once` |
//! | NEW_SESSION | others | laps were driven, and it is younger than the longest one | a new one | `a_restarted_session_starts_from_nothing` |
//! | NEW_SESSION | others | no laps were driven, and it is younger by the caller's clock | a new one | `the_second_announcement_comes_1200_ms_later_by_the_callers_clock` |
//! | NEW_SESSION | others | | the running one again | `a_starting_server_announces_its_session_twice`, `a_session_that_is_announced_in_its_middle_goes_on` |

use std::collections::VecDeque;
use std::ops::Range;
use std::time::Duration;

use super::drive::Start;
use super::live::Live;
use super::moment::{Moment, SHORT};
use super::{Car, Change, Collision, FastestLap, RaceTracker, ResultEntry, Rules, SessionResult};
use crate::protocol::{Dialect, EndSession, LapTime, SessionInfo, SessionType};

/// A session that is younger than the known one by this much, in milliseconds, has been started
/// anew. More than the time between the two announcements of a starting server.
const YOUNGER: i64 = 5000;

/// What AssettoServer's `elapsed_ms` says if it has just started: the uptime, from which it takes the
/// wait's seconds as milliseconds.
const STARTED: Range<i32> = -(u16::MAX as i32)..60_000;

/// How many drivers who have lost their slot are remembered.
const MAX_REPLACED: usize = 256;

/// The running session.
#[derive(Debug, Clone, Default)]
pub(super) struct RunningSession {
    pub info: Option<SessionInfo>,
    /// The caller's time when `info` was true.
    pub told_at: Option<Duration>,
    /// Whether it is a race by the look of its leaderboards, while `info` is not known.
    pub looks_like_race: bool,
    /// Handed over as a result.
    pub over: bool,
    /// Since then.
    ended: Option<Moment>,
    /// Whether it is a race that is known to have started.
    pub started: bool,
    /// Whether a leaderboard or NEW_SESSION has told how many laps were driven.
    pub knows_laps: bool,
    /// Whether a lap has been counted.
    pub has_laps: bool,
    /// The longest lap in milliseconds: the session has lasted at least as long.
    pub longest_lap: u32,
    pub fastest_lap: Option<FastestLap>,
    /// The fastest lap before, if another car's leaderboard told of the newest one first.
    pub early_fastest: Option<Option<LapTime>>,
    /// Drivers with laps whose slot was taken by another one.
    pub replaced: Vec<ResultEntry>,
    /// How many laps were told.
    pub laps_told: u32,
    /// The newest ones.
    pub collisions: VecDeque<Collision>,
    /// `elapsed_ms` when the session's own time is zero; `None` if that is not known.
    zero: Option<i32>,
    /// What NEW_SESSION called the current session, if that was not the one it announced.
    jumped_from: Option<u8>,
    /// `elapsed_ms` of the newest NEW_SESSION.
    announced_ms: i32,
}

/// How a session was told.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    /// NEW_SESSION
    Announced,
    /// SESSION_INFO
    Answered,
}

impl RunningSession {
    pub(super) fn is_race(&self) -> bool {
        self.info.as_ref().map_or(self.looks_like_race, |info| info.session_type == SessionType::Race)
    }

    /// Time since the start by the server's clock, and the caller's since then.
    pub(super) fn elapsed_ms(&self, now: Option<Duration>) -> Option<i64> {
        let since = now.unwrap_or_default().saturating_sub(self.told_at.unwrap_or_default());
        let since = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        let told = self.info.as_ref()?.elapsed_ms.wrapping_sub(self.zero?);
        Some(i64::from(told).saturating_add(since))
    }

    /// Whether an answer is about the running session: a server can be asked for any.
    fn is_running(&self, told: &SessionInfo) -> bool {
        match (&self.info, self.jumped_from) {
            (Some(known), Some(current)) if current == told.current_session_index => {
                told.session_index == known.session_index
            }
            _ => told.session_index == told.current_session_index,
        }
    }

    pub(super) fn remember_replaced(&mut self, car: &Car) {
        if self.replaced.len() == MAX_REPLACED {
            self.replaced.remove(0);
        }
        let race = self.is_race();
        self.replaced.push(ResultEntry::new(car, race, None, None));
    }
}

/// Nobody drives half a lap in less, in milliseconds.
const HALF_A_LAP: i64 = 10_000;

impl RaceTracker {
    /// What is known of the start of the race.
    #[inline]
    pub(super) fn start(&mut self) -> Start {
        if self.session.started { Start::Past } else { self.find_start() }
    }

    #[cold]
    fn find_start(&mut self) -> Start {
        let start = match self.elapsed_ms() {
            _ if !self.session.is_race() || self.session.has_laps => Start::Past,
            // A late start.
            None => Start::Past,
            Some(elapsed) if elapsed > HALF_A_LAP => Start::Past,
            Some(elapsed) if elapsed > 0 => Start::Just,
            Some(_) if self.clock.is_some() => Start::Before,
            Some(_) => Start::Unknown,
        };
        self.session.started = start == Start::Past && self.session.info.is_some();
        start
    }
}

/// What a description of a session is, by the table above.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Verdict {
    /// Not one of the running session.
    Ignored,
    Running,
    New,
    /// A new one, of a server that has been started anew: nobody is there.
    NewServer,
}

impl RaceTracker {
    pub(super) fn new_session(&mut self, told: &SessionInfo) {
        self.told(told, Told::Announced);
        self.just_announced = true;
    }

    pub(super) fn session_info(&mut self, told: &SessionInfo) {
        self.told(told, Told::Answered);
    }

    fn verdict(&self, told: &SessionInfo, how: Told) -> Verdict {
        let session = &self.session;
        if how == Told::Answered && (is_nothing(told) || !session.is_running(told)) {
            return Verdict::Ignored;
        }
        let told_ms = i64::from(told.elapsed_ms);
        let not_younger_than = |elapsed: i64| told_ms.saturating_add(YOUNGER) > elapsed;
        let known = session.info.as_ref();
        let same_kind = known.is_some_and(|known| {
            (known.session_index, known.session_type, &known.track, &known.track_config)
                == (told.session_index, told.session_type, &told.track, &told.track_config)
        });
        let by_the_clock = not_younger_than(session.elapsed_ms(self.clock).unwrap_or(0));
        // Of AssettoServer, whose uptime wraps after 24.8 days.
        let is_back =
            known.is_some_and(|known| i64::from(told.elapsed_ms.wrapping_sub(known.elapsed_ms)) < -YOUNGER);
        let is_restarted = match (self.is_assetto_server, known, how) {
            (true, Some(known), _) => {
                let has_just_started = known.elapsed_ms < STARTED.start && STARTED.contains(&told.elapsed_ms);
                self.version_came && (is_back || has_just_started)
            }
            (true, None, _) => self.version_came && STARTED.contains(&told.elapsed_ms),
            (false, _, Told::Announced) => self.version_came,
            (false, None, Told::Answered) => self.version_came,
            (false, Some(_), Told::Answered) => {
                let goes_on = same_kind && by_the_clock && told_ms >= i64::from(session.longest_lap);
                self.version_came && !goes_on
            }
        };
        if is_restarted {
            return Verdict::NewServer;
        }
        let Some(known) = known else {
            // Of a session that the tracker came late to, SESSION_INFO tells.
            return if how == Told::Answered && !session.over { Verdict::Running } else { Verdict::New };
        };
        let is_running = same_kind
            && match (how, self.is_assetto_server) {
                (Told::Announced, true) => !session.over && told.elapsed_ms == session.announced_ms,
                (Told::Answered, true) => {
                    let is_late = session.ended.is_none_or(|ended| !ended.is_long_before(self.now()));
                    (!session.over || is_late) && !is_back
                }
                // By the server's own clock: the caller's can be wrong, and laps are at stake.
                (Told::Answered, false) => not_younger_than(known.elapsed_ms.into()),
                // A session that is renamed while it runs is not announced.
                (Told::Announced, false) if session.over || known.name != told.name => false,
                (Told::Announced, false) if session.has_laps => told_ms >= i64::from(session.longest_lap),
                (Told::Announced, false) => by_the_clock,
            };
        if is_running { Verdict::Running } else { Verdict::New }
    }

    fn told(&mut self, told: &SessionInfo, how: Told) {
        // An empty text tells no dialect.
        if !told.weather_graphics.is_empty() {
            self.is_assetto_server = told.dialect == Dialect::AssettoServer;
        }
        let verdict = self.verdict(told, how);
        match verdict {
            Verdict::Ignored => return,
            Verdict::Running => {
                if self.session.info.is_none() {
                    if self.session.looks_like_race != (told.session_type == SessionType::Race) {
                        self.forget_times();
                    }
                    self.changes.push(Change::SessionStarted);
                    self.session.zero = (!self.is_assetto_server).then_some(0);
                }
            }
            Verdict::New | Verdict::NewServer => {
                if verdict == Verdict::NewServer {
                    self.all_leave();
                }
                if self.session.has_laps && !self.session.over {
                    self.finish(None);
                }
                self.begin_session();
                self.changes.push(Change::SessionStarted);
                self.session.zero = match (self.is_assetto_server, how) {
                    (false, _) => Some(0),
                    (true, Told::Announced) => Some(zero_of_assetto_server(told)),
                    (true, Told::Answered) => None,
                };
            }
        }
        if how == Told::Announced {
            self.session.knows_laps = true;
            self.session.announced_ms = told.elapsed_ms;
            self.session.jumped_from =
                Some(told.current_session_index).filter(|current| *current != told.session_index);
        }
        self.version_came = false;
        // The same again, which a network has repeated, was true when it came first.
        let is_repeated = verdict == Verdict::Running && self.is_known_just_now(told);
        self.session.info = Some(told.clone());
        if !is_repeated {
            self.session.told_at = self.clock;
        }
    }

    /// Whether this was told already, less than [`SHORT`] ago.
    fn is_known_just_now(&self, told: &SessionInfo) -> bool {
        let passed = self.clock.zip(self.session.told_at).map(|(now, then)| now.saturating_sub(then));
        self.session.info.as_ref() == Some(told) && passed.is_some_and(|passed| passed < SHORT)
    }

    /// VERSION: a server has started, unless it only answers that command, as AssettoServer does.
    pub(super) fn version(&mut self) {
        let since = self.clock.unwrap_or_default().saturating_sub(self.session.told_at.unwrap_or_default());
        if self.just_announced && since.as_millis() < YOUNGER.unsigned_abs().into() {
            return; // the NEW_SESSION after it has overtaken it
        }
        self.version_came = true;
    }

    fn all_leave(&mut self) {
        let now = self.now();
        let leave = |car: &mut Car| car.leave(Some(now)).then_some(Change::DriverLeft { car_id: car.car_id });
        self.changes.extend(self.cars.iter_mut().flatten().filter_map(leave));
    }

    /// The leaderboards so far were taken for those of the other kind of session; the next one
    /// puts it right.
    fn forget_times(&mut self) {
        for car in self.cars.iter_mut().flatten() {
            car.forget_times();
        }
        self.session.fastest_lap = None;
    }

    /// Forgets what was driven. Drivers stay, as they do on the server.
    pub(super) fn begin_session(&mut self) {
        self.laps_before.clear();
        for slot in &mut self.cars {
            let Some(car) = slot else { continue };
            if car.laps_counted > 0 {
                self.laps_before.push((car.car_id, car.laps_counted));
            }
            // Who may be loading is told by nothing else.
            if car.connected || (car.left.is_none() && car.named.is_some()) {
                car.reset();
            } else {
                *slot = None;
            }
        }
        self.session = RunningSession::default();
        self.live = Live::default();
        self.sector_times.reset();
    }

    pub(super) fn end_session(&mut self, end: &EndSession) {
        let filename = Some(end.filename.clone()).filter(|name| !name.is_empty());
        if self.session.has_laps && !self.session.over {
            self.finish(filename);
        } else if let Some(result) = &mut self.last_result {
            // It is sent only after a lap, so it belongs to the session before: NEW_SESSION came
            // first.
            if result.filename.is_none() && !self.session.over {
                result.filename = filename;
            }
        }
    }

    fn finish(&mut self, filename: Option<String>) {
        self.session.over = true;
        self.session.ended = Some(self.now());
        let rules = Rules { race: self.session.is_race(), over: true };
        let order = self.ordered(rules, Car::has_driven);
        let standings = (1..)
            .zip(&order)
            .map(|(position, car)| {
                let gap = order.first().filter(|_| position > 1).and_then(|winner| rules.gap(winner, car));
                ResultEntry::new(car, rules.race, Some(position), gap)
            })
            .collect();
        let without_lap =
            self.cars().filter(|car| !car.has_driven() && car.driver.is_some() && car.was_there());
        let unclassified = self
            .session
            .replaced
            .iter()
            .cloned()
            .chain(without_lap.map(|car| ResultEntry::new(car, rules.race, None, None)));
        self.last_result = Some(SessionResult {
            session: self.session.info.clone(),
            filename,
            standings,
            unclassified: unclassified.collect(),
            fastest_lap: self.session.fastest_lap.clone(),
            collisions: std::mem::take(&mut self.session.collisions).into(),
        });
        self.changes.push(Change::SessionEnded);
    }
}

/// What ACSM v2 answers when it is asked for a session that does not exist.
fn is_nothing(told: &SessionInfo) -> bool {
    let nothing = SessionInfo {
        protocol_version: told.protocol_version,
        dialect: told.dialect,
        ..SessionInfo::default()
    };
    *told == nothing
}

/// AssettoServer's `elapsed_ms` is its uptime, and only a race has its wait before it. From its
/// source, `UdpPluginServer.SendSessionInfo` and `SessionManager.SetSession`.
fn zero_of_assetto_server(told: &SessionInfo) -> i32 {
    let wait = if told.session_type == SessionType::Race { 1000 * i32::from(told.wait_time) } else { 0 };
    told.elapsed_ms.wrapping_add(wait)
}
