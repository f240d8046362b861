//! Recordings of ACSP traffic: reading, playing, writing.
//!
//! [`Reader`] reads three formats. It detects them by their content, never by the file's name:
//!
//! | [`Format`] | written by | what it records |
//! | --- | --- | --- |
//! | [`Pcap`](Format::Pcap) | tcpdump; in micro- or nanoseconds, either byte order | time, addresses |
//! | [`PcapNg`](Format::PcapNg) | Wireshark, dumpcap; several sections and interfaces | time, addresses |
//! | [`Payloads`](Format::Payloads) | programs that append what they receive to a file | neither |
//!
//! In pcap and pcapng, it finds datagrams in Ethernet frames (with any VLAN tags), in both versions of Linux cooked
//! capture (`tcpdump -i any`), on BSD, macOS and Windows loopback, and in raw IP packets; over IPv4 and IPv6, also in
//! fragments. It skips everything but UDP and does not verify checksums.
//!
//! ```
//! use acudpclient::capture::Reader;
//! use acudpclient::Event;
//!
//! # let path = std::env::temp_dir().join(format!("acudpclient-{}.bin", std::process::id()));
//! # std::fs::write(&path, b"\x38\x04\x3a\x03")?;
//! for record in Reader::open(&path)?.port(12000) {
//!     match record {
//!         Ok(record) => match Event::decode(&record.payload) {
//!             Ok(event) => println!("{:?} {event}", record.time),
//!             Err(error) => eprintln!("record {}: {error}", record.number),
//!         },
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! # std::fs::remove_file(path)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! [`Player`] plays a recording at its original pace, or returns its events at once.
//!
//! # Several files
//!
//! A recording may have several files: a [`Writer`] can begin a new one by size or age.
//! [`Reader::open_all`] and [`Player::open_all`] read them as one recording:
//!
//! ```no_run
//! use acudpclient::capture::Player;
//!
//! // Also reads race.0001.pcap, race.0002.pcap and so on, if they exist.
//! for event in Player::open_all(["race.pcap"])?.events() {
//!     match event {
//!         Ok((position, event)) => println!("{position:?} {event}"),
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! # Ok::<(), acudpclient::capture::Error>(())
//! ```
//!
//! # Formats that it cannot read
//!
//! It cannot read compressed recordings and modified pcap, which few programs write. [`Error::OtherFormat`] names the
//! format and the program that unpacks or converts it. [`Reader::new`] reads such a program's output.
//!
//! # How to record
//!
//! A client records itself with a [`Writer`]; the program `acsp record` replaces a plugin; tcpdump records beside a
//! plugin. [The guide](crate::guide::recordings) shows all three.
//!
//! # Both directions
//!
//! Most recordings hold events and commands. If [`Record::is_command`] is true, use
//! [`Command::decode`](crate::protocol::Command::decode), else
//! [`Event::decode`](crate::protocol::Event::decode).
//!
//! # Plain payloads
//!
//! This format is the server's packets, concatenated. It does not record their lengths, so
//! [`Event::decode_prefix`](crate::protocol::Event::decode_prefix), which knows acServer's layout, splits
//! them. Reading ends with [`Error::UnknownPacket`] at the first packet that is not a known event; commands are not
//! events. Any file without the marks of another format is read as this one. An empty file is a recording without
//! packets.

mod datagrams;
mod error;
mod files;
mod fragments;
mod frame;
mod outbox;
mod payloads;
mod pcap;
mod pcapng;
mod player;
mod reader;
mod source;
mod writer;

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

pub use error::Error;
pub use player::{Events, Player};
pub use reader::Reader;
pub use writer::Writer;

use crate::protocol::{id, peek};

/// The longest allowed record, in bytes. tcpdump and Wireshark capture up to 256 KiB of a packet.
const MAX_RECORD: usize = 1 << 20;

/// The time between two datagrams without times when they are played.
const UNTIMED_PACE: Duration = Duration::from_millis(100);

/// The format of a recording.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// The classic format of tcpdump.
    Pcap,
    /// The format of Wireshark.
    PcapNg,
    /// The payloads of the server's datagrams, one after the other.
    Payloads,
}

/// One datagram of a recording.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The number of the record in the file, counted from 1. All packets in the file count, including skipped ones.
    /// A datagram in fragments has the number of the record that completed it.
    pub number: u64,
    /// The record's file if you opened the recording with [`open_all`](Reader::open_all), else `None`.
    pub file: Option<Arc<Path>>,
    /// When the packet was captured. `None` for plain payloads, for simple packet blocks of
    /// pcapng files, and for a time that the system cannot express.
    pub time: Option<SystemTime>,
    /// The sender's address; `None` for plain payloads.
    pub source: Option<SocketAddr>,
    /// The receiver's address; `None` for plain payloads.
    pub destination: Option<SocketAddr>,
    /// The datagram's content: one packet, if it belongs to the protocol.
    pub payload: Vec<u8>,
}

impl Record {
    /// True if the datagram's first byte is the id of a plugin's command. Otherwise the datagram is the server's.
    ///
    /// ```
    /// use acudpclient::capture::Reader;
    /// use acudpclient::{Command, Event};
    ///
    /// for record in Reader::open("fixtures/race.pcap")?.filter_map(Result::ok) {
    ///     if record.is_command() {
    ///         println!("{:?}", Command::decode(&record.payload));
    ///     } else {
    ///         println!("{:?}", Event::decode(&record.payload));
    ///     }
    /// }
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    #[must_use]
    pub fn is_command(&self) -> bool {
        peek::packet_id(&self.payload).is_some_and(id::is_command)
    }
}
