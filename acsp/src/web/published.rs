//! What the race's thread hands to the browsers: JSON that is made once, however many ask for it.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::body::Bytes;

/// One update. Its parts are shared with the update before where nothing has changed.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// This start of the program.
    pub run: Arc<str>,
    /// Counts the updates.
    pub seq: u64,
    /// The whole live state as JSON, and as an event of the stream.
    pub live: Bytes,
    pub state_event: Bytes,
    /// What has changed since the update before, as an event of the stream.
    pub update_event: Bytes,
    pub session: Bytes,
    pub standings: Bytes,
    pub positions: Bytes,
    pub map: Bytes,
    pub map_png: Option<Bytes>,
    /// The laps by car.
    pub cars: Arc<BTreeMap<u8, Bytes>>,
    /// The list of finished sessions, if no laps are stored.
    pub results: Bytes,
    pub results_version: u32,
    pub records_version: u32,
    pub finished: Arc<BTreeMap<String, Finished>>,
}

/// A finished session.
#[derive(Debug, Clone)]
pub struct Finished {
    pub json: Bytes,
    pub acserver_json: Bytes,
    /// The name that acServer gives its file.
    pub file_name: String,
}
