//! What will happen when.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::roster::SimDriver;
use crate::protocol::ClientEvent;

/// Something that will happen. `run`, `seat` and `plan` tell for which session, connection and way
/// it was planned; if that is over, it does not happen.
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
    /// END_SESSION of a session after which the next one has begun.
    LateEnd {
        filename: String,
    },
    /// `slot`: rather that one.
    Join {
        driver: Box<SimDriver>,
        slot: Option<usize>,
    },
    /// Somebody takes a slot whose driver has vanished without a goodbye.
    Replace {
        driver: Box<SimDriver>,
        slot: usize,
        seat: u32,
    },
    /// The server notices that a driver has vanished. `comes_back`: the driver will, so is not on
    /// the bench.
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
    /// Of the session before.
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

/// Tasks by time, those of the same time in the order in which they were added.
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

/// The heap's greatest is the earliest.
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
