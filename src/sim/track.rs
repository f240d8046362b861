//! The track: a closed curve with hills, and the fastest speed at each point.

use std::f64::consts::TAU;
use std::sync::OnceLock;

use crate::protocol::Vec3;

/// Points along the track at equal distances.
const POINTS: usize = 1024;
/// Points of the outline from which they are computed.
const FINE: usize = 8192;
/// The mean radius in metres.
const RADIUS: f64 = 480.0;
/// The outline's waves: number per lap, height, phase.
const WAVES: [(f64, f64, f64); 5] =
    [(2.0, 0.30, 0.4), (3.0, 0.30, -1.1), (4.0, 0.08, 2.6), (5.0, 0.12, 2.0), (9.0, 0.03, 0.7)];

/// In m/s.
const TOP_SPEED: f64 = 76.0;
const SLOWEST: f64 = 18.0;
/// In m/s².
const GRIP: f64 = 11.0;
const BRAKES: f64 = 12.0;
const ENGINE: f64 = 9.5;

/// Steps of the table from times to places.
const TIMES: usize = 2048;

#[derive(Debug)]
pub(super) struct Track {
    points: Vec<[f64; 3]>,
    /// In m/s at each point.
    speeds: Vec<f64>,
    /// The place, from 0 to 1, at each of the equal steps of the lap time, including both ends.
    places: Vec<f64>,
    /// In metres.
    pub(super) length: f64,
    /// Of the fastest possible lap, in milliseconds.
    pub(super) lap_time: f64,
}

/// A place on the track.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) position: Vec3,
    /// The track's direction, of length 1.
    pub(super) ahead: Vec3,
    /// In m/s.
    pub(super) speed: f64,
}

/// The only track.
pub(super) fn track() -> &'static Track {
    static TRACK: OnceLock<Track> = OnceLock::new();
    TRACK.get_or_init(Track::new)
}

impl Track {
    fn new() -> Self {
        let (points, length) = measured_out();
        let speeds = speeds(&points, length);
        let step = length / POINTS as f64;
        let mut times = vec![0.0];
        for index in 0..POINTS {
            let mean = (speeds[index] + speeds[(index + 1) % POINTS]) / 2.0;
            times.push(times[index] + step / mean * 1000.0);
        }
        let lap_time = times[POINTS];
        let mut places = Vec::with_capacity(TIMES + 1);
        let mut index = 0;
        for part in 0..TIMES {
            let time = lap_time * part as f64 / TIMES as f64;
            while times[index + 1] <= time {
                index += 1;
            }
            let within = (time - times[index]) / (times[index + 1] - times[index]);
            places.push((index as f64 + within) / POINTS as f64);
        }
        places.push(1.0);
        Self { points, speeds, places, length, lap_time }
    }

    /// The place on the fastest lap at this time in milliseconds: at least 0, below 1. Times before the start and
    /// after the end are on other laps.
    pub(super) fn spline(&self, time: f64) -> f64 {
        let part = (time / self.lap_time).rem_euclid(1.0) * TIMES as f64;
        let index = (part as usize).min(TIMES - 1);
        let (low, high) = (self.places[index], self.places[index + 1]);
        (low + (high - low) * (part - index as f64)).rem_euclid(1.0)
    }

    /// The time at which the fastest lap reaches this place, in milliseconds.
    pub(super) fn time_at(&self, spline: f64) -> f64 {
        let index = self.places.partition_point(|&place| place <= spline).clamp(1, TIMES) - 1;
        let (low, high) = (self.places[index], self.places[index + 1]);
        (index as f64 + (spline - low) / (high - low)) * self.lap_time / TIMES as f64
    }

    /// `aside`: metres to the left of the middle.
    pub(super) fn place(&self, spline: f64, aside: f64) -> Place {
        let part = spline.rem_euclid(1.0) * POINTS as f64;
        let index = (part as usize).min(POINTS - 1);
        let within = part - index as f64;
        let next = (index + 1) % POINTS;
        let (a, b) = (self.points[index], self.points[next]);
        let step = self.length / POINTS as f64;
        let ahead = [0, 1, 2].map(|axis| (b[axis] - a[axis]) / step);
        let [x, y, z] = [0, 1, 2].map(|axis| a[axis] + (b[axis] - a[axis]) * within);
        let vector = |[x, y, z]: [f64; 3]| Vec3::new(x as f32, y as f32, z as f32);
        Place {
            position: vector([x - ahead[2] * aside, y, z + ahead[0] * aside]),
            ahead: vector(ahead),
            speed: self.speeds[index] + (self.speeds[next] - self.speeds[index]) * within,
        }
    }
}

