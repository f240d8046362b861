//! Which session runs.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Dialect, Event, SessionInfo, SessionType};
use acudpclient::tracker::Change;

use crate::script::*;

const ENDED_AND_STARTED: [Change; 2] = [Change::SessionEnded, Change::SessionStarted];

#[test]
fn a_starting_server_announces_its_session_twice() {
    let (mut tracker, changes) = play(&[version(), qualify(), joins(0, "Ada", "76560"), contact(0, None)]);
    assert_eq!(changes[..2], [Change::SessionStarted, Change::DriverJoined { car_id: CarId(0) }]);
    assert!(tracker.apply(&qualify()).is_empty());
    assert_eq!(name(&tracker, 0), Some("Ada"));
    assert_eq!(tracker.car(CarId(0)).unwrap().collisions_with_environment, 1);
}

#[test]
fn the_second_announcement_comes_1200_ms_later_by_the_callers_clock() {
    let mut tracker = RaceTracker::new();
    tracker.advance_to(Duration::from_secs(100));
    tracker.apply(&race());
    tracker.advance_to(Duration::from_millis(101_200));
    assert!(tracker.apply(&race()).is_empty());
    // A minute later it is no repetition any more.
    tracker.advance_to(Duration::from_secs(160));
    assert_eq!(tracker.apply(&race()), [Change::SessionStarted]);
}

#[test]
fn an_announcement_that_a_network_repeats_was_true_when_it_came_first() {
    let assetto_server = assetto(SessionType::Race, 2, 1_000_000);
    for (told, wait) in [(session(SessionType::Race, 2, -5000), 5000), (assetto_server, 60_000)] {
        let mut tracker = RaceTracker::new();
        for time in [100_000, 100_050] {
            tracker.advance_to(Duration::from_millis(time));
            tracker.apply(&Event::NewSession(told.clone()));
        }
        assert_eq!(tracker.starts_in(), Some(Duration::from_millis(wait - 50)));
    }
}

#[test]
fn a_restarted_session_starts_from_nothing() {
    let mut tracker = four_drivers(qualify());
    continue_with(
        &mut tracker,
        &[lap(1, 80_000, &[(1, 80_000, 1), (0, NONE, 0)]), contact(1, Some(0)), at(1, 0.5)],
    );
    assert_eq!(tracker.apply(&qualify()), ENDED_AND_STARTED);
    assert_eq!(order(&tracker), [(0, None, 0), (1, None, 0), (2, None, 0), (3, None, 0)]);
    let car = tracker.car(CarId(1)).unwrap();
    assert!(car.connected && car.loaded);
    assert!(car.laps().is_empty() && car.telemetry.is_none());
    assert_eq!((car.laps_driven(), car.collisions_with_cars, car.top_speed_kmh), (0, 0, 0.0));
    assert_eq!(tracker.fastest_lap(), None);
    assert_eq!(tracker.last_result().unwrap().standings[0].car_id, CarId(1));
}

#[test]
fn a_session_that_is_announced_in_its_middle_goes_on() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, NONE, 0)]));
    assert!(tracker.apply(&Event::NewSession(session(SessionType::Qualify, 1, 95_000))).is_empty());
    assert_eq!(order(&tracker)[0], (1, Some(80_000), 1));
}

#[test]
fn another_session_starts_from_nothing_and_keeps_the_drivers() {
    let mut tracker = four_drivers(qualify());
    continue_with(
        &mut tracker,
        &[lap(1, 80_000, &[(1, 80_000, 1), (0, NONE, 0)]), leaves(3, "Dan", "76563"), end("q.json")],
    );
    assert_eq!(order(&tracker)[0], (1, Some(80_000), 1), "until the next one starts");
    assert_eq!(tracker.apply(&race()), [Change::SessionStarted]);
    assert_eq!(order(&tracker), [(0, None, 0), (1, None, 0), (2, None, 0)]);
    assert!(tracker.car(CarId(3)).is_none());
}

