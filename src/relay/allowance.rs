//! Limits: [`Allowance`] for commands per second, [`Hush`] for lines in the log.

use std::time::{Duration, Instant};

/// A limit of commands per second, as a token bucket that holds one second's worth.
///
/// Example with 10 per second. The bucket starts with 10 tokens; a command takes one; 0.01 tokens per millisecond
/// come back, up to 10.
///
/// | at | tokens before | command |
/// | --- | --- | --- |
/// | 0 ms | 10 | the first 10 pass, all further ones are dropped: 0 left |
/// | 99 ms | 0.99 | dropped, less than 1 |
/// | 200 ms | 2 | passes, 1 left |
/// | 60 s | 10, the maximum | 10 pass |
///
/// `a_second_worth_at_once_and_then_the_rate` holds these numbers.
#[derive(Debug)]
pub(super) struct Allowance {
    per_second: f64,
    left: f64,
    counted: Option<Instant>,
}

impl Allowance {
    pub(super) fn new(per_second: u32) -> Self {
        let per_second = f64::from(per_second);
        Self { per_second, left: per_second, counted: None }
    }

    pub(super) fn take(&mut self, now: Instant) -> bool {
        let past = self
            .counted
            .replace(now)
            .map_or(0.0, |before| now.saturating_duration_since(before).as_secs_f64());
        self.left = (self.left + past * self.per_second).min(self.per_second);
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

/// The pause between two lines of a kind.
const QUIET: Duration = Duration::from_secs(10);

/// Keeps one kind of line from filling the log.
#[derive(Debug, Default)]
pub(super) struct Hush(Option<Instant>);

impl Hush {
    /// True if the line may be written now.
    pub(super) fn may_speak(&mut self, now: Instant) -> bool {
        let may = self.0.is_none_or(|spoken| now.saturating_duration_since(spoken) >= QUIET);
        if may {
            self.0 = Some(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_worth_at_once_and_then_the_rate() {
        let start = Instant::now();
        let mut allowance = Allowance::new(10);
        let at = |ms| start + Duration::from_millis(ms);
        assert_eq!((0..100).filter(|_| allowance.take(at(0))).count(), 10);
        assert!(!allowance.take(at(99)));
        assert!(allowance.take(at(200)));
        // Never more than a second's worth.
        assert_eq!((0..100).filter(|_| allowance.take(at(60_000))).count(), 10);
        assert!(!Allowance::new(0).take(at(0)));
    }

    #[test]
    fn the_log_hears_of_a_flood_every_ten_seconds() {
        let start = Instant::now();
        let mut hush = Hush::default();
        let spoken: Vec<u64> = (0..25).filter(|&s| hush.may_speak(start + Duration::from_secs(s))).collect();
        assert_eq!(spoken, [0, 10, 20]);
    }
}
