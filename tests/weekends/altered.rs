//! Each altered weekend beside the same one as the server has sent it: the same standings as soon as
//! both trackers have heard the same, the same announcements, and the server's own results.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Dialect, Event, SessionType};
use acudpclient::sim::FinishedSession;
use acudpclient::tracker::{Change, Gap, SessionResult, Standing};

use crate::alter::{Alter, Arrival, alter};
use crate::{DIALECTS, Lost, compare, world};

/// How many weekends of each dialect.
pub fn seeds() -> u64 {
    std::env::var("WEEKEND_SEEDS").map_or(16, |seeds| seeds.parse().expect("WEEKEND_SEEDS is a number"))
}

/// What a tracker has made of a weekend.
#[derive(Default)]
struct Told {
    tracker: RaceTracker,
    results: Vec<SessionResult>,
    /// With the number of the session.
    changes: Vec<(usize, Change)>,
    sessions: usize,
    laps: BTreeMap<CarId, u16>,
    /// Who has gained a position or finished since both trackers have last heard of the same.
    moved: BTreeSet<(CarId, bool)>,
    /// Somebody has taken a slot since then.
    seated: bool,
    /// How often a car had fewer laps than before, though nobody else took its slot.
    setbacks: usize,
}

impl Told {
    fn hear(&mut self, time: Duration, event: &Event) {
        self.tracker.advance_to(time);
        for change in self.tracker.apply(event).to_vec() {
            match &change {
                Change::SessionStarted => {
                    self.sessions += 1;
                    self.laps.clear();
                }
                Change::SessionEnded => self.results.extend(self.tracker.last_result().cloned()),
                Change::DriverJoined { car_id } | Change::DriverSwapped { car_id, .. } => {
                    self.laps.remove(car_id);
                    self.seated = true;
                }
                Change::PositionGained { car_id, .. } => drop(self.moved.insert((*car_id, false))),
                Change::Finished { car_id, .. } => drop(self.moved.insert((*car_id, true))),
                _ => {}
            }
            self.changes.push((self.sessions, change));
        }
        if matches!(event, Event::CarUpdate(_)) {
            return; // changes no laps
        }
        for car in self.tracker.cars() {
            let before = self.laps.insert(car.car_id, car.laps_counted);
            self.setbacks += usize::from(before.is_some_and(|before| before > car.laps_counted));
        }
    }

    /// As texts, in an order of their own.
    fn changes(&self, wanted: impl Fn(&Change) -> bool) -> Vec<String> {
        let mut changes: Vec<_> =
            self.changes.iter().filter(|(_, change)| wanted(change)).map(|row| format!("{row:?}")).collect();
        changes.sort();
        changes
    }
}

/// How many faults were found, and the first one.
#[derive(Default)]
struct Faults {
    what: &'static str,
    checks: usize,
    count: usize,
    first: Option<String>,
}

impl Faults {
    fn of(what: &'static str) -> Self {
        Self { what, ..Self::default() }
    }

    fn check_rows<T: PartialEq + Debug>(&mut self, found: &[T], wanted: &[T], context: impl Fn() -> String) {
        let other = (0..found.len().max(wanted.len())).find(|&row| found.get(row) != wanted.get(row));
        let row = |rows: &[T]| other.map(|row| format!("{row}: {:?}", rows.get(row)));
        self.check(&row(found), &row(wanted), context);
    }

    fn check<T: PartialEq + Debug>(&mut self, found: &T, wanted: &T, context: impl Fn() -> String) {
        self.checks += 1;
        if found != wanted {
            self.count += 1;
            self.first.get_or_insert_with(|| format!("{}: {found:?} should be {wanted:?}", context()));
        }
    }

    #[track_caller]
    fn none<const N: usize>(all: [Self; N]) {
        for faults in &all {
            println!("{}: {} of {} are wrong", faults.what, faults.count, faults.checks);
        }
        for faults in all {
            assert!(faults.checks > 0, "{}: nothing was checked", faults.what);
            assert_eq!(faults.first, None, "{}: {} of {}", faults.what, faults.count, faults.checks);
        }
    }
}