#[test]
fn without_end_session_the_next_announcement_ends_it() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, NONE, 0)]));
    assert_eq!(tracker.apply(&race()), ENDED_AND_STARTED);
    let result = tracker.last_result().unwrap();
    assert_eq!(result.session.as_ref().unwrap().session_type, SessionType::Qualify);
    assert_eq!(result.filename, None);
    // Its END_SESSION was only late.
    assert!(tracker.apply(&end("q.json")).is_empty());
    assert_eq!(tracker.last_result().unwrap().filename.as_deref(), Some("q.json"));
}

#[test]
fn a_session_without_laps_has_no_result() {
    let mut tracker = four_drivers(qualify());
    assert_eq!(tracker.apply(&race()), [Change::SessionStarted]);
    assert!(tracker.last_result().is_none());
    assert!(RaceTracker::new().apply(&end("x.json")).is_empty());
}

#[test]
fn a_session_ends_once() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1)]));
    assert_eq!(tracker.apply(&end("q.json")), [Change::SessionEnded]);
    assert!(tracker.apply(&end("q.json")).is_empty());
    assert_eq!(tracker.apply(&race()), [Change::SessionStarted]);
}

#[test]
fn session_info_of_another_session_is_none_of_the_running_one() {
    let mut tracker = four_drivers(qualify());
    let mut other = session(SessionType::Race, 2, 0);
    other.current_session_index = 1;
    assert!(tracker.apply(&Event::SessionInfo(other)).is_empty());
    assert_eq!(tracker.session().unwrap().session_type, SessionType::Qualify);
}

#[test]
fn session_info_tells_of_a_lost_new_session() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1)]));
    assert!(tracker.apply(&Event::SessionInfo(session(SessionType::Qualify, 1, 90_000))).is_empty());
    let again = Event::SessionInfo(session(SessionType::Qualify, 1, 20_000));
    assert_eq!(tracker.apply(&again), ENDED_AND_STARTED, "younger: started anew");
    assert_eq!(
        tracker.apply(&Event::SessionInfo(session(SessionType::Race, 2, 9000))),
        [Change::SessionStarted]
    );
}

#[test]
fn a_renamed_session_goes_on() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1)]));
    let mut renamed = session(SessionType::Qualify, 1, 90_000);
    renamed.name = "Sunday".to_owned();
    assert!(tracker.apply(&Event::SessionInfo(renamed)).is_empty());
    assert_eq!(tracker.session().unwrap().name, "Sunday");
    assert_eq!(order(&tracker)[0], (1, Some(80_000), 1));
}

#[test]
fn nobody_is_on_a_restarted_server() {
    let mut tracker = four_drivers(qualify());
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1)]));
    let left: Vec<_> = (0..4).map(|car| Change::DriverLeft { car_id: CarId(car) }).collect();
    assert!(tracker.apply(&version()).is_empty(), "it can be an answer");
    assert_eq!(tracker.apply(&qualify()), [left, ENDED_AND_STARTED.to_vec()].concat());
    assert_eq!(tracker.cars().count(), 0);
    assert!(tracker.apply(&qualify()).is_empty());
}

#[test]
fn time_runs_with_the_callers_clock_only() {
    let secs = Duration::from_secs;
    let mut tracker = RaceTracker::new();
    assert_eq!((tracker.elapsed(), tracker.time_left(), tracker.laps_left()), (None, None, None));
    tracker.apply(&Event::SessionInfo(session(SessionType::Qualify, 1, 60_000)));
    assert_eq!((tracker.elapsed(), tracker.time_left()), (Some(secs(60)), Some(secs(29 * 60))));
    tracker.advance_to(secs(1000));
    assert_eq!(tracker.elapsed(), Some(secs(60)), "the clock starts here");
    tracker.advance_to(secs(1060));
    tracker.advance_to(secs(7));
    assert_eq!((tracker.elapsed(), tracker.time_left()), (Some(secs(120)), Some(secs(28 * 60))));
    tracker.apply(&Event::SessionInfo(session(SessionType::Qualify, 1, 121_000)));
    assert_eq!(tracker.elapsed(), Some(secs(121)));
    tracker.advance_to(Duration::MAX);
    assert_eq!(tracker.time_left(), Some(Duration::ZERO));
    assert_eq!(tracker.laps_left(), None);
}

