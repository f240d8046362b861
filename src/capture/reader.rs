use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::iter::FusedIterator;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::datagrams::Datagrams;
use super::error::Error;
use super::fragments::Place;
use super::pcap::{self, Pcap};
use super::pcapng::{self, PcapNg};
use super::source::Source;
use super::{Format, Record, files, payloads};

/// The first bytes of other formats, their names, and how to convert them. None begins with the id of an event,
/// except with that of CONNECTION_CLOSED; there the version 2.4 makes the difference.
#[rustfmt::skip]
const OTHER_FORMATS: [(&[u8], &str, &str); 12] = [
    (b"\x1f\x8b", "compressed with gzip", "unpack it with gunzip"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "unpack it with unzstd"),
    (b"\xfd7zX", "compressed with xz", "unpack it with unxz"),
    (b"BZh", "compressed with bzip2", "unpack it with bunzip2"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "unpack it with unlz4"),
    (b"PK\x03\x04", "a zip archive", "unpack it with unzip"),
    // The names and numbers are from libpcap's list of magics. Wireshark reads the first kind.
    (b"\xa1\xb2\xcd\x34", "modified pcap (Kuznetzov's)", TO_PCAP),
    (b"\x34\xcd\xb2\xa1\x02\0\x04\0", "modified pcap (Kuznetzov's)", TO_PCAP),
    (b"\xa1\xb2\x34\xcd", "modified pcap (Mesquita's)", AGAIN),
    (b"\xcd\x34\xb2\xa1", "modified pcap (Mesquita's)", AGAIN),
    (b"\xa1\x2b\x3c\x4d", "modified pcap (Navtel's)", AGAIN),
    (b"\x4d\x3c\x2b\xa1", "modified pcap (Navtel's)", AGAIN),
];
const TO_PCAP: &str = "convert it with editcap -F pcap";
const AGAIN: &str = "record with tcpdump";

/// How many bytes identify a format.
const MAGIC: usize = 8;

/// Reads a recording, datagram by datagram.
///
/// It detects the format by the content, see the [module](super)'s documentation. The items are the datagrams in the
/// order of the file, and errors. If [`Error::is_recoverable`] is false, no more items follow.
///
/// Memory is bounded, whatever the recording says: a record may have 1 MiB, four times what tcpdump captures at most;
/// another block of a pcapng file may have 16 MiB; at most 64 datagrams (of up to 64 KiB) wait for missing fragments.
pub struct Reader<R> {
    source: Source<R>,
    framing: Framing,
    datagrams: Datagrams,
    files: Option<Files<R>>,
    /// What was read of the files before the current one.
    passed: u64,
    /// The length of all files, if they have one.
    length: Option<u64>,
    ended: bool,
}

/// The files of a recording.
struct Files<R> {
    paths: Vec<Arc<Path>>,
    /// The current one's index.
    current: usize,
    /// True if the current one is not open yet.
    is_between: bool,
    open: fn(&Path) -> io::Result<R>,
}

impl<R> Files<R> {
    fn is_last(&self) -> bool {
        self.current + 1 == self.paths.len()
    }
}

enum Framing {
    Pcap(Pcap),
    PcapNg(PcapNg),
    Payloads,
}

impl Framing {
    /// Reads a recording's header.
    fn open<R: Read>(source: &mut Source<R>) -> Result<Self, Error> {
        let magic = source.peek(MAGIC)?;
        if magic.starts_with(&pcapng::MAGIC) {
            return Ok(Self::PcapNg(PcapNg::default()));
        }
        if pcap::MAGICS.iter().any(|pcap| magic.starts_with(pcap)) {
            return Pcap::open(source).map(Self::Pcap);
        }
        match OTHER_FORMATS.iter().find(|(other, ..)| magic.starts_with(other)) {
            Some(&(_, format, advice)) => Err(Error::OtherFormat { format, advice }),
            None => Ok(Self::Payloads),
        }
    }

    fn format(&self) -> Format {
        match self {
            Self::Pcap(_) => Format::Pcap,
            Self::PcapNg(_) => Format::PcapNg,
            Self::Payloads => Format::Payloads,
        }
    }
}

/// The next item of a recording.
enum Step {
    Record(Record),
    Skipped,
    End,
}

