//! [`Worker`]: a thread that waits for datagrams, until it is to end.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

use super::Waker;

/// A thread. When this is dropped, the thread has ended and what it owned is gone.
#[derive(Debug)]
pub(crate) struct Worker {
    stop: Arc<Stop>,
    thread: Option<JoinHandle<()>>,
}

/// Tells the thread that it has to end.
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
            // A panic of the thread has been reported already, and a drop must not panic.
            let _ = thread.join();
        }
    }
}

impl Stop {
    /// Whether the thread has to end.
    pub(crate) fn is_wanted(&self) -> bool {
        self.is_wanted.load(Ordering::Relaxed)
    }

    /// Ends the wait when the thread has to end.
    pub(crate) fn waker(&self) -> &Waker {
        &self.waker
    }
}
