//! The guide: prose and programs, no code of its own.
//!
//! The packets are listed in [`protocol`](crate::protocol#packets), the calls in [`AcUdpClient`](crate::AcUdpClient).
//! These chapters say how the parts work together.
//!
//! | chapter | what it answers |
//! | --- | --- |
//! | [`first_program`] | How do I print lap times with names? |
//! | [`ports_and_firewalls`] | Which port is which, and why does nothing arrive? |
//! | [`frame_loops`] | How do I poll from a game loop, and what if the loop stalls? |
//! | [`subscribers`] | How do I handle events with a trait, and act on them? |
//! | [`who_leads`] | Who is where, and by how much? |
//! | [`several_plugins`] | How do two plugins share one server? |
//! | [`recordings`] | How do I record traffic and play it back? |
//! | [`servers`] | What do acServer, AssettoServer and ACSM do differently? |
//! | [`testing`] | How do I test my plugin without a game? |
//! | [`many_servers`] | How do I serve many servers, with mio or tokio? |
//! | [`errors`] | Which errors are there, and which of them end a loop? |
//! | [`json`] | What do events look like as JSON? |
//! | [`result_files`] | How do I write and read acServer's result files? |
//! | [`from_python`] | I know the Python module. What is what here? |
//!
//! Commands that begin with `acsp` are of the program in the repository: `cargo install --path acsp` installs it, and
//! `cargo run -p acsp --` runs it in place of `acsp`.
//!
//! Where a chapter shows a whole program, the same text is in `examples/`, and a test runs it: against a server, with a
//! bad datagram, and without a server.

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
