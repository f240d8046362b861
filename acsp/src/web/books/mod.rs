//! What the page shows, kept up to date with the race and written as JSON. Knows no socket.

mod content;
pub mod finished;
mod laps;
mod map;
mod row;
mod session;
mod standings;

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acudpclient::protocol::CarId;
use acudpclient::tracker::Change;
use acudpclient::{Event, RaceTracker};
use axum::body::Bytes;
use serde::Serialize;

use super::published::Published;
use crate::feed::{Feed, FeedLine};
use finished::FinishedSessions;
use laps::Laps;
use map::Map;
use row::{Moving, Row};
use session::{Beside, Clock, Session};

/// So many lines of the feed are told.
const FEED: usize = 60;

/// A session that ended is in the lap store after this time.
const STORING: Duration = Duration::from_millis(1500);

/// Whether something comes from the server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerState {
    pub status: Status,
    pub since_at: u64,
    /// What is wrong, and what to do.
    pub text: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Waiting,
    Live,
    Silent,
    Missing,
}

/// What this program is and offers.
#[derive(Debug, Clone, Serialize)]
pub struct Program {
    pub name: &'static str,
    pub version: &'static str,
    pub simulated: bool,
    pub admin: bool,
    pub store: bool,
}

/// How to keep the books.
#[derive(Debug)]
pub struct Settings {
    pub program: Program,
    /// The speed of the session's clock.
    pub speed: f64,
    /// The game's content folder.
    pub content: Option<PathBuf>,
}

#[derive(Debug)]
pub struct Books {
    settings: Settings,
    tracker: RaceTracker,
    feed: Feed,
    /// The newest lines of the feed, the newest first, and the id of the newest one.
    lines: VecDeque<Line>,
    last_id: u64,
    laps: Laps,
    finished: FinishedSessions,
    map: Map,
    grip: Option<f32>,
    session_number: u32,
    session_key: String,
    is_over: bool,
    is_past: bool,
    records_version: u32,
    /// When the lap store surely has the session that ended last.
    storing_until: Option<SystemTime>,
    /// Something has come since the last update that may change standings, laps or places.
    has_news: bool,
    /// What was told last.
    told: Told,
    published: Published,
}

/// A line of the feed, with its moment.
#[derive(Debug, Clone, Serialize)]
struct Line {
    id: u64,
    at: u64,
    elapsed: Option<u128>,
    #[serde(flatten)]
    line: FeedLine,
}

#[derive(Debug, Default)]
struct Told {
    rows: Vec<Row>,
    session: Option<Session>,
    server: Option<ServerState>,
    versions: Option<Versions>,
    last_id: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Versions {
    map: u32,
    positions: u32,
    results: u32,
    records: u32,
}

#[derive(Serialize)]
struct State<'a> {
    run: &'a str,
    seq: u64,
    sent_at: u64,
    program: &'a Program,
    server: &'a ServerState,
    versions: &'a Versions,
    session: &'a Option<Session>,
    rows: &'a [Row],
    feed: &'a VecDeque<Line>,
}

#[derive(Serialize)]
struct Update<'a> {
    run: &'a str,
    seq: u64,
    sent_at: u64,
    clock: Option<&'a Clock>,
    order: Vec<Order<'a>>,
    rows: Vec<&'a Row>,
    feed: Vec<&'a Line>,
    #[serde(skip_serializing_if = "Option::is_none")]
    session: Option<&'a Session>,
    #[serde(skip_serializing_if = "Option::is_none")]
    server: Option<&'a ServerState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    versions: Option<&'a Versions>,
}

#[derive(Serialize)]
struct Order<'a> {
    car_id: CarId,
    #[serde(flatten)]
    moving: &'a Moving,
}

#[derive(Serialize)]
struct SessionAnswer<'a> {
    server: &'a ServerState,
    session: &'a Option<Session>,
}

impl Books {
    /// `run` names this start of the program.
    pub fn new(settings: Settings, run: &str) -> Self {
        let mut books = Self {
            map: Map::new(settings.content.clone()),
            settings,
            tracker: RaceTracker::new(),
            feed: Feed::default(),
            lines: VecDeque::new(),
            last_id: 0,
            laps: Laps::default(),
            finished: FinishedSessions::default(),
            grip: None,
            session_number: 0,
            session_key: format!("{run}-0"),
            is_over: false,
            is_past: false,
            records_version: 0,
            storing_until: None,
            has_news: true,
            told: Told::default(),
            published: Published { run: run.into(), ..Published::default() },
        };
        books.published.results = books.finished.list();
        books
    }

    pub fn tracker(&self) -> &RaceTracker {
        &self.tracker
    }

    /// Takes in an event that came at `now` by the session's clock, and `at` by the world's.
    pub fn apply(&mut self, event: &Event, now: Duration, at: SystemTime) {
        self.tracker.advance_to(now);
        match event {
            Event::NewSession(session) | Event::SessionInfo(session) => {
                self.map.set_track(&session.track, &session.track_config);
            }
            Event::CarUpdate(update) if !self.is_past => self.map.learn(update),
            Event::CarUpdate(update) => self.map.learn_past(update),
            Event::LapCompleted(lap) => self.grip = lap.grip_level,
            _ => {}
        }
        let changes = self.tracker.apply(event);
        self.has_news |= can_change_laps(event) || changes.iter().any(is_of_laps);
        for change in &changes {
            match change {
                Change::SessionStarted => {
                    self.session_number += 1;
                    self.session_key = format!("{}-{}", self.published.run, self.session_number);
                    self.is_over = false;
                }
                Change::SessionEnded => {
                    self.is_over = true;
                    self.session_ended(at);
                }
                _ => {}
            }
        }
        self.laps.take_in(&changes);
        for line in self.feed.take_in(&self.tracker, event, &changes, now) {
            self.tell(line, at);
        }
    }

