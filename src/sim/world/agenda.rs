//! [`Agenda`]: the future tasks of the simulation.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::roster::SimDriver;
use crate::protocol::ClientEvent;

/// A future task. `run`, `seat` and `plan` identify the session, the connection and the drive that it belongs to; if
/// that is over, the task is void.
#[derive(Debug, Clone)]
pub(super) enum Task {
    Version,
    OpenSession,
    AnnounceAgain {
        run: u32,
    },
    Start {
        run: u32,
    },
    TimeUp {
        run: u32,
    },
    CloseSession {
        run: u32,
    },
    /// END_SESSION, sent after the next session has begun.
    LateEnd {
        filename: String,
    },
    /// `slot` is the preferred one.
    Join {
        driver: Box<SimDriver>,
        slot: Option<usize>,
    },
    /// Somebody takes a slot whose driver vanished without CONNECTION_CLOSED.
    Replace {
        driver: Box<SimDriver>,
        slot: usize,
        seat: u32,
    },
    /// The server notices that a driver has vanished. A driver who `comes_back` does not go to the bench.
    TimedOut {
        slot: usize,
        seat: u32,
        comes_back: bool,
    },
    Loaded {
        slot: usize,
        seat: u32,
    },
    Go {
        slot: usize,
        plan: u32,
    },
    Sector {
        slot: usize,
        plan: u32,
        third: usize,
    },
    Line {
        slot: usize,
        plan: u32,
    },
    /// A lap of the previous session.
    LateLap {
        slot: usize,
        seat: u32,
        lap_time: u32,
    },
    Retire {
        slot: usize,
        plan: u32,
    },
    Say {
        slot: usize,
        seat: u32,
        text: &'static str,
    },
    Telemetry {
        turn: u32,
    },
    /// The second car's report of a contact.
    Contact {
        event: Box<ClientEvent>,
    },
    Mishap,
    ComingAndGoing,
    Chat,
    Weather,
}

/// Tasks by time; tasks with the same time in the order in which they were added.
#[derive(Debug, Clone, Default)]
pub(super) struct Agenda {
    tasks: BinaryHeap<Due>,
    count: u64,
}

#[derive(Debug, Clone)]
struct Due {
    time: u64,
    number: u64,
    task: Task,
}

impl Agenda {
    pub(super) fn add(&mut self, time: u64, task: Task) {
        self.count += 1;
        self.tasks.push(Due { time, number: self.count, task });
    }

    pub(super) fn next_time(&self) -> Option<u64> {
        self.tasks.peek().map(|due| due.time)
    }

    pub(super) fn pop(&mut self) -> Option<(u64, Task)> {
        self.tasks.pop().map(|due| (due.time, due.task))
    }
}

/// Reversed, because the heap returns the greatest and the earliest is needed.
impl Ord for Due {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.time, other.number).cmp(&(self.time, self.number))
    }
}

impl PartialOrd for Due {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Due {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Due {}
