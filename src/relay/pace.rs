//! [`Pace`]: how often a plugin gets the telemetry of a car.
//!
//! Each car has a steady beat per plugin: an update is due one interval after the last beat. An update passes if it
//! comes at most the tolerance too early. The new beat is the time at which the update was due, not the time at which
//! it came, so jitter does not add up. An update that is late by the tolerance or more starts a new beat.
//!
//! Example: a plugin asked for 200 ms, the server sends every 50 ms with some jitter. The tolerance is an eighth of
//! the interval, 25 ms, but at most 20 ms, so it is 20 ms.
//!
//! | update at | due at | passes | next beat |
//! | --- | --- | --- | --- |
//! | 3 ms | at once, the first one | yes | 3 ms |
//! | 55, 101, 152 ms | 203 ms | no: more than 20 ms early | |
//! | 198 ms | 203 ms | yes: 5 ms early | 203 ms |
//! | 251, 298, 350 ms | 403 ms | no: more than 20 ms early | |
//! | 406 ms | 403 ms | yes: 3 ms late | 403 ms |
//! | 640 ms, after a loss | 603 ms | yes: 37 ms late | 640 ms: a new beat |
//! | 815 ms | 840 ms | no: 25 ms early | |
//! | 825 ms | 840 ms | yes: 15 ms early | 840 ms |
//!
//! `the_example_of_the_documentation` holds these numbers. A plugin with the shortest interval gets every update: the
//! server keeps that interval itself.

use std::time::{Duration, Instant};

/// An update may come early by this fraction of the interval (an eighth), but at most by `MOST_TOLERANCE`.
const TOLERANCE: u32 = 8;
const MOST_TOLERANCE: Duration = Duration::from_millis(20);

/// The beat of each car's telemetry for one plugin.
#[derive(Debug)]
pub(super) struct Pace {
    /// When each car's last update was due.
    beats: [Option<Instant>; 256],
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { beats: [None; 256] }
    }

    /// True if an update that comes `now` is for a plugin with this interval, in milliseconds; `shortest` is the
    /// interval that the server was asked for.
    pub(super) fn passes(&mut self, car_id: u8, interval_ms: u16, shortest: u16, now: Instant) -> bool {
        if interval_ms == 0 {
            return false;
        }
        let interval = Duration::from_millis(interval_ms.into());
        let tolerance = (interval / TOLERANCE).min(MOST_TOLERANCE);
        let beat = &mut self.beats[usize::from(car_id)];
        let due = beat.map_or(now, |beat| beat + interval);
        // The server keeps the shortest interval itself.
        if interval_ms > shortest && now + tolerance < due {
            return false;
        }
        *beat = Some(if now < due + tolerance { due.min(now + tolerance) } else { now });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// At which of these times, in milliseconds, an update passes.
    fn passed(interval_ms: u16, shortest: u16, times: impl IntoIterator<Item = u64>) -> Vec<u64> {
        let start = Instant::now();
        let mut pace = Pace::new();
        let passes = |&at: &u64| pace.passes(3, interval_ms, shortest, start + Duration::from_millis(at));
        times.into_iter().filter(passes).collect()
    }

    #[test]
    fn the_example_of_the_documentation() {
        let times = [3, 55, 101, 152, 198, 251, 298, 350, 406, 640, 815, 825];
        assert_eq!(passed(200, 50, times), [3, 198, 406, 640, 825]);
    }

    #[test]
    fn nothing_unless_asked_for() {
        assert!(passed(0, 50, [0, 1000]).is_empty());
        assert!(passed(0, 0, [0, 1000]).is_empty());
    }

    #[test]
    fn the_shortest_interval_is_the_servers_rhythm() {
        assert_eq!(passed(50, 50, [0, 10, 120, 121]), [0, 10, 120, 121]);
    }

    #[test]
    fn a_longer_one_has_its_beat() {
        assert_eq!(passed(200, 50, (0..12).map(|i| 50 * i)), [0, 200, 400]);
        // The server's rhythm is not always a part of it.
        assert_eq!(passed(200, 150, (0..7).map(|i| 150 * i)), [0, 300, 600, 900]);
    }

    #[test]
    fn jitter_neither_halves_nor_raises_the_rate() {
        let jitter = [0, 7, 3, 9, 1, 5, 8, 2, 6, 4];
        let times = (0..200_u64).map(|i| 20 + 50 * i + jitter[i as usize % 10] * 2 - 10);
        let passed = passed(200, 50, times);
        assert_eq!(passed.len(), 50);
        assert!(passed.windows(2).all(|pair| pair[1] - pair[0] >= 160), "{passed:?}");
    }

    #[test]
    fn no_rate_passes_more_than_was_asked_for() {
        for gap in 1..60 {
            let passed = passed(100, 10, (0..).map(|i| gap * i).take_while(|&at| at <= 10_000));
            assert!(passed.len() <= 101, "{gap}: {}", passed.len());
        }
    }

    #[test]
    fn another_interval_counts_at_once() {
        let start = Instant::now();
        let mut pace = Pace::new();
        let mut passes = |interval_ms, at| pace.passes(3, interval_ms, 50, start + Duration::from_millis(at));
        assert!(passes(1000, 0));
        assert!(!passes(1000, 200));
        assert!(passes(200, 200));
        assert!(!passes(1000, 400));
        assert!(passes(1000, 1200));
    }

    #[test]
    fn each_car_has_its_own_beat() {
        let now = Instant::now();
        let mut pace = Pace::new();
        assert!((0..=255).all(|car| pace.passes(car, 1000, 50, now)));
        assert!((0..=255).all(|car| !pace.passes(car, 1000, 50, now)));
    }
}
