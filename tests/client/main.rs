//! The client against a scripted server on loopback.

mod background;
mod commands;
mod datagrams;
mod faults;
mod fetch;
mod network;
mod receiving;
mod report_off;
mod request_missed;
mod setup;
mod silence;
mod subscribers;
mod waiting;
