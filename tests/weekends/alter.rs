//! What networks and servers do to a weekend's datagrams, by seed.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use acudpclient::protocol::{CarId, Event, LapCompleted, LapTime, LeaderboardEntry, SessionType};

/// What is done to the datagrams.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alter {
    /// All arrives as it was sent.
    Nothing,
    /// Every so many datagrams is lost.
    Lost,
    /// Every so many datagrams arrives after the next one, if that comes within [`HOLD`].
    Reordered,
    /// Two laps within [`NEAR`] come in the wrong order.
    SwappedLaps,
    /// Of two laps within [`NEAR`] the second one's leaderboard lacks the first one.
    OldLeaderboards,
    /// Every so many datagrams comes twice, the second time up to [`NEAR`] later.
    Repeated,
    /// Every so many datagrams is late, by up to [`NEAR`].
    Late,
    /// Every LAP_COMPLETED is late, by up to [`NEAR`].
    LateLaps,
    /// Every so many LAP_COMPLETED is lost.
    LostLaps,
}

/// Every so many datagrams is altered.
pub const ONE_IN: u64 = 100;

pub const NEAR: Duration = Duration::from_millis(50);

/// No network holds a datagram back for longer.
const HOLD: Duration = Duration::from_millis(100);

/// A datagram on its way.
#[derive(Debug, Clone)]
pub struct Arrival {
    pub time: Duration,
    /// Which of the server's datagrams it is.
    pub number: usize,
    pub event: Event,
}

/// A generator of numbers that are the same for a seed (xorshift).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn one_in(&mut self, many: u64) -> bool {
        self.next() % many == 0
    }

    fn delay(&mut self) -> Duration {
        Duration::from_millis(1 + self.next() % NEAR.as_millis() as u64)
    }
}

/// What arrives of these datagrams, in the order of arrival.
pub fn alter(sent: &[(Duration, Event)], how: Alter, seed: u64) -> Vec<Arrival> {
    let mut chance = Chance::new(seed);
    let mut arrivals = Vec::new();
    let mut held = Vec::new();
    for (number, (time, event)) in sent.iter().enumerate() {
        let arrival = Arrival { time: *time, number, event: event.clone() };
        let altered = chance.one_in(ONE_IN);
        match how {
            Alter::Repeated if altered => {
                let again = Arrival { time: *time + chance.delay(), ..arrival.clone() };
                arrivals.extend([arrival, again]);
            }
            Alter::Late if altered => {
                arrivals.push(Arrival { time: *time + chance.delay(), ..arrival });
            }
            Alter::LateLaps if matches!(event, Event::LapCompleted(_)) => {
                arrivals.push(Arrival { time: *time + chance.delay(), ..arrival });
            }
            Alter::LostLaps if altered && matches!(event, Event::LapCompleted(_)) => {}
            Alter::Lost if altered => {}
            Alter::Reordered if altered => {
                held.push(number);
                arrivals.push(arrival);
            }
            _ => arrivals.push(arrival),
        }
    }
    match how {
        Alter::SwappedLaps => near_laps(&arrivals).into_iter().for_each(|[first, second]| {
            let (early, late) = (arrivals[first].time, arrivals[second].time);
            arrivals.swap(first, second);
            (arrivals[first].time, arrivals[second].time) = (early, late);
        }),
        Alter::OldLeaderboards => make_leaderboards_old(&mut arrivals),
        Alter::Reordered => held.into_iter().for_each(|number| let_pass(&mut arrivals, number)),
        _ => {}
    }
    arrivals.sort_by_key(|arrival| arrival.time);
    leave_out_old_telemetry(&mut arrivals);
    arrivals
}

/// How many datagrams are lost, come again, or come after a later one.
pub fn count_altered(sent: usize, arrivals: &[Arrival]) -> usize {
    let (mut arrived, mut late, mut newest) = (BTreeSet::new(), 0, None);
    for arrival in arrivals {
        late += usize::from(newest >= Some(arrival.number));
        newest = newest.max(Some(arrival.number));
        arrived.insert(arrival.number);
    }
    sent - arrived.len() + late
}

/// Not the one that was let pass before: it has waited long enough.
fn let_pass(arrivals: &mut [Arrival], index: usize) {
    let Some([held, next]) = arrivals.get_mut(index..index + 2) else { return };
    if held.number == index && next.time - held.time <= HOLD {
        held.time = next.time;
        std::mem::swap(held, next);
    }
}

/// Telemetry that a NEW_SESSION has passed does not arrive: nothing tells how old it is, so until the car's next
/// CAR_UPDATE any tracker takes it for the new session's. The tracker's documentation says so.
fn leave_out_old_telemetry(arrivals: &mut Vec<Arrival>) {
    let mut session = None;
    arrivals.retain(|arrival| {
        match arrival.event {
            Event::NewSession(_) => session = session.max(Some(arrival.number)),
            Event::CarUpdate(_) => return Some(arrival.number) > session,
            _ => {}
        }
        true
    });
}

/// Pairs of laps with nothing of the session itself between them. No lap is in two pairs.
fn near_laps(arrivals: &[Arrival]) -> Vec<[usize; 2]> {
    let mut pairs = Vec::new();
    let mut last: Option<usize> = None;
    for (index, arrival) in arrivals.iter().enumerate() {
        match (&arrival.event, last) {
            (Event::LapCompleted(_), Some(first)) if arrival.time - arrivals[first].time <= NEAR => {
                pairs.push([first, index]);
                last = None;
            }
            (Event::LapCompleted(_), _) => last = Some(index),
            (Event::NewSession(_) | Event::EndSession(_), _) => last = None,
            _ => {}
        }
    }
    pairs
}

fn make_leaderboards_old(arrivals: &mut [Arrival]) {
    let pairs: BTreeMap<usize, usize> =
        near_laps(arrivals).into_iter().map(|[first, second]| (second, first)).collect();
    // What the leaderboard before the newest one had.
    let mut before: BTreeMap<CarId, LeaderboardEntry> = BTreeMap::new();
    let mut newest: Vec<LeaderboardEntry> = Vec::new();
    let mut race = false;
    for index in 0..arrivals.len() {
        let first = pairs.get(&index).map(|&first| match &arrivals[first].event {
            Event::LapCompleted(lap) => lap.car_id,
            other => panic!("{other:?}"),
        });
        match &mut arrivals[index].event {
            Event::NewSession(session) => {
                race = session.session_type == SessionType::Race;
                newest.clear();
            }
            Event::LapCompleted(lap) => {
                let full = lap.leaderboard.clone();
                if let Some(first) = first {
                    take_lap_away(lap, first, before.get(&first).copied(), race);
                }
                before = newest.iter().map(|entry| (entry.car_id, *entry)).collect();
                newest = full;
            }
            _ => {}
        }
    }
}

/// Not where both have the same time: only a full leaderboard tells their order.
fn take_lap_away(lap: &mut LapCompleted, of: CarId, before: Option<LeaderboardEntry>, race: bool) {
    let time =
        |car: CarId| lap.leaderboard.iter().find(|entry| entry.car_id == car).map(|entry| entry.lap_time);
    if time(of) == time(lap.car_id) {
        return;
    }
    for entry in lap.leaderboard.iter_mut().filter(|entry| entry.car_id == of) {
        *entry = before.unwrap_or_else(|| LeaderboardEntry {
            car_id: of,
            lap_time: if race { LapTime(0) } else { LapTime::NONE },
            ..LeaderboardEntry::default()
        });
    }
}