impl Reader<File> {
    /// Opens a file and reads its header. Reading is buffered.
    ///
    /// ```
    /// use acudpclient::capture::{Format, Reader};
    ///
    /// let reader = Reader::open("fixtures/race.pcap")?;
    /// assert_eq!(reader.format(), Format::Pcap);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Open`] if the file cannot be opened, else those of [`new`](Self::new).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let mut reader = File::open(path).map_err(|error| Error::open(path, error)).and_then(Self::new)?;
        reader.length = length(path);
        Ok(reader)
    }

    /// Opens several files and reads them as one recording, in this order. A file is opened when the one before ends.
    ///
    /// Each file includes those that continue it, as a rotating [`Writer`](super::Writer) names them: `race.pcap`
    /// includes `race.0001.pcap`, `race.0002.pcap` and so on, up to the first missing number. So name only the first
    /// file of a rotated recording. A shell's `race*.pcap` works too: each file is read once, in the right order.
    /// [`open`](Self::open) reads a single file.
    ///
    /// The files may have different formats. A datagram with fragments in two files is reassembled. Each file numbers
    /// its records from 1; [`Record::file`] and [`Error::InFile`] name the file. After an error that ends a file,
    /// reading goes on with the next file, if there is one.
    ///
    /// ```
    /// use acudpclient::capture::Reader;
    ///
    /// let records = Reader::open_all(["fixtures/race.pcap"])?;
    /// println!("{} datagrams", records.filter_map(Result::ok).count());
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Open`] if a file does not exist, if you name none, or if the first one cannot be opened;
    /// [`Error::InFile`] with an error of [`new`](Self::new) if the first one's header cannot be read. The headers of
    /// the others are read, and their errors reported, when it is their turn.
    pub fn open_all<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self, Error> {
        let named: Vec<PathBuf> = paths.into_iter().map(|path| path.as_ref().to_owned()).collect();
        for path in &named {
            path.metadata().map_err(|error| Error::open(path, error))?;
        }
        let paths = files::of_recording(&named);
        let Some(first) = paths.first() else {
            let error = io::Error::new(io::ErrorKind::InvalidInput, "no file was given");
            return Err(Error::open(Path::new(""), error));
        };
        let file = File::open(first).map_err(|error| Error::open(first, error))?;
        let mut reader = Self::new(file).map_err(|error| error.in_file(first, true))?;
        reader.length = paths.iter().map(|path| length(path)).sum();
        let paths = paths.into_iter().map(Arc::from).collect();
        reader.files = Some(Files { paths, current: 0, is_between: false, open: |path| File::open(path) });
        Ok(reader)
    }

    /// How much of all files has been read, by their length: from 0 to 1. `None` if one of them has no length, such as a
    /// pipe. Files that grow or end in an error make it a little wrong.
    ///
    /// ```
    /// use acudpclient::capture::Reader;
    ///
    /// let mut reader = Reader::open("fixtures/race.pcap")?;
    /// while let Some(_record) = reader.next() {}
    /// assert_eq!(reader.progress(), Some(1.0));
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    #[must_use]
    pub fn progress(&self) -> Option<f64> {
        let read = self.passed + self.source.passed();
        Some((read as f64 / self.length?.max(1) as f64).min(1.0))
    }
}

/// The length of a file; `None` for anything else.
fn length(path: &Path) -> Option<u64> {
    path.metadata().ok().filter(std::fs::Metadata::is_file).map(|file| file.len())
}

impl<R: Read> Reader<R> {
    /// Reads a recording's header from any input. Reading is buffered.
    ///
    /// It waits for an input that is still being written, such as a pipe from tcpdump.
    ///
    /// ```
    /// use acudpclient::capture::{Format, Reader};
    ///
    /// let payloads: &[u8] = b"\x38\x04\x3a\x03"; // VERSION, CLIENT_LOADED
    /// let reader = Reader::new(payloads)?;
    /// assert_eq!(reader.format(), Format::Payloads);
    /// assert_eq!(reader.count(), 2);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`], [`Error::Truncated`] or [`Error::Damaged`] if the header cannot be read,
    /// [`Error::LinkType`] or [`Error::OtherFormat`] if the recording is not supported.
    pub fn new(input: R) -> Result<Self, Error> {
        let mut source = Source::new(input);
        let framing = Framing::open(&mut source)?;
        Ok(Self {
            source,
            framing,
            datagrams: Datagrams::default(),
            files: None,
            passed: 0,
            length: None,
            ended: false,
        })
    }

