//! Sectors: those that ACSM v2 tells, and those that the passage of their ends shows; and its TYRE_CHANGE.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::car::MAX_SECTORS;
use super::{Car, Change, Driver, RaceTracker};
use crate::protocol::{CarId, LapTime, SectorCompleted, TyreChange};

/// How much the sectors of a lap may differ from its time, in milliseconds. No sector is as short.
const TOLERANCE: u64 = 100;

/// A longer name of tyres is cut here: those that are known have 1 to 3 characters.
const MAX_TYRE: usize = 64;

/// The time of a sector.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct SectorTime {
    /// The sector's time.
    pub time: LapTime,
    /// Whether it is from telemetry; otherwise ACSM v2 has told it.
    pub estimated: bool,
    /// Whether it was the driver's best of this sector when it was driven, also the first one.
    pub personal_best: bool,
    /// Whether it was the session's best of this sector when it was driven, also the first one.
    pub session_best: bool,
}

/// The best time of a sector in a session.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct FastestSector {
    /// The slot.
    pub car_id: CarId,
    /// Who drove it, if known.
    pub driver: Option<Driver>,
    /// The sector's time.
    pub time: LapTime,
    /// Whether it is from telemetry; otherwise ACSM v2 has told it.
    pub estimated: bool,
}

/// The sectors of a car.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sectors {
    /// Those of one lap that were told, from the first one on. The last one can be told before or after the
    /// lap itself.
    times: Vec<LapTime>,
    /// The lap was completed, and the last sector is missing.
    after_lap: bool,
    /// The newest one that was told.
    told: Option<SectorCompleted>,
    /// Told or estimated: of the running lap, of the one before, and the driver's best ones.
    running: Vec<Option<SectorTime>>,
    last: Vec<Option<SectorTime>>,
    best: Vec<Option<SectorTime>>,
    pub passage: Passage,
}

impl Sectors {
    /// A lap is completed. Returns its sectors, if they are all known.
    pub(super) fn complete(&mut self, lap_time: LapTime) -> Vec<LapTime> {
        if self.are_all_of(lap_time) {
            self.after_lap = false;
            return std::mem::take(&mut self.times);
        }
        if self.after_lap {
            self.times.clear(); // they are those of the lap before
        }
        self.after_lap = !self.times.is_empty();
        Vec::new()
    }

    /// A sector is completed; `newest` is the lap that was completed last.
    fn add(&mut self, sector: &SectorCompleted, newest: Option<LapTime>) -> Added {
        let index = usize::from(sector.sector_index);
        if self.told.replace(*sector) == Some(*sector) {
            return Added::Repeated;
        }
        if index == 0 {
            self.times.clear();
            self.after_lap = false;
        }
        if index != self.times.len() || index >= MAX_SECTORS || !sector.sector_time.is_set() {
            self.times.clear(); // one was lost
            return Added::Running;
        }
        self.times.push(sector.sector_time);
        if self.after_lap && newest.is_some_and(|newest| self.are_all_of(newest)) {
            self.after_lap = false;
            return Added::Lap(std::mem::take(&mut self.times));
        }
        Added::Running
    }

    /// Forgets what was driven, but keeps the memory.
    pub(super) fn reset(&mut self) {
        let mut old = std::mem::take(self);
        old.times.clear();
        old.forget();
        *self = Self { after_lap: false, told: None, passage: Passage::default(), ..old };
    }

    /// Forgets the sectors, but not those that a lap may still get.
    fn forget(&mut self) {
        self.running.clear();
        self.last.clear();
        self.best.clear();
    }

    pub(super) fn running(&self) -> &[Option<SectorTime>] {
        &self.running
    }

    /// The lap is over: another one runs.
    fn end_lap(&mut self) {
        std::mem::swap(&mut self.last, &mut self.running);
        self.running.clear();
    }

    fn are_all_of(&self, lap_time: LapTime) -> bool {
        let sum: u64 = self.times.iter().map(|time| u64::from(time.0)).sum();
        !self.times.is_empty() && lap_time.is_set() && sum.abs_diff(lap_time.0.into()) <= TOLERANCE
    }
}

