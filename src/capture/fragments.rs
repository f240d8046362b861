//! [`Fragments`]: reassembles datagrams that were sent in several IP packets.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use etherparse::IpNumber;
use etherparse::defrag::{IpDefragBuf, MAX_IP_DEFRAG_LEN};

use super::frame::{Fragment, IpPacket, Unreadable};

const READING: &str = "IP fragment";

/// How many incomplete datagrams to keep, with 64 KiB of memory each. Beyond that, the oldest is given up.
const MAX_PENDING: usize = 64;

/// A fragment that comes later than this, by the recording's times, belongs to another datagram with the same
/// identification; the earlier datagram is given up. Operating systems do the same.
const LIFETIME: Duration = Duration::from_secs(30);

/// A record's file and number.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The file of a recording, counted from 0.
    pub(super) file: usize,
    pub(super) record: u64,
}

/// What all fragments of a datagram have in common.
#[derive(PartialEq, Eq)]
struct Key {
    source: IpAddr,
    destination: IpAddr,
    protocol: IpNumber,
    identification: u32,
}

struct Pending {
    key: Key,
    /// The place and time of the first captured fragment.
    place: Place,
    time: Option<SystemTime>,
    /// The datagram is of another port: report nothing about it.
    unwanted: bool,
    /// A fragment was truncated, which has been reported: the datagram cannot be completed.
    cut: bool,
    buffer: IpDefragBuf,
}

impl Pending {
    fn add(&mut self, packet: &IpPacket<'_>, fragment: Fragment) -> Result<(), Unreadable> {
        if packet.missing > 0 {
            self.cut = true;
            let available = packet.payload.len();
            return Err(Unreadable::Short {
                reading: READING,
                needed: available + packet.missing,
                available,
            });
        }
        self.buffer.add(fragment.offset, fragment.more, packet.payload).map_err(|error| Unreadable::Wrong {
            reading: READING,
            found: format!("does not fit the others of its datagram: {error}"),
        })
    }
}

/// The incomplete datagrams.
#[derive(Default)]
pub(super) struct Fragments {
    /// Oldest first.
    pending: VecDeque<Pending>,
    /// The first records of the datagrams that were given up and not reported yet.
    lost: VecDeque<Place>,
}

impl Fragments {
    /// Adds a fragment. Returns the datagram if this completes it.
    ///
    /// An `unwanted` datagram is reassembled too: once it is complete, its identification is free for another one.
    pub(super) fn add(
        &mut self,
        packet: &IpPacket<'_>,
        fragment: Fragment,
        (place, time): (Place, Option<SystemTime>),
        unwanted: bool,
    ) -> Result<Option<Vec<u8>>, Unreadable> {
        let key = Key {
            source: packet.source,
            destination: packet.destination,
            protocol: packet.protocol,
            identification: fragment.identification,
        };
        let index = self.find(&key, time).unwrap_or_else(|| self.begin(key, place, time));
        let pending = &mut self.pending[index];
        pending.unwanted |= unwanted;
        if pending.cut {
            return Ok(None);
        }
        match pending.add(packet, fragment) {
            Ok(()) if pending.buffer.is_complete() => {}
            Err(fault) if !pending.unwanted => return Err(fault),
            _ => return Ok(None),
        }
        Ok(self.pending.remove(index).map(|pending| pending.buffer.take_bufs().0))
    }

    /// The datagram with this key. If it is too old, gives it up instead.
    fn find(&mut self, key: &Key, now: Option<SystemTime>) -> Option<usize> {
        let index = self.pending.iter().position(|pending| pending.key == *key)?;
        let age = match (self.pending[index].time, now) {
            (Some(then), Some(now)) => now.duration_since(then).unwrap_or_default(),
            _ => Duration::ZERO,
        };
        if age <= LIFETIME {
            return Some(index);
        }
        self.give_up(index);
        None
    }

    fn begin(&mut self, key: Key, place: Place, time: Option<SystemTime>) -> usize {
        if self.pending.len() == MAX_PENDING {
            self.give_up(0);
        }
        // Initialise all bytes: etherparse would leave the gaps between fragments as they are.
        let memory = vec![0; MAX_IP_DEFRAG_LEN];
        let buffer = IpDefragBuf::new(key.protocol, memory, Vec::new());
        self.pending.push_back(Pending { key, place, time, unwanted: false, cut: false, buffer });
        self.pending.len() - 1
    }

    fn give_up(&mut self, index: usize) {
        let lost = self.pending.remove(index).filter(|pending| !pending.unwanted && !pending.cut);
        self.lost.extend(lost.map(|pending| pending.place));
    }

    /// Gives up all incomplete datagrams, because no fragments follow.
    pub(super) fn end(&mut self) {
        while !self.pending.is_empty() {
            self.give_up(0);
        }
    }

    /// The first record of the next lost datagram that was not reported yet.
    pub(super) fn next_lost(&mut self) -> Option<Place> {
        self.lost.pop_front()
    }
}
