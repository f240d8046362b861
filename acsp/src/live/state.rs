//! What the board shows. Knows no terminal and no socket.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Command, Event};
use acudpclient::tracker::TrackMap;

use super::row::Row;
use crate::connection::Past;
use crate::feed::{Feed, FeedLine, Topic};
use crate::lines::shown;

/// From so many events of the past the map learns; a lap takes some hundred.
const MOST_LEARNED: usize = 1200;

/// The order of the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sort {
    #[default]
    Standings,
    BestLap,
    LastLap,
    Speed,
    Car,
}

impl Sort {
    pub fn name(self) -> &'static str {
        match self {
            Self::Standings => "standings",
            Self::BestLap => "best lap",
            Self::LastLap => "last lap",
            Self::Speed => "speed",
            Self::Car => "car",
        }
    }

    pub fn next(self) -> Self {
        match self {
            Self::Standings => Self::BestLap,
            Self::BestLap => Self::LastLap,
            Self::LastLap => Self::Speed,
            Self::Speed => Self::Car,
            Self::Car => Self::Standings,
        }
    }
}

/// What the keyboard is for just now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Mode {
    #[default]
    Watch,
    Help,
    /// A chat line is being written.
    Chat(String),
    /// A command waits for a yes: it ends the session of everybody on the server.
    Confirm(Command),
}

/// What is shown of the race.
#[derive(Debug, Clone, Default)]
pub struct Race {
    pub tracker: RaceTracker,
    pub map: TrackMap,
    pub feed: Feed,
    /// The grip of the newest lap, as a fraction.
    pub grip: Option<f32>,
    track: String,
}

#[derive(Debug, Clone, Default)]
pub struct State {
    pub race: Race,
    /// What is shown while paused; the race goes on behind it.
    paused: Option<Box<Race>>,
    /// The session's clock.
    now: Duration,
    /// Why nothing comes.
    pub trouble: Option<String>,
    pub sort: Sort,
    pub mode: Mode,
    pub selected: Option<CarId>,
    /// The first row that is shown, unless the selected one is then outside.
    top: usize,
    /// How many rows the screen has shown last.
    pub page: usize,
}

impl State {
    /// Tells the time of the session's clock.
    pub fn advance_to(&mut self, now: Duration) {
        self.now = now;
        self.race.tracker.advance_to(now);
    }

    /// Takes in an event; returns the lines that it adds to the feed.
    pub fn apply(&mut self, event: &Event) -> Vec<FeedLine> {
        self.trouble = None;
        self.race.learn(event);
        self.race.apply(event, self.now)
    }

    /// Takes in what happened before. The map learns from a part of it: that takes longer than all the rest.
    pub fn catch_up(&mut self, past: &[Past]) {
        let step = past.len() / MOST_LEARNED + 1;
        for (index, told) in past.iter().enumerate() {
            self.advance_to(told.time);
            self.race.apply(&told.event, told.time);
            if index % step == 0 {
                self.race.learn(&told.event);
            }
        }
    }

    pub fn tell(&mut self, line: FeedLine) {
        self.race.feed.tell(line);
    }

    /// What was sent to the server, which does not send it back.
    pub fn tell_sent(&mut self, command: &Command) {
        if let Command::BroadcastChat { message } = command {
            self.tell(FeedLine::new(Topic::Chat, format!("you: {}", shown(message))));
        }
    }

    /// What is to be shown: the present, or the moment of the pause.
    pub fn view(&self) -> &Race {
        self.paused.as_deref().unwrap_or(&self.race)
    }

    pub fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    pub fn pause(&mut self) {
        self.paused = match self.paused.take() {
            Some(_) => None,
            None => Some(Box::new(self.race.clone())),
        };
    }

    /// The rows in the chosen order.
    pub fn rows(&self) -> Vec<Row> {
        let tracker = &self.view().tracker;
        let mut rows: Vec<Row> = tracker.live().into_iter().map(|live| Row::new(tracker, live)).collect();
        let speed = |row: &Row| row.telemetry.map_or(0.0, |update| update.speed_kmh());
        match self.sort {
            Sort::Standings => {}
            Sort::BestLap => rows.sort_by_key(|row| row.live.best_lap.map_or(u32::MAX, u32::from)),
            Sort::LastLap => rows.sort_by_key(|row| row.live.last_lap.map_or(u32::MAX, u32::from)),
            Sort::Speed => rows.sort_by(|a, b| speed(b).total_cmp(&speed(a))),
            Sort::Car => rows.sort_by_key(Row::car_id),
        }
        rows
    }

    /// The first row on a page of so many. The selected driver stays in sight, wherever the race takes them.
    pub fn first_row(&self, rows: &[Row], page: usize) -> usize {
        let last = rows.len().saturating_sub(page);
        let top = self.top.min(last);
        match self.selected_row(rows) {
            Some(selected) if page > 0 => top.clamp((selected + 1).saturating_sub(page), selected),
            _ => top,
        }
    }

    pub fn selected_row(&self, rows: &[Row]) -> Option<usize> {
        rows.iter().position(|row| Some(row.car_id()) == self.selected)
    }

    /// Selects the driver so many rows further down; without a selected one, the first or the last of the page.
    pub fn select(&mut self, down: isize) {
        let rows = self.rows();
        let top = self.first_row(&rows, self.page);
        let from = match self.selected_row(&rows) {
            Some(selected) => selected.saturating_add_signed(down),
            None if down < 0 => top + self.page.saturating_sub(1),
            None => top,
        };
        self.selected = rows.get(from.min(rows.len().saturating_sub(1))).map(Row::car_id);
        self.top = self.first_row(&rows, self.page);
    }

    /// Moves the page by so many rows, and the selected driver, if there is one.
    pub fn turn(&mut self, down: isize) {
        if self.selected.is_some() {
            return self.select(down);
        }
        let last = self.rows().len().saturating_sub(self.page);
        self.top = self.top.saturating_add_signed(down).min(last);
    }
}

impl Race {
    fn apply(&mut self, event: &Event, now: Duration) -> Vec<FeedLine> {
        match event {
            Event::NewSession(session) | Event::SessionInfo(session) => {
                let track = format!("{}/{}", session.track, session.track_config);
                if track != self.track {
                    self.map = TrackMap::new();
                    self.track = track;
                }
            }
            Event::LapCompleted(lap) => self.grip = lap.grip_level,
            _ => {}
        }
        let changes = self.tracker.apply(event);
        self.feed.take_in(&self.tracker, event, &changes, now)
    }

    fn learn(&mut self, event: &Event) {
        if let Event::CarUpdate(update) = event {
            self.map.learn(update);
        }
    }
}

/// `12:34`, `1:02:34`
pub fn clock(time: Duration) -> String {
    let (hours, minutes, seconds) = (time.as_secs() / 3600, time.as_secs() / 60 % 60, time.as_secs() % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
