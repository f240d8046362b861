//! What the cars' telemetry tells of the track: [`Track`].

use super::trail::Sample;

/// In so many parts of the lap the place is kept where the cars drive.
const PARTS: usize = 256;

/// Who drives slower than this, in m/s, may not be on the line.
const FAST: f32 = 12.0;

/// Who stands farther than this from where cars drive, in metres, stands beside it.
const BESIDE: f32 = 8.0;

/// So much of a lap has to be seen.
const ENOUGH: f64 = 0.01;

/// The length of the lap, and where the cars drive: 3 KB.
#[derive(Debug, Clone, Default)]
pub(super) struct Track {
    metres: f64,
    laps: f64,
    /// In laps per metre.
    pub pace: Option<f64>,
    /// In the plane, where somebody has driven.
    line: Vec<Option<[f32; 2]>>,
}

impl Track {
    /// A car has driven from one sample to the next one.
    pub(in crate::tracker) fn learn(&mut self, from: Sample, to: Sample) {
        let (laps, seconds) = (to.distance - from.distance, to.time - from.time);
        if from.speed < FAST || to.speed < FAST || !(0.0..3.0).contains(&seconds) || laps <= 0.0 {
            return;
        }
        // The newest laps count.
        if self.laps > 50.0 {
            self.laps /= 2.0;
            self.metres /= 2.0;
        }
        self.laps += laps;
        self.metres += f64::from(from.speed + to.speed) / 2.0 * seconds;
        if self.laps > ENOUGH {
            self.pace = Some(self.laps / self.metres);
        }
    }

    /// A car drives at this part of the lap.
    pub(in crate::tracker) fn see(&mut self, spline: f64, speed: f32, position: [f32; 3]) {
        if speed < FAST {
            return;
        }
        if self.line.is_empty() {
            self.line.resize(PARTS, None);
        }
        self.line[part(spline)] = Some([position[0], position[2]]);
    }

    /// Whether somebody has driven at this part of the lap.
    #[inline]
    pub(in crate::tracker) fn is_known(&self, spline: f64) -> bool {
        self.line.get(part(spline)).is_some_and(Option::is_some)
    }

    /// Whether a place is not on the line; false where nobody has driven yet.
    pub(in crate::tracker) fn is_beside(&self, spline: f64, position: [f32; 3]) -> bool {
        let here = [position[0], position[2]];
        let middle = part(spline);
        let around = [middle + PARTS - 1, middle, middle + 1].map(|part| part % PARTS);
        let [before, at, after] = around.map(|part| self.line.get(part).copied().flatten());
        let (Some(before), Some(at), Some(after)) = (before, at, after) else { return false };
        distance_to(here, before, at).min(distance_to(here, at, after)) > BESIDE
    }
}

fn part(spline: f64) -> usize {
    ((spline * PARTS as f64) as usize).min(PARTS - 1)
}

/// From a point to a straight line between two others.
fn distance_to(point: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let along = [to[0] - from[0], to[1] - from[1]];
    let off = [point[0] - from[0], point[1] - from[1]];
    let square = along[0] * along[0] + along[1] * along[1];
    let part = ((off[0] * along[0] + off[1] * along[1]) / square.max(1e-6)).clamp(0.0, 1.0);
    (off[0] - part * along[0]).hypot(off[1] - part * along[1])
}
