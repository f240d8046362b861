//! The lap store: what was driven, by whom and where, in one SQLite file.

mod error;
mod queries;
mod schema;

pub use error::{Error, Kind};
pub use queries::{
    CollisionRow, Combination, CombinationRow, DriverLaps, DriverPage, LapRow, MAX_COMPARED, NameRow, Person,
    Reader, Record, RecordFilter, SessionFilter, SessionRow, StandingRow, StoredResult,
};
