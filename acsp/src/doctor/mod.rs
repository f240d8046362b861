//! `acsp doctor`: finds out why nothing arrives.

mod examination;
mod finding;
mod probe;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::exit;
use crate::server_cfg::ServerCfg;
use examination::Examination;
use finding::{Finding, Verdict};

/// Find out why nothing arrives from a server, and what to do.
///
/// It asks the server for its session, which changes nothing, and takes less than 10 seconds. First stop the plugin or
/// the other acsp that listens on LOCAL. The exit code is 0 if the server answers and nothing is wrong, 1 otherwise.
#[derive(Debug, Args)]
#[command(
    override_usage = "acsp doctor [OPTIONS] <LOCAL> <SERVER>\n       acsp doctor [OPTIONS] --config <FILE> [LOCAL SERVER]",
    after_help = "\
Examples:
  acsp doctor 127.0.0.1:12000 127.0.0.1:11000
  acsp doctor --config cfg/server_cfg.ini
  acsp doctor --config cfg/server_cfg.ini 192.0.2.7:12000 192.0.2.1:11000 --json"
)]
pub struct Arguments {
    /// Where the server sends: UDP_PLUGIN_ADDRESS in its server_cfg.ini, such as 127.0.0.1:12000
    #[arg(requires = "server", required_unless_present = "config")]
    local: Option<String>,
    /// Where the server listens: its address and UDP_PLUGIN_LOCAL_PORT, such as 127.0.0.1:11000
    server: Option<String>,
    /// The server's server_cfg.ini, to compare with the addresses, or to take them from
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print each finding as a JSON object
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = arguments.config.as_deref().map(ServerCfg::read).transpose()?;
    let (local, server) = match (arguments.local.clone().zip(arguments.server.clone()), &config) {
        (Some(given), _) => given,
        (None, Some(config)) => config.addresses()?,
        (None, None) => anyhow::bail!("acsp doctor wants LOCAL SERVER, or --config FILE; see --help"),
    };
    eprintln!("LOCAL {local}, SERVER {server}: this takes less than 10 seconds");
    let mut is_healthy = true;
    let mut tell = |finding: Finding| {
        is_healthy &= finding.verdict != Verdict::Fault;
        let line = if arguments.json { serde_json::to_string(&finding)? } else { finding.to_string() };
        writeln!(io::stdout(), "{line}")
    };
    Examination { local: &local, server: &server, config: config.as_ref() }.run(&mut tell)?;
    Ok(exit::success_if(is_healthy))
}
