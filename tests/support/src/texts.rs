//! Every field that holds text.

#![allow(clippy::needless_update)] // of some packets the text is the only field

use acudpclient::protocol::{
    CarId, CarInfo, Chat, Command, Dialect, EndSession, Event, NewConnection, ServerError, SessionInfo,
    SetSessionInfo, TyreChange,
};

/// The characters of the bytes 80 to FF in windows-1252. The five that it leaves open are the
/// control characters of the same number.
pub const WINDOWS_1252_FROM_80: &str = concat!(
    "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}",
    "\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ",
    "\u{a0}¡¢£¤¥¦§¨©ª«¬\u{ad}®¯",
    "°±²³´µ¶·¸¹º»¼½¾¿",
    "ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏ",
    "ÐÑÒÓÔÕÖ×ØÙÚÛÜÝÞß",
    "àáâãäåæçèéêëìíîï",
    "ðñòóôõö÷øùúûüýþÿ",
);

/// A field that holds text, and a packet of which that is the only text.
pub struct Text<P> {
    pub packet: &'static str,
    pub field: &'static str,
    /// What its length counts: `characters` in a `wstr`, `bytes` in a `str`.
    pub unit: &'static str,
    pub build: fn(String) -> P,
}

macro_rules! event_text {
    ($packet:literal, $unit:literal, $variant:ident($struct:ident).$field:ident $(, $dialect:ident)?) => {
        Text {
            packet: $packet,
            field: stringify!($field),
            unit: $unit,
            build: |text| {
                Event::$variant($struct {
                    $field: text,
                    $(dialect: Dialect::$dialect,)?
                    ..$struct::default()
                })
            },
        }
    };
}

pub fn event_texts() -> Vec<Text<Event>> {
    vec![
        event_text!("ACSP_NEW_SESSION", "characters", NewSession(SessionInfo).server_name),
        event_text!("ACSP_NEW_SESSION", "bytes", NewSession(SessionInfo).track),
        event_text!("ACSP_NEW_SESSION", "bytes", NewSession(SessionInfo).track_config),
        event_text!("ACSP_NEW_SESSION", "bytes", NewSession(SessionInfo).name),
        event_text!("ACSP_NEW_SESSION", "bytes", NewSession(SessionInfo).weather_graphics),
        event_text!(
            "ACSP_NEW_SESSION",
            "characters",
            NewSession(SessionInfo).weather_graphics,
            AssettoServer
        ),
        event_text!("ACSP_NEW_CONNECTION", "characters", NewConnection(NewConnection).driver_name),
        event_text!("ACSP_NEW_CONNECTION", "characters", NewConnection(NewConnection).driver_guid),
        event_text!("ACSP_NEW_CONNECTION", "bytes", NewConnection(NewConnection).car_model),
        event_text!("ACSP_NEW_CONNECTION", "bytes", NewConnection(NewConnection).car_skin),
        event_text!("ACSP_CONNECTION_CLOSED", "characters", ConnectionClosed(NewConnection).driver_name),
        event_text!("ACSP_CONNECTION_CLOSED", "characters", ConnectionClosed(NewConnection).driver_guid),
        event_text!("ACSP_CONNECTION_CLOSED", "bytes", ConnectionClosed(NewConnection).car_model),
        event_text!("ACSP_CONNECTION_CLOSED", "bytes", ConnectionClosed(NewConnection).car_skin),
        event_text!("ACSP_CAR_INFO", "characters", CarInfo(CarInfo).car_model),
        event_text!("ACSP_CAR_INFO", "characters", CarInfo(CarInfo).car_skin),
        event_text!("ACSP_CAR_INFO", "characters", CarInfo(CarInfo).driver_name),
        event_text!("ACSP_CAR_INFO", "characters", CarInfo(CarInfo).driver_team),
        event_text!("ACSP_CAR_INFO", "characters", CarInfo(CarInfo).driver_guid),
        event_text!("ACSP_END_SESSION", "characters", EndSession(EndSession).filename),
        event_text!("ACSP_END_SESSION", "bytes", EndSession(EndSession).filename, AssettoServer),
        event_text!("ACSP_CHAT", "characters", Chat(Chat).message),
        event_text!("ACSP_SESSION_INFO", "characters", SessionInfo(SessionInfo).server_name),
        event_text!("ACSP_SESSION_INFO", "bytes", SessionInfo(SessionInfo).track),
        event_text!("ACSP_SESSION_INFO", "bytes", SessionInfo(SessionInfo).track_config),
        event_text!("ACSP_SESSION_INFO", "bytes", SessionInfo(SessionInfo).name),
        event_text!("ACSP_SESSION_INFO", "bytes", SessionInfo(SessionInfo).weather_graphics),
        event_text!(
            "ACSP_SESSION_INFO",
            "characters",
            SessionInfo(SessionInfo).weather_graphics,
            AssettoServer
        ),
        event_text!("ACSP_ERROR", "characters", Error(ServerError).message),
        event_text!("ACSP_TYRE_CHANGE", "bytes", TyreChange(TyreChange).current_tyre),
    ]
}

pub fn command_texts() -> Vec<Text<Command>> {
    vec![
        Text {
            packet: "ACSP_SEND_CHAT",
            field: "message",
            unit: "characters",
            build: |message| Command::SendChat { car_id: CarId(3), message },
        },
        Text {
            packet: "ACSP_BROADCAST_CHAT",
            field: "message",
            unit: "characters",
            build: |message| Command::BroadcastChat { message },
        },
        Text {
            packet: "ACSP_SET_SESSION_INFO",
            field: "name",
            unit: "characters",
            build: |name| Command::SetSessionInfo(SetSessionInfo { name, ..SetSessionInfo::default() }),
        },
        Text {
            packet: "ACSP_ADMIN_COMMAND",
            field: "command",
            unit: "characters",
            build: |command| Command::AdminCommand { command },
        },
    ]
}
