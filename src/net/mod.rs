//! A non-blocking UDP socket, how to wait for it, and threads that wait. Knows no packets.

mod fault;
mod socket;
mod wait;
mod worker;

pub(crate) use fault::Fault;
pub(crate) use socket::Socket;
pub(crate) use wait::{Waker, Watch, source};
pub(crate) use worker::{Stop, Worker};

/// The longest possible UDP datagram, in bytes.
pub(crate) const LARGEST_DATAGRAM: usize = 65_535;
