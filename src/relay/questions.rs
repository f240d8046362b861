//! [`Questions`]: who asked for what, and so who gets an answer.
//!
//! An answer does not say who asked, and questions and answers get lost on the way. So an answer is for everyone who
//! waits for it, once each. The server's further answers to the same question are then for nobody.
//!
//! | an answer comes, and | who gets it | test |
//! | --- | --- | --- |
//! | nobody asked | all | `src/relay/questions.rs::an_answer_is_for_who_asked_for_it`, `tests/relay/answers.rs::sessions_are_told_to_the_asker_and_unasked_to_all` |
//! | some wait for it | these, once each | `src/relay/questions.rs::all_who_wait_get_the_first_and_the_others_are_for_nobody`, `tests/relay/answers.rs::all_who_ask_the_same_are_answered_by_the_first_answer` |
//! | all who asked have one already | nobody: it answers a second question | `src/relay/questions.rs::all_who_wait_get_the_first_and_the_others_are_for_nobody` |
//! | one asked twice | the same one again | `src/relay/questions.rs::who_asks_twice_gets_two` |
//! | somebody asked for the current session | these, if it is the current one's | `src/relay/questions.rs::the_current_session_is_whichever_runs` |
//! | the question is 5 s old | as if nobody had asked | `src/relay/questions.rs::they_live_for_five_seconds`, `tests/relay/answers.rs::a_question_is_forgotten_after_five_seconds` |
//! | the system did not send the question | as if nobody had asked | `src/relay/questions.rs::what_could_not_be_sent_is_not_waited_for` |
//! | its asker asked 256 questions since | as if nobody had asked | `src/relay/questions.rs::one_asker_cannot_fill_the_memory_nor_push_out_another` |

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::protocol::{CarId, Command, id};

/// How long a question stays open.
const TIME_TO_LIVE: Duration = Duration::from_secs(5);

/// How many open questions one asker can have: enough for every slot.
const MOST: usize = 256;

/// Who can ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asker {
    Host,
    Plugin(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    Car(CarId),
    Session(i16),
    /// AssettoServer accepts VERSION as a command and answers it.
    Version,
    /// ACSM v2's answer to a ping repeats this number.
    Ping(i64),
}

impl Question {
    pub(super) fn of(command: &Command) -> Option<Self> {
        match command {
            Command::GetCarInfo { car_id } => Some(Self::Car(*car_id)),
            Command::GetSessionInfo { session_index } => Some(Self::Session(*session_index)),
            Command::Unknown(packet) if packet.packet_id == id::VERSION => Some(Self::Version),
            Command::RequestPing { unix_ms } => Some(Self::Ping(*unix_ms)),
            _ => None,
        }
    }

    /// True if the SESSION_INFO of session `index` answers it; `current` is the current session.
    pub(super) fn is_of_session(self, index: u8, current: u8) -> bool {
        match self {
            Self::Session(Command::CURRENT_SESSION) => index == current,
            Self::Session(asked) => asked == i16::from(index),
            Self::Car(_) | Self::Version | Self::Ping(_) => false,
        }
    }
}

/// The open questions in the order of asking: those that wait for an answer, and those whose asker has got the
/// answer to somebody else's question while the server still owes one.
#[derive(Debug, Default)]
pub(super) struct Questions(VecDeque<Open>);

#[derive(Debug)]
struct Open {
    asker: Asker,
    question: Question,
    asked: Instant,
    is_waiting: bool,
}

impl Questions {
    /// Adds a question. If its asker has too many, forgets the oldest and returns the asker, unless that one was
    /// answered.
    #[must_use]
    pub(super) fn ask(&mut self, asker: Asker, question: Question, now: Instant) -> Option<Asker> {
        let mut own = (0..self.0.len()).filter(|&index| self.0[index].asker == asker);
        let first = own.next();
        let is_full = own.count() + 1 >= MOST;
        let forgotten = if is_full { first.and_then(|first| self.0.remove(first)) } else { None };
        self.0.push_back(Open { asker, question, asked: now, is_waiting: true });
        forgotten.filter(|open| open.is_waiting).map(|open| open.asker)
    }

    /// Removes the newest question: it could not be sent.
    pub(super) fn withdraw(&mut self) {
        self.0.pop_back();
    }

    /// Forgets the questions that are too old; returns the askers of the unanswered ones.
    pub(super) fn forget(&mut self, now: Instant) -> Vec<Asker> {
        let is_old = |open: &Open| now.saturating_duration_since(open.asked) >= TIME_TO_LIVE;
        let old = self.0.iter().take_while(|open| is_old(open)).count();
        self.0.drain(..old).filter(|open| open.is_waiting).map(|open| open.asker).collect()
    }