#[test]
fn a_race_starts_after_its_wait_and_counts_laps_down() {
    let mut tracker = four_drivers(race());
    assert_eq!(
        (tracker.starts_in(), tracker.elapsed()),
        (Some(Duration::from_secs(60)), Some(Duration::ZERO))
    );
    assert_eq!((tracker.laps_left(), tracker.time_left()), (Some(5), None));
    tracker.apply(&lap(0, 80_000, &[(0, 80_000, 1), (1, 0, 0)]));
    assert_eq!(tracker.laps_left(), Some(4));
}

#[test]
fn a_late_start_learns_from_answers_and_leaderboards() {
    let (mut tracker, changes) =
        play(&[at(2, 0.4), lap(1, 81_000, &[(2, 240_000, 3), (1, 245_000, 3), (0, 160_000, 2), (3, 0, 0)])]);
    assert!(!changes.contains(&Change::SessionStarted));
    assert_eq!(tracker.session(), None);
    let rows: Vec<_> = tracker.standings().iter().map(|row| (row.car_id.0, row.laps)).collect();
    assert_eq!(rows, [(2, 3), (1, 3), (0, 2)], "a race, by the look of its leaderboard");

    let changes = continue_with(
        &mut tracker,
        &[
            Event::SessionInfo(session(SessionType::Race, 2, 250_000)),
            info(0, false, "Ada", "76560"),
            info(1, true, "Ben", "76561"),
            info(2, true, "Cleo", "76562"),
            info(3, false, "", ""),
        ],
    );
    assert_eq!(changes, [Change::SessionStarted], "nobody has just joined");
    assert_eq!(order(&tracker), [(2, Some(240_000), 3), (1, Some(245_000), 3), (0, Some(160_000), 2)]);
    assert_eq!((name(&tracker, 0), name(&tracker, 2), name(&tracker, 3)), (Some("Ada"), Some("Cleo"), None));
    let ben = tracker.car(CarId(1)).unwrap();
    assert_eq!((ben.laps().len(), ben.laps()[0].number, ben.laps_driven()), (1, 3, 3));
    assert!(!tracker.car(CarId(0)).unwrap().connected);
    assert_eq!(tracker.laps_left(), Some(2));
}

#[test]
fn a_race_that_was_taken_for_a_qualify_is_put_right() {
    // Every slot has a lap and the driven one had cuts: nothing tells a race.
    let (mut tracker, _) = play(&[invalid_lap(1, 81_000, &[(0, 240_000, 3), (1, 245_000, 3)])]);
    assert_eq!(tracker.standings()[0].best_lap.unwrap().0, 240_000);
    tracker.apply(&Event::SessionInfo(session(SessionType::Race, 2, 250_000)));
    assert!(tracker.cars().all(|car| car.best_lap.is_none()));
    assert_eq!(tracker.fastest_lap(), None);
    tracker.apply(&lap(1, 80_000, &[(0, 240_000, 3), (1, 325_000, 4)]));
    assert_eq!(order(&tracker), [(1, Some(325_000), 4), (0, Some(240_000), 3)]);
    assert_eq!(tracker.fastest_lap().unwrap().lap_time.0, 80_000);
}

#[test]
fn a_race_without_a_free_slot_is_known_by_its_times() {
    let (tracker, _) = play(&[lap(1, 81_000, &[(0, 245_000, 3), (1, 240_000, 3)])]);
    assert_eq!(tracker.standings()[0].total_time.unwrap().0, 240_000);
}

#[test]
fn a_tracker_is_a_subscriber_that_threads_can_share() {
    let shared = std::sync::Arc::new(std::sync::Mutex::new(RaceTracker::new()));
    let mut handler: Box<dyn acudpclient::Subscriber + Send> = Box::new(shared.clone());
    joins(0, "Ada", "76560").dispatch(&mut handler);
    let tracker = shared.lock().unwrap();
    assert_eq!(tracker.changes(), [Change::DriverJoined { car_id: CarId(0) }], "taken in once");
    assert_eq!(name(&tracker, 0), Some("Ada"));
}

