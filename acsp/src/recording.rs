//! The arguments of subcommands that read a recording, and how far they are.

use std::fs::File;
use std::io::{self, IsTerminal};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use acudpclient::capture::{Error, Reader};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

#[derive(Debug, Args)]
pub struct Recording {
    /// The recording: pcap, pcapng, or concatenated payloads. Several files are read as one recording; of a
    /// rotated one, name the first file
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only datagrams from or to this UDP port
    #[arg(long)]
    port: Option<u16>,
}

impl Recording {
    pub fn open(&self) -> Result<Reader<File>, Error> {
        let reader = Reader::open_all(&self.files)?;
        Ok(match self.port {
            Some(port) => reader.port(port),
            None => reader,
        })
    }

    /// For a recording of which nothing could be decoded: it is another kind of file.
    pub fn what_is_wanted(&self) -> String {
        let files: Vec<String> = self.files.iter().map(|file| file.display().to_string()).collect();
        format!(
            "{} is no recording: a recording is a file of `acsp record`, or a pcap or pcapng file of tcpdump or \
             Wireshark",
            files.join(", ")
        )
    }
}

/// How many packets are read, told on standard error if that takes long. Not if the output comes to the same
/// terminal, or goes to no terminal at all.
pub struct Progress {
    bar: ProgressBar,
    start: Instant,
    read: u64,
}

/// Before it, there is nothing to see.
const PATIENCE: Duration = Duration::from_secs(1);

impl Progress {
    pub fn new() -> Self {
        let bar = if io::stdout().is_terminal() { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        let style = ProgressStyle::with_template("{spinner} {human_pos} packets read in {elapsed}");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Self { bar, start: Instant::now(), read: 0 }
    }

    /// Another packet is read.
    pub fn step(&mut self) {
        self.read += 1;
        // Asking for the time takes longer than to decode.
        if self.read % 1024 == 0 && self.start.elapsed() > PATIENCE {
            self.bar.set_position(self.read);
        }
    }

    /// Tells a fault beside the bar.
    pub fn eprintln(&self, line: impl std::fmt::Display) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
