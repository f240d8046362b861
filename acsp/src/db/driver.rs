//! `acsp db driver`: one driver.

use std::io::{self, Write};
use std::process::ExitCode;

use acsp::store::{DriverPage, FileOption, Reader};
use acudpclient::protocol::LapTime;
use clap::Args;

use super::{cuts, place, track_words};
use crate::lines::{json_line, shown};
use crate::utc::timestamp;

/// Show a driver: names, bests and the newest laps.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp db driver 76561198000000001
  acsp db driver 76561198000000001 --laps 100 --json")]
pub struct Arguments {
    /// The driver's GUID, as in `acsp db records --json`
    guid: String,
    /// How many of the newest laps
    #[arg(long, value_name = "N", default_value_t = 20)]
    laps: u32,
    /// Print a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    file: FileOption,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let path = arguments.file.path()?;
    let Some(page) = Reader::open(&path)?.driver(&arguments.guid, arguments.laps)? else {
        anyhow::bail!(
            "nobody with the GUID {:?} is in {}: `acsp db records --json` shows the GUIDs",
            arguments.guid,
            path.display()
        );
    };
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", json_line(&page))?;
    } else {
        print(&mut out, &page)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn print(out: &mut impl Write, page: &DriverPage) -> io::Result<()> {
    writeln!(
        out,
        "{} ({}): {} laps, {} of them valid, in {} sessions",
        shown(&page.driver.name),
        shown(&page.driver.guid),
        page.laps,
        page.valid_laps,
        page.sessions
    )?;
    for name in page.names.iter().skip(1) {
        writeln!(out, "before: {}, until {}", shown(&name.name), timestamp(name.last_seen))?;
    }
    writeln!(out, "bests")?;
    for best in &page.bests {
        let time = LapTime(best.lap_time).to_string();
        writeln!(
            out,
            "  {time:>9}  P{:<3}  {}  {}",
            best.place,
            timestamp(best.completed_at),
            place(&best.combination)
        )?;
    }
    writeln!(out, "newest laps")?;
    for lap in &page.recent_laps {
        let time = LapTime(lap.lap_time).to_string();
        let track = track_words(&lap.track, &lap.layout);
        writeln!(
            out,
            "  {time:>9}  {}  {track}, {}{}",
            timestamp(lap.completed_at),
            shown(&lap.car_model),
            cuts(lap.cuts)
        )?;
    }
    Ok(())
}
