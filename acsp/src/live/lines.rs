//! The race as lines, for pipes: readable ones, or JSON.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use acudpclient::protocol::SessionInfo;
use acudpclient::tracker::{LiveStanding, Standing};
use serde::Serialize;

use super::row::gap;
use super::state::{State, clock};
use crate::feed::FeedLine;
use crate::lines::json_line;
use crate::text::{cut, left};

pub struct Lines {
    json: bool,
    /// When the standings are due next.
    due: Instant,
}

#[derive(Serialize)]
struct Snapshot<'a> {
    session: Option<&'a SessionInfo>,
    starts_in_ms: Option<u128>,
    elapsed_ms: Option<u128>,
    time_left_ms: Option<u128>,
    laps_left: Option<u16>,
    standings: Vec<Standing>,
    live: Vec<LiveStanding>,
}

impl Lines {
    pub fn new(json: bool) -> Self {
        Self { json, due: Instant::now() }
    }

    /// Prints what was told, with the time since the session's start, and the standings when they are due.
    pub fn print(&mut self, state: &State, told: &[FeedLine]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if !self.json {
            let time = state.race.tracker.elapsed().map_or(String::new(), clock);
            for line in told {
                writeln!(out, "{time:>7} {}", line.text)?;
            }
        }
        if Instant::now() >= self.due {
            self.due = Instant::now() + Duration::from_secs(if self.json { 1 } else { 10 });
            if self.json {
                writeln!(out, "{}", json_line(&snapshot(state)))?;
            } else {
                print_standings(state, &mut out)?;
            }
        }
        out.flush()
    }
}

fn snapshot(state: &State) -> Snapshot<'_> {
    let tracker = &state.race.tracker;
    Snapshot {
        session: tracker.session(),
        starts_in_ms: tracker.starts_in().map(|time| time.as_millis()),
        elapsed_ms: tracker.elapsed().map(|time| time.as_millis()),
        time_left_ms: tracker.time_left().map(|time| time.as_millis()),
        laps_left: tracker.laps_left(),
        standings: tracker.standings(),
        live: tracker.live(),
    }
}

fn print_standings(state: &State, out: &mut impl Write) -> io::Result<()> {
    for row in state.rows() {
        let time = |time: Option<acudpclient::protocol::LapTime>| {
            time.map_or("-:--.---".to_owned(), |time| time.to_string())
        };
        let live = &row.live;
        writeln!(
            out,
            "P{:<3}{} {:>4} laps  last {:>9}  best {:>9}  {}",
            live.position,
            left(&cut(&row.name, 24), 24),
            live.laps,
            time(live.last_lap),
            time(live.best_lap),
            gap(live.gap),
        )?;
    }
    Ok(())
}
