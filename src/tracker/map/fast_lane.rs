//! `fast_lane.ai`, version 7.
//!
//! Little endian: i32 version, i32 number of points, i32 lap time, i32 number of samples; then for each point 3 × f32
//! position, f32 distance from the first one, i32 number; then details, which nothing here needs.

use byteorder::{ByteOrder, LittleEndian};

use super::{OutlinePoint, TrackFileError, squared};
use crate::protocol::Vec3;

const VERSION: i32 = 7;
const HEADER: usize = 16;
const POINT: usize = 20;
const FEWEST: usize = 3;

pub(super) fn outline(file: &[u8]) -> Result<Vec<OutlinePoint>, TrackFileError> {
    let number = |offset: usize, field: &'static str| match file.get(offset..offset + 4) {
        Some(bytes) => Ok(LittleEndian::read_i32(bytes)),
        None => Err(TrackFileError::TooShort { field, offset, end: offset as u64 + 4, length: file.len() }),
    };
    let version = number(0, "version")?;
    if version != VERSION {
        return Err(TrackFileError::Version { version });
    }
    let count = number(4, "number of points")?;
    let points = usize::try_from(count).ok().filter(|&points| points >= FEWEST);
    let points = points.ok_or(TrackFileError::Points { count })?;
    let end = HEADER as u64 + POINT as u64 * points as u64;
    if (file.len() as u64) < end {
        return Err(TrackFileError::TooShort { field: "points", offset: HEADER, end, length: file.len() });
    }
    let mut outline: Vec<OutlinePoint> = Vec::with_capacity(points);
    let mut distances = Vec::with_capacity(points);
    let mut distance = 0.0;
    for (index, bytes) in file[HEADER..].chunks_exact(POINT).take(points).enumerate() {
        let axis = |axis: usize| LittleEndian::read_f32(&bytes[4 * axis..]);
        let position = Vec3::new(axis(0), axis(1), axis(2));
        if ![position.x, position.y, position.z].iter().all(|axis| axis.is_finite()) {
            return Err(TrackFileError::NotANumber { point: index, offset: HEADER + POINT * index });
        }
        distance += outline.last().map_or(0.0, |last| squared(last.position, position).sqrt());
        distances.push(distance);
        outline.push(OutlinePoint { place: 0.0, position });
    }
    let back = squared(outline[points - 1].position, outline[0].position).sqrt();
    let length = distance + back;
    if length <= 0.0 {
        return Err(TrackFileError::OnePlace);
    }
    for (point, distance) in outline.iter_mut().zip(distances) {
        // Of a line whose end is its beginning the last place is 1, which is no other than 0.
        point.place = ((distance / length) as f32).min(1.0 - f32::EPSILON / 2.0);
    }
    Ok(outline)
}