    /// Keeps only the datagrams from or to this UDP port. Skips all others, even broken ones if their ports can be
    /// read.
    ///
    /// Plain payloads have no ports: all are kept.
    ///
    /// ```
    /// use acudpclient::capture::Reader;
    ///
    /// let records = Reader::open("fixtures/race.pcap")?.port(9);
    /// assert_eq!(records.count(), 0, "nobody has used that port");
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.datagrams.port = Some(port);
        self
    }

    /// The format of the recording, or of the current file if there are several.
    #[must_use]
    pub fn format(&self) -> Format {
        self.framing.format()
    }

    fn step(&mut self) -> Result<Step, Error> {
        if self.files.as_mut().is_some_and(|files| std::mem::take(&mut files.is_between)) {
            self.open_current()?;
        }
        let packet = match &mut self.framing {
            Framing::Payloads => {
                return Ok(match payloads::next(&mut self.source)? {
                    Some(payload) => Step::Record(Record {
                        number: self.source.record(),
                        file: None,
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

    /// Opens the current file.
    fn open_current(&mut self) -> Result<(), Error> {
        let Some(files) = &self.files else { return Ok(()) };
        let input = (files.open)(&files.paths[files.current]).map_err(|error| Error::Io {
            record: 1,
            offset: 0,
            error: error.into(),
        })?;
        self.datagrams.file = files.current;
        self.passed += self.source.passed();
        self.source = Source::new(input);
        self.framing = Framing::open(&mut self.source)?;
        Ok(())
    }

    /// Leaves this file: goes to the next one and returns true, or ends the reading and returns false.
    fn leave_file(&mut self) -> bool {
        match &mut self.files {
            Some(files) if !files.is_last() => {
                files.current += 1;
                files.is_between = true;
                true
            }
            _ => {
                self.ended = true;
                false
            }
        }
    }

    /// Adds the file's name to an error if there are several files.
    fn locate(&self, file: usize, error: Error) -> Error {
        match &self.files {
            Some(files) => error.in_file(&files.paths[file], file + 1 == files.paths.len()),
            None => error,
        }
    }

    /// The current file's index.
    fn current(&self) -> usize {
        self.files.as_ref().map_or(0, |files| files.current)
    }
}

impl<R: Read + Seek> Reader<R> {
    /// Goes back to the first record of the input.
    pub(super) fn rewind(&mut self) -> Result<(), Error> {
        // If this fails, there are no more items.
        self.ended = true;
        self.datagrams = Datagrams { port: self.datagrams.port, ..Datagrams::default() };
        self.reopen().map_err(|error| self.locate(0, error))?;
        self.ended = false;
        Ok(())
    }

    fn reopen(&mut self) -> Result<(), Error> {
        match &mut self.files {
            Some(files) if files.current > 0 => {
                (files.current, files.is_between) = (0, false);
                self.open_current()?;
                self.passed = 0;
                Ok(())
            }
            _ => {
                self.source.rewind()?;
                self.framing = Framing::open(&mut self.source)?;
                Ok(())
            }
        }
    }
}

impl<R: Read> Iterator for Reader<R> {
    type Item = Result<Record, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        // Every step consumes at least one byte or one file, so this ends.
        loop {
            if let Some(Place { file, record }) = self.datagrams.fragments.next_lost() {
                return Some(Err(self.locate(file, Error::Fragments { record })));
            }
            if self.ended {
                return None;
            }
            match self.step() {
                Ok(Step::Record(mut record)) => {
                    record.file = self.files.as_ref().map(|files| files.paths[files.current].clone());
                    return Some(Ok(record));
                }
                Ok(Step::Skipped) => {}
                Ok(Step::End) => {
                    if !self.leave_file() {
                        self.datagrams.fragments.end();
                    }
                }
                Err(error) => {
                    let is_recoverable = error.is_recoverable();
                    let error = self.locate(self.current(), error);
                    if !is_recoverable {
                        self.leave_file();
                    }
                    return Some(Err(error));
                }
            }
        }
    }
}

impl<R: Read> FusedIterator for Reader<R> {}

/// Without the input's content, which can be large.
impl<R> fmt::Debug for Reader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader")
            .field("format", &self.framing.format())
            .field("file", &self.files.as_ref().map(|files| &files.paths[files.current]))
            .field("port", &self.datagrams.port)
            .field("ended", &self.ended)
            .finish_non_exhaustive()
    }
}
