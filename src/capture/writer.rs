//! Writing recordings.

use std::ffi::OsString;
use std::fmt;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use byteorder::{ByteOrder, LittleEndian};
use etherparse::PacketBuilder;

use super::error::Error;
use super::pcap;

/// What waits for being flushed. It has room for the largest record, so that the file never gets a
/// part of one because the disk is full: `BufWriter` keeps what was not taken, and tries again.
const BUFFER: usize = 128 * 1024;

/// Version 2.4, the time zone and accuracy that are always 0, tcpdump's snapshot length, and raw IP
/// as the link type.
const FILE_HEADER: [u8; 24] =
    [0x4d, 0x3c, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 0, LINK_TYPE, 0, 0, 0];
const LINK_TYPE: u8 = 101;

/// What the packets have: most systems' default.
const HOP_LIMIT: u8 = 64;

const LARGEST_IPV4: usize = 65_507;
const LARGEST_IPV6: usize = 65_527;

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
/// # Several files
///
/// A writer made by [`create`](Self::create) can begin a new file when one is large enough
/// ([`rotate_at`](Self::rotate_at)) or old enough ([`rotate_after`](Self::rotate_after)). After
/// `race.pcap` come `race.1.pcap`, `race.2.pcap` and so on; each is a recording of its own.
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
///     client.wait_event(Duration::from_secs(1))?;
///     writer.lock().unwrap().flush_if_due()?;
/// }
/// # #[allow(unreachable_code)]
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Writer<W: Write> {
    output: BufWriter<W>,
    /// A record is put together here first.
    record: Vec<u8>,
    flush_interval: Duration,
    last_flush: Instant,
    is_flushed: bool,
    /// The length of the file so far.
    length: u64,
    /// The time of the file's first datagram.
    began: Option<SystemTime>,
    largest: u64,
    longest: Duration,
    files: Option<Files<W>>,
}

/// The names of a recording's files.
#[derive(Debug)]
struct Files<W> {
    first: PathBuf,
    /// How many there were before the current one.
    number: u64,
    create: fn(&Path) -> Result<W, Error>,
}

impl<W> Files<W> {
    fn path(&self, number: u64) -> PathBuf {
        if number == 0 {
            return self.first.clone();
        }
        let mut extension = OsString::from(number.to_string());
        if let Some(rest) = self.first.extension() {
            extension.push(".");
            extension.push(rest);
        }
        self.first.with_extension(extension)
    }
}

impl Writer<File> {
    /// Creates a file, or replaces what it contained.
    ///
    /// # Errors
    ///
    /// [`Error::Create`] if the file cannot be created, [`Error::Write`] if nothing can be written
    /// to it.
    pub fn create(path: impl AsRef<Path>) -> Result<Self, Error> {
        let create = |path: &Path| File::create(path).map_err(|error| Error::create(path, &error));
        let path = path.as_ref();
        let mut writer = Self::new(create(path)?)?;
        writer.files = Some(Files { first: path.to_owned(), number: 0, create });
        Ok(writer)
    }

    /// Begins a new file rather than have one with more bytes than these. Only a file with a single
    /// datagram may be larger. Files of that name from before are replaced.
    #[must_use]
    pub fn rotate_at(mut self, bytes: u64) -> Self {
        self.largest = bytes;
        self
    }

    /// Begins a new file with a datagram that is so much later than the first of the current one,
    /// going by the datagrams' times. Files of that name from before are replaced.
    #[must_use]
    pub fn rotate_after(mut self, age: Duration) -> Self {
        self.longest = age;
        self
    }

    /// The file that is being written; `None` if it was opened by somebody else and given to
    /// [`new`](Self::new). Such a writer does not begin new files.
    #[must_use]
    pub fn path(&self) -> Option<PathBuf> {
        self.files.as_ref().map(|files| files.path(files.number))
    }
}

impl<W: Write> Writer<W> {
    /// Writes a recording to any output; its header at once. Writing is buffered.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the output does not take the header.
    pub fn new(output: W) -> Result<Self, Error> {
        Ok(Self {
            output: begin(output)?,
            record: Vec::new(),
            flush_interval: Duration::from_secs(1),
            last_flush: Instant::now(),
            is_flushed: true,
            length: FILE_HEADER.len() as u64,
            began: None,
            largest: u64::MAX,
            longest: Duration::MAX,
            files: None,
        })
    }

    /// How much a crash may lose: a second unless it is set here. 0 flushes every datagram.
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
    /// # Errors
    ///
    /// After every error the writer is usable, and the recording whole.
    ///
    /// [`Error::TooLong`], [`Error::Addresses`] and [`Error::Time`] if there is no such datagram;
    /// it is not written. [`Error::Create`] if it would begin a new file that cannot be created; it
    /// is not written, and the next one tries again. [`Error::Write`] if the output is full or
    /// fails: what was written since the last flush is kept, up to 128 KiB, and flushed with a
    /// later datagram if that works again; what does not fit is lost.
    pub fn write(
        &mut self,
        time: SystemTime,
        source: SocketAddr,
        destination: SocketAddr,
        payload: &[u8],
    ) -> Result<(), Error> {
        self.assemble(time, source, destination, payload)?;
        if self.is_rotation_due(time) {
            self.rotate()?;
        }
        self.output.write_all(&self.record).map_err(|error| Error::write(&error))?;
        self.is_flushed = false;
        self.length += self.record.len() as u64;
        self.began.get_or_insert(time);
        self.flush_if_due()
    }

    /// Hands everything to the system.
    ///
    /// # Errors
    ///
    /// [`Error::Write`] if the output does not take it; what it has not taken is kept.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(|error| Error::write(&error))?;
        self.last_flush = Instant::now();
        self.is_flushed = true;
        Ok(())
    }

    /// Hands everything to the system if that was last done a second ago or earlier. For a main
    /// loop, so that the last datagrams before a silence are not kept in memory.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush).
    pub fn flush_if_due(&mut self) -> Result<(), Error> {
        if self.is_flushed || self.last_flush.elapsed() < self.flush_interval { Ok(()) } else { self.flush() }
    }

    /// Ends the recording. Dropping the writer does the same without telling errors.
    ///
    /// # Errors
    ///
    /// Those of [`flush`](Self::flush).
    pub fn finish(mut self) -> Result<(), Error> {
        self.flush()
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

    fn is_rotation_due(&self, time: SystemTime) -> bool {
        let Some(began) = self.began else { return false };
        let age = time.duration_since(began).unwrap_or_default();
        self.length + self.record.len() as u64 > self.largest || age >= self.longest
    }

    fn rotate(&mut self) -> Result<(), Error> {
        let Some(files) = &self.files else { return Ok(()) };
        let (number, create) = (files.number + 1, files.create);
        let path = files.path(number);
        self.flush()?;
        self.output = begin(create(&path)?)?;
        log::info!("recording to {}", path.display());
        self.length = FILE_HEADER.len() as u64;
        self.began = None;
        if let Some(files) = &mut self.files {
            files.number = number;
        }
        Ok(())
    }
}

/// Writes the file's header.
fn begin<W: Write>(output: W) -> Result<BufWriter<W>, Error> {
    let mut output = BufWriter::with_capacity(BUFFER, output);
    // At once, so that there is never a file that is no recording.
    match output.write_all(&FILE_HEADER).and_then(|()| output.flush()) {
        Ok(()) => Ok(output),
        Err(error) => Err(Error::write(&error)),
    }
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
            .field("length", &self.length)
            .field("is_flushed", &self.is_flushed)
            .field("file", &self.files.as_ref().map(|files| files.path(files.number)))
            .finish_non_exhaustive()
    }
}
