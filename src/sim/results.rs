//! [`FinishedSession`]: the true result of a session.

use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::protocol::{CarId, LapTime, SessionInfo};

/// A finished session, as in the server's own result file.
///
/// There is one for each END_SESSION: for each session in which someone completed a lap, even if a command ended it.
/// On ACSM v2 a restarted session has none. On AssettoServer every session has one, even if it ended because the
/// server [stopped](super::SimBuilder::stops_after_last).
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct FinishedSession {
    /// The session as NEW_SESSION announced it.
    pub session: SessionInfo,
    /// The result file's name, empty on AssettoServer.
    pub filename: String,
    /// When it ended, in simulated time since the start. In JSON in milliseconds.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::milliseconds"))]
    pub ended: Duration,
    /// The cars in which a driver sat during the session, even if the driver has left, in the result's order: in
    /// practice and qualify by best lap, in a race by laps, then total time. Equal cars are ordered by slot, on
    /// AssettoServer by name in practice and qualify. This is the correct order for every server, even where
    /// AssettoServer's leaderboard differs.
    pub standings: Vec<FinishedCar>,
}

/// A car in a [`FinishedSession`].
///
/// Laps belong to the slot. They stay if the driver leaves and comes back. They are lost if another driver takes the
/// slot (as seen on acServer). So a driver who came back in another slot has two of these.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct FinishedCar {
    /// The slot.
    pub car_id: CarId,
    /// The last driver's name.
    pub driver_name: String,
    /// The last driver's GUID.
    pub driver_guid: String,
    /// The last driver's team.
    pub driver_team: String,
    /// The car's folder name.
    pub car_model: String,
    /// The car's skin.
    pub car_skin: String,
    /// The best lap without cuts, [`LapTime::NONE`] without one.
    pub best_lap: LapTime,
    /// The laps as the leaderboard counts them: in practice and qualify those without cuts, in
    /// a race all.
    pub laps: u16,
    /// All laps, with or without cuts. On AssettoServer it excludes those with cuts after the end of a practice or
    /// qualifying, which the server does not report.
    pub laps_driven: u16,
    /// In a race: the leaderboard's total time, 0 before the first lap. In practice and qualify: the sum of all lap
    /// times.
    pub total_time: LapTime,
    /// True if the car has finished the session. Servers before 1.7 know it, but do not send it.
    pub completed: bool,
}
