//! What the board shows and how keys change it. Knows no terminal and no socket.

use std::collections::VecDeque;
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Command, Event, LapCompleted};
use acudpclient::tracker::{Change, Standing};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::track_map::TrackMap;
use crate::lines::shown;

/// How many lines of the feed are kept.
const FEED: usize = 200;

/// A chat line of the protocol.
const MOST_CHAT: usize = 255;

/// What a line of the feed is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    Session,
    Lap,
    PersonalBest,
    SessionBest,
    Collision,
    Driver,
    Chat,
    Trouble,
}

/// A line of the event feed. Texts of players in it are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLine {
    pub topic: Topic,
    pub text: String,
}

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

    fn next(self) -> Self {
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
    /// A chat line is being written.
    Chat(String),
    /// A command waits for a yes: it ends the session of everybody on the server.
    Confirm(Command),
}

/// What a key asks the program to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Quit,
    Send(Command),
}

#[derive(Debug, Clone, Default)]
pub struct State {
    pub tracker: RaceTracker,
    pub map: TrackMap,
    pub feed: VecDeque<FeedLine>,
    /// The grip of the newest lap, as a fraction.
    pub grip: Option<f32>,
    /// Why nothing comes.
    pub trouble: Option<String>,
    pub sort: Sort,
    pub mode: Mode,
    /// What is shown while paused; the race goes on behind it.
    paused: Option<Box<State>>,
    track: String,
}

impl State {
    /// Takes in an event; returns the lines that it adds to the feed.
    pub fn apply(&mut self, event: &Event) -> Vec<FeedLine> {
        self.trouble = None;
        match event {
            Event::NewSession(session) | Event::SessionInfo(session) => {
                let track = format!("{}/{}", session.track, session.track_config);
                if track != self.track {
                    self.map.clear();
                    self.track = track;
                }
            }
            Event::CarUpdate(update) => self.map.learn(update),
            Event::LapCompleted(lap) => self.grip = lap.grip_level,
            _ => {}
        }
        let changes = self.tracker.apply(event).to_vec();
        let mut lines = self.own_line(event, &changes);
        lines.extend(changes.iter().filter_map(|change| self.line(change)));
        for line in &lines {
            self.tell(line.clone());
        }
        lines
    }

    pub fn tell(&mut self, line: FeedLine) {
        self.feed.truncate(FEED - 1);
        self.feed.push_front(line);
    }

    /// What is to be shown: the present, or the moment of the pause.
    pub fn view(&self) -> &Self {
        self.paused.as_deref().unwrap_or(self)
    }

    pub fn is_paused(&self) -> bool {
        self.paused.is_some()
    }

    pub fn name(&self, car_id: CarId) -> String {
        match self.tracker.car(car_id).and_then(|car| car.driver.as_ref()) {
            Some(driver) if !driver.name.is_empty() => shown(&driver.name),
            _ => format!("car {car_id}"),
        }
    }

    pub fn rows(&self) -> Vec<Standing> {
        let mut rows = self.tracker.standings();
        let speed = |row: &Standing| {
            let telemetry = self.tracker.car(row.car_id).and_then(|car| car.telemetry);
            telemetry.map_or(0.0, |update| update.speed_kmh())
        };
        match self.sort {
            Sort::Standings => {}
            Sort::BestLap => rows.sort_by_key(|row| row.best_lap.map_or(u32::MAX, u32::from)),
            Sort::LastLap => rows.sort_by_key(|row| row.last_lap.map_or(u32::MAX, u32::from)),
            Sort::Speed => rows.sort_by(|a, b| speed(b).total_cmp(&speed(a))),
            Sort::Car => rows.sort_by_key(|row| row.car_id),
        }
        rows
    }

    /// The line of an event that the tracker has no change for.
    fn own_line(&self, event: &Event, changes: &[Change]) -> Vec<FeedLine> {
        let line = |topic, text| vec![FeedLine { topic, text }];
        match event {
            Event::Chat(chat) if chat.car_id.is_server() => {
                line(Topic::Chat, format!("server: {}", shown(&chat.message)))
            }
            Event::Chat(chat) => {
                line(Topic::Chat, format!("{}: {}", self.name(chat.car_id), shown(&chat.message)))
            }
            Event::Error(error) => line(Topic::Trouble, format!("the server: {}", shown(&error.message))),
            Event::LapCompleted(lap) => line(lap_topic(lap, changes), self.lap_text(lap)),
            _ => Vec::new(),
        }
    }

