//! [`Writer`]: writes recordings.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use byteorder::{ByteOrder, LittleEndian};
use etherparse::PacketBuilder;

use super::error::Error;
use super::outbox::Outbox;
use super::{files, pcap};

/// Version 2.4, the time zone and the accuracy, which are always 0, tcpdump's snapshot length, and the link type raw
/// IP.
const FILE_HEADER: [u8; 24] =
    [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, LINK_TYPE, 0, 0, 0];
const LINK_TYPE: u8 = 101;

/// The default of most systems.
const HOP_LIMIT: u8 = 64;

const LARGEST_IPV4: usize = 65_507;
const LARGEST_IPV6: usize = 65_527;

/// If times run back by less than this, a datagram was reported late. By more, the clock was set back.
const LATE: Duration = Duration::from_secs(1);

/// Writes datagrams to a recording: a pcap file with nanoseconds, which Wireshark, tcpdump and
/// [`Reader`](super::Reader) open.
///
/// The packets have the given addresses and ports and matching checksums. They begin with the IP header (link type
/// 101, raw IP), because a program does not know the link layer's headers.
///
/// # What a crash loses
///
/// At most the last second. The writer keeps datagrams in memory, and hands them to the system when a datagram comes
/// a second or more after the last time. If no more datagrams come, call [`flush_if_due`](Self::flush_if_due) now and
/// then, or [`flush`](Self::flush). Dropping the writer flushes too; [`finish`](Self::finish) also reports errors. A
/// file that ends inside a record is readable up to that record. A crash of the whole machine can lose more: the
/// system decides when to write to the disk.
///
/// # A full disk
///
/// The writer keeps up to 128 KiB that the disk does not take, and tries again with each datagram. Once there is room
/// again, nothing is missing. Only datagrams beyond that memory are lost, and [`write`](Self::write) returns an error
/// for each; [`flush_if_due`](Self::flush_if_due) reports the full disk earlier. [`written`](Self::written) counts
/// the datagrams in the recording, [`waiting`](Self::waiting) those in memory.
///
/// The file ends in a whole record: if the disk takes a part of one, the writer removes that part. It cannot do so
/// with an output given to [`new`](Self::new), which may end in a part of a record until it takes the rest.
///
/// # Several files
///
/// A writer made by [`create`](Self::create) can begin a new file by size ([`max_file_size`](Self::max_file_size)) or
/// by age ([`max_file_age`](Self::max_file_age)). `race.0001.pcap`, `race.0002.pcap` and so on follow `race.pcap`.
/// Each is a complete recording, and [`Reader::open_all`](super::Reader::open_all) reads them as one.
///
/// The writer never changes an existing file. `create` refuses a name that exists, or whose next file exists. If a
/// later number exists, the writer uses the next free one. While the next file cannot be created, or the current one
/// does not take all data, the recording goes on in the current file: nothing is lost, and each datagram tries again.
///
/// # Example
///
/// A client that records itself:
///
/// ```no_run
/// use std::sync::{Arc, Mutex};
/// use std::time::Duration;
///
/// use acudpclient::AcUdpClient;
/// use acudpclient::capture::Writer;
///
/// let writer = Arc::new(Mutex::new(Writer::create("race.pcap")?));
/// let recorder = writer.clone();
/// let mut client = AcUdpClient::builder()
///     .on_datagram(move |datagram| {
///         let mut recorder = recorder.lock().unwrap();
///         let (source, destination) = (datagram.source, datagram.destination);
///         if let Err(error) = recorder.write(datagram.time, source, destination, datagram.payload) {
///             eprintln!("{error}");
///         }
///     })
///     .bind("127.0.0.1:12000", "127.0.0.1:11000")?;
/// loop {
///     if let Err(error) = client.wait_event(Duration::from_secs(1)) {
///         eprintln!("{}", error.recoverable()?);
///     }
///     // On a full disk nothing is lost yet, and the next turn tries again.
///     if let Err(error) = writer.lock().unwrap().flush_if_due() {
///         eprintln!("{error}");
///     }
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Writer<W: Write> {
    outbox: Outbox<W>,
    /// The buffer for one record.
    record: Vec<u8>,
    flush_interval: Duration,
    last_flush: Instant,
    is_flushed: bool,
    age: Age,
    max_file_size: u64,
    max_file_age: Duration,
    files: Option<Files<W>>,
}

