//! [`Worker`]: a thread that waits for datagrams until it is stopped.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use super::Waker;

/// A thread. Dropping this stops the thread and joins it.
#[derive(Debug)]
pub(crate) struct Worker {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

/// Tells the thread to end.
#[derive(Debug)]
pub(crate) struct Stop {
    is_wanted: AtomicBool,
    waker: Waker,
}

impl Worker {
    pub(crate) fn spawn(name: &str, work: impl FnOnce(&Stop) + Send + 'static) -> io::Result<Self> {
        let stop = Arc::new(Stop { is_wanted: AtomicBool::new(false), waker: Waker::new()? });
        let thread = thread::Builder::new().name(name.to_owned()).spawn({
            let stop = stop.clone();
            move || work(&stop)
        })?;
        Ok(Self { stop, thread: Some(thread) })
    }

    /// Ends the thread's wait.
    #[cfg(feature = "sim")]
    pub(crate) fn wake(&self) {
        self.stop.waker.wake();
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.stop.is_wanted.store(true, Ordering::Relaxed);
        self.stop.waker.wake();
        if let Some(thread) = self.thread.take() {
            // The panic hook has reported a panic of the thread already, and a drop must not panic.
            let _ = thread.join();
        }
    }
}

impl Stop {
    /// True if the thread has to end.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Relaxed)
    }

    /// Wakes the thread when it has to end.
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }
}