/// What AssettoServer tells: its uptime, less the wait in seconds.
fn assetto(session_type: SessionType, index: u8, uptime: i32) -> SessionInfo {
    let mut session = session(session_type, index, uptime);
    session.dialect = Dialect::AssettoServer;
    session.weather_graphics = "3_clear".to_owned();
    session.wait_time = 60;
    session.time = 30;
    session.elapsed_ms = uptime - 60;
    session
}

fn secs(seconds: u64) -> Option<Duration> {
    Some(Duration::from_secs(seconds))
}

#[test]
fn the_uptime_of_assetto_server_is_not_the_sessions_time() {
    let (mut tracker, _) = play(&[Event::NewSession(assetto(SessionType::Qualify, 1, 86_400_000))]);
    assert_eq!((tracker.elapsed(), tracker.time_left()), (secs(0), secs(30 * 60)));
    tracker.apply(&Event::SessionInfo(assetto(SessionType::Qualify, 1, 86_460_000)));
    assert_eq!((tracker.elapsed(), tracker.time_left()), (secs(60), secs(29 * 60)), "by the server's clock");
    tracker.advance_to(Duration::from_secs(100));
    tracker.advance_to(Duration::from_secs(101));
    assert_eq!(tracker.elapsed(), secs(61), "and then by the caller's");
    // A race waits.
    tracker.apply(&Event::NewSession(assetto(SessionType::Race, 2, 88_000_000)));
    assert_eq!((tracker.starts_in(), tracker.elapsed()), (secs(60), secs(0)));
    tracker.advance_to(Duration::from_secs(171));
    assert_eq!((tracker.starts_in(), tracker.time_left()), (None, secs(30 * 60 - 10)));
    // An uptime of more than 24.8 days is negative.
    tracker.apply(&Event::NewSession(assetto(SessionType::Qualify, 1, i32::MAX)));
    let mut later = assetto(SessionType::Qualify, 1, 0);
    later.elapsed_ms = i32::MIN + 939;
    tracker.apply(&Event::SessionInfo(later));
    assert_eq!(tracker.elapsed(), secs(1));
}

#[test]
fn after_a_late_start_the_time_of_assetto_server_is_not_known() {
    let (mut tracker, changes) = play(&[Event::SessionInfo(assetto(SessionType::Race, 2, 86_400_000))]);
    assert_eq!(changes, [Change::SessionStarted]);
    tracker.advance_to(Duration::from_secs(100));
    assert_eq!((tracker.elapsed(), tracker.starts_in(), tracker.time_left()), (None, None, None));
    // Nor after a NEW_SESSION was lost.
    tracker.apply(&Event::NewSession(assetto(SessionType::Qualify, 1, 86_500_000)));
    assert_eq!(tracker.elapsed(), secs(0));
    tracker.apply(&Event::SessionInfo(assetto(SessionType::Race, 2, 90_000_000)));
    assert_eq!((tracker.elapsed(), tracker.starts_in(), tracker.time_left()), (None, None, None));
}

#[test]
fn a_second_race_of_assetto_server_is_another_one() {
    let mut tracker = four_drivers(Event::NewSession(assetto(SessionType::Race, 2, 1_000_000)));
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, 0, 0)]));
    let again = Event::NewSession(assetto(SessionType::Race, 2, 3_000_000));
    assert_eq!(tracker.apply(&again), ENDED_AND_STARTED, "END_SESSION was lost");
    assert_eq!(order(&tracker), [(0, None, 0), (1, None, 0), (2, None, 0), (3, None, 0)]);
    assert_eq!(tracker.starts_in(), secs(60));
    assert!(tracker.apply(&again).is_empty(), "the same datagram");
    // Without a lap as well.
    let third = Event::NewSession(assetto(SessionType::Race, 2, 3_002_000));
    assert_eq!(tracker.apply(&third), [Change::SessionStarted]);
}

