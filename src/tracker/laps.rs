//! LAP_COMPLETED and its leaderboard.
//!
//! Packets overtake each other, and a leaderboard can be older than laps that were told before it.
//! So each of its entries is taken or not on its own:
//!
//! | the entry has | and | it is | test |
//! | --- | --- | --- | --- |
//! | any count | it is that of the car that completes the lap | taken | `a_cars_own_leaderboard_can_take_laps_away` |
//! | laps | the driver still loads, and the laps of another one were cleared | older | `an_older_leaderboard_gives_no_laps_to_who_comes` |
//! | more laps; as many and no worse a best lap | | taken | `the_leaderboard_makes_good_for_lost_laps` |
//! | less | the driver has come or come back since the last lap | taken | `the_leaderboard_tells_what_the_server_keeps_for_a_slot` |
//! | less | anybody has driven a whole lap since the car had more ([`Rounds`](super::moment::Rounds)) | taken | `who_has_less_for_a_lap_has_less` |
//! | less | | older | `an_older_leaderboard_takes_no_lap_away` |
//!
//! The order of a leaderboard is taken only if none of its entries is older.

use super::{Car, Change, FastestLap, Gap, Lap, RaceTracker};
use crate::protocol::{CarId, Dialect, LapCompleted, LapTime, LeaderboardEntry};

/// How long after the start of a session, in milliseconds, a lap is measured against the clock.
const START: i64 = 2000;

/// What was known before a lap.
struct Bests {
    /// The driver's best lap.
    personal: Option<LapTime>,
    /// The car had none.
    is_first: bool,
}

impl Bests {
    /// Whether the driver of this car has never driven as fast before.
    fn is_beaten_by(&self, lap: &LapCompleted, car: &Car) -> bool {
        is_best_of(car, lap) && self.personal.is_none_or(|before| lap.lap_time < before)
    }
}

fn is_best_of(car: &Car, lap: &LapCompleted) -> bool {
    lap.cuts == 0 && car.best_lap == Some(lap.lap_time)
}

impl RaceTracker {
    pub(super) fn lap_completed(&mut self, lap: &LapCompleted) {
        let now = self.now();
        if self.newest.is_repeated_lap(lap, now) {
            return;
        }
        if self.is_late(lap) {
            self.car_mut(lap.car_id).had_late_lap = true;
            return;
        }
        self.version_came &= !self.is_driving(lap.car_id);
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
        let before = self.count(lap);
        self.tell_lap(lap, &before);
        self.end_sectors(lap.car_id, lap.lap_time);
        self.tell_bests(lap, &before);
        self.rank_and_tell(lap.car_id, before.is_first);
    }

    fn count(&mut self, lap: &LapCompleted) -> Bests {
        self.find_by_lap(lap);
        let race = self.session.is_race();
        self.session.laps_told = self.session.laps_told.saturating_add(1);
        let order = self.session.laps_told;
        let (session_time, told_at) = (self.session_time(), self.clock);
        let mut rounds = self.rounds;
        let car = self.car_mut(lap.car_id);
        let round = rounds.count(&mut car.lapped_in);
        let early = car.early_best.take().filter(|(best, _)| lap.cuts == 0 && *best == lap.lap_time);
        let before = Bests {
            personal: match early {
                Some((_, before)) => before.into_iter().chain(car.best_elsewhere).min(),
                None => car.personal_best(),
            },
            is_first: match early {
                Some((_, before)) => before.is_none(),
                None => car.best_lap.is_none(),
            },
        };
        let driven = Lap {
            lap_time: lap.lap_time,
            cuts: lap.cuts,
            grip_level: lap.grip_level,
            order,
            session_time,
            told_at,
            ..Lap::default()
        };
        let counts = lap.leaderboard.iter().all(|entry| entry.car_id != lap.car_id);
        car.complete_lap(driven, race, counts);
        car.raised_in = round;
        self.rounds = rounds;

        self.session.knows_laps |= !lap.leaderboard.is_empty();
        let mut is_newest = true;
        for entry in &lap.leaderboard {
            // Slots in which nothing was driven are listed too.
            if self.car(entry.car_id).is_none() && entry.laps == 0 && !entry.lap_time.is_set() {
                continue;
            }
            let car = self.car_mut(entry.car_id);
            if car.car_id == lap.car_id {
                // Whatever else it lacks, it is from after this lap.
                car.take_entry(entry, race, round);
            } else if car.is_ahead_of(entry, race, round) {
                is_newest = false;
            } else {
                let (laps, best) = (car.laps_counted, car.best_lap);
                car.take_entry(entry, race, round);
                if car.laps_counted > laps {
                    car.cross_line();
                }
                if let Some(early) = car.best_lap.filter(|early| best.is_none_or(|best| *early < best)) {
                    car.early_best = Some((early, best));
                }
            }
        }
        if is_newest {
            self.take_places(lap);
        }
        if lap.dialect == Dialect::Before17 {
            self.find_finished();
        }
        let car = self.car_mut(lap.car_id);
        car.correct_last_lap(race);
        car.cross_line();
        car.rejoined = false;
        self.learn_lap(lap);
        before
    }

