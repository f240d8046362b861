//! A network that is not perfect: [`Trouble`], and the way from the server to the plugin.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::rng::Rng;
use crate::protocol::Event;

/// How long a reordered datagram waits for another one, in milliseconds.
const LONGEST_HOLD: u64 = 100;

/// Lost events that are kept for [`World::take_lost`](super::World::take_lost).
const LOST: usize = 4096;

/// What the network does to the server's datagrams, for [`SimBuilder::trouble`](super::SimBuilder::trouble).
///
/// The plugin's commands are never lost, and what [`SimServer::send`](super::SimServer::send) sends
/// is not touched. All times are simulated.
///
/// ```
/// use std::time::Duration;
///
/// use acudpclient::sim::{SimServer, Trouble};
///
/// let trouble = Trouble::new(7).loss(0.01).repetition(0.01).late_laps(Duration::from_millis(50));
/// let mut world = SimServer::builder().trouble(trouble).world()?;
/// world.by_ref().for_each(drop);
/// assert!(!world.take_lost().is_empty());
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "it has no effect until SimBuilder::trouble"]
pub struct Trouble {
    seed: u64,
    loss: f64,
    repetition: f64,
    reordering: f64,
    delay: Duration,
    late_laps: Duration,
}

impl Trouble {
    /// None yet. The seed decides which datagrams are hit, apart from the simulation's own seed:
    /// the same weekend can be had with other trouble.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// How likely each datagram is lost, 0 to 1.
    ///
    /// ```
    /// use acudpclient::sim::Trouble;
    ///
    /// let one_in_a_hundred = Trouble::new(7).loss(0.01);
    /// # drop(one_in_a_hundred);
    /// ```
    pub fn loss(mut self, probability: f64) -> Self {
        self.loss = probability;
        self
    }

    /// How likely each datagram arrives twice, 0 to 1: the copy follows at once, or with a
    /// [delay](Self::delay) of its own.
    pub fn repetition(mut self, probability: f64) -> Self {
        self.repetition = probability;
        self
    }

    /// How likely each datagram arrives after the one that was sent next, 0 to 1. It waits for that
    /// 100 ms at most.
    pub fn reordering(mut self, probability: f64) -> Self {
        self.reordering = probability;
        self
    }

    /// Every datagram takes some time up to this, each another one, so they overtake each other. At
    /// most an hour.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::sim::Trouble;
    ///
    /// let slow = Trouble::new(7).delay(Duration::from_millis(80));
    /// # drop(slow);
    /// ```
    pub fn delay(mut self, up_to: Duration) -> Self {
        self.delay = up_to;
        self
    }

    /// Every LAP_COMPLETED is told some time up to this late, with the leaderboard as it was at the
    /// line, so that of two laps the later one can be told first: a leaderboard can lack a lap that
    /// has been told already, as recorded races show. At most an hour.
    pub fn late_laps(mut self, up_to: Duration) -> Self {
        self.late_laps = up_to;
        self
    }

    /// Why this cannot be simulated.
    pub(super) fn check(&self) -> Result<(), String> {
        for (what, probability) in
            [("loss", self.loss), ("repetition", self.repetition), ("reordering", self.reordering)]
        {
            if !(0.0..=1.0).contains(&probability) {
                return Err(format!("a {what} of {probability}, possible is 0 to 1"));
            }
        }
        for (what, time) in [("a delay", self.delay), ("laps that are late", self.late_laps)] {
            if time > Duration::from_secs(3600) {
                return Err(format!("{what} of {time:?}, possible is an hour"));
            }
        }
        Ok(())
    }
}

/// The way to the plugin: what has been sent and has not arrived.
#[derive(Debug, Clone)]
pub(super) struct Network {
    trouble: Option<(Trouble, Rng)>,
    /// By the time of arrival in milliseconds, then by order.
    under_way: BTreeMap<(u64, u64), Event>,
    count: u64,
    /// The datagram that lets the next one pass.
    held: Option<(u64, u64)>,
    lost: VecDeque<(Duration, Event)>,
}

impl Network {
    pub(super) fn new(trouble: Option<Trouble>) -> Self {
        Self {
            trouble: trouble.map(|trouble| {
                let rng = Rng::new(trouble.seed);
                (trouble, rng)
            }),
            under_way: BTreeMap::new(),
            count: 0,
            held: None,
            lost: VecDeque::new(),
        }
    }

    pub(super) fn send(&mut self, now: u64, event: Event) {
        let Some((trouble, rng)) = &mut self.trouble else {
            self.put(now, event);
            return;
        };
        // Each draws for each datagram, so that one kind of trouble does not change another's.
        let [is_lost, is_repeated, is_reordered] =
            [trouble.loss, trouble.repetition, trouble.reordering].map(|probability| rng.chance(probability));
        let mut late = |up_to: Duration| rng.whole(0, up_to.as_millis() as u64);
        let (delay, copy_delay, lap_delay) =
            (late(trouble.delay), late(trouble.delay), late(trouble.late_laps));
        if is_lost {
            if self.lost.len() == LOST {
                self.lost.pop_front();
            }
            self.lost.push_back((Duration::from_millis(now), event));
            return;
        }
        let sent = if matches!(event, Event::LapCompleted(_)) { now + lap_delay } else { now };
        let copy = is_repeated.then(|| event.clone());
        let before = self.held.take();
        let arrival = sent + delay;
        if is_reordered && before.is_none() {
            self.held = Some(self.put(arrival + LONGEST_HOLD, event));
        } else {
            let (arrival, number) = self.put(arrival, event);
            // The one that was held has been overtaken: it need not wait any longer.
            if let Some(key) = before.filter(|key| key.0 > arrival) {
                if let Some(event) = self.under_way.remove(&key) {
                    self.under_way.insert((arrival, number + 1), event);
                    self.count += 1;
                }
            }
        }
        if let Some(copy) = copy {
            self.put(sent + copy_delay, copy);
        }
    }

    fn put(&mut self, arrival: u64, event: Event) -> (u64, u64) {
        self.count += 1;
        let key = (arrival, self.count);
        self.under_way.insert(key, event);
        key
    }

    /// When the next one arrives.
    pub(super) fn next_time(&self) -> Option<u64> {
        self.under_way.first_key_value().map(|(key, _)| key.0)
    }

    pub(super) fn receive(&mut self) -> Option<(u64, Event)> {
        self.under_way.pop_first().map(|((time, _), event)| (time, event))
    }

    pub(super) fn take_lost(&mut self) -> Vec<(Duration, Event)> {
        self.lost.drain(..).collect()
    }
}
