//! Prints the result of each finished session of a recording:
//!
//! ```sh
//! cargo run --all-features --example results -- fixtures/race.pcap
//! ```

#[path = "common/exit.rs"]
mod exit;
#[path = "common/json.rs"]
mod json;

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use acudpclient::RaceTracker;
use acudpclient::capture::{Player, Reader};
use acudpclient::protocol::LapTime;
use acudpclient::tracker::{Change, ResultEntry, SessionResult};
use clap::Parser;

/// Print the result of each finished session of a recording of an Assetto Corsa server's plugin
/// traffic.
///
/// The exit code is 1 if anything could not be read or decoded.
#[derive(Parser)]
struct Args {
    /// The recording: pcap, pcapng, or payloads one after the other. Several files are one recording; of a
    /// rotated one the first name is enough
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print each session as a JSON object
    #[arg(long)]
    json: bool,
    /// Only datagrams from or to this UDP port
    #[arg(long)]
    port: Option<u16>,
}

fn main() -> ExitCode {
    exit::code(run(&Args::parse()))
}

fn run(args: &Args) -> anyhow::Result<ExitCode> {
    let mut recording = Reader::open_all(&args.files)?;
    if let Some(port) = args.port {
        recording = recording.port(port);
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let mut tracker = RaceTracker::new();
    let (mut sessions, mut faults) = (0_u64, 0_u64);
    for event in Player::new(recording).events() {
        let (time, event) = match event {
            Ok(event) => event,
            Err(error) => {
                faults += 1;
                eprintln!("{error}");
                continue;
            }
        };
        tracker.advance_to(time);
        if !tracker.apply(&event).contains(&Change::SessionEnded) {
            continue;
        }
        let Some(result) = tracker.last_result() else { continue };
        sessions += 1;
        let printed = if args.json {
            writeln!(out, "{}", json::json_line(result))
        } else {
            print_table(&mut out, result)
        };
        match printed {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            printed => printed?,
        }
    }
    match out.flush() {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
        flushed => flushed?,
    }
    eprintln!("{sessions} finished sessions, {faults} undecodable packets");
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn print_table(out: &mut impl Write, result: &SessionResult) -> io::Result<()> {
    match &result.session {
        Some(session) => writeln!(
            out,
            "{} {:?} on {:?} {:?} at {:?}",
            session.session_type, session.name, session.track, session.track_config, session.server_name
        )?,
        None => writeln!(out, "a session that was not announced")?,
    }
    if let Some(filename) = &result.filename {
        writeln!(out, "{filename:?}")?;
    }
    writeln!(
        out,
        "{:>3}  {:>3}  {:<24}  {:<24}  {:>4}  {:>10}  {:>12}  {:>10}",
        "pos", "car", "driver", "model", "laps", "best", "total", "gap"
    )?;
    for entry in result.standings.iter().chain(&result.unclassified) {
        print_entry(out, entry)?;
    }
    if let Some(fastest) = &result.fastest_lap {
        writeln!(out, "fastest lap: {} by car {}", fastest.lap_time, fastest.car_id)?;
    }
    writeln!(out)
}

fn print_entry(out: &mut impl Write, entry: &ResultEntry) -> io::Result<()> {
    let time = |time: Option<LapTime>| time.map_or("-".to_owned(), |time| time.to_string());
    let name = entry.driver.as_ref().map_or("?", |driver| driver.name.as_str());
    let position = entry.position.map_or("-".to_owned(), |position| position.to_string());
    let gap = entry.gap.map_or(String::new(), |gap| gap.to_string());
    writeln!(
        out,
        "{position:>3}  {:>3}  {:<24}  {:<24}  {:>4}  {:>10}  {:>12}  {gap:>10}{}",
        entry.car_id.0,
        name.escape_debug().to_string(),
        entry.car_model.escape_debug().to_string(),
        entry.laps,
        time(entry.best_lap),
        time(entry.total_time),
        if entry.completed { "  finished" } else { "" },
    )
}