#[test]
fn assetto_server_announces_after_each_end() {
    let mut tracker = four_drivers(Event::NewSession(assetto(SessionType::Race, 2, 1_000_000)));
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, 0, 0)]));
    let info = |uptime| Event::SessionInfo(assetto(SessionType::Race, 2, uptime));
    assert!(tracker.apply(&info(1_100_000)).is_empty());
    tracker.advance_to(Duration::from_secs(100));
    assert_eq!(tracker.apply(&end("")), [Change::SessionEnded]);
    assert!(tracker.apply(&info(1_100_001)).is_empty(), "it was under way");
    tracker.advance_to(Duration::from_secs(110));
    // The same race once more, whose NEW_SESSION was lost.
    assert_eq!(tracker.apply(&info(1_200_000)), [Change::SessionStarted]);
    assert_eq!((tracker.elapsed(), tracker.session().unwrap().session_index), (None, 2));
    assert!(tracker.apply(&info(1_300_000)).is_empty());
    assert_eq!(tracker.apply(&info(5000)), [Change::SessionStarted], "the server has restarted");
}

#[test]
fn assetto_server_tells_a_restart_by_its_uptime() {
    let left: Vec<_> = (0..4).map(|car| Change::DriverLeft { car_id: CarId(car) }).collect();
    let mut tracker = four_drivers(Event::NewSession(assetto(SessionType::Qualify, 1, 1_000_000)));
    // An answer to the command VERSION, and then the next session.
    tracker.apply(&version());
    let next = tracker.apply(&Event::NewSession(assetto(SessionType::Race, 2, 3_000_000)));
    assert_eq!(next, [Change::SessionStarted]);
    continue_with(&mut tracker, &[at(1, 0.5), version()]);
    let first = tracker.apply(&Event::NewSession(assetto(SessionType::Qualify, 1, 3000)));
    assert_eq!(first, [left, vec![Change::SessionStarted]].concat());
    assert_eq!(tracker.elapsed(), secs(0));
    // After more than 24.8 days, where the uptime is negative.
    let mut long = assetto(SessionType::Qualify, 1, 0);
    long.elapsed_ms = -2_000_000_000;
    let mut tracker = four_drivers(Event::NewSession(long));
    let next = Event::NewSession(assetto(SessionType::Race, 2, 3000));
    assert_eq!(tracker.clone().apply(&next), [Change::SessionStarted], "without VERSION nobody knows");
    tracker.apply(&version());
    assert_eq!(tracker.apply(&next), first);
    // A late start: the drivers are known, the session is not.
    for (uptime, drivers) in [(3_000_000, 1), (3000, 0)] {
        let (mut tracker, _) = play(&[info(0, true, "Ada", "76560"), version()]);
        tracker.apply(&Event::NewSession(assetto(SessionType::Qualify, 1, uptime)));
        assert_eq!(tracker.cars().filter(|car| car.connected).count(), drivers);
    }
}

#[test]
fn version_alone_is_no_restart() {
    for goes_on in [
        at(1, 0.5),
        contact(1, None),
        lap(1, 80_500, &[(1, 80_000, 2), (0, NONE, 0)]),
        Event::SessionInfo(session(SessionType::Qualify, 1, 95_000)),
    ] {
        let mut tracker = four_drivers(qualify());
        continue_with(&mut tracker, &[lap(1, 80_000, &[(1, 80_000, 1), (0, NONE, 0)]), version()]);
        assert!(tracker.cars().all(|car| car.connected));
        tracker.apply(&goes_on);
        assert_eq!(order(&tracker)[0].1, Some(80_000));
        // So the next session is only another one.
        assert_eq!(tracker.apply(&race()), ENDED_AND_STARTED, "{goes_on}");
        assert_eq!(tracker.standings().len(), 4);
    }
}

