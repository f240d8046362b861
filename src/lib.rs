#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod client;
mod error;
pub mod protocol;
mod subscriber;

pub use client::{AcUdpClient, AcUdpClientBuilder, CommandSender, Drain, Stats, SubscriberId};
pub use error::Error;
pub use subscriber::Subscriber;
