//! `acsp db sessions`: what was driven when.

use std::io::{self, Write};
use std::process::ExitCode;

use acsp::store::{FileOption, Reader, SessionFilter, SessionRow, StoredResult};
use acudpclient::protocol::LapTime;
use clap::Args;

use super::track_words;
use crate::lines::{json_line, shown};
use crate::utc::timestamp;

/// List the sessions, newest first, or show the result of one.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp db sessions --limit 5
  acsp db sessions 12
  acsp db sessions 12 --acserver-json > results/2026_11_27_21_0_RACE.json")]
pub struct Arguments {
    /// The number of a session in the list, to show its result
    id: Option<i64>,
    /// Only of this track, by its folder's name
    #[arg(long, conflicts_with = "id")]
    track: Option<String>,
    /// Only those with a lap of the driver with this GUID
    #[arg(long, value_name = "GUID", conflicts_with = "id")]
    driver: Option<String>,
    /// At most N
    #[arg(long, value_name = "N", default_value_t = 50, conflicts_with = "id")]
    limit: u32,
    /// Print each as a JSON object
    #[arg(long)]
    json: bool,
    /// Print the result in the format of acServer's own result files
    #[arg(long, requires = "id", conflicts_with = "json")]
    acserver_json: bool,
    #[command(flatten)]
    file: FileOption,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let path = arguments.file.path()?;
    let reader = Reader::open(&path)?;
    let mut out = io::stdout().lock();
    let Some(id) = arguments.id else {
        let sessions = reader.sessions(&SessionFilter {
            track: arguments.track.clone(),
            guid: arguments.driver.clone(),
            limit: Some(arguments.limit),
            ..SessionFilter::default()
        })?;
        for session in &sessions {
            let line = if arguments.json { json_line(session) } else { line(session) };
            writeln!(out, "{line}")?;
        }
        return Ok(ExitCode::SUCCESS);
    };
    if arguments.acserver_json {
        let Some(json) = reader.acserver_json(id)? else {
            anyhow::bail!("no session {id} with a result is in {}: see `acsp db sessions`", path.display());
        };
        write!(out, "{json}")?;
        return Ok(ExitCode::SUCCESS);
    }
    let Some(result) = reader.result(id)? else {
        anyhow::bail!("no session {id} is in {}: see `acsp db sessions`", path.display());
    };
    if arguments.json {
        writeln!(out, "{}", json_line(&result))?;
    } else {
        print(&mut out, &result)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn line(session: &SessionRow) -> String {
    let winner = match &session.winner {
        Some(winner) if !winner.is_empty() => format!(", {} first", shown(winner)),
        _ => String::new(),
    };
    format!(
        "{:>4}  {}  {:<8}  {} at {}: {} laps of {} drivers{winner}",
        session.id,
        timestamp(session.started.unwrap_or(session.heard)),
        shown(&session.session_type),
        track_words(&session.track, &session.layout),
        shown(&session.server),
        session.laps,
        session.drivers,
    )
}

fn print(out: &mut impl Write, result: &StoredResult) -> io::Result<()> {
    writeln!(out, "{}", line(&result.session))?;
    if result.standings.is_empty() {
        writeln!(out, "its end was not heard")?;
    }
    for row in &result.standings {
        let position = row.position.map_or("-".to_owned(), |position| position.to_string());
        let time = |time: Option<u32>| time.map_or("-".to_owned(), |time| LapTime(time).to_string());
        writeln!(
            out,
            "{position:>3}  {:<24}  {:<24}  {:>4} laps  best {:>9}  total {:>11}",
            shown(&row.driver_name),
            shown(&row.car_model),
            row.laps,
            time(row.best_lap),
            time(row.total_time)
        )?;
    }
    Ok(())
}