#[test]
fn session_info_tells_of_a_restarted_server() {
    let left: Vec<_> = (0..4).map(|car| Change::DriverLeft { car_id: CarId(car) }).collect();
    // Both its NEW_SESSION were lost.
    let mut tracker = RaceTracker::new();
    tracker.advance_to(Duration::from_secs(10));
    tracker.apply(&qualify());
    for car in 0..4 {
        tracker.apply(&joins(car, "Ada", &format!("7656{car}")));
    }
    tracker.advance_to(Duration::from_secs(100));
    tracker.apply(&version());
    let young = Event::SessionInfo(session(SessionType::Qualify, 1, 4000));
    assert_eq!(tracker.apply(&young), [left, vec![Change::SessionStarted]].concat());
}

#[test]
fn a_version_that_comes_after_its_new_session_is_no_other_restart() {
    let (tracker, changes) = play(&[qualify(), version(), version(), qualify()]);
    assert_eq!(changes, [Change::SessionStarted]);
    assert_eq!(tracker.cars().count(), 0);
    // By the caller's clock it is one.
    let mut tracker = RaceTracker::new();
    tracker.advance_to(Duration::from_secs(10));
    tracker.apply(&qualify());
    tracker.advance_to(Duration::from_secs(16));
    continue_with(&mut tracker, &[version()]);
    assert_eq!(tracker.apply(&qualify()), [Change::SessionStarted]);
}

/// ACSM v2's answer to an index that does not exist.
#[test]
fn a_session_info_of_nothing_is_nothing() {
    let mut tracker = four_drivers(race());
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, 0, 0)]));
    let nothing = SessionInfo { protocol_version: 4, ..SessionInfo::default() };
    assert!(tracker.apply(&Event::SessionInfo(nothing.clone())).is_empty());
    assert_eq!(tracker.session().unwrap().session_type, SessionType::Race);
    assert_eq!(order(&tracker)[0], (1, Some(80_000), 1));
    let (tracker, changes) = play(&[Event::SessionInfo(nothing)]);
    assert_eq!((tracker.session(), changes.len()), (None, 0));
}

/// SET_SESSION_INFO on AssettoServer.
#[test]
fn a_jump_leaves_the_current_index_behind() {
    let jumped = |uptime| {
        let mut session = assetto(SessionType::Race, 2, uptime);
        session.current_session_index = 0;
        session
    };
    let mut tracker = four_drivers(Event::NewSession(assetto(SessionType::Practice, 0, 10_000)));
    let changes = continue_with(
        &mut tracker,
        &[end(""), Event::NewSession(jumped(100_000)), Event::SessionInfo(jumped(100_001))],
    );
    assert_eq!(changes, [Change::SessionStarted]);
    tracker.apply(&lap(1, 80_000, &[(1, 80_000, 1), (0, 0, 0)]));
    // What the plugin asks for then.
    assert!(tracker.apply(&Event::SessionInfo(jumped(190_000))).is_empty());
    assert_eq!((tracker.session().unwrap().session_index, tracker.elapsed()), (2, secs(30)));
    let asked = Event::SessionInfo(assetto(SessionType::Practice, 0, 200_000));
    assert!(tracker.apply(&asked).is_empty(), "it looks like the current one");
    assert_eq!(order(&tracker)[0], (1, Some(80_000), 1));
    // The session after it, whose NEW_SESSION was lost.
    let next = Event::SessionInfo(assetto(SessionType::Qualify, 1, 900_000));
    assert_eq!(tracker.apply(&next), ENDED_AND_STARTED);
    let current = Event::SessionInfo(assetto(SessionType::Practice, 0, 1_900_000));
    assert_eq!(tracker.apply(&current), [Change::SessionStarted]);
}

#[test]
fn after_a_late_start_a_leaderboard_tells_how_many_laps_are_left() {
    let (mut tracker, _) = play(&[Event::SessionInfo(session(SessionType::Race, 2, 250_000))]);
    assert_eq!(tracker.laps_left(), None);
    tracker.apply(&lap(1, 81_000, &[(2, 240_000, 3), (1, 245_000, 3)]));
    assert_eq!(tracker.laps_left(), Some(2));
    // Before the start nobody has driven.
    let (tracker, _) = play(&[Event::SessionInfo(session(SessionType::Race, 2, -5000))]);
    assert_eq!(tracker.laps_left(), Some(5));
}
