//! The race's thread: receives, keeps the books, and hands updates to the browsers.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use acsp::store::{Report, Store};
use tokio::sync::watch;

use super::books::{Books, ServerState, Settings, Status, unix_ms};
use super::pace::Pace;
use super::published::Published;
use crate::connection::{Connection, Drivers, ask};
use crate::db::{close, words};
use crate::feed::{FeedLine, Topic};
use crate::outage::{Notice, Outage};
use crate::stderr;
use crate::stop::Stop;

/// How often cars report, in real time.
const REPORT: Duration = Duration::from_millis(100);
/// How often they did in a simulated race until now, by its clock.
pub const PAST_REPORT: Duration = Duration::from_millis(200);
/// A server with cars sends more often.
const SILENCE: Duration = Duration::from_secs(5);
/// What comes in one go is taken in before time is looked at again.
const MOST_AT_ONCE: usize = 500;

pub struct Race {
    connection: Connection,
    books: Books,
    outage: Outage,
    drivers: Drivers,
    /// `None` if nothing is stored.
    store: Option<Store>,
    /// Why nothing comes.
    missing: Option<String>,
    server: ServerState,
    updates: watch::Sender<Arc<Published>>,
}

impl Race {
    /// Takes in what has happened until now, and asks the server for the rest.
    pub fn start(
        mut connection: Connection,
        settings: Settings,
        mut store: Option<Store>,
    ) -> anyhow::Result<Self> {
        let started = SystemTime::now();
        let mut books = Books::new(settings, &format!("{:x}", unix_ms(started)));
        connection.hear_past(|past| {
            for told in past {
                books.apply_past(&told.event, told.time, told.at);
                if let Some(store) = &mut store {
                    store.apply(books.tracker(), books.tracker().changes(), told.at);
                }
            }
        });
        let server = ServerState { status: Status::Waiting, since_at: unix_ms(started), text: None };
        let updates = watch::Sender::new(Arc::default());
        let (outage, drivers) = (Outage::new(), Drivers::default());
        let mut race = Self { connection, books, outage, drivers, store, missing: None, server, updates };
        let interval = REPORT.mul_f64(race.connection.speed());
        let mut notices = Vec::new();
        ask(&race.connection.client, Some(interval), &mut race.outage, |notice| {
            notices.push(notice.clone())
        })?;
        notices.iter().for_each(|notice| race.take_notice(notice));
        race.update();
        Ok(race)
    }

    pub fn updates(&self) -> watch::Receiver<Arc<Published>> {
        self.updates.subscribe()
    }

    /// Runs until it is to stop.
    pub fn run(mut self, stop: &Stop) -> anyhow::Result<()> {
        let mut pace = Pace::new(Instant::now());
        while !stop.is_wanted() {
            let wait = stop.wait().min(pace.wait(Instant::now()));
            if self.receive(wait)? {
                pace.has_news(Instant::now());
            }
            if pace.take(Instant::now()) {
                self.update();
            }
        }
        if let Some(store) = self.store {
            close(store, stderr::tell);
        }
        Ok(())
    }

    /// Waits for datagrams and takes them in. Returns whether some came.
    fn receive(&mut self, wait: Duration) -> anyhow::Result<bool> {
        let mut has_news = false;
        for left in (0..MOST_AT_ONCE).rev() {
            let wait = if has_news || left == 0 { Duration::ZERO } else { wait };
            let client = &mut self.connection.client;
            let received = client.wait_event(wait);
            let is_end = matches!(received, Ok(None));
            let mut notices = Vec::new();
            let received = self.outage.check(client, received, |notice| notices.push(notice.clone()))?;
            notices.iter().for_each(|notice| self.take_notice(notice));
            if let Some(event) = received.flatten() {
                let (clock, at) = self.connection.arrival();
                self.books.apply(&event, clock, at);
                if let Some(store) = &mut self.store {
                    store.apply(self.books.tracker(), self.books.tracker().changes(), at);
                }
            }
            if is_end {
                break;
            }
            has_news = true;
        }
        if has_news {
            let asked = self.drivers.ask(&self.connection.client, self.books.tracker(), &mut self.outage)?;
            asked.iter().for_each(|notice| self.take_notice(notice));
        }
        Ok(has_news)
    }

    /// Takes in what the store has to tell.
    fn hear_store(&mut self) {
        let reports: Vec<Report> = self.store.iter().flat_map(Store::reports).collect();
        for report in reports {
            let topic = match report {
                Report::Stored(_) => continue,
                Report::Record(_) => {
                    self.books.record_has_fallen();
                    Topic::SessionBest
                }
                Report::Mended { .. } => Topic::Session,
                Report::Trouble(_) => Topic::Trouble,
            };
            let text = words(&report);
            if topic != Topic::SessionBest {
                stderr::tell(&text);
            }
            self.books.tell(FeedLine::new(topic, text), SystemTime::now());
        }
    }

    fn take_notice(&mut self, notice: &Notice) {
        stderr::tell(notice);
        let topic = match notice {
            Notice::Missing(line) => {
                self.missing = Some(line.clone());
                return;
            }
            Notice::Back(_) => {
                self.missing = None;
                Topic::Session
            }
            Notice::Trouble(_) => Topic::Trouble,
        };
        self.books.tell(FeedLine::new(topic, notice.to_string()), SystemTime::now());
    }

    fn update(&mut self) {
        self.look_at_server();
        self.hear_store();
        let published = self.books.update(&self.server, self.connection.clock(), SystemTime::now());
        self.updates.send_replace(Arc::new(published));
    }

    fn look_at_server(&mut self) {
        let client = &self.connection.client;
        let silent_for = client.last_received().map(|at| at.elapsed());
        let is_anybody_there = || self.books.tracker().cars().any(|car| car.connected);
        let status = match silent_for {
            _ if self.missing.is_some() => Status::Missing,
            None => Status::Waiting,
            Some(silence) if silence >= SILENCE && is_anybody_there() => Status::Silent,
            Some(_) => Status::Live,
        };
        let text = match status {
            Status::Missing => self.missing.clone(),
            Status::Live => None,
            // Says since when in seconds: made once, as the page counts itself.
            _ if status == self.server.status && self.server.text.is_some() => self.server.text.clone(),
            _ => client.explain_silence().map(|silence| silence.to_string()),
        };
        if status != self.server.status {
            let since =
                SystemTime::now() - silent_for.filter(|_| status == Status::Silent).unwrap_or_default();
            self.server = ServerState { status, since_at: unix_ms(since), text };
        } else {
            self.server.text = text;
        }
    }
}
