//! Recording traffic, reading it and playing it back, with the feature `capture`.
//!
//! A recording holds all chat and admin commands, including passwords. Check it before you share it.
//!
//! # Recording without programming
//!
//! Instead of a plugin, until Ctrl-C. It asks for the session, and for each driver whose car it hears of:
//!
//! ```sh
//! acsp record 127.0.0.1:12000 127.0.0.1:11000 race.pcap --interval 500
//! ```
//!
//! `--rotate-mb 100` begins a new file every 100 MB, `--rotate-minutes 60` every hour: `race.0001.pcap`, `race.0002.pcap`
//! and so on follow `race.pcap`. Existing files are never replaced. `acsp results`, `decode` and `play` read several files
//! as one recording; of a rotated one, name the first file.
//!
//! Beside a running plugin, record with tcpdump on the server's or the plugin's machine, with the plugin's port:
//!
//! ```sh
//! sudo tcpdump -i any -s 0 -w race.pcap udp port 12000
//! acsp decode race.pcap
//! ```
//!
//! Between two machines a long packet travels in fragments, and only the first one has the ports. The filter
//! `'udp port 12000 or ip[6:2] & 0x1fff != 0'` keeps the others too.
//!
//! # Recording from your program
//!
//! The client calls a function with every datagram that it receives or sends, and a [`Writer`] writes them to a pcap file,
//! which Wireshark opens. A crash loses at most the last second. While the disk is full, 128 KiB wait in memory, and the
//! file ends in a whole packet.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use acudpclient::AcUdpClient;
//! use acudpclient::capture::Writer;
//!
//! let mut writer = Writer::create("race.pcap")?;
//! let mut client = AcUdpClient::builder()
//!     .on_datagram(move |datagram| {
//!         let (source, destination) = (datagram.source, datagram.destination);
//!         if let Err(error) = writer.write(datagram.time, source, destination, datagram.payload) {
//!             eprintln!("{error}");
//!         }
//!     })
//!     .bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! # client.next_event()?;
//! # Ok(())
//! # }
//! ```
//!
//! The documentation of [`Writer`] shows a version that also flushes while nothing comes, and how to begin new files by
//! size or age.
//!
//! # Playing
//!
//! A [`Player`] plays a recording at its original pace or at another speed, with pauses and seeking, or returns its events
//! at once:
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use acudpclient::RaceTracker;
//! use acudpclient::capture::Player;
//!
//! let mut tracker = RaceTracker::new();
//! for event in Player::open("fixtures/race.pcap")?.events() {
//!     match event {
//!         Ok((time, event)) => {
//!             tracker.advance_to(time);
//!             tracker.apply(&event);
//!         }
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! assert!(tracker.last_result().is_some());
//! # Ok(())
//! # }
//! ```
//!
//! `acsp play 127.0.0.1:11000 127.0.0.1:12000 race.pcap` plays a recording to a plugin, as a server would send it.
//!
//! [`Reader::open_all`] and [`Player::open_all`] read several files as one recording. [`capture`](crate::capture) lists the
//! formats.

#[cfg(doc)]
use crate::capture::{Player, Reader, Writer};
