//! [`Slot`]: a slot of the entry list, its laps, and the leaderboards.

use std::cmp::Reverse;

use super::motion::Motion;
use super::roster::SimDriver;
use crate::protocol::{CarId, CarInfo, LapTime, LeaderboardEntry, NewConnection, SessionType};
use crate::sim::FinishedCar;

#[derive(Debug, Clone)]
pub(super) struct Slot {
    pub(super) car_id: CarId,
    pub(super) model: String,
    pub(super) skin: String,
    /// The connected driver.
    pub(super) driver: Option<SimDriver>,
    /// The last connected driver.
    pub(super) last_driver: Option<SimDriver>,
    pub(super) loaded: bool,
    /// The driver is gone, but the server has not noticed.
    pub(super) vanished: bool,
    /// Changes with each connection, which makes the tasks of earlier ones void.
    pub(super) seat: u32,
    pub(super) doing: Doing,
    pub(super) motion: Motion,
    /// Changes with each drive, which makes the tasks of earlier ones void.
    pub(super) plan: u32,
    /// The cuts of the current lap.
    pub(super) cuts: u8,
    pub(super) ballast: f64,
    pub(super) restrictor: f64,
    /// The number of tyre changes, which decides the tyres' name.
    pub(super) tyres: usize,
    pub(super) laps: Laps,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doing {
    /// Will drive.
    Waiting,
    Driving,
    /// Will not drive any more in this session.
    Done,
}

/// A slot's laps in a session, as the server counts them.
#[derive(Debug, Clone, Default)]
pub(super) struct Laps {
    /// The driver of these laps; `None` if nobody has taken part with this car.
    pub(super) driver: Option<SimDriver>,
    pub(super) driven: u16,
    pub(super) valid: u16,
    pub(super) best: Option<u32>,
    /// The total time in a race's leaderboard.
    pub(super) race_time: u32,
    pub(super) sum: u32,
    pub(super) completed: bool,
    /// When the current lap began.
    pub(super) began: u64,
}

impl Slot {
    pub(super) fn new(slot: usize, model: String, skin: String) -> Self {
        Self {
            car_id: CarId(slot as u8),
            model,
            skin,
            driver: None,
            last_driver: None,
            loaded: false,
            vanished: false,
            seat: 0,
            doing: Doing::Done,
            motion: Motion::in_garage(slot),
            plan: 0,
            cuts: 0,
            ballast: 0.0,
            restrictor: 0.0,
            tyres: 0,
            laps: Laps::default(),
        }
    }

    /// A driver takes the slot. Laps of another driver are lost.
    pub(super) fn connect(&mut self, driver: SimDriver, now: u64) {
        if self.laps.driver.as_ref().is_none_or(|before| before.guid != driver.guid) {
            self.laps = Laps { driver: Some(driver.clone()), began: now, ..Laps::default() };
        }
        self.last_driver = Some(driver.clone());
        self.driver = Some(driver);
        self.away();
    }

    pub(super) fn disconnect(&mut self) -> Option<SimDriver> {
        self.away();
        self.driver.take()
    }

    /// Nobody drives the car; its tasks become void.
    pub(super) fn away(&mut self) {
        self.loaded = false;
        self.vanished = false;
        self.seat = self.seat.wrapping_add(1);
        self.plan = self.plan.wrapping_add(1);
        self.doing = Doing::Done;
    }

    /// Puts the car into its garage.
    pub(super) fn park(&mut self, doing: Doing) {
        self.plan = self.plan.wrapping_add(1);
        self.doing = doing;
        self.motion = Motion::in_garage(usize::from(self.car_id.0));
    }

    pub(super) fn connection(&self, driver: &SimDriver) -> NewConnection {
        NewConnection {
            driver_name: driver.name.clone(),
            driver_guid: driver.guid.clone(),
            car_id: self.car_id,
            car_model: self.model.clone(),
            car_skin: self.skin.clone(),
        }
    }

