//! Every server with every trouble of a network: what a tracker knows at the end, and what it has told
//! wrongly until then.
//!
//! The table that this prints is in the crate's BENCHMARKS.md.

use std::collections::BTreeSet;
use std::fmt;

use acudpclient::protocol::{CarId, SessionType};
use acudpclient::sim::ServerKind;

use crate::alter::{Alter, alter, count_altered};
use crate::board::Board;
use crate::play::{Told, Window, play};
use crate::results::{Lost, difference, lost, took_part};
use crate::{Weekend, seeds};

const TROUBLES: [(Alter, &str); 5] = [
    (Alter::Nothing, "none"),
    (Alter::Lost, "1 % lost"),
    (Alter::Repeated, "1 % repeated"),
    (Alter::Reordered, "1 % reordered"),
    (Alter::LateLaps, "laps up to 50 ms late"),
];

/// How many of how many.
#[derive(Default, Clone, Copy)]
struct Share {
    right: usize,
    all: usize,
}

impl Share {
    fn count(&mut self, is_right: bool) {
        self.right += usize::from(is_right);
        self.all += 1;
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.right == self.all {
            return f.pad(&format!("all {}", self.all));
        }
        f.pad(&format!("{} of {}", self.right, self.all))
    }
}

/// A row of the table, and what is wrong although nothing was lost that would have told it.
#[derive(Default)]
struct Row {
    altered: usize,
    sent: usize,
    results: Share,
    /// Sessions of which something was lost without which nothing can be known.
    given_up: usize,
    /// Sessions in which every driver was heard to come and go, so that no change may be false.
    whole: usize,
    orders: Share,
    names: Share,
    gained: usize,
    finished: usize,
    setbacks: usize,
    faults: Vec<String>,
}

impl Row {
    fn print(&self, kind: ServerKind, trouble: &str) {
        println!(
            "| {kind} | {trouble} | {} of {} | {} | {} | {} | {} / {} / {} |",
            self.altered,
            self.sent,
            self.results,
            self.orders,
            self.names,
            self.gained,
            self.finished,
            self.setbacks,
        );
    }
}

/// What a tracker gets wrong in one weekend. Only at the end it is known what was lost of a session.
#[derive(Default)]
struct Watch {
    board: Board,
    setbacks: usize,
    finished_again: usize,
    orders: Vec<Seen<(Vec<CarId>, Vec<CarId>)>>,
    false_changes: Vec<Seen<False>>,
    missed: Vec<Seen<CarId>>,
}

/// Something seen in a session.
struct Seen<T> {
    session: String,
    what: T,
    context: String,
}

#[derive(Debug, Clone, Copy)]
enum False {
    Gained,
    Finished,
    Setback,
}

impl Watch {
    fn look(&mut self, told: &Told, window: &Window<'_>) {
        for (_, event) in window.sent {
            self.board.hear(event);
        }
        let session = &self.board.session;
        let context = || format!("{session}, {:?}", window.time());
        let mut add = |what, car: Option<CarId>| {
            let (session, context) = (session.clone(), format!("{}, {car:?}", context()));
            self.false_changes.push(Seen { session, what, context });
        };
        for &(car, has_finished) in told.moved.difference(&self.board.moved) {
            add(if has_finished { False::Finished } else { False::Gained }, Some(car));
        }
        for _ in self.finished_again..told.finished_again {
            add(False::Finished, None);
        }
        for _ in self.setbacks..told.setbacks {
            add(False::Setback, None);
        }
        (self.setbacks, self.finished_again) = (told.setbacks, told.finished_again);
        // A lap that is lost is known by the next one.
        if !window.has_lap() {
            return;
        }
        for &(car, _) in self.board.moved.difference(&told.moved) {
            self.missed.push(Seen { session: session.clone(), what: car, context: context() });
        }
        let race = told.tracker.session().is_some_and(|session| session.session_type == SessionType::Race);
        let standings = told.tracker.standings();
        let has_time =
            standings.iter().filter(|row| if race { row.laps > 0 } else { row.best_lap.is_some() });
        let found = has_time.map(|row| row.car_id).collect();
        let what = (found, self.board.order.clone());
        self.orders.push(Seen { session: session.clone(), what, context: context() });
        self.board.moved.clear();
    }
}

fn play_one(weekend: &Weekend, how: Alter, row: &mut Row) {
    let arrivals = alter(&weekend.events, how, weekend.seed);
    let mut watch = Watch::default();
    let told = play(&weekend.events, &arrivals, |told, window| watch.look(told, window));
    row.altered += count_altered(weekend.events.len(), &arrivals);
    row.sent += weekend.events.len();
    let lost = lost(&weekend.events, &arrivals);
    let excuses = lost.iter().filter(|(_, lost)| lost.excuses()).count();
    assert!(excuses == 0 || how == Alter::Lost, "{weekend}, {how:?}: nothing was lost");
    let of = |session: &str| &lost.iter().find(|(name, _)| name == session).expect("it was sent").1;
    let (found, wanted) = (told.results.len(), weekend.results.len());
    if found != wanted && how != Alter::Lost {
        row.faults.push(format!("{weekend}: {found} results should be {wanted}"));
    }
    row.judge_results(weekend, &told, of);
    row.judge_watch(weekend, watch, how, of);
}

