//! Who asked for what: whose an answer is.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::protocol::Command;

/// How long an answer is waited for.
const TIME_TO_LIVE: Duration = Duration::from_secs(5);

/// How many questions of one asker are waited for: enough for every slot.
const MOST: usize = 256;

/// Somebody who can ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    Host,
    Plugin(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Car(u8),
    Session(i16),
}

impl Question {
    pub(super) fn of(command: &Command) -> Option<Self> {
        match command {
            Command::GetCarInfo { car_id } => Some(Self::Car(car_id.0)),
            Command::GetSessionInfo { session_index } => Some(Self::Session(*session_index)),
            _ => None,
        }
    }

    /// Whether a SESSION_INFO of this session answers it, while `current` runs.
    pub(super) fn is_of_session(self, index: u8, current: u8) -> bool {
        match self {
            Self::Session(Command::CURRENT_SESSION) => index == current,
            Self::Session(asked) => asked == i16::from(index),
            Self::Car(_) => false,
        }
    }
}

/// The open questions, in the order of asking.
#[derive(Debug, Default)]
pub(super) struct Questions(VecDeque<(Asker, Question, Instant)>);

impl Questions {
    /// Gives who asked a question that is now forgotten because there are too many.
    #[must_use]
    pub(super) fn ask(&mut self, asker: Asker, question: Question, now: Instant) -> Option<Asker> {
        let mut own = (0..self.0.len()).filter(|&index| self.0[index].0 == asker);
        let first = own.next();
        let is_full = own.count() + 1 >= MOST;
        let forgotten = if is_full { first.and_then(|first| self.0.remove(first)) } else { None };
        self.0.push_back((asker, question, now));
        forgotten.map(|(asker, ..)| asker)
    }

    /// Takes the newest question back: it could not be sent.
    pub(super) fn withdraw(&mut self) {
        self.0.pop_back();
    }

    /// Forgets a question that is too old; to be called until there is none.
    pub(super) fn forget(&mut self, now: Instant) -> Option<Asker> {
        let &(asker, _, asked) = self.0.front()?;
        if now.saturating_duration_since(asked) < TIME_TO_LIVE {
            return None;
        }
        self.0.pop_front();
        Some(asker)
    }

    /// Whose answer this is.
    pub(super) fn answer(&mut self, is_answered: impl Fn(Question) -> bool) -> Option<Asker> {
        let index = self.0.iter().position(|&(_, question, _)| is_answered(question))?;
        self.0.remove(index).map(|(asker, ..)| asker)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Asker = Asker::Plugin(0);
    const B: Asker = Asker::Plugin(1);

    #[test]
    fn answers_come_in_the_order_of_asking() {
        let now = Instant::now();
        let mut questions = Questions::default();
        for (asker, car) in [(A, 3), (B, 3), (Asker::Host, 4), (A, 3)] {
            assert_eq!(questions.ask(asker, Question::Car(car), now), None);
        }
        let mut car = |car| questions.answer(|question| question == Question::Car(car));
        assert_eq!(car(5), None);
        assert_eq!(
            [car(3), car(3), car(4), car(3), car(3)],
            [Some(A), Some(B), Some(Asker::Host), Some(A), None]
        );
    }

    #[test]
    fn the_current_session_has_two_names() {
        let now = Instant::now();
        let mut questions = Questions::default();
        for (asker, index) in [(A, -1), (B, 2), (Asker::Host, 1)] {
            assert_eq!(questions.ask(asker, Question::Session(index), now), None);
        }
        let mut session =
            |index, current| questions.answer(|question| question.is_of_session(index, current));
        assert_eq!(session(1, 2), Some(Asker::Host));
        assert_eq!(session(2, 2), Some(A));
        assert_eq!(session(2, 2), Some(B));
        assert_eq!(session(2, 2), None);
    }

    #[test]
    fn they_live_for_five_seconds() {
        let now = Instant::now();
        let mut questions = Questions::default();
        assert_eq!(questions.ask(A, Question::Car(0), now), None);
        assert_eq!(questions.ask(B, Question::Car(0), now + Duration::from_secs(1)), None);
        assert_eq!(questions.forget(now + Duration::from_millis(4999)), None);
        let later = now + Duration::from_secs(5);
        assert_eq!((questions.forget(later), questions.forget(later)), (Some(A), None));
        assert_eq!(questions.answer(|_| true), Some(B));
    }

    #[test]
    fn one_asker_cannot_fill_the_memory_nor_push_out_another() {
        let now = Instant::now();
        let mut questions = Questions::default();
        assert_eq!(questions.ask(B, Question::Car(7), now), None);
        let forgotten = (0..10_000).filter(|_| questions.ask(A, Question::Car(7), now) == Some(A)).count();
        assert_eq!((forgotten, questions.0.len()), (10_000 - MOST, MOST + 1));
        assert_eq!(questions.answer(|_| true), Some(B));
        assert_eq!(questions.answer(|_| true), Some(A));
    }

    #[test]
    fn what_could_not_be_sent_is_not_waited_for() {
        let mut questions = Questions::default();
        assert_eq!(questions.ask(A, Question::Car(7), Instant::now()), None);
        questions.withdraw();
        assert_eq!(questions.answer(|_| true), None);
    }
}
