//! LAP_COMPLETED and its leaderboard.

use super::{Change, FastestLap, Lap, RaceTracker};
use crate::protocol::{CarId, Dialect, LapCompleted, LapTime, LeaderboardEntry};

/// How long after the start of a session, in milliseconds, a lap is measured against the clock.
const START: i64 = 2000;

impl RaceTracker {
    pub(super) fn lap_completed(&mut self, lap: &LapCompleted) {
        if self.is_late(lap) {
            self.car_mut(lap.car_id).had_late_lap = true;
            return;
        }
        if self.session.over {
            // The next one was not announced: its NEW_SESSION was lost.
            self.begin_session();
            self.changes.push(Change::SessionStarted);
        }
        if self.session.info.is_none() && !self.session.has_laps {
            self.session.looks_like_race = looks_like_race(lap);
        }
        self.session.has_laps = true;
        if lap.lap_time.is_set() {
            self.session.longest_lap = self.session.longest_lap.max(lap.lap_time.0);
        }
        let best_before = self.count(lap);
        self.tell_bests(lap, best_before);
        self.rank_and_tell(lap.car_id);
    }

    /// Returns what the driver's best lap was before.
    fn count(&mut self, lap: &LapCompleted) -> Option<LapTime> {
        let race = self.session.is_race();
        let car = self.car_mut(lap.car_id);
        if car.driver.is_none() {
            car.connected = true; // a late start
        }
        car.loaded = car.connected;
        let best_before = car.personal_best();
        let driven =
            Lap { lap_time: lap.lap_time, cuts: lap.cuts, grip_level: lap.grip_level, ..Lap::default() };
        car.complete_lap(driven, race);

        let limit = self.session.info.as_ref().and_then(|info| info.lap_limit());
        let told = lap.dialect != Dialect::Before17;
        for (place, entry) in (0..=u8::MAX).zip(&lap.leaderboard) {
            // Slots in which nothing was driven are listed too.
            if self.car(entry.car_id).is_none() && entry.laps == 0 && !entry.lap_time.is_set() {
                continue;
            }
            let car = self.car_mut(entry.car_id);
            car.take_entry(entry, place, race);
            if !told {
                car.completed = race && limit.is_some_and(|limit| entry.laps >= limit);
            }
        }
        let car = self.car_mut(lap.car_id);
        car.correct_last_lap();
        car.cross_line();
        best_before
    }

    fn tell_bests(&mut self, lap: &LapCompleted, best_before: Option<LapTime>) {
        let car_id = lap.car_id;
        let is_best = self.car(car_id).is_some_and(|car| car.best_lap == Some(lap.lap_time));
        let is_best = is_best && lap.cuts == 0;
        if is_best && best_before.is_none_or(|before| lap.lap_time < before) {
            self.changes.push(Change::PersonalBest { car_id, lap_time: lap.lap_time, previous: best_before });
        }
        let fastest = self.cars().filter_map(|car| Some((car.best_lap?, car))).min_by_key(|(best, _)| *best);
        let Some((lap_time, car)) = fastest else { return };
        let previous = self.session.fastest_lap.as_ref().map(|fastest| fastest.lap_time);
        if previous.is_some_and(|previous| previous <= lap_time) {
            return;
        }
        let fastest = FastestLap { car_id: car.car_id, driver: car.driver.clone(), lap_time };
        if is_best && fastest.car_id == car_id {
            self.changes.push(Change::SessionBest { car_id, lap_time, previous });
        }
        self.session.fastest_lap = Some(fastest);
    }

    /// Puts the cars that have a time in their order.
    pub(super) fn rank(&mut self) {
        let rules = self.rules();
        let mut order = std::mem::take(&mut self.order);
        order.clear();
        for car in self.cars.iter_mut().flatten() {
            car.place = None;
            if if rules.race { car.laps_counted > 0 } else { car.best_lap.is_some() } {
                order.push(car.car_id);
            }
        }
        order.sort_unstable_by(|&a, &b| match (self.car(a), self.car(b)) {
            (Some(a), Some(b)) => rules.compare(a, b),
            _ => a.cmp(&b),
        });
        for (place, &car_id) in (1..).zip(&order) {
            self.car_mut(car_id).place = Some(place);
        }
        self.order = order;
    }

