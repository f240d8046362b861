//! [`Trouble`]: an imperfect network between the server and the plugin.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use super::rng::Rng;
use crate::protocol::Event;

/// How long a reordered datagram waits for another one, in milliseconds.
const LONGEST_HOLD: u64 = 100;

/// How many lost events to keep for [`World::take_lost`](super::World::take_lost).
const LOST: usize = 4096;

/// Faults of the network, for [`SimBuilder::trouble`](super::SimBuilder::trouble).
///
/// It affects the simulation's datagrams only, not the plugin's commands, and not what
/// [`SimServer::send`](super::SimServer::send) sends. All times are simulated.
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
    /// No faults yet. The seed decides which datagrams are affected. It is independent of the simulation's seed, so
    /// the same weekend can have different faults.
    pub fn new(seed: u64) -> Self {
        Self { seed, ..Self::default() }
    }

    /// The probability that a datagram is lost, 0 to 1.
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

    /// The probability that a datagram arrives twice, 0 to 1. The copy follows at once, or with its own
    /// [delay](Self::delay).
    pub fn repetition(mut self, probability: f64) -> Self {
        self.repetition = probability;
        self
    }

    /// The probability that a datagram arrives after the next one, 0 to 1. It waits for the next one at most
    /// 100 ms.
    pub fn reordering(mut self, probability: f64) -> Self {
        self.reordering = probability;
        self
    }

    /// The longest delay, at most an hour. Each datagram takes a random time up to this, so they overtake each
    /// other.
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

    /// The longest delay of a LAP_COMPLETED, at most an hour. Each is late by a random time up to this, with the
    /// leaderboard of the moment at the line. So the later of two laps can arrive first, and a leaderboard can lack
    /// a lap that has already arrived, as in recorded races.
    pub fn late_laps(mut self, up_to: Duration) -> Self {
        self.late_laps = up_to;
        self
    }

    /// Errs if this cannot be simulated.
    pub(super) fn check(&self) -> Result<(), String> {
        for (what, probability) in
            [("loss", self.loss), ("repetition", self.repetition), ("reordering", self.reordering)]
        {
            if !(0.0..=1.0).contains(&probability) {
                return Err(format!("a {what} of {probability}, allowed is 0 to 1"));
            }
        }
        for (what, time) in [("a delay", self.delay), ("late laps", self.late_laps)] {
            if time > Duration::from_secs(3600) {
                return Err(format!("{what} of {time:?}, at most an hour is allowed"));
            }
        }
        Ok(())
    }
}

/// The datagrams on their way to the plugin.
#[derive(Debug, Clone)]
pub(super) struct Network {
    trouble: Option<(Trouble, Rng)>,
    /// By the time of arrival in milliseconds, then by order.
    under_way: BTreeMap<(u64, u64), Event>,
    count: u64,
    /// The datagram that waits for the next one to overtake it.
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
        // Draw all numbers for each datagram, so that one fault does not change the others.
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
            // The held datagram has been overtaken: let it arrive right after this one.
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

    /// When the next datagram arrives.
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
