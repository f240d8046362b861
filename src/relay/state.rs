//! [`SharedState`]: what the relay's thread and the host share.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::PluginStats;
use super::pace::Pace;
use super::plugin_state::PluginState;
use super::questions::{Asker, Question, Questions};
use crate::client::Tap;
use crate::error::Error;
use crate::protocol::peek::{self, Start};
use crate::protocol::{CarId, Command};

/// Locked while one datagram is passed on, which never blocks. `client/mod.rs` has the order of locks.
#[derive(Debug)]
pub(super) struct SharedState(Mutex<RelayState>);

#[derive(Debug)]
pub(super) struct RelayState {
    /// In the order of the plugins.
    pub(super) plugins: Vec<PluginState>,
    pub(super) host_pace: Pace,
    questions: Questions,
}

/// Who gets a datagram of the server.
pub(super) enum Audience {
    All,
    /// Those who asked; nobody if they already have their answer.
    Askers(Vec<Asker>),
    /// Everyone who asked for the telemetry of this car, as often as asked.
    Telemetry(CarId),
}

impl SharedState {
    pub(super) fn new(plugins: Vec<PluginState>) -> Self {
        Self(Mutex::new(RelayState { plugins, host_pace: Pace::new(), questions: Questions::default() }))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, RelayState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn stats(&self) -> Vec<PluginStats> {
        self.lock().plugins.iter().map(PluginState::stats).collect()
    }
}

impl RelayState {
    /// Who gets this datagram. Settles the questions that it answers.
    pub(super) fn audience(&mut self, datagram: &[u8], now: Instant) -> Audience {
        self.forget(now);
        let answered = match peek::start(datagram) {
            Some(Start::CarUpdate { car_id }) => return Audience::Telemetry(car_id),
            Some(Start::CarInfo { car_id }) => {
                self.questions.answer(|question| question == Question::Car(car_id))
            }
            Some(Start::SessionInfo { session_index, current_session_index }) => {
                self.questions.answer(|question| question.is_of_session(session_index, current_session_index))
            }
            Some(Start::Version) => self.questions.answer(|question| question == Question::Version),
            Some(Start::Ping { plugin_time }) => {
                self.questions.answer(|question| question == Question::Ping(plugin_time))
            }
            None => None,
        };
        answered.map_or(Audience::All, Audience::Askers)
    }

    /// Sends a question and remembers it until its answer comes.
    pub(super) fn ask(
        &mut self,
        asker: Asker,
        question: Question,
        now: Instant,
        send: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.forget(now);
        let forgotten = self.questions.ask(asker, question, now);
        self.unanswered(forgotten);
        send().inspect_err(|_| self.questions.withdraw())
    }

    /// The shortest interval that a plugin wants, in milliseconds; 0 if none wants any.
    pub(super) fn shortest_interval(&self) -> u16 {
        let wanted = self.plugins.iter().map(|plugin| plugin.interval_ms).filter(|&interval| interval > 0);
        wanted.min().unwrap_or(0)
    }

    /// Forgets the questions that are too old.
    fn forget(&mut self, now: Instant) {
        let forgotten = self.questions.forget(now);
        self.unanswered(forgotten);
    }

    fn unanswered(&mut self, askers: impl IntoIterator<Item = Asker>) {
        for asker in askers {
            if let Asker::Plugin(index) = asker {
                self.plugins[index].stats.unanswered += 1;
            }
        }
    }
}

impl Tap for SharedState {
    fn host_sends(
        &self,
        command: &Command,
        send: &mut dyn FnMut() -> Result<(), Error>,
    ) -> Result<(), Error> {
        match Question::of(command) {
            Some(question) => self.lock().ask(Asker::Host, question, Instant::now(), send),
            None => send(),
        }
    }
}
