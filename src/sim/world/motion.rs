//! How a car moves: the fastest lap, stretched in time.

use crate::protocol::{CarId, CarUpdate, Gear, Vec3};
use crate::sim::track::track;

/// The garages: their distance after the line in parts of the track's length, and to the side in metres.
const GARAGES: f64 = 0.006;
const BETWEEN_GARAGES: f64 = 0.000_5;
const GARAGE_ASIDE: f64 = 14.0;
/// The pit exit and its length, in parts of the track's length.
const PIT_EXIT: f64 = 0.085;
const PIT_EXIT_LENGTH: f64 = 0.025;
/// Metres between two cars of the grid, and from its middle to each side.
const GRID_GAP: f64 = 8.0;
const GRID_ASIDE: f64 = 3.0;

/// From standing to full speed, in milliseconds.
const STANDING_START: u64 = 8_000;
const STANDING_START_STEPS: u64 = 16;

/// The gears' top speeds in m/s.
const GEARS: [f64; 6] = [21.0, 32.0, 43.0, 54.0, 65.0, 82.0];
const IDLE_RPM: f64 = 950.0;
/// While the clutch slips.
const LEAST_RPM: f64 = 2_000.0;
const TOP_RPM: f64 = 7_800.0;

/// Where the thirds of the fastest lap's time end, but the last one.
pub(super) fn sector_ends() -> [f32; 2] {
    [1.0, 2.0].map(|third| track().spline(track().lap_time * third / 3.0) as f32)
}

/// A car's drive until it crosses the line, or its place while it stands.
///
/// A lap is the track's fastest lap, stretched in time. A knot maps a simulated time to a time on the fastest lap,
/// both in milliseconds. Between two knots the pace is constant.
#[derive(Debug, Clone)]
pub(super) struct Motion {
    knots: Vec<(u64, f64)>,
    /// Metres to the left of the middle.
    aside: f64,
    /// In the pit lane, or out of it on this lap.
    from_pits: bool,
}

impl Motion {
    pub(super) fn in_garage(slot: usize) -> Self {
        let at = track().time_at(GARAGES + BETWEEN_GARAGES * slot as f64);
        Self { knots: vec![(0, at)], aside: 0.0, from_pits: true }
    }

    /// `row` 0 is the pole position.
    pub(super) fn on_grid(row: usize) -> Self {
        let behind = GRID_GAP * (row + 1) as f64 / track().length;
        let at = track().time_at(1.0 - behind) - track().lap_time;
        let aside = if row % 2 == 0 { GRID_ASIDE } else { -GRID_ASIDE };
        Self { knots: vec![(0, at)], aside, from_pits: false }
    }

    /// Drives from where it is to the line. `thirds` are the factors by which the thirds of the fastest lap take
    /// longer.
    pub(super) fn go(&mut self, now: u64, thirds: [f64; 3]) {
        let (from, pace) = self.at(now);
        self.knots.clear();
        self.knots.push((now, from));
        let (mut time, mut at) = (now as f64, from);
        if pace == 0.0 {
            // Constant acceleration: the distance grows with the square of the time.
            let reach = STANDING_START as f64 / 2.0;
            for step in 1..=STANDING_START_STEPS {
                let part = step as f64 / STANDING_START_STEPS as f64;
                self.knots
                    .push((now + STANDING_START * step / STANDING_START_STEPS, from + reach * part * part));
            }
            (time, at) = (time + STANDING_START as f64, from + reach);
        }
        for (third, factor) in thirds.into_iter().enumerate() {
            let end = track().lap_time * (third + 1) as f64 / 3.0;
            if at < end {
                time += (end - at) * factor;
                at = end;
                self.knots.push((time.round() as u64, at));
            }
        }
    }

    /// Begins a new lap at full speed.
    pub(super) fn next_lap(&mut self, now: u64, thirds: [f64; 3], aside: f64) {
        self.knots = vec![(now, 0.0), (now + 1, 1.0)];
        self.go(now, thirds);
        self.aside = aside;
        self.from_pits = false;
    }

    /// Stops where it is.
    pub(super) fn stop(&mut self, now: u64) {
        let (at, _) = self.at(now);
        self.knots = vec![(now, at)];
    }

