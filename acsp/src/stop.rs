//! How a running subcommand ends: on Ctrl-C, or after `--seconds`.

use std::process;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;

/// The longest wait between two checks whether to stop.
const LONGEST_WAIT: Duration = Duration::from_millis(100);

#[derive(Debug, Args)]
pub struct Limit {
    /// End after N seconds; otherwise Ctrl-C ends it
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
}

pub struct Stop {
    is_interrupted: Arc<AtomicBool>,
    end: Option<Instant>,
}

/// Reading a closed terminal never ends, so the program gets this time to end by itself.
const TERMINAL_PATIENCE: Duration = Duration::from_millis(800);

impl Limit {
    /// From now on Ctrl-C ends the program cleanly. So do a service manager and a closed terminal.
    pub fn start(&self) -> anyhow::Result<Stop> {
        self.start_with(|| {})
    }

    /// The same for a program that reads keys, and saves what it has to within `TERMINAL_PATIENCE`.
    pub fn start_at_terminal(&self) -> anyhow::Result<Stop> {
        self.start_with(|| {
            thread::sleep(TERMINAL_PATIENCE);
            process::exit(1);
        })
    }

    fn start_with(&self, after: impl Fn() + Send + 'static) -> anyhow::Result<Stop> {
        let is_interrupted = Arc::new(AtomicBool::new(false));
        ctrlc::set_handler({
            let is_interrupted = is_interrupted.clone();
            move || {
                is_interrupted.store(true, Ordering::Relaxed);
                after();
            }
        })?;
        let seconds = self.seconds.map(Duration::from_secs);
        Ok(Stop { is_interrupted, end: seconds.and_then(|seconds| Instant::now().checked_add(seconds)) })
    }
}

impl Stop {
    pub fn is_wanted(&self) -> bool {
        self.is_interrupted.load(Ordering::Relaxed) || self.end.is_some_and(|end| Instant::now() >= end)
    }

    /// How long to wait until the next check.
    pub fn wait(&self) -> Duration {
        let left = self.end.map(|end| end.saturating_duration_since(Instant::now()));
        left.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
    }
}
