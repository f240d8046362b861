//! A finished session.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::{Car, Driver, FastestLap, Gap};
use crate::protocol::{CarId, LapTime, SessionInfo};

/// A finished session.
///
/// [`standings`](Self::standings) has the slots in which somebody has completed a lap. Order, best
/// laps, total times and laps are those of the last leaderboard, and with it those of the server's
/// own result file: that, too, knows one driver per slot, the last one. Who drove before another
/// driver took the slot is in [`unclassified`](Self::unclassified).
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct SessionResult {
    /// The session. `None` if the tracker has listened only to a part of it and was never told.
    pub session: Option<SessionInfo>,
    /// The server's result file, as END_SESSION names it. `None` if END_SESSION was lost or, from
    /// AssettoServer, names none.
    pub filename: Option<String>,
    /// The cars that took part, in the order of the session's type.
    pub standings: Vec<ResultEntry>,
    /// Who has no place: drivers without a lap, and drivers with laps whose slot was taken by
    /// another driver before the session was over (at most 256, the newest).
    pub unclassified: Vec<ResultEntry>,
    /// The fastest valid lap, also if its driver has lost the slot.
    pub fastest_lap: Option<FastestLap>,
}

/// A driver's part in a finished session.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct ResultEntry {
    /// From 1; `None` in [`SessionResult::unclassified`].
    pub position: Option<u16>,
    /// The slot.
    pub car_id: CarId,
    /// The driver, if known.
    pub driver: Option<Driver>,
    /// The car's folder name, empty if it is not known.
    pub car_model: String,
    /// The skin's folder name, empty if it is not known.
    pub car_skin: String,
    /// The fastest valid lap.
    pub best_lap: Option<LapTime>,
    /// Laps as the server counts them: in a race all, else the valid ones only.
    pub laps: u16,
    /// All laps that are known of, valid or not.
    pub laps_driven: u32,
    /// The total race time; `None` in other sessions.
    pub total_time: Option<LapTime>,
    /// Whether the car has finished the session, see [`Car::completed`].
    pub completed: bool,
    /// Behind the winner; `None` for the winner, and where there is no time to compare.
    pub gap: Option<Gap>,
    /// Contacts with other cars, as reported by this one.
    pub collisions_with_cars: u32,
    /// Contacts with the environment.
    pub collisions_with_environment: u32,
}

impl ResultEntry {
    pub(super) fn new(car: &Car, position: Option<u16>, gap: Option<Gap>) -> Self {
        Self {
            position,
            car_id: car.car_id,
            driver: car.driver.clone(),
            car_model: car.car_model.clone(),
            car_skin: car.car_skin.clone(),
            best_lap: car.best_lap,
            laps: car.laps_counted,
            laps_driven: car.laps_driven(),
            total_time: car.total_time,
            completed: car.completed,
            gap,
            collisions_with_cars: car.collisions_with_cars,
            collisions_with_environment: car.collisions_with_environment,
        }
    }
}
