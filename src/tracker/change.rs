//! What a bot can announce.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::Driver;
#[cfg(doc)]
use super::Lap;
use crate::protocol::{CarId, LapTime};

/// What an event has changed, in the order in which it is worth telling.
///
/// [`RaceTracker::driver_name`](super::RaceTracker::driver_name) and [`RaceTracker::car`](super::RaceTracker::car)
/// say who is in the car, also after a leave.
///
/// As JSON it is one flat object, as an event is: `{"type":"driver_joined","car_id":3}`.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(tag = "type", rename_all = "snake_case"))]
pub enum Change {
    /// Another session runs, the same one has been started anew, or the tracker has started late
    /// and got to know what runs. Not for a session that is only announced again.
    SessionStarted,
    /// A session is over: [`RaceTracker::last_result`](super::RaceTracker::last_result) has it.
    SessionEnded,
    /// A driver has taken a free slot, or a driver who was never seen to leave has come back. Who it is
    /// may not be known, if the packets that tell it were lost.
    DriverJoined {
        /// The slot.
        car_id: CarId,
    },
    /// A driver has left, or was found to have left: in another slot, or by a restarted server, of which the
    /// NEW_SESSION after its VERSION tells.
    DriverLeft {
        /// The slot.
        car_id: CarId,
    },
    /// Somebody else sits in a car whose driver was not seen to leave.
    DriverSwapped {
        /// The slot.
        car_id: CarId,
        /// Who has sat in the car; empty if that was not known.
        from: Driver,
        /// Who sits in it now.
        to: Driver,
    },
    /// A car has completed a lap, valid or not. Of the changes that a lap brings it is the first; only a session or
    /// a driver of which nothing but this lap has told comes before it. A lap that comes twice is told once, and a
    /// late one of the session before is not told.
    LapCompleted {
        /// The slot.
        car_id: CarId,
        /// Which lap of the car in this session it was, from 1, see [`Lap::number`].
        number: u32,
        /// The lap.
        lap_time: LapTime,
        /// How often the car left the track.
        cuts: u8,
        /// Whether the lap counts: it has a time and no cuts, see [`Lap::is_valid`].
        valid: bool,
    },
    /// A car has moved up, by a completed lap; telemetry alone moves nobody. Not told of a car's
    /// first lap in a race, before which there is no order of laps.
    PositionGained {
        /// The slot.
        car_id: CarId,
        /// The position before; `None` for the first time in practice or qualify.
        from: Option<u16>,
        /// The position now, 1 is the leader.
        to: u16,
    },
    /// A driver has driven a valid lap faster than any of theirs before in this session, or the
    /// first one.
    PersonalBest {
        /// The slot.
        car_id: CarId,
        /// The lap.
        lap_time: LapTime,
        /// The driver's best before.
        previous: Option<LapTime>,
    },
    /// A valid lap was the fastest of the session so far; it comes after its
    /// [`PersonalBest`](Self::PersonalBest).
    SessionBest {
        /// The slot.
        car_id: CarId,
        /// The lap.
        lap_time: LapTime,
        /// The session's best before.
        previous: Option<LapTime>,
    },
    /// A car has finished the session.
    Finished {
        /// The slot.
        car_id: CarId,
        /// The position now; `None` for a car without a time in practice or qualify.
        position: Option<u16>,
    },
    /// A car reports a contact. Two cars that touch report it once each.
    Collision {
        /// The slot of the car that reports.
        car_id: CarId,
        /// The other car; `None` is the environment.
        other_car_id: Option<CarId>,
        /// In km/h, as the wire has it: it can be NaN.
        #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::float"))]
        impact_speed: f32,
    },
}
