//! What is wrong with a track's file.

/// Why a track's file could not be read. It says what is wrong, and where.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrackFileError {
    /// A `fast_lane.ai` ends before what it says it has: it was cut, or is another file.
    #[error(
        "fast_lane.ai ends at byte {length}: its {field}, from byte {offset} on, would end at byte {end}"
    )]
    TooShort {
        /// What is not whole.
        field: &'static str,
        /// Where it begins.
        offset: usize,
        /// Where it would end.
        end: u64,
        /// How many bytes there are.
        length: usize,
    },
    /// A `fast_lane.ai` of another version than 7, or another file.
    #[error("fast_lane.ai is of version {version} at byte 0, and only version 7 is known")]
    Version {
        /// What stands there.
        version: i32,
    },
    /// A `fast_lane.ai` with fewer than 3 points.
    #[error("fast_lane.ai has {count} points at byte 4, and an outline has at least 3")]
    Points {
        /// What stands there.
        count: i32,
    },
    /// A position in a `fast_lane.ai` is NaN or infinite.
    #[error("fast_lane.ai: the position of point {point} at byte {offset} is no number")]
    NotANumber {
        /// Which point, from 0.
        point: usize,
        /// Where it begins.
        offset: usize,
    },
    /// All points of a `fast_lane.ai` are the same.
    #[error("fast_lane.ai has all its points in one place")]
    OnePlace,
    /// A `map.ini` lacks a key.
    #[error("map.ini has no {key} in [PARAMETERS]")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A value in a `map.ini` is no number, or a scale that is not above 0.
    #[error("map.ini line {line}: {key} is {text:?}, which is no such number")]
    Value {
        /// The line, from 1.
        line: usize,
        /// The key.
        key: &'static str,
        /// Its value.
        text: String,
    },
}
