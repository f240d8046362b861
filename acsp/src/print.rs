//! `acsp print`: prints a server's events.

use std::io::{self, Write};
use std::process::ExitCode;

use acudpclient::AcUdpClient;
use clap::Args;

use crate::connection::{Report, Source, announce, ask};
use crate::lines::line;
use crate::outage::{Notice, Outage};
use crate::stop::Limit;

/// Print every event of a server, one per line.
///
/// Without addresses, it prints the events of a simulated race.
#[derive(Debug, Args)]
#[command(
    override_usage = "acsp print [OPTIONS] [LOCAL SERVER]\n       acsp print [OPTIONS] --config <FILE>",
    after_help = "\
Examples:
  acsp print --seconds 10
  acsp print 127.0.0.1:12000 127.0.0.1:11000 --interval 1000
  acsp print 127.0.0.1:12000 127.0.0.1:11000 --json | jq 'select(.type == \"lap_completed\")'"
)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    report: Report,
    /// Print each event as a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limit: Limit,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stop = arguments.limit.start()?;
    let mut connection = arguments.source.connect(AcUdpClient::builder(), arguments.report.interval())?;
    connection.hear_past(|_| ());
    let client = &mut connection.client;
    announce(client);
    let mut outage = Outage::new();
    let tell = |notice: &Notice| eprintln!("{notice}");
    ask(client, arguments.report.interval(), &mut outage, tell)?;
    while !stop.is_wanted() {
        let received = client.wait_event(stop.wait());
        if let Some(event) = outage.check(client, received, tell)?.flatten() {
            writeln!(io::stdout(), "{}", line(&event, arguments.json))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
