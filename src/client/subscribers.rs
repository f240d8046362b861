//! Whom a client calls for each event.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::AcUdpClient;
use crate::protocol::Event;
use crate::subscriber::Subscriber;

/// Identifies one subscription of one client, for [`AcUdpClient::unsubscribe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SubscriberId(u64);

/// In the order in which they were added.
#[derive(Default)]
pub(super) struct Subscribers {
    all: Vec<(SubscriberId, Box<dyn Subscriber + Send>)>,
    next: u64,
}

impl Subscribers {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// Calls every subscriber even if one panics, then resumes the first panic.
    pub(super) fn dispatch(&mut self, event: &Event) {
        let mut panic = None;
        for (_, subscriber) in &mut self.all {
            if let Err(other) = catch_unwind(AssertUnwindSafe(|| event.dispatch(subscriber))) {
                panic.get_or_insert(other);
            }
        }
        if let Some(panic) = panic {
            resume_unwind(panic);
        }
    }

    fn add(&mut self, subscriber: Box<dyn Subscriber + Send>) -> SubscriberId {
        let id = SubscriberId(self.next);
        self.next += 1;
        self.all.push((id, subscriber));
        id
    }

    fn remove(&mut self, id: SubscriberId) -> Option<Box<dyn Subscriber + Send>> {
        let index = self.all.iter().position(|(other, _)| *other == id)?;
        Some(self.all.remove(index).1)
    }
}

impl AcUdpClient {
    /// Calls the subscriber for every event from now on, after the subscribers that were added before it.
    ///
    /// The client takes it over. To read it later, subscribe an `Arc<Mutex<S>>`.
    ///
    /// ```
    /// use std::sync::{Arc, Mutex};
    ///
    /// use acudpclient::protocol::LapCompleted;
    /// use acudpclient::Subscriber;
    ///
    /// #[derive(Default)]
    /// struct Laps(Vec<LapCompleted>);
    ///
    /// impl Subscriber for Laps {
    ///     fn on_lap_completed(&mut self, lap: &LapCompleted) {
    ///         self.0.push(lap.clone());
    ///     }
    /// }
    ///
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let laps = Arc::new(Mutex::new(Laps::default()));
    /// client.subscribe(laps.clone());
    /// assert!(laps.lock().unwrap().0.is_empty(), "none has come yet");
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn subscribe(&mut self, subscriber: impl Subscriber + Send + 'static) -> SubscriberId {
        self.subscribers.add(Box::new(subscriber))
    }

    /// Ends a subscription and returns the subscriber; `None` if it has already ended.
    ///
    /// ```
    /// struct Nothing;
    /// impl acudpclient::Subscriber for Nothing {}
    ///
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let id = client.subscribe(Nothing);
    /// assert!(client.unsubscribe(id).is_some());
    /// assert!(client.unsubscribe(id).is_none());
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn unsubscribe(&mut self, id: SubscriberId) -> Option<Box<dyn Subscriber + Send>> {
        self.subscribers.remove(id)
    }
}
