//! [`Stats`]: what went through a client.

use std::fmt;
use std::iter::{FusedIterator, Zip};
use std::ops::RangeInclusive;
use std::slice;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::protocol::id;

/// What went through a client since its start.
///
/// As JSON, `events` maps packet ids to the number of received events: `{"53":1200,"73":24}`.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Stats {
    /// Datagrams received from the server and handed to you, including undecodable ones.
    pub datagrams: u64,
    /// The bytes of those datagrams, without the headers of UDP and IP.
    pub bytes: u64,
    /// Datagrams that could not be decoded.
    pub undecodable: u64,
    /// Commands sent, including those of the [`CommandSender`](crate::CommandSender)s and the repeated
    /// requests for the realtime report.
    pub commands_sent: u64,
    /// Datagrams that wait in the memory of the
    /// [receiving thread](crate::AcUdpClientBuilder::receive_in_background); 0 without one.
    pub waiting: u64,
    /// CAR_UPDATEs that a newer one of the same car replaced before you fetched them; 0 without a receiving
    /// thread. Not counted in `datagrams`.
    pub car_updates_replaced: u64,
    /// Datagrams dropped because the receiving thread's memory was full; 0 without one. Not counted in
    /// `datagrams`. [`dropped_by_system`](crate::AcUdpClient::dropped_by_system) counts what the system drops.
    pub dropped: u64,
    #[cfg_attr(feature = "serde", serde(with = "by_id"))]
    events: [u64; 256],
}

impl Default for Stats {
    fn default() -> Self {
        Self {
            datagrams: 0,
            bytes: 0,
            undecodable: 0,
            commands_sent: 0,
            waiting: 0,
            car_updates_replaced: 0,
            dropped: 0,
            events: [0; 256],
        }
    }
}

impl Stats {
    /// How many events with this packet id were received, see [`protocol::id`](crate::protocol::id).
    ///
    /// ```
    /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// # use acudpclient::protocol::id;
    /// assert_eq!(client.stats().events(id::LAP_COMPLETED), 0);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn events(&self, packet_id: u8) -> u64 {
        self.events[usize::from(packet_id)]
    }

    /// The packet ids that were received, ascending, each with its number of events.
    ///
    /// ```
    /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// # use acudpclient::protocol::id;
    /// for (id, events) in client.stats().events_by_id() {
    ///     println!("{}: {events}", id::name(id).unwrap_or("unknown"));
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn events_by_id(&self) -> EventsById<'_> {
        EventsById((0..=u8::MAX).zip(&self.events))
    }

    pub(super) fn count_event(&mut self, packet_id: u8) {
        self.events[usize::from(packet_id)] += 1;
    }

    /// CAR_UPDATEs are the datagrams that nothing else has counted: the client does not count them one by one.
    pub(super) fn count_car_updates(&mut self) {
        let others: u64 = self.events.iter().sum();
        self.events[usize::from(id::CAR_UPDATE)] += self.datagrams - self.undecodable - others;
    }
}

/// The received packet ids with their numbers of events, see [`Stats::events_by_id`].
#[derive(Debug, Clone)]
pub struct EventsById<'a>(Zip<RangeInclusive<u8>, slice::Iter<'a, u64>>);

impl Iterator for EventsById<'_> {
    type Item = (u8, u64);

    fn next(&mut self) -> Option<Self::Item> {
        self.0.find(|&(_, &events)| events > 0).map(|(id, &events)| (id, events))
    }
}

impl FusedIterator for EventsById<'_> {}

impl fmt::Debug for Stats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let events: std::collections::BTreeMap<u8, u64> = self.events_by_id().collect();
        f.debug_struct("Stats")
            .field("datagrams", &self.datagrams)
            .field("bytes", &self.bytes)
            .field("undecodable", &self.undecodable)
            .field("commands_sent", &self.commands_sent)
            .field("waiting", &self.waiting)
            .field("car_updates_replaced", &self.car_updates_replaced)
            .field("dropped", &self.dropped)
            .field("events", &events)
            .finish()
    }
}

/// Numbers by packet id, without the zeros. The ids are strings: not every format allows other keys in maps.
#[cfg(feature = "serde")]
mod by_id {
    use std::collections::BTreeMap;

    use serde::de::{Error, Unexpected};
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(events: &[u64; 256], serializer: S) -> Result<S::Ok, S::Error> {
        let numbers = events.iter().enumerate().filter(|&(_, &events)| events > 0);
        serializer.collect_map(numbers.map(|(id, events)| (id.to_string(), events)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<[u64; 256], D::Error> {
        let mut events = [0; 256];
        for (id, number) in BTreeMap::<String, u64>::deserialize(deserializer)? {
            let packet_id: u8 =
                id.parse().map_err(|_| D::Error::invalid_value(Unexpected::Str(&id), &"a packet id"))?;
            events[usize::from(packet_id)] = number;
        }
        Ok(events)
    }
}
