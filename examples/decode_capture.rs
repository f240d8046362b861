//! Decodes a recording (pcap, pcapng, or payloads one after the other) to readable lines:
//!
//! ```sh
//! cargo run --all-features --example decode_capture -- fixtures/race.pcap
//! ```

#[path = "common/exit.rs"]
mod exit;
#[path = "common/json.rs"]
mod json;

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use acudpclient::capture::{Reader, Record};
use acudpclient::protocol::{Command, DecodeError, Event, id};
use clap::Parser;

/// Decode a recording of an Assetto Corsa server's plugin traffic: pcap, pcapng, or payloads one
/// after the other, told from its content.
///
/// Counts go to standard error. The exit code is 1 if anything could not be read or decoded.
#[derive(Parser)]
struct Args {
    /// The recording. Several files are one recording; of a rotated one the first name is enough
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print each packet as a JSON object
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
    let mut counts: BTreeMap<u8, u64> = BTreeMap::new();
    let mut faults = 0_u64;
    for record in recording {
        let printed = match record {
            Ok(record) => match describe(&record, args.json) {
                Ok(line) => {
                    *counts.entry(record.payload[0]).or_default() += 1;
                    writeln!(out, "{line}")
                }
                Err(error) => {
                    faults += 1;
                    let file = record.file.as_deref().unwrap_or(Path::new("-")).display();
                    eprintln!("{file}: record {}: {error}", record.number);
                    Ok(())
                }
            },
            Err(error) => {
                faults += 1;
                eprintln!("{error}");
                Ok(())
            }
        };
        match printed {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(ExitCode::SUCCESS),
            printed => printed?,
        }
    }
    out.flush()?;
    for (packet_id, count) in &counts {
        eprintln!("{count:8}  {packet_id:3} {}", id::name(*packet_id).unwrap_or("UNKNOWN"));
    }
    eprintln!("{:8}  packets, {faults} undecodable", counts.values().sum::<u64>());
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One packet of either direction on one line.
fn describe(record: &Record, json: bool) -> Result<String, DecodeError> {
    fn show<T: serde::Serialize + ToString>(packet: T, json: bool) -> String {
        if json { json::json_line(&packet) } else { packet.to_string() }
    }
    if record.is_command() {
        Ok(show(Command::decode(&record.payload)?, json))
    } else {
        Ok(show(Event::decode(&record.payload)?, json))
    }
}
