//! SECTOR_COMPLETED, TYRE_CHANGE and PING, which only ACSM v2 sends.

use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::protocol::error::{DecodeError, EncodeError};
use crate::protocol::types::{CarId, LapTime};
use crate::protocol::wire::{Packet, Reader, Writer};

/// A car has completed a sector.
///
/// Only ACSM v2 sends it, after
/// [`Command::EnableEnhancedReporting`](crate::protocol::Command::EnableEnhancedReporting).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct SectorCompleted {
    /// The slot of the car.
    pub car_id: CarId,
    /// The sector, counted from 0. `Display` counts from 1, as drivers do.
    pub sector_index: u8,
    /// The sector's time in milliseconds, not the time since the start of the lap.
    pub sector_time: LapTime,
    /// How often the car left the track. More than 0 makes the lap invalid.
    pub cuts: u8,
}

impl Packet for SectorCompleted {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            car_id: r.car_id("car_id")?,
            sector_index: r.u8("sector_index")?,
            sector_time: r.lap_time("sector_time")?,
            cuts: r.u8("cuts")?,
        })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.car_id.into());
        w.u8(self.sector_index);
        w.u32(self.sector_time.into());
        w.u8(self.cuts);
        Ok(())
    }
}

/// `car 3 sector 1 0:30.411, cuts 0`
impl fmt::Display for SectorCompleted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sector = u16::from(self.sector_index) + 1;
        write!(f, "car {} sector {sector} {}, cuts {}", self.car_id, self.sector_time, self.cuts)
    }
}

/// A car has got tyres.
///
/// Only ACSM v2 sends it, after
/// [`Command::EnableEnhancedReporting`](crate::protocol::Command::EnableEnhancedReporting). It also
/// comes when a car enters the pits and keeps its tyres: compare
/// [`current_tyre`](Self::current_tyre) with the last one.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct TyreChange {
    /// The slot of the car.
    pub car_id: CarId,
    /// The name of the current tyres in the car's data, at most 255 bytes.
    pub current_tyre: String,
}

impl Packet for TyreChange {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { car_id: r.car_id("car_id")?, current_tyre: r.narrow_text("current_tyre")? })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.car_id.into());
        w.narrow_text(&self.current_tyre, "current_tyre")
    }
}

/// `car 3 on "SM"`
impl fmt::Display for TyreChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "car {} on {:?}", self.car_id, self.current_tyre)
    }
}

/// The answer to [`Command::RequestPing`](crate::protocol::Command::RequestPing). Only ACSM v2 sends it.
///
/// The two times come from two clocks that may differ, so their difference is not the travel time.
/// [`AcUdpClient::fetch_ping`](crate::AcUdpClient::fetch_ping) measures the round trip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Ping {
    /// The request's `unix_ms`: milliseconds since 1970 by the plugin's clock.
    pub plugin_time: i64,
    /// When the server answered: milliseconds since 1970 by its own clock.
    pub server_time: i64,
}

impl Packet for Ping {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { plugin_time: r.i64("plugin_time")?, server_time: r.i64("server_time")? })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.i64(self.plugin_time);
        w.i64(self.server_time);
        Ok(())
    }
}

/// `asked at 1700000000123 ms, answered at 1700000000140 ms`
impl fmt::Display for Ping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "asked at {} ms, answered at {} ms", self.plugin_time, self.server_time)
    }
}
