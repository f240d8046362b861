//! `acsp db`: the lap store.

mod driver;
mod export;
mod forget;
mod record;
mod records;
mod sessions;

use std::process::ExitCode;

use acsp::store::{Combination, Report, Store, StoredLap};
use acudpclient::protocol::LapTime;
use clap::{Args, Subcommand};

use crate::lines::shown;

/// Store laps, records and results, and look at those that are stored.
///
/// `acsp live` and `acsp web` store what they see of a server, too. Where the file lies: ~/.local/share/acsp/laps.db on
/// Linux, %APPDATA%\acsp\laps.db on Windows, ~/Library/Application Support/acsp/laps.db on macOS; --db names
/// another one. It is an SQLite database that several programs may use at a time.
///
/// Of drivers it holds the GUID (the Steam number), the names, the team, and what was driven: laps, contacts and
/// results. It holds no chat and no addresses of players. `acsp db forget GUID` deletes a person.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp db record 127.0.0.1:12000 127.0.0.1:11000
  acsp db records --track monza
  acsp db driver 76561198000000001
  acsp db export --csv laps.csv")]
pub struct Arguments {
    #[command(subcommand)]
    subcommand: Sub,
}

#[derive(Debug, Subcommand)]
enum Sub {
    Record(record::Arguments),
    Records(records::Arguments),
    Driver(driver::Arguments),
    Sessions(sessions::Arguments),
    Export(export::Arguments),
    Forget(forget::Arguments),
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.subcommand {
        Sub::Record(arguments) => record::run(arguments),
        Sub::Records(arguments) => records::run(arguments),
        Sub::Driver(arguments) => driver::run(arguments),
        Sub::Sessions(arguments) => sessions::run(arguments),
        Sub::Export(arguments) => export::run(arguments),
        Sub::Forget(arguments) => forget::run(arguments),
    }
}

/// Ends the store, and tells if it has lost something. Returns what it still had to report, and whether all was stored.
pub fn close(store: Store, tell: impl FnOnce(String)) -> (Vec<Report>, bool) {
    let (reports, lost) = store.close();
    if lost > 0 {
        tell(format!("{lost} laps, contacts and results could not be stored"));
    }
    (reports, lost == 0)
}

/// What the store reports, as a line for people.
pub fn words(report: &Report) -> String {
    match report {
        Report::Stored(lap) => lap_words(lap),
        Report::Record(record) => format!(
            "record: {} by {} on {}, {:.3} s faster than {}",
            LapTime(record.lap_time),
            shown(&record.driver.name),
            place(&record.combination),
            f64::from(record.previous_lap_time - record.lap_time) / 1000.0,
            shown(&record.previous_driver.name),
        ),
        Report::Trouble(words) => words.clone(),
        Report::Mended { lost: 0 } => "laps are stored again; none was lost".to_owned(),
        Report::Mended { lost } => {
            format!("laps are stored again; {lost} laps, contacts and results were lost")
        }
    }
}

fn lap_words(lap: &StoredLap) -> String {
    let driver = match &lap.driver {
        Some(driver) => shown(&driver.name),
        None => format!("car {}", lap.car_id),
    };
    format!("stored: {driver} lap {} {}{}", lap.number, LapTime(lap.lap_time), cuts(lap.cuts))
}

fn cuts(cuts: u8) -> String {
    match cuts {
        0 => String::new(),
        1 => ", 1 cut".to_owned(),
        cuts => format!(", {cuts} cuts"),
    }
}

/// `monza (junior), abarth500`
fn place(combination: &Combination) -> String {
    let Combination { track, layout, car_model } = combination;
    format!("{}, {}", track_words(track, layout), shown(car_model))
}

/// `monza (junior)`
fn track_words(track: &str, layout: &str) -> String {
    if layout.is_empty() { shown(track) } else { format!("{} ({})", shown(track), shown(layout)) }
}
