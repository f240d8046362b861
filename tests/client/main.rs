//! The client against a scripted server on loopback.

#[path = "../common/mod.rs"]
mod common;

mod commands;
mod faults;
mod receiving;
mod setup;
mod subscribers;
