//! What is known of one slot.

use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::live::Trace;
use super::moment::{Moment, Rounds};
use super::sectors::Sectors;
use crate::protocol::{CarId, CarUpdate, ClientEvent, LapTime, LeaderboardEntry};

/// How many laps of a car are kept with their times, the newest: [`Car::laps`].
pub const MAX_LAPS: usize = 1000;

/// How many sectors of a lap are kept: [`Lap::sectors`].
pub const MAX_SECTORS: usize = 32;

/// A person in a car.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Driver {
    /// Chosen by the driver: escape it before it is printed.
    pub name: String,
    /// SteamID64 as decimal text. `"0"` and an empty text occur and are nobody's.
    pub guid: String,
    /// Empty until a CAR_INFO has told it: NEW_CONNECTION does not.
    pub team: String,
}

impl Driver {
    /// The GUID, if it tells this person from others: neither empty nor `"0"`.
    ///
    /// ```
    /// use acudpclient::tracker::Driver;
    ///
    /// let mut driver = Driver::default();
    /// assert_eq!(driver.identity(), None);
    /// driver.guid = "76561198000000001".to_owned();
    /// assert_eq!(driver.identity(), Some("76561198000000001"));
    /// ```
    #[must_use]
    pub fn identity(&self) -> Option<&str> {
        Some(self.guid.as_str()).filter(|guid| !guid.is_empty() && *guid != "0")
    }

    /// Whether this is the same person, as far as can be told: by GUID, or by name where either
    /// has none.
    #[must_use]
    pub fn is_same_person(&self, other: &Self) -> bool {
        match (self.identity(), other.identity()) {
            (Some(mine), Some(theirs)) => mine == theirs,
            _ => self.name == other.name,
        }
    }
}

/// A lap that was driven in the running session.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(default))]
pub struct Lap {
    /// Which lap of the car in this session it was, from 1. Numbers are left out where laps were
    /// missed.
    pub number: u32,
    /// The lap's time.
    pub lap_time: LapTime,
    /// How often the car left the track.
    pub cuts: u8,
    /// The track's grip as a fraction; `None` from ACSM v2's prereleases of 2020.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::optional_float"))]
    pub grip_level: Option<f32>,
    /// In a race, the total time of the car when it completed this lap, as the leaderboard tells
    /// it: a few milliseconds off the sum of the laps. `None` in other sessions.
    pub total_time: Option<LapTime>,
    /// Which lap of the session it was, of all cars, in the order in which they were told, from 1.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "crate::protocol::json::is_default"))]
    pub order: u32,
    /// When it was completed, since the start of the session. `None` without
    /// [`RaceTracker::advance_to`](super::RaceTracker::advance_to), or if the start is not known. As JSON in
    /// milliseconds. A server's result file counts from the start of the server instead.
    #[cfg_attr(
        feature = "serde",
        serde(
            with = "crate::protocol::json::optional_milliseconds",
            skip_serializing_if = "crate::protocol::json::is_default"
        )
    )]
    pub session_time: Option<Duration>,
    /// When it was told, by the clock of [`RaceTracker::advance_to`](super::RaceTracker::advance_to). As JSON in
    /// milliseconds.
    #[cfg_attr(
        feature = "serde",
        serde(
            with = "crate::protocol::json::optional_milliseconds",
            skip_serializing_if = "crate::protocol::json::is_default"
        )
    )]
    pub told_at: Option<Duration>,
    /// The times of its sectors, which add up to the lap's, give or take 100 ms. Empty unless ACSM v2 has told
    /// all of them, and no more than 32 ([`MAX_SECTORS`]).
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "crate::protocol::json::is_default"))]
    pub sectors: Vec<LapTime>,
    /// The tyres' short name, such as `SM`, at most 64 characters. Empty unless ACSM v2 has told it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "crate::protocol::json::is_default"))]
    pub tyre: String,
}

impl Lap {
    /// Whether the lap counts: it has a time and no cuts.
    ///
    /// ```
    /// use acudpclient::tracker::Lap;
    ///
    /// assert!(!Lap::default().is_valid(), "it has no time");
    /// ```
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.cuts == 0 && self.lap_time.is_set()
    }
}