    /// If `loading_counts`, a driver who has not loaded yet is connected too.
    pub(super) fn info(&self, loading_counts: bool) -> CarInfo {
        let driver = self.last_driver.clone().unwrap_or_default();
        CarInfo {
            car_id: self.car_id,
            is_connected: self.loaded || loading_counts && self.driver.is_some(),
            car_model: self.model.clone(),
            car_skin: self.skin.clone(),
            driver_name: driver.name,
            driver_team: driver.team,
            driver_guid: driver.guid,
        }
    }
}

impl Laps {
    /// `race_time` is the new total time in the leaderboard.
    pub(super) fn add(&mut self, lap_time: u32, cuts: u8, race_time: u32) {
        self.driven = self.driven.saturating_add(1);
        if cuts == 0 {
            self.valid = self.valid.saturating_add(1);
            self.best = Some(self.best.map_or(lap_time, |best| best.min(lap_time)));
        }
        self.sum = self.sum.saturating_add(lap_time);
        self.race_time = race_time;
    }

    fn best(&self) -> LapTime {
        self.best.map_or(LapTime::NONE, LapTime)
    }

    /// The laps that a leaderboard of this session type counts.
    fn counted(&self, session_type: SessionType) -> u16 {
        if session_type == SessionType::Race { self.driven } else { self.valid }
    }
}

/// The slots in the leaderboard order of this session type.
pub(super) fn order(slots: &[Slot], session_type: SessionType) -> Vec<usize> {
    let mut order: Vec<usize> = (0..slots.len()).collect();
    let laps = |slot: usize| &slots[slot].laps;
    if session_type == SessionType::Race {
        order.sort_by_key(|&slot| (Reverse(laps(slot).driven), laps(slot).race_time));
    } else {
        order.sort_by_key(|&slot| laps(slot).best());
    }
    order
}

/// The leaderboard of LAP_COMPLETED; `by_time_alone` is AssettoServer's order.
pub(super) fn leaderboard(
    slots: &[Slot],
    session_type: SessionType,
    by_time_alone: bool,
) -> Vec<LeaderboardEntry> {
    let entry = |slot: usize| {
        let laps = &slots[slot].laps;
        LeaderboardEntry {
            car_id: slots[slot].car_id,
            lap_time: match session_type {
                SessionType::Race => LapTime(laps.race_time),
                _ => laps.best(),
            },
            laps: laps.counted(session_type),
            has_completed: laps.completed,
        }
    };
    let order = if by_time_alone {
        order_by_time_and_name(slots, |slot| entry(slot).lap_time)
    } else {
        order(slots, session_type)
    };
    order.into_iter().map(entry).collect()
}

/// AssettoServer's order: by time, then by name, without a name last.
fn order_by_time_and_name(slots: &[Slot], time: impl Fn(usize) -> LapTime) -> Vec<usize> {
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|&slot| {
        let name = slots[slot].laps.driver.as_ref().map_or("", |driver| driver.name.as_str());
        (time(slot), name.is_empty(), name)
    });
    order
}

/// The result file's standings; `by_name` orders equal best laps by name, as AssettoServer does.
pub(super) fn standings(slots: &[Slot], session_type: SessionType, by_name: bool) -> Vec<FinishedCar> {
    let car = |slot: usize| {
        let slot = &slots[slot];
        let laps = &slot.laps;
        let driver = laps.driver.as_ref()?;
        Some(FinishedCar {
            car_id: slot.car_id,
            driver_name: driver.name.clone(),
            driver_guid: driver.guid.clone(),
            driver_team: driver.team.clone(),
            car_model: slot.model.clone(),
            car_skin: slot.skin.clone(),
            best_lap: laps.best(),
            laps: laps.counted(session_type),
            laps_driven: laps.driven,
            total_time: LapTime(if session_type == SessionType::Race { laps.race_time } else { laps.sum }),
            completed: laps.completed,
        })
    };
    let order = if by_name && session_type != SessionType::Race {
        order_by_time_and_name(slots, |slot| slots[slot].laps.best())
    } else {
        order(slots, session_type)
    };
    order.into_iter().filter_map(car).collect()
}
