//! Events, as short as a script wants them.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, ClientEvent, ClientLoaded, EndSession, Event, LapCompleted, LapTime,
    LeaderboardEntry, NewConnection, SessionInfo, SessionType, Vec3, Version,
};
use acudpclient::tracker::{Change, Gap, Standing};

pub const NONE: u32 = 999_999_999;

pub fn session(session_type: SessionType, index: u8, elapsed_ms: i32) -> SessionInfo {
    let mut session = SessionInfo {
        protocol_version: 4,
        session_index: index,
        current_session_index: index,
        session_count: 3,
        track: "monza".to_owned(),
        name: format!("{session_type}"),
        session_type,
        ..SessionInfo::default()
    };
    if session_type == SessionType::Race {
        session.laps = 5;
    } else {
        session.time = 30;
    }
    session.elapsed_ms = elapsed_ms;
    session
}

pub fn qualify() -> Event {
    Event::NewSession(session(SessionType::Qualify, 1, 0))
}

pub fn race() -> Event {
    Event::NewSession(session(SessionType::Race, 2, -60_000))
}

fn connection(car: u8, name: &str, guid: &str) -> NewConnection {
    NewConnection {
        car_id: CarId(car),
        driver_name: name.to_owned(),
        driver_guid: guid.to_owned(),
        car_model: "abarth500".to_owned(),
        car_skin: "white".to_owned(),
    }
}

pub fn joins(car: u8, name: &str, guid: &str) -> Event {
    Event::NewConnection(connection(car, name, guid))
}

pub fn leaves(car: u8, name: &str, guid: &str) -> Event {
    Event::ConnectionClosed(connection(car, name, guid))
}

pub fn loaded(car: u8) -> Event {
    Event::ClientLoaded(ClientLoaded { car_id: CarId(car) })
}

pub fn info(car: u8, is_connected: bool, name: &str, guid: &str) -> Event {
    Event::CarInfo(CarInfo {
        car_id: CarId(car),
        is_connected,
        driver_name: name.to_owned(),
        driver_guid: guid.to_owned(),
        driver_team: "Team".to_owned(),
        car_model: "abarth500".to_owned(),
        ..CarInfo::default()
    })
}

/// An entry of the leaderboard: car, time, laps.
pub type Entry = (u8, u32, u16);

pub fn board(entries: &[Entry]) -> Vec<LeaderboardEntry> {
    let entry = |&(car, time, laps): &Entry| LeaderboardEntry {
        car_id: CarId(car),
        lap_time: LapTime(time),
        laps,
        ..LeaderboardEntry::default()
    };
    entries.iter().map(entry).collect()
}

pub fn lap_of(car: u8, time: u32, cuts: u8, entries: &[Entry]) -> LapCompleted {
    LapCompleted {
        car_id: CarId(car),
        lap_time: LapTime(time),
        cuts,
        leaderboard: board(entries),
        grip_level: Some(0.98),
        ..LapCompleted::default()
    }
}

pub fn lap(car: u8, time: u32, entries: &[Entry]) -> Event {
    Event::LapCompleted(lap_of(car, time, 0, entries))
}

pub fn invalid_lap(car: u8, time: u32, entries: &[Entry]) -> Event {
    Event::LapCompleted(lap_of(car, time, 2, entries))
}

/// What is told of every lap: of one without cuts, which is the driver's best, or with two. The leader's.
pub fn completed(car: u8, number: u32, lap_time: u32, valid: bool) -> Change {
    let cuts = if valid { 0 } else { 2 };
    Change::LapCompleted {
        car_id: CarId(car),
        number,
        lap_time: LapTime(lap_time),
        cuts,
        valid,
        personal_best: valid,
        gap: None,
    }
}

/// The same lap of a car that is so many milliseconds behind the leader.
pub fn behind(mut lap: Change, milliseconds: u64) -> Change {
    if let Change::LapCompleted { gap, .. } = &mut lap {
        *gap = Some(Gap::Time(Duration::from_millis(milliseconds)));
    }
    lap
}

/// At this part of the lap, at 10 m/s.
pub fn at(car: u8, spline: f32) -> Event {
    Event::CarUpdate(CarUpdate {
        car_id: CarId(car),
        velocity: Vec3::new(10.0, 0.0, 0.0),
        normalized_spline_pos: spline,
        ..CarUpdate::default()
    })
}

/// At this part of the lap, standing.
pub fn stands(car: u8, spline: f32) -> Event {
    Event::CarUpdate(CarUpdate { car_id: CarId(car), normalized_spline_pos: spline, ..CarUpdate::default() })
}

pub fn contact(car: u8, other: Option<u8>) -> Event {
    Event::ClientEvent(ClientEvent {
        car_id: CarId(car),
        other_car_id: other.map(CarId),
        impact_speed: 30.0,
        ..ClientEvent::default()
    })
}

pub fn end(filename: &str) -> Event {
    Event::EndSession(EndSession { filename: filename.to_owned(), ..EndSession::default() })
}

pub fn version() -> Event {
    Event::Version(Version::default())
}

/// A tracker that has seen these events, and their changes.
pub fn play(events: &[Event]) -> (RaceTracker, Vec<Change>) {
    let mut tracker = RaceTracker::new();
    let changes = continue_with(&mut tracker, events);
    (tracker, changes)
}

pub fn continue_with(tracker: &mut RaceTracker, events: &[Event]) -> Vec<Change> {
    events.iter().flat_map(|event| tracker.apply(event)).collect()
}

/// A tracker with these drivers, 0 to 3, in a session.
pub fn four_drivers(session: Event) -> RaceTracker {
    let mut events = vec![session];
    for (car, name) in (0..).zip(["Ada", "Ben", "Cleo", "Dan"]) {
        events.push(joins(car, name, &format!("7656{car}")));
        events.push(loaded(car));
    }
    play(&events).0
}

/// Slot, time (total or best) and laps, in their order.
pub fn order(tracker: &RaceTracker) -> Vec<(u8, Option<u32>, u16)> {
    let race = tracker.session().is_some_and(|session| session.session_type == SessionType::Race);
    let row = |standing: &Standing| {
        let time = if race { standing.total_time } else { standing.best_lap };
        (standing.car_id.0, time.map(|time| time.0), standing.laps)
    };
    let standings = tracker.standings();
    for (place, standing) in (1..).zip(&standings) {
        assert_eq!(standing.position, place);
    }
    standings.iter().map(row).collect()
}

pub fn name(tracker: &RaceTracker, car: u8) -> Option<&str> {
    tracker.car(CarId(car))?.driver.as_ref().map(|driver| driver.name.as_str())
}
