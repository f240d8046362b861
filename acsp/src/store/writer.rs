//! The thread that writes: many entries per transaction, and none lost to trouble that passes.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::Report;
use super::entry::Entry;
use super::error::{Error, Kind};
use super::webhook::Teller;
use super::write::{Books, Told};

/// How long entries are gathered for one transaction: a kill loses no more than this.
const GATHER: Duration = Duration::from_millis(200);

/// The most entries of one transaction.
const MOST: usize = 1000;

/// How long to wait after trouble before the next try.
const RETRY: Duration = Duration::from_secs(1);

/// How many entries are kept in trouble, besides those in the queue: a race of four hours with 60 cars.
const MOST_KEPT: usize = 10_000;

pub(super) struct Writer {
    pub path: PathBuf,
    pub connection: Connection,
    pub books: Books,
    pub queue: Receiver<Entry>,
    pub reports: SyncSender<Report>,
    /// Entries that are not stored and will not be.
    pub lost: Arc<AtomicU64>,
    pub teller: Option<Teller>,
    /// What the user was told last and is not over.
    pub trouble: Option<String>,
}

impl Writer {
    /// Ends when the queue's other end is dropped and what was in it is written.
    pub(super) fn run(mut self) {
        let mut entries = Vec::new();
        loop {
            let is_open = self.gather(&mut entries);
            self.write(&mut entries);
            if !is_open {
                self.lost.fetch_add(entries.len() as u64, Ordering::Relaxed);
                return;
            }
        }
    }

    /// Waits for entries. Returns false if there will be no more.
    fn gather(&self, entries: &mut Vec<Entry>) -> bool {
        let in_trouble = !entries.is_empty();
        let (time, most) = if in_trouble { (RETRY, MOST_KEPT) } else { (GATHER, MOST) };
        if !in_trouble {
            match self.queue.recv() {
                Ok(entry) => entries.push(entry),
                Err(_) => return false,
            }
        }
        let end = Instant::now() + time;
        while entries.len() < most {
            match self.queue.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(entry) => entries.push(entry),
                Err(RecvTimeoutError::Timeout) => return true,
                Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
        if in_trouble {
            thread::sleep(end.saturating_duration_since(Instant::now()));
        }
        true
    }

    /// Leaves what could not be written for the next try.
    fn write(&mut self, entries: &mut Vec<Entry>) {
        match self.commit(entries) {
            Ok(told) => {
                entries.clear();
                self.is_well();
                self.tell(told);
            }
            Err(kind) if kind.is_passing() => self.waits(kind),
            Err(_) => self.write_one_by_one(entries),
        }
    }

    /// One of them cannot be written: leaves it out, for the others' sake.
    fn write_one_by_one(&mut self, entries: &mut Vec<Entry>) {
        while let Some(entry) = entries.first() {
            match self.commit(std::slice::from_ref(entry)) {
                Ok(told) => self.tell(told),
                Err(kind) if kind.is_passing() => return self.waits(kind),
                Err(kind) => {
                    self.lost.fetch_add(1, Ordering::Relaxed);
                    let words = Error::of(&self.path, kind).to_string();
                    self.report(Report::Trouble(format!(
                        "{words}. Something could not be stored and is left out"
                    )));
                }
            }
            entries.remove(0);
        }
    }

    fn commit(&mut self, entries: &[Entry]) -> Result<Told, Kind> {
        let (mut books, mut told) = (self.books.clone(), Told::default());
        let transaction = Transaction::new(&mut self.connection, TransactionBehavior::Immediate)?;
        for entry in entries {
            books.write(&transaction, entry, &mut told)?;
        }
        transaction.commit()?;
        self.books = books;
        Ok(told)
    }

    fn tell(&self, told: Told) {
        for record in &told.records {
            if self.teller.as_ref().is_some_and(|teller| !teller.tell(record)) {
                self.report(Report::Trouble(
                    "the webhook is too slow: it is not told of a record".to_owned(),
                ));
            }
        }
        told.laps.into_iter().for_each(|lap| self.report(Report::Stored(lap)));
        told.records.into_iter().for_each(|record| self.report(Report::Record(record)));
    }

    fn waits(&mut self, kind: Kind) {
        let words = Error::of(&self.path, kind).to_string();
        if self.trouble.as_ref() != Some(&words) {
            self.trouble = Some(words.clone());
            self.report(Report::Trouble(format!("{words}. What is to be stored waits in memory")));
        }
    }

    fn is_well(&mut self) {
        if self.trouble.take().is_some() {
            let lost = self.lost.load(Ordering::Relaxed);
            self.report(Report::Mended { lost });
        }
    }

    /// Who does not read the reports misses them; the laps are stored all the same.
    fn report(&self, report: Report) {
        let _ = self.reports.try_send(report);
    }
}
