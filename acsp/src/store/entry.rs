//! What goes into the file: plain values, made where events are received, written on the store's thread.

use std::sync::Arc;

use acudpclient::tracker::{Driver, SessionResult};

/// One thing to write.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub session: Arc<Session>,
    /// Milliseconds since 1970.
    pub at: i64,
    pub what: What,
}

#[derive(Debug, Clone)]
pub(crate) enum What {
    Lap(Lap),
    /// Who drives a car of which laps were stored before it was known.
    Car(Car),
    Collision(Collision),
    Result(Box<SessionResult>),
}

/// A session, as its server described it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Session {
    /// Tells the sessions of this run of the program apart.
    pub ticket: u32,
    /// What ran when the program started listening: it may be in the file already.
    pub was_running: bool,
    /// The server's name, or its address.
    pub server: String,
    pub address: String,
    pub index: u8,
    /// `practice`, `qualify`, `race`, …; `unknown` if the server was never heard to tell.
    pub session_type: String,
    pub name: String,
    pub track: String,
    pub layout: String,
    /// Milliseconds since 1970; `None` where the server does not tell.
    pub started: Option<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Car {
    pub car_id: u8,
    /// `None` for who has no GUID.
    pub driver: Option<Driver>,
    /// Empty if it is not known.
    pub model: String,
    /// Its laps that were stored before, by their times of day.
    pub laps: Vec<i64>,
}

#[derive(Debug, Clone)]
pub(crate) struct Lap {
    pub car_id: u8,
    pub driver: Option<Driver>,
    pub car_model: String,
    pub number: u32,
    pub lap_time: u32,
    pub cuts: u8,
    pub is_valid: bool,
    pub sectors: Vec<u32>,
    pub tyre: String,
}

#[derive(Debug, Clone)]
pub(crate) struct Collision {
    pub car_id: u8,
    pub driver: Option<Driver>,
    pub other_car_id: Option<u8>,
    pub other_driver: Option<Driver>,
    pub impact_speed: f32,
}
