//! Reading recordings: every format and link type, fragments, broken records, hostile bytes.

#![cfg(feature = "capture")]

mod broken;
mod build;
mod checks;
mod formats;
mod fragments;
mod links;
mod payloads;
mod player;
mod real;
mod sweep;
mod writer;
