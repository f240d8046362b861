//! [`Datagram`]: what the `on_datagram` function of a client or a simulated server sees.

use std::any::Any;
use std::fmt;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

/// A datagram that a client received or sent, see
/// [`AcUdpClientBuilder::on_datagram`](crate::AcUdpClientBuilder::on_datagram). A simulated server
/// shows its datagrams in the same way, from its own point of view.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Datagram<'a> {
    /// Which way it goes.
    pub direction: Direction,
    /// When it was received, or just before it was sent, by the system's clock.
    pub time: SystemTime,
    /// The sender: the other side if received, the own address if sent.
    pub source: SocketAddr,
    /// The receiver: the own address if received, the other side if sent.
    pub destination: SocketAddr,
    /// Its bytes, decodable or not.
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

/// The user's function. The lock shows it one datagram at a time, in order.
#[derive(Clone)]
pub(crate) struct Hook(Arc<Mutex<HookState>>);

struct HookState {
    /// `None` once it has panicked.
    callback: Option<Box<Callback>>,
    /// Its panic message, until somebody takes it.
    panicked: Option<String>,
}

impl Hook {
    pub(crate) fn new(callback: impl FnMut(&Datagram<'_>) + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(HookState { callback: Some(Box::new(callback)), panicked: None })))
    }

    /// Hold this across the send, so that the answer is not shown before the question.
    pub(crate) fn lock(&self) -> Showing<'_> {
        // `show` catches the function's panics, so a poisoned lock is still consistent.
        Showing(self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The panic message, once.
    pub(crate) fn take_panic(&self) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).panicked.take()
    }
}

/// The locked [`Hook`].
pub(crate) struct Showing<'a>(MutexGuard<'a, HookState>);

impl Showing<'_> {
    /// Shows one datagram. Returns true if the function panics now; it is then never called again. The caller
    /// goes on, because it may be a thread that nobody watches.
    pub(crate) fn show(&mut self, datagram: &Datagram<'_>) -> bool {
        let Some(callback) = &mut self.0.callback else { return false };
        let Err(panic) = catch_unwind(AssertUnwindSafe(|| callback(datagram))) else { return false };
        let message = panic_message(&*panic);
        log::error!("the on_datagram function panicked and is not called again: {message}");
        self.0.callback = None;
        self.0.panicked = Some(message);
        true
    }
}

/// The panic's message, if it is a text.
pub(crate) fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied().or_else(|| panic.downcast_ref().map(String::as_str));
    text.unwrap_or("no text").escape_debug().to_string()
}

impl fmt::Debug for Hook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hook")
    }
}