/// The files of a recording.
struct Files<W> {
    first: PathBuf,
    /// The current one's number.
    number: u64,
    /// Creates a file and writes its header.
    create: fn(&Path) -> Result<W, Error>,
    /// Why the next one could not be created, until a flush returns it.
    error: Option<Error>,
}

/// The current file's age by the datagrams' times.
#[derive(Default)]
struct Age {
    sum: Duration,
    newest: Option<SystemTime>,
}

impl Age {
    /// Counts only steps forward, so a clock that is set back does not stop the ageing.
    fn advance(&mut self, time: SystemTime) {
        let newest = self.newest.get_or_insert(time);
        match time.duration_since(*newest) {
            Ok(step) => {
                self.sum = self.sum.saturating_add(step);
                *newest = time;
            }
            Err(back) if back.duration() > LATE => *newest = time,
            Err(_) => {}
        }
    }
}

impl Writer<File> {
    /// Creates a new file. To replace an existing file, open it yourself and use [`new`](Self::new).
    ///
    /// ```no_run
    /// use acudpclient::capture::Writer;
    ///
    /// let writer = Writer::create("race.pcap")?;
    /// # drop(writer);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Create`] if the file cannot be created. Its kind is [`AlreadyExists`](ErrorKind::AlreadyExists) if
    /// the file exists, or the file that would continue it: `race.0001.pcap` for `race.pcap`. [`Error::Write`] if
    /// its header cannot be written; then the file is removed.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let next = files::numbered(path, 1);
        if next.exists() {
            return Err(Error::create(&next, ErrorKind::AlreadyExists.into()));
        }
        let cut = |file: &mut File, length| {
            file.set_len(length)?;
            file.seek(SeekFrom::Start(length)).map(drop)
        };
        let mut writer = Self::with(Outbox::new(create_file(path)?, Some(cut), FILE_HEADER.len()));
        let first = path.to_owned();
        writer.files = Some(Files { first, number: 0, create: create_file, error: None });
        Ok(writer)
    }

    /// The largest size of a file in bytes; beyond it a new file begins. Only a file with a single datagram may be
    /// larger, or one whose next file cannot be created, see [above](Self#several-files).
    ///
    /// ```no_run
    /// use acudpclient::capture::Writer;
    ///
    /// let writer = Writer::create("race.pcap")?.max_file_size(100_000_000);
    /// # drop(writer);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    #[must_use]
    pub fn max_file_size(mut self, bytes: u64) -> Self {
        self.max_file_size = bytes;
        self
    }

    /// Begins a new file with the first datagram that comes this long after the first one of the current file.
    ///
    /// The datagrams' times decide, and only steps forward count. If the clock is set back by an hour, the file
    /// keeps its age and ages on. If it is set forward by more than `age`, a new file begins.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use acudpclient::capture::Writer;
    ///
    /// let writer = Writer::create("race.pcap")?.max_file_age(Duration::from_secs(3600));
    /// # drop(writer);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    #[must_use]
    pub fn max_file_age(mut self, age: Duration) -> Self {
        self.max_file_age = age;
        self
    }

    /// The current file; `None` for a writer made by [`new`](Self::new), which does not begin new files.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        self.files.as_ref().map(|files| files::numbered(&files.first, files.number))
    }
}

/// Creates a file and writes its header.
fn create_file(path: &Path) -> Result<File, Error> {
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(|error| Error::create(path, error))?;
    begin(&mut file).inspect_err(|_| {
        // A file without a header would block the next try.
        let _ = fs::remove_file(path);
    })?;
    Ok(file)
}

impl<W: Write> Writer<W> {
    /// Writes a recording to any output, the header at once. Writing is buffered.
    ///
    /// ```
    /// use acudpclient::capture::Writer;
    ///
    /// let writer = Writer::new(Vec::new())?;
    /// assert_eq!(writer.written(), 0);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the output does not take the header.
    pub fn new(mut output: W) -> Result<Self, Error> {
        begin(&mut output)?;
        Ok(Self::with(Outbox::new(output, None, FILE_HEADER.len())))
    }

