//! RaceTracker on scripted sessions: a test for each thing that servers do.

#![cfg(feature = "tracker")]

mod laps;
mod late;
mod map;
mod property;
mod real;
mod result_files;
mod results;
mod script;
mod seats;
mod sessions;
mod standings;
