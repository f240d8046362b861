#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "capture")]
#[cfg_attr(docsrs, doc(cfg(feature = "capture")))]
pub mod capture;
mod client;
mod error;
mod hook;
mod net;
pub mod protocol;
#[cfg(feature = "relay")]
#[cfg_attr(docsrs, doc(cfg(feature = "relay")))]
pub mod relay;
#[cfg(feature = "sim")]
#[cfg_attr(docsrs, doc(cfg(feature = "sim")))]
pub mod sim;
mod subscriber;
#[cfg(feature = "tracker")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracker")))]
pub mod tracker;

pub use client::{AcUdpClient, AcUdpClientBuilder, CommandSender, Drain, Silence, Stats, SubscriberId};
pub use error::Error;
pub use hook::{Datagram, Direction};
pub use protocol::{Command, Event};
pub use subscriber::Subscriber;
#[cfg(feature = "tracker")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracker")))]
pub use tracker::RaceTracker;
