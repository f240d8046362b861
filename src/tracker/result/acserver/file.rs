//! The file as it is: its keys in the order in which acServer writes them.
//!
//! Keys that are missing have the value that a server writes for nothing, as older servers wrote fewer of them. A
//! list can be null. Other keys, such as ACSM's `Date`, are passed over.

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::protocol::{LapTime, SessionType, Vec3};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct File {
    pub track_name: String,
    #[serde(default)]
    pub track_config: String,
    #[serde(with = "session_type")]
    pub r#type: SessionType,
    #[serde(default, deserialize_with = "number")]
    pub duration_secs: u32,
    #[serde(default, deserialize_with = "number")]
    pub race_laps: u32,
    #[serde(default, deserialize_with = "list")]
    pub cars: Vec<Car>,
    #[serde(default, deserialize_with = "list")]
    pub result: Vec<Row>,
    #[serde(default, deserialize_with = "list")]
    pub laps: Vec<Lap>,
    #[serde(default, deserialize_with = "list", serialize_with = "null_if_empty")]
    pub events: Vec<Event>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Car {
    pub car_id: u8,
    #[serde(default)]
    pub driver: Driver,
    #[serde(default)]
    pub model: String,
    #[serde(default)]
    pub skin: String,
    #[serde(rename = "BallastKG", default, deserialize_with = "number")]
    pub ballast_kg: u32,
    #[serde(default, deserialize_with = "number")]
    pub restrictor: u32,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Driver {
    pub name: String,
    pub team: String,
    pub nation: String,
    pub guid: String,
    /// Null for nobody, of whom a contact with the environment tells.
    pub guids_list: Option<Vec<String>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Row {
    #[serde(default)]
    pub driver_name: String,
    #[serde(default)]
    pub driver_guid: String,
    pub car_id: u8,
    #[serde(default)]
    pub car_model: String,
    #[serde(default, deserialize_with = "time")]
    pub best_lap: LapTime,
    #[serde(default, deserialize_with = "time")]
    pub total_time: LapTime,
    #[serde(rename = "BallastKG", default, deserialize_with = "number")]
    pub ballast_kg: u32,
    #[serde(default, deserialize_with = "number")]
    pub restrictor: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Lap {
    #[serde(default)]
    pub driver_name: String,
    #[serde(default)]
    pub driver_guid: String,
    pub car_id: u8,
    #[serde(default)]
    pub car_model: String,
    #[serde(default)]
    pub timestamp: u64,
    #[serde(deserialize_with = "time")]
    pub lap_time: LapTime,
    #[serde(default, deserialize_with = "list")]
    pub sectors: Vec<LapTime>,
    #[serde(default)]
    pub cuts: u8,
    #[serde(rename = "BallastKG", default, deserialize_with = "number")]
    pub ballast_kg: u32,
    #[serde(default)]
    pub tyre: String,
    #[serde(default, deserialize_with = "number")]
    pub restrictor: u32,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Event {
    pub r#type: EventType,
    pub car_id: u8,
    #[serde(default)]
    pub driver: Driver,
    /// −1 is the environment.
    #[serde(default = "nobody")]
    pub other_car_id: i16,
    #[serde(default)]
    pub other_driver: Driver,
    #[serde(with = "crate::protocol::json::float")]
    pub impact_speed: f32,
    pub world_position: Position,
    pub rel_position: Position,
}

pub(super) const NOBODY: i16 = -1;

fn nobody() -> i16 {
    NOBODY
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) enum EventType {
    #[serde(rename = "COLLISION_WITH_CAR")]
    Car,
    #[serde(rename = "COLLISION_WITH_ENV")]
    Environment,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) struct Position {
    #[serde(with = "crate::protocol::json::float")]
    x: f32,
    #[serde(with = "crate::protocol::json::float")]
    y: f32,
    #[serde(with = "crate::protocol::json::float")]
    z: f32,
}

/// JSON has no NaN and no infinity, and who reads a server's file expects a number.
pub(super) fn finite(value: f32) -> f32 {
    if value.is_finite() { value } else { 0.0 }
}

impl From<Vec3> for Position {
    fn from(Vec3 { x, y, z }: Vec3) -> Self {
        Self { x: finite(x), y: finite(y), z: finite(z) }
    }
}

impl From<Position> for Vec3 {
    fn from(Position { x, y, z }: Position) -> Self {
        Self { x, y, z }
    }
}

/// Go, in which acServer is written, has null for a list that nothing was added to.
fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

/// So the server writes a session without contacts.
fn null_if_empty<S: Serializer>(events: &[Event], serializer: S) -> Result<S::Ok, S::Error> {
    (!events.is_empty()).then_some(events).serialize(serializer)
}

/// A whole number; ACSM has fractions of kilograms, which are rounded.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    deserializer.deserialize_any(Number)
}

/// A time in milliseconds.
fn time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<LapTime, D::Error> {
    deserializer.deserialize_any(Number).map(LapTime)
}

struct Number;

impl Visitor<'_> for Number {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number from 0 to 4294967295")
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<u32, E> {
        u32::try_from(value).map_err(|_| E::invalid_value(Unexpected::Unsigned(value), &self))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<u32, E> {
        u32::try_from(value).map_err(|_| E::invalid_value(Unexpected::Signed(value), &self))
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // it is in range
    fn visit_f64<E: Error>(self, value: f64) -> Result<u32, E> {
        let rounded = value.round();
        if (0.0..=f64::from(u32::MAX)).contains(&rounded) {
            Ok(rounded as u32)
        } else {
            Err(E::invalid_value(Unexpected::Float(value), &self))
        }
    }
}

/// `PRACTICE`, `QUALIFY`, `RACE`, `BOOK`; any other type is its number.
mod session_type {
    use super::{Deserialize, Deserializer, Error, Serializer, SessionType, Unexpected};

    const NAMES: [(&str, SessionType); 4] = [
        ("PRACTICE", SessionType::Practice),
        ("QUALIFY", SessionType::Qualify),
        ("RACE", SessionType::Race),
        ("BOOK", SessionType::Booking),
    ];

    #[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
    pub(super) fn serialize<S: Serializer>(value: &SessionType, serializer: S) -> Result<S::Ok, S::Error> {
        match NAMES.iter().find(|(_, named)| named == value) {
            Some((name, _)) => serializer.serialize_str(name),
            None => serializer.collect_str(&u8::from(*value)),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SessionType, D::Error> {
        let text = String::deserialize(deserializer)?;
        let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(&text));
        match (named, text.parse::<u8>()) {
            (Some((_, session_type)), _) => Ok(*session_type),
            (None, Ok(number)) => Ok(SessionType::from(number)),
            (None, Err(_)) => {
                Err(D::Error::invalid_value(Unexpected::Str(&text), &"PRACTICE, QUALIFY, RACE or BOOK"))
            }
        }
    }
}
