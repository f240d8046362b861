//! Which dialect an event comes back in, and what a dialect refuses.

use acudpclient::protocol::{Dialect, EncodeError, Event, LapCompleted};
use proptest::prelude::*;
use support::checks::same;
use support::strategies::{four_cars_before_17, lap_as_built};

/// What an encoded event is decoded to: itself, in the dialect whose layout it has. That is the
/// original one where
///
/// - the dialect has no layout of its own for this packet, so that the original one is written, or
/// - both layouts give the same bytes, because the text or the leaderboard in which they differ is
///   empty. (Without cars a lap of ACSM v2's prereleases still differs: it has no grip level.)
pub fn decoded(mut event: Event) -> Event {
    match &mut event {
        Event::NewSession(session) | Event::SessionInfo(session)
            if session.dialect != Dialect::AssettoServer || session.weather_graphics.is_empty() =>
        {
            session.dialect = Dialect::Original;
        }
        Event::EndSession(end) if end.dialect != Dialect::AssettoServer || end.filename.is_empty() => {
            end.dialect = Dialect::Original;
        }
        Event::LapCompleted(lap)
            if lap.dialect == Dialect::AssettoServer
                || lap.dialect == Dialect::Before17 && lap.leaderboard.is_empty() =>
        {
            lap.dialect = Dialect::Original;
        }
        _ => {}
    }
    event
}

/// The field of this lap that its dialect cannot carry, if any.
fn unfit(lap: &LapCompleted) -> Option<&'static str> {
    if lap.dialect == Dialect::Before17 && lap.leaderboard.iter().any(|entry| entry.has_completed) {
        return Some("has_completed");
    }
    let Some(grip) = lap.grip_level else {
        return (lap.dialect != Dialect::AcsmPrerelease).then_some("grip_level");
    };
    let unfit = match (lap.dialect, &lap.leaderboard[..]) {
        (Dialect::AcsmPrerelease, _) => true,
        // As long as a packet of ACSM v2's prereleases, of which these bytes would be `has_completed`.
        (Dialect::Before17, [_, second, third, fourth]) => {
            let [_, _, _, grip] = grip.to_le_bytes();
            let [third, _, _, _] = third.lap_time.0.to_le_bytes();
            let [_, fourth, _, _] = fourth.lap_time.0.to_le_bytes();
            [second.car_id.0, third, fourth, grip].iter().all(|&byte| byte <= 1)
        }
        _ => false,
    };
    unfit.then_some("grip_level")
}

fn assert_comes_back_or_refused(lap: LapCompleted) {
    let unfit = unfit(&lap);
    let dialect = lap.dialect;
    let event = Event::LapCompleted(lap);
    let mut buffer = vec![0xAA; 3];
    let encoded = event.encode_into(&mut buffer);
    match unfit {
        None => {
            assert_eq!(encoded, Ok(()));
            let read = Event::decode(&buffer[3..]).unwrap();
            assert!(same(&read, &decoded(event)), "{read:?}");
        }
        Some(field) => {
            let packet = "ACSP_LAP_COMPLETED";
            assert_eq!(encoded, Err(EncodeError::Dialect { packet, field, dialect }));
            assert_eq!(buffer, [0xAA; 3]);
        }
    }
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn a_lap_comes_back_or_does_not_fit_its_dialect(lap in lap_as_built()) {
        assert_comes_back_or_refused(lap);
    }

    #[test]
    fn four_cars_before_17_come_back_or_are_refused(lap in four_cars_before_17()) {
        assert_comes_back_or_refused(lap);
    }
}
