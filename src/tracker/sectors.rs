//! SECTOR_COMPLETED and TYRE_CHANGE, of which ACSM v2 tells.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::car::MAX_SECTORS;
use super::{Car, Driver, RaceTracker};
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

/// The sectors of one lap that were told, from the first one on. The last one can be told before or after the
/// lap itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Sectors {
    times: Vec<LapTime>,
    /// The lap was completed, and the last sector is missing.
    after_lap: bool,
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

    /// A sector is completed; `newest` is the lap that was completed last. Returns that one's sectors if
    /// this makes them complete.
    fn add(&mut self, sector: &SectorCompleted, newest: Option<LapTime>) -> Option<Vec<LapTime>> {
        let index = usize::from(sector.sector_index);
        if index == 0 {
            self.times.clear();
            self.after_lap = false;
        }
        let is_repeated =
            index.checked_add(1) == Some(self.times.len()) && self.times.last() == Some(&sector.sector_time);
        if is_repeated {
            return None;
        }
        if index != self.times.len() || index >= MAX_SECTORS || !sector.sector_time.is_set() {
            self.times.clear(); // one was lost
            return None;
        }
        self.times.push(sector.sector_time);
        if self.after_lap && newest.is_some_and(|newest| self.are_all_of(newest)) {
            self.after_lap = false;
            return Some(std::mem::take(&mut self.times));
        }
        None
    }

    fn are_all_of(&self, lap_time: LapTime) -> bool {
        let sum: u64 = self.times.iter().map(|time| u64::from(time.0)).sum();
        !self.times.is_empty() && lap_time.is_set() && sum.abs_diff(lap_time.0.into()) <= TOLERANCE
    }
}

impl Car {
    /// The best time of each sector that the driver has driven in this session, on valid laps or not.
    #[must_use]
    pub fn best_sectors(&self) -> &[Option<SectorTime>] {
        &[]
    }

    /// The sectors of the lap before the running one.
    #[must_use]
    pub fn last_sectors(&self) -> &[Option<SectorTime>] {
        &[]
    }

    /// The sum of the best sectors: the lap that the driver could have driven. `None` unless each is known.
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

impl RaceTracker {
    /// Sets where the sectors end, as parts of the lap, such as `[0.31, 0.72]` for three sectors: the last one
    /// ends at the line. By default they are thirds. Ends that are not between 0 and 1, or not greater than the one
    /// before, are left out; of more than 31 the first ones count. What was estimated until now is forgotten.
    ///
    /// Where ACSM v2 tells of sectors, those count instead.
    pub fn set_sectors(&mut self, ends: &[f32]) {
        let _ = ends;
    }

    /// The best time of each sector in this session, also if its driver has left.
    #[must_use]
    pub fn best_sectors(&self) -> &[Option<FastestSector>] {
        &[]
    }

    pub(super) fn sector_completed(&mut self, sector: &SectorCompleted) {
        let Some(car) = self.known_car(sector.car_id) else { return };
        let newest = car.last_lap().map(|lap| lap.lap_time);
        if let Some(sectors) = car.sectors.add(sector, newest) {
            if let Some(lap) = car.laps.last_mut() {
                lap.sectors = sectors;
            }
        }
    }

    pub(super) fn tyre_change(&mut self, change: &TyreChange) {
        let Some(car) = self.known_car(change.car_id) else { return };
        car.tyre.clear();
        car.tyre.extend(change.current_tyre.chars().take(MAX_TYRE));
    }
}
