//! `acsp db record`: stores all that is driven on a server.

use std::io::{self, Write};
use std::process::ExitCode;
use std::time::Duration;

use acsp::store::{FileOption, Report, Settings, Store, WebhookOptions};
use acudpclient::RaceTracker;
use clap::Args;
use serde_json::{Value, json};

use super::{close, words};
use crate::connection::{Drivers, Source, announce, ask, in_background};
use crate::exit;
use crate::lines::json_line;
use crate::outage::{Notice, Outage};
use crate::stop::Limit;

/// Store what is driven on a server, until Ctrl-C; print each lap once it is stored.
///
/// It replaces the plugin. A lap that was printed is in the file, whatever happens then. After a restart the running
/// session goes on, and nothing is stored twice. While the file cannot be written to, what is to be stored waits in
/// memory as long as there is room. The exit code is 1 if something was lost. Without addresses, it stores a
/// simulated race, and wants a file that is named with --db.
#[derive(Debug, Args)]
#[command(
    override_usage = "acsp db record [OPTIONS] <LOCAL> <SERVER>\n       acsp db record [OPTIONS] --config <FILE>",
    after_help = "\
Examples:
  acsp db record 127.0.0.1:12000 127.0.0.1:11000
  acsp db record 127.0.0.1:12000 127.0.0.1:11000 --webhook https://discord.com/api/webhooks/…
  acsp db record --config cfg/server_cfg.ini --db league.db --json
  acsp db record --db try.db --speed 20"
)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    file: FileOption,
    #[command(flatten)]
    webhook: WebhookOptions,
    /// Print each lap and record as a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limit: Limit,
}

/// Cars that report show up, and their drivers can be asked for before their first lap.
const REPORT: Duration = Duration::from_secs(1);

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stop = arguments.limit.start()?;
    let webhook = arguments.webhook.webhook()?;
    let mut connection = arguments.source.connect(in_background(), Some(REPORT))?;
    anyhow::ensure!(
        !connection.is_simulated() || arguments.file.db.is_some(),
        "laps of a simulated race do not belong among those of your servers: name a file with --db FILE, or \
         a server, LOCAL SERVER"
    );
    let (path, server, speed) = (arguments.file.path()?, connection.client.server_addr(), connection.speed());
    let mut store = Store::start(Settings { path, server, speed, webhook })?;
    announce(&connection.client);
    eprintln!("storing in {}", store.path().display());

    let (mut tracker, mut drivers, mut outage) = (RaceTracker::new(), Drivers::default(), Outage::new());
    let tell = |notice: &Notice| eprintln!("{notice}");
    connection.hear_past(|past| {
        for told in past {
            tracker.advance_to(told.time);
            let changes = tracker.apply(&told.event);
            store.apply(&tracker, &changes, told.at);
        }
    });
    ask(&connection.client, Some(REPORT), &mut outage, tell)?;
    let mut printed = Ok(());
    while !stop.is_wanted() && printed.is_ok() {
        let received = connection.client.wait_event(stop.wait());
        let client = &connection.client;
        if let Some(event) = outage.check(client, received, tell)?.flatten() {
            let (clock, at) = connection.arrival();
            tracker.advance_to(clock);
            let changes = tracker.apply(&event);
            store.apply(&tracker, &changes, at);
        }
        drivers.ask(client, &tracker, &mut outage)?.iter().for_each(tell);
        printed = store.reports().try_for_each(|report| print(&report, arguments.json));
    }
    let (reports, all_stored) = close(store, |words| eprintln!("{words}"));
    let printed = printed.and_then(|()| reports.iter().try_for_each(|report| print(report, arguments.json)));
    printed?;
    Ok(exit::success_if(all_stored))
}

fn print(report: &Report, as_json: bool) -> io::Result<()> {
    let line = match report {
        Report::Stored(lap) if as_json => typed("lap", json!(lap)),
        Report::Record(record) if as_json => typed("record", json!(record)),
        Report::Trouble(_) | Report::Mended { .. } => {
            eprintln!("{}", words(report));
            return Ok(());
        }
        _ => words(report),
    };
    writeln!(io::stdout(), "{line}")
}

fn typed(name: &str, mut value: Value) -> String {
    value["type"] = Value::from(name);
    json_line(&value)
}
