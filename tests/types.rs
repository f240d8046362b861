//! The ids and units, and what packet structs compute.

use std::collections::HashSet;
use std::time::Duration;

use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, Dialect, EndSession, Event, Gear,
    LapCompleted, LapTime, Ping, SectorCompleted, ServerError, SessionInfo, SessionType, TyreChange,
    UnknownPacket, Vec3, Version,
};

#[test]
fn car_255_is_the_server() {
    assert_eq!(CarId::SERVER, CarId(255));
    assert!(CarId(255).is_server());
    assert!(!CarId(0).is_server());
    assert!(!CarId(254).is_server());
    assert_eq!(u8::from(CarId::from(7)), 7);
    assert!(CarId(2) < CarId(10));
    assert_eq!(CarId(7).to_string(), "7");
    assert_eq!(format!("{:>3}", CarId(7)), "  7");
}

#[test]
fn gear_0_is_reverse_1_neutral_2_the_first() {
    assert_eq!(Gear(0), Gear::REVERSE);
    assert_eq!(Gear(1), Gear::NEUTRAL);
    let forward: Vec<_> = [0, 1, 2, 3, 8, 255].map(|wire| Gear(wire).forward()).into();
    assert_eq!(forward, [None, None, Some(1), Some(2), Some(7), Some(254)]);
    assert_eq!([0, 1, 2, 3, 8, 255].map(|wire| Gear(wire).to_string()), ["R", "N", "1", "2", "7", "254"]);
    assert_eq!(format!("{:>2}|{:<2}|{:>2}", Gear(0), Gear(1), Gear(2)), " R|N | 1");
    assert_eq!(u8::from(Gear::from(6)), 6);
}

#[test]
fn a_lap_time_reads_as_on_a_timing_screen() {
    for (milliseconds, text) in [
        (1, "0:00.001"),
        (999, "0:00.999"),
        (1_000, "0:01.000"),
        (59_999, "0:59.999"),
        (60_000, "1:00.000"),
        (83_456, "1:23.456"),
        (91_234, "1:31.234"),
        (3_599_999, "59:59.999"),
        (3_600_000, "1:00:00.000"),
        (3_723_456, "1:02:03.456"),
        (999_999_998, "277:46:39.998"),
        (1_000_000_000, "277:46:40.000"),
        (u32::MAX, "1193:02:47.295"),
        (0, "-:--.---"),
        (999_999_999, "-:--.---"),
    ] {
        assert_eq!(LapTime(milliseconds).to_string(), text, "{milliseconds}");
    }
    assert_eq!(format!("{:>9}|{:<9}|", LapTime(83_456), LapTime::NONE), " 1:23.456|-:--.--- |");
}

#[test]
fn a_lap_time_of_0_or_999_999_999_is_none() {
    assert_eq!(LapTime::NONE, LapTime(999_999_999));
    assert_eq!(LapTime::default(), LapTime(0));
    for none in [LapTime::NONE, LapTime(0)] {
        assert!(!none.is_set());
        assert_eq!(none.to_duration(), None);
    }
    for (milliseconds, duration) in [
        (1, Duration::from_millis(1)),
        (91_234, Duration::from_millis(91_234)),
        (999_999_998, Duration::from_millis(999_999_998)),
        (u32::MAX, Duration::from_millis(4_294_967_295)),
    ] {
        assert!(LapTime(milliseconds).is_set());
        assert_eq!(LapTime(milliseconds).to_duration(), Some(duration));
    }
    assert!(LapTime(91_234) < LapTime(91_235));
    assert!(LapTime(3_600_000) < LapTime::NONE);
    assert_eq!(u32::from(LapTime::from(91_234)), 91_234);
}

#[test]
fn a_session_type_keeps_every_number() {
    use SessionType::{Booking, Practice, Qualify, Race, Unknown};
    for wire in 0..=255 {
        assert_eq!(u8::from(SessionType::from(wire)), wire);
    }
    for (wire, name, text) in
        [(0, Booking, "booking"), (1, Practice, "practice"), (2, Qualify, "qualify"), (3, Race, "race")]
    {
        let from = SessionType::from(wire);
        assert_eq!(format!("{from:?}"), format!("{name:?}"), "not Unknown({wire})");
        assert_eq!(from.to_string(), text);
    }
    assert_eq!(format!("{:?}", SessionType::from(4)), "Unknown(4)");
    assert_eq!(Unknown(9).to_string(), "session type 9");
    assert_eq!(format!("{:>9}|", Race), "     race|");
}

#[test]
fn session_types_are_equal_when_their_numbers_are() {
    assert_eq!(SessionType::Unknown(3), SessionType::Race);
    assert_ne!(SessionType::Unknown(2), SessionType::Race);
    assert_ne!(SessionType::Unknown(4), SessionType::Unknown(5));
    let types = HashSet::from([SessionType::Race, SessionType::Unknown(3), SessionType::Unknown(4)]);
    assert_eq!(types.len(), 2);
    assert!(types.contains(&SessionType::from(3)));
}

