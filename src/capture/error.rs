//! [`Error`]: why a recording cannot be read or written. `src/error.rs` states the rule for texts and causes.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::error::IoError;
use crate::protocol::DecodeError;
#[cfg(doc)]
use crate::protocol::Event;
use crate::protocol::id;

/// Why a recording, or one record of it, cannot be read or written.
///
/// [`is_recoverable`](Error::is_recoverable) says whether the [`Reader`](super::Reader) or the
/// [`Writer`](super::Writer) goes on. `record` is the number of the faulty record, counted from 1; `offset` is the
/// byte at which it begins in the file.
///
/// `{error}` and `{error:?}` say in one line what failed, why, and what to do, and
/// [`source`](std::error::Error::source) is `None`, as for [`acudpclient::Error`](crate::Error).
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The file cannot be opened. Check its path and permissions.
    #[error("cannot open the recording {}: {error}", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// What the operating system reported.
        error: IoError,
    },

    /// The input reported an error. Reading ends.
    #[error("cannot read record {record} at byte {offset}: {error}")]
    Io {
        /// The current record.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// What the input reported.
        error: IoError,
    },

    /// The recording ends within a record: the recorder was killed, it is still writing, or the file was not
    /// copied completely. The records before it are complete. Reading ends.
    #[error(
        "record {record} at byte {offset}: its {reading} needs {needed} bytes, the recording ends after \
         {available}: it was not closed properly or not copied completely; the records before are complete"
    )]
    Truncated {
        /// The incomplete record.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// The incomplete part.
        reading: &'static str,
        /// How many bytes it needs.
        needed: u64,
        /// How many bytes it has.
        available: u64,
    },

    /// The file contradicts its own format, so the next record cannot be found. Reading ends.
    #[error(
        "record {record} at byte {offset}: its {reading} {found}: the recording is damaged, and the records \
         after this one cannot be found"
    )]
    Damaged {
        /// The unreadable record.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// The part that is wrong.
        reading: &'static str,
        /// What is wrong with it.
        found: String,
    },

    /// A pcap file with a link type that this crate cannot read. Record on another interface: `tcpdump -i any`
    /// has a readable link type.
    #[error(
        "the recording's link type {link_type} is not supported (see tcpdump.org/linktypes.html): \
         record with tcpdump -i any"
    )]
    LinkType {
        /// The number of the link type.
        link_type: u32,
    },

    /// The file has a known format that this crate does not read, such as a compressed recording. `advice` says
    /// how to convert it.
    #[error("the recording is {format}, which is not supported: {advice}")]
    OtherFormat {
        /// The file's format, such as `compressed with gzip`.
        format: &'static str,
        /// What to do.
        advice: &'static str,
    },

    /// An error in one file of a recording with several, see [`Reader::open_all`](super::Reader::open_all).
    /// If it ends the file, reading goes on with the next file, if there is one.
    #[error("{}: {error}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// True if reading goes on; [`is_recoverable`](Self::is_recoverable) returns this.
        goes_on: bool,
        /// The error. Its record and offset count in this file.
        error: Box<Error>,
    },

    /// Plain payloads contain a packet of unknown length: an undefined one, or a command
    /// ([`Event::decode_prefix`] knows the lengths of events only). Reading ends. Record with tcpdump, whose files
    /// keep the datagrams apart.
    #[error(
        "record {record} at byte {offset}: {}, so nobody knows where the next packet begins: \
         record with tcpdump, whose files keep the packets apart",
        describe(*packet_id)
    )]
    UnknownPacket {
        /// The unknown record.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// Its first byte.
        packet_id: u8,
    },

    /// The last packet of plain payloads is incomplete, or the payloads have another dialect than the original
    /// server's and were split at the wrong places. Reading ends.
    #[error("record {record} at byte {offset}: {error}, and the recording ends here")]
    Payload {
        /// The incomplete record.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// What is missing.
        error: DecodeError,
    },

    /// A pcapng file has an interface with a link type that this crate cannot read. The first record of the
    /// interface gives this error; all its records are skipped. Reading goes on with other interfaces.
    #[error(
        "record {record}: interface {interface} has the link type {link_type}, which is not supported (see \
         tcpdump.org/linktypes.html): all its records are skipped"
    )]
    Interface {
        /// The first record of the interface.
        record: u64,
        /// The interface, counted from 0 in each section of the file.
        interface: u32,
        /// The number of the link type.
        link_type: u32,
    },

    /// The recorder captured too few bytes of a packet to read its datagram. Reading goes on with
    /// the next record. Record again, without a snapshot length.
    #[error(
        "record {record}: {captured} of {original} bytes were captured, too few for its {reading}: record \
         with tcpdump -s 0"
    )]
    Cut {
        /// The record.
        record: u64,
        /// The incomplete part.
        reading: &'static str,
        /// How many bytes of the packet were captured.
        captured: u64,
        /// The packet's length on the wire, in bytes.
        original: u64,
    },

    /// A record's packet contradicts itself. Reading goes on with the next record.
    #[error("record {record} is skipped: its {reading} {found}")]
    Malformed {
        /// The record.
        record: u64,
        /// The part that is wrong.
        reading: &'static str,
        /// What is wrong with it.
        found: String,
    },

    /// A datagram was sent in fragments, and some of them are missing in the recording. Reading goes on. This
    /// error comes once no more fragments are expected, at the latest after the last record.
    ///
    /// The usual reason is a capture filter: only the first fragment has the ports, so
    /// `udp port 12000` drops the others.
    #[error(
        "record {record}: its datagram was sent in fragments, and some are missing in the recording: record \
         with a filter that keeps them, such as 'udp port 12000 or ip[6:2] & 0x1fff != 0'"
    )]
    Fragments {
        /// The record of the first captured fragment.
        record: u64,
    },

    /// A datagram of a recording cannot be decoded. Reading events goes on.
    #[error("record {record}: {error}")]
    Decode {
        /// The record.
        record: u64,
        /// What is wrong with it.
        error: DecodeError,
    },

    /// A recording's file cannot be created. Check its path, its folder and the permissions. If the error's kind is
    /// [`AlreadyExists`](io::ErrorKind::AlreadyExists), the file exists. Existing files are never replaced: choose
    /// another name, or move the file away.
    ///
    /// If this is the next file of a recording, the recording goes on in the current file, and nothing is lost.
    #[error("cannot create the recording {}: {}", path.display(), why_not_created(error))]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system reported.
        error: IoError,
    },

    /// The output refused the data: the disk may be full.
    ///
    /// From [`Writer::write`](super::Writer::write) it means that this datagram is lost, because the buffer is full
    /// too. From a flush it means that some datagrams still wait in memory: nothing is lost yet.
    #[error("cannot write to the recording: {error}")]
    Write {
        /// What the output reported.
        error: IoError,
    },

    /// The datagram is too long for an IP packet. It is not recorded.
    #[error("cannot record a datagram of {length} bytes: the limit is {largest}")]
    TooLong {
        /// The datagram's length in bytes.
        length: usize,
        /// The limit for its addresses in bytes: IPv4 and IPv6 differ.
        largest: usize,
    },

    /// One address is IPv4 and the other IPv6. The datagram is not recorded.
    #[error(
        "cannot record a datagram from {source_address} to {destination}: both must be IPv4 or both IPv6"
    )]
    Addresses {
        /// The given sender.
        source_address: SocketAddr,
        /// The given receiver.
        destination: SocketAddr,
    },

    /// The time is outside the format's range, 1970 until February 2106. The datagram is not recorded.
    #[error("cannot record a datagram with a time before 1970 or after 2106-02-07: is the clock right?")]
    Time {
        /// The time.
        time: SystemTime,
    },
}

