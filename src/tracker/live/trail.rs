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
#[derive(Clone, PartialEq)]
pub(in crate::tracker) struct Trail {
    /// In their order, none newer than `newest`.
    samples: VecDeque<Sample>,
    /// The two newest ones, whether they are kept or not.
    before: Option<Sample>,
    newest: Option<Sample>,
    /// The newest one of those that are kept.
    kept: Sample,
}

/// Before there is any.
const LONG_AGO: Sample = Sample { time: f64::NEG_INFINITY, distance: f64::NEG_INFINITY, speed: 0.0 };

impl Default for Trail {
    fn default() -> Self {
        Self { samples: VecDeque::new(), before: None, newest: None, kept: LONG_AGO }
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail").field("samples", &self.samples.len()).field("newest", &self.newest).finish()
    }
}

impl Trail {
    pub(in crate::tracker) fn newest(&self) -> Option<Sample> {
        self.newest
    }

    /// Keeps the memory.
    pub(in crate::tracker) fn clear(&mut self) {
        self.samples.clear();
        self.before = None;
        self.newest = None;
        self.kept = LONG_AGO;
    }

    /// Adds a sample. Returns whether it is kept for its distance from the one that was kept before.
    // Of what is not done for each sample, each part reads the samples from `self`: passed by reference they would be
    // written to the stack each time.
    #[inline]
    pub(in crate::tracker) fn push(&mut self, sample: Sample) -> bool {
        let Some(last) = self.newest.replace(sample) else {
            self.samples.reserve_exact(SAMPLES - self.samples.len());
            return false;
        };
        if sample.distance < last.distance || sample.time <= last.time {
            self.turn_back(last.time);
            return false;
        }
        self.before = Some(last);
        let is_far = sample.distance - self.kept.distance >= 1.0 / PARTS;
        if is_far || sample.time - self.kept.time >= LONGEST { self.keep_newest(is_far) } else { false }
    }

    /// Keeps the newest sample. Returns whether that is for its distance.
    #[inline(never)]
    fn keep_newest(&mut self, is_far: bool) -> bool {
        let (Some(last), Some(sample)) = (self.before, self.newest) else { return false };
        if self.samples.is_empty() {
            self.keep(last);
            self.keep(sample);
            return false;
        }
        let has_stood = last.distance - self.kept.distance < STANDING;
        if has_stood {
            self.keep(last);
        }
        if is_far {
            self.add(sample);
        } else {
            self.keep(sample);
        }
        is_far
    }

    /// The two samples that were kept last.
    pub(in crate::tracker) fn kept(&self) -> Option<(Sample, Sample)> {
        let before = self.samples.len().checked_sub(2)?;
        Some((self.samples[before], self.samples[before + 1]))
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
            self.kept = sample;
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
        self.kept = self.samples.back().copied().unwrap_or(LONG_AGO);
        if sample.time > last_time && self.samples.back().is_none_or(|kept| kept.time < sample.time) {
            self.add(sample);
        }
    }

    #[inline]
    fn add(&mut self, sample: Sample) {
        if self.samples.len() == SAMPLES {
            self.samples.pop_front();
        }
        self.samples.push_back(sample);
        self.kept = sample;
    }

    /// The car is as many laps further as was thought.
    pub(in crate::tracker) fn shift(&mut self, laps: i32) {
        let laps = f64::from(laps);
        for sample in self.samples.iter_mut().chain(&mut self.before).chain(&mut self.newest) {
            sample.distance += laps;
        }
        self.kept.distance += laps;
    }

    /// When the car was last at this distance, in seconds. `None` if that is not in the trail. `pace` is in laps per
    /// metre.
    pub(in crate::tracker) fn time_at(&self, distance: f64, pace: Option<f64>) -> Option<f64> {
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
    pub(in crate::tracker) fn distance_at(&self, time: f64, pace: Option<f64>) -> Option<f64> {
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
