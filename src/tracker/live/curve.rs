//! How long a lap took to each point of the track: [`Curve`].

use super::trail::Trail;
use crate::protocol::LapTime;

/// At so many points.
const POINTS: usize = 200;

/// A lap that others are compared with: 0.8 KB.
#[derive(Clone, PartialEq, Default)]
pub(in crate::tracker) struct Curve {
    pub lap_time: Option<LapTime>,
    /// Milliseconds from the beginning of the lap to each point, both ends included. From a grid the line comes later.
    times: Vec<f32>,
}

impl std::fmt::Debug for Curve {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Curve").field("lap_time", &self.lap_time).finish_non_exhaustive()
    }
}

impl Curve {
    /// Takes over the lap that began at this time and ends at this distance. What telemetry has not shown before the
    /// line comes from the lap's time.
    pub fn learn(&mut self, lap_time: LapTime, began: f64, end: f64, trail: &Trail, pace: Option<f64>) {
        self.forget();
        let Some(newest) = trail.newest() else { return };
        let place = |point: usize| end - 1.0 + point as f64 / POINTS as f64;
        let all = f64::from(lap_time.0);
        self.times.clear();
        let mut seen = (0, 0.0);
        for point in 0..=POINTS {
            let time = if place(point) <= newest.distance {
                trail.time_at(place(point), pace).map(|time| (time - began) * 1000.0)
            } else {
                let part = (point - seen.0) as f64 / (POINTS - seen.0) as f64;
                Some(seen.1 + (all - seen.1) * part)
            };
            let Some(time) = time else { return };
            if place(point) <= newest.distance {
                seen = (point, time);
            }
            self.times.push(time as f32);
        }
        // A lap whose time is another one than was seen, or whose end is missing.
        let end = f64::from(self.times[POINTS]);
        if seen.0 < POINTS - POINTS / 20 || (end - all).abs() > all / 50.0 {
            return;
        }
        let scale = (all / end) as f32;
        self.times.iter_mut().for_each(|time| *time *= scale);
        self.lap_time = Some(lap_time);
    }

    /// The lap was not seen.
    pub fn forget(&mut self) {
        self.lap_time = None;
    }

    /// Copies another one into the memory of this one.
    pub fn copy(&mut self, other: &Self) {
        self.lap_time = other.lap_time;
        self.times.clone_from(&other.times);
    }

    /// Milliseconds from the beginning to this part of the lap, if it is the curve of a lap of this time.
    pub fn time_at(&self, part: f64, lap_time: Option<LapTime>) -> Option<f64> {
        if self.lap_time.is_none() || self.lap_time != lap_time {
            return None;
        }
        let point = part.clamp(0.0, 1.0) * POINTS as f64;
        let index = (point as usize).min(POINTS - 1);
        let (low, high) = (*self.times.get(index)?, *self.times.get(index + 1)?);
        Some(f64::from(low) + f64::from(high - low) * (point - index as f64))
    }
}