/// A slot that has, or in this session had, a driver.
///
/// What was driven (laps, collisions, telemetry, top speed) belongs to the running session and to
/// the driver who sits in the car now or has sat in it last.
///
/// As JSON it has these fields and, of what its methods tell, `laps`, `laps_driven` and, for
/// [`distance`](Self::distance), `on_lap`: the lap on which the car is by its telemetry. What only the
/// tracker needs is left out, so a car that is read back is not equal to the tracker's own.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Car {
    /// The slot.
    pub car_id: CarId,
    /// Who sits in the car, or has sat in it last. `None` if only telemetry or laps have told of
    /// the car: ask the server for its CAR_INFO.
    pub driver: Option<Driver>,
    /// The car's folder name, empty if it is not known.
    pub car_model: String,
    /// The skin's folder name, empty if it is not known.
    pub car_skin: String,
    /// Whether the driver is on the server, as far as is known: a leave can be missed.
    pub connected: bool,
    /// Whether the driver has finished loading.
    pub loaded: bool,
    /// Laps as the server's leaderboard counts them: in a race all, else the valid ones only.
    pub laps_counted: u16,
    /// The fastest valid lap of the session; in practice and qualify as the leaderboard tells it,
    /// in a race of the laps that were seen.
    pub best_lap: Option<LapTime>,
    /// The total race time at the last completed lap; it has the race's time before a driver
    /// joined in it. `None` before the first lap, and in other sessions.
    pub total_time: Option<LapTime>,
    /// Whether the car has finished the session. acServer before 1.7 does not tell: there it is
    /// true once the car has done all laps of a lap-limited race.
    pub completed: bool,
    /// Contacts with other cars that this car has reported. The other car reports the same
    /// contact on its own.
    pub collisions_with_cars: u32,
    /// Contacts with the environment.
    pub collisions_with_environment: u32,
    /// The newest telemetry of the session.
    pub telemetry: Option<CarUpdate>,
    /// The highest speed of the session's telemetry in km/h, 0 without any.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::float"))]
    pub top_speed_kmh: f32,
    /// The newest laps, oldest first.
    pub(super) laps: Vec<Lap>,
    /// The total race time after so many laps, as far as it is known, in their order. Unlike
    /// `laps` it has also those of which only a leaderboard or the next lap tells.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) crossings: Vec<(u16, LapTime)>,
    /// Of all laps that were seen, also those no longer in `laps`.
    #[cfg_attr(feature = "serde", serde(rename = "laps_driven"))]
    pub(super) seen: Seen,
    /// The slot's place in the newest leaderboard.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) board_place: Option<u8>,
    /// The best lap that the driver has driven in another slot of this session.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) best_elsewhere: Option<LapTime>,
    /// The lap on which the car is, by its telemetry: laps completed and crossings of the line
    /// since. −1 on the grid.
    pub(super) on_lap: Option<i32>,
    /// Whether `on_lap` may be one too many, as nothing tells whether the race has started.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) may_be_behind: bool,
    /// Whether a lap of this car was taken for one of the session before.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) had_late_lap: bool,
    /// The position among the cars with a time, at the newest lap of anybody.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) place: Option<u16>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) finish_told: bool,
    /// The round ([`Rounds`]) in which a leaderboard last said more of this
    /// car than was known.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) raised_in: u32,
    /// The round of the newest lap that was seen.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) lapped_in: Option<u32>,
    /// The driver has come or come back since the newest lap: the next leaderboard says what the
    /// server keeps for the slot, even if it is less.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) rejoined: bool,
    /// When the driver was heard to leave. `None` if nobody was, even if nobody is connected: then
    /// whom CAR_INFO names may still be loading.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) left: Option<Moment>,
    /// When the newest NEW_CONNECTION came, and whether its driver has come back to this slot by it.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) came: Option<(Moment, bool)>,
    /// When CAR_INFO named somebody who is not connected.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) named: Option<Moment>,
    /// CAR_UPDATEs since nobody is connected.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) updates_without_driver: u8,
    /// Another driver's laps were cleared from this slot. Until this one has loaded, leaderboards
    /// with laps here are older.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) cleared: bool,
    /// The best lap as another car's leaderboard told it first, and the best before.
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) early_best: Option<(LapTime, Option<LapTime>)>,
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) sectors: Sectors,
    /// Where the car was, see [`RaceTracker::live`](super::RaceTracker::live).
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) trace: Trace,
    /// The tyres' name as TYRE_CHANGE told it, see [`Lap::tyre`].
    #[cfg_attr(feature = "serde", serde(skip))]
    pub(super) tyre: String,
}

/// How many laps were seen. For serde, how many were driven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(from = "u32", into = "u32"))]
pub(super) struct Seen {
    pub all: u32,
    pub valid: u32,
    /// Laps that only the leaderboard tells of.
    pub missed: u32,
}

