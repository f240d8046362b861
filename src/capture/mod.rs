//! Recordings of ACSP traffic: read into datagrams, played back, written.
//!
//! [`Reader`] reads three formats and tells them apart by their content, never by a file's name:
//!
//! | [`Format`] | written by | what it knows |
//! | --- | --- | --- |
//! | [`Pcap`](Format::Pcap) | tcpdump; in micro- or nanoseconds, either byte order | time, addresses |
//! | [`PcapNg`](Format::PcapNg) | Wireshark, dumpcap; several sections and interfaces | time, addresses |
//! | [`Payloads`](Format::Payloads) | programs that append what they receive to a file | neither |
//!
//! In pcap and pcapng, the datagrams are found in Ethernet frames (with any VLAN tags), in both
//! versions of Linux cooked capture (`tcpdump -i any`), on BSD, macOS and Windows loopback, and in
//! raw IP packets; over IPv4 and IPv6, in fragments too. What is no UDP is skipped. Checksums are
//! not verified.
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
//! [`Player`] plays a recording at the pace of its times, or as events at once.
//!
//! # Several files
//!
//! A recording may be in several files: a [`Writer`] begins a new one when one is large or old enough.
//! [`Reader::open_all`] and [`Player::open_all`] read them as one recording:
//!
//! ```no_run
//! use acudpclient::capture::Player;
//!
//! // With race.0001.pcap, race.0002.pcap and so on, as far as they are there.
//! for event in Player::open_all(["race.pcap"])?.events() {
//!     match event {
//!         Ok((position, event)) => println!("{position:?} {event}"),
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! # Ok::<(), acudpclient::capture::Error>(())
//! ```
//!
//! # What is not read
//!
//! Compressed recordings and modified pcap, which few programs write: [`Error::OtherFormat`] names the
//! format and the program that unpacks or converts it. [`Reader::new`] reads what such a program prints.
//!
//! # How to record
//!
//! A client records itself with a [`Writer`], the program `acsp record` takes the place of a plugin, and tcpdump records
//! beside one: [the guide](crate::guide::recordings) shows each.
//!
//! # Both directions
//!
//! Most recordings hold what the server sends and what it is sent. [`Record::is_command`] tells
//! which of [`Event::decode`](crate::protocol::Event::decode) and
//! [`Command::decode`](crate::protocol::Command::decode) a datagram is for.
//!
//! # Plain payloads
//!
//! They are the packets of the server, one after the other, with nothing between them. Their
//! lengths are nowhere, so they are split by
//! [`Event::decode_prefix`](crate::protocol::Event::decode_prefix), which knows the original
//! server's layout, and end with [`Error::UnknownPacket`] at the first packet that is no known
//! event, commands among them. Any file that has none of the other formats' marks is read as this
//! one; an empty file is a recording of no packets.

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

/// How large a record may be. tcpdump and Wireshark capture up to 256 KiB of a packet.
const MAX_RECORD: usize = 1 << 20;

/// What is between two datagrams that have no times, when they are played.
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
    /// The number of the record in the file, counted from 1. All the packets in the file count,
    /// also those that were skipped. Of a datagram in fragments it is the record that made it
    /// whole.
    pub number: u64,
    /// The file that the record is in, if the recording was opened with
    /// [`open_all`](Reader::open_all); else `None`.
    pub file: Option<Arc<Path>>,
    /// When the packet was captured. `None` for plain payloads, for simple packet blocks of
    /// pcapng files, and for a time that the system cannot express.
    pub time: Option<SystemTime>,
    /// Who sent the datagram; `None` for plain payloads.
    pub source: Option<SocketAddr>,
    /// Who it was sent to; `None` for plain payloads.
    pub destination: Option<SocketAddr>,
    /// What the datagram carries: one ACSP packet, if it is the protocol's.
    pub payload: Vec<u8>,
}

impl Record {
    /// Whether the datagram is a command of the plugin, going by its first byte; else it is the
    /// server's.
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
