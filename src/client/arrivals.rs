//! [`Arrivals`]: what a client has received, and when.

use std::time::Instant;

/// How many datagrams share one reading of the clock.
const MOST_AT_ONE_TIME: u64 = 64;

/// What was received: how much, and when. Reading the clock for each datagram would cost more than decoding it.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    pub(super) datagrams: u64,
    pub(super) bytes: u64,
    pub(super) last: Option<Instant>,
    /// After so many datagrams the next one has a time of its own.
    same_time_until: u64,
}

impl Arrivals {
    /// A datagram came, or nothing was waiting.
    #[inline(always)]
    pub(super) fn now(&mut self, length: Option<usize>) {
        match length {
            Some(length) => {
                if self.datagrams == self.same_time_until {
                    self.read_clock();
                }
                self.count(length);
            }
            None => self.same_time_until = self.datagrams,
        }
    }

    #[cold]
    fn read_clock(&mut self) {
        self.last = Some(Instant::now());
        self.same_time_until = self.datagrams + MOST_AT_ONE_TIME;
    }

    pub(super) fn at(&mut self, time: Instant, length: usize) {
        self.last = Some(time);
        self.count(length);
    }

    #[inline(always)]
    fn count(&mut self, length: usize) {
        self.datagrams += 1;
        self.bytes += length as u64;
    }
}
