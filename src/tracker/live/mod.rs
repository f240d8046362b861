//! Where the cars are now: [`RaceTracker::live`].

mod curve;
mod follow;
mod rows;
mod track;
mod trail;

use std::fmt;
use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use self::curve::Curve;
pub(super) use self::follow::{At, Step, Trace};
use self::track::Track;
use super::{Driver, Gap, SectorTime};
use crate::protocol::{CarId, LapTime};

/// A car's place at this moment, between two crossings of the line: see
/// [`RaceTracker::live`](super::RaceTracker::live).
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct LiveStanding {
    /// From 1.
    pub position: u16,
    /// The slot.
    pub car_id: CarId,
    /// The driver, if known.
    pub driver: Option<Driver>,
    /// The car's folder name, empty if it is not known.
    pub car_model: String,
    /// Whether the driver is still on the server, see [`Car::connected`](super::Car::connected).
    pub connected: bool,
    /// What the position and the gaps rest on.
    pub basis: LiveBasis,
    /// Laps since the start and the part of the running one, see [`Car::distance`](super::Car::distance); without
    /// telemetry, the laps that the server has counted.
    pub distance: f64,
    /// Behind the leader; `None` for the leader, and where it is not known.
    pub gap: Option<Gap>,
    /// Behind the car ahead; `None` for the leader, and where it is not known.
    pub interval: Option<Gap>,
    /// Laps as the server counts them: in a race all, else the valid ones only.
    pub laps: u16,
    /// The newest lap, valid or not.
    pub last_lap: Option<LapTime>,
    /// The fastest valid lap, see [`Car::best_lap`](super::Car::best_lap).
    pub best_lap: Option<LapTime>,
    /// Whether the car has finished the session, see [`Car::completed`](super::Car::completed).
    pub completed: bool,
    /// How long the running lap has lasted at the car's newest telemetry. `None` if its beginning was not seen,
    /// and in the pits. As JSON in milliseconds.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::optional_milliseconds"))]
    pub running_lap: Option<Duration>,
    /// The running lap against the driver's own best one, at the same point of the track. `None` unless that one
    /// was seen with telemetry.
    pub delta_to_own_best: Option<Delta>,
    /// The running lap against the session's best one, at the same point of the track. `None` unless that one was
    /// seen with telemetry.
    pub delta_to_session_best: Option<Delta>,
    /// The sectors of the running lap that are completed, from the first one on; `None` for one that was not seen.
    pub sectors: Vec<Option<SectorTime>>,
    /// The sectors of the lap before.
    pub last_sectors: Vec<Option<SectorTime>>,
    /// How many places the car has gained since the start of the race, negative if it has lost some. `None` if the
    /// grid was not seen with telemetry, and in other sessions.
    pub positions_gained: Option<i16>,
    /// Whether the car is in the pits, as far as that can be told, see
    /// [`Change::EnteredPits`](super::Change::EnteredPits).
    pub in_pits: bool,
    /// Whether nothing has come of the car for long while it came of others, see
    /// [`Change::DriverSilent`](super::Change::DriverSilent).
    pub silent: bool,
}

/// What a [`LiveStanding`] rests on.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum LiveBasis {
    /// The car's newest crossing of the line: position and gaps are those of
    /// [`RaceTracker::standings`](super::RaceTracker::standings). There is no telemetry of the car, nobody has called
    /// [`RaceTracker::advance_to`](super::RaceTracker::advance_to), or the session is over.
    #[default]
    Line,
    /// In a race, the distance covered; gaps are the time since the car ahead was at this point of the track.
    Distance,
    /// In practice and qualify, the best lap, as in [`RaceTracker::standings`](super::RaceTracker::standings); the
    /// running lap and its deltas are from telemetry.
    Timed,
}

/// A difference of two times, in milliseconds: positive is slower.
///
/// ```
/// use acudpclient::tracker::Delta;
///
/// assert_eq!(Delta(-456).to_string(), "-0.456");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Delta(pub i64);

/// `+0.123`, `-0.456`, `+61.000`
impl fmt::Display for Delta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { '-' } else { '+' };
        let milliseconds = self.0.unsigned_abs();
        f.pad(&format!("{sign}{}.{:03}", milliseconds / 1000, milliseconds % 1000))
    }
}

/// What is known of all cars together.
#[derive(Debug, Clone, Default)]
pub(super) struct Live {
    track: Track,
    /// Counts the server's reports: in each there is a CAR_UPDATE of each car.
    report: u32,
    /// A report has begun since the cars were looked at together.
    is_new_report: bool,
    /// When they were last looked at, in seconds.
    looked: f64,
    /// The order of the race by distance, and how far each car has come; kept for its memory.
    order: Vec<(CarId, f64)>,
    /// How many cars were in it.
    ordered: usize,
    /// The session's best lap.
    best: Curve,
}

impl Live {
    /// In laps per metre.
    #[inline]
    pub fn pace(&self) -> Option<f64> {
        self.track.pace
    }
}
