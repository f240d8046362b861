//! `acsp record`: records the traffic with a server.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use acudpclient::capture::Writer;
use acudpclient::{AcUdpClient, Datagram, Direction, Error, RaceTracker};
use clap::Args;

use crate::connection::{Drivers, Report, announce, ask};
use crate::exit;
use crate::outage::{Notice, Outage};
use crate::server_cfg::ServerCfg;
use crate::stop::Limit;

/// Record the traffic with a server in a pcap file, for Wireshark and `acsp decode`, `results` and `play`.
///
/// It replaces the plugin. Ctrl-C ends it. Existing files are never replaced. While the disk is full, packets
/// wait in memory as long as there is room. The exit code is 1 if a packet was lost.
#[derive(Debug, Args)]
#[command(
    override_usage = "acsp record [OPTIONS] <LOCAL> <SERVER> <FILE>\n       acsp record [OPTIONS] --config <SERVER_CFG> <FILE>",
    after_help = "\
Examples:
  acsp record 127.0.0.1:12000 127.0.0.1:11000 race.pcap --interval 500
  acsp record 127.0.0.1:12000 127.0.0.1:11000 week.pcap --rotate-mb 100
  acsp record --config cfg/server_cfg.ini race.pcap"
)]
pub struct Arguments {
    /// The addresses as for `acsp print`, and the recording, a new file
    #[arg(required = true, num_args = 1..=3, value_names = ["LOCAL", "SERVER", "FILE"])]
    words: Vec<String>,
    /// Take both addresses from the server_cfg.ini of a server on this machine
    #[arg(long, value_name = "SERVER_CFG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    report: Report,
    /// Begin a new file (race.0001.pcap, race.0002.pcap, …) before the current one exceeds N megabytes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rotate_mb: Option<u32>,
    /// Begin a new file after N minutes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    rotate_minutes: Option<u32>,
    #[command(flatten)]
    limit: Limit,
}

impl Arguments {
    /// LOCAL, SERVER and the file.
    fn places(&self) -> anyhow::Result<(String, String, PathBuf)> {
        match (&self.words[..], &self.config) {
            ([local, server, file], None) => Ok((local.clone(), server.clone(), file.into())),
            ([file], Some(config)) => {
                let (local, server) = ServerCfg::read(config)?.addresses()?;
                Ok((local, server, file.into()))
            }
            _ => anyhow::bail!(
                "acsp record wants LOCAL SERVER FILE, or --config SERVER_CFG and FILE; see --help"
            ),
        }
    }
}

/// The recording and its state.
struct Recorder {
    writer: Writer<File>,
    received: u64,
    sent: u64,
    /// How many of these are missing in the recording.
    lost: u64,
    /// The first error since the last printed one.
    error: Option<acudpclient::capture::Error>,
}

impl Recorder {
    fn record(&mut self, datagram: &Datagram<'_>) {
        match datagram.direction {
            Direction::Received => self.received += 1,
            Direction::Sent => self.sent += 1,
        }
        let (source, destination) = (datagram.source, datagram.destination);
        if let Err(error) = self.writer.write(datagram.time, source, destination, datagram.payload) {
            self.lost += 1;
            self.error.get_or_insert(error);
        }
    }

    fn status(&self) -> String {
        let written = self.writer.written();
        let lost = if self.lost == 0 { String::new() } else { format!(", {} lost", self.lost) };
        let file = self.writer.path().map_or(String::new(), |path| format!(": {}", path.display()));
        format!("{} received, {} sent, {written} written{lost}{file}", self.received, self.sent)
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (local, server, file) = arguments.places()?;
    let stop = arguments.limit.start()?;
    let mut writer = Writer::create(&file)?;
    if let Some(megabytes) = arguments.rotate_mb {
        writer = writer.max_file_size(u64::from(megabytes) * 1_000_000);
    }
    if let Some(minutes) = arguments.rotate_minutes {
        writer = writer.max_file_age(Duration::from_secs(60 * u64::from(minutes)));
    }
    let recorder = Arc::new(Mutex::new(Recorder { writer, received: 0, sent: 0, lost: 0, error: None }));
    // Receive on a thread, so that nothing is missed and the times are exact.
    let client = AcUdpClient::builder().receive_in_background(1 << 20).on_datagram({
        let recorder = recorder.clone();
        move |datagram| lock(&recorder).record(datagram)
    });
    let bound = client.bind(&local, &server);
    if bound.is_err() {
        // An empty recording would block the next try.
        let _ = fs::remove_file(&file);
    }
    let mut client = bound?;
    announce(&client);

    let mut outage = Outage::new();
    let tell_notice = |notice: &Notice| tell(&format!("{notice}\n"));
    ask(&client, arguments.report.interval(), &mut outage, tell_notice)?;
    // For the names in the results: who drives the cars that are heard of.
    let (mut tracker, mut drivers) = (RaceTracker::new(), Drivers::default());
    let mut told = Instant::now();
    while !stop.is_wanted() {
        let received = match client.wait_event(stop.wait()) {
            // Undecodable datagrams are recorded too.
            Err(Error::Decode(_)) => Ok(None),
            received => received,
        };
        if let Some(event) = outage.check(&client, received, tell_notice)?.flatten() {
            tracker.apply(&event);
        }
        drivers.ask(&client, &tracker, &mut outage)?.iter().for_each(tell_notice);
        let mut recorder = lock(&recorder);
        if let Err(error) = recorder.writer.flush_if_due() {
            recorder.error.get_or_insert(error);
        }
        if told.elapsed() >= Duration::from_secs(1) {
            told = Instant::now();
            if let Some(error) = recorder.error.take() {
                tell(&format!("{error}\n"));
            }
            let end = if io::stderr().is_terminal() { "" } else { "\n" };
            tell(&format!("{}{end}", recorder.status()));
        }
    }
    drop(client);
    let mut recorder = lock(&recorder);
    if let Err(error) = recorder.writer.flush() {
        recorder.error.get_or_insert(error);
    }
    // Datagrams that still wait are lost.
    recorder.lost += recorder.writer.waiting();
    tell(&format!("{}\n", recorder.status()));
    if let Some(error) = recorder.error.take() {
        tell(&format!("{error}\n"));
    }
    Ok(exit::success_if(recorder.lost == 0))
}

/// The lock is poisoned only after a panic in this file.
fn lock(recorder: &Mutex<Recorder>) -> MutexGuard<'_, Recorder> {
    recorder.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Prints over the previous line if that had no line break.
fn tell(text: &str) {
    let clear = if io::stderr().is_terminal() { "\r\x1b[K" } else { "" };
    // The recording goes on even if standard error is closed.
    let _ = write!(io::stderr(), "{clear}{text}");
}
