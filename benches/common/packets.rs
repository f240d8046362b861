//! One typical packet of each kind, texts as long as real ones.

use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, Command, EndSession, Event, LapCompleted,
    LapTime, LeaderboardEntry, NewConnection, Ping, SectorCompleted, ServerError, SessionInfo, SessionType,
    SetSessionInfo, TyreChange, UnknownPacket, Vec3, Version,
};

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
            Event::EndSession(EndSession {
                filename: "results/2016_7_24_22_52_QUALIFY.json".to_owned(),
                ..EndSession::default()
            }),
        ),
        ("VERSION", Event::Version(Version { protocol_version: 4 })),
        ("CHAT", Event::Chat(Chat { message: "sorry for the contact in T1".to_owned(), ..Chat::default() })),
        ("CLIENT_LOADED", Event::ClientLoaded(ClientLoaded { car_id: CarId(7) })),
        ("SESSION_INFO", Event::SessionInfo(session())),
        ("ERROR", Event::Error(ServerError { message: "Invalid car id".to_owned() })),
        ("LAP_COMPLETED, 24 cars", Event::LapCompleted(lap())),
        ("CLIENT_EVENT, car", Event::ClientEvent(contact(Some(CarId(9))))),
        ("CLIENT_EVENT, environment", Event::ClientEvent(contact(None))),
        (
            "SECTOR_COMPLETED",
            Event::SectorCompleted(SectorCompleted {
                sector_time: LapTime(30_411),
                ..SectorCompleted::default()
            }),
        ),
        (
            "TYRE_CHANGE",
            Event::TyreChange(TyreChange { current_tyre: "SM".to_owned(), ..TyreChange::default() }),
        ),
        ("PING", Event::Ping(Ping { plugin_time: 1_469_397_000_000, ..Ping::default() })),
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
    CarUpdate {
        car_id: CarId(7),
        position: Vec3::new(-120.25, 4.5, 310.75),
        velocity: Vec3::new(41.5, -0.25, 12.0),
        gear: 5.into(),
        engine_rpm: 7123,
        normalized_spline_pos: 0.421,
    }
}

pub fn contact(other: Option<CarId>) -> ClientEvent {
    ClientEvent {
        car_id: CarId(7),
        other_car_id: other,
        impact_speed: 31.5,
        world_pos: Vec3::new(-120.25, 4.5, 310.75),
        rel_pos: Vec3::new(0.5, 0.25, 2.0),
    }
}

fn session() -> SessionInfo {
    SessionInfo {
        protocol_version: 4,
        session_index: 2,
        current_session_index: 2,
        session_count: 3,
        server_name: "Sunday Cup #12 | mx5 | race at 20:30".to_owned(),
        track: "ks_nurburgring".to_owned(),
        track_config: "layout_gp_a".to_owned(),
        name: "RACE".to_owned(),
        session_type: SessionType::Race,
        laps: 15,
        wait_time: 60_000,
        ambient_temp: 22,
        road_temp: 31,
        weather_graphics: "3_clear".to_owned(),
        elapsed_ms: -60_000,
        ..SessionInfo::default()
    }
}

fn connection(driver_name: &str) -> NewConnection {
    NewConnection {
        driver_name: driver_name.to_owned(),
        driver_guid: "76561198000000007".to_owned(),
        car_id: CarId(7),
        car_model: "ks_mazda_mx5_cup".to_owned(),
        car_skin: "05_red".to_owned(),
    }
}

fn car_info() -> CarInfo {
    CarInfo {
        car_id: CarId(7),
        is_connected: true,
        car_model: "ks_mazda_mx5_cup".to_owned(),
        car_skin: "05_red".to_owned(),
        driver_name: "Luigi Fagioli".to_owned(),
        driver_team: "Scuderia".to_owned(),
        driver_guid: "76561198000000007".to_owned(),
    }
}

fn lap() -> LapCompleted {
    LapCompleted {
        car_id: CarId(7),
        lap_time: LapTime(91_234),
        leaderboard: (0..24)
            .map(|car| LeaderboardEntry {
                car_id: CarId(car),
                lap_time: LapTime(460_000 + 1733 * u32::from(car)),
                laps: 5,
                ..LeaderboardEntry::default()
            })
            .collect(),
        ..LapCompleted::default()
    }
}
