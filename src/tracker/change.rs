//! What a bot can announce.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

#[cfg(doc)]
use super::Lap;
use super::{Driver, Gap};
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
        /// Whether it is the driver's best so far: then a [`PersonalBest`](Self::PersonalBest) follows.
        personal_best: bool,
        /// Behind the leader, see [`Standing::gap`](super::Standing::gap).
        gap: Option<Gap>,
    },
    /// A car has completed a sector: ACSM v2 has told it, or telemetry has shown it, see
    /// [`RaceTracker::set_sectors`](super::RaceTracker::set_sectors).
    SectorCompleted {
        /// The slot.
        car_id: CarId,
        /// From 0, as in [`SectorCompleted`](crate::protocol::SectorCompleted).
        sector_index: u8,
        /// The sector's time.
        time: LapTime,
        /// Whether it is from telemetry: right to some 20 ms with ten reports per second.
        estimated: bool,
        /// Whether it is the driver's best of this sector so far, also the first one.
        personal_best: bool,
        /// Whether it is the session's best of this sector so far, also the first one.
        session_best: bool,
    },
    /// In a race, a car has passed another one on the track: by telemetry, between two crossings of the line. Not told
    /// of lapping, and not if either is in the pits or is silent.
    Overtaken {
        /// The slot of who has passed.
        car_id: CarId,
        /// The slot of who was passed.
        overtaken: CarId,
        /// The position of who has passed, now.
        position: u16,
    },
    /// A car is in the pits, as far as telemetry tells: it has jumped to another place of the track and stands there,
    /// as a car does whose driver goes back to the pits, or has stood at one place for 10 s off the line on which the
    /// cars drive. The protocol does not tell of pits: who stands beside the track for long is in the pits too, and a
    /// short stop in the pit lane is not seen.
    EnteredPits {
        /// The slot.
        car_id: CarId,
    },
    /// A car that was in the pits drives again.
    LeftPits {
        /// The slot.
        car_id: CarId,
    },
    /// No telemetry of a car has come for long, while it came of others: its connection is gone or
    /// the driver is in trouble.
    DriverSilent {
        /// The slot.
        car_id: CarId,
    },
    /// Telemetry of a silent car has come.
    DriverBack {
        /// The slot.
        car_id: CarId,
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
