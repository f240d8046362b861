//! LAP_COMPLETED and its leaderboard.

use std::fmt;

use byteorder::{ByteOrder, LittleEndian};
#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::protocol::error::{DecodeError, EncodeError};
use crate::protocol::types::{CarId, Dialect, LapTime};
use crate::protocol::wire::{Extent, Packet, Reader, Writer};

/// A car has completed a lap. The packet carries the leaderboard.
///
/// A late lap of the previous session can still arrive after [`Event::NewSession`](super::Event::NewSession).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct LapCompleted {
    /// The slot of the car.
    pub car_id: CarId,
    /// The lap's time.
    pub lap_time: LapTime,
    /// How often the car left the track. More than 0 makes the lap invalid.
    pub cuts: u8,
    /// Every slot of the entry list, including empty ones; at most 255. Its order depends on the session's type,
    /// see [`LeaderboardEntry`]. AssettoServer orders by time only.
    pub leaderboard: Vec<LeaderboardEntry>,
    /// The track's grip as a fraction (seen: 0.94 to 1.0). `None` from ACSM v2's prereleases of
    /// 2020, which did not send it; `Some` in every other dialect.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::optional_float"))]
    pub grip_level: Option<f32>,
    /// [`Dialect::AcsmPrerelease`] if `grip_level` is not on the wire, [`Dialect::Before17`] if the
    /// entries' `has_completed` is not, else [`Dialect::Original`]. [`Dialect::AssettoServer`] is encoded like
    /// the original.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Dialect::is_original"))]
    pub dialect: Dialect,
}

/// All zero and empty, with full grip.
impl Default for LapCompleted {
    fn default() -> Self {
        Self {
            car_id: CarId::default(),
            lap_time: LapTime::default(),
            cuts: 0,
            leaderboard: Vec::new(),
            grip_level: Some(1.0),
            dialect: Dialect::Original,
        }
    }
}

/// A slot's place in the leaderboard.
///
/// At the end of a session the last leaderboard equals the server's own result file (seen in 6
/// of 6 sessions).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct LeaderboardEntry {
    /// The slot.
    pub car_id: CarId,
    /// In practice and qualify: the best valid lap, [`LapTime::NONE`] without one; the order is ascending. In a
    /// race: the total race time, 0 before the first lap; it differs from the sum of the laps by a few
    /// milliseconds (seen).
    pub lap_time: LapTime,
    /// In practice and qualify: **valid laps only**, without cuts. In a race: all completed laps; the order is
    /// laps descending, then total time.
    pub laps: u16,
    /// True if the car has finished the session. Servers before 1.7 ([`Dialect::Before17`]) do not send it;
    /// it is then false.
    pub has_completed: bool,
}

/// Lengths on the wire in bytes: an entry, an entry without `has_completed`, and the grip.
const ENTRY: usize = 8;
const ENTRY_BEFORE_17: usize = 7;
const GRIP: usize = 4;

impl Packet for LapCompleted {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let car_id = r.car_id("car_id")?;
        let lap_time = r.lap_time("lap_time")?;
        let cuts = r.u8("cuts")?;
        let count = usize::from(r.u8("cars_count")?);
        let dialect = match r.extent() {
            Extent::Whole => dialect_of(count, r.rest()),
            Extent::Prefix => Dialect::Original,
        };
        let leaderboard = match dialect {
            Dialect::Before17 => LeaderboardEntry::read_all::<ENTRY_BEFORE_17>(r, count)?,
            _ => LeaderboardEntry::read_all::<ENTRY>(r, count)?,
        };
        let grip_level = match dialect {
            Dialect::AcsmPrerelease => None,
            _ => Some(r.f32("grip_level")?),
        };
        Ok(Self { car_id, lap_time, cuts, leaderboard, grip_level, dialect })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.car_id.into());
        w.u32(self.lap_time.into());
        w.u8(self.cuts);
        w.count(self.leaderboard.len(), "entries", "leaderboard")?;
        let head = w.written().len();
        for entry in &self.leaderboard {
            w.u8(entry.car_id.into());
            w.u32(entry.lap_time.into());
            w.u16(entry.laps);
            match (self.dialect, entry.has_completed) {
                (Dialect::Before17, false) => {}
                (Dialect::Before17, true) => return Err(w.refuse("has_completed", self.dialect)),
                (_, has_completed) => w.bool(has_completed),
            }
        }
        match (self.dialect, self.grip_level) {
            (Dialect::AcsmPrerelease, None) => {}
            (Dialect::AcsmPrerelease, Some(_)) | (_, None) => {
                return Err(w.refuse("grip_level", self.dialect));
            }
            (_, Some(grip)) => w.f32(grip),
        }
        if self.dialect == Dialect::Before17
            && is_acsm_prerelease(self.leaderboard.len(), &w.written()[head..])
        {
            return Err(w.refuse("grip_level", self.dialect));
        }
        Ok(())
    }
}

/// Detects the dialect by the bytes after the entries' count; `event/mod.rs` has the table.
///
/// The other dialects need an exact length, because any other short packet is a truncated original one. A longer
/// packet is an original one with bytes after it.
fn dialect_of(count: usize, rest: &[u8]) -> Dialect {
    if rest.len() >= count * ENTRY + GRIP {
        Dialect::Original
    } else if is_acsm_prerelease(count, rest) {
        Dialect::AcsmPrerelease
    } else if rest.len() == count * ENTRY_BEFORE_17 + GRIP {
        Dialect::Before17
    } else {
        Dialect::Original
    }
}

/// True for the layout of ACSM v2's prereleases, which ends with the last entry.
///
/// With four entries it is as long as that of acServer before 1.7. Then the bytes at `has_completed` decide: in the
/// prereleases' packets all are 0 or 1; in the other layout the last of them is the high byte of the grip, 0x3F
/// for a real one.
fn is_acsm_prerelease(count: usize, rest: &[u8]) -> bool {
    rest.len() == count * ENTRY
        && (rest.len() != count * ENTRY_BEFORE_17 + GRIP
            || rest.chunks_exact(ENTRY).all(|entry| entry[7] <= 1))
}

impl LeaderboardEntry {
    /// Reads entries of `SIZE` bytes. The eighth byte, if there is one, is `has_completed`.
    fn read_all<const SIZE: usize>(r: &mut Reader<'_>, count: usize) -> Result<Vec<Self>, DecodeError> {
        let entries = r.take(count * SIZE, "leaderboard")?.chunks_exact(SIZE).map(|entry| Self {
            car_id: CarId(entry[0]),
            lap_time: LapTime(LittleEndian::read_u32(&entry[1..5])),
            laps: LittleEndian::read_u16(&entry[5..7]),
            has_completed: entry.get(7).is_some_and(|&flag| flag != 0),
        });
        Ok(entries.collect())
    }
}

/// `car 3 1:31.234, cuts 0, grip 98.0 %, leaderboard: car 3 1:31.234 laps 4, car 0 -:--.--- laps 0`
impl fmt::Display for LapCompleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "car {} {}, cuts {}", self.car_id, self.lap_time, self.cuts)?;
        if let Some(grip) = self.grip_level {
            write!(f, ", grip {:.1} %", grip * 100.0)?;
        }
        for (place, entry) in self.leaderboard.iter().enumerate() {
            write!(f, "{} {entry}", if place == 0 { ", leaderboard:" } else { "," })?;
        }
        Ok(())
    }
}

/// `car 3 1:31.234 laps 4`
impl fmt::Display for LeaderboardEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "car {} {} laps {}", self.car_id, self.lap_time, self.laps)?;
        if self.has_completed { f.write_str(" finished") } else { Ok(()) }
    }
}