impl Seen {
    fn driven(self) -> u32 {
        self.all.saturating_add(self.missed)
    }
}

#[cfg(feature = "serde")]
impl From<u32> for Seen {
    fn from(driven: u32) -> Self {
        Self { all: driven, ..Self::default() }
    }
}

#[cfg(feature = "serde")]
impl From<Seen> for u32 {
    fn from(seen: Seen) -> Self {
        seen.driven()
    }
}

impl Car {
    pub(super) fn new(car_id: CarId) -> Self {
        Self { car_id, ..Self::default() }
    }

    /// The laps that were seen, oldest first; the newest 1000 ([`MAX_LAPS`]) are kept. Laps that
    /// were driven before the tracker listened, or whose packet was lost, are only in
    /// [`laps_driven`](Self::laps_driven).
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// for car in tracker.cars() {
    ///     for lap in car.laps() {
    ///         println!("car {} lap {}: {}", car.car_id, lap.number, lap.lap_time);
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn laps(&self) -> &[Lap] {
        &self.laps
    }

    /// The newest lap that was seen.
    #[must_use]
    pub fn last_lap(&self) -> Option<&Lap> {
        self.laps.last()
    }

    /// All laps driven in the session, valid or not. In practice and qualify the leaderboard
    /// tells of missed valid laps only.
    #[must_use]
    pub fn laps_driven(&self) -> u32 {
        self.seen.driven()
    }

    /// Laps since the start of the session and the part of the running one, such as 2.25 for a
    /// quarter of the third lap; it orders cars between the line crossings. Negative on the grid,
    /// behind the line. `None` without telemetry.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// for car in tracker.cars() {
    ///     if let Some(laps) = car.distance() {
    ///         println!("car {} has come {laps:.2} laps far", car.car_id);
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn distance(&self) -> Option<f64> {
        let position = f64::from(self.telemetry?.normalized_spline_pos);
        position.is_finite().then(|| f64::from(self.on_lap.unwrap_or(0)) + position)
    }

    /// Whether the car belongs into the standings of the running session.
    pub(super) fn takes_part(&self) -> bool {
        self.connected || self.has_driven()
    }

    /// Whether it has completed a lap.
    pub(super) fn has_driven(&self) -> bool {
        self.laps_driven() > 0 || self.laps_counted > 0
    }

    /// The fastest lap of the driver, in whichever slot.
    pub(super) fn personal_best(&self) -> Option<LapTime> {
        self.best_lap.into_iter().chain(self.best_elsewhere).min()
    }

    /// Forgets what was driven; who sits in the car stays.
    pub(super) fn reset(&mut self) {
        let mut old = std::mem::take(self);
        old.trace.reset();
        old.sectors.reset();
        *self = Self {
            car_id: old.car_id,
            driver: old.driver,
            car_model: old.car_model,
            car_skin: old.car_skin,
            connected: old.connected,
            loaded: old.loaded,
            left: old.left,
            came: old.came,
            named: old.named,
            tyre: old.tyre,
            trace: old.trace,
            sectors: old.sectors,
            ..Self::default()
        };
    }

    /// Keeps of the times only those of the laps themselves.
    pub(super) fn forget_times(&mut self) {
        self.best_lap = self.laps.iter().filter(|lap| lap.is_valid()).map(|lap| lap.lap_time).min();
        self.total_time = None;
        self.crossings.clear();
        for lap in &mut self.laps {
            lap.total_time = None;
        }
    }

    pub(super) fn laps_counted_or_driven(&self) -> u16 {
        u16::try_from(self.laps_driven()).unwrap_or(u16::MAX).max(self.laps_counted)
    }

    /// After a completed lap: telemetry that is still before the line belongs to that lap.
    pub(super) fn cross_line(&mut self) {
        if let Some(update) = self.telemetry {
            let behind = i32::from(update.normalized_spline_pos > 0.5);
            self.set_lap(i32::from(self.laps_counted_or_driven()) - behind);
        }
    }

    pub(super) fn collide(&mut self, event: &ClientEvent) {
        let count = match event.other_car_id {
            Some(_) => &mut self.collisions_with_cars,
            None => &mut self.collisions_with_environment,
        };
        *count = count.saturating_add(1);
    }

