#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "capture")]
#[cfg_attr(docsrs, doc(cfg(feature = "capture")))]
pub mod capture;
mod client;
mod error;
pub mod protocol;
#[cfg(feature = "sim")]
#[cfg_attr(docsrs, doc(cfg(feature = "sim")))]
pub mod sim;
mod subscriber;

pub use client::{AcUdpClient, AcUdpClientBuilder, CommandSender, Drain, Stats, SubscriberId};
pub use error::Error;
pub use subscriber::Subscriber;
