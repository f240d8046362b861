//! A UDP socket that never blocks, the wait for it, and threads that wait. Knows no packet.

mod fault;
mod socket;
mod wait;
mod worker;

pub(crate) use fault::Fault;
pub(crate) use socket::Socket;
pub(crate) use wait::{Waker, Watch, source};
pub(crate) use worker::{Stop, Worker};

/// No UDP datagram is longer.
pub(crate) const LARGEST_DATAGRAM: usize = 65_535;
