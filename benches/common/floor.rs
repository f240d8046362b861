//! The floors: each packet in acServer's layout, read by hand into the same value as
//! [`Event::decode`] or [`Command::decode`] gives. The length is checked and nothing else: no
//! dialects, no broken text, no errors that say where it ended, and a wide text is taken to be ASCII.

// The floors stay as they were first written, so that their times can be compared with older ones.
#![allow(clippy::field_reassign_with_default)]

use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Chat, ClientEvent, ClientLoaded, Command, EndSession, Event, LapCompleted,
    LapTime, LeaderboardEntry, NewConnection, Ping, SectorCompleted, ServerError, SessionInfo,
    SetSessionInfo, TyreChange, UnknownPacket, Vec3, Version, id,
};

/// Reads a packet by hand.
pub type Floor<P> = fn(&[u8]) -> Option<P>;

/// How a packet with this id is read, if it is an event.
pub fn event(packet_id: u8) -> Floor<Event> {
    match packet_id {
        id::NEW_SESSION => |bytes| session(bytes).map(Event::NewSession),
        id::NEW_CONNECTION => |bytes| connection(bytes).map(Event::NewConnection),
        id::CONNECTION_CLOSED => |bytes| connection(bytes).map(Event::ConnectionClosed),
        id::CAR_UPDATE => car_update,
        id::CAR_INFO => car_info,
        id::END_SESSION => end_session,
        id::VERSION => version,
        id::CHAT => chat,
        id::CLIENT_LOADED => client_loaded,
        id::SESSION_INFO => |bytes| session(bytes).map(Event::SessionInfo),
        id::ERROR => error,
        id::LAP_COMPLETED => lap_completed,
        id::CLIENT_EVENT => client_event,
        id::SECTOR_COMPLETED => sector_completed,
        id::TYRE_CHANGE => tyre_change,
        id::PING => ping,
        _ => unknown,
    }
}

/// How a packet with this id is read, if it is a command.
pub fn command(packet_id: u8) -> Floor<Command> {
    match packet_id {
        id::REALTIMEPOS_INTERVAL => |bytes| {
            let &[_, low, high] = bytes.first_chunk()?;
            Some(Command::RealtimeposInterval { interval_ms: u16::from_le_bytes([low, high]) })
        },
        id::GET_CAR_INFO => |bytes| Some(Command::GetCarInfo { car_id: CarId(*bytes.get(1)?) }),
        id::SEND_CHAT => |bytes| {
            let (&[_, car_id], mut rest) = bytes.split_first_chunk()?;
            Some(Command::SendChat { car_id: CarId(car_id), message: wide(&mut rest)? })
        },
        id::BROADCAST_CHAT => |bytes| Some(Command::BroadcastChat { message: wide(&mut bytes.get(1..)?)? }),
        id::GET_SESSION_INFO => |bytes| {
            let &[_, low, high] = bytes.first_chunk()?;
            Some(Command::GetSessionInfo { session_index: i16::from_le_bytes([low, high]) })
        },
        id::SET_SESSION_INFO => set_session_info,
        id::KICK_USER => |bytes| Some(Command::KickUser { car_id: CarId(*bytes.get(1)?) }),
        id::NEXT_SESSION => |bytes| bytes.first().map(|_| Command::NextSession),
        id::RESTART_SESSION => |bytes| bytes.first().map(|_| Command::RestartSession),
        id::ADMIN_COMMAND => |bytes| Some(Command::AdminCommand { command: wide(&mut bytes.get(1..)?)? }),
        id::ENABLE_ENHANCED_REPORTING => |bytes| bytes.first().map(|_| Command::EnableEnhancedReporting),
        id::REQUEST_PING => |bytes| {
            let (_, rest) = bytes.split_first()?;
            Some(Command::RequestPing { unix_ms: i64::from_le_bytes(*rest.first_chunk()?) })
        },
        _ => |bytes| {
            let (&packet_id, payload) = bytes.split_first()?;
            Some(Command::Unknown(UnknownPacket { packet_id, payload: payload.to_vec() }))
        },
    }
}

fn u16_at<const N: usize>(bytes: &[u8; N], at: usize) -> u16 {
    u16::from_le_bytes([bytes[at], bytes[at + 1]])
}