    /// The same for an event that happened before the program came, of which there are many.
    pub fn apply_past(&mut self, event: &Event, now: Duration, at: SystemTime) {
        self.is_past = true;
        self.apply(event, now, at);
        self.is_past = false;
    }

    fn session_ended(&mut self, at: SystemTime) {
        if self.settings.program.store {
            self.storing_until = Some(at + STORING);
        } else if let Some(result) = self.tracker.last_result() {
            self.finished.add(&self.session_key, result, at);
            self.published.results = self.finished.list();
            self.published.finished = self.finished.by_id();
        }
    }

    /// The lap store has another record.
    pub fn record_has_fallen(&mut self) {
        self.records_version += 1;
    }

    /// Adds a line to the feed.
    pub fn tell(&mut self, line: FeedLine, at: SystemTime) {
        self.last_id += 1;
        let elapsed = self.tracker.elapsed().map(|elapsed| elapsed.as_millis());
        self.lines.truncate(FEED - 1);
        self.lines.push_front(Line { id: self.last_id, at: unix_ms(at), elapsed, line });
    }

    /// Writes down how things stand at `now` by the session's clock.
    pub fn update(&mut self, server: &ServerState, now: Duration, at: SystemTime) -> Published {
        self.tracker.advance_to(now);
        let rows = self.rows();
        let session = self.session();
        self.write_seldom(&rows, now);
        if self.storing_until.is_some_and(|until| at >= until) {
            self.storing_until = None;
            self.finished.has_changed();
            self.record_has_fallen();
        }
        let versions = Versions {
            map: self.map.version(),
            positions: self.laps.positions_version(),
            results: self.finished.version(),
            records: self.records_version,
        };
        let published = &mut self.published;
        published.seq += 1;
        (published.results_version, published.records_version) = (versions.results, versions.records);
        let (run, seq, sent_at) = (published.run.clone(), published.seq, unix_ms(at));
        let told = &self.told;
        let update = Update {
            run: &run,
            seq,
            sent_at,
            clock: session.as_ref().map(|session| &session.clock),
            order: rows.iter().map(|row| Order { car_id: row.car.car_id, moving: &row.moving }).collect(),
            rows: rows.iter().filter(|row| !told.rows.iter().any(|told| told.car == row.car)).collect(),
            feed: self.lines.iter().take_while(|line| line.id > told.last_id).collect(),
            session: session
                .as_ref()
                .filter(|session| told.session.as_ref().is_none_or(|told| told.head != session.head)),
            server: (told.server.as_ref() != Some(server)).then_some(server),
            versions: (told.versions.as_ref() != Some(&versions)).then_some(&versions),
        };
        published.update_event = event("update", &run, seq, &to_json(&update));
        let program = &self.settings.program;
        let state = State {
            run: &run,
            seq,
            sent_at,
            program,
            server,
            versions: &versions,
            session: &session,
            rows: &rows,
            feed: &self.lines,
        };
        published.live = to_json(&state);
        published.state_event = event("state", &run, seq, &published.live);
        published.session = to_json(&SessionAnswer { server, session: &session });
        self.told = Told {
            rows,
            session,
            server: Some(server.clone()),
            versions: Some(versions),
            last_id: self.last_id,
        };
        published.clone()
    }

    fn rows(&mut self) -> Vec<Row> {
        if self.has_news && self.laps.write(&self.tracker, &self.session_key) {
            self.published.cars = Arc::new(self.laps.cars());
        }
        row::rows(&self.tracker, |car_id| self.laps.version(car_id))
    }

    fn session(&self) -> Option<Session> {
        session::session(
            &self.tracker,
            &Beside {
                key: &self.session_key,
                speed: self.settings.speed,
                grip: self.grip,
                is_over: self.is_over,
            },
        )
    }

    /// Writes what changes now and then: the same bytes stay where it has not.
    fn write_seldom(&mut self, rows: &[Row], now: Duration) {
        if let Some((map, png)) = self.map.write(now) {
            self.published.map = map;
            self.published.map_png = png;
        }
        if !std::mem::take(&mut self.has_news) {
            return;
        }
        self.published.standings = standings::standings(&self.tracker, &self.session_key);
        self.published.positions = self.laps.positions(&self.tracker, &self.session_key, rows);
    }
}

/// Whether an event by itself, without a change that the tracker tells of, can change standings, laps or places.
fn can_change_laps(event: &Event) -> bool {
    !matches!(
        event,
        Event::Version(_)
            | Event::CarUpdate(_)
            | Event::Chat(_)
            | Event::ClientEvent(_)
            | Event::Error(_)
            | Event::Ping(_)
            | Event::Unknown(_)
    )
}

/// Whether a change can be one of standings, laps or places. The places on the track are none.
fn is_of_laps(change: &Change) -> bool {
    !matches!(
        change,
        Change::Overtaken { .. }
            | Change::EnteredPits { .. }
            | Change::LeftPits { .. }
            | Change::DriverSilent { .. }
            | Change::DriverBack { .. }
            | Change::Collision { .. }
    )
}

/// An event of the stream. The JSON is on one line.
fn event(name: &str, run: &str, seq: u64, json: &[u8]) -> Bytes {
    let mut event = format!("event: {name}\nid: {run}.{seq}\ndata: ").into_bytes();
    event.reserve(json.len() + 2);
    event.extend_from_slice(json);
    event.extend_from_slice(b"\n\n");
    event.into()
}

pub fn to_json(value: &impl Serialize) -> Bytes {
    serde_json::to_vec(value).expect("all keys are texts, and nothing else can fail").into()
}

pub fn unix_ms(at: SystemTime) -> u64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
