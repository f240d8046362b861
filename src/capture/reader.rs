use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::iter::FusedIterator;
use std::path::Path;

use super::datagrams::Datagrams;
use super::error::Error;
use super::pcap::{self, Pcap};
use super::pcapng::{self, PcapNg};
use super::source::Source;
use super::{Format, Record, payloads};

/// Reads a recording, datagram by datagram.
///
/// The format is told from the content, see the [module](super)'s documentation. The items are
/// the datagrams in the order of the file, and the errors: [`Error::is_recoverable`] tells those
/// that cost one datagram from the one that ends reading, behind which there are no more items.
///
/// Memory is bounded, whatever the recording says: a record may have 1 MiB, four times what
/// tcpdump captures at most, another block of a pcapng file 16 MiB, and at most 64 datagrams (of
/// up to 64 KiB) wait for missing fragments.
pub struct Reader<R> {
    source: Source<R>,
    framing: Framing,
    datagrams: Datagrams,
    ended: bool,
}

enum Framing {
    Pcap(Pcap),
    PcapNg(PcapNg),
    Payloads,
}

impl Framing {
    /// Reads a recording's header.
    fn open<R: Read>(source: &mut Source<R>) -> Result<Self, Error> {
        let magic = source.peek(pcapng::MAGIC.len())?;
        Ok(if magic == pcapng::MAGIC {
            Self::PcapNg(PcapNg::default())
        } else if pcap::MAGICS.iter().any(|pcap| magic == pcap) {
            Self::Pcap(Pcap::open(source)?)
        } else {
            Self::Payloads
        })
    }

    fn format(&self) -> Format {
        match self {
            Self::Pcap(_) => Format::Pcap,
            Self::PcapNg(_) => Format::PcapNg,
            Self::Payloads => Format::Payloads,
        }
    }
}

/// What comes next in a recording.
enum Step {
    Record(Record),
    Skipped,
    End,
}

impl Reader<File> {
    /// Opens a file and reads its header. Reading is buffered.
    ///
    /// # Errors
    ///
    /// [`Error::Open`] if the file cannot be opened, else those of [`new`](Self::new).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        File::open(path).map_err(|error| Error::open(path, &error)).and_then(Self::new)
    }
}

impl<R: Read> Reader<R> {
    /// Reads a recording's header from any input. Reading is buffered.
    ///
    /// An input that is still being written, such as a pipe from tcpdump, is waited for.
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Truncated`] or [`Error::Damaged`] if the header cannot be read,
    /// [`Error::LinkType`] if nothing that comes after it can be.
    pub fn new(input: R) -> Result<Self, Error> {
        let mut source = Source::new(input);
        let framing = Framing::open(&mut source)?;
        Ok(Self { source, framing, datagrams: Datagrams::default(), ended: false })
    }

    /// Keeps only the datagrams from or to this UDP port. All others are skipped, also if they
    /// are broken, as long as their ports can be read.
    ///
    /// Plain payloads have no ports: all of them are kept.
    #[must_use]
    pub fn with_port(mut self, port: u16) -> Self {
        self.datagrams.port = Some(port);
        self
    }

    /// The format of the recording.
    #[must_use]
    pub fn format(&self) -> Format {
        self.framing.format()
    }

    fn step(&mut self) -> Result<Step, Error> {
        let packet = match &mut self.framing {
            Framing::Payloads => {
                return Ok(match payloads::next(&mut self.source)? {
                    Some(payload) => Step::Record(Record {
                        number: self.source.record(),
                        time: None,
                        source: None,
                        destination: None,
                        payload,
                    }),
                    None => Step::End,
                });
            }
            Framing::Pcap(pcap) => pcap.next(&mut self.source)?,
            Framing::PcapNg(pcapng) => pcapng.next(&mut self.source)?,
        };
        Ok(match packet {
            Some(packet) => self.datagrams.read(&packet)?.map_or(Step::Skipped, Step::Record),
            None => Step::End,
        })
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Back to the first record of the input.
    pub(super) fn rewind(&mut self) -> Result<(), Error> {
        // Until it has worked.
        self.ended = true;
        self.source.rewind()?;
        self.framing = Framing::open(&mut self.source)?;
        self.datagrams = Datagrams { port: self.datagrams.port, ..Datagrams::default() };
        self.ended = false;
        Ok(())
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        // Every step takes at least one byte off the input, so this ends with it.
        loop {
            if let Some(record) = self.datagrams.fragments.next_lost() {
                return Some(Err(Error::Fragments { record }));
            }
            if self.ended {
                return None;
            }
            match self.step() {
                Ok(Step::Record(record)) => return Some(Ok(record)),
                Ok(Step::Skipped) => {}
                Ok(Step::End) => {
                    self.ended = true;
                    self.datagrams.fragments.end();
                }
                Err(error) => {
                    self.ended = !error.is_recoverable();
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<R: Read> FusedIterator for Reader<R> {}

/// Of the input nothing is shown, it can be large.
impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("format", &self.framing.format())
            .field("port", &self.datagrams.port)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