    fn with(outbox: Outbox<W>) -> Self {
        Self {
            outbox,
            record: Vec::new(),
            flush_interval: Duration::from_secs(1),
            last_flush: Instant::now(),
            is_flushed: true,
            age: Age::default(),
            max_file_size: u64::MAX,
            max_file_age: Duration::MAX,
            files: None,
        }
    }

    /// How much a crash may lose; the default is one second. 0 flushes every datagram.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::capture::Writer;
    ///
    /// let careful = Writer::new(Vec::new())?.flush_interval(Duration::ZERO);
    /// # drop(careful);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    #[must_use]
    pub fn flush_interval(mut self, interval: Duration) -> Self {
        self.flush_interval = interval;
        self
    }

    /// Writes a datagram.
    ///
    /// The time is exact to the nanosecond, from 1970 until February 2106. An IPv6 address loses its scope and flow
    /// label. An IPv6 address that stands for an IPv4 address (`::ffff:192.0.2.7`) is written as IPv4, as it was on
    /// the wire. A payload has at most 65,507 bytes over IPv4 and 65,527 over IPv6.
    ///
    /// ```
    /// use std::time::SystemTime;
    ///
    /// use acudpclient::capture::Writer;
    ///
    /// let mut writer = Writer::new(Vec::new())?;
    /// let (server, plugin) = (([127, 0, 0, 1], 11_000).into(), ([127, 0, 0, 1], 12_000).into());
    /// writer.write(SystemTime::now(), server, plugin, &[56, 4])?;
    /// writer.finish()?;
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// After every error this datagram is missing in the recording; the writer stays usable and the recording valid.
    ///
    /// [`Error::TooLong`], [`Error::Addresses`] and [`Error::Time`] if the datagram is impossible.
    /// [`Error::Write`] if the output takes nothing and the memory is full, see [above](Self#a-full-disk).
    pub fn write(
        &mut self,
        time: SystemTime,
        source: SocketAddr,
        destination: SocketAddr,
        payload: &[u8],
    ) -> Result<(), Error> {
        self.assemble(time, source, destination, payload)?;
        self.age.advance(time);
        if self.is_rotation_due() {
            self.rotate();
        }
        self.outbox.push(&self.record).map_err(Error::write)?;
        self.is_flushed = false;
        if self.is_flush_due() {
            // On an error nothing is lost: the data waits, and the caller's flush returns the error.
            let _ = self.flush_outbox();
        }
        Ok(())
    }

