//! Where a car was, and when: [`Trail`].

use std::collections::VecDeque;
use std::fmt;

/// How many samples a trail keeps: 12 KB.
pub(super) const SAMPLES: usize = 512;

/// Faster reports are thinned to one sample in so many parts of a lap, so that a trail is longer than a lap.
const PARTS: f64 = 400.0;

/// A slow car leaves a sample at least every so many seconds.
const LONGEST: f64 = 2.0;

/// A car that has come less far, in laps, between two samples stands: some millimetres.
const STANDING: f64 = 1e-6;

/// A car at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(in crate::tracker) struct Sample {
    /// In seconds, by the caller's clock.
    pub time: f64,
    /// In laps since the start.
    pub distance: f64,
    /// In m/s.
    pub speed: f32,
}

/// The last lap of a car and a bit, as its distance over time. Distances grow: a car that goes backwards takes what
/// it has undone out of its trail.
#[derive(Clone, PartialEq, Default)]
pub(in crate::tracker) struct Trail {
    /// In their order, none newer than `newest`.
    samples: VecDeque<Sample>,
    /// The two newest ones, whether they are kept or not.
    before: Option<Sample>,
    newest: Option<Sample>,
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail").field("samples", &self.samples.len()).field("newest", &self.newest).finish()
    }
}

impl Trail {
    pub fn newest(&self) -> Option<Sample> {
        self.newest
    }

    /// Keeps the memory.
    pub fn clear(&mut self) {
        self.samples.clear();
        self.before = None;
        self.newest = None;
    }

    /// Adds a sample. Returns whether it is kept for its distance from the one that was kept before.
    // What is rare reads the samples from `self`: passed by reference they would be written to the stack each time.
    #[inline]
    pub fn push(&mut self, sample: Sample) -> bool {
        let last = self.newest;
        self.newest = Some(sample);
        let Some(last) = last else { return false };
        if sample.distance < last.distance || sample.time <= last.time {
            self.turn_back(last.time);
            return false;
        }
        self.before = Some(last);
        let Some(kept) = self.samples.back() else {
            self.keep_both();
            return false;
        };
        let has_stood = last.distance - kept.distance < STANDING;
        if (sample.distance - kept.distance) * PARTS >= 1.0 {
            if has_stood {
                self.keep_before();
            }
            self.add(sample);
            return true;
        }
        if sample.time - kept.time >= LONGEST {
            if has_stood {
                self.keep_before();
            }
            self.keep_newest();
        }
        false
    }

    /// The two samples that were kept last.
    pub fn kept(&self) -> Option<(Sample, Sample)> {
        let before = self.samples.len().checked_sub(2)?;
        Some((self.samples[before], self.samples[before + 1]))
    }

    #[cold]
    fn keep_both(&mut self) {
        self.keep_before();
        self.keep_newest();
    }

    #[cold]
    fn keep_before(&mut self) {
        if let Some(before) = self.before {
            self.keep(before);
        }
    }

    #[cold]
    fn keep_newest(&mut self) {
        if let Some(newest) = self.newest {
            self.keep(newest);
        }
    }

    /// A sample stays when it is no longer the newest one.
    fn keep(&mut self, sample: Sample) {
        let count = self.samples.len();
        let before = self.samples.back().copied();
        let stood = count >= 2
            && sample.distance - self.samples[count - 2].distance < STANDING
            && before.is_some_and(|before| before.distance <= sample.distance);
        if stood {
            self.samples[count - 1] = sample;
        } else if before.is_none_or(|before| before.time < sample.time) {
            self.add(sample);
        }
    }

    /// The car has gone backwards, or two reports came at the same time.
    #[cold]
    fn turn_back(&mut self, last_time: f64) {
        self.before = None;
        let Some(sample) = self.newest else { return };
        while self.samples.back().is_some_and(|kept| kept.distance > sample.distance) {
            self.samples.pop_back();
        }
        if sample.time > last_time && self.samples.back().is_none_or(|kept| kept.time < sample.time) {
            self.add(sample);
        }
    }

    #[inline]
    fn add(&mut self, sample: Sample) {
        if self.samples.capacity() < SAMPLES {
            self.samples.reserve_exact(SAMPLES - self.samples.len());
        }
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
    }