fn u32_at<const N: usize>(bytes: &[u8; N], at: usize) -> u32 {
    u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn f32_at<const N: usize>(bytes: &[u8; N], at: usize) -> f32 {
    f32::from_bits(u32_at(bytes, at))
}

fn vec3_at<const N: usize>(bytes: &[u8; N], at: usize) -> Vec3 {
    Vec3::new(f32_at(bytes, at), f32_at(bytes, at + 4), f32_at(bytes, at + 8))
}

fn wide(rest: &mut &[u8]) -> Option<String> {
    let (&count, behind) = rest.split_first()?;
    let (units, behind) = behind.split_at_checked(4 * usize::from(count))?;
    *rest = behind;
    String::from_utf8(units.chunks_exact(4).map(|unit| unit[0]).collect()).ok()
}

fn narrow(rest: &mut &[u8]) -> Option<String> {
    let (&count, behind) = rest.split_first()?;
    let (text, behind) = behind.split_at_checked(usize::from(count))?;
    *rest = behind;
    String::from_utf8(text.to_vec()).ok()
}

fn car_update(bytes: &[u8]) -> Option<Event> {
    let bytes: &[u8; 33] = bytes.first_chunk()?;
    let mut update = CarUpdate::default();
    update.car_id = CarId(bytes[1]);
    update.position = vec3_at(bytes, 2);
    update.velocity = vec3_at(bytes, 14);
    update.gear = bytes[26].into();
    update.engine_rpm = u16_at(bytes, 27);
    update.normalized_spline_pos = f32_at(bytes, 29);
    Some(Event::CarUpdate(update))
}

fn client_event(bytes: &[u8]) -> Option<Event> {
    let mut contact = ClientEvent::default();
    let (head, rest) = bytes.split_first_chunk::<3>()?;
    contact.car_id = CarId(head[2]);
    let rest = if head[1] == ClientEvent::COLLISION_WITH_CAR {
        let (&other, rest) = rest.split_first()?;
        contact.other_car_id = Some(CarId(other));
        rest
    } else {
        rest
    };
    let rest: &[u8; 28] = rest.first_chunk()?;
    contact.impact_speed = f32_at(rest, 0);
    contact.world_pos = vec3_at(rest, 4);
    contact.rel_pos = vec3_at(rest, 16);
    Some(Event::ClientEvent(contact))
}

fn version(bytes: &[u8]) -> Option<Event> {
    let mut version = Version::default();
    version.protocol_version = *bytes.get(1)?;
    Some(Event::Version(version))
}

fn client_loaded(bytes: &[u8]) -> Option<Event> {
    let mut loaded = ClientLoaded::default();
    loaded.car_id = CarId(*bytes.get(1)?);
    Some(Event::ClientLoaded(loaded))
}

fn connection(bytes: &[u8]) -> Option<NewConnection> {
    let mut rest = bytes.get(1..)?;
    let mut connection = NewConnection::default();
    connection.driver_name = wide(&mut rest)?;
    connection.driver_guid = wide(&mut rest)?;
    let (&car_id, mut rest) = rest.split_first()?;
    connection.car_id = CarId(car_id);
    connection.car_model = narrow(&mut rest)?;
    connection.car_skin = narrow(&mut rest)?;
    Some(connection)
}

fn car_info(bytes: &[u8]) -> Option<Event> {
    let (head, mut rest) = bytes.split_first_chunk::<3>()?;
    let mut info = CarInfo::default();
    info.car_id = CarId(head[1]);
    info.is_connected = head[2] != 0;
    info.car_model = wide(&mut rest)?;
    info.car_skin = wide(&mut rest)?;
    info.driver_name = wide(&mut rest)?;
    info.driver_team = wide(&mut rest)?;
    info.driver_guid = wide(&mut rest)?;
    Some(Event::CarInfo(info))
}

fn end_session(bytes: &[u8]) -> Option<Event> {
    let mut end = EndSession::default();
    end.filename = wide(&mut bytes.get(1..)?)?;
    Some(Event::EndSession(end))
}

fn chat(bytes: &[u8]) -> Option<Event> {
    let (&[_, car_id], mut rest) = bytes.split_first_chunk()?;
    let mut chat = Chat::default();
    chat.car_id = CarId(car_id);
    chat.message = wide(&mut rest)?;
    Some(Event::Chat(chat))
}

fn error(bytes: &[u8]) -> Option<Event> {
    let mut error = ServerError::default();
    error.message = wide(&mut bytes.get(1..)?)?;
    Some(Event::Error(error))
}

fn session(bytes: &[u8]) -> Option<SessionInfo> {
    let (head, mut rest) = bytes.split_first_chunk::<5>()?;
    let mut session = SessionInfo::default();
    session.protocol_version = head[1];
    session.session_index = head[2];
    session.current_session_index = head[3];
    session.session_count = head[4];
    session.server_name = wide(&mut rest)?;
    session.track = narrow(&mut rest)?;
    session.track_config = narrow(&mut rest)?;
    session.name = narrow(&mut rest)?;
    let (numbers, mut rest) = rest.split_first_chunk::<9>()?;
    session.session_type = numbers[0].into();
    session.time = u16_at(numbers, 1);
    session.laps = u16_at(numbers, 3);
    session.wait_time = u16_at(numbers, 5);
    session.ambient_temp = numbers[7];
    session.road_temp = numbers[8];
    session.weather_graphics = narrow(&mut rest)?;
    session.elapsed_ms = i32::from_le_bytes(*rest.first_chunk()?);
    Some(session)
}

fn lap_completed(bytes: &[u8]) -> Option<Event> {
    let (head, rest) = bytes.split_first_chunk::<8>()?;
    let (entries, rest) = rest.split_at_checked(8 * usize::from(head[7]))?;
    let mut lap = LapCompleted::default();
    lap.car_id = CarId(head[1]);
    lap.lap_time = LapTime(u32_at(head, 2));
    lap.cuts = head[6];
    lap.leaderboard = entries
        .chunks_exact(8)
        .map(|bytes| {
            let bytes: &[u8; 8] = bytes.try_into().expect("eight bytes");
            let mut entry = LeaderboardEntry::default();
            entry.car_id = CarId(bytes[0]);
            entry.lap_time = LapTime(u32_at(bytes, 1));
            entry.laps = u16_at(bytes, 5);
            entry.has_completed = bytes[7] != 0;
            entry
        })
        .collect();
    lap.grip_level = Some(f32::from_le_bytes(*rest.first_chunk()?));
    Some(Event::LapCompleted(lap))
}

fn sector_completed(bytes: &[u8]) -> Option<Event> {
    let bytes: &[u8; 8] = bytes.first_chunk()?;
    Some(Event::SectorCompleted(SectorCompleted {
        car_id: CarId(bytes[1]),
        sector_index: bytes[2],
        sector_time: LapTime(u32_at(bytes, 3)),
        cuts: bytes[7],
    }))
}

fn tyre_change(bytes: &[u8]) -> Option<Event> {
    let (&[_, car_id], mut rest) = bytes.split_first_chunk()?;
    Some(Event::TyreChange(TyreChange { car_id: CarId(car_id), current_tyre: narrow(&mut rest)? }))
}

fn ping(bytes: &[u8]) -> Option<Event> {
    let (_, rest) = bytes.split_first()?;
    let (plugin_time, rest) = rest.split_first_chunk()?;
    Some(Event::Ping(Ping {
        plugin_time: i64::from_le_bytes(*plugin_time),
        server_time: i64::from_le_bytes(*rest.first_chunk()?),
    }))
}

fn unknown(bytes: &[u8]) -> Option<Event> {
    let (&packet_id, payload) = bytes.split_first()?;
    Some(Event::Unknown(UnknownPacket { packet_id, payload: payload.to_vec() }))
}

fn set_session_info(bytes: &[u8]) -> Option<Command> {
    let (&[_, session_index], mut rest) = bytes.split_first_chunk()?;
    let name = wide(&mut rest)?;
    let numbers: &[u8; 13] = rest.first_chunk()?;
    Some(Command::SetSessionInfo(SetSessionInfo {
        session_index,
        name,
        session_type: numbers[0].into(),
        laps: u32_at(numbers, 1),
        time: u32_at(numbers, 5),
        wait_time: u32_at(numbers, 9),
    }))
}