#[test]
#[allow(clippy::float_cmp)] // 3, 4 and 12 give whole numbers
fn a_vector_has_a_length_and_a_distance() {
    assert_eq!(Vec3::new(3.0, -4.0, 12.0).length(), 13.0);
    assert_eq!(Vec3::default().length(), 0.0);
    assert_eq!(Vec3::new(1.0, 2.0, 3.0).distance(Vec3::new(4.0, -2.0, 15.0)), 13.0);
    assert!(Vec3::new(f32::NAN, 0.0, 0.0).length().is_nan());
    assert_eq!(Vec3::new(0.0, f32::NEG_INFINITY, 0.0).length(), f32::INFINITY);
    assert_eq!(Vec3::from([1.0, 2.0, 3.0]), Vec3 { x: 1.0, y: 2.0, z: 3.0 });
    assert_eq!(<[f32; 3]>::from(Vec3::new(1.0, 2.0, 3.0)), [1.0, 2.0, 3.0]);
    assert_eq!(Vec3::new(1.0, -2.5, 300.04).to_string(), "(1.0, -2.5, 300.0)");
    assert_eq!(Vec3::new(f32::NAN, f32::INFINITY, -0.0).to_string(), "(NaN, inf, -0.0)");
}

#[test]
fn a_speed_is_in_kmh() {
    let mut update = CarUpdate::default();
    assert!(update.speed_kmh().abs() < f32::EPSILON);
    // 60 m/s, whatever the direction.
    update.velocity = Vec3::new(-36.0, 0.0, 48.0);
    assert!((update.speed_kmh() - 216.0).abs() < 0.001, "{}", update.speed_kmh());
}

#[test]
fn a_contact_has_its_event_type() {
    let mut contact = ClientEvent::default();
    assert_eq!(contact.event_type(), 11);
    assert_eq!(contact.event_type(), ClientEvent::COLLISION_WITH_ENV);
    contact.other_car_id = Some(CarId(0));
    assert_eq!(contact.event_type(), 10);
    assert_eq!(contact.event_type(), ClientEvent::COLLISION_WITH_CAR);
}

#[test]
fn a_session_limited_by_time() {
    let mut session = SessionInfo { time: 10, elapsed_ms: 90_500, ..SessionInfo::default() };
    assert_eq!(session.time_limit(), Some(Duration::from_secs(600)));
    assert_eq!(session.lap_limit(), None);
    assert_eq!(session.elapsed(), Duration::from_millis(90_500));
    assert_eq!(session.starts_in(), None);
    assert_eq!(session.time_left(), Some(Duration::from_millis(509_500)));
    session.elapsed_ms = 600_001;
    assert_eq!(session.time_left(), Some(Duration::ZERO));
    session.time = u16::MAX;
    assert_eq!(session.time_limit(), Some(Duration::from_secs(65_535 * 60)));
}

#[test]
fn a_race_that_has_not_started() {
    let mut session = SessionInfo { laps: 5, elapsed_ms: -40_000, ..SessionInfo::default() };
    assert_eq!(session.time_limit(), None);
    assert_eq!(session.lap_limit(), Some(5));
    assert_eq!(session.elapsed(), Duration::ZERO);
    assert_eq!(session.starts_in(), Some(Duration::from_secs(40)));
    assert_eq!(session.time_left(), None);
    session.elapsed_ms = 0;
    assert_eq!(session.starts_in(), None);
    session.elapsed_ms = i32::MIN;
    assert_eq!(session.starts_in(), Some(Duration::from_millis(2_147_483_648)));
    session.time = 1;
    assert_eq!(session.time_left(), Some(Duration::from_secs(60)));
}

#[test]
fn a_dialect_names_its_server() {
    assert_eq!(Dialect::default(), Dialect::Original);
    assert_eq!(
        [Dialect::Original, Dialect::Before17, Dialect::AssettoServer, Dialect::AcsmPrerelease]
            .map(|dialect| dialect.to_string()),
        ["acServer", "acServer before 1.7", "AssettoServer", "ACSM v2's prereleases of 2020"]
    );
}

/// Its documentation and BENCHMARKS.md state it.
#[test]
#[cfg(target_pointer_width = "64")]
fn an_event_has_152_bytes() {
    assert_eq!(size_of::<Event>(), 152);
}

#[test]
fn an_event_is_made_from_each_packet_with_a_type_of_its_own() {
    let events: [Event; 13] = [
        CarUpdate::default().into(),
        CarInfo::default().into(),
        EndSession::default().into(),
        Version::default().into(),
        Chat::default().into(),
        ClientLoaded::default().into(),
        ServerError::default().into(),
        LapCompleted::default().into(),
        ClientEvent::default().into(),
        SectorCompleted::default().into(),
        TyreChange::default().into(),
        Ping::default().into(),
        UnknownPacket::default().into(),
    ];
    let ids = events.map(|event| event.packet_id());
    assert_eq!(ids, [53, 54, 55, 56, 57, 58, 60, 73, 130, 150, 151, 152, 0]);
}
