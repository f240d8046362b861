//! Where the track runs: learned from the cars, or read from the game's own files.

mod error;
mod fast_lane;
mod image;
mod learned;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

pub use error::TrackFileError;
pub use image::MapImage;

use crate::protocol::{CarUpdate, Vec3};
use learned::Learned;

/// Between two points that are further apart than this part of the lap, the track is not known.
const LARGEST_GAP: f32 = 0.05;

/// The outline of a track: from a place on the lap to a position in the world, and back.
///
/// It is learned from the telemetry of the cars, or read from a track's `fast_lane.ai`. It belongs to one track: for
/// another one, begin with a [new](Self::new) one.
///
/// # What is learned
///
/// The lap has 1024 parts. Each keeps the 8 fastest passages of a car faster than 30 km/h, at most one for each time a
/// car comes by, and the outline has the mean of those that lie together. What a car drives in the tenth of a lap after
/// it has stood, in the pits or on the grid, counts only until there is something else. So spins, the pit lane, cars
/// that are put back, and telemetry that is wrong, NaN or not of this track lose their part in it as soon as cars come
/// by at speed. The middle of the line that the cars drive is not the middle of the road, but some metres off it in
/// bends.
///
/// The map takes 220 KB, and never more. Taking in a CAR_UPDATE allocates nothing.
///
/// ```
/// use acudpclient::protocol::{CarUpdate, Vec3};
/// use acudpclient::tracker::TrackMap;
///
/// let mut map = TrackMap::new();
/// // A lap on a round track of 500 m radius. In a program these are the server's CAR_UPDATEs.
/// for step in 0..1000_u16 {
///     let place = f32::from(step) / 1000.0;
///     let (z, x) = (place * std::f32::consts::TAU).sin_cos();
///     map.learn(&CarUpdate {
///         position: Vec3::new(500.0 * x, 0.0, 500.0 * z),
///         velocity: Vec3::new(50.0, 0.0, 0.0),
///         normalized_spline_pos: place,
///         ..CarUpdate::default()
///     });
/// }
/// assert!(map.is_closed());
/// let place = map.place(Vec3::new(0.0, 0.0, 510.0)).ok_or("nothing is known")?;
/// println!("at {:.1} % of the lap, {:.1} m off the line", 100.0 * place.place, place.aside); // 25.0 %, 10.0 m
/// # assert!((place.place - 0.25).abs() < 0.001 && (place.aside - 10.0).abs() < 0.1);
/// # Ok::<(), &str>(())
/// ```
#[derive(Debug, Clone)]
pub struct TrackMap {
    /// In the order of their places.
    outline: Vec<OutlinePoint>,
    /// `None` if the outline is from a file.
    learned: Option<Learned>,
}

/// A point of a [`TrackMap`].
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct OutlinePoint {
    /// Where along the lap, from 0 to below 1.
    pub place: f32,
    /// In metres, in the track's frame, y up.
    pub position: Vec3,
}

/// Where a position is on a [`TrackMap`].
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct TrackPlace {
    /// Where along the lap, from 0 to below 1.
    pub place: f32,
    /// How far from the outline, in metres, seen from above.
    pub aside: f32,
}

impl Default for TrackMap {
    fn default() -> Self {
        Self::new()
    }
}

impl TrackMap {
    /// A map that knows nothing yet, and learns.
    #[must_use]
    pub fn new() -> Self {
        Self { outline: Vec::with_capacity(learned::PARTS), learned: Some(Learned::new()) }
    }

    /// The outline of a track's `ai/fast_lane.ai`, version 7: the line that the computer's cars drive. Such a map
    /// learns nothing.
    ///
    /// Only the points' positions are read; what follows them is not. The place of a point is its distance along the
    /// line, as a part of the whole.
    ///
    /// ```no_run
    /// use acudpclient::tracker::TrackMap;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let map = TrackMap::from_fast_lane(&std::fs::read("content/tracks/magione/ai/fast_lane.ai")?)?;
    /// println!("{} points", map.outline().len());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TrackFileError`] if the file is of another version, has fewer bytes than its points need, less than 3 points,
    /// a position that is no number, or all points in one place. It says where.
    pub fn from_fast_lane(file: &[u8]) -> Result<Self, TrackFileError> {
        Ok(Self { outline: fast_lane::outline(file)?, learned: None })
    }

    /// Takes in where a car is. Returns whether that has changed the outline: that is seldom once cars have come by at
    /// speed.
    ///
    /// What cannot be a place on a track is not taken: a number that is NaN or infinite, a place that is not from 0 to
    /// 1, a car that is slower than 30 or faster than 600 km/h.
    pub fn learn(&mut self, update: &CarUpdate) -> bool {
        let Some(learned) = &mut self.learned else { return false };
        let changed = learned.take_in(update);
        if changed {
            self.outline.clear();
            self.outline.extend(learned.points(false));
            let on_track = self.outline.len();
            for point in learned.points(true) {
                if known_around(&self.outline[..on_track], point.place).is_none() {
                    self.outline.push(point);
                }
            }
            if self.outline.len() > on_track {
                self.outline.sort_unstable_by(|a, b| a.place.total_cmp(&b.place));
            }
            drop_strays(&mut self.outline);
        }
        changed
    }

    /// The points that are known, in the order of their places. In a learned map they are not equally far apart.
    ///
    /// ```
    /// # let map = acudpclient::tracker::TrackMap::new();
    /// // From above: the game's z axis points down on a map.
    /// let line: Vec<_> = map.outline().iter().map(|point| (point.position.x, -point.position.z)).collect();
    /// ```
    #[must_use]
    pub fn outline(&self) -> &[OutlinePoint] {
        &self.outline
    }

