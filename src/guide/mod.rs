//! The guide: chapters with programs.
//!
//! [`protocol`](crate::protocol#packets) lists the packets, [`AcUdpClient`](crate::AcUdpClient) the calls.
//! These chapters show how the parts work together.
//!
//! | chapter | question |
//! | --- | --- |
//! | [`first_program`] | How do I print lap times with names? |
//! | [`ports_and_firewalls`] | Which port is which, and why does nothing arrive? |
//! | [`frame_loops`] | How do I poll from a game loop, and what if the loop stalls? |
//! | [`subscribers`] | How do I handle events with a trait, and send commands? |
//! | [`who_leads`] | Who leads, and by how much? |
//! | [`several_plugins`] | How do two plugins share one server? |
//! | [`recordings`] | How do I record traffic and play it back? |
//! | [`servers`] | What do acServer, AssettoServer and ACSM do differently? |
//! | [`testing`] | How do I test my plugin without a game? |
//! | [`many_servers`] | How do I serve many servers, with mio or tokio? |
//! | [`errors`] | Which errors are there, and which of them end a loop? |
//! | [`json`] | What do events look like as JSON? |
//! | [`result_files`] | How do I write and read acServer's result files? |
//! | [`from_python`] | I know the Python module. What changes? |
//!
//! `acsp` is the program in the repository: `cargo install --path acsp` installs it; or write `cargo run -p acsp --`
//! instead of `acsp`.
//!
//! Every whole program in these chapters is also in `examples/`. A test runs it against a server, with a bad datagram, and
//! without a server.

pub mod errors;
#[cfg(feature = "tracker")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracker")))]
pub mod first_program;
pub mod frame_loops;
pub mod from_python;
#[cfg(all(feature = "serde", feature = "tracker"))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "serde", feature = "tracker"))))]
pub mod json;
pub mod many_servers;
pub mod ports_and_firewalls;
#[cfg(all(feature = "capture", feature = "tracker"))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "capture", feature = "tracker"))))]
pub mod recordings;
#[cfg(all(feature = "serde", feature = "tracker"))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "serde", feature = "tracker"))))]
pub mod result_files;
pub mod servers;
#[cfg(feature = "relay")]
#[cfg_attr(docsrs, doc(cfg(feature = "relay")))]
pub mod several_plugins;
pub mod subscribers;
#[cfg(all(feature = "sim", feature = "tracker"))]
#[cfg_attr(docsrs, doc(cfg(all(feature = "sim", feature = "tracker"))))]
pub mod testing;
#[cfg(feature = "tracker")]
#[cfg_attr(docsrs, doc(cfg(feature = "tracker")))]
pub mod who_leads;