    /// Loses time from now on, unless it is too close to the line.
    pub(super) fn lose(&mut self, now: u64, lost: u64) {
        const OVER: u64 = 2_500;
        let Some(line) = self.line() else { return };
        if now + OVER >= line || self.knots[0].0 >= now {
            return;
        }
        let (here, _) = self.at(now);
        let (after, _) = self.at(now + OVER);
        let rest = self.knots.iter().filter(|knot| knot.0 > now + OVER).map(|&(time, at)| (time + lost, at));
        let mut knots: Vec<_> = self.knots.iter().copied().filter(|knot| knot.0 < now).collect();
        knots.extend([(now, here), (now + OVER + lost, after)]);
        knots.extend(rest);
        self.knots = knots;
    }

    /// When it crosses the line; `None` if it stands.
    pub(super) fn line(&self) -> Option<u64> {
        match self.knots.as_slice() {
            [_, .., (line, _)] => Some(*line),
            _ => None,
        }
    }

    /// When it ends this third of the lap; `None` if it stands or has passed it.
    pub(super) fn end_of_third(&self, third: usize) -> Option<u64> {
        let end = track().lap_time * (third + 1) as f64 / 3.0;
        self.knots.windows(2).find(|pair| pair[0].1 < end && end <= pair[1].1).map(|pair| {
            let part = (end - pair[0].1) / (pair[1].1 - pair[0].1);
            pair[0].0 + (part * (pair[1].0 - pair[0].0) as f64).round() as u64
        })
    }

    /// The time on the fastest lap in milliseconds, and the pace, 1 for the fastest lap's.
    fn at(&self, now: u64) -> (f64, f64) {
        let next = self.knots.partition_point(|knot| knot.0 <= now);
        match (self.knots.get(next.wrapping_sub(1)), self.knots.get(next)) {
            (Some(&(from, a)), Some(&(to, b))) => {
                let pace = (b - a) / (to - from) as f64;
                (a + pace * (now - from) as f64, pace)
            }
            (Some(&(_, at)), None) | (None, Some(&(_, at))) => (at, 0.0),
            (None, None) => (0.0, 0.0),
        }
    }

    /// The place along the track: at least 0, below 1.
    pub(super) fn spline(&self, now: u64) -> f64 {
        track().spline(self.at(now).0)
    }

    /// The place along the track, negative before the line of the first lap.
    pub(super) fn distance(&self, now: u64) -> f64 {
        let at = self.at(now).0;
        // The line itself belongs to the lap that ends there.
        let lap = (at / track().lap_time).ceil() - 1.0;
        let place = track().spline(at);
        if place == 0.0 { lap + 1.0 } else { lap + place }
    }

    pub(super) fn position(&self, now: u64) -> Vec3 {
        let spline = self.spline(now);
        track().place(spline, self.aside_at(spline)).position
    }

    fn aside_at(&self, spline: f64) -> f64 {
        if self.from_pits {
            let part = ((PIT_EXIT - spline) / PIT_EXIT_LENGTH).clamp(0.0, 1.0);
            self.aside + (GARAGE_ASIDE - self.aside) * part
        } else {
            self.aside
        }
    }

    pub(super) fn update(&self, car_id: CarId, now: u64) -> CarUpdate {
        let (at, pace) = self.at(now);
        let spline = track().spline(at);
        let place = track().place(spline, self.aside_at(spline));
        let speed = place.speed * pace;
        let gear = GEARS.iter().position(|&top| speed <= top).unwrap_or(GEARS.len() - 1);
        let (gear, rpm) = if speed > 0.5 {
            let rpm = (TOP_RPM * speed / GEARS[gear]).clamp(LEAST_RPM, TOP_RPM);
            (Gear(gear as u8 + 2), rpm)
        } else {
            (Gear::NEUTRAL, IDLE_RPM)
        };
        let part = |ahead: f32| (f64::from(ahead) * speed) as f32;
        CarUpdate {
            car_id,
            position: place.position,
            velocity: Vec3::new(part(place.ahead.x), part(place.ahead.y), part(place.ahead.z)),
            gear,
            engine_rpm: rpm as u16,
            // At most the largest float below 1.
            normalized_spline_pos: (spline as f32).min(1.0 - f32::EPSILON / 2.0),
        }
    }
}
