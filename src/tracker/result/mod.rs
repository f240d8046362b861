//! A finished session.

#[cfg(feature = "serde")]
mod acserver;

use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

#[cfg(feature = "serde")]
pub use acserver::ResultFileError;

use super::{Car, Driver, FastestLap, Gap, Lap, RaceTracker};
use crate::protocol::{CarId, ClientEvent, LapTime, SessionInfo, Vec3};

/// How many collisions of a session are kept, the newest: [`SessionResult::collisions`].
pub const MAX_COLLISIONS: usize = 4096;

/// A finished session.
///
/// [`standings`](Self::standings) has the slots in which somebody has completed a lap. Order, best
/// laps, total times and laps are those of the last leaderboard, and with it those of the server's
/// own result file: that, too, knows one driver per slot, the last one. Who drove before another
/// driver took the slot is in [`unclassified`](Self::unclassified).
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(default))]
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
    /// The contacts that were reported, oldest first; the newest 4096 ([`MAX_COLLISIONS`]) are kept. Two cars that
    /// touch report it once each.
    pub collisions: Vec<Collision>,
}

/// A car has reported that it hit another one or the environment.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(default))]
pub struct Collision {
    /// The slot of the car that reports.
    pub car_id: CarId,
    /// Who sat in it, if known.
    pub driver: Option<Driver>,
    /// The other car; `None` is the environment.
    pub other_car_id: Option<CarId>,
    /// Who sat in the other car, if known.
    pub other_driver: Option<Driver>,
    /// In km/h, as the wire has it: it can be NaN.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::float"))]
    pub impact_speed: f32,
    /// Where on the track, in metres, y up.
    pub world_pos: Vec3,
    /// Where on the car, in metres, in the car's frame.
    pub rel_pos: Vec3,
    /// When it was told, since the start of the session; see [`Lap::session_time`].
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::optional_milliseconds"))]
    pub session_time: Option<Duration>,
    /// When it was told, by the caller's clock; see [`Lap::told_at`].
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::optional_milliseconds"))]
    pub told_at: Option<Duration>,
}

/// A driver's part in a finished session.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(default))]
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
    /// The laps that were seen, oldest first; see [`Car::laps`].
    pub all_laps: Vec<Lap>,
    /// In practice and qualify, when the newest valid lap was completed, since the start of the session: what a
    /// server's result file has as total time there. `None` in a race, and where it is not known. As JSON in
    /// milliseconds.
    #[cfg_attr(
        feature = "serde",
        serde(
            with = "crate::protocol::json::optional_milliseconds",
            skip_serializing_if = "crate::protocol::json::is_default"
        )
    )]
    pub last_valid_lap_at: Option<Duration>,
    /// The driver's nation in three letters, such as `ITA`. Only a server's result file tells it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "crate::protocol::json::is_default"))]
    pub nation: String,
    /// The GUIDs that may take this slot. Only a server's result file tells them; there an open slot has none.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "crate::protocol::json::is_default"))]
    pub guids: Vec<String>,
    /// In kg. Only a server's result file tells it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "crate::protocol::json::is_default"))]
    pub ballast_kg: u32,
    /// In per cent. Only a server's result file tells it.
    #[cfg_attr(feature = "serde", serde(skip_serializing_if = "crate::protocol::json::is_default"))]
    pub restrictor: u32,
}

impl ResultEntry {
    pub(super) fn new(car: &Car, race: bool, position: Option<u16>, gap: Option<Gap>) -> Self {
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
            all_laps: car.laps.clone(),
            last_valid_lap_at: if race { None } else { last_valid_lap_at(&car.laps) },
            nation: String::new(),
            guids: Vec::new(),
            ballast_kg: 0,
            restrictor: 0,
        }
    }
}

fn last_valid_lap_at(laps: &[Lap]) -> Option<Duration> {
    laps.iter().rfind(|lap| lap.is_valid())?.session_time
}

impl RaceTracker {
    pub(super) fn note_collision(&mut self, contact: &ClientEvent) {
        let driver = |car_id| self.car(car_id)?.driver.clone();
        let collision = Collision {
            car_id: contact.car_id,
            driver: driver(contact.car_id),
            other_car_id: contact.other_car_id,
            other_driver: contact.other_car_id.and_then(driver),
            impact_speed: contact.impact_speed,
            world_pos: contact.world_pos,
            rel_pos: contact.rel_pos,
            session_time: self.session_time(),
            told_at: self.clock,
        };
        let collisions = &mut self.session.collisions;
        if collisions.len() == MAX_COLLISIONS {
            collisions.pop_front();
        }
        collisions.push_back(collision);
    }
}
