//! What must hold for every packet that can be built and for any bytes, tried on random ones.
//!
//! A longer hunt: `PROPTEST_CASES=100000 cargo test --release --all-features --test properties`.

mod codec;
mod dialects;
mod display;
#[cfg(feature = "serde")]
mod json;
mod limits;
mod wire;

use proptest::test_runner::Config;

/// As many packets as take a few seconds, unless the environment says how many.
fn config() -> Config {
    let config = Config::default();
    if std::env::var_os("PROPTEST_CASES").is_some() { config } else { Config { cases: 1000, ..config } }
}
