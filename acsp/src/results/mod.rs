//! `acsp results`: the result of each finished session of a recording.

pub mod file;
mod table;

use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use acudpclient::RaceTracker;
use acudpclient::capture::Player;
use acudpclient::tracker::{Change, SessionResult};
use clap::Args;

use crate::exit;
use crate::lines::json_line;
use crate::progress::Progress;
use crate::recording::Recording;

/// Print the result of each finished session of a recording.
///
/// The exit code is 1 if anything could not be read, decoded or written.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp results race.pcap
  acsp results --json race.pcap > results.jsonl
  acsp results --acserver-json results race.pcap")]
pub struct Arguments {
    #[command(flatten)]
    recording: Recording,
    /// Print each session as a JSON object
    #[arg(long)]
    json: bool,
    /// Write each session into this folder, in the format and by the name of acServer's own result files, which
    /// managers and result sites read; `-` prints it. Where the server names no file, its name has the time in
    /// UTC. No file that is there is replaced
    #[arg(long, value_name = "FOLDER", conflicts_with = "json")]
    acserver_json: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut tracker = RaceTracker::new();
    let (mut sessions, mut events, mut faults, mut unwritten) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut progress = Progress::beside_output("events");
    let start = match &arguments.acserver_json {
        Some(_) => arguments.recording.open()?.find_map(|record| record.ok()?.time),
        None => None,
    };
    let mut recorded = Player::new(arguments.recording.open()?).events();
    while let Some(event) = recorded.next() {
        progress.step(|| recorded.progress());
        let (time, event) = match event {
            Ok(event) => event,
            Err(error) => {
                faults += 1;
                progress.eprintln(error);
                continue;
            }
        };
        events += 1;
        tracker.advance_to(time);
        if !tracker.apply(&event).contains(&Change::SessionEnded) {
            continue;
        }
        let Some(result) = tracker.last_result() else { continue };
        sessions += 1;
        match &arguments.acserver_json {
            Some(folder) if folder == Path::new("-") => writeln!(out, "{}", result.to_acserver_json())?,
            Some(folder) => {
                let ended = start.and_then(|start| start.checked_add(time));
                let path = folder.join(file::name(result, ended, sessions));
                match file::write_new(&path, &result.to_acserver_json()) {
                    Ok(()) => writeln!(out, "{}", path.display())?,
                    Err(error) => {
                        unwritten += 1;
                        progress.eprintln(format!("{} is not written: {error}", path.display()));
                    }
                }
            }
            None if arguments.json => writeln!(out, "{}", json_line(result))?,
            None => print_table(&mut out, result)?,
        }
    }
    progress.finish();
    out.flush()?;
    if events == 0 && faults > 0 {
        eprintln!("{}", arguments.recording.what_is_wanted());
    }
    eprintln!("{sessions} finished sessions, {faults} undecodable packets");
    Ok(exit::success_if(faults == 0 && unwritten == 0))
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
    table::print(out, result)?;
    if let Some(fastest) = &result.fastest_lap {
        writeln!(out, "fastest lap: {} by car {}", fastest.lap_time, fastest.car_id)?;
    }
    writeln!(out)
}