    fn rank_and_tell(&mut self, lapping: CarId) {
        let mut before = [None; 256];
        for car in self.cars() {
            before[usize::from(car.car_id.0)] = car.place;
        }
        self.rank();
        let race = self.session.is_race();
        for (to, &car_id) in (1..).zip(&self.order) {
            let from = before[usize::from(car_id.0)];
            let first_time = from.is_none() && !race && car_id == lapping;
            if first_time || from.is_some_and(|from| to < from) {
                self.changes.push(Change::PositionGained { car_id, from, to });
            }
        }
        for car in self.cars.iter_mut().flatten() {
            if car.completed && !car.finish_told {
                car.finish_told = true;
                self.changes.push(Change::Finished { car_id: car.car_id, position: car.place });
            }
        }
    }

    /// Whether a lap is one of the session before, see the module's documentation.
    fn is_late(&self, lap: &LapCompleted) -> bool {
        let over = self.session.over;
        if (self.session.has_laps && !over) || self.car(lap.car_id).is_some_and(|car| car.had_late_lap) {
            return false;
        }
        let race = self.session.is_race();
        let counts = race || (lap.cuts == 0 && lap.lap_time.is_set());
        let laps = |entry: &LeaderboardEntry| u32::from(entry.laps);
        let has_others = lap.leaderboard.iter().map(laps).sum::<u32>() > u32::from(counts);
        if has_others && (self.goes_on(lap) || self.is_longer_than_session(lap)) {
            return true;
        }
        if over || self.session.info.is_none() {
            return false;
        }
        let own = lap.leaderboard.iter().find(|entry| entry.car_id == lap.car_id);
        let not_counted = counts && own.is_some_and(|entry| entry.laps == 0);
        not_counted || has_no_time(lap, if race { LapTime::NONE } else { LapTime(0) })
    }

    /// Whether the leaderboard has all laps of the session before.
    fn goes_on(&self, lap: &LapCompleted) -> bool {
        let has_all = |(car_id, laps): (CarId, u16)| {
            lap.leaderboard.iter().any(|entry| entry.car_id == car_id && entry.laps >= laps)
        };
        if self.session.over {
            self.cars().filter(|car| car.laps_counted > 0).all(|car| has_all((car.car_id, car.laps_counted)))
        } else {
            !self.laps_before.is_empty() && self.laps_before.iter().copied().all(has_all)
        }
    }

    /// Whether the session has hardly started by the caller's clock. A clock can be wrong, and
    /// that of a recording is often made up, so it decides nothing alone.
    fn is_longer_than_session(&self, lap: &LapCompleted) -> bool {
        let elapsed = self.clock.and_then(|_| self.elapsed_ms()).filter(|_| !self.session.over);
        elapsed.is_some_and(|elapsed| elapsed < START && i64::from(lap.lap_time.0) > elapsed)
    }
}

/// Whether the leaderboard has a slot without a lap and with this mark for it.
fn has_no_time(lap: &LapCompleted, mark: LapTime) -> bool {
    lap.leaderboard.iter().any(|entry: &LeaderboardEntry| entry.laps == 0 && entry.lap_time == mark)
}

/// What a leaderboard tells of a session that nobody has announced: only in a race can a car have
/// a longer time than the valid lap that it has just driven.
fn looks_like_race(lap: &LapCompleted) -> bool {
    let longer = |entry: &LeaderboardEntry| {
        entry.car_id == lap.car_id && entry.lap_time.is_set() && entry.lap_time > lap.lap_time
    };
    !has_no_time(lap, LapTime::NONE)
        && (has_no_time(lap, LapTime(0)) || (lap.cuts == 0 && lap.leaderboard.iter().any(longer)))
}
