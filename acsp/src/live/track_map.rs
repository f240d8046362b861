//! The track's outline, learnt from where the cars drive.

use acudpclient::protocol::CarUpdate;

/// So many points make the outline.
const SLICES: usize = 400;

/// A point of the map: x to the right and y up, in metres.
pub type Point = (f64, f64);

/// Where the track was seen to run, by the place along it.
#[derive(Debug, Clone)]
pub struct TrackMap {
    outline: Vec<Option<Point>>,
}

impl Default for TrackMap {
    fn default() -> Self {
        Self { outline: vec![None; SLICES] }
    }
}

/// Seen from above. The game's z axis points down on a map.
pub fn point(update: &CarUpdate) -> Option<Point> {
    let point = (f64::from(update.position.x), -f64::from(update.position.z));
    (point.0.is_finite() && point.1.is_finite()).then_some(point)
}

impl TrackMap {
    /// Takes in where a car is. A car that stands may be in the pits, off the track.
    pub fn learn(&mut self, update: &CarUpdate) {
        let along = update.normalized_spline_pos;
        if (0.0..=1.0).contains(&along) && update.speed_kmh() > 30.0 {
            let slice = ((along * SLICES as f32) as usize).min(SLICES - 1);
            self.outline[slice] = point(update).or(self.outline[slice]);
        }
    }

    /// Forgets the outline, for another track.
    pub fn clear(&mut self) {
        self.outline.fill(None);
    }

    /// The pieces of the outline that are known, as lines between neighbours.
    pub fn lines(&self) -> impl Iterator<Item = (Point, Point)> {
        // A gap of a few slices is bridged: cars do not report from every metre.
        const BRIDGE: usize = SLICES / 20;
        let known: Vec<(usize, Point)> =
            self.outline.iter().enumerate().filter_map(|(slice, point)| Some((slice, (*point)?))).collect();
        let next: Vec<(usize, Point)> = known.iter().copied().cycle().skip(1).take(known.len()).collect();
        known.into_iter().zip(next).filter_map(|((from, start), (to, end))| {
            ((to + SLICES - from) % SLICES <= BRIDGE && from != to).then_some((start, end))
        })
    }

    /// The points that are known.
    pub fn points(&self) -> impl Iterator<Item = Point> {
        self.outline.iter().copied().flatten()
    }
}
