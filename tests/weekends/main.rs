//! The tracker against the simulator's truth, over whole weekends.
//!
//! The tests of altered weekends take few seeds; `WEEKEND_SEEDS=200` takes more.
#![cfg(all(feature = "sim", feature = "tracker"))]

mod alter;
mod altered;
mod late;
mod uptime;

use std::collections::BTreeSet;
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Dialect, Event, SessionType};
use acudpclient::sim::{FinishedCar, FinishedSession, Session, SimServer, World};
use acudpclient::tracker::{Change, ResultEntry, SessionResult};

const SEEDS: u64 = 200;
const DIALECTS: [Dialect; 4] =
    [Dialect::Original, Dialect::Before17, Dialect::AssettoServer, Dialect::AcsmPrerelease];

/// Every so many datagrams one is lost.
const LOSS: u64 = 100;

/// What a weekend has sent and what was lost of it.
struct Weekend {
    truth: Vec<FinishedSession>,
    results: Vec<SessionResult>,
    /// Parallel to `truth`.
    lost: Vec<Lost>,
}

/// What was lost of a session.
#[derive(Default)]
struct Lost {
    /// The announcement of this session, the end of the one before, or the last leaderboard: then the
    /// tracker cannot know what the server knows.
    decisive: bool,
    /// Whose comings and goings were lost.
    seats: BTreeSet<CarId>,
    /// Whose laps were lost.
    laps: BTreeSet<CarId>,
}

fn world(seed: u64, dialect: Dialect) -> World {
    SimServer::builder()
        .cars(3 + (seed % 22) as usize)
        .seed(seed)
        .dialect(dialect)
        .sessions([
            Session::practice(Duration::from_secs(6 * 60)),
            Session::qualify(Duration::from_secs(5 * 60)),
            Session::race(4),
        ])
        .world()
        .unwrap()
}

fn weekend(seed: u64, dialect: Dialect, lossy: bool) -> Weekend {
    let mut world = world(seed, dialect);
    let mut tracker = RaceTracker::new();
    let mut results = Vec::new();
    let mut lost = Vec::new();
    let mut now = Lost::default();
    // Of the session that may be over: lost once it is clear that no lap follows.
    let mut last_lap_lost = false;
    let mut end_lost = false;
    let mut new_session_lost = None;
    let mut chance = alter::Chance::new(seed);
    for (time, event) in &mut world {
        // As a plugin gets it: through the wire.
        let event = Event::decode(&event.encode().unwrap()).unwrap();
        let is_lost = chance.one_in(LOSS) && lossy;
        match &event {
            Event::LapCompleted(lap) => {
                last_lap_lost = is_lost;
                if is_lost {
                    now.laps.insert(lap.car_id);
                }
            }
            Event::NewConnection(connection) | Event::ConnectionClosed(connection) if is_lost => {
                now.seats.insert(connection.car_id);
            }
            Event::NewSession(_) if is_lost => {
                now.decisive = true;
                new_session_lost = Some(time);
            }
            Event::EndSession(_) => {
                now.decisive |= last_lap_lost;
                end_lost = is_lost;
                // A driver who is not known stays unknown in the next session.
                let seats = now.seats.clone();
                // On ACSM the next one may have been announced before.
                let decisive = new_session_lost.take().is_some_and(|at| time - at < Duration::from_secs(1));
                lost.push(std::mem::replace(&mut now, Lost { seats, decisive, ..Lost::default() }));
                last_lap_lost = false;
            }
            _ => {}
        }
        if is_lost {
            continue;
        }
        tracker.advance_to(time);
        if tracker.apply(&event).contains(&Change::SessionEnded) {
            results.extend(tracker.last_result().cloned());
        }
        // On ACSM it can come after the next session's announcement, which has ended this one.
        if let (Event::EndSession(_), Some(last), Some(named)) =
            (&event, results.last_mut(), tracker.last_result())
        {
            last.clone_from(named);
        }
    }
    // After the last session nothing else tells that it is over.
    if let (true, Some(last)) = (end_lost, lost.last_mut()) {
        last.decisive = true;
    }
    Weekend { truth: world.results().to_vec(), results, lost }
}

/// The cars of the truth that the tracker can know: those that have completed a lap.
fn took_part(truth: &FinishedSession) -> Vec<&FinishedCar> {
    truth.standings.iter().filter(|car| car.laps_driven > 0).collect()
}

