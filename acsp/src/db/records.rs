//! `acsp db records`: the best laps.

use std::io::{self, Write};
use std::process::ExitCode;

use acsp::store::{FileOption, Reader, RecordFilter};
use acudpclient::protocol::LapTime;
use clap::Args;

use super::place;
use crate::lines::{json_line, shown};
use crate::utc::timestamp;

/// List the best valid laps of each track, layout and car: of each driver the best one, the fastest first.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp db records
  acsp db records --track monza --car abarth500 --places 3
  acsp db records --json | jq 'select(.place == 1)'")]
pub struct Arguments {
    /// Only of this track, by its folder's name
    #[arg(long)]
    track: Option<String>,
    /// Only of this layout; an empty one is that of tracks with one layout
    #[arg(long)]
    layout: Option<String>,
    /// Only of this car, by its folder's name
    #[arg(long)]
    car: Option<String>,
    /// Only of the driver with this GUID
    #[arg(long, value_name = "GUID")]
    driver: Option<String>,
    /// Only the first N of each track, layout and car
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    places: Option<u32>,
    /// At most N lines
    #[arg(long, value_name = "N")]
    limit: Option<u32>,
    /// Print each as a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    file: FileOption,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let reader = Reader::open(&arguments.file.path()?)?;
    let records = reader.records(&RecordFilter {
        track: arguments.track.clone(),
        layout: arguments.layout.clone(),
        car_model: arguments.car.clone(),
        guid: arguments.driver.clone(),
        places: arguments.places,
        limit: arguments.limit,
    })?;
    let mut out = io::stdout().lock();
    let mut heading = None;
    for record in &records {
        if arguments.json {
            writeln!(out, "{}", json_line(record))?;
            continue;
        }
        if heading != Some(&record.combination) {
            heading = Some(&record.combination);
            writeln!(out, "{}", place(&record.combination))?;
        }
        writeln!(
            out,
            "{:>4}  {:>9}  {:<24}  {}",
            record.place,
            LapTime(record.lap_time).to_string(),
            shown(&record.driver.name),
            timestamp(record.completed_at),
        )?;
    }
    if records.is_empty() {
        eprintln!("no such lap is stored");
    }
    Ok(ExitCode::SUCCESS)
}
