//! Ids and units: the raw wire value inside, methods for its meaning.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// A slot of the server's entry list, counted from 0.
///
/// A slot is not a person: when its driver leaves, another driver may get it.
/// [`NewConnection::driver_guid`](super::NewConnection::driver_guid) identifies the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(transparent))]
pub struct CarId(pub u8);

impl CarId {
    /// The server itself, as the sender of a chat line.
    pub const SERVER: Self = Self(255);

    /// True if this is the server itself, not a car.
    #[must_use]
    pub const fn is_server(self) -> bool {
        self.0 == Self::SERVER.0
    }
}

impl From<u8> for CarId {
    fn from(slot: u8) -> Self {
        Self(slot)
    }
}

impl From<CarId> for u8 {
    fn from(car_id: CarId) -> Self {
        car_id.0
    }
}

impl fmt::Display for CarId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A gear in the wire's numbers: 0 is reverse, 1 neutral, 2 the first gear. `Display` shows it as a dashboard does:
/// `R`, `N`, `1`, `2`, …
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(transparent))]
pub struct Gear(pub u8);

impl Gear {
    /// The reverse gear.
    pub const REVERSE: Self = Self(0);
    /// No gear.
    pub const NEUTRAL: Self = Self(1);

    /// The number of a forward gear, 1 for the first; `None` in reverse and neutral.
    #[must_use]
    pub const fn forward(self) -> Option<u8> {
        match self.0 {
            0 | 1 => None,
            wire => Some(wire - 1),
        }
    }
}

impl From<u8> for Gear {
    fn from(wire: u8) -> Self {
        Self(wire)
    }
}

impl From<Gear> for u8 {
    fn from(gear: Gear) -> Self {
        gear.0
    }
}

impl fmt::Display for Gear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (*self, self.forward()) {
            (_, Some(number)) => number.fmt(f),
            (Self::REVERSE, None) => f.pad("R"),
            (_, None) => f.pad("N"),
        }
    }
}

/// A lap time or a total race time in milliseconds, or a mark for no time.
///
/// Ordered by the raw number, so [`LapTime::NONE`] comes after every real time. `LapTime(0)`, the default, comes
/// before every real time: a race's leaderboard has it for a car without a completed lap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(transparent))]
pub struct LapTime(pub u32);

impl LapTime {
    /// 999,999,999: a practice or qualify leaderboard has it for a car without a valid lap.
    pub const NONE: Self = Self(999_999_999);

    /// True if there is a time: neither [`LapTime::NONE`] nor 0.
    #[must_use]
    pub const fn is_set(self) -> bool {
        self.0 != 0 && self.0 != Self::NONE.0
    }

    /// The time, or `None` for the two marks of no time, 999,999,999 and 0.
    #[must_use]
    pub const fn to_duration(self) -> Option<Duration> {
        if self.is_set() { Some(Duration::from_millis(self.0 as u64)) } else { None }
    }
}

impl From<u32> for LapTime {
    fn from(milliseconds: u32) -> Self {
        Self(milliseconds)
    }
}

impl From<LapTime> for u32 {
    fn from(lap_time: LapTime) -> Self {
        lap_time.0
    }
}

/// `1:23.456`, `1:02:03.456` from one hour on, and `-:--.---` for no time.
impl fmt::Display for LapTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_set() { f.pad(&clock(self.0)) } else { f.pad("-:--.---") }
    }
}

/// Milliseconds in racing notation.
pub(super) fn clock(milliseconds: u32) -> String {
    let (hours, minutes) = (milliseconds / 3_600_000, milliseconds / 60_000 % 60);
    let (seconds, rest) = (milliseconds / 1000 % 60, milliseconds % 1000);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}.{rest:03}")
    } else {
        format!("{minutes}:{seconds:02}.{rest:03}")
    }
}

/// The type of a session.
///
/// Sources disagree on the meaning of 4 and above (drag and drift, or hotlap and time attack), so these
/// keep their numbers. Two values are equal if their wire numbers are equal.
#[derive(Debug, Clone, Copy, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum SessionType {
    /// 0: drivers book their cars.
    #[default]
    Booking,
    /// 1
    Practice,
    /// 2
    Qualify,
    /// 3
    Race,
    /// Any other number. Build it with `SessionType::from(number)`, which turns 0 to 3 into the variants above.
    Unknown(u8),
}

