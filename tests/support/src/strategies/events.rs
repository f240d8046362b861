use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, Dialect, EndSession, Event, Gear,
    LapCompleted, LapTime, LeaderboardEntry, NewConnection, Ping, SectorCompleted, ServerError, SessionInfo,
    TyreChange, Version, id,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::Union;

use super::{car_id, filled, float, narrow, session_type, unknown_packet, vec3, wide};

const DIALECTS: &[Dialect] =
    &[Dialect::Original, Dialect::Before17, Dialect::AssettoServer, Dialect::AcsmPrerelease];

/// Any event that can be encoded, in any dialect.
pub fn event() -> impl Strategy<Value = Event> {
    prop_oneof![16 => known_event(DIALECTS), 1 => unknown_event()]
}

/// One that `Event::decode_prefix` reads with its end.
pub fn original_event() -> impl Strategy<Value = Event> {
    known_event(&[Dialect::Original])
}

fn known_event(dialects: &'static [Dialect]) -> impl Strategy<Value = Event> {
    Union::new([
        session(dialects).prop_map(Event::NewSession).boxed(),
        connection().prop_map(Event::NewConnection).boxed(),
        connection().prop_map(Event::ConnectionClosed).boxed(),
        car_update().prop_map(Event::CarUpdate).boxed(),
        car_info().prop_map(Event::CarInfo).boxed(),
        end_session(dialects).prop_map(Event::EndSession).boxed(),
        filled!(Version { protocol_version: any::<u8>() }).prop_map(Event::Version).boxed(),
        filled!(Chat { car_id: car_id(), message: wide() }).prop_map(Event::Chat).boxed(),
        filled!(ClientLoaded { car_id: car_id() }).prop_map(Event::ClientLoaded).boxed(),
        session(dialects).prop_map(Event::SessionInfo).boxed(),
        filled!(ServerError { message: wide() }).prop_map(Event::Error).boxed(),
        lap(dialects).prop_map(Event::LapCompleted).boxed(),
        client_event().prop_map(Event::ClientEvent).boxed(),
        sector_completed().prop_map(Event::SectorCompleted).boxed(),
        filled!(TyreChange { car_id: car_id(), current_tyre: narrow() }).prop_map(Event::TyreChange).boxed(),
        filled!(Ping { plugin_time: any::<i64>(), server_time: any::<i64>() }).prop_map(Event::Ping).boxed(),
    ])
}

/// A packet with an id that is no event's, or a CLIENT_EVENT of another type.
pub fn unknown_event() -> impl Strategy<Value = Event> {
    let client_event =
        (unknown_packet(std::iter::once(130)), any::<u8>()).prop_map(|(mut packet, event_type)| {
            packet.payload.insert(0, if matches!(event_type, 10 | 11) { 12 } else { event_type });
            packet
        });
    prop_oneof![
        4 => unknown_packet((0..=255).filter(|&id| id::name(id).is_none() || id::is_command(id))),
        1 => client_event,
    ]
    .prop_map(Event::Unknown)
}

fn connection() -> impl Strategy<Value = NewConnection> {
    filled!(NewConnection {
        driver_name: wide(),
        driver_guid: wide(),
        car_id: car_id(),
        car_model: narrow(),
        car_skin: narrow(),
    })
}

fn car_update() -> impl Strategy<Value = CarUpdate> {
    filled!(CarUpdate {
        car_id: car_id(),
        position: vec3(),
        velocity: vec3(),
        gear: any::<u8>().prop_map(Gear),
        engine_rpm: any::<u16>(),
        normalized_spline_pos: float(),
    })
}

fn car_info() -> impl Strategy<Value = CarInfo> {
    filled!(CarInfo {
        car_id: car_id(),
        is_connected: any::<bool>(),
        car_model: wide(),
        car_skin: wide(),
        driver_name: wide(),
        driver_team: wide(),
        driver_guid: wide(),
    })
}

fn client_event() -> impl Strategy<Value = ClientEvent> {
    filled!(ClientEvent {
        car_id: car_id(),
        other_car_id: prop::option::of(car_id()),
        impact_speed: float(),
        world_pos: vec3(),
        rel_pos: vec3(),
    })
}

