//! [`World`]: the simulation without socket and clock.

use std::time::Duration;

use super::{FinishedSession, SimBuilder};
use crate::protocol::{Command, Event};

/// The simulation without socket and clock: an iterator over all events with their simulated time,
/// counted from the server's start.
///
/// It comes from [`SimBuilder::world`]. The iterator ends after the last session, or never
/// if the sessions repeat; a command can make it go on.
#[derive(Debug, Clone)]
pub struct World {
    time: Duration,
    results: Vec<FinishedSession>,
}

impl World {
    pub(super) fn new(_builder: SimBuilder) -> Self {
        Self { time: Duration::ZERO, results: Vec::new() }
    }

    /// The next event that is due by then; `None` if there is none, and the simulation is then that
    /// far.
    pub fn poll(&mut self, _until: Duration) -> Option<(Duration, Event)> {
        None
    }

    /// When there will be something to do, perhaps an event; `None` if nothing happens any more
    /// without a command.
    #[must_use]
    pub fn next_due(&self) -> Option<Duration> {
        None
    }

    /// Carries out a command at this time, or now if that is past; its answer is among the next
    /// events. What is due before has to be [polled](Self::poll) before, else it comes after.
    pub fn command(&mut self, _at: Duration, _command: &Command) {}

    /// Answers with ACSP_ERROR.
    pub(super) fn refuse(&mut self, _at: Duration, _message: &str) {}

    /// What [`SimBuilder::scripted`] promises.
    pub(super) fn observe(&mut self, _event: &Event) {}

    /// How far the simulation is.
    #[must_use]
    pub fn time(&self) -> Duration {
        self.time
    }

    /// Whether the last session has ended and none follows.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        false
    }

    /// The finished sessions in their order, of a simulation without end the newest 100.
    #[must_use]
    pub fn results(&self) -> &[FinishedSession] {
        &self.results
    }
}

impl Iterator for World {
    type Item = (Duration, Event);

    fn next(&mut self) -> Option<Self::Item> {
        self.poll(Duration::MAX)
    }
}