    /// Who gets this answer. `None` if nobody asked; an empty list if everyone who asked already has one.
    pub(super) fn answer(&mut self, is_answered: impl Fn(Question) -> bool) -> Option<Vec<Asker>> {
        let mut askers = Vec::new();
        for open in self.0.iter_mut().filter(|open| open.is_waiting && is_answered(open.question)) {
            if !askers.contains(&open.asker) {
                open.is_waiting = false;
                askers.push(open.asker);
            }
        }
        // The server owes one answer less.
        let settled = self.0.iter().position(|open| !open.is_waiting && is_answered(open.question))?;
        self.0.remove(settled);
        Some(askers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: Asker = Asker::Plugin(0);
    const B: Asker = Asker::Plugin(1);
    const CAR_7: Question = Question::Car(CarId(7));

    fn asked(questions: impl IntoIterator<Item = (Asker, Question)>) -> Questions {
        let mut open = Questions::default();
        for (asker, question) in questions {
            assert_eq!(open.ask(asker, question, Instant::now()), None);
        }
        open
    }

    fn answer_for(questions: &mut Questions, question: Question) -> Option<Vec<Asker>> {
        questions.answer(|other| other == question)
    }

    #[test]
    fn an_answer_is_for_who_asked_for_it() {
        let mut questions = asked([(A, CAR_7), (B, Question::Car(CarId(8)))]);
        assert_eq!(answer_for(&mut questions, Question::Car(CarId(8))), Some(vec![B]));
        assert_eq!(answer_for(&mut questions, Question::Car(CarId(9))), None);
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![A]));
        assert_eq!(answer_for(&mut questions, CAR_7), None);
    }

    #[test]
    fn all_who_wait_get_the_first_and_the_others_are_for_nobody() {
        let mut questions = asked([(B, CAR_7), (Asker::Host, CAR_7), (A, CAR_7)]);
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![B, Asker::Host, A]));
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![]));
        // Who asks again meanwhile gets the next one.
        assert_eq!(questions.ask(B, CAR_7, Instant::now()), None);
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![B]));
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![]));
        assert_eq!(answer_for(&mut questions, CAR_7), None);
    }

    #[test]
    fn who_asks_twice_gets_two() {
        let mut questions = asked([(A, CAR_7), (A, CAR_7)]);
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![A]));
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![A]));
        assert_eq!(answer_for(&mut questions, CAR_7), None);
    }

    #[test]
    fn the_current_session_is_whichever_runs() {
        let mut questions = asked([
            (A, Question::Session(2)),
            (B, Question::Session(Command::CURRENT_SESSION)),
            (Asker::Host, Question::Session(1)),
        ]);
        let mut session =
            |index, current| questions.answer(|question| question.is_of_session(index, current));
        assert_eq!(session(0, 1), None);
        assert_eq!(session(1, 2), Some(vec![Asker::Host]));
        assert_eq!(session(2, 2), Some(vec![A, B]));
        assert_eq!(session(2, 2), Some(vec![]));
        assert_eq!(session(2, 2), None);
    }

    #[test]
    fn they_live_for_five_seconds() {
        let now = Instant::now();
        let mut questions = Questions::default();
        assert_eq!(questions.ask(A, CAR_7, now), None);
        assert_eq!(questions.ask(B, CAR_7, now + Duration::from_secs(1)), None);
        assert_eq!(questions.forget(now + Duration::from_millis(4999)), []);
        assert_eq!(questions.forget(now + Duration::from_secs(5)), [A]);
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![B]));

        // One that the server still owes is not waited for any longer either, and nobody misses it.
        let mut questions = asked([(A, CAR_7), (B, CAR_7)]);
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![A, B]));
        assert_eq!(questions.forget(now + Duration::from_secs(60)), []);
        assert_eq!(answer_for(&mut questions, CAR_7), None);
    }

    #[test]
    fn one_asker_cannot_fill_the_memory_nor_push_out_another() {
        let now = Instant::now();
        let mut questions = asked([(B, CAR_7)]);
        let forgotten = (0..10_000).filter(|_| questions.ask(A, CAR_7, now) == Some(A)).count();
        assert_eq!((forgotten, questions.0.len()), (10_000 - MOST, MOST + 1));
        assert_eq!(answer_for(&mut questions, CAR_7), Some(vec![B, A]));
    }

    #[test]
    fn what_could_not_be_sent_is_not_waited_for() {
        let mut questions = asked([(A, CAR_7)]);
        questions.withdraw();
        assert_eq!(answer_for(&mut questions, CAR_7), None);
    }
}
