//! The lap store: what was driven, by whom and where, in one SQLite file.
//!
//! [`Store`] writes what a tracker tells, on a thread of its own; whoever receives never waits for it. [`Reader`]
//! answers questions, on a connection of its own and on any thread.
//!
//! A kill loses at most the last second, and nothing that was reported as [`Stored`](Report::Stored), not even in a
//! power cut. Several programs may write to one file.
//!
//! Of people it holds GUID, names, team, laps, contacts and results; no chat, no addresses. [`forget`] deletes a person.

mod entry;
mod error;
mod forget;
mod options;
mod queries;
mod recorder;
mod rows;
mod schema;
#[cfg(test)]
mod tests;
mod webhook;
mod write;
mod writer;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, SyncSender, TryIter};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

use acudpclient::RaceTracker;
use acudpclient::tracker::Change;

pub use error::{Error, Kind};
pub use forget::{Forgotten, forget};
pub use options::{FileOption, StoreOptions, WebhookOptions};
pub use queries::{MAX_COMPARED, Reader};
pub use rows::{
    CollisionRow, Combination, CombinationRow, DriverLaps, DriverPage, DriverSession, LapRow, NameRow,
    Person, Record, RecordFilter, SessionFilter, SessionRow, StandingRow, StoredResult,
};
pub use webhook::{Webhook, WebhookFormat};
pub use write::{FallenRecord, StoredLap};

use entry::Entry;
use recorder::Recorder;
use webhook::Teller;
use write::Books;
use writer::Writer;

/// How much waits for the thread that writes.
const QUEUE: usize = 10_000;

/// What the store has to tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Report {
    /// This lap is in the file.
    Stored(StoredLap),
    /// A record has fallen, by a lap that is in the file.
    Record(FallenRecord),
    /// Nothing can be written just now; the text says why and what to do. Told once.
    Trouble(String),
    /// It can be written again. So many laps, contacts and results were lost since the start.
    Mended { lost: u64 },
}

/// Where and what to store.
#[derive(Debug, Clone)]
pub struct Settings {
    pub path: PathBuf,
    /// The server that is heard.
    pub server: SocketAddr,
    /// How fast its time passes, as a multiple of real time: 1, except in simulations.
    pub speed: f64,
    /// Told of each record that falls.
    pub webhook: Option<Webhook>,
}

/// Stores what a tracker tells.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    recorder: Recorder,
    /// `None` once it is closed.
    queue: Option<SyncSender<Entry>>,
    reports: Receiver<Report>,
    lost: Arc<AtomicU64>,
    thread: Option<JoinHandle<()>>,
}

impl Store {
    /// Opens the file, makes it if it is not there, and starts the thread that writes.
    pub fn start(settings: Settings) -> Result<Self, Error> {
        let Settings { path, server, speed, webhook } = settings;
        let connection = schema::open(&path)?;
        Ok(Self::start_on(connection, Settings { path, server, speed, webhook }))
    }

    fn start_on(connection: rusqlite::Connection, settings: Settings) -> Self {
        let Settings { path, server, speed, webhook } = settings;
        let (queue, entries) = mpsc::sync_channel(QUEUE);
        let (tell, reports) = mpsc::sync_channel(QUEUE);
        let lost = Arc::new(AtomicU64::new(0));
        let teller = webhook.map(|webhook| {
            let tell = tell.clone();
            Teller::start(webhook, move |trouble| {
                let _ = tell.try_send(Report::Trouble(trouble));
            })
        });
        let writer = Writer {
            path: path.clone(),
            connection,
            books: Books::new(speed),
            queue: entries,
            reports: tell,
            lost: lost.clone(),
            teller,
            trouble: None,
        };
        let thread = Some(thread::spawn(move || writer.run()));
        Self { path, recorder: Recorder::new(server, speed), queue: Some(queue), reports, lost, thread }
    }

    /// Stores what an event has changed. To be called after every event, also if it changed nothing, with the
    /// tracker and what [`RaceTracker::apply`] has returned. The tracker has to be told the time
    /// ([`RaceTracker::advance_to`]).
    ///
    /// Never waits. What finds no room because nothing could be written for long is lost and counted:
    /// [`lost`](Self::lost).
    pub fn apply(&mut self, tracker: &RaceTracker, changes: &[Change], now: SystemTime) {
        for entry in self.recorder.take_in(tracker, changes, now) {
            if self.queue.as_ref().is_none_or(|queue| queue.try_send(entry).is_err()) {
                self.lost.fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    /// What there is to tell. If nobody asks, it is dropped in time.
    pub fn reports(&self) -> TryIter<'_, Report> {
        self.reports.try_iter()
    }

    /// How many laps, contacts and results are not stored and will not be.
    pub fn lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what waits and ends, as dropping it does. Returns what there was still to tell, and
    /// [`lost`](Self::lost).
    pub fn close(mut self) -> (Vec<Report>, u64) {
        self.finish();
        (self.reports.try_iter().collect(), self.lost())
    }

    fn finish(&mut self) {
        self.queue = None;
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            log::error!("the lap store's thread has ended with a panic");
        }
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.finish();
    }
}
