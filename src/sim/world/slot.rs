//! A slot of the entry list, its laps, and the leaderboards made of them.

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
    /// Who is connected.
    pub(super) driver: Option<SimDriver>,
    /// The last one who was.
    pub(super) last_driver: Option<SimDriver>,
    pub(super) loaded: bool,
    /// The driver is gone, and the server has not noticed.
    pub(super) vanished: bool,
    /// Tells the tasks for an earlier connection of this slot that they are void.
    pub(super) seat: u32,
    pub(super) doing: Doing,
    pub(super) motion: Motion,
    /// Tells the tasks for an earlier way of this car that they are void.
    pub(super) plan: u32,
    /// The cuts of the lap that is being driven.
    pub(super) cuts: u8,
    pub(super) ballast: f64,
    pub(super) restrictor: f64,
    /// Which tyres the car is on.
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

/// What the server counts for a slot during a session.
#[derive(Debug, Clone, Default)]
pub(super) struct Laps {
    /// Whose laps these are; `None` while nobody has taken part with this car.
    pub(super) driver: Option<SimDriver>,
    pub(super) driven: u16,
    pub(super) valid: u16,
    pub(super) best: Option<u32>,
    /// Of the leaderboard of a race.
    pub(super) race_time: u32,
    pub(super) sum: u32,
    pub(super) completed: bool,
    /// When the lap began that is being driven.
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

    /// Somebody takes the slot. Another driver's laps are gone.
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

    /// Nobody drives it, and what was planned for it is void.
    pub(super) fn away(&mut self) {
        self.loaded = false;
        self.vanished = false;
        self.seat = self.seat.wrapping_add(1);
        self.plan = self.plan.wrapping_add(1);
        self.doing = Doing::Done;
    }

    /// Back in the garage.
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

    /// `loading_counts`: whether who has not loaded yet is connected.
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
    /// `race_time`: the leaderboard's new total.
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

    /// As the leaderboards of this type count them.
    fn counted(&self, session_type: SessionType) -> u16 {
        if session_type == SessionType::Race { self.driven } else { self.valid }
    }
}

/// The slots in the order of the session's type.
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

/// What LAP_COMPLETED tells. `by_time_alone`: as AssettoServer sorts.
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

/// AssettoServer's. Who has no name comes last of those with the same time.
fn order_by_time_and_name(slots: &[Slot], time: impl Fn(usize) -> LapTime) -> Vec<usize> {
    let mut order: Vec<usize> = (0..slots.len()).collect();
    order.sort_by_key(|&slot| {
        let name = slots[slot].laps.driver.as_ref().map_or("", |driver| driver.name.as_str());
        (time(slot), name.is_empty(), name)
    });
    order
}

/// What the result file tells. `by_name`: whether equal best laps are sorted by name, as AssettoServer does.
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