    /// Which part of the lap is known, from 0 to 1: what lies between two points that are at most 5 % of the lap apart.
    #[must_use]
    pub fn coverage(&self) -> f32 {
        self.pieces().map(|(from, to)| ahead(from.place, to.place)).sum::<f32>().min(1.0)
    }

    /// Whether the whole lap is known. One lap of one car at more than 30 km/h closes it, if it is reported at least 20
    /// times.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.outline.len() > 1 && self.pieces().count() == self.outline.len()
    }

    /// The position of a place; 1.25 is that of 0.25. `None` where the track is not known, and for NaN and infinity.
    ///
    /// ```
    /// # let map = acudpclient::tracker::TrackMap::new();
    /// if let Some(line) = map.position(0.0) {
    ///     println!("the finish line is at {line}");
    /// }
    /// ```
    #[must_use]
    pub fn position(&self, place: f32) -> Option<Vec3> {
        if !place.is_finite() {
            return None;
        }
        let place = place.rem_euclid(1.0);
        let (from, to) = known_around(&self.outline, place)?;
        let gap = ahead(from.place, to.place);
        let part = if gap > 0.0 { ahead(from.place, place) / gap } else { 0.0 };
        Some(between(from.position, to.position, part))
    }

    /// The place of a position: of the nearest point on the outline, however far that is, so look at
    /// [`aside`](TrackPlace::aside). Height counts too, as tracks cross themselves on bridges. `None` if no two points
    /// are known, and for NaN and infinity.
    ///
    /// It looks at every point of the outline.
    #[must_use]
    pub fn place(&self, position: Vec3) -> Option<TrackPlace> {
        if ![position.x, position.y, position.z].iter().all(|axis| axis.is_finite()) {
            return None;
        }
        let nearest = self.pieces().map(|(from, to)| {
            let part = nearest_part(from.position, to.position, position);
            let point = between(from.position, to.position, part);
            (squared(point, position), from.place + part * ahead(from.place, to.place), point)
        });
        let (_, place, point) = nearest.min_by(|a, b| a.0.total_cmp(&b.0))?;
        let aside =
            (f64::from(point.x) - f64::from(position.x)).hypot(f64::from(point.z) - f64::from(position.z));
        // The sum can round up to 1.
        let place = if place < 1.0 { place } else { place - 1.0 };
        Some(TrackPlace { place, aside: aside as f32 })
    }

    /// Each point with the next one, around the lap, where the track between them is known.
    fn pieces(&self) -> impl Iterator<Item = (OutlinePoint, OutlinePoint)> {
        let next = self.outline.iter().cycle().skip(1);
        let pairs = self.outline.iter().zip(next).filter(|_| self.outline.len() > 1);
        pairs.map(|(from, to)| (*from, *to)).filter(|(from, to)| ahead(from.place, to.place) <= LARGEST_GAP)
    }
}

/// The points before and after a place, if the track between them is known.
fn known_around(outline: &[OutlinePoint], place: f32) -> Option<(OutlinePoint, OutlinePoint)> {
    let next = outline.partition_point(|point| point.place <= place);
    let to = outline.get(next).or(outline.first())?;
    let from = next.checked_sub(1).and_then(|before| outline.get(before)).or(outline.last())?;
    let is_known = outline.len() > 1 && ahead(from.place, to.place) <= LARGEST_GAP;
    is_known.then_some((*from, *to))
}

/// How far it is from one place to another, in the direction of travel.
fn ahead(from: f32, to: f32) -> f32 {
    if to >= from { to - from } else { to - from + 1.0 }
}

fn between(from: Vec3, to: Vec3, part: f32) -> Vec3 {
    let axis = |from: f32, to: f32| from + (to - from) * part;
    Vec3::new(axis(from.x, to.x), axis(from.y, to.y), axis(from.z, to.z))
}

fn difference(a: Vec3, b: Vec3) -> [f64; 3] {
    [(a.x, b.x), (a.y, b.y), (a.z, b.z)].map(|(a, b)| f64::from(a) - f64::from(b))
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// The square of the distance. In f64, which no f32 makes infinite.
fn squared(a: Vec3, b: Vec3) -> f64 {
    let difference = difference(a, b);
    dot(difference, difference)
}

/// Which point between these two is the nearest one, from 0 to 1.
fn nearest_part(from: Vec3, to: Vec3, position: Vec3) -> f32 {
    let along = difference(to, from);
    let length = dot(along, along);
    if length > 0.0 { (dot(along, difference(position, from)) / length).clamp(0.0, 1.0) as f32 } else { 0.0 }
}

/// Leaves out single points that lie nowhere near their neighbours: where nothing better was driven yet, wrong
/// telemetry has made them.
fn drop_strays(outline: &mut Vec<OutlinePoint>) {
    /// In metres, besides the distance of the neighbours.
    const FAR: f64 = 20.0;
    let count = outline.len();
    if count < 4 {
        return;
    }
    let is_stray = |index: usize| {
        let [before, here, after] = [index + count - 1, index, index + 1].map(|index| outline[index % count]);
        let is_between = ahead(before.place, after.place) <= LARGEST_GAP;
        let (gap, middle) =
            (squared(before.position, after.position).sqrt(), between(before.position, after.position, 0.5));
        is_between && squared(here.position, middle).sqrt() > gap + FAR
    };
    // Most outlines have none, and then this does not allocate.
    let Some(first) = (0..count).find(|&index| is_stray(index)) else { return };
    let mut strays = [false; learned::PARTS];
    for (index, stray) in strays.iter_mut().enumerate().take(count).skip(first) {
        *stray = is_stray(index);
    }
    let mut index = 0;
    outline.retain(|_| {
        index += 1;
        !strays[index - 1]
    });
}