impl Car {
    /// The best time of each sector that the driver has driven in this session, on valid laps or not; told ones
    /// without cuts. `None` for one that was not seen.
    #[must_use]
    pub fn best_sectors(&self) -> &[Option<SectorTime>] {
        &self.sectors.best
    }

    /// The sectors of the lap before the running one; `None` for one that was not seen.
    #[must_use]
    pub fn last_sectors(&self) -> &[Option<SectorTime>] {
        &self.sectors.last
    }

    /// The sum of the best sectors: the lap that the driver could have driven. `None` unless each is known.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// for car in tracker.cars() {
    ///     if let (Some(best), Some(possible)) = (car.best_lap, car.theoretical_best()) {
    ///         println!("car {}: {best}, at best {possible}", car.car_id);
    ///     }
    /// }
    /// ```
    #[must_use]
    pub fn theoretical_best(&self) -> Option<LapTime> {
        let sectors = self.best_sectors();
        let sum = sectors.iter().try_fold(0_u32, |sum, sector| sum.checked_add((*sector)?.time.0))?;
        Some(LapTime(sum)).filter(|_| !sectors.is_empty())
    }

    /// The tyres' short name, such as `SM`. Empty unless ACSM v2 has told it.
    #[must_use]
    pub fn current_tyre(&self) -> &str {
        &self.tyre
    }
}

/// What a sector that was told belongs to.
#[derive(Debug, PartialEq)]
enum Added {
    /// It was told already.
    Repeated,
    Running,
    /// It is the last one of the newest lap, whose sectors are these.
    Lap(Vec<LapTime>),
}

/// Where the sectors end, and who was the fastest.
#[derive(Debug, Clone, Default)]
pub(super) struct SectorTimes {
    /// As parts of the lap; `None` are thirds.
    ends: Option<Vec<f64>>,
    /// ACSM v2 has told of sectors, in this session or in the one before: nothing is estimated.
    told: bool,
    told_now: bool,
    best: Vec<Option<FastestSector>>,
}

impl SectorTimes {
    pub(super) fn ends(&self) -> &[f64] {
        self.ends.as_deref().unwrap_or(&[1.0 / 3.0, 2.0 / 3.0])
    }

    /// Another session.
    pub(super) fn reset(&mut self) {
        self.told = std::mem::take(&mut self.told_now);
        self.best.clear();
    }
}

/// Estimates sectors from the passage of their ends. All times are in seconds by the caller's clock, all distances in
/// laps.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Passage {
    /// Where the sector ends that is driven, and which one it is.
    pub end: f64,
    index: usize,
    lap: i32,
    /// When the running lap and the sector began, if that was seen.
    pub began: Option<f64>,
    split: Option<f64>,
    /// The line was passed, but the lap is not told yet: how long it took to its last sector, if that was seen.
    untold: Option<Option<f64>>,
    /// The lap is told, but the line is not passed yet.
    is_told: bool,
}

impl Passage {
    /// The car is here; how it has come here is not known.
    pub(super) fn begin(&mut self, distance: f64, ends: &[f64]) {
        let lap = distance.floor();
        let index = ends.iter().take_while(|end| distance - lap >= **end).count();
        *self = Self { index, lap: lap as i32, ..Self::default() };
        self.find_end(ends);
    }

    fn find_end(&mut self, ends: &[f64]) {
        self.end = f64::from(self.lap) + ends.get(self.index).unwrap_or(&1.0);
    }

    /// The car is as many laps further as was thought.
    pub(super) fn shift(&mut self, laps: i32) {
        self.lap += laps;
        self.end += f64::from(laps);
    }

    /// How long the running lap took to its last sector.
    fn to_last(&self, ends: &[f64]) -> Option<f64> {
        Some(self.split? - self.began?).filter(|_| self.index == ends.len())
    }
}

/// A sector that was driven.
struct Driven {
    index: usize,
    time: LapTime,
    estimated: bool,
    /// Whether it counts as a best one.
    counts: bool,
}