impl Row {
    fn judge_results<'a>(&mut self, weekend: &Weekend, told: &Told, of: impl Fn(&str) -> &'a Lost) {
        for truth in &weekend.results {
            let name = &truth.session.name;
            let lost = of(name);
            let mut of_session = told
                .results
                .iter()
                .filter(|result| result.session.as_ref().is_some_and(|told| told.name == *name));
            let result = of_session.next();
            let compare = |lost: &Lost| match result {
                Some(result) => difference(truth, result, weekend.kind, lost),
                None => Some("there is no result".to_owned()),
            };
            self.results.count(compare(&Lost::default()).is_none());
            let is_decisive = lost.is_decisive();
            self.given_up += usize::from(is_decisive);
            self.whole += usize::from(lost.is_whole());
            let again = of_session.next().filter(|_| !is_decisive).map(|_| "there are two".to_owned());
            let fault = compare(lost).filter(|_| !is_decisive).or(again);
            self.faults.extend(fault.map(|what| format!("{weekend}, {name}: {what}")));

            for car in took_part(truth) {
                let entry = result
                    .and_then(|result| result.standings.iter().find(|entry| entry.car_id == car.car_id));
                let found = entry.and_then(|entry| entry.driver.as_ref()).map(|driver| &driver.name);
                let is_right = found == Some(&car.driver_name);
                self.names.count(is_right);
                if !is_right && !lost.hides(car) && !is_decisive {
                    self.faults.push(format!("{weekend}, {name}: {found:?} should be {}", car.driver_name));
                }
            }
        }
    }

    fn judge_watch<'a>(
        &mut self,
        weekend: &Weekend,
        watch: Watch,
        how: Alter,
        of: impl Fn(&str) -> &'a Lost,
    ) {
        for Seen { session, what: (found, wanted), context } in watch.orders {
            let lost = of(&session);
            self.orders.count(found == wanted);
            let known = |order: &[CarId]| -> Vec<_> {
                order.iter().copied().filter(|car| !lost.seats.contains(car)).collect()
            };
            if known(&found) != known(&wanted) && !lost.announcement {
                self.faults.push(format!("{weekend}, {context}: {found:?} should be {wanted:?}"));
            }
        }
        for Seen { session, what, context } in watch.false_changes {
            match what {
                False::Gained => self.gained += 1,
                False::Finished => self.finished += 1,
                False::Setback => self.setbacks += 1,
            }
            if of(&session).is_whole() {
                self.faults.push(format!("{weekend}, {context}: {what:?} is false"));
            }
        }
        // Where datagrams pass each other or are lost, who has gained and lost again is not told.
        if matches!(how, Alter::Nothing | Alter::Repeated) {
            for Seen { what, context, .. } in watch.missed {
                self.faults.push(format!("{weekend}, {context}: {what:?} was not announced"));
            }
        }
    }
}

#[test]
fn every_server_with_every_trouble() {
    println!(
        "| server | trouble | lost, repeated or overtaken | results equal | order right | names known | false changes |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let (mut faults, mut lossy, mut given_up, mut whole) = (Vec::new(), 0, 0, 0);
    let mut altered = BTreeSet::new();
    for &kind in ServerKind::ALL {
        let mut rows = TROUBLES.map(|_| Row::default());
        for seed in 0..seeds() {
            let weekend = Weekend::new(seed, kind);
            for ((how, _), row) in TROUBLES.iter().zip(&mut rows) {
                play_one(&weekend, *how, row);
            }
        }
        for ((how, trouble), mut row) in TROUBLES.iter().zip(rows) {
            row.print(kind, trouble);
            for share in [row.results, row.orders, row.names] {
                assert!(share.all > 0, "{kind}, {trouble}: nothing was compared");
            }
            if row.altered > 0 {
                altered.insert(*trouble);
            }
            if *how == Alter::Lost {
                lossy += row.results.all;
                given_up += row.given_up;
                whole += row.whole;
            }
            faults.append(&mut row.faults);
        }
    }
    assert_eq!(altered, TROUBLES[1..].iter().map(|(_, trouble)| *trouble).collect());
    println!(
        "with loss: {lossy} sessions, of which {given_up} are given up and {whole} may have no false change"
    );
    assert!(given_up * 10 < lossy && whole * 3 > lossy, "{lossy}: {given_up}, {whole}");
    assert!(faults.is_empty(), "{} are wrong, such as {:#?}", faults.len(), &faults[..faults.len().min(10)]);
}