impl Error {
    /// True if the [`Reader`](super::Reader) goes on after this error: it cost one datagram, the records of one
    /// interface, or the rest of a file that is not the last. False if this was the last item. True for every
    /// error of [`Writer::write`](super::Writer::write).
    #[must_use]
    pub fn is_recoverable(&self) -> bool {
        match self {
            Self::Open { .. }
            | Self::Io { .. }
            | Self::Truncated { .. }
            | Self::Damaged { .. }
            | Self::LinkType { .. }
            | Self::OtherFormat { .. }
            | Self::UnknownPacket { .. }
            | Self::Payload { .. } => false,
            Self::InFile { goes_on, .. } => *goes_on,
            Self::Interface { .. }
            | Self::Cut { .. }
            | Self::Malformed { .. }
            | Self::Fragments { .. }
            | Self::Decode { .. }
            | Self::Create { .. }
            | Self::Write { .. }
            | Self::TooLong { .. }
            | Self::Addresses { .. }
            | Self::Time { .. } => true,
        }
    }

    /// Returns this error as `Ok` if reading or writing goes on, for a program that prints it and goes on.
    /// Returns it as `Err` otherwise, so `error.recoverable()?` ends a loop only when it has to end.
    ///
    /// ```
    /// use acudpclient::capture::Player;
    ///
    /// for event in Player::open("fixtures/race.pcap")?.events() {
    ///     match event {
    ///         Ok((position, event)) => println!("{position:?} {event}"),
    ///         Err(error) => eprintln!("{}", error.recoverable()?),
    ///     }
    /// }
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// This error, if [`is_recoverable`](Self::is_recoverable) is false.
    pub fn recoverable(self) -> Result<Self, Self> {
        if self.is_recoverable() { Ok(self) } else { Err(self) }
    }

    /// The error of the system, the input or the output, if there is one.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// use acudpclient::capture::Reader;
    ///
    /// let error = Reader::open("no such file.pcap").unwrap_err();
    /// assert_eq!(error.io_error().map(|error| error.kind()), Some(ErrorKind::NotFound));
    /// ```
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match self {
            Self::Open { error, .. }
            | Self::Io { error, .. }
            | Self::Create { error, .. }
            | Self::Write { error } => Some(error),
            Self::InFile { error, .. } => error.io_error(),
            _ => None,
        }
    }

    pub(super) fn open(path: &Path, error: io::Error) -> Self {
        Self::Open { path: path.to_owned(), error: error.into() }
    }

    pub(super) fn create(path: &Path, error: io::Error) -> Self {
        Self::Create { path: path.to_owned(), error: error.into() }
    }

    /// Names the file of this error. `is_last`: no file follows it.
    pub(super) fn in_file(self, path: &Path, is_last: bool) -> Self {
        let goes_on = self.is_recoverable() || !is_last;
        Self::InFile { path: path.to_owned(), goes_on, error: Box::new(self) }
    }

    pub(super) fn write(error: io::Error) -> Self {
        Self::Write { error: error.into() }
    }
}

/// The same text as `Display`, because `main` prints the error it returns with `Debug`.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn why_not_created(error: &IoError) -> String {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "it already exists and is not replaced: choose another name, or move it away".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Why a packet's length is unknown.
fn describe(packet_id: u8) -> String {
    match id::name(packet_id) {
        // The only event with unknown types.
        Some(name) if packet_id == id::CLIENT_EVENT => format!("this type of {name} is unknown"),
        Some(name) => format!("packet id {packet_id} is {name}, which is not an event"),
        None => format!("packet id {packet_id} is unknown"),
    }
}
