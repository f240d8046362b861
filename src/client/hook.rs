//! [`Datagram`]: what a client shows of its traffic to whoever records it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// A datagram that a client has received or sent, see
/// [`AcUdpClientBuilder::on_datagram`](crate::AcUdpClientBuilder::on_datagram).
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Which way it goes.
    pub direction: Direction,
    /// When it was received, or just before it was sent, by the system's clock.
    pub time: SystemTime,
    /// Who sent it: the server, or the client's own address.
    pub source: SocketAddr,
    /// Who it was sent to: the client's own address, or the server.
    pub destination: SocketAddr,
    /// Its bytes, whether they are a packet of the protocol or not.
    pub payload: &'a [u8],
}

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the server to the client.
    Received,
    /// From the client to the server.
    Sent,
}

type Callback = dyn FnMut(&Datagram<'_>) + Send;

/// Who is shown the datagrams. One at a time, so that they come in their order.
#[derive(Clone)]
pub(super) struct Hook(Arc<Mutex<Callback>>);

impl Hook {
    pub(super) fn new(callback: impl FnMut(&Datagram<'_>) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(callback)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Callback> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}
