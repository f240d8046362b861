//! Golden vectors: every packet in every dialect, its bytes written by hand from the protocol's
//! description, and what must hold for each of them.

mod acsm;
mod codec;
mod commands;
mod decode_only;
mod display;
mod drivers;
mod events;
mod fixtures;
#[cfg(feature = "serde")]
mod formats;
#[cfg(feature = "serde")]
mod json;
mod laps;
mod limits;
mod sessions;
mod sweeps;

use acudpclient::protocol::{Command, Event};
use support::vector::Vector;

/// Every event and dialect that the protocol names.
fn golden_events() -> Vec<Vector<Event>> {
    [sessions::vectors(), drivers::vectors(), laps::vectors(), events::vectors(), acsm::vectors()]
        .into_iter()
        .flatten()
        .collect()
}

/// Every command.
fn golden_commands() -> Vec<Vector<Command>> {
    commands::vectors()
}

/// The golden events and those that only decode.
fn all_events() -> Vec<Vector<Event>> {
    golden_events().into_iter().chain(decode_only::events()).collect()
}

/// The golden commands and those that only decode.
fn all_commands() -> Vec<Vector<Command>> {
    golden_commands().into_iter().chain(decode_only::commands()).collect()
}
