//! [guide]: crate::guide
//! [first program]: crate::guide::first_program
//! [ports and firewalls]: crate::guide::ports_and_firewalls
//! [frame loops]: crate::guide::frame_loops
//! [subscribers]: crate::guide::subscribers
//! [who leads]: crate::guide::who_leads
//! [several plugins]: crate::guide::several_plugins
//! [recordings]: crate::guide::recordings
//! [result files]: crate::guide::result_files
//! [servers and their quirks]: crate::guide::servers
//! [tests of your plugin]: crate::guide::testing
//! [many servers]: crate::guide::many_servers
//! [errors]: crate::guide::errors
//! [JSON]: crate::guide::json
//! [moving over from Python]: crate::guide::from_python
//! [protocol]: crate::protocol
//! [SECURITY.md]: https://docs.rs/crate/acudpclient/latest/source/SECURITY.md
//! [BENCHMARKS.md]: https://docs.rs/crate/acudpclient/latest/source/BENCHMARKS.md
//! [CHANGELOG.md]: https://docs.rs/crate/acudpclient/latest/source/CHANGELOG.md
//! [CONTRIBUTING.md]: https://docs.rs/crate/acudpclient/latest/source/CONTRIBUTING.md
//! [README of acsp]: https://github.com/acudpclient/acudpclient/blob/main/acsp/README.md
//!
// Markdown takes the first definition of a link: rustdoc uses these, GitHub those at the end of README.
#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
// With a feature off, README and the guide link to missing items. The published docs have every feature.
#![cfg_attr(
    not(all(
        feature = "capture",
        feature = "relay",
        feature = "serde",
        feature = "sim",
        feature = "tracker"
    )),
    allow(rustdoc::broken_intra_doc_links)
)]

#[cfg(feature = "capture")]
#[cfg_attr(docsrs, doc(cfg(feature = "capture")))]
pub mod capture;
mod client;
mod datagram;
mod error;
pub mod guide;
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

pub use client::{
    AcUdpClient, AcUdpClientBuilder, CommandSender, Drain, EventsById, Silence, Stats, SubscriberId,
};
pub use datagram::{Datagram, Direction};
pub use error::{Error, IoError};
pub use protocol::{Command, Event};
pub use subscriber::Subscriber;
#[cfg(feature = "tracker")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracker")))]
pub use tracker::RaceTracker;