    /// The car is as many laps further as was thought.
    pub fn shift(&mut self, laps: i32) {
        let laps = f64::from(laps);
        for sample in self.samples.iter_mut().chain(&mut self.before).chain(&mut self.newest) {
            sample.distance += laps;
        }
    }

    /// When the car was last at this distance, in seconds. `None` if that is not in the trail. `pace` is in laps per
    /// metre.
    pub fn time_at(&self, distance: f64, pace: Option<f64>) -> Option<f64> {
        let newest = self.newest.filter(|newest| distance <= newest.distance)?;
        let next = self.samples.partition_point(|sample| sample.distance <= distance);
        let (before, after) = self.around(next, newest, |before| before.distance <= distance)?;
        if before.distance >= distance {
            return Some(before.time);
        }
        Some(Stretch::new(before, after, pace).time_at(distance))
    }

    /// The samples around a place or time, of which the kept one behind it has this index.
    fn around(
        &self,
        next: usize,
        newest: Sample,
        is_past: impl Fn(&Sample) -> bool,
    ) -> Option<(Sample, Sample)> {
        let kept = next.checked_sub(1).and_then(|index| self.samples.get(index)).copied();
        match (self.samples.get(next), self.before) {
            (Some(after), _) => Some((kept?, *after)),
            (None, Some(before)) if is_past(&before) => Some((before, newest)),
            (None, Some(before)) => Some((kept?, before)),
            (None, None) => Some((kept?, newest)),
        }
    }

    /// How far the car was at this time. `None` if that is not in the trail.
    pub fn distance_at(&self, time: f64, pace: Option<f64>) -> Option<f64> {
        let newest = self.newest.filter(|newest| time <= newest.time)?;
        let next = self.samples.partition_point(|sample| sample.time <= time);
        let (before, after) = self.around(next, newest, |before| before.time <= time)?;
        let stretch = Stretch::new(before, after, pace);
        Some(stretch.distance((time - before.time) / stretch.seconds))
    }
}

/// Between two samples: a cubic curve with the speeds at both ends, which is right to some milliseconds where a
/// straight line, at one report per second, is wrong by a tenth of a second.
struct Stretch {
    from: Sample,
    seconds: f64,
    length: f64,
    /// The speeds at both ends, in stretches per time of the stretch.
    speeds: [f64; 2],
}

impl Stretch {
    fn new(from: Sample, to: Sample, pace: Option<f64>) -> Self {
        let (seconds, length) = ((to.time - from.time).max(1e-9), to.distance - from.distance);
        let speeds = match pace {
            Some(pace) if length > STANDING => {
                // Up to three times the mean the curve never turns back.
                [from, to].map(|end| (f64::from(end.speed) * pace * seconds / length).clamp(0.0, 3.0))
            }
            _ => [1.0; 2],
        };
        Self { from, seconds, length, speeds }
    }

    /// How much of the stretch is covered after this part of its time, and how fast.
    fn curve(&self, part: f64) -> (f64, f64) {
        let [a, b] = self.speeds;
        let (c, d) = (3.0 - 2.0 * a - b, a + b - 2.0);
        (part * (a + part * (c + part * d)), a + part * (2.0 * c + part * 3.0 * d))
    }

    fn distance(&self, part: f64) -> f64 {
        self.from.distance + self.length * self.curve(part).0
    }

    fn time_at(&self, distance: f64) -> f64 {
        if self.length <= STANDING {
            return self.from.time + self.seconds; // it left at the end
        }
        let wanted = (distance - self.from.distance) / self.length;
        let (mut low, mut high) = (0.0, 1.0);
        let mut part = wanted;
        // Newton's method, and where that leaves the range, halves of it.
        for _ in 0..24 {
            let (covered, speed) = self.curve(part);
            let error = covered - wanted;
            if error.abs() < 1e-7 {
                break;
            }
            if error > 0.0 {
                high = part;
            } else {
                low = part;
            }
            let next = part - error / speed;
            part = if next > low && next < high { next } else { (low + high) / 2.0 };
        }
        self.from.time + part * self.seconds
    }
}
