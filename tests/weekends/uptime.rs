//! AssettoServer, whose `elapsed_ms` is its uptime. The simulator's events are altered to say so.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{Command, Event, SessionInfo, SessionType};
use acudpclient::sim::{FinishedSession, ServerKind, Session, SimServer, World};
use acudpclient::tracker::{Change, SessionResult};

use crate::results::{Lost, difference};
use crate::{seeds, world};

/// It has been up for so long when the simulation begins.
const UPTIME: Duration = Duration::from_secs(5000);

/// How often the plugin asks for the session.
const ASKS: Duration = Duration::from_secs(7);

/// The uptime, less the wait's seconds as milliseconds.
fn with_uptime(time: Duration, event: Event) -> Event {
    let tell = |mut session: SessionInfo| {
        let uptime = i32::try_from((UPTIME + time).as_millis()).unwrap();
        session.elapsed_ms = uptime - i32::from(session.wait_time);
        session
    };
    match event {
        Event::NewSession(session) => Event::NewSession(tell(session)),
        Event::SessionInfo(session) => Event::SessionInfo(tell(session)),
        event => event,
    }
}

/// The events of a server that is asked for its session every [`ASKS`].
fn next(world: &mut World, asked: &mut Duration) -> Option<(Duration, Event)> {
    loop {
        if let Some((time, event)) = world.poll(*asked) {
            return Some((time, with_uptime(time, event)));
        }
        if world.is_finished() {
            return None;
        }
        world.command(*asked, &Command::get_session_info(None));
        *asked += ASKS;
    }
}

#[test]
fn the_time_of_the_session_is_known_from_its_announcement() {
    for seed in 0..seeds() {
        let mut world = world(seed, ServerKind::AssettoServer);
        let mut tracker = RaceTracker::new();
        let (mut asked, mut start, mut checked) = (ASKS, None, 0);
        while let Some((time, event)) = next(&mut world, &mut asked) {
            if let Event::NewSession(session) = &event {
                let race = session.session_type == SessionType::Race;
                let wait = if race { u64::from(session.wait_time) } else { 0 };
                start = Some(time + Duration::from_secs(wait));
            }
            tracker.advance_to(time);
            tracker.apply(&event);
            let Some(start) = start else { continue };
            let context = format!("seed {seed}, {time:?}, {event}");
            assert_eq!(tracker.elapsed(), Some(time.saturating_sub(start)), "{context}");
            assert_eq!(
                tracker.starts_in(),
                start.checked_sub(time).filter(|wait| !wait.is_zero()),
                "{context}"
            );
            let limit = tracker.session().and_then(SessionInfo::time_limit);
            let left = limit.map(|limit| (start + limit).saturating_sub(time.max(start)));
            assert_eq!(tracker.time_left(), left, "{context}");
            checked += 1;
        }
        assert!(checked > 100, "seed {seed}: {checked}");
    }
}

#[test]
fn a_late_start_does_not_know_the_time() {
    let mut world = world(3, ServerKind::AssettoServer);
    let mut tracker = RaceTracker::new();
    let (mut asked, mut checked) = (ASKS, 0);
    while let Some((time, event)) = next(&mut world, &mut asked) {
        if time < Duration::from_secs(100) {
            continue;
        }
        if matches!(event, Event::NewSession(_)) {
            break;
        }
        tracker.advance_to(time);
        tracker.apply(&event);
        assert_eq!((tracker.elapsed(), tracker.time_left(), tracker.starts_in()), (None, None, None));
        checked += usize::from(tracker.session().is_some());
    }
    assert!(checked > 100, "{checked}");
}

/// Race after race of the same kind, all END_SESSION lost.
fn races(seed: u64) -> (Vec<FinishedSession>, Vec<SessionResult>) {
    let mut world = SimServer::builder()
        .cars(6)
        .seed(seed)
        .server(ServerKind::AssettoServer)
        .sessions([Session::race(2)])
        .repeat(true)
        .world()
        .unwrap();
    let mut tracker = RaceTracker::new();
    let (mut asked, mut results) = (ASKS, Vec::new());
    while let Some((time, event)) = next(&mut world, &mut asked) {
        if matches!(event, Event::EndSession(_)) {
            continue;
        }
        tracker.advance_to(time);
        if tracker.apply(&event).contains(&Change::SessionEnded) {
            results.extend(tracker.last_result().cloned());
        }
        if results.len() == 3 {
            break;
        }
    }
    (world.results().to_vec(), results)
}

#[test]
fn a_race_whose_end_was_lost_ends_when_the_next_one_begins() {
    for seed in 0..seeds() {
        let (truth, results) = races(seed);
        assert_eq!((truth.len(), results.len()), (3, 3), "seed {seed}");
        for (number, (truth, result)) in truth.iter().zip(&results).enumerate() {
            let difference = difference(truth, result, ServerKind::AssettoServer, &Lost::default());
            assert_eq!(difference, None, "seed {seed}, race {number}");
        }
    }
}
