//! Whatever comes, in whatever order.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{Event, SessionInfo, SessionType};
use proptest::prelude::*;

use crate::script::*;

fn any_session() -> impl Strategy<Value = SessionInfo> {
    (0..5_u8, 0..3_u8, 0..3_u8, any::<i32>(), any::<u16>()).prop_map(
        |(kind, index, current, elapsed, limit)| {
            let mut session = session(SessionType::from(kind), index, elapsed);
            session.current_session_index = current;
            session.laps = limit;
            session
        },
    )
}

fn any_time() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), Just(NONE), 60_000..90_000_u32, any::<u32>()]
}

fn any_car() -> impl Strategy<Value = u8> {
    prop_oneof![0..4_u8, any::<u8>()]
}

fn any_lap() -> impl Strategy<Value = Event> {
    let entries = prop::collection::vec((any_car(), any_time(), prop_oneof![0..4_u16, any::<u16>()]), 0..6);
    (any_car(), any_time(), 0..2_u8, entries, any::<bool>()).prop_map(
        |(car, time, cuts, entries, completed)| {
            let mut lap = lap_of(car, time, cuts, &entries);
            for entry in &mut lap.leaderboard {
                entry.has_completed = completed;
            }
            Event::LapCompleted(lap)
        },
    )
}

fn any_event() -> impl Strategy<Value = Event> {
    let guid = prop_oneof![Just(""), Just("0"), Just("1"), Just("2")];
    let driver = (any_car(), prop_oneof![Just("Ada"), Just("Ben"), Just("")], guid).boxed();
    prop_oneof![
        2 => any_session().prop_map(Event::NewSession),
        2 => any_session().prop_map(Event::SessionInfo),
        4 => driver.clone().prop_map(|(car, name, guid)| joins(car, name, guid)),
        2 => driver.clone().prop_map(|(car, name, guid)| leaves(car, name, guid)),
        2 => (driver, any::<bool>()).prop_map(|((car, name, guid), connected)| info(car, connected, name, guid)),
        2 => any_car().prop_map(loaded),
        8 => any_lap(),
        8 => (any_car(), any::<f32>()).prop_map(|(car, spline)| at(car, spline)),
        2 => (any_car(), any::<Option<u8>>()).prop_map(|(car, other)| contact(car, other)),
        1 => Just(end("results/x.json")),
        1 => Just(version()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_events_panics(events in prop::collection::vec((any_event(), any::<Option<u32>>()), 0..60)) {
        let mut tracker = RaceTracker::new();
        for (event, now) in events {
            if let Some(now) = now {
                tracker.advance_to(Duration::from_millis(now.into()));
            }
            let changes = tracker.apply(&event);
            prop_assert_eq!(tracker.changes(), &changes[..]);
            let standings = tracker.standings();
            for (place, row) in (1..).zip(&standings) {
                prop_assert_eq!(row.position, place);
                prop_assert!(tracker.car(row.car_id).is_some());
            }
            let connected = tracker.cars().filter(|car| car.connected).count();
            prop_assert!(connected <= standings.len());
            let guids: Vec<_> = tracker
                .cars()
                .filter(|car| car.connected)
                .filter_map(|car| car.driver.as_ref()?.identity())
                .collect();
            let mut unique = guids.clone();
            unique.sort_unstable();
            unique.dedup();
            prop_assert_eq!(unique.len(), guids.len(), "a person sits in one car");
            let _ = (tracker.elapsed(), tracker.starts_in(), tracker.time_left(), tracker.laps_left());
        }
        if let Some(result) = tracker.last_result() {
            for (place, row) in (1..).zip(&result.standings) {
                prop_assert_eq!(row.position, Some(place));
            }
        }
    }
}
