//! Recording traffic, reading it and playing it back, with the feature `capture`.
//!
//! A recording holds all chat and admin commands, passwords among them. Look before you share it.
//!
//! # Recording without a program
//!
//! In the place of a plugin, until Ctrl-C:
//!
//! ```sh
//! acsp record 127.0.0.1:12000 127.0.0.1:11000 race.pcap --interval 500
//! ```
//!
//! `--rotate-mb 100` begins a new file for every 100 MB, `--rotate-minutes 60` for every hour: after `race.pcap` come
//! `race.0001.pcap`, `race.0002.pcap` and so on. No file that is there is replaced. `acsp results`, `decode` and `play` take
//! several files as one recording, and a rotated one by its first name.
//!
//! Beside a plugin that runs, record with tcpdump, on the server's or the plugin's machine, with the plugin's port:
//!
//! ```sh
//! sudo tcpdump -i any -s 0 -w race.pcap udp port 12000
//! acsp decode race.pcap
//! ```
//!
//! Between two machines a long packet travels in fragments, of which only the first has the ports. The filter
//! `'udp port 12000 or ip[6:2] & 0x1fff != 0'` lets the others in.
//!
//! # Recording from your program
//!
//! The client shows a function every datagram that it receives or sends, and a [`Writer`] makes a pcap file of them, which
//! Wireshark opens. A crash loses at most the last second. While the disk is full, 128 KiB wait in memory, and the file
//! ends in a whole packet.
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
//! [`Writer`] has a version that also flushes while nothing comes, and begins new files by size or age.
//!
//! # Playing
//!
//! A [`Player`] plays a recording at its own pace or some times as fast, with pauses and seeking, or gives its events at
//! once:
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
//! To play a recording to a plugin, as a server would send it: `acsp play 127.0.0.1:11000 127.0.0.1:12000 race.pcap`.
//!
//! [`Reader::open_all`] and [`Player::open_all`] take several files as one recording. [`capture`](crate::capture) says which
//! formats are read.

#[cfg(doc)]
use crate::capture::{Player, Reader, Writer};