    /// The number of datagrams in the recording, in all its files.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.outbox.written()
    }

    /// The number of datagrams in memory: those since the last flush, and those that the output did not take. They
    /// are lost if the writer ends and the output still does not take them.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.outbox.waiting()
    }

    /// Hands everything to the system.
    ///
    /// # Errors
    ///
    /// No error loses anything. [`Error::Write`] if the output does not take everything: the rest waits.
    /// [`Error::Create`] if the next file could not be created since the last flush: the recording goes on in the
    /// current one.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.flush_outbox()?;
        match self.files.as_mut().and_then(|files| files.error.take()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Flushes if the last flush is at least the [flush interval](Self::flush_interval) ago. Call it in the main
    /// loop, so that the last datagrams before a silence do not stay in memory.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush).
    pub fn flush_if_due(&mut self) -> Result<(), Error> {
        let has_error = self.files.as_ref().is_some_and(|files| files.error.is_some());
        if self.is_flush_due() || has_error { self.flush() } else { Ok(()) }
    }

    /// Ends the recording. Dropping the writer does the same, but ignores errors.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush). The datagrams that the output did not take are lost.
    pub fn finish(mut self) -> Result<(), Error> {
        self.flush()
    }

    fn is_flush_due(&self) -> bool {
        !self.is_flushed && self.last_flush.elapsed() >= self.flush_interval
    }

    fn flush_outbox(&mut self) -> Result<(), Error> {
        self.outbox.flush().map_err(Error::write)?;
        self.last_flush = Instant::now();
        self.is_flushed = true;
        Ok(())
    }

    fn assemble(
        &mut self,
        time: SystemTime,
        source: SocketAddr,
        destination: SocketAddr,
        payload: &[u8],
    ) -> Result<(), Error> {
        let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).map_err(|_| Error::Time { time })?;
        let seconds = u32::try_from(since_epoch.as_secs()).map_err(|_| Error::Time { time })?;
        let (packet, largest) = match of_one_family(source.ip(), destination.ip()) {
            Some(Ips::V4(source, destination)) => {
                (PacketBuilder::ipv4(source.octets(), destination.octets(), HOP_LIMIT), LARGEST_IPV4)
            }
            Some(Ips::V6(source, destination)) => {
                (PacketBuilder::ipv6(source.octets(), destination.octets(), HOP_LIMIT), LARGEST_IPV6)
            }
            None => return Err(Error::Addresses { source_address: source, destination }),
        };
        let too_long = Error::TooLong { length: payload.len(), largest };
        if payload.len() > largest {
            return Err(too_long);
        }
        self.record.clear();
        self.record.resize(pcap::RECORD_HEADER, 0);
        packet
            .udp(source.port(), destination.port())
            .write(&mut self.record, payload)
            .map_err(|_| too_long)?;
        let length = (self.record.len() - pcap::RECORD_HEADER) as u32;
        // The packet is complete, so both lengths are equal.
        let header = [seconds, since_epoch.subsec_nanos(), length, length];
        LittleEndian::write_u32_into(&header, &mut self.record[..pcap::RECORD_HEADER]);
        Ok(())
    }

    fn is_rotation_due(&self) -> bool {
        let length = self.outbox.length();
        let is_full = length + self.record.len() as u64 > self.max_file_size;
        length > FILE_HEADER.len() as u64 && (is_full || self.age.sum >= self.max_file_age)
    }

    /// Begins a new file, or stays in the current one if that fails.
    fn rotate(&mut self) {
        let Some(files) = &mut self.files else { return };
        // The waiting records belong into the current file.
        if self.outbox.flush().is_err() {
            return;
        }
        for number in files.number + 1.. {
            let path = files::numbered(&files.first, number);
            match (files.create)(&path) {
                Ok(output) => {
                    log::info!("recording to {}", path.display());
                    self.outbox.replace(output, FILE_HEADER.len());
                    self.age.sum = Duration::ZERO;
                    (files.number, files.error) = (number, None);
                    return;
                }
                Err(Error::Create { error, .. }) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => {
                    files.error = Some(error);
                    return;
                }
            }
        }
    }
}

/// Writes a file's header at once, so that every file is a valid recording.
fn begin<W: Write>(output: &mut W) -> Result<(), Error> {
    let written = output.write_all(&FILE_HEADER).and_then(|()| output.flush());
    written.map_err(Error::write)
}

enum Ips {
    V4(Ipv4Addr, Ipv4Addr),
    V6(Ipv6Addr, Ipv6Addr),
}

/// The addresses of an IP packet: `None` if one is IPv4 and the other IPv6.
fn of_one_family(source: IpAddr, destination: IpAddr) -> Option<Ips> {
    // A socket for both families has IPv4 addresses in IPv6 form. Its own may be unspecified in IPv6.
    match (source.to_canonical(), destination.to_canonical()) {
        (IpAddr::V4(source), IpAddr::V4(destination)) => Some(Ips::V4(source, destination)),
        (IpAddr::V6(source), IpAddr::V6(destination)) => Some(Ips::V6(source, destination)),
        (IpAddr::V4(source), IpAddr::V6(Ipv6Addr::UNSPECIFIED)) => {
            Some(Ips::V4(source, Ipv4Addr::UNSPECIFIED))
        }
        (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V4(destination)) => {
            Some(Ips::V4(Ipv4Addr::UNSPECIFIED, destination))
        }
        _ => None,
    }
}

/// Without the output's content, which can be large.
impl<W: Write> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("written", &self.written())
            .field("waiting", &self.waiting())
            .field("file", &self.files.as_ref().map(|files| files::numbered(&files.first, files.number)))
            .finish_non_exhaustive()
    }
}