fn outline(angle: f64) -> [f64; 3] {
    let wave = |(around, height, at): (f64, f64, f64)| height * (around * angle + at).cos();
    let radius = RADIUS * (1.0 + WAVES.into_iter().map(wave).sum::<f64>());
    let height = 16.0 * (angle + 1.0).sin() + 7.0 * (2.0 * angle).sin() + 3.0 * (5.0 * angle + 2.0).cos();
    [1.3 * radius * angle.cos(), height, radius * angle.sin()]
}

fn distance(a: [f64; 3], b: [f64; 3]) -> f64 {
    [0, 1, 2].map(|axis| (a[axis] - b[axis]).powi(2)).iter().sum::<f64>().sqrt()
}

/// Points at equal distances, beginning in the middle of the straightest part, and the length.
fn measured_out() -> (Vec<[f64; 3]>, f64) {
    let fine: Vec<_> = (0..=FINE).map(|index| outline(TAU * index as f64 / FINE as f64)).collect();
    let mut lengths = vec![0.0];
    for pair in fine.windows(2) {
        lengths.push(lengths[lengths.len() - 1] + distance(pair[0], pair[1]));
    }
    let length = lengths[FINE];
    let mut points = Vec::with_capacity(POINTS);
    let mut index = 0;
    for point in 0..POINTS {
        let at = length * point as f64 / POINTS as f64;
        while lengths[index + 1] <= at {
            index += 1;
        }
        let within = (at - lengths[index]) / (lengths[index + 1] - lengths[index]);
        points.push(
            [0, 1, 2].map(|axis| fine[index][axis] + (fine[index + 1][axis] - fine[index][axis]) * within),
        );
    }
    let bends = curvatures(&points, length);
    let around = |middle: usize| -> f64 {
        (0..POINTS / 12).map(|offset| bends[(middle + POINTS + offset - POINTS / 24) % POINTS]).sum()
    };
    let straightest = (0..POINTS).min_by(|&a, &b| around(a).total_cmp(&around(b))).unwrap_or(0);
    points.rotate_left(straightest);
    (points, length)
}

/// The curvature at each point, in 1/m.
fn curvatures(points: &[[f64; 3]], length: f64) -> Vec<f64> {
    let heading = |from: usize, to: usize| {
        let (a, b) = (points[from % POINTS], points[to % POINTS]);
        (b[2] - a[2]).atan2(b[0] - a[0])
    };
    let reach = 3;
    (0..POINTS)
        .map(|index| {
            let turn = heading(index, index + reach) - heading(index + POINTS - reach, index);
            let turn = (turn + 1.5 * TAU).rem_euclid(TAU) - TAU / 2.0;
            turn.abs() / (reach as f64 * length / POINTS as f64)
        })
        .collect()
}

/// The highest speeds that the curves, the brakes and the engine allow.
fn speeds(points: &[[f64; 3]], length: f64) -> Vec<f64> {
    let step = length / POINTS as f64;
    let mut speeds: Vec<f64> = curvatures(points, length)
        .into_iter()
        .map(|bend| (GRIP / bend.max(1e-6)).sqrt().clamp(SLOWEST, TOP_SPEED))
        .collect();
    // Twice around, because the end leads into the beginning.
    for index in 0..2 * POINTS {
        let (here, next) = (speeds[index % POINTS], (index + 1) % POINTS);
        let thrust = ENGINE * (1.0 - here / (1.05 * TOP_SPEED));
        speeds[next] = speeds[next].min((here * here + 2.0 * thrust * step).sqrt());
    }
    for index in (0..2 * POINTS).rev() {
        let (here, before) = (speeds[(index + 1) % POINTS], index % POINTS);
        speeds[before] = speeds[before].min((here * here + 2.0 * BRAKES * step).sqrt());
    }
    speeds
}
