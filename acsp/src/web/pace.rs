//! When the next update is due.

use std::time::{Duration, Instant};

/// The mean time between two updates is at least this: a little less than that between two reports, so that there is time left
/// over for what comes between them.
const MEAN: Duration = Duration::from_millis(90);
/// An update may come so much sooner than that, if the one before came late or alone: something that happens between two
/// reports of the cars need not wait for the next one, and neither does that report then.
const SOONER: Duration = Duration::from_millis(70);
/// A server sends the telemetry of all cars at once: wait for the rest.
const TOGETHER: Duration = Duration::from_millis(5);
/// Without news, the clocks need an update now and then.
const IDLE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub struct Pace {
    /// When the next update would be due at the mean pace.
    mean: Instant,
    last: Instant,
    /// When the first thing came that was not told yet.
    news: Option<Instant>,
}

impl Pace {
    pub fn new(now: Instant) -> Self {
        Self { mean: now, last: now, news: None }
    }

    /// Something has come.
    pub fn has_news(&mut self, now: Instant) {
        self.news.get_or_insert(now);
    }

    fn due(&self) -> Instant {
        let idle = self.last + IDLE;
        self.news.map_or(idle, |news| idle.min((news + TOGETHER).max(self.mean - SOONER)))
    }

    /// How long until an update is due.
    pub fn wait(&self, now: Instant) -> Duration {
        self.due().saturating_duration_since(now)
    }

    /// Whether an update is due; then it has to be made.
    pub fn take(&mut self, now: Instant) -> bool {
        if now < self.due() {
            return false;
        }
        self.mean = self.mean.max(now) + MEAN;
        self.last = now;
        self.news = None;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The updates in milliseconds, for news at these times.
    fn updates(news: &[u64], until: u64) -> Vec<u64> {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let mut updates = Vec::new();
        for millisecond in 1..=until {
            let now = start + Duration::from_millis(millisecond);
            if news.contains(&millisecond) {
                pace.has_news(now);
            }
            if pace.take(now) {
                updates.push(millisecond);
            }
        }
        updates
    }

    #[test]
    fn reports_are_told_at_once() {
        assert_eq!(updates(&[100, 101, 102, 200, 201, 300], 400), [105, 205, 305]);
    }

    #[test]
    fn what_comes_between_reports_does_not_wait_for_long() {
        let news: Vec<u64> = (1..40).map(|report| report * 100).chain([150, 850, 1650]).collect();
        let told = updates(&news, 4000);
        for came in news {
            let told = told.iter().find(|told| **told >= came + 5).unwrap();
            assert!(told - came <= 50, "{came} {told}");
        }
    }

    #[test]
    fn more_news_make_no_more_updates() {
        let all: Vec<u64> = (1..=10_000).collect();
        let count = updates(&all, 10_000).len();
        assert!((110..=112).contains(&count), "{count}");
    }

    #[test]
    fn without_news_the_clocks_go_on() {
        assert_eq!(updates(&[], 3500), [1000, 2000, 3000]);
    }
}