fn sector_completed() -> impl Strategy<Value = SectorCompleted> {
    filled!(SectorCompleted {
        car_id: car_id(),
        sector_index: any::<u8>(),
        sector_time: any::<u32>().prop_map(LapTime),
        cuts: any::<u8>(),
    })
}

fn session(dialects: &'static [Dialect]) -> impl Strategy<Value = SessionInfo> {
    let session = filled!(SessionInfo {
        protocol_version: any::<u8>(),
        session_index: any::<u8>(),
        current_session_index: any::<u8>(),
        session_count: any::<u8>(),
        server_name: wide(),
        track: narrow(),
        track_config: narrow(),
        name: narrow(),
        session_type: session_type(),
        time: any::<u16>(),
        laps: any::<u16>(),
        wait_time: any::<u16>(),
        ambient_temp: any::<u8>(),
        road_temp: any::<u8>(),
        elapsed_ms: any::<i32>(),
        dialect: select(dialects),
    });
    (session, narrow(), wide()).prop_map(|(mut session, narrow, wide)| {
        session.weather_graphics = if session.dialect == Dialect::AssettoServer { wide } else { narrow };
        session
    })
}

fn end_session(dialects: &'static [Dialect]) -> impl Strategy<Value = EndSession> {
    let end = filled!(EndSession { dialect: select(dialects) });
    (end, narrow(), wide()).prop_map(|(mut end, narrow, wide)| {
        end.filename = if end.dialect == Dialect::AssettoServer { narrow } else { wide };
        end
    })
}

fn entry() -> impl Strategy<Value = LeaderboardEntry> {
    filled!(LeaderboardEntry {
        car_id: car_id(),
        lap_time: any::<u32>().prop_map(LapTime),
        laps: any::<u16>(),
        has_completed: any::<bool>(),
    })
}

/// Four entries, with which two dialects are equally long, among them often.
fn leaderboard() -> impl Strategy<Value = Vec<LeaderboardEntry>> {
    prop_oneof![
        4 => vec(entry(), 0..=6),
        2 => vec(entry(), 4),
        2 => vec(entry(), 0..=255),
        1 => vec(entry(), 255),
    ]
}

/// Any lap, also one that its dialect cannot carry.
pub fn lap_as_built() -> impl Strategy<Value = LapCompleted> {
    filled!(LapCompleted {
        car_id: car_id(),
        lap_time: any::<u32>().prop_map(LapTime),
        cuts: any::<u8>(),
        leaderboard: leaderboard(),
        grip_level: prop::option::weighted(0.75, float()),
        dialect: select(DIALECTS),
    })
}

/// A lap with what its dialect carries.
fn lap(dialects: &'static [Dialect]) -> impl Strategy<Value = LapCompleted> {
    (lap_as_built(), select(dialects), float()).prop_map(|(mut lap, dialect, grip)| {
        lap.dialect = dialect;
        lap.grip_level = (lap.dialect != Dialect::AcsmPrerelease).then_some(grip);
        if lap.dialect == Dialect::Before17 {
            for entry in &mut lap.leaderboard {
                entry.has_completed = false;
            }
            if lap.leaderboard.len() == 4 {
                // Else it could be taken for the packet of ACSM v2's prereleases, as no real grip is.
                lap.grip_level = Some(f32::from_bits(grip.to_bits() | 0x2000_0000));
            }
        }
        lap
    })
}

/// Four cars before 1.7, whose bytes are often those of a packet of ACSM v2's prereleases: see `Dialect`.
pub fn four_cars_before_17() -> impl Strategy<Value = LapCompleted> {
    let byte = || prop_oneof![3 => 0..=1_u8, 1 => any::<u8>()];
    let entry = move || {
        (byte(), [byte(), byte(), byte(), byte()], [byte(), byte()]).prop_map(|(car_id, lap_time, laps)| {
            LeaderboardEntry {
                car_id: CarId(car_id),
                lap_time: LapTime(u32::from_le_bytes(lap_time)),
                laps: u16::from_le_bytes(laps),
                ..LeaderboardEntry::default()
            }
        })
    };
    (vec(entry(), 4), [byte(), byte(), byte(), byte()]).prop_map(|(leaderboard, grip)| LapCompleted {
        leaderboard,
        grip_level: Some(f32::from_le_bytes(grip)),
        dialect: Dialect::Before17,
        ..LapCompleted::default()
    })
}
