//! `RaceTracker::live` against the truth: of the simulator, and of a race that a closed formula describes.
//!
//! `cargo test --features sim --test live -- --nocapture errors` prints the table of `BENCHMARKS.md`.
#![cfg(all(feature = "sim", feature = "tracker"))]

mod errors;
mod formula;
mod line;
mod race;
mod robust;
mod sectors;
mod world;