    fn lap_text(&self, lap: &LapCompleted) -> String {
        let cuts = match lap.cuts {
            0 => String::new(),
            1 => ", 1 cut".to_owned(),
            cuts => format!(", {cuts} cuts"),
        };
        format!("{} {}{cuts}", self.name(lap.car_id), lap.lap_time)
    }

    fn line(&self, change: &Change) -> Option<FeedLine> {
        let (topic, text) = match change {
            Change::SessionStarted => {
                let session = self.tracker.session()?;
                (Topic::Session, format!("{} {:?} begins", session.session_type, session.name))
            }
            Change::SessionEnded => {
                let winner = self.tracker.last_result()?.standings.first()?;
                let name = winner
                    .driver
                    .as_ref()
                    .map_or_else(|| format!("car {}", winner.car_id), |driver| shown(&driver.name));
                (Topic::Session, format!("session over, {name} is first"))
            }
            Change::DriverJoined { car_id } => (Topic::Driver, format!("{} joins", self.name(*car_id))),
            Change::DriverLeft { car_id } => (Topic::Driver, format!("{} leaves", self.name(*car_id))),
            Change::DriverSwapped { car_id, to, .. } => {
                (Topic::Driver, format!("{} takes car {car_id}", shown(&to.name)))
            }
            Change::PositionGained { car_id, from: Some(_), to } => {
                (Topic::Lap, format!("{} is up to P{to}", self.name(*car_id)))
            }
            Change::Finished { car_id, position } => {
                let place = position.map_or(String::new(), |position| format!(" P{position}"));
                (Topic::Session, format!("{} finishes{place}", self.name(*car_id)))
            }
            Change::Collision { car_id, other_car_id, impact_speed } => {
                let other = other_car_id.map_or("the environment".to_owned(), |other| self.name(other));
                (Topic::Collision, format!("{} hits {other} at {impact_speed:.0} km/h", self.name(*car_id)))
            }
            // The line of the lap tells.
            _ => return None,
        };
        Some(FeedLine { topic, text })
    }

    /// Takes in a key.
    pub fn key(&mut self, key: KeyEvent) -> Option<Action> {
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            return Some(Action::Quit);
        }
        match std::mem::take(&mut self.mode) {
            Mode::Watch => self.watch_key(key.code),
            Mode::Chat(text) => self.chat_key(text, key.code),
            Mode::Confirm(command) => {
                matches!(key.code, KeyCode::Char('y' | 'Y')).then_some(Action::Send(command))
            }
        }
    }

    fn watch_key(&mut self, code: KeyCode) -> Option<Action> {
        match code {
            KeyCode::Char('q') | KeyCode::Esc => return Some(Action::Quit),
            KeyCode::Char('p') | KeyCode::Char(' ') => {
                self.paused = match self.paused.take() {
                    Some(_) => None,
                    None => Some(Box::new(self.clone())),
                }
            }
            KeyCode::Char('s') => {
                self.sort = self.sort.next();
                if let Some(paused) = &mut self.paused {
                    paused.sort = self.sort;
                }
            }
            KeyCode::Char('n') => self.mode = Mode::Confirm(Command::NextSession),
            KeyCode::Char('r') => self.mode = Mode::Confirm(Command::RestartSession),
            KeyCode::Char('c') | KeyCode::Enter => self.mode = Mode::Chat(String::new()),
            _ => {}
        }
        None
    }

    fn chat_key(&mut self, mut text: String, code: KeyCode) -> Option<Action> {
        match code {
            KeyCode::Esc => return None,
            KeyCode::Enter if text.is_empty() => return None,
            KeyCode::Enter => return Some(Action::Send(Command::BroadcastChat { message: text })),
            KeyCode::Backspace => {
                text.pop();
            }
            KeyCode::Char(character) if text.chars().count() < MOST_CHAT => text.push(character),
            _ => {}
        }
        self.mode = Mode::Chat(text);
        None
    }
}

fn lap_topic(lap: &LapCompleted, changes: &[Change]) -> Topic {
    let is = |wanted: fn(&Change) -> bool| changes.iter().any(wanted);
    if lap.cuts > 0 {
        Topic::Lap
    } else if is(|change| matches!(change, Change::SessionBest { .. })) {
        Topic::SessionBest
    } else if is(|change| matches!(change, Change::PersonalBest { .. })) {
        Topic::PersonalBest
    } else {
        Topic::Lap
    }
}

/// `12:34`, `1:02:34`
pub fn clock(time: Duration) -> String {
    let (hours, minutes, seconds) = (time.as_secs() / 3600, time.as_secs() / 60 % 60, time.as_secs() % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}
