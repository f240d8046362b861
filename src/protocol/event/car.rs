//! CAR_UPDATE and CLIENT_EVENT.

use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::protocol::error::{DecodeError, EncodeError};
use crate::protocol::id;
use crate::protocol::types::{CarId, Gear, Vec3};
use crate::protocol::wire::{Extent, Packet, Reader, Writer, vec3};

/// Where a car is and how fast it is. A hostile sender can make its floats infinite or NaN.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct CarUpdate {
    /// The slot.
    pub car_id: CarId,
    /// In metres, in the track's frame, y up.
    pub position: Vec3,
    /// In m/s, in the track's frame, y up.
    pub velocity: Vec3,
    /// The gear.
    pub gear: Gear,
    /// Revolutions per minute.
    pub engine_rpm: u16,
    /// The position along the track, from 0 to 1.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::float"))]
    pub normalized_spline_pos: f32,
}

impl CarUpdate {
    /// The speed in km/h.
    #[must_use]
    pub fn speed_kmh(&self) -> f32 {
        self.velocity.length() * 3.6
    }

    /// The length of its fields on the wire, in bytes.
    pub(in crate::protocol) const LENGTH: usize = 32;

    /// Reads a complete CAR_UPDATE, which most packets are. One check of the length instead of one per field saved
    /// `next_event` 72 instructions (`cargo bench --bench instructions`).
    #[inline(always)]
    pub(crate) fn read_whole(packet: &[u8]) -> Option<Self> {
        match Reader::new(packet, Extent::Whole) {
            Ok(mut r) if r.packet_id() == id::CAR_UPDATE && r.rest().len() >= Self::LENGTH => {
                Self::read(&mut r).ok()
            }
            _ => None,
        }
    }
}

impl Packet for CarUpdate {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            car_id: r.car_id("car_id")?,
            position: r.vec3("position")?,
            velocity: r.vec3("velocity")?,
            gear: Gear(r.u8("gear")?),
            engine_rpm: r.u16("engine_rpm")?,
            normalized_spline_pos: r.f32("normalized_spline_pos")?,
        })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.car_id.into());
        w.vec3(self.position);
        w.vec3(self.velocity);
        w.u8(self.gear.into());
        w.u16(self.engine_rpm);
        w.f32(self.normalized_spline_pos);
        Ok(())
    }
}

/// `car 3: 212.4 km/h, gear 5, 7123 rpm, at 42.1 % of the lap, position (1.0, -2.5, 300.0)`
impl fmt::Display for CarUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "car {}: {:.1} km/h, gear {}, {} rpm, at {:.1} % of the lap, position {}",
            self.car_id,
            self.speed_kmh(),
            self.gear,
            self.engine_rpm,
            self.normalized_spline_pos * 100.0,
            self.position
        )
    }
}

/// A car has hit another car or the environment.
///
/// A contact between two cars is reported once by each of them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct ClientEvent {
    /// The slot of the car that reports the contact.
    pub car_id: CarId,
    /// The other car's slot (COLLISION_WITH_CAR), or `None` for the environment (COLLISION_WITH_ENV).
    pub other_car_id: Option<CarId>,
    /// In km/h (seen: up to 219, equal to the server's own result files).
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::float"))]
    pub impact_speed: f32,
    /// The point on the track, in metres, y up.
    pub world_pos: Vec3,
    /// The point on the car, in metres, in the car's frame.
    pub rel_pos: Vec3,
}

impl ClientEvent {
    /// The `event_type` of a contact with another car.
    pub const COLLISION_WITH_CAR: u8 = 10;
    /// The `event_type` of a contact with the environment.
    pub const COLLISION_WITH_ENV: u8 = 11;

    /// The packet's `event_type`: [`COLLISION_WITH_CAR`](Self::COLLISION_WITH_CAR) if there is
    /// another car, else [`COLLISION_WITH_ENV`](Self::COLLISION_WITH_ENV).
    #[must_use]
    pub const fn event_type(&self) -> u8 {
        if self.other_car_id.is_some() { Self::COLLISION_WITH_CAR } else { Self::COLLISION_WITH_ENV }
    }
}

impl Packet for ClientEvent {
    /// The layout of other types is unknown. A packet without a type is truncated.
    fn is_defined(payload: &[u8]) -> bool {
        matches!(payload.first(), None | Some(&(Self::COLLISION_WITH_CAR | Self::COLLISION_WITH_ENV)))
    }

    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let with_car = r.u8("event_type")? == Self::COLLISION_WITH_CAR;
        let car_id = r.car_id("car_id")?;
        let other_car_id = if with_car { Some(r.car_id("other_car_id")?) } else { None };
        let impact_speed = r.f32("impact_speed")?;
        // Take both before reading one: a value kept across a length check goes through memory.
        let (world_pos, rel_pos) = (r.take(12, "world_pos")?, r.take(12, "rel_pos")?);
        let (world_pos, rel_pos) = (vec3(world_pos), vec3(rel_pos));
        Ok(Self { car_id, other_car_id, impact_speed, world_pos, rel_pos })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.event_type());
        w.u8(self.car_id.into());
        if let Some(other) = self.other_car_id {
            w.u8(other.into());
        }
        w.f32(self.impact_speed);
        w.vec3(self.world_pos);
        w.vec3(self.rel_pos);
        Ok(())
    }
}

/// `car 3 hit car 5 at 31.4 km/h, position (1.0, -2.5, 300.0), on the car (0.1, 0.5, 2.0)`
impl fmt::Display for ClientEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "car {} hit ", self.car_id)?;
        match self.other_car_id {
            Some(other) => write!(f, "car {other}")?,
            None => f.write_str("the environment")?,
        }
        write!(
            f,
            " at {:.1} km/h, position {}, on the car {}",
            self.impact_speed, self.world_pos, self.rel_pos
        )
    }
}
