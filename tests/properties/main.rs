//! What must hold for every packet that can be built and for any bytes, tried on random ones.
//!
//! A longer hunt: `PROPTEST_CASES=100000 cargo test --release --all-features --test properties`.

#[allow(dead_code)] // each test program uses its part
#[path = "../golden/checks.rs"]
mod checks;
mod codec;
mod dialects;
mod display;
#[cfg(feature = "serde")]
mod json;
mod limits;
#[allow(dead_code)]
#[path = "../golden/prefixes.rs"]
mod prefixes;
mod strategies;
#[path = "../golden/texts.rs"]
mod texts;
#[allow(dead_code)]
#[path = "../golden/vector.rs"]
mod vector;
mod wire;

use proptest::test_runner::Config;

/// As many packets as take a few seconds, unless the environment says how many.
fn config() -> Config {
    let config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { Config { cases: 1000, ..config } }
}
