//! How a running subcommand ends: on Ctrl-C, or after `--seconds`.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
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

impl Limit {
    /// From now on Ctrl-C ends the program cleanly.
    pub fn start(&self) -> anyhow::Result<Stop> {
        let is_interrupted = Arc::new(AtomicBool::new(false));
        ctrlc::set_handler({
            let is_interrupted = is_interrupted.clone();
            move || is_interrupted.store(true, Ordering::Relaxed)
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