fn assert_same(
    truth: &FinishedCar,
    entry: &ResultEntry,
    race: bool,
    dialect: Dialect,
    lost: &Lost,
    context: &str,
) {
    let context = format!("{context}: {truth:?} is not {entry:?}");
    assert_eq!(truth.car_id, entry.car_id, "{context}");
    assert_eq!(truth.laps, entry.laps, "{context}");
    let driver = entry.driver.as_ref().expect(&context);
    assert_eq!((&truth.driver_guid, &truth.driver_name), (&driver.guid, &driver.name), "{context}");
    assert_eq!(truth.car_model, entry.car_model, "{context}");
    if race {
        assert_eq!(Some(truth.total_time), entry.total_time, "{context}");
    } else {
        assert_eq!(entry.total_time, None, "{context}");
    }
    // In a race the leaderboard has no best laps: they are those that were seen.
    if !(race && lost.laps.contains(&truth.car_id)) {
        assert_eq!(Some(truth.best_lap).filter(|time| time.is_set()), entry.best_lap, "{context}");
    }
    // acServer before 1.7 does not tell, and AssettoServer tells no lap with cuts, which may have been the last.
    if dialect != Dialect::Before17 && (race || dialect != Dialect::AssettoServer) {
        assert_eq!(truth.completed, entry.completed, "{context}");
    }
}

fn compare(truth: &FinishedSession, result: &SessionResult, dialect: Dialect, lost: &Lost, context: &str) {
    let race = truth.session.session_type == SessionType::Race;
    let known = |car_id: CarId| !lost.seats.contains(&car_id);
    let expected: Vec<_> = took_part(truth).into_iter().filter(|car| known(car.car_id)).collect();
    let entries: Vec<_> = result.standings.iter().filter(|entry| known(entry.car_id)).collect();
    assert_eq!(
        expected.iter().map(|car| car.car_id).collect::<Vec<_>>(),
        entries.iter().map(|entry| entry.car_id).collect::<Vec<_>>(),
        "{context}: the order\n{expected:#?}\n{entries:#?}"
    );
    for (car, entry) in expected.iter().zip(entries) {
        assert_same(car, entry, race, dialect, lost, context);
    }
    for (position, entry) in (1..).zip(&result.standings) {
        assert_eq!(entry.position, Some(position), "{context}");
    }
}

#[test]
fn without_loss_the_results_are_the_servers_own() {
    for dialect in DIALECTS {
        for seed in 0..SEEDS {
            let weekend = weekend(seed, dialect, false);
            assert_eq!(weekend.results.len(), weekend.truth.len(), "{dialect} {seed}");
            for (number, (truth, result)) in weekend.truth.iter().zip(&weekend.results).enumerate() {
                let context = format!("{dialect}, seed {seed}, session {number}");
                compare(truth, result, dialect, &Lost::default(), &context);
                let told = result.session.as_ref().expect(&context);
                assert_eq!(told.name, truth.session.name, "{context}");
                let filename = Some(truth.filename.clone()).filter(|name| !name.is_empty());
                assert_eq!(result.filename, filename, "{context}");
            }
        }
    }
}

/// With one datagram in a hundred lost, what may differ is exactly this:
///
/// - a car of which a NEW_CONNECTION or CONNECTION_CLOSED was lost since the beginning: who drove it, and
///   so whose its laps were, may be wrong (a plugin can ask for CAR_INFO);
/// - in a race the best lap of a car of which a LAP_COMPLETED was lost, since leaderboards of races
///   have no best laps;
/// - everything in a session whose NEW_SESSION or whose last LAP_COMPLETED was lost, and in the last one if its
///   END_SESSION was.
#[test]
fn with_loss_only_what_was_lost_is_wrong() {
    let (mut compared, mut given_up) = (0, 0);
    for dialect in DIALECTS {
        for seed in 0..SEEDS {
            let weekend = weekend(seed, dialect, true);
            for (number, (truth, lost)) in weekend.truth.iter().zip(&weekend.lost).enumerate() {
                let context = format!("{dialect}, seed {seed}, session {number}");
                if lost.decisive {
                    given_up += 1;
                    continue;
                }
                let result = weekend.results.iter().find(|result| {
                    result.session.as_ref().is_some_and(|told| told.name == truth.session.name)
                });
                compare(truth, result.expect(&context), dialect, lost, &context);
                compared += 1;
            }
        }
    }
    println!("{compared} sessions compared, {given_up} given up");
    assert!(given_up * 10 < compared, "{compared} {given_up}");
}

#[test]
fn a_weekend_lasts_as_long_as_it_is_announced() {
    let mut world = SimServer::builder()
        .cars(5)
        .seed(1)
        .sessions([Session::practice(Duration::from_secs(6 * 60))])
        .world()
        .unwrap();
    let last = (&mut world).map(|(time, _)| time).last().unwrap();
    assert!(last >= Duration::from_secs(6 * 60));
}
