//! `acsp db export`: the laps as a table.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use acsp::store::{FileOption, LapRow, Reader, SessionRow};
use anyhow::Context;
use clap::Args;

use crate::progress::Progress;
use crate::utc::timestamp;

/// Write all laps as CSV, oldest first.
///
/// Times are milliseconds, sectors are separated by spaces. A text that a spreadsheet would take for a formula,
/// because it begins with = + - @, a tab or a line break, has an apostrophe before it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp db export --csv laps.csv
  acsp db export --csv - | head")]
pub struct Arguments {
    /// The table, a new file; - is the standard output
    #[arg(long, value_name = "FILE", required = true)]
    csv: PathBuf,
    #[command(flatten)]
    file: FileOption,
}

const COLUMNS: [&str; 17] = [
    "completed_at",
    "session_id",
    "server",
    "session_type",
    "session",
    "track",
    "layout",
    "car_model",
    "car_id",
    "guid",
    "driver",
    "lap",
    "lap_time_ms",
    "cuts",
    "valid",
    "sectors_ms",
    "tyre",
];

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let reader = Reader::open(&arguments.file.path()?)?;
    let path = &arguments.csv;
    if path == Path::new("-") {
        write(&reader, io::stdout().lock(), Progress::beside_output("laps"))?;
        return Ok(ExitCode::SUCCESS);
    }
    let file = File::create_new(path).with_context(|| {
        format!("cannot write {}: name a new file in a folder that is there", path.display())
    })?;
    let laps = write(&reader, file, Progress::new("laps"));
    if laps.is_err() {
        // Half a table would block the next try.
        let _ = fs::remove_file(path);
    }
    println!("{} laps in {}", laps?, path.display());
    Ok(ExitCode::SUCCESS)
}

fn write(reader: &Reader, to: impl Write, mut progress: Progress) -> anyhow::Result<u64> {
    let mut table = csv::Writer::from_writer(BufWriter::new(to));
    table.write_record(COLUMNS).map_err(io_error)?;
    let total = reader.count_laps()?;
    let mut written = 0;
    reader.each_lap(|session, lap| {
        table.write_record(fields(session, lap).iter().map(|field| field.as_bytes())).map_err(io_error)?;
        written += 1;
        progress.step(|| Some(written as f64 / total.max(1) as f64));
        Ok::<_, anyhow::Error>(())
    })?;
    table.flush()?;
    progress.finish();
    Ok(written)
}

/// A closed pipe stays what it is.
fn io_error(error: csv::Error) -> anyhow::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error.into(),
        other => anyhow::anyhow!("cannot write a line of CSV: {other:?}"),
    }
}

fn fields<'a>(session: &'a SessionRow, lap: &'a LapRow) -> [Cow<'a, str>; COLUMNS.len()] {
    let (guid, name) = match &lap.driver {
        Some(driver) => (driver.guid.as_str(), driver.name.as_str()),
        None => ("", ""),
    };
    let sectors: Vec<String> = lap.sectors.iter().map(u32::to_string).collect();
    [
        timestamp(lap.completed_at).into(),
        lap.session_id.to_string().into(),
        safe(&session.server),
        safe(&session.session_type),
        safe(&session.name),
        safe(&lap.track),
        safe(&lap.layout),
        safe(&lap.car_model),
        lap.car_id.to_string().into(),
        safe(guid),
        safe(name),
        lap.number.to_string().into(),
        lap.lap_time.to_string().into(),
        lap.cuts.to_string().into(),
        lap.is_valid.to_string().into(),
        sectors.join(" ").into(),
        safe(&lap.tyre),
    ]
}

/// A text that no spreadsheet takes for a formula.
fn safe(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn no_text_is_a_formula() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"] {
            assert_eq!(safe(formula), format!("'{formula}"));
        }
        assert_eq!(safe("Zoë =1"), "Zoë =1");
        assert_eq!(safe(""), "");
    }
}
