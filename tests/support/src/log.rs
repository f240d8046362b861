//! What has been logged. A process has one logger, so each test of it is a program of its own.

use std::sync::{Mutex, MutexGuard};

use log::{Level, LevelFilter, Metadata, Record};

struct Log(Mutex<Vec<(Level, String)>>);

static LOG: Log = Log(Mutex::new(Vec::new()));

impl log::Log for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        self.0.lock().unwrap().push((record.level(), record.args().to_string()));
    }

    fn flush(&self) {}
}

/// From now on everything is kept.
pub fn keep() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(LevelFilter::Trace);
}

pub fn kept() -> MutexGuard<'static, Vec<(Level, String)>> {
    LOG.0.lock().unwrap()
}
