//! One typical packet of each kind, texts as long as real ones.

use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, Command, EndSession, Event, LapCompleted,
    LapTime, LeaderboardEntry, NewConnection, Ping, SectorCompleted, ServerError, SessionInfo, SessionType,
    SetSessionInfo, TyreChange, UnknownPacket, Vec3, Version,
};

/// `T` has no constructor outside its crate but `Default`.
fn with<T: Default>(set: impl FnOnce(&mut T)) -> T {
    let mut value = T::default();
    set(&mut value);
    value
}

/// By the protocol's names without `ACSP_`, and those that come in two forms.
pub fn events() -> Vec<(&'static str, Event)> {
    vec![
        ("NEW_SESSION", Event::NewSession(session())),
        ("NEW_CONNECTION", Event::NewConnection(connection("Luigi Fagioli"))),
        ("NEW_CONNECTION, Cyrillic", Event::NewConnection(connection("Виталий Петров"))),
        ("CONNECTION_CLOSED", Event::ConnectionClosed(connection("Luigi Fagioli"))),
        ("CAR_UPDATE", Event::CarUpdate(update())),
        ("CAR_INFO", Event::CarInfo(car_info())),
        (
            "END_SESSION",
            Event::EndSession(with(|end: &mut EndSession| {
                end.filename = "results/2016_7_24_22_52_QUALIFY.json".to_owned();
            })),
        ),
        ("VERSION", Event::Version(with(|version: &mut Version| version.protocol_version = 4))),
        (
            "CHAT",
            Event::Chat(with(|chat: &mut Chat| chat.message = "sorry for the contact in T1".to_owned())),
        ),
        ("CLIENT_LOADED", Event::ClientLoaded(with(|loaded: &mut ClientLoaded| loaded.car_id = CarId(7)))),
        ("SESSION_INFO", Event::SessionInfo(session())),
        ("ERROR", Event::Error(with(|error: &mut ServerError| error.message = "Invalid car id".to_owned()))),
        ("LAP_COMPLETED, 24 cars", Event::LapCompleted(lap())),
        ("CLIENT_EVENT, car", Event::ClientEvent(contact(Some(CarId(9))))),
        ("CLIENT_EVENT, environment", Event::ClientEvent(contact(None))),
        (
            "SECTOR_COMPLETED",
            Event::SectorCompleted(with(|sector: &mut SectorCompleted| sector.sector_time = LapTime(30_411))),
        ),
        (
            "TYRE_CHANGE",
            Event::TyreChange(with(|change: &mut TyreChange| change.current_tyre = "SM".to_owned())),
        ),
        ("PING", Event::Ping(with(|ping: &mut Ping| ping.plugin_time = 1_469_397_000_000))),
        ("unknown", Event::Unknown(UnknownPacket { packet_id: 153, payload: vec![7; 32] })),
    ]
}

pub fn commands() -> Vec<(&'static str, Command)> {
    vec![
        ("REALTIMEPOS_INTERVAL", Command::RealtimeposInterval { interval_ms: 100 }),
        ("GET_CAR_INFO", Command::GetCarInfo { car_id: CarId(7) }),
        (
            "SEND_CHAT",
            Command::SendChat { car_id: CarId(7), message: "3 cuts: next time a drive-through".to_owned() },
        ),
        ("BROADCAST_CHAT", Command::BroadcastChat { message: "Luigi Fagioli: 1:31.234".to_owned() }),
        ("GET_SESSION_INFO", Command::GetSessionInfo { session_index: -1 }),
        (
            "SET_SESSION_INFO",
            Command::SetSessionInfo(SetSessionInfo {
                session_index: 2,
                name: "Sprint race".to_owned(),
                session_type: SessionType::Race,
                laps: 12,
                time: 0,
                wait_time: 60,
            }),
        ),
        ("KICK_USER", Command::KickUser { car_id: CarId(7) }),
        ("NEXT_SESSION", Command::NextSession),
        ("RESTART_SESSION", Command::RestartSession),
        ("ADMIN_COMMAND", Command::AdminCommand { command: "/ballast 7 20".to_owned() }),
        ("ENABLE_ENHANCED_REPORTING", Command::EnableEnhancedReporting),
        ("REQUEST_PING", Command::RequestPing { unix_ms: 1_469_397_000_000 }),
    ]
}

pub fn update() -> CarUpdate {
    with(|update: &mut CarUpdate| {
        update.car_id = CarId(7);
        update.position = Vec3::new(-120.25, 4.5, 310.75);
        update.velocity = Vec3::new(41.5, -0.25, 12.0);
        update.gear = 5.into();
        update.engine_rpm = 7123;
        update.normalized_spline_pos = 0.421;
    })
}

pub fn contact(other: Option<CarId>) -> ClientEvent {
    with(|contact: &mut ClientEvent| {
        contact.car_id = CarId(7);
        contact.other_car_id = other;
        contact.impact_speed = 31.5;
        contact.world_pos = Vec3::new(-120.25, 4.5, 310.75);
        contact.rel_pos = Vec3::new(0.5, 0.25, 2.0);
    })
}

fn session() -> SessionInfo {
    with(|session: &mut SessionInfo| {
        session.protocol_version = 4;
        session.session_index = 2;
        session.current_session_index = 2;
        session.session_count = 3;
        session.server_name = "Sunday Cup #12 | mx5 | race at 20:30".to_owned();
        session.track = "ks_nurburgring".to_owned();
        session.track_config = "layout_gp_a".to_owned();
        session.name = "RACE".to_owned();
        session.session_type = SessionType::Race;
        session.laps = 15;
        session.wait_time = 60_000;
        session.ambient_temp = 22;
        session.road_temp = 31;
        session.weather_graphics = "3_clear".to_owned();
        session.elapsed_ms = -60_000;
    })
}

fn connection(driver_name: &str) -> NewConnection {
    with(|connection: &mut NewConnection| {
        connection.driver_name = driver_name.to_owned();
        connection.driver_guid = "76561198000000007".to_owned();
        connection.car_id = CarId(7);
        connection.car_model = "ks_mazda_mx5_cup".to_owned();
        connection.car_skin = "05_red".to_owned();
    })
}

fn car_info() -> CarInfo {
    with(|info: &mut CarInfo| {
        info.car_id = CarId(7);
        info.is_connected = true;
        info.car_model = "ks_mazda_mx5_cup".to_owned();
        info.car_skin = "05_red".to_owned();
        info.driver_name = "Luigi Fagioli".to_owned();
        info.driver_team = "Scuderia".to_owned();
        info.driver_guid = "76561198000000007".to_owned();
    })
}

fn lap() -> LapCompleted {
    with(|lap: &mut LapCompleted| {
        lap.car_id = CarId(7);
        lap.lap_time = LapTime(91_234);
        lap.leaderboard = (0..24)
            .map(|car| {
                with(|entry: &mut LeaderboardEntry| {
                    entry.car_id = CarId(car);
                    entry.lap_time = LapTime(460_000 + 1733 * u32::from(car));
                    entry.laps = 5;
                })
            })
            .collect();
    })
}