impl RaceTracker {
    /// Sets where the sectors end, as parts of the lap, such as `[0.31, 0.72]` for three sectors: the last one
    /// ends at the line. By default they are thirds. Ends that are not between 0 and 1, or not greater than the one
    /// before, are left out; of more than 31 the first ones count. What was estimated until now is forgotten.
    ///
    /// Where ACSM v2 tells of sectors, those count instead.
    ///
    /// ```
    /// use acudpclient::RaceTracker;
    ///
    /// let mut tracker = RaceTracker::new();
    /// tracker.set_sectors(&[0.31, 0.72]);
    /// ```
    pub fn set_sectors(&mut self, ends: &[f32]) {
        let mut valid: Vec<f64> = Vec::new();
        for end in ends.iter().map(|end| f64::from(*end)) {
            if end > valid.last().copied().unwrap_or(0.0) && end < 1.0 && valid.len() < MAX_SECTORS - 1 {
                valid.push(end);
            }
        }
        self.sector_times.ends = Some(valid);
        if self.sector_times.told {
            return;
        }
        self.sector_times.best.clear();
        for car in self.cars.iter_mut().flatten() {
            car.sectors.forget();
            if let Some(newest) = car.trace.trail.newest() {
                car.sectors.passage.begin(newest.distance, self.sector_times.ends());
            }
        }
    }

    /// The best time of each sector in this session, also if its driver has left; `None` for one that nobody was
    /// seen to drive.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// for best in tracker.best_sectors().iter().flatten() {
    ///     println!("{} {:?}", best.time, tracker.driver_name(best.car_id));
    /// }
    /// ```
    #[must_use]
    pub fn best_sectors(&self) -> &[Option<FastestSector>] {
        &self.sector_times.best
    }

    /// The car has passed the end of a sector, or of several.
    #[cold]
    pub(super) fn pass_ends(&mut self, car_id: CarId) {
        let pace = self.live.pace();
        let mut start = self.race_start();
        let told = self.sector_times.told;
        loop {
            let ends = self.sector_times.ends();
            let Some(car) = self.cars.get_mut(usize::from(car_id.0)).and_then(Option::as_mut) else { return };
            let passage = &mut car.sectors.passage;
            let is_passed = car.trace.trail.newest().is_some_and(|newest| newest.distance >= passage.end);
            if !is_passed {
                return;
            }
            let at = car.trace.trail.time_at(passage.end, pace);
            if passage.index < ends.len() {
                let (index, split) = (passage.index, passage.split);
                passage.split = at;
                passage.index += 1;
                passage.find_end(ends);
                if passage.is_told {
                    continue; // of a lap that is already told
                }
                if index == 0 {
                    passage.untold = None;
                }
                let Some(seconds) = at.zip(split).map(|(at, split)| at - split).filter(|_| !told) else {
                    continue;
                };
                let driven = Driven { index, time: to_lap_time(seconds), estimated: true, counts: true };
                self.note_sector(car_id, &driven);
                continue;
            }
            // From the grid a race's first lap begins with the race.
            let from_grid = start.take().filter(|_| passage.lap == -1);
            let to_last = passage.to_last(ends);
            if !std::mem::take(&mut passage.is_told) && passage.lap >= 0 {
                passage.untold = Some(to_last);
                if !told {
                    car.sectors.end_lap();
                }
            }
            let passage = &mut car.sectors.passage;
            passage.began = from_grid.or(at);
            passage.split = passage.began;
            passage.lap += 1;
            passage.index = 0;
            passage.find_end(ends);
        }
    }

