//! The arguments of all simulations.

use acudpclient::sim::{SimBuilder, SimServer};
use clap::Args;

#[derive(Debug, Args)]
pub struct Field {
    /// The number of cars (1 to 100)
    #[arg(
        long,
        value_name = "N",
        default_value_t = 16,
        value_parser = clap::value_parser!(u8).range(1..=100),
        help_heading = "Simulation"
    )]
    cars: u8,
    /// The seed of the random numbers: the same seed gives the same laps
    #[arg(long, value_name = "N", default_value_t = 1, help_heading = "Simulation")]
    seed: u64,
}

impl Field {
    pub fn simulation(&self) -> SimBuilder {
        SimServer::builder().cars(self.cars.into()).seed(self.seed)
    }
}

/// Reads a speed as a multiple of real time.
pub fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.01..=10_000.0).contains(&speed) => Ok(speed),
        _ => Err("it must be a number from 0.01 to 10000".to_owned()),
    }
}