/// A weekend as it was sent, and as it has arrived.
struct Both {
    truth: Vec<FinishedSession>,
    sent: Told,
    arrived: Told,
    context: String,
}

/// Calls `look` with the tracker of the weekend as it was sent and the other one whenever both have
/// heard of the same: `look(sent, arrived, what has arrived)`.
fn play(seed: u64, dialect: Dialect, how: Alter, mut look: impl FnMut(&Told, &Told, &Arrival, &str)) -> Both {
    let mut world = world(seed, dialect);
    // As a plugin gets them: through the wire.
    let events: Vec<_> =
        (&mut world).map(|(time, event)| (time, Event::decode(&event.encode().unwrap()).unwrap())).collect();
    let arrivals = alter(&events, how, seed);
    let (mut sent, mut arrived) = (Told::default(), Told::default());
    let context = format!("{dialect}, seed {seed}");
    // The first that is still under way after each arrival.
    let mut under_way = vec![events.len()];
    for arrival in arrivals.iter().skip(1).rev() {
        under_way.push(arrival.number.min(under_way[under_way.len() - 1]));
    }
    let (mut heard, mut newest) = (0, 0);
    for (arrival, next) in arrivals.iter().zip(under_way.into_iter().rev()) {
        arrived.hear(arrival.time, &arrival.event);
        newest = newest.max(arrival.number);
        if newest < next && heard <= newest {
            for (time, event) in &events[heard..=newest] {
                sent.hear(*time, event);
            }
            heard = newest + 1;
            if !matches!(arrival.event, Event::CarUpdate(_)) {
                look(&sent, &arrived, arrival, &context);
            }
            sent.moved.clear();
            arrived.moved.clear();
            (sent.seated, arrived.seated) = (false, false);
        }
    }
    Both { truth: world.results().to_vec(), sent, arrived, context }
}

fn all_weekends(how: Alter, mut play_one: impl FnMut(u64, Dialect, Alter)) {
    for dialect in DIALECTS {
        for seed in 0..seeds() {
            play_one(seed, dialect, how);
        }
    }
}

fn compare_results(both: &Both, dialect: Dialect) {
    assert_eq!(both.truth.len(), both.arrived.results.len(), "{}", both.context);
    for (number, (truth, result)) in both.truth.iter().zip(&both.arrived.results).enumerate() {
        compare(truth, result, dialect, &Lost::default(), &format!("{}, session {number}", both.context));
    }
}

fn place(tracker: &RaceTracker, car: CarId) -> Option<u16> {
    tracker.standings().iter().find(|row| row.car_id == car).map(|row| row.position)
}

/// Not that of the session: a lap that is told after a faster one is no best lap any more.
fn is_of_a_best(change: &Change) -> bool {
    matches!(change, Change::PersonalBest { .. })
}

/// Whatever comes in the wrong order or with an old leaderboard.
fn nothing_goes_backwards(how: Alter) {
    let (mut standings, mut setbacks) = (Faults::of("standings"), Faults::of("weekends with setbacks"));
    let (mut gains, mut bests) = (Faults::of("announced positions"), Faults::of("announced best laps"));
    let mut weekends = Vec::new();
    let mut places = BTreeMap::new();
    all_weekends(how, |seed, dialect, how| {
        let both = play(seed, dialect, how, |sent, arrived, arrival, context| {
            let context = || format!("{context}, {:?}", arrival.time);
            standings.check_rows(&arrived.tracker.standings(), &sent.tracker.standings(), context);
            // Who was passed at once by another one has not gained, where both came at once.
            let gained = |moved: &BTreeSet<(CarId, bool)>| -> BTreeSet<_> {
                let is_better = |car: &CarId| place(&sent.tracker, *car) < places.get(car).copied();
                moved.iter().filter(|(car, finished)| *finished || is_better(car)).copied().collect()
            };
            // Where another driver's laps were cleared at once, who moves up for that has not gained either.
            if !sent.seated {
                gains.check(&gained(&arrived.moved), &gained(&sent.moved), context);
            }
            let invented: Vec<_> = arrived.moved.difference(&sent.moved).collect();
            gains.check(&invented, &Vec::new(), context);
            places = sent.tracker.standings().iter().map(|row| (row.car_id, row.position)).collect();
        });
        let context = || both.context.clone();
        setbacks.check(&both.arrived.setbacks, &0, context);
        bests.check(&both.arrived.changes(is_of_a_best), &both.sent.changes(is_of_a_best), context);
        weekends.push((dialect, both));
    });
    Faults::none([setbacks, gains, bests, standings]);
    for (dialect, both) in weekends {
        compare_results(&both, dialect);
    }
}

