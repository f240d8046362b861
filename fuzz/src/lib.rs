//! The checks of the fuzz targets, which are those of the crate's own tests.

#[path = "../../tests/golden/checks.rs"]
pub mod checks;
#[path = "../../tests/capture/checks.rs"]
pub mod recordings;
#[path = "../../tests/golden/vector.rs"]
pub mod vector;
