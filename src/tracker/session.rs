//! Which session runs, and when it is another one.

use std::time::Duration;

use super::{Car, Change, FastestLap, RaceTracker, ResultEntry, Rules, SessionResult};
use crate::protocol::{EndSession, LapTime, SessionInfo, SessionType};

/// A session that is younger than the known one by this much, in milliseconds, has been started
/// anew. More than the time between the two announcements of a starting server.
const YOUNGER: i64 = 5000;

/// How many drivers who have lost their slot are remembered.
const MAX_REPLACED: usize = 256;

/// The running session.
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    pub info: Option<SessionInfo>,
    /// The caller's time when `info` was true.
    pub told_at: Option<Duration>,
    /// Whether it is a race by the look of its leaderboards, while `info` is not known.
    pub looks_like_race: bool,
    /// Handed over as a result.
    pub over: bool,
    /// Whether a lap has been counted.
    pub has_laps: bool,
    /// The longest lap in milliseconds: the session has lasted at least as long.
    pub longest_lap: u32,
    pub fastest_lap: Option<FastestLap>,
    /// The fastest lap before, if another car's leaderboard told of the newest one first.
    pub early_fastest: Option<Option<LapTime>>,
    /// Drivers with laps whose slot was taken by another one.
    pub replaced: Vec<ResultEntry>,
    /// VERSION has come since.
    server_restarted: bool,
}

/// How a session was told.
#[derive(Clone, Copy, PartialEq)]
enum Told {
    /// NEW_SESSION
    Announced,
    /// SESSION_INFO
    Answered,
}

impl Session {
    pub fn is_race(&self) -> bool {
        self.info.as_ref().map_or(self.looks_like_race, |info| info.session_type == SessionType::Race)
    }

    pub fn elapsed_ms(&self, now: Option<Duration>) -> Option<i64> {
        let since = now.unwrap_or_default().saturating_sub(self.told_at.unwrap_or_default());
        let since = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
        Some(i64::from(self.info.as_ref()?.elapsed_ms).saturating_add(since))
    }

    /// Whether this describes the session that is known already.
    fn is(&self, told: &SessionInfo, how: Told, now: Option<Duration>) -> bool {
        let Some(known) = &self.info else {
            // Of a session that the tracker came late to, SESSION_INFO tells.
            return how == Told::Answered && !self.over && !self.server_restarted;
        };
        let same = (known.session_index, known.session_type, &known.track, &known.track_config)
            == (told.session_index, told.session_type, &told.track, &told.track_config);
        let told_ms = i64::from(told.elapsed_ms);
        let not_younger_than = |elapsed: i64| told_ms.saturating_add(YOUNGER) > elapsed;
        same && !self.server_restarted
            && match how {
                // By the server's own clock: the caller's can be wrong, and laps are at stake.
                Told::Answered => not_younger_than(known.elapsed_ms.into()),
                // A session that is renamed while it runs is not announced.
                Told::Announced if self.over || known.name != told.name => false,
                Told::Announced if self.has_laps => told_ms >= i64::from(self.longest_lap),
                Told::Announced => not_younger_than(self.elapsed_ms(now).unwrap_or(0)),
            }
    }

    pub fn remember_replaced(&mut self, car: &Car) {
        if self.replaced.len() == MAX_REPLACED {
            self.replaced.remove(0);
        }
        self.replaced.push(ResultEntry::new(car, None, None));
    }
}

impl RaceTracker {
    pub(super) fn new_session(&mut self, told: &SessionInfo) {
        self.told(told, Told::Announced);
    }

    pub(super) fn session_info(&mut self, told: &SessionInfo) {
        // An answer can describe any of the server's sessions.
        if told.session_index == told.current_session_index {
            self.told(told, Told::Answered);
        }
    }

    fn told(&mut self, told: &SessionInfo, how: Told) {
        if !self.session.is(told, how, self.clock) {
            if self.session.has_laps && !self.session.over {
                self.finish(None);
            }
            self.begin_session();
            self.changes.push(Change::SessionStarted);
        } else if self.session.info.is_none() {
            if self.session.looks_like_race != (told.session_type == SessionType::Race) {
                self.forget_times();
            }
            self.changes.push(Change::SessionStarted);
        }
        self.session.info = Some(told.clone());
        self.session.told_at = self.clock;
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
            if car.connected {
                car.reset();
            } else {
                *slot = None;
            }
        }
        self.session = Session::default();
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
        let rules = Rules { race: self.session.is_race(), over: true };
        let order = self.ordered(rules, Car::has_driven);
        let standings = (1..)
            .zip(&order)
            .map(|(position, car)| {
                let gap = order.first().filter(|_| position > 1).and_then(|winner| rules.gap(winner, car));
                ResultEntry::new(car, Some(position), gap)
            })
            .collect();
        let without_lap = self.cars().filter(|car| !car.has_driven() && car.driver.is_some());
        let unclassified = self
            .session
            .replaced
            .iter()
            .cloned()
            .chain(without_lap.map(|car| ResultEntry::new(car, None, None)));
        self.last_result = Some(SessionResult {
            session: self.session.info.clone(),
            filename,
            standings,
            unclassified: unclassified.collect(),
            fastest_lap: self.session.fastest_lap.clone(),
        });
        self.changes.push(Change::SessionEnded);
    }

    /// VERSION: nobody is on a server that starts.
    pub(super) fn server_started(&mut self) {
        self.session.server_restarted = true;
        let leave = |car: &mut Car| car.leave().then_some(Change::DriverLeft { car_id: car.car_id });
        self.changes.extend(self.cars.iter_mut().flatten().filter_map(leave));
    }
}
