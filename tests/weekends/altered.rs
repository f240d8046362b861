//! Each altered weekend beside the same one as the server has sent it: the same standings as soon as
//! both trackers have heard the same, the same announcements, and the server's own results.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, SessionType};
use acudpclient::tracker::{Change, Gap, Standing};

use crate::alter::{Alter, alter};
use crate::play::{Moved, Told, Window, play};
use crate::results::{Lost, difference};
use crate::{Weekend, weekends};

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

/// Calls `look` with the tracker of the weekend as it was sent and the other one whenever both have
/// heard of the same: `look(sent, arrived, what has arrived)`. Returns both.
fn play_both(weekend: &Weekend, how: Alter, mut look: impl FnMut(&Told, &Told, &Window<'_>)) -> (Told, Told) {
    let mut sent = Told::default();
    let arrivals = alter(&weekend.events, how, weekend.seed);
    let arrived = play(&weekend.events, &arrivals, |arrived, window| {
        for (time, event) in window.sent {
            sent.hear(*time, event);
        }
        if window.matters() {
            look(&sent, arrived, window);
        }
        sent.begin();
    });
    (sent, arrived)
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
    let (mut counts, mut results) = (Faults::of("numbers of results"), Faults::of("results"));
    for weekend in weekends() {
        let mut places = BTreeMap::new();
        let (sent, arrived) = play_both(&weekend, how, |sent, arrived, window| {
            let context = || format!("{weekend}, {:?}", window.time());
            standings.check_rows(&arrived.tracker.standings(), &sent.tracker.standings(), context);
            // Who was passed at once by another one has not gained, where both came at once.
            let gained = |moved: &Moved| -> BTreeSet<_> {
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
        let context = || weekend.to_string();
        setbacks.check(&arrived.setbacks, &0, context);
        bests.check(&arrived.changes(is_of_a_best), &sent.changes(is_of_a_best), context);
        counts.check(&arrived.results.len(), &weekend.results.len(), context);
        for (truth, result) in weekend.results.iter().zip(&arrived.results) {
            results.check(&difference(truth, result, weekend.kind, &Lost::default()), &None, context);
        }
    }
    Faults::none([setbacks, gains, bests, standings, counts, results]);
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
    for weekend in weekends() {
        let (sent, arrived) = play_both(&weekend, Alter::Repeated, |sent, arrived, window| {
            let context = || format!("{weekend}, {:?}", window.time());
            standings.check_rows(&arrived.tracker.standings(), &sent.tracker.standings(), context);
        });
        let context = || weekend.to_string();
        changes.check_rows(&arrived.changes(|_| true), &sent.changes(|_| true), context);
        results.check_rows(&arrived.results, &sent.results, context);
    }
    Faults::none([changes, results, standings]);
}

/// What is known of a row although a lap was lost: all but the laps' own records.
fn without_records(row: &Standing, race: bool) -> impl PartialEq + Debug + use<> {
    let best = row.best_lap.filter(|_| !race);
    let position = Some(row.position).filter(|_| race || row.laps > 0);
    (position, row.car_id, row.laps, best, row.total_time, row.completed)
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
    for weekend in weekends() {
        play_both(&weekend, Alter::LostLaps, |sent, arrived, window| {
            // Until then the lost lap is not known.
            if !window.has_lap() {
                return;
            }
            let context = || format!("{weekend}, {:?}", window.time());
            // Of who has left with no lap that counts only the laps' own records tell. Those rows are the last
            // ones, in which positions are no more than an order of slots.
            let standings = |told: &Told| -> Vec<_> {
                let rows = told.tracker.standings().into_iter();
                rows.filter(|row| row.connected || row.laps > 0).collect()
            };
            let (found, wanted) = (standings(arrived), standings(sent));
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
    }
    Faults::none([rows, blank, gaps]);
}
