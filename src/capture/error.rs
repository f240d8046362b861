//! [`Error`]: why a recording cannot be read or written. The rule about texts and causes is that of the crate,
//! see `src/error.rs`.

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
/// [`is_recoverable`](Error::is_recoverable) tells whether the [`Reader`](super::Reader) or the
/// [`Writer`](super::Writer) goes on. `record` is the number of the record, counted from 1, at which the error lies; `offset` is
/// where that record begins in the file, in bytes.
///
/// `{error}` and `{error:?}` say what failed, why, and what to do, in one line, and
/// [`source`](std::error::Error::source) is `None`, as of [`acudpclient::Error`](crate::Error).
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
        /// The record that was being read.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// What the input reported.
        error: IoError,
    },

    /// The recording ends within a record: the recorder was stopped hard, it is still writing, or
    /// the file was not copied whole. All before it is complete. Reading ends.
    #[error(
        "record {record} at byte {offset}: its {reading} needs {needed} bytes, the recording ends after \
         {available}: it was not closed properly or not copied whole; the records before are complete"
    )]
    Truncated {
        /// The record that is not whole.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// The part that is not whole.
        reading: &'static str,
        /// How many bytes it needs.
        needed: u64,
        /// How many of them are there.
        available: u64,
    },

    /// The file contradicts its own format, so that the next record cannot be found. Reading ends.
    #[error(
        "record {record} at byte {offset}: its {reading} {found}: the recording is damaged, and the records \
         after this one cannot be found"
    )]
    Damaged {
        /// The record that cannot be read.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// The part that is wrong.
        reading: &'static str,
        /// What is wrong with it.
        found: String,
    },

    /// A pcap file of a link type that this crate cannot read, so nothing of it can be. Record on
    /// another interface: `tcpdump -i any` has a link type that can be read.
    #[error(
        "the recording's link type is {link_type}, which cannot be read (see tcpdump.org/linktypes.html): \
         record with tcpdump -i any"
    )]
    LinkType {
        /// The number of the link type.
        link_type: u32,
    },

    /// The file is of a format that is known and not read, such as a compressed recording. Nothing of it
    /// can be read; `advice` says what makes a file of it that can.
    #[error("the recording is {format}, which cannot be read: {advice}")]
    OtherFormat {
        /// What the file is, such as `compressed with gzip`.
        format: &'static str,
        /// What to do.
        advice: &'static str,
    },

    /// The error of one file of a recording in several, see [`Reader::open_all`](super::Reader::open_all).
    /// An error that ends the reading of a file ends that of the recording only in the last file: else
    /// reading goes on with the next one.
    #[error("{}: {error}", path.display())]
    InFile {
        /// The file.
        path: PathBuf,
        /// Whether reading goes on: what [`is_recoverable`](Self::is_recoverable) says.
        goes_on: bool,
        /// What is wrong. Its record and offset are those in this file.
        error: Box<Error>,
    },

    /// Plain payloads have a packet whose length is not known: one that the protocol does not
    /// define, or a command ([`Event::decode_prefix`] knows the lengths of events only). Reading
    /// ends. Record with tcpdump, whose files keep the datagrams apart.
    #[error(
        "record {record} at byte {offset}: {}, so the packets after it cannot be told apart: \
         record with tcpdump, whose files keep them apart",
        describe(*packet_id)
    )]
    UnknownPacket {
        /// The record that is not known.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// Its first byte.
        packet_id: u8,
    },

    /// The last packet of plain payloads is not whole, or they are not of the original server's
    /// dialect and were split at the wrong places. Reading ends.
    #[error("record {record} at byte {offset}: {error}, and the recording ends here")]
    Payload {
        /// The record that is not whole.
        record: u64,
        /// Where it begins.
        offset: u64,
        /// What is missing.
        error: DecodeError,
    },

    /// A pcapng file has an interface of a link type that this crate cannot read. This is
    /// reported at the first record of the interface, and all its records are skipped. Reading
    /// goes on with those of other interfaces.
    #[error(
        "record {record}: interface {interface} has the link type {link_type}, which cannot be read (see \
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

    /// The recorder kept too little of a packet to read the datagram in it. Reading goes on with
    /// the next record. Record again, without a snapshot length.
    #[error(
        "record {record}: {captured} of {original} bytes were captured, too few for its {reading}: record \
         with tcpdump -s 0"
    )]
    Cut {
        /// The record.
        record: u64,
        /// The part that is not whole.
        reading: &'static str,
        /// How many bytes of the packet were captured.
        captured: u64,
        /// How many bytes the packet had.
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

    /// A datagram was sent in fragments, not all of which are in the recording. Reading goes on.
    /// It is reported once no more of them are expected, at the latest behind the last record.
    ///
    /// The usual reason is a capture filter: only the first fragment has the ports, so
    /// `udp port 12000` drops the others.
    #[error(
        "record {record}: its datagram was sent in fragments, not all of which are in the recording: record \
         with a filter that keeps them, such as 'udp port 12000 or ip[6:2] & 0x1fff != 0'"
    )]
    Fragments {
        /// The record of the first of the fragments that are there.
        record: u64,
    },

    /// A datagram of a recording is no packet of the protocol. Reading events goes on.
    #[error("record {record}: {error}")]
    Decode {
        /// The record.
        record: u64,
        /// What is wrong with it.
        error: DecodeError,
    },

    /// A file for a recording cannot be created. Check its path, its folder and the permissions. If the
    /// error's kind is [`AlreadyExists`](io::ErrorKind::AlreadyExists), a file of this name is there, which is
    /// never replaced: choose another name, or move it away.
    ///
    /// If it is the next file of a recording, the recording goes on in the current one, and nothing is
    /// lost.
    #[error("cannot create the recording {}: {}", path.display(), why_not_created(error))]
    Create {
        /// The file.
        path: PathBuf,
        /// What the operating system reported.
        error: IoError,
    },

    /// The output of a recording does not take what is to be written: the disk may be full.
    ///
    /// From [`Writer::write`](super::Writer::write) it means that this datagram is lost, as the memory for
    /// those that wait is full too. From a flush it means that some still wait: nothing is lost yet.
    #[error("cannot write to the recording: {error}")]
    Write {
        /// What the output reported.
        error: IoError,
    },

    /// No IP packet holds a datagram of this length. It is not recorded.
    #[error("a datagram of {length} bytes cannot be recorded: {largest} are the most")]
    TooLong {
        /// How many bytes it has.
        length: usize,
        /// How many bytes it may have between its addresses.
        largest: usize,
    },

    /// No datagram goes from an IPv4 to an IPv6 address or back. It is not recorded.
    #[error(
        "a datagram from {source_address} to {destination} cannot be recorded: both must be IPv4 or both IPv6"
    )]
    Addresses {
        /// Who is said to have sent it.
        source_address: SocketAddr,
        /// Who it is said to have been sent to.
        destination: SocketAddr,
    },

    /// The times of a recording are from 1970 until February 2106. The datagram is not recorded.
    #[error("a datagram of a time before 1970 or after 2106-02-07 cannot be recorded: is the clock right?")]
    Time {
        /// The time.
        time: SystemTime,
    },
}

