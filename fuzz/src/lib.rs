//! The checks of the fuzz targets, which are those of the crate's own tests.

/// It asks for the feature `capture`, which the tests' support crate leaves to each test.
#[path = "../../tests/capture/checks.rs"]
pub mod recordings;

pub use support::checks;
