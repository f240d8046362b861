//! Writing recordings.

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

/// Version 2.4, the time zone and accuracy that are always 0, tcpdump's snapshot length, and raw IP
/// as the link type.
const FILE_HEADER: [u8; 24] =
    [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, LINK_TYPE, 0, 0, 0];
const LINK_TYPE: u8 = 101;

/// What the packets have: most systems' default.
const HOP_LIMIT: u8 = 64;

const LARGEST_IPV4: usize = 65_507;
const LARGEST_IPV6: usize = 65_527;

/// Times that run back by less than this are those of datagrams that were told late: the clock has not been
/// set back.
const LATE: Duration = Duration::from_secs(1);

/// Writes datagrams to a recording: a pcap file with nanoseconds, which Wireshark, tcpdump and
/// [`Reader`](super::Reader) open.
///
/// The packets have the addresses and ports that were told and the checksums that go with them.
/// They begin with the IP header (link type 101, raw IP): what was on the wire before it is not
/// known to a program, and nothing is invented.
///
/// # What a crash loses
///
/// At most the last second. What is written waits in memory, and goes to the system when a datagram
/// is written a second or more after it last did. When no more datagrams come, somebody has to
/// call [`flush_if_due`](Self::flush_if_due) now and then, or [`flush`](Self::flush). Dropping the
/// writer flushes too; [`finish`](Self::finish) also tells whether that worked. A file that ends in
/// the middle of a record is read up to it. A crash of the whole machine can lose more: the system
/// decides when it writes to the disk.
///
/// # A full disk
///
/// The writer keeps what the disk does not take, up to 128 KiB, and tries again with each datagram: when
/// there is room again, nothing is missing. Only what does not fit into that memory is lost, and
/// [`write`](Self::write) says so of each datagram; [`flush_if_due`](Self::flush_if_due) tells earlier that
/// the disk is full. [`written`](Self::written) counts what is in the recording, [`waiting`](Self::waiting)
/// what is in memory.
///
/// The file ends in a whole record: if the disk takes a part of one, the writer cuts it off again. It
/// cannot cut an output that was given to [`new`](Self::new). That one may end in a part of a record until
/// it takes the rest.
///
/// # Several files
///
/// A writer made by [`create`](Self::create) can begin a new file when one is large enough
/// ([`max_file_size`](Self::max_file_size)) or old enough ([`max_file_age`](Self::max_file_age)). After
/// `race.pcap` come `race.0001.pcap`, `race.0002.pcap` and so on; each is a recording of its own, and
/// [`Reader::open_all`](super::Reader::open_all) reads them as one.
///
/// The writer never touches a file that is there. `create` refuses a name that is taken, and one that is
/// continued by such a file. If a number is taken when its turn comes, the next free one is used. As long
/// as the next file cannot be created, or the current one does not take what waits, the recording goes on
/// in the current file: nothing is lost, and each datagram tries again.
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
///     // Without a place on the disk nothing is lost yet, and the next turn tries again.
///     if let Err(error) = writer.lock().unwrap().flush_if_due() {
///         eprintln!("{error}");
///     }
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Writer<W: Write> {
    outbox: Outbox<W>,
    /// A record is put together here first.
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
    /// The current one's.
    number: u64,
    /// Creates a file and writes its header.
    create: fn(&Path) -> Result<W, Error>,
    /// Why the next one could not be created, until it is told.
    error: Option<Error>,
}

/// How long the current file has been written, going by the datagrams' times.
#[derive(Default)]
struct Age {
    sum: Duration,
    newest: Option<SystemTime>,
}

impl Age {
    /// Only steps forward count, so that a clock that is set back does not stop the ageing.
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
    /// Creates a file, which must be a new one. To replace a file, give it to [`new`](Self::new).
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
    /// [`Error::Create`] if the file cannot be created. It is of the kind
    /// [`AlreadyExists`](ErrorKind::AlreadyExists) if the file is there, or one that would be read as its
    /// continuation: `race.0001.pcap` for `race.pcap`. [`Error::Write`] if nothing can be written to it;
    /// then it is removed.
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

