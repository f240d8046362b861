//! `acsp relay`: several plugins on one server, configured by a file.

mod config;

use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::relay::{PluginStats, Relay};
use anyhow::Context;
use clap::Args;

use crate::connection::ask;
use crate::outage::{Notice, Outage};
use crate::stop::Limit;
use config::Config;

/// A file to start from.
const TEMPLATE: &str = include_str!("template.toml");

/// Run several plugins on one server, although the server talks to one only.
///
/// The file names the server and the plugins, with each plugin's permissions. The program prints a line per
/// plugin every few seconds.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp relay --template > relay.toml
  acsp relay --check relay.toml
  acsp relay relay.toml")]
pub struct Arguments {
    /// The file, in TOML
    #[arg(required_unless_present = "template")]
    file: Option<PathBuf>,
    /// Print a commented file to start from
    #[arg(long, exclusive = true)]
    template: bool,
    /// Only check the file
    #[arg(long)]
    check: bool,
    /// The seconds between two reports
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    #[command(flatten)]
    limit: Limit,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some(path) = &arguments.file else {
        write!(io::stdout(), "{TEMPLATE}")?;
        return Ok(ExitCode::SUCCESS);
    };
    let file = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {file}"))?;
    let config = Config::parse(&text).with_context(|| format!("{file} is not valid"))?;
    if arguments.check {
        writeln!(io::stdout(), "{file} is valid: {} plugins", config.plugins.len())?;
        return Ok(ExitCode::SUCCESS);
    }
    let stop = arguments.limit.start()?;
    let client = AcUdpClient::bind(config.listen, config.server)?;
    let plugins = config.plugins.into_iter();
    let mut relay = plugins.fold(Relay::builder(client), |builder, plugin| builder.plugin(plugin)).start()?;
    relay.plugins().iter().try_for_each(announce)?;
    let mut outage = Outage::new();
    ask(relay.client(), None, &mut outage, tell)?;

    let every = Duration::from_secs(arguments.every);
    let mut due = Instant::now() + every;
    loop {
        let is_over = stop.is_wanted();
        if is_over || Instant::now() >= due {
            relay.plugins().iter().try_for_each(report)?;
            due = Instant::now() + every;
        }
        if is_over {
            return Ok(ExitCode::SUCCESS);
        }
        let received = relay.wait_event(stop.wait());
        outage.check(relay.client(), received, tell)?;
    }
}

/// Logs trouble. The library itself logs whether the server is there.
fn tell(notice: &Notice) {
    if let Notice::Trouble(line) = notice {
        log::warn!("{line}");
    }
}

/// What to tell a plugin, as `acsp` takes it.
fn announce(plugin: &PluginStats) -> io::Result<()> {
    let (name, local, server) = (&plugin.name, plugin.plugin_addr, plugin.local_addr);
    writeln!(
        io::stdout(),
        "{name:?} listens on {local}, and its server is {server}; try: acsp live {local} {server}"
    )
}

fn report(plugin: &PluginStats) -> io::Result<()> {
    let state = match plugin.received {
        _ if plugin.is_away => "away, as nothing listens there",
        0 => "there, but has sent nothing",
        _ => "there",
    };
    let interval =
        plugin.report_interval.map_or("no telemetry".to_owned(), |interval| format!("every {interval:?}"));
    let dropped = plugin.flooded + plugin.undecodable + plugin.lost;
    writeln!(
        io::stdout(),
        "{:?} {}: {state}, {interval}, {} packets to it, {} commands from it, {} refused, {dropped} dropped",
        plugin.name,
        plugin.plugin_addr,
        plugin.sent,
        plugin.forwarded,
        plugin.refused
    )
}