    /// A lap was told: the last sector is what is left of it.
    pub(super) fn end_sectors(&mut self, car_id: CarId, lap_time: LapTime) {
        let told = self.sector_times.told;
        let count = self.sector_times.ends().len();
        let Some(car) = self.cars.get_mut(usize::from(car_id.0)).and_then(Option::as_mut) else { return };
        let sectors = &mut car.sectors;
        if told {
            if !sectors.running.is_empty() {
                sectors.end_lap();
            }
            return;
        }
        let to_last = match sectors.passage.untold.take() {
            Some(to_last) => to_last,
            None if sectors.passage.index > 0 || count == 0 => {
                let to_last = sectors.passage.to_last(self.sector_times.ends());
                sectors.passage.is_told = true;
                sectors.passage.index = count;
                sectors.passage.find_end(self.sector_times.ends());
                sectors.end_lap();
                to_last
            }
            None => return, // the line was passed unseen
        };
        let left = to_last.map(|to_last| f64::from(lap_time.0) / 1000.0 - to_last).filter(|left| *left > 0.0);
        let Some(left) = left.filter(|_| lap_time.is_set()) else { return };
        std::mem::swap(&mut sectors.running, &mut sectors.last);
        let driven = Driven { index: count, time: to_lap_time(left), estimated: true, counts: true };
        self.note_sector(car_id, &driven);
        let car = self.car_mut(car_id);
        std::mem::swap(&mut car.sectors.running, &mut car.sectors.last);
    }

    /// Puts a sector into the running lap.
    fn note_sector(&mut self, car_id: CarId, driven: &Driven) {
        let &Driven { index, time, estimated, counts } = driven;
        let Some(car) = self.cars.get_mut(usize::from(car_id.0)).and_then(Option::as_mut) else { return };
        let all = &mut self.sector_times.best;
        let is_best = |best: Option<LapTime>| counts && best.is_none_or(|best| time < best);
        let personal_best = is_best(car.sectors.best.get(index).copied().flatten().map(|best| best.time));
        let session_best = is_best(all.get(index).and_then(Option::as_ref).map(|best| best.time));
        let sector = SectorTime { time, estimated, personal_best, session_best };
        put(&mut car.sectors.running, index, sector);
        if personal_best {
            put(&mut car.sectors.best, index, sector);
        }
        if session_best {
            put(all, index, FastestSector { car_id, driver: car.driver.clone(), time, estimated });
        }
        let sector_index = u8::try_from(index).unwrap_or(u8::MAX);
        self.changes.push(Change::SectorCompleted {
            car_id,
            sector_index,
            time,
            estimated,
            personal_best,
            session_best,
        });
    }

    pub(super) fn sector_completed(&mut self, sector: &SectorCompleted) {
        let Some(car) = self.known_car(sector.car_id) else { return };
        let newest = car.last_lap().map(|lap| lap.lap_time);
        let index = usize::from(sector.sector_index);
        let added = car.sectors.add(sector, newest);
        if added == Added::Repeated || index >= MAX_SECTORS || !sector.sector_time.is_set() {
            return;
        }
        let is_lasts = matches!(added, Added::Lap(_));
        if let Added::Lap(sectors) = added {
            if let Some(lap) = car.laps.last_mut() {
                lap.sectors = sectors;
            }
        }
        self.sector_times.told_now = true;
        if !std::mem::replace(&mut self.sector_times.told, true) {
            self.sector_times.best.clear();
            self.cars.iter_mut().flatten().for_each(|car| car.sectors.forget());
        }
        let driven = Driven { index, time: sector.sector_time, estimated: false, counts: sector.cuts == 0 };
        let car = self.car_mut(sector.car_id);
        if is_lasts {
            std::mem::swap(&mut car.sectors.running, &mut car.sectors.last);
        } else if index == 0 && !car.sectors.running.is_empty() {
            car.sectors.end_lap(); // the lap was lost
        }
        self.note_sector(sector.car_id, &driven);
        if is_lasts {
            let car = self.car_mut(sector.car_id);
            std::mem::swap(&mut car.sectors.running, &mut car.sectors.last);
        }
    }

    pub(super) fn tyre_change(&mut self, change: &TyreChange) {
        let Some(car) = self.known_car(change.car_id) else { return };
        car.tyre.clear();
        car.tyre.extend(change.current_tyre.chars().take(MAX_TYRE));
    }
}

fn put<T>(sectors: &mut Vec<Option<T>>, index: usize, sector: T) {
    while sectors.len() <= index {
        sectors.push(None);
    }
    sectors[index] = Some(sector);
}

fn to_lap_time(seconds: f64) -> LapTime {
    LapTime((seconds * 1000.0).round() as u32)
}
