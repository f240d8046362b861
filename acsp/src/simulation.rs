//! What all simulated races have in common.

use acudpclient::sim::{SimBuilder, SimServer};
use clap::Args;

#[derive(Debug, Args)]
pub struct Field {
    /// How many cars are simulated (1 to 100)
    #[arg(
        long,
        value_name = "N",
        default_value_t = 16,
        value_parser = clap::value_parser!(u8).range(1..=100),
        help_heading = "Simulation"
    )]
    cars: u8,
    /// Which simulation it is: the same seed gives the same laps
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Simulation")]
    seed: u64,
}

impl Field {
    pub fn simulation(&self) -> SimBuilder {
        SimServer::builder().cars(self.cars.into()).seed(self.seed)
    }
}

/// How many times as fast as real time; what a simulation takes.
pub fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.01..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err("it has to be a number from 0.01 to 10000".to_owned()),
    }
}