    fn take_places(&mut self, lap: &LapCompleted) {
        for (place, entry) in (0..=u8::MAX).zip(&lap.leaderboard) {
            if let Some(car) = self.known_car(entry.car_id) {
                car.board_place = Some(place);
            }
        }
    }

    /// For servers that do not tell who has finished.
    fn find_finished(&mut self) {
        let limit = self.session.info.as_ref().and_then(|info| info.lap_limit());
        let limit = limit.filter(|_| self.session.is_race());
        for car in self.cars.iter_mut().flatten() {
            car.completed = limit.is_some_and(|limit| car.laps_counted >= limit);
        }
    }

    fn tell_lap(&mut self, told: &LapCompleted, before: &Bests) {
        let car_id = told.car_id;
        let Some(car) = self.car(car_id) else { return };
        let Some(lap) = car.last_lap() else { return };
        let (&Lap { number, lap_time, cuts, .. }, valid) = (lap, lap.is_valid());
        let personal_best = before.is_beaten_by(told, car);
        let gap = self.gap_to_leader(car);
        self.changes.push(Change::LapCompleted { car_id, number, lap_time, cuts, valid, personal_best, gap });
    }

    fn gap_to_leader(&self, car: &Car) -> Option<Gap> {
        let rules = self.rules();
        let leader = self.cars().filter(|car| car.takes_part()).min_by(|a, b| rules.compare(a, b))?;
        rules.gap(leader, car).filter(|_| leader.car_id != car.car_id)
    }

    fn tell_bests(&mut self, lap: &LapCompleted, before: &Bests) {
        let car_id = lap.car_id;
        let is_best = self.car(car_id).is_some_and(|car| is_best_of(car, lap));
        if self.car(car_id).is_some_and(|car| before.is_beaten_by(lap, car)) {
            let previous = before.personal;
            self.changes.push(Change::PersonalBest { car_id, lap_time: lap.lap_time, previous });
        }
        let fastest = self.cars().filter_map(|car| Some((car.best_lap?, car))).min_by_key(|(best, _)| *best);
        let Some((lap_time, car)) = fastest else { return };
        let known = self.session.fastest_lap.as_ref().map(|fastest| fastest.lap_time);
        let is_session_best = is_best && car.car_id == car_id;
        if known.is_none_or(|known| lap_time < known) {
            let fastest = FastestLap { car_id: car.car_id, driver: car.driver.clone(), lap_time };
            self.session.fastest_lap = Some(fastest);
            if is_session_best {
                self.learn_session_best(car_id);
            }
            if is_session_best {
                self.session.early_fastest = None;
                self.changes.push(Change::SessionBest { car_id, lap_time, previous: known });
            } else {
                // The lap itself may only be late.
                self.session.early_fastest = Some(known);
            }
        } else if is_session_best && known == Some(lap.lap_time) {
            if let Some(previous) = self.session.early_fastest.take() {
                self.learn_session_best(car_id);
                self.changes.push(Change::SessionBest { car_id, lap_time, previous });
            }
        }
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

    /// `is_first`: it is the first lap with a time of the car that has just completed one.
    fn rank_and_tell(&mut self, lapping: CarId, is_first: bool) {
        let mut before = [None; 256];
        for car in self.cars() {
            before[usize::from(car.car_id.0)] = car.place;
        }
        self.rank();
        let race = self.session.is_race();
        for (to, &car_id) in (1..).zip(&self.order) {
            let from = before[usize::from(car_id.0)];
            if !race && car_id == lapping && is_first {
                self.changes.push(Change::PositionGained { car_id, from: None, to });
            } else if from.is_some_and(|from| to < from) {
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

    /// Whether a lap is one of the session before; the first row that holds decides.
    ///
    /// | the session | the lap or its leaderboard | it is | test |
    /// | --- | --- | --- | --- |
    /// | has laps and goes on | | its own | `a_wrong_clock_alone_leaves_no_lap_out` |
    /// | any | one of this car was left out | its own | `one_lap_of_a_car_at_most_is_taken_for_a_late_one` |
    /// | any | others have laps, which go on from the session before | late | `a_race_lap_does_not_count_in_the_same_race_started_anew` |
    /// | has just begun, by the clock | others have laps, and it is longer than the session | late | `a_lap_that_is_longer_than_the_session_with_laps_of_others_is_late` |
    /// | is over | they don't go on from it | another session's, never announced | `laps_of_a_session_whose_announcement_was_lost_are_not_late` |
    /// | was never described | | its own | `a_race_without_a_free_slot_is_known_by_its_times` |
    /// | has no lap | it counts, and its leaderboard lacks it | late | `a_qualify_lap_does_not_count_in_the_next_race` |
    /// | has no lap | somebody has the other type's mark for "no time" | late | `a_race_lap_does_not_count_in_the_next_qualify` |
    /// | has no lap | none of these | its own | `a_race_is_ordered_by_laps_and_total_time_whatever_the_leaderboards_order` |
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
