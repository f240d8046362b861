//! A tracker hears of a weekend.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Event};
use acudpclient::tracker::{Change, SessionResult};

use crate::alter::Arrival;

/// Who has gained a position (`false`) or finished (`true`).
pub type Moved = BTreeSet<(CarId, bool)>;

/// What a tracker has made of a weekend.
#[derive(Default)]
pub struct Told {
    pub tracker: RaceTracker,
    pub results: Vec<SessionResult>,
    /// With the number of the session.
    pub changes: Vec<(usize, Change)>,
    pub sessions: usize,
    /// What was announced in the newest [`Window`].
    pub moved: Moved,
    /// Somebody has taken a slot in the newest [`Window`].
    pub seated: bool,
    /// How often a car had fewer laps than before, though nobody else took its slot.
    pub setbacks: usize,
    /// How often a car was announced to finish that had done so already.
    pub finished_again: usize,
    laps: BTreeMap<CarId, u16>,
    finished: BTreeSet<CarId>,
}

impl Told {
    pub fn hear(&mut self, time: Duration, event: &Event) {
        self.tracker.advance_to(time);
        for change in self.tracker.apply(event).to_vec() {
            match &change {
                Change::SessionStarted => {
                    self.sessions += 1;
                    self.laps.clear();
                    self.finished.clear();
                }
                Change::SessionEnded => self.results.extend(self.tracker.last_result().cloned()),
                Change::DriverJoined { car_id } | Change::DriverSwapped { car_id, .. } => {
                    self.laps.remove(car_id);
                    self.finished.remove(car_id);
                    self.seated = true;
                }
                Change::PositionGained { car_id, .. } => drop(self.moved.insert((*car_id, false))),
                Change::Finished { car_id, .. } => {
                    self.moved.insert((*car_id, true));
                    self.finished_again += usize::from(!self.finished.insert(*car_id));
                }
                _ => {}
            }
            self.changes.push((self.sessions, change));
        }
        match event {
            Event::CarUpdate(_) => return, // changes no laps
            // On ACSM it can come after the next session's announcement, which has ended this one.
            Event::EndSession(_) => {
                if let (Some(last), Some(named)) = (self.results.last_mut(), self.tracker.last_result()) {
                    last.clone_from(named);
                }
            }
            _ => {}
        }
        for car in self.tracker.cars() {
            let before = self.laps.insert(car.car_id, car.laps_counted);
            self.setbacks += usize::from(before.is_some_and(|before| before > car.laps_counted));
        }
    }

    /// As texts, in an order of their own.
    pub fn changes(&self, wanted: impl Fn(&Change) -> bool) -> Vec<String> {
        let mut changes: Vec<_> =
            self.changes.iter().filter(|(_, change)| wanted(change)).map(|row| format!("{row:?}")).collect();
        changes.sort();
        changes
    }

    /// The next window begins.
    pub fn begin(&mut self) {
        self.moved.clear();
        self.seated = false;
    }
}

/// What was sent and has arrived since nothing was under way last, until nothing is again.
pub struct Window<'a> {
    pub sent: &'a [(Duration, Event)],
    pub arrived: &'a [Arrival],
}

impl Window<'_> {
    /// Whether there is more than telemetry, which changes nothing that is compared.
    pub fn matters(&self) -> bool {
        self.arrived.iter().any(|arrival| !matches!(arrival.event, Event::CarUpdate(_)))
    }

    pub fn has_lap(&self) -> bool {
        self.arrived.iter().any(|arrival| matches!(arrival.event, Event::LapCompleted(_)))
    }

    pub fn time(&self) -> Duration {
        self.arrived.last().map_or(Duration::ZERO, |arrival| arrival.time)
    }
}

/// Calls `look` at the end of each window, when the tracker has heard all that was sent, but for what is
/// lost.
pub fn play(
    sent: &[(Duration, Event)],
    arrivals: &[Arrival],
    mut look: impl FnMut(&Told, &Window<'_>),
) -> Told {
    // The first that is still under way after each arrival.
    let mut under_way = vec![sent.len()];
    for arrival in arrivals.iter().skip(1).rev() {
        under_way.push(arrival.number.min(under_way[under_way.len() - 1]));
    }
    let mut told = Told::default();
    let (mut heard, mut newest, mut first) = (0, 0, 0);
    for (index, (arrival, next)) in arrivals.iter().zip(under_way.into_iter().rev()).enumerate() {
        told.hear(arrival.time, &arrival.event);
        newest = newest.max(arrival.number);
        let is_last = index + 1 == arrivals.len();
        if (newest < next && heard <= newest) || is_last {
            look(&told, &Window { sent: &sent[heard..=newest], arrived: &arrivals[first..=index] });
            told.begin();
            (heard, first) = (newest + 1, index + 1);
        }
    }
    told
}
