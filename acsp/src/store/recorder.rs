//! From what the tracker tells to what is written.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, LapTime};
use acudpclient::tracker::{Car, Change, Driver};

use super::entry::{self, Entry, What};

/// How much of a session is kept while it is not known which. The server is asked for it at the start.
const MAX_WAITING: usize = 1000;

/// Follows a tracker.
#[derive(Debug)]
pub(crate) struct Recorder {
    address: SocketAddr,
    /// The session's speed, as a multiple of real time.
    speed: f64,
    tickets: u32,
    /// `None` until it is known which session runs.
    session: Option<Arc<entry::Session>>,
    /// What happened in it before that.
    waiting: Vec<(i64, What)>,
    /// Laps of the session whose driver or car is not known.
    incomplete: Vec<Incomplete>,
}

#[derive(Debug)]
struct Incomplete {
    car_id: CarId,
    at: i64,
    number: u32,
    lap_time: LapTime,
}

impl Recorder {
    pub(crate) fn new(address: SocketAddr, speed: f64) -> Self {
        Self { address, speed, tickets: 0, session: None, waiting: Vec::new(), incomplete: Vec::new() }
    }

    /// Returns what is to be written of the changes that the tracker has just told.
    pub(crate) fn take_in(
        &mut self,
        tracker: &RaceTracker,
        changes: &[Change],
        now: SystemTime,
    ) -> Vec<Entry> {
        let at = milliseconds(now);
        let mut entries = Vec::new();
        for change in changes {
            match change {
                Change::SessionStarted => self.begin(tracker, at, &mut entries),
                Change::SessionEnded => self.end(tracker, at, &mut entries),
                Change::LapCompleted { car_id, .. } => {
                    let lap = tracker.car(*car_id).and_then(|car| self.lap(car, at));
                    self.push(at, lap.map(What::Lap), &mut entries);
                }
                Change::Collision { car_id, other_car_id, impact_speed } => {
                    let driver = |car_id| identified(tracker.car(car_id)?);
                    let collision = entry::Collision {
                        car_id: car_id.0,
                        driver: driver(*car_id),
                        other_car_id: other_car_id.map(|other| other.0),
                        other_driver: other_car_id.and_then(driver),
                        impact_speed: *impact_speed,
                    };
                    self.push(at, Some(What::Collision(collision)), &mut entries);
                }
                _ => {}
            }
        }
        if !self.incomplete.is_empty() {
            self.complete(tracker, at, &mut entries);
        }
        entries
    }

    fn push(&mut self, at: i64, what: Option<What>, entries: &mut Vec<Entry>) {
        let Some(what) = what else { return };
        match &self.session {
            Some(session) => entries.push(Entry { session: session.clone(), at, what }),
            None if self.waiting.len() < MAX_WAITING => self.waiting.push((at, what)),
            None => {
                log::warn!("{} does not tell its session: what happens in it is not stored", self.address)
            }
        }
    }

    fn begin(&mut self, tracker: &RaceTracker, at: i64, entries: &mut Vec<Entry>) {
        if self.session.take().is_some() || tracker.session().is_none() {
            // Another one, and nothing that waits is of it.
            self.waiting.clear();
            self.incomplete.clear();
        }
        let Some(info) = tracker.session() else { return };
        let session = entry::Session {
            was_running: self.tickets == 0,
            server: info.server_name.clone(),
            index: info.session_index,
            session_type: info.session_type.to_string(),
            name: info.name.clone(),
            track: info.track.clone(),
            layout: info.track_config.clone(),
            started: self.started(tracker, at),
            ..entry::Session::default()
        };
        self.open(session, entries);
    }

    /// What waits belongs to this session.
    fn open(&mut self, mut session: entry::Session, entries: &mut Vec<Entry>) {
        self.tickets += 1;
        session.ticket = self.tickets;
        session.address = self.address.to_string();
        if session.server.is_empty() {
            session.server.clone_from(&session.address);
        }
        let session = Arc::new(session);
        let waiting = self.waiting.drain(..);
        entries.extend(waiting.map(|(at, what)| Entry { session: session.clone(), at, what }));
        self.session = Some(session);
    }

    /// When the session's own time was zero.
    fn started(&self, tracker: &RaceTracker, at: i64) -> Option<i64> {
        let real = |time: Duration| (time.as_millis() as f64 / self.speed) as i64;
        match tracker.starts_in() {
            Some(wait) => Some(at.saturating_add(real(wait))),
            None => Some(at.saturating_sub(real(tracker.elapsed()?))),
        }
    }

    fn end(&mut self, tracker: &RaceTracker, at: i64, entries: &mut Vec<Entry>) {
        let Some(result) = tracker.last_result() else { return };
        if self.session.is_none() {
            let session_type = "unknown".to_owned();
            self.open(entry::Session { session_type, ..entry::Session::default() }, entries);
        }
        self.push(at, Some(What::Result(Box::new(result.clone()))), entries);
        self.incomplete.clear();
    }

    fn lap(&mut self, car: &Car, at: i64) -> Option<entry::Lap> {
        let lap = car.last_lap()?;
        if car.driver.is_none() || car.car_model.is_empty() {
            let (car_id, number, lap_time) = (car.car_id, lap.number, lap.lap_time);
            self.incomplete.push(Incomplete { car_id, at, number, lap_time });
        }
        Some(entry::Lap {
            car_id: car.car_id.0,
            driver: identified(car),
            car_model: car.car_model.clone(),
            number: lap.number,
            lap_time: lap.lap_time.0,
            cuts: lap.cuts,
            is_valid: lap.is_valid(),
            sectors: lap.sectors.iter().map(|sector| sector.0).collect(),
            tyre: lap.tyre.clone(),
        })
    }

    /// Names the drivers that have become known.
    fn complete(&mut self, tracker: &RaceTracker, at: i64, entries: &mut Vec<Entry>) {
        let mut known: Vec<entry::Car> = Vec::new();
        self.incomplete.retain(|incomplete| {
            let Some(car) = tracker.car(incomplete.car_id) else { return false };
            let is_it = |lap: &acudpclient::tracker::Lap| {
                (lap.number, lap.lap_time) == (incomplete.number, incomplete.lap_time)
            };
            if !car.laps().iter().any(is_it) {
                return false; // somebody else sits there now
            }
            if car.driver.is_none() || car.car_model.is_empty() {
                return true;
            }
            match known.iter_mut().find(|known| known.car_id == car.car_id.0) {
                Some(known) => known.laps.push(incomplete.at),
                None => known.push(entry::Car {
                    car_id: car.car_id.0,
                    driver: identified(car),
                    model: car.car_model.clone(),
                    laps: vec![incomplete.at],
                }),
            }
            false
        });
        for car in known {
            self.push(at, Some(What::Car(car)), entries);
        }
    }
}

fn milliseconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Who sits in the car, if the GUID tells this person from others.
fn identified(car: &Car) -> Option<Driver> {
    let driver = car.driver.as_ref()?;
    driver.identity().map(|_| driver.clone())
}
