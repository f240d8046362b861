//! Trackers that have not heard who came: late starts, and joins of which every packet was lost.

use std::collections::BTreeSet;
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Command, Event};
use acudpclient::sim::{FinishedSession, ServerKind, Session, SimServer};
use acudpclient::tracker::{Change, SessionResult};

use crate::alter::Chance;
use crate::{cars, seeds, world};

/// The names in the standings of the result, each with the one of the truth.
fn names<'a>(
    truth: &'a [FinishedSession],
    result: &'a SessionResult,
) -> Vec<(CarId, Option<&'a str>, &'a str)> {
    let told = result.session.as_ref().map(|session| session.name.as_str());
    let truth = truth.iter().find(|truth| Some(truth.session.name.as_str()) == told);
    let truth = truth.expect("a result of a session that has ended");
    let name = |row: &'a acudpclient::tracker::ResultEntry| {
        // Of who has only just come nothing tells.
        let car = truth.standings.iter().find(|car| car.car_id == row.car_id && car.laps_driven > 0)?;
        Some((row.car_id, row.driver.as_ref().map(|driver| driver.name.as_str()), car.driver_name.as_str()))
    };
    result.standings.iter().filter_map(name).collect()
}

/// Whose name an event tells.
fn named(event: &Event) -> Option<CarId> {
    match event {
        Event::NewConnection(connection) => Some(connection.car_id),
        Event::CarInfo(info) if !info.driver_name.is_empty() => Some(info.car_id),
        _ => None,
    }
}

/// Returns how many names were checked.
fn start_late(seed: u64, kind: ServerKind) -> usize {
    let mut world = world(seed, kind);
    let start = Duration::from_secs(5 + Chance::new(seed).next() % 900);
    while world.poll(start).is_some() {}
    // As `request_missed` asks.
    world.command(start, &Command::get_session_info(None));
    let (mut tracker, mut heard, mut checked) = (RaceTracker::new(), BTreeSet::new(), 0);
    let mut hear = |world: &acudpclient::sim::World, (time, event): (Duration, Event)| {
        let context = || format!("{kind}, seed {seed}, from {start:?}, at {time:?}");
        heard.extend(named(&event));
        tracker.advance_to(time);
        let changes = tracker.apply(&event).to_vec();
        for car in tracker.cars().filter(|car| car.connected && heard.contains(&car.car_id)) {
            assert!(car.driver.is_some(), "{}: {car:?}", context());
        }
        if changes.contains(&Change::SessionEnded) {
            for (car_id, found, wanted) in names(world.results(), tracker.last_result().unwrap()) {
                if heard.contains(&car_id) {
                    assert_eq!(found, Some(wanted), "{}: {car_id:?}", context());
                    checked += 1;
                }
            }
        }
    };
    for slot in 0..cars(seed) {
        let time = start + Duration::from_millis(20) * u32::from(slot);
        while let Some(event) = world.poll(time) {
            hear(&world, event);
        }
        world.command(time, &Command::GetCarInfo { car_id: CarId(slot) });
    }
    while let Some(event) = world.next() {
        hear(&world, event);
    }
    checked
}

#[test]
fn a_late_start_knows_everybody_who_was_named() {
    let mut checked = 0;
    for &kind in ServerKind::ALL {
        for seed in 0..seeds() {
            checked += start_late(seed, kind);
        }
    }
    println!("{checked} names");
    let weekends = seeds() as usize * ServerKind::ALL.len();
    assert!(checked > 8 * weekends, "{checked} in {weekends} weekends");
}

/// Half of those who come to a slot that was left come unheard. Returns the names and how many of them are
/// not known.
fn lose_joins(seed: u64) -> (usize, usize) {
    let kind = ServerKind::ALL[seed as usize % ServerKind::ALL.len()];
    let mut world = SimServer::builder()
        .server(kind)
        .cars(12)
        .seed(seed)
        .report_interval(Duration::from_millis(1000))
        .sessions([
            Session::practice(Duration::from_secs(20 * 60)),
            Session::qualify(Duration::from_secs(15 * 60)),
            Session::race(6),
        ])
        .world()
        .unwrap();
    let mut chance = Chance::new(seed);
    let (mut left, mut unheard) = (BTreeSet::new(), BTreeSet::new());
    let mut tracker = RaceTracker::new();
    let (mut names_checked, mut unknown) = (0, 0);
    while let Some((time, event)) = world.next() {
        match &event {
            Event::ConnectionClosed(connection) => {
                left.insert(connection.car_id);
                unheard.remove(&connection.car_id);
            }
            Event::NewConnection(connection) => {
                let is_lost = left.remove(&connection.car_id) && chance.one_in(2);
                unheard.remove(&connection.car_id);
                if is_lost {
                    unheard.insert(connection.car_id);
                    continue;
                }
            }
            Event::ClientLoaded(loaded) if unheard.contains(&loaded.car_id) => continue,
            _ => {}
        }
        tracker.advance_to(time);
        if tracker.apply(&event).contains(&Change::SessionEnded) {
            let result = tracker.last_result().unwrap();
            for (car_id, found, wanted) in names(world.results(), result) {
                names_checked += 1;
                unknown += usize::from(found.is_none());
                assert!(
                    found.is_none_or(|found| found == wanted),
                    "{kind}, seed {seed}, {time:?}, {car_id:?}: {found:?}, {wanted}"
                );
            }
        }
    }
    (names_checked, unknown)
}

#[test]
fn no_lap_goes_to_who_has_left() {
    let (mut checked, mut unknown) = (0, 0);
    for seed in 0..seeds() {
        let (names, not_known) = lose_joins(seed);
        checked += names;
        unknown += not_known;
    }
    println!("{checked} names, {unknown} not known");
    assert!(unknown > 0 && checked > 4 * unknown, "{checked} {unknown}");
}