impl Error {
    /// Whether the [`Reader`](super::Reader) goes on after this error: true if it cost one
    /// datagram, the records of one interface, or what is left of a file that another one follows; false
    /// if it was the last item. True for every
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

    /// This error if reading or writing goes on after it, for a program that prints it and goes on. As an `Err`
    /// otherwise, so that `error.recoverable()?` ends a loop only when it has to end.
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

    /// The error of the operating system, of the input or of the output, if that is the reason.
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

    /// This error as that of a file of a recording in several. `is_last`: no file follows it.
    pub(super) fn in_file(self, path: &Path, is_last: bool) -> Self {
        let goes_on = self.is_recoverable() || !is_last;
        Self::InFile { path: path.to_owned(), goes_on, error: Box::new(self) }
    }

    pub(super) fn write(error: io::Error) -> Self {
        Self::Write { error: error.into() }
    }
}

/// What `main` prints if it returns the error: its text, as of [`acudpclient::Error`](crate::Error).
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn why_not_created(error: &IoError) -> String {
    match error.kind() {
        io::ErrorKind::AlreadyExists => {
            "it is there already, and is not replaced: choose another name, or move it away".to_owned()
        }
        _ => error.to_string(),
    }
}

/// Why a packet's length is not known.
fn describe(packet_id: u8) -> String {
    match id::name(packet_id) {
        // The only event of which not every type is known.
        Some(name) if packet_id == id::CLIENT_EVENT => format!("this type of {name} is not known"),
        Some(name) => format!("packet id {packet_id} is {name}, which is no event"),
        None => format!("packet id {packet_id} is not known"),
    }
}
