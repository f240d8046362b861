//! [`Datagram`]: what a client or a simulated server shows of its traffic to whoever records it.

use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

/// A datagram that a client has received or sent, see
/// [`AcUdpClientBuilder::on_datagram`](crate::AcUdpClientBuilder::on_datagram). A simulated server
/// shows its own in the same way, from its point of view.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Datagram<'a> {
    /// Which way it goes.
    pub direction: Direction,
    /// When it was received, or just before it was sent, by the system's clock.
    pub time: SystemTime,
    /// Who sent it: the other side, or the own address.
    pub source: SocketAddr,
    /// Who it was sent to: the own address, or the other side.
    pub destination: SocketAddr,
    /// Its bytes, whether they are a packet of the protocol or not.
    pub payload: &'a [u8],
}

/// Which way a datagram goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the other side.
    Received,
    /// To the other side.
    Sent,
}

type Callback = dyn FnMut(&Datagram<'_>) + Send;

/// Who is shown the datagrams. One at a time, so that they come in their order.
#[derive(Clone)]
pub(crate) struct Hook(Arc<Mutex<Callback>>);

impl Hook {
    pub(crate) fn new(callback: impl FnMut(&Datagram<'_>) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(callback)))
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Callback> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}
