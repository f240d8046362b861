//! A race of which all is known: what was sent, and where each car was.

use std::time::Duration;

use acudpclient::protocol::Event;

/// So many times per second the truth is written down.
pub const STEP: f64 = 0.01;

/// The shortest interval of the reports.
pub const SHORTEST: Duration = Duration::from_millis(50);

pub const CARS: usize = 24;

pub struct Race {
    pub name: &'static str,
    /// In metres.
    pub lap: f64,
    /// With telemetry at the shortest interval.
    pub events: Vec<(Duration, Event)>,
    /// By car, then by time: laps, or none if the car is not there.
    pub distances: Vec<Vec<Option<f64>>>,
}

impl Race {
    pub fn distance(&self, car: usize, time: f64) -> Option<f64> {
        let at = time / STEP;
        let distances = &self.distances[car];
        let (low, high) = (*distances.get(at as usize)?, *distances.get(at as usize + 1)?);
        Some(low? + (high? - low?) * at.fract())
    }

    /// When the car has reached this distance.
    pub fn time_at(&self, car: usize, distance: f64) -> Option<f64> {
        let distances = &self.distances[car];
        // Before it has come to the grid it is as far as nowhere.
        let next = distances.partition_point(|place| place.is_none_or(|place| place < distance));
        let (low, high) = ((*distances.get(next.checked_sub(1)?)?)?, (*distances.get(next)?)?);
        Some((next as f64 - (high - distance) / (high - low)) * STEP)
    }

    /// The events with telemetry of this interval, of which this part is lost.
    pub fn thinned(&self, interval: Duration, loss: f64) -> impl Iterator<Item = &(Duration, Event)> {
        let mut random = Random(7);
        self.events.iter().filter(move |(time, event)| {
            let is_lost = random.next() < loss;
            match event {
                Event::CarUpdate(_) => {
                    time.as_millis() % interval.as_millis() < SHORTEST.as_millis() && !is_lost
                }
                Event::LapCompleted(_) => !is_lost,
                _ => true,
            }
        })
    }
}

/// Numbers from 0 to 1.
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }
}
