//! Client for the Assetto Corsa server's UDP plugin protocol (ACSP).

#[cfg(feature = "capture")]
pub mod capture;
pub mod protocol;
