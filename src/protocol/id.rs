//! The packet ids: a packet's first byte.

/// [`Event::NewSession`](super::Event::NewSession)
pub const NEW_SESSION: u8 = 50;
/// [`Event::NewConnection`](super::Event::NewConnection)
pub const NEW_CONNECTION: u8 = 51;
/// [`Event::ConnectionClosed`](super::Event::ConnectionClosed)
pub const CONNECTION_CLOSED: u8 = 52;
/// [`Event::CarUpdate`](super::Event::CarUpdate)
pub const CAR_UPDATE: u8 = 53;
/// [`Event::CarInfo`](super::Event::CarInfo)
pub const CAR_INFO: u8 = 54;
/// [`Event::EndSession`](super::Event::EndSession)
pub const END_SESSION: u8 = 55;
/// [`Event::Version`](super::Event::Version)
pub const VERSION: u8 = 56;
/// [`Event::Chat`](super::Event::Chat)
pub const CHAT: u8 = 57;
/// [`Event::ClientLoaded`](super::Event::ClientLoaded)
pub const CLIENT_LOADED: u8 = 58;
/// [`Event::SessionInfo`](super::Event::SessionInfo)
pub const SESSION_INFO: u8 = 59;
/// [`Event::Error`](super::Event::Error)
pub const ERROR: u8 = 60;
/// [`Event::LapCompleted`](super::Event::LapCompleted)
pub const LAP_COMPLETED: u8 = 73;
/// [`Event::ClientEvent`](super::Event::ClientEvent)
pub const CLIENT_EVENT: u8 = 130;
/// [`Event::SectorCompleted`](super::Event::SectorCompleted)
pub const SECTOR_COMPLETED: u8 = 150;
/// [`Event::TyreChange`](super::Event::TyreChange)
pub const TYRE_CHANGE: u8 = 151;
/// [`Event::Ping`](super::Event::Ping)
pub const PING: u8 = 152;

/// [`Command::RealtimeposInterval`](super::Command::RealtimeposInterval)
pub const REALTIMEPOS_INTERVAL: u8 = 200;
/// [`Command::GetCarInfo`](super::Command::GetCarInfo)
pub const GET_CAR_INFO: u8 = 201;
/// [`Command::SendChat`](super::Command::SendChat)
pub const SEND_CHAT: u8 = 202;
/// [`Command::BroadcastChat`](super::Command::BroadcastChat)
pub const BROADCAST_CHAT: u8 = 203;
/// [`Command::GetSessionInfo`](super::Command::GetSessionInfo)
pub const GET_SESSION_INFO: u8 = 204;
/// [`Command::SetSessionInfo`](super::Command::SetSessionInfo)
pub const SET_SESSION_INFO: u8 = 205;
/// [`Command::KickUser`](super::Command::KickUser)
pub const KICK_USER: u8 = 206;
/// [`Command::NextSession`](super::Command::NextSession)
pub const NEXT_SESSION: u8 = 207;
/// [`Command::RestartSession`](super::Command::RestartSession)
pub const RESTART_SESSION: u8 = 208;
/// [`Command::AdminCommand`](super::Command::AdminCommand)
pub const ADMIN_COMMAND: u8 = 209;
/// [`Command::EnableEnhancedReporting`](super::Command::EnableEnhancedReporting)
pub const ENABLE_ENHANCED_REPORTING: u8 = 210;
/// [`Command::RequestPing`](super::Command::RequestPing)
pub const REQUEST_PING: u8 = 211;

/// The protocol's name of an id, such as `ACSP_LAP_COMPLETED` for 73; `None` for an id that it
/// does not define.
#[must_use]
pub const fn name(packet_id: u8) -> Option<&'static str> {
    Some(match packet_id {
        NEW_SESSION => "ACSP_NEW_SESSION",
        NEW_CONNECTION => "ACSP_NEW_CONNECTION",
        CONNECTION_CLOSED => "ACSP_CONNECTION_CLOSED",
        CAR_UPDATE => "ACSP_CAR_UPDATE",
        CAR_INFO => "ACSP_CAR_INFO",
        END_SESSION => "ACSP_END_SESSION",
        VERSION => "ACSP_VERSION",
        CHAT => "ACSP_CHAT",
        CLIENT_LOADED => "ACSP_CLIENT_LOADED",
        SESSION_INFO => "ACSP_SESSION_INFO",
        ERROR => "ACSP_ERROR",
        LAP_COMPLETED => "ACSP_LAP_COMPLETED",
        CLIENT_EVENT => "ACSP_CLIENT_EVENT",
        SECTOR_COMPLETED => "ACSP_SECTOR_COMPLETED",
        TYRE_CHANGE => "ACSP_TYRE_CHANGE",
        PING => "ACSP_PING",
        REALTIMEPOS_INTERVAL => "ACSP_REALTIMEPOS_INTERVAL",
        GET_CAR_INFO => "ACSP_GET_CAR_INFO",
        SEND_CHAT => "ACSP_SEND_CHAT",
        BROADCAST_CHAT => "ACSP_BROADCAST_CHAT",
        GET_SESSION_INFO => "ACSP_GET_SESSION_INFO",
        SET_SESSION_INFO => "ACSP_SET_SESSION_INFO",
        KICK_USER => "ACSP_KICK_USER",
        NEXT_SESSION => "ACSP_NEXT_SESSION",
        RESTART_SESSION => "ACSP_RESTART_SESSION",
        ADMIN_COMMAND => "ACSP_ADMIN_COMMAND",
        ENABLE_ENHANCED_REPORTING => "ACSP_ENABLE_ENHANCED_REPORTING",
        REQUEST_PING => "ACSP_REQUEST_PING",
        _ => return None,
    })
}

/// Whether the protocol sends this id from the plugin to the server. Ids of events and ids that
/// it does not define are not.
#[must_use]
pub const fn is_command(packet_id: u8) -> bool {
    matches!(packet_id, REALTIMEPOS_INTERVAL..=REQUEST_PING)
}