#[test]
fn laps_in_the_wrong_order_take_no_lap_away() {
    nothing_goes_backwards(Alter::SwappedLaps);
}

#[test]
fn laps_that_are_told_late_take_no_lap_away() {
    nothing_goes_backwards(Alter::LateLaps);
}

#[test]
fn an_older_leaderboard_takes_no_lap_away() {
    nothing_goes_backwards(Alter::OldLeaderboards);
}

#[test]
fn late_datagrams_take_no_lap_away() {
    nothing_goes_backwards(Alter::Late);
}

#[test]
fn what_comes_twice_counts_once() {
    let (mut standings, mut changes, mut results) =
        (Faults::of("standings"), Faults::of("weekends' announcements"), Faults::of("weekends' results"));
    all_weekends(Alter::Repeated, |seed, dialect, how| {
        let both = play(seed, dialect, how, |sent, arrived, arrival, context| {
            let context = || format!("{context}, {:?}", arrival.time);
            standings.check_rows(&arrived.tracker.standings(), &sent.tracker.standings(), context);
        });
        let context = || both.context.clone();
        changes.check_rows(&both.arrived.changes(|_| true), &both.sent.changes(|_| true), context);
        results.check_rows(&both.arrived.results, &both.sent.results, context);
    });
    Faults::none([changes, results, standings]);
}

/// What is known of a row although a lap was lost: all but the laps' own records.
fn without_records(row: &Standing, race: bool) -> impl PartialEq + Debug + use<> {
    let best = row.best_lap.filter(|_| !race);
    (row.position, row.car_id, row.laps, best, row.total_time, row.completed)
}

/// In a race the total at a lap that nobody has told of is known by the next lap's time, to a few
/// milliseconds.
fn is_the_same(found: Option<Gap>, wanted: Option<Gap>) -> bool {
    match (found, wanted) {
        (Some(Gap::Time(found)), Some(Gap::Time(wanted))) => {
            found.abs_diff(wanted) < Duration::from_millis(10)
        }
        _ => found == wanted,
    }
}

#[test]
fn a_lost_lap_costs_its_own_record_alone() {
    let (mut rows, mut gaps, mut blank) = (Faults::of("rows"), Faults::of("gaps"), Faults::of("blank gaps"));
    all_weekends(Alter::LostLaps, |seed, dialect, how| {
        play(seed, dialect, how, |sent, arrived, arrival, context| {
            // Until then the lost lap is not known.
            if !matches!(arrival.event, Event::LapCompleted(_)) {
                return;
            }
            let context = || format!("{context}, {:?}", arrival.time);
            let (found, wanted) = (arrived.tracker.standings(), sent.tracker.standings());
            let race =
                sent.tracker.session().is_some_and(|session| session.session_type == SessionType::Race);
            let known =
                |rows: &[Standing]| rows.iter().map(|row| without_records(row, race)).collect::<Vec<_>>();
            rows.check_rows(&known(&found), &known(&wanted), context);
            for (found, wanted) in found.iter().zip(&wanted) {
                for (found, wanted) in [(found.gap, wanted.gap), (found.interval, wanted.interval)] {
                    blank.check(&found.is_none(), &wanted.is_none(), context);
                    gaps.check(&is_the_same(found, wanted), &true, context);
                }
            }
        });
    });
    Faults::none([rows, blank, gaps]);
}
