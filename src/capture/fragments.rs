//! Puts datagrams together that were sent in several IP packets.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::time::{Duration, SystemTime};

use etherparse::IpNumber;
use etherparse::defrag::{IpDefragBuf, MAX_IP_DEFRAG_LEN};

use super::frame::{Fragment, IpPacket, Unreadable};

const READING: &str = "IP fragment";

/// How many datagrams can wait for their missing fragments, with 64 KiB of memory each. When
/// another begins, the oldest is given up.
const MAX_PENDING: usize = 64;

/// A fragment that comes later than this, on the recording's clock, is of another datagram that
/// bears the same identification, and the one before is given up. Operating systems do the same.
const LIFETIME: Duration = Duration::from_secs(30);

/// Where a record is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// The file, counted from 0, of a recording in several.
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
    /// The place and time of the fragment that was there first.
    place: Place,
    time: Option<SystemTime>,
    /// Nobody misses this datagram, so nothing is to be said about it.
    unwanted: bool,
    /// A fragment was cut, which has been reported: this datagram cannot become whole.
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

/// The datagrams of which some fragments are missing.
#[derive(Default)]
pub(super) struct Fragments {
    /// In the order in which they began.
    pending: VecDeque<Pending>,
    /// The first records of those that were given up and have not been reported.
    lost: VecDeque<Place>,
}

impl Fragments {
    /// Adds a fragment and returns what its datagram was put together to, if it is whole by that.
    ///
    /// `unwanted`: the fragment shows that nobody misses this datagram. It is put together
    /// nevertheless: once it is whole, its identification is free for another one.
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

    /// The datagram of this key. One that is too old is given up instead.
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
        // All bytes are there and set from the start: etherparse would take over unset ones as
        // they are, for the gaps between fragments.
        let memory = vec![0; MAX_IP_DEFRAG_LEN];
        let buffer = IpDefragBuf::new(key.protocol, memory, Vec::new());
        self.pending.push_back(Pending { key, place, time, unwanted: false, cut: false, buffer });
        self.pending.len() - 1
    }

    fn give_up(&mut self, index: usize) {
        let lost = self.pending.remove(index).filter(|pending| !pending.unwanted && !pending.cut);
        self.lost.extend(lost.map(|pending| pending.place));
    }

    /// No fragments follow: all datagrams that are not whole are lost.
    pub(super) fn end(&mut self) {
        while !self.pending.is_empty() {
            self.give_up(0);
        }
    }

    /// The first record of a datagram that is lost and has not been reported.
    pub(super) fn next_lost(&mut self) -> Option<Place> {
        self.lost.pop_front()
    }
}
