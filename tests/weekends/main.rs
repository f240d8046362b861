//! The tracker against the simulator's truth, over whole weekends of every kind of server.
//!
//! They are few unless `WEEKEND_SEEDS=200` asks for more.
#![cfg(all(feature = "sim", feature = "tracker"))]

mod alter;
mod altered;
mod board;
#[cfg(feature = "serde")]
mod files;
mod late;
mod play;
mod results;
mod table;
mod uptime;

use std::fmt;
use std::time::Duration;

use acudpclient::protocol::{Command, Event};
use acudpclient::sim::{FinishedSession, ServerKind, Session, SimServer, World};

/// How many weekends of each kind.
fn seeds() -> u64 {
    std::env::var("WEEKEND_SEEDS").map_or(5, |seeds| seeds.parse().expect("WEEKEND_SEEDS is a number"))
}

/// Small fields and large ones also among few seeds.
fn cars(seed: u64) -> u8 {
    3 + (7 * seed % 22) as u8
}

fn world(seed: u64, kind: ServerKind) -> World {
    let mut world = SimServer::builder()
        .cars(cars(seed).into())
        .seed(seed)
        .server(kind)
        .sessions([
            Session::practice(Duration::from_secs(6 * 60)),
            Session::qualify(Duration::from_secs(5 * 60)),
            Session::race(4),
        ])
        .world()
        .unwrap();
    if matches!(kind, ServerKind::AcsmV2 | ServerKind::AcsmPrerelease) {
        // Its plugins ask for sectors and tyres, which come between the other events.
        world.command(Duration::ZERO, &Command::EnableEnhancedReporting);
    }
    world
}

/// What a server has sent, and what it knows at the end.
struct Weekend {
    kind: ServerKind,
    seed: u64,
    /// As a plugin gets them: through the wire.
    events: Vec<(Duration, Event)>,
    results: Vec<FinishedSession>,
}

impl Weekend {
    fn new(seed: u64, kind: ServerKind) -> Self {
        let mut world = world(seed, kind);
        let events = (&mut world)
            .map(|(time, event)| (time, Event::decode(&event.encode().unwrap()).unwrap()))
            .collect();
        Self { kind, seed, events, results: world.results().to_vec() }
    }
}

impl fmt::Display for Weekend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, seed {}", self.kind, self.seed)
    }
}

fn weekends() -> impl Iterator<Item = Weekend> {
    ServerKind::ALL.iter().copied().flat_map(|kind| (0..seeds()).map(move |seed| Weekend::new(seed, kind)))
}

#[test]
fn a_weekend_lasts_as_long_as_it_is_announced() {
    let mut world = SimServer::builder()
        .cars(5)
        .seed(1)
        .sessions([Session::practice(Duration::from_secs(6 * 60))])
        .world()
        .unwrap();
    let last = (&mut world).map(|(time, _)| time).last().unwrap();
    assert!(last >= Duration::from_secs(6 * 60));
}
