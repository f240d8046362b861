//! NEW_CONNECTION, CONNECTION_CLOSED, CLIENT_LOADED and CAR_INFO.

use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::protocol::error::{DecodeError, EncodeError};
use crate::protocol::types::CarId;
use crate::protocol::wire::{Packet, Reader, Writer};

/// Who takes or leaves a slot, and with which car.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct NewConnection {
    /// The driver's name, chosen by the driver; at most 255 characters.
    pub driver_name: String,
    /// The driver's SteamID64 as decimal text: it identifies the person. `"0"` and an empty text occur
    /// (seen).
    pub driver_guid: String,
    /// The slot.
    pub car_id: CarId,
    /// The car's folder name, at most 255 bytes.
    pub car_model: String,
    /// The skin's folder name, at most 255 bytes.
    pub car_skin: String,
}

/// CONNECTION_CLOSED has the layout of NEW_CONNECTION.
pub type ConnectionClosed = NewConnection;

impl Packet for NewConnection {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            driver_name: r.wide_text("driver_name")?,
            driver_guid: r.wide_text("driver_guid")?,
            car_id: r.car_id("car_id")?,
            car_model: r.narrow_text("car_model")?,
            car_skin: r.narrow_text("car_skin")?,
        })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.wide_text(&self.driver_name, "driver_name")?;
        w.wide_text(&self.driver_guid, "driver_guid")?;
        w.u8(self.car_id.into());
        w.narrow_text(&self.car_model, "car_model")?;
        w.narrow_text(&self.car_skin, "car_skin")
    }
}

/// `car 3: "Alice" (76561198000000001) in "ks_mazda_mx5_cup" skin "05_red"`
impl fmt::Display for NewConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "car {}: {:?} ({}) in {:?} skin {:?}",
            self.car_id,
            self.driver_name,
            self.driver_guid.escape_debug(),
            self.car_model,
            self.car_skin
        )
    }
}

/// A driver has finished loading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct ClientLoaded {
    /// The driver's slot.
    pub car_id: CarId,
}

impl Packet for ClientLoaded {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { car_id: r.car_id("car_id")? })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.car_id.into());
        Ok(())
    }
}

/// `car 3`
impl fmt::Display for ClientLoaded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "car {}", self.car_id)
    }
}

/// Who sits in a slot.
///
/// For an empty slot acServer names the last driver; AssettoServer does not answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct CarInfo {
    /// The slot.
    pub car_id: CarId,
    /// True if a driver is on the track with it. On acServer still false between
    /// [`Event::NewConnection`](super::Event::NewConnection) and
    /// [`Event::ClientLoaded`](super::Event::ClientLoaded); on AssettoServer true from the handshake on.
    pub is_connected: bool,
    /// The car's folder name, at most 255 characters.
    pub car_model: String,
    /// The skin's folder name, at most 255 characters.
    pub car_skin: String,
    /// The driver's name, chosen by the driver; at most 255 characters.
    pub driver_name: String,
    /// The driver's team, at most 255 characters.
    pub driver_team: String,
    /// The driver's SteamID64 as decimal text, at most 255 characters.
    pub driver_guid: String,
}

impl Packet for CarInfo {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            car_id: r.car_id("car_id")?,
            is_connected: r.bool("is_connected")?,
            car_model: r.wide_text("car_model")?,
            car_skin: r.wide_text("car_skin")?,
            driver_name: r.wide_text("driver_name")?,
            driver_team: r.wide_text("driver_team")?,
            driver_guid: r.wide_text("driver_guid")?,
        })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.car_id.into());
        w.bool(self.is_connected);
        w.wide_text(&self.car_model, "car_model")?;
        w.wide_text(&self.car_skin, "car_skin")?;
        w.wide_text(&self.driver_name, "driver_name")?;
        w.wide_text(&self.driver_team, "driver_team")?;
        w.wide_text(&self.driver_guid, "driver_guid")
    }
}

/// `car 3, connected: "Alice" (76561198000000001) of "Team A" in "ks_mazda_mx5_cup" skin "05_red"`
impl fmt::Display for CarInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "car {}, {}: {:?} ({}) of {:?} in {:?} skin {:?}",
            self.car_id,
            if self.is_connected { "connected" } else { "not connected" },
            self.driver_name,
            self.driver_guid.escape_debug(),
            self.driver_team,
            self.car_model,
            self.car_skin
        )
    }
}
