//! The arguments of subcommands that read a recording.

use std::fs::File;
use std::path::PathBuf;

use acudpclient::capture::{Error, Reader};
use clap::Args;

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
