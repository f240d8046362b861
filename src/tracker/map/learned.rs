//! Where cars were seen, by the place along the lap.

use super::{OutlinePoint, ahead, between, squared};
use crate::protocol::{CarUpdate, Vec3};

/// So many parts has the lap.
pub(super) const PARTS: usize = 1024;
/// So many passages are kept of each.
const KEPT: usize = 8;
/// A car that is slower may be in the pits, or be spinning.
const SLOWEST_KMH: f32 = 30.0;
/// A car that is slower stands, such as in the pits or on the grid.
const STANDING_KMH: f32 = 5.0;
/// In this part of the lap after it has stood, a car may be in the pit lane.
const PIT_LANE: f32 = 0.1;
/// No car is faster.
const FASTEST_KMH: f32 = 600.0;
/// Passages that lie together are so far apart at most, in metres: a road is as wide.
const TOGETHER: f64 = 12.0;

#[derive(Debug, Clone, Copy, Default)]
struct Passage {
    place: f32,
    position: Vec3,
    speed: f32,
}

/// A part of the lap.
#[derive(Debug, Clone, Default)]
struct Part {
    /// The fastest ones; those after `count` are empty.
    passages: [Passage; KEPT],
    count: usize,
    /// All of these may have been in the pit lane: they are kept until there is another one.
    may_be_pits: bool,
    point: Option<OutlinePoint>,
}

/// What is known of a car.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// The part in which it was last, so that a slow one counts there once.
    part: Option<u16>,
    /// Where it stood last, until it is past the pit lane.
    stood: Option<f32>,
}

#[derive(Debug, Clone)]
pub(super) struct Learned {
    parts: Vec<Part>,
    /// By slot.
    seen: [Seen; 256],
}

impl Learned {
    pub(super) fn new() -> Self {
        Self { parts: vec![Part::default(); PARTS], seen: [Seen::default(); 256] }
    }

    /// Returns whether the outline is another one now.
    pub(super) fn take_in(&mut self, update: &CarUpdate) -> bool {
        let CarUpdate { position, normalized_spline_pos: place, .. } = *update;
        let is_finite = [position.x, position.y, position.z].iter().all(|axis| axis.is_finite());
        let speed = update.speed_kmh();
        if !is_finite || !(0.0..=1.0).contains(&place) {
            return false;
        }
        let seen = &mut self.seen[usize::from(update.car_id.0)];
        if speed < STANDING_KMH {
            seen.stood = Some(place);
        }
        if !(SLOWEST_KMH..=FASTEST_KMH).contains(&speed) {
            return false;
        }
        seen.stood = seen.stood.filter(|stood| ahead(*stood, place) < PIT_LANE);
        let may_be_pits = seen.stood.is_some();
        let index = ((place * PARTS as f32) as usize).min(PARTS - 1);
        if seen.part.replace(index as u16) == Some(index as u16) {
            return false;
        }
        // 1 is the place 0, but here it must not be less than the part's other places.
        let place = place.min(1.0 - f32::EPSILON / 2.0);
        self.parts[index].take_in(Passage { place, position, speed }, may_be_pits)
    }

    /// The points that may be in the pit lane, or the others, in the order of their places.
    pub(super) fn points(&self, may_be_pits: bool) -> impl Iterator<Item = OutlinePoint> {
        self.parts.iter().filter(move |part| part.may_be_pits == may_be_pits).filter_map(|part| part.point)
    }
}

impl Part {
    fn take_in(&mut self, passage: Passage, may_be_pits: bool) -> bool {
        match (may_be_pits, self.may_be_pits) {
            (true, false) if self.count > 0 => return false,
            (false, true) => self.count = 0,
            _ => {}
        }
        self.may_be_pits = may_be_pits;
        if self.count < KEPT {
            self.passages[self.count] = passage;
            self.count += 1;
        } else {
            let slowest = self.passages.iter_mut().min_by(|a, b| a.speed.total_cmp(&b.speed));
            let Some(slowest) = slowest.filter(|slowest| slowest.speed < passage.speed) else { return false };
            *slowest = passage;
        }
        self.point = self.middle();
        true
    }

    /// The mean of the passages around the one that most others are near to; of equals, the fastest one.
    fn middle(&self) -> Option<OutlinePoint> {
        let passages = &self.passages[..self.count];
        let near = |center: &Passage| {
            let center = center.position;
            passages.iter().filter(move |other| squared(other.position, center) <= TOGETHER * TOGETHER)
        };
        let center = passages
            .iter()
            .max_by(|a, b| near(a).count().cmp(&near(b).count()).then(a.speed.total_cmp(&b.speed)))?;
        let mut mean = OutlinePoint { place: center.place, position: center.position };
        for (count, passage) in (1_u8..).zip(near(center)) {
            let part = 1.0 / f32::from(count);
            mean.place += (passage.place - mean.place) * part;
            mean.position = between(mean.position, passage.position, part);
        }
        Some(mean)
    }
}
