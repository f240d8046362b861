//! With std alone. std waits for a socket only if the socket blocks, and then sends block too. So this pauses,
//! and the caller checks the socket.

use std::io;
use std::marker::PhantomData;
use std::net::UdpSocket;
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// The first pause. Each further one is twice as long.
const SHORTEST: Duration = Duration::from_micros(100);

/// The receive buffer holds what comes in 10 ms, and a hundred checks a second cost little.
const LONGEST: Duration = Duration::from_millis(10);

/// Ends another thread's wait.
#[derive(Debug, Default)]
pub(crate) struct Waker {
    has_rung: Mutex<bool>,
    rings: Condvar,
}

impl Waker {
    #[allow(clippy::unnecessary_wraps)] // the one in `poll.rs` can fail
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self::default())
    }

    /// Ends the current wait, or the next one if nobody waits.
    pub(crate) fn wake(&self) {
        *self.has_rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.rings.notify_all();
    }

    pub(crate) fn source(&self) -> Source<'_> {
        Source(PhantomData)
    }

    fn wait(&self, timeout: Duration) {
        let has_rung = self.has_rung.lock().unwrap_or_else(PoisonError::into_inner);
        let mut has_rung = self
            .rings
            .wait_timeout_while(has_rung, timeout, |has_rung| !*has_rung)
            .unwrap_or_else(PoisonError::into_inner)
            .0;
        *has_rung = false;
    }
}

/// Something to wait for.
pub(crate) struct Source<'s>(PhantomData<&'s ()>);

pub(crate) fn source(_socket: &UdpSocket) -> Source<'_> {
    Source(PhantomData)
}

/// Waits for any of some sources.
pub(crate) struct Watch<'s> {
    waker: Option<&'s Waker>,
    pause: Duration,
}

impl<'s> Watch<'s> {
    /// If there is a waker, it is the first source.
    pub(crate) fn new(_sources: &'s mut [Source<'_>], waker: Option<&'s Waker>) -> Self {
        Self { waker, pause: SHORTEST }
    }

    /// Call this after receiving a datagram.
    pub(crate) fn received(&mut self) {
        self.pause = SHORTEST;
    }

    /// Waits, at most that long.
    pub(crate) fn wait(&mut self, timeout: Duration) {
        let pause = self.pause.min(timeout);
        self.pause = (2 * self.pause).min(LONGEST);
        match self.waker {
            Some(waker) => waker.wait(pause),
            None => thread::sleep(pause),
        }
    }
}