impl From<u8> for SessionType {
    fn from(wire: u8) -> Self {
        match wire {
            0 => Self::Booking,
            1 => Self::Practice,
            2 => Self::Qualify,
            3 => Self::Race,
            other => Self::Unknown(other),
        }
    }
}

impl From<SessionType> for u8 {
    fn from(session_type: SessionType) -> Self {
        match session_type {
            SessionType::Booking => 0,
            SessionType::Practice => 1,
            SessionType::Qualify => 2,
            SessionType::Race => 3,
            SessionType::Unknown(wire) => wire,
        }
    }
}

impl PartialEq for SessionType {
    fn eq(&self, other: &Self) -> bool {
        u8::from(*self) == u8::from(*other)
    }
}

impl Eq for SessionType {}

impl std::hash::Hash for SessionType {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        u8::from(*self).hash(state);
    }
}

impl fmt::Display for SessionType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Booking => f.pad("booking"),
            Self::Practice => f.pad("practice"),
            Self::Qualify => f.pad("qualify"),
            Self::Race => f.pad("race"),
            Self::Unknown(wire) => f.pad(&format!("session type {wire}")),
        }
    }
}

/// Three coordinates in wire order. y points up.
///
/// Each field's documentation states the unit: metres or metres per second. A hostile sender can make them
/// infinite or NaN.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Vec3 {
    /// First coordinate.
    #[cfg_attr(feature = "serde", serde(with = "super::json::float"))]
    pub x: f32,
    /// Second coordinate, up.
    #[cfg_attr(feature = "serde", serde(with = "super::json::float"))]
    pub y: f32,
    /// Third coordinate.
    #[cfg_attr(feature = "serde", serde(with = "super::json::float"))]
    pub z: f32,
}

impl Vec3 {
    /// A vector of these coordinates.
    #[must_use]
    pub const fn new(x: f32, y: f32, z: f32) -> Self {
        Self { x, y, z }
    }

    /// The vector's length, in the unit of its coordinates.
    #[must_use]
    pub fn length(self) -> f32 {
        (self.x * self.x + self.y * self.y + self.z * self.z).sqrt()
    }

    /// The distance between two points, in the unit of their coordinates.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        Self::new(self.x - other.x, self.y - other.y, self.z - other.z).length()
    }
}

impl From<[f32; 3]> for Vec3 {
    fn from([x, y, z]: [f32; 3]) -> Self {
        Self { x, y, z }
    }
}

impl From<Vec3> for [f32; 3] {
    fn from(vector: Vec3) -> Self {
        [vector.x, vector.y, vector.z]
    }
}

/// `(1.0, -2.5, 300.0)`
impl fmt::Display for Vec3 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({:.1}, {:.1}, {:.1})", self.x, self.y, self.z)
    }
}

/// The server's layout that a packet had on the wire and will have when encoded.
///
/// Only packets whose layout differs between servers carry it. The decoder detects the dialect by the packet's
/// length. If two layouts give the same bytes (an empty text or leaderboard), it chooses [`Dialect::Original`]. A
/// truncated packet, or a session's packet with bytes after it, can have the length of another dialect and is
/// then read as that one.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum Dialect {
    /// acServer of Assetto Corsa 1.7 and later, and every server that follows it.
    #[default]
    Original,
    /// acServer before 1.7: leaderboard entries without `has_completed`.
    Before17,
    /// AssettoServer: a wide `weather_graphics`, an 8-bit `filename`.
    AssettoServer,
    /// The prereleases of Emperor's ACSM v2, 2020 until January 2021: LAP_COMPLETED without `grip_level`. Today's
    /// ACSM v2 has the [original](Self::Original) layout, and also sends packets 150 to 152, which no other
    /// server sends.
    AcsmPrerelease,
}

impl Dialect {
    /// For serde, which omits the key of the original layout.
    #[cfg(feature = "serde")]
    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub(super) fn is_original(&self) -> bool {
        *self == Self::Original
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Original => "acServer",
            Self::Before17 => "acServer before 1.7",
            Self::AssettoServer => "AssettoServer",
            Self::AcsmPrerelease => "ACSM v2's prereleases of 2020",
        })
    }
}
