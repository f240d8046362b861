//! `acsp decode`: prints a recording's packets.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::process::ExitCode;

use acudpclient::capture::Record;
use acudpclient::protocol::{Command, DecodeError, Event, id};
use clap::Args;

use crate::exit;
use crate::lines::line;
use crate::progress::Progress;
use crate::recording::Recording;

/// Print the packets of a recording, one per line.
///
/// The counts go to standard error. The exit code is 1 if anything could not be read or decoded.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp decode race.pcap
  acsp decode --json --port 12000 race.pcap | jq 'select(.type == \"chat\")'")]
pub struct Arguments {
    #[command(flatten)]
    recording: Recording,
    /// Print each packet as a JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut out = BufWriter::new(io::stdout().lock());
    let mut counts: BTreeMap<u8, u64> = BTreeMap::new();
    let mut faults = 0_u64;
    let mut progress = Progress::beside_output("packets");
    let mut records = arguments.recording.open()?;
    while let Some(record) = records.next() {
        progress.step(|| records.progress());
        match record {
            Ok(record) => match describe(&record, arguments.json) {
                Ok(line) => {
                    *counts.entry(record.payload[0]).or_default() += 1;
                    writeln!(out, "{line}")?;
                }
                Err(error) => {
                    faults += 1;
                    let file = record.file.as_deref().unwrap_or(Path::new("-")).display();
                    progress.eprintln(format!("{file}: record {}: {error}", record.number));
                }
            },
            Err(error) => {
                faults += 1;
                progress.eprintln(error);
            }
        }
    }
    progress.finish();
    out.flush()?;
    if counts.is_empty() && faults > 0 {
        eprintln!("{}", arguments.recording.what_is_wanted());
    }
    for (packet_id, count) in &counts {
        eprintln!("{count:8}  {packet_id:3} {}", id::name(*packet_id).unwrap_or("UNKNOWN"));
    }
    eprintln!("{:8}  packets, {faults} undecodable", counts.values().sum::<u64>());
    Ok(exit::success_if(faults == 0))
}

/// One packet of either direction on one line.
fn describe(record: &Record, json: bool) -> Result<String, DecodeError> {
    if record.is_command() {
        Ok(line(&Command::decode(&record.payload)?, json))
    } else {
        Ok(line(&Event::decode(&record.payload)?, json))
    }
}
