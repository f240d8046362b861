//! SECTOR_COMPLETED and TYRE_CHANGE, of which ACSM v2 tells.

use super::RaceTracker;
use super::car::MAX_SECTORS;
use crate::protocol::{LapTime, SectorCompleted, TyreChange};

/// How much the sectors of a lap may differ from its time, in milliseconds. No sector is as short.
const TOLERANCE: u64 = 100;

/// A longer name of tyres is cut here: those that are known have 1 to 3 characters.
const MAX_TYRE: usize = 64;

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

impl RaceTracker {
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