    /// `counts`: whether its leaderboard does not tell how many laps that makes.
    pub(super) fn complete_lap(&mut self, mut lap: Lap, race: bool, counts: bool) {
        self.seen.all = self.seen.all.saturating_add(1);
        if lap.is_valid() {
            self.seen.valid = self.seen.valid.saturating_add(1);
            self.best_lap = self.best_lap.into_iter().chain([lap.lap_time]).min();
        }
        if counts && (race || lap.is_valid()) {
            self.laps_counted = self.laps_counted.saturating_add(1);
        }
        if counts && race {
            let before = self.total_time.unwrap_or_default().0;
            self.total_time =
                Some(LapTime(before.saturating_add(lap.lap_time.0))).filter(|total| total.is_set());
            lap.total_time = self.total_time;
            self.note_crossing();
        }
        lap.number = self.laps_driven();
        lap.sectors = self.sectors.complete(lap.lap_time);
        lap.tyre.clone_from(&self.tyre);
        if self.laps.len() == MAX_LAPS {
            self.laps.remove(0);
        }
        self.laps.push(lap);
    }

    /// Whether this entry is from before what is known of the car; see the table in `laps.rs`.
    pub(super) fn is_ahead_of(&self, entry: &LeaderboardEntry, race: bool, round: u32) -> bool {
        if self.cleared && self.connected && !self.loaded {
            return entry.laps > self.laps_counted;
        }
        let time = |time: Option<LapTime>| time.map_or(u32::MAX, |time| time.0);
        let has_less = entry.laps < self.laps_counted
            || (!race && entry.laps == self.laps_counted && time(set(entry.lap_time)) > time(self.best_lap));
        has_less && !self.rejoined && !Rounds::has_lap_between(self.raised_in, round)
    }

    /// What a leaderboard says of the car.
    pub(super) fn take_entry(&mut self, entry: &LeaderboardEntry, race: bool, round: u32) {
        let time = set(entry.lap_time);
        if entry.laps == self.laps_counted {
            // A leaderboard from just before the finish can have as many valid laps.
            self.completed |= entry.has_completed;
        } else {
            self.completed = entry.has_completed;
            self.raised_in = round;
        }
        if entry.laps < self.laps_counted {
            self.crossings.clear(); // another driver's
        }
        self.laps_counted = entry.laps;
        let seen = if race { self.seen.all } else { self.seen.valid };
        self.seen.missed = u32::from(entry.laps).saturating_sub(seen);
        if race {
            self.total_time = time;
            self.note_crossing();
        } else if self.best_lap != time {
            self.best_lap = time;
            self.raised_in = round;
        }
    }

    /// The lap that has just been completed, corrected by its leaderboard.
    pub(super) fn correct_last_lap(&mut self, race: bool) {
        let number = if race { u32::from(self.laps_counted) } else { self.laps_driven() };
        let total_time = self.total_time;
        let Some(lap) = self.laps.last_mut() else { return };
        lap.number = number;
        lap.total_time = total_time;
        let began = total_time
            .and_then(|total| total.0.checked_sub(lap.lap_time.0))
            .filter(|_| lap.lap_time.is_set());
        let before = self.laps_counted.saturating_sub(1);
        if let (Some(began), 1.., true) = (began, before, self.total_after(before).is_none()) {
            // The lap before was lost.
            let place = self.crossings.partition_point(|crossing| crossing.0 < before);
            self.crossings.insert(place, (before, LapTime(began)));
        }
    }

    fn note_crossing(&mut self) {
        let Some(total) = self.total_time.filter(|_| self.laps_counted > 0) else { return };
        let crossing = (self.laps_counted, total);
        match self.crossings.last_mut() {
            Some(last) if last.0 == crossing.0 => *last = crossing,
            Some(last) if last.0 > crossing.0 => {}
            _ => {
                if self.crossings.len() >= MAX_LAPS {
                    self.crossings.remove(0);
                }
                self.crossings.push(crossing);
            }
        }
    }

    /// The total race time after this many laps, if it is known.
    pub(super) fn total_after(&self, laps: u16) -> Option<LapTime> {
        let index = self.crossings.binary_search_by_key(&laps, |crossing| crossing.0).ok()?;
        Some(self.crossings[index].1)
    }

    /// How many laps of a race the car had done after this time.
    pub(super) fn laps_done_at(&self, time: LapTime) -> u16 {
        self.crossings.iter().rev().find(|crossing| crossing.1 <= time).map_or(0, |crossing| crossing.0)
    }
}

fn set(time: LapTime) -> Option<LapTime> {
    Some(time).filter(|time| time.is_set())
}
