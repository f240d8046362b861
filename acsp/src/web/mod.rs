//! `acsp web`: live timing in the browser.
//!
//! Two threads: one receives and writes the JSON ([`race`]), one serves the browsers ([`server`]). The first hands
//! [`published::Published`] to the second and never waits for it.

mod assets;
mod books;
mod pace;
mod published;
mod race;
mod server;
mod stored;

use std::path::PathBuf;
use std::process::ExitCode;
use std::thread;

use acsp::store::StoreOptions;
use anyhow::Context;
use clap::Args;

use crate::connection::{Connection, Source, in_background};
use crate::stderr;
use crate::stop::Limit;
use books::{Program, Settings};
use race::{PAST_REPORT, Race};
use server::{Admin, Hosts, Patience, Site};
use stored::Stored;

/// Show live timing in the browser: a board, the map of the track, laps, results, records.
///
/// Without addresses, of a simulated race. The laps of a real server are stored, see `acsp db --help`. One `acsp web` serves one server: for several servers start several, each with
/// its own --listen. acsp/API.md describes what programs can fetch from it.
#[derive(Debug, Args)]
#[command(
    override_usage = "acsp web [OPTIONS] [LOCAL SERVER]\n       acsp web [OPTIONS] --config <FILE>",
    after_help = "\
Examples:
  acsp web
  acsp web 127.0.0.1:12000 127.0.0.1:11000
  acsp web --config cfg/server_cfg.ini --content ../assettocorsa/content
  acsp web 127.0.0.1:12000 127.0.0.1:11000 --listen 0.0.0.0:8080 --admin-token-file token.txt

With --listen on an address of the network everybody there sees the page. For the internet put a web server with TLS
before it, and name it with --allow-host."
)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Where browsers find the page; port 0 is any free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: String,
    /// A host name under which the page is asked for, such as that of a web server before this one. On a loopback address
    /// no other names than localhost are answered otherwise. Can be given several times
    #[arg(long, value_name = "NAME")]
    allow_host: Vec<String>,
    /// The game's content folder: the map is the track's own then
    #[arg(long, value_name = "FOLDER")]
    content: Option<PathBuf>,
    /// Allow commands (chat, kick, next and restart session) to who knows the word in this file
    #[arg(long, value_name = "FILE")]
    admin_token_file: Option<PathBuf>,
    #[command(flatten)]
    store: StoreOptions,
    #[command(flatten)]
    limit: Limit,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stop = arguments.limit.start()?;
    if let Some(content) = &arguments.content {
        let tracks = content.join("tracks");
        anyhow::ensure!(
            tracks.is_dir(),
            "--content {}: there is no folder {}; give the folder `content` of the game or the server",
            content.display(),
            tracks.display()
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let listener = runtime.block_on(server::listen(&arguments.listen))?;
    let connection = arguments.source.connect(in_background(), Some(PAST_REPORT))?;
    let admin = arguments
        .admin_token_file
        .as_deref()
        .map(|file| Admin::new(file, connection.client.commands()))
        .transpose()?;
    let address = listener.local_addr()?;
    stderr::tell(first_line(&connection, address));
    let (server, speed) = (connection.client.server_addr(), connection.speed());
    let store = arguments.store.start(server, speed, connection.is_simulated(), stderr::tell)?;
    let stored = store.as_ref().map(|store| Stored::open(store.path())).transpose()?;
    let program = Program {
        name: "acsp",
        version: env!("CARGO_PKG_VERSION"),
        simulated: connection.is_simulated(),
        admin: admin.is_some(),
        store: store.is_some(),
    };
    let settings = Settings { program, speed, content: arguments.content.clone() };
    let race = Race::start(connection, settings, store)?;
    let hosts = Hosts::new(&arguments.allow_host, address.ip().is_loopback());
    let site = Site { published: race.updates(), hosts, admin, stored, patience: Patience::default() };
    let running = thread::Builder::new()
        .name("race".to_owned())
        .spawn(move || race.run(&stop))
        .context("cannot start a thread")?;
    runtime.block_on(server::serve(listener, site));
    // Connections end with the runtime.
    drop(runtime);
    let ended = running.join();
    stderr::flush();
    match ended {
        Ok(ended) => ended.map(|()| ExitCode::SUCCESS),
        Err(panic) => std::panic::resume_unwind(panic),
    }
}

fn first_line(connection: &Connection, address: std::net::SocketAddr) -> String {
    // A browser cannot go to 0.0.0.0.
    let url = match address.ip() {
        ip if ip.is_unspecified() => format!("http://localhost:{}/", address.port()),
        _ => format!("http://{address}/"),
    };
    if connection.is_simulated() {
        return format!("{url} shows a simulated race (Ctrl-C ends it)");
    }
    let client = &connection.client;
    format!(
        "{url} shows the server {}; listening on {} to the server {0}, which speaks when something happens there",
        client.server_addr(),
        client.local_addr()
    )
}
