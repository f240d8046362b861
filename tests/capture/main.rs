//! Reading recordings: every format and link type, fragments, broken records, hostile bytes.

#![cfg(feature = "capture")]

mod broken;
mod build;
mod checks;
mod formats;
mod fragments;
mod full_disk;
mod links;
mod output;
mod payloads;
mod player;
mod real;
mod rotation;
mod several;
mod sweep;
mod writer;