    /// Begins a new file rather than have one with more bytes than these. Only a file with a single
    /// datagram may be larger, and one that has no next file, see [above](Self#several-files).
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

    /// Begins a new file with the first datagram that comes so long after the first of the current one.
    ///
    /// Time is that of the datagrams, of which only the steps forward count: after a clock is set back by
    /// an hour, a file is as old as before, and ages on. A clock that is set forward by more than `age`
    /// begins a new file.
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

    /// The file that is being written; `None` if it was opened by somebody else and given to
    /// [`new`](Self::new). Such a writer does not begin new files.
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
        // What is no recording would be in the way of the next try.
        let _ = fs::remove_file(path);
    })?;
    Ok(file)
}

impl<W: Write> Writer<W> {
    /// Writes a recording to any output; its header at once. Writing is buffered.
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

    /// How much a crash may lose: a second unless it is set here. 0 flushes every datagram.
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
    /// The time is kept to the nanosecond, from 1970 until February 2106. Of an IPv6 address the
    /// scope and the flow label are not kept, and one that stands for an IPv4 address
    /// (`::ffff:192.0.2.7`) is written as that, as it was on the wire. A payload has at most 65,507
    /// bytes over IPv4 and 65,527 over IPv6.
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
    /// Every error means that this datagram is not in the recording and will not be; the writer is usable,
    /// and the recording whole.
    ///
    /// [`Error::TooLong`], [`Error::Addresses`] and [`Error::Time`] if there is no such datagram.
    /// [`Error::Write`] if the output does not take what waits, and there is no memory left for this one,
    /// see [above](Self#a-full-disk).
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
            // What is not taken waits, so nothing is lost: a flush of the caller's tells it.
            let _ = self.flush_outbox();
        }
        Ok(())
    }

    /// How many datagrams the output has taken whole, in all files: so many are in the recording.
    #[must_use]
    pub fn written(&self) -> u64 {
        self.outbox.written()
    }

    /// How many datagrams wait for being flushed: those since the last flush, and those that the output did
    /// not take. If the writer ends now and the output still does not take them, they are lost.
    #[must_use]
    pub fn waiting(&self) -> u64 {
        self.outbox.waiting()
    }

    /// Hands everything to the system.
    ///
    /// # Errors
    ///
    /// Nothing is lost by any of them. [`Error::Write`] if the output does not take everything: the rest
    /// waits. [`Error::Create`] if the next file could not be created since the last flush: the recording
    /// goes on in the current one.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.flush_outbox()?;
        match self.files.as_mut().and_then(|files| files.error.take()) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Hands everything to the system if that was last done a second ago or earlier. For a main
    /// loop, so that the last datagrams before a silence are not kept in memory.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush).
    pub fn flush_if_due(&mut self) -> Result<(), Error> {
        let has_error = self.files.as_ref().is_some_and(|files| files.error.is_some());
        if self.is_flush_due() || has_error { self.flush() } else { Ok(()) }
    }

    /// Ends the recording. Dropping the writer does the same without telling errors.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush). What the output has not taken then is lost.
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
        // Captured whole: both lengths are the same.
        let header = [seconds, since_epoch.subsec_nanos(), length, length];
        LittleEndian::write_u32_into(&header, &mut self.record[..pcap::RECORD_HEADER]);
        Ok(())
    }

    fn is_rotation_due(&self) -> bool {
        let length = self.outbox.length();
        let is_full = length + self.record.len() as u64 > self.max_file_size;
        length > FILE_HEADER.len() as u64 && (is_full || self.age.sum >= self.max_file_age)
    }

    /// Begins a new file if that works.
    fn rotate(&mut self) {
        let Some(files) = &mut self.files else { return };
        // What waits belongs into the current one.
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

/// Writes a file's header: at once, so that there is never a file that is no recording.
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
    // A socket for both families names IPv4 addresses in IPv6. Its own may be 0 in IPv6.
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

/// Of the output nothing is shown, it can be large.
impl<W: Write> fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Writer")
            .field("written", &self.written())
            .field("waiting", &self.waiting())
            .field("file", &self.files.as_ref().map(|files| files::numbered(&files.first, files.number)))
            .finish_non_exhaustive()
    }
}
