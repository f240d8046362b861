//! Several plugins on one server, as a file says, with a line per plugin every few seconds:
//!
//! ```sh
//! cargo run --example relay -- --check examples/relay/relay.toml
//! cargo run --example relay -- examples/relay/relay.toml
//! ```

mod config;
#[path = "../common/exit.rs"]
mod exit;
#[path = "../common/outage.rs"]
mod outage;

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::relay::{PluginStats, Relay};
use anyhow::Context;
use clap::Parser;

use config::Config;
use outage::{Notice, Outage};

/// Put several plugins on one Assetto Corsa server, which talks to one only.
///
/// The file names the server and the plugins, with what each may do; examples/relay/relay.toml is
/// a template. RUST_LOG=debug shows more.
#[derive(Parser)]
struct Args {
    /// The file, in TOML
    file: PathBuf,
    /// Only look whether the file is right
    #[arg(long)]
    check: bool,
    /// End after this many seconds
    #[arg(long)]
    seconds: Option<u64>,
    /// The seconds between two reports
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
}

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info")).init();
    exit::code(run(&Args::parse()))
}

fn run(args: &Args) -> anyhow::Result<()> {
    let file = args.file.display();
    let text = fs::read_to_string(&args.file).with_context(|| format!("cannot read {file}"))?;
    let config = Config::parse(&text).with_context(|| format!("{file} cannot be used"))?;
    if args.check {
        println!("{file} is right: {} plugins", config.plugins.len());
        return Ok(());
    }
    let client = AcUdpClient::bind(config.listen, config.server)?;
    let plugins = config.plugins.into_iter();
    let mut relay = plugins.fold(Relay::builder(client), |builder, plugin| builder.plugin(plugin)).start()?;
    let mut outage = Outage::new();
    // If no server is there, this makes the system say so.
    outage.check(relay.client(), relay.client().request_session_info(None), tell)?;

    let end = args.seconds.and_then(|seconds| Instant::now().checked_add(Duration::from_secs(seconds)));
    let every = Duration::from_secs(args.every);
    let mut due = Instant::now() + every;
    loop {
        let now = Instant::now();
        let is_over = end.is_some_and(|end| now >= end);
        if is_over || now >= due {
            relay.plugins().iter().for_each(report);
            due = now + every;
        }
        if is_over {
            return Ok(());
        }
        let next = end.map_or(due, |end| end.min(due));
        let received = relay.wait_event(next.saturating_duration_since(now));
        outage.check(relay.client(), received, tell)?;
    }
}

/// Whether the server is there stands in the library's log.
fn tell(notice: &Notice) {
    if let Notice::Trouble(line) = notice {
        log::warn!("{line}");
    }
}

fn report(plugin: &PluginStats) {
    let state = match plugin.received {
        _ if plugin.is_away => "away",
        0 => "not heard of",
        _ => "there",
    };
    let interval =
        plugin.report_interval.map_or("no telemetry".to_owned(), |interval| format!("every {interval:?}"));
    let dropped = plugin.flooded + plugin.undecodable + plugin.lost;
    println!(
        "{:?} {}: {state}, {interval}, {} packets to it, {} commands of it, {} refused, {dropped} dropped",
        plugin.name, plugin.plugin_addr, plugin.sent, plugin.forwarded, plugin.refused
    );
}
