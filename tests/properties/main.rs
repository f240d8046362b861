//! What must hold for every packet that can be built and for any bytes, tried on random ones.
//!
//! A longer hunt: `PROPTEST_CASES=100000 cargo test --release --all-features --test properties`.

mod codec;
mod dialects;
mod display;
#[cfg(feature = "serde")]
mod json;
mod limits;
#[path = "../golden/promises.rs"]
mod promises;
mod strategies;
#[path = "../golden/texts.rs"]
mod texts;
#[path = "../golden/vector.rs"]
#[allow(dead_code)] // each test program uses its part
mod vector;
mod wire;

use proptest::test_runner::Config;

/// As many packets as take a few seconds, unless the environment says how many.
fn config() -> Config {
    let config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { Config { cases: 1000, ..config } }
}
