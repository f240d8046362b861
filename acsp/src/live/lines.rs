//! The race as lines, for pipes: readable ones, or JSON.

use std::io::{self, Write};
use std::time::Duration;

use acudpclient::protocol::SessionInfo;
use acudpclient::tracker::Standing;
use serde::Serialize;

use super::state::{FeedLine, State, clock};
use crate::lines::json_line;

pub struct Lines {
    json: bool,
    /// When the standings are due next.
    due: Duration,
}

#[derive(Serialize)]
struct Snapshot<'a> {
    session: Option<&'a SessionInfo>,
    starts_in_ms: Option<u128>,
    elapsed_ms: Option<u128>,
    time_left_ms: Option<u128>,
    laps_left: Option<u16>,
    standings: Vec<Standing>,
}

impl Lines {
    pub fn new(json: bool) -> Self {
        Self { json, due: Duration::ZERO }
    }

    /// Prints what was told, and the standings when they are due.
    pub fn print(&mut self, state: &State, told: &[FeedLine], now: Duration) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if !self.json {
            for line in told {
                writeln!(out, "{:>7} {}", clock(now), line.text)?;
            }
        }
        if now >= self.due {
            self.due = now + Duration::from_secs(if self.json { 1 } else { 10 });
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
    let tracker = &state.tracker;
    Snapshot {
        session: tracker.session(),
        starts_in_ms: tracker.starts_in().map(|time| time.as_millis()),
        elapsed_ms: tracker.elapsed().map(|time| time.as_millis()),
        time_left_ms: tracker.time_left().map(|time| time.as_millis()),
        laps_left: tracker.laps_left(),
        standings: tracker.standings(),
    }
}

fn print_standings(state: &State, out: &mut impl Write) -> io::Result<()> {
    for row in state.rows() {
        let time = |time: Option<acudpclient::protocol::LapTime>| {
            time.map_or("-:--.---".to_owned(), |time| time.to_string())
        };
        writeln!(
            out,
            "P{:<3}{:<24.24} {:>4} laps  last {:>9}  best {:>9}  {}",
            row.position,
            state.name(row.car_id),
            row.laps,
            time(row.last_lap),
            time(row.best_lap),
            row.gap.map_or(String::new(), |gap| gap.to_string()),
        )?;
    }
    Ok(())
}
