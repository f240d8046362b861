//! [`Datagram`]: what a client or a simulated server shows of its traffic to whoever records it.

use std::any::Any;
use std::fmt;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// A datagram that a client has received or sent, see
/// [`AcUdpClientBuilder::on_datagram`](crate::AcUdpClientBuilder::on_datagram). A simulated server
/// shows its own in the same way, from its point of view.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

/// Which way a datagram goes. As JSON it is `"received"` or `"sent"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum Direction {
    /// From the other side.
    Received,
    /// To the other side.
    Sent,
}

type Callback = dyn FnMut(&Datagram<'_>) + Send;

/// Who is shown the datagrams. One at a time, so that they come in their order.
#[derive(Clone)]
pub(crate) struct Hook(Arc<Mutex<State>>);

struct State {
    /// `None` once it has panicked.
    callback: Option<Box<Callback>>,
    /// What it has panicked with, until that is told.
    panicked: Option<String>,
}

impl Hook {
    pub(crate) fn new(callback: impl FnMut(&Datagram<'_>) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(State { callback: Some(Box::new(callback)), panicked: None })))
    }

    /// Held while a datagram is sent, so that the answer is not shown before the question.
    pub(crate) fn lock(&self) -> Showing<'_> {
        // Nothing that panics is done with it locked.
        Showing(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whether it has panicked and nobody has been told yet, and with what.
    pub(crate) fn take_panic(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).panicked.take()
    }
}

/// Shows datagrams.
pub(crate) struct Showing<'a>(MutexGuard<'a, State>);

impl Showing<'_> {
    /// Shows one. A function that panics is not called again, so that whoever shows goes on: it may be a
    /// thread that nobody watches. Says whether it has.
    pub(crate) fn show(&mut self, datagram: &Datagram<'_>) -> bool {
        let Some(callback) = &mut self.0.callback else { return false };
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| callback(datagram))) else { return false };
        let message = panic_message(&*panic);
        log::error!(
            "the function that is shown every datagram has panicked and is not called any more: {message}"
        );
        self.0.callback = None;
        self.0.panicked = Some(message);
        true
    }
}

/// What somebody has panicked with, if that is a text.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref().map(String::as_str));
    text.unwrap_or("no text").escape_debug().to_string()
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}
