//! Plugin to server: [`Command`].

use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::error::{DecodeError, EncodeError};
use super::event::UnknownPacket;
use super::id;
use super::types::{CarId, SessionType};
use super::wire::{self, Extent, Reader, UNKNOWN, Writer, owning};

/// A packet from the plugin to the server.
///
/// `Display` gives one readable line in which texts are quoted and their control characters
/// escaped.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(tag = "type", rename_all = "snake_case"))]
pub enum Command {
    /// Asks for an [`Event::CarUpdate`](super::Event::CarUpdate) of every car at this interval.
    RealtimeposInterval {
        /// In milliseconds. 0 turns the report off on the original server; two rewrites misbehave
        /// on it.
        interval_ms: u16,
    },
    /// Asks for an [`Event::CarInfo`](super::Event::CarInfo). AssettoServer does not answer for
    /// an empty slot.
    GetCarInfo {
        /// The slot.
        car_id: CarId,
    },
    /// Writes to one driver's chat.
    SendChat {
        /// The driver's slot.
        car_id: CarId,
        /// At most 255 characters. The game cuts long lines and may not show characters outside
        /// ASCII.
        message: String,
    },
    /// Writes to everyone's chat.
    BroadcastChat {
        /// At most 255 characters. The game cuts long lines and may not show characters outside
        /// ASCII.
        message: String,
    },
    /// Asks for an [`Event::SessionInfo`](super::Event::SessionInfo).
    GetSessionInfo {
        /// The session, counted from 0, or −1 for the current one.
        session_index: i16,
    },
    /// Changes a session.
    SetSessionInfo(SetSessionInfo),
    /// Kicks a driver. Reported not to work on some versions of the server, where the admin
    /// command `/kick_id` does.
    KickUser {
        /// The driver's slot.
        car_id: CarId,
    },
    /// Ends the session and starts the next one.
    NextSession,
    /// Starts the session again.
    RestartSession,
    /// Has the server carry out an admin's chat command. The original server knows `/help`,
    /// `/next_session`, `/restart_session`, `/ksns`, `/ksrs`, `/kick`, `/kick_id`, `/ban_id`,
    /// `/ballast` and `/restrictor`; their answers do not come back over this protocol.
    AdminCommand {
        /// With its slash, at most 255 characters.
        command: String,
    },
    /// Asks for [`Event::SectorCompleted`](super::Event::SectorCompleted) and
    /// [`Event::TyreChange`](super::Event::TyreChange). ACSM v2 only; once per run of the server.
    EnableEnhancedReporting,
    /// Asks for an [`Event::Ping`](super::Event::Ping) with the same number. ACSM v2 only; other
    /// servers never answer.
    ///
    /// A public snapshot of ACSM v2 from 2021 does not know it, and takes no command any more after
    /// one that it does not know, until it is restarted.
    RequestPing {
        /// The time of sending, in milliseconds since 1970.
        unix_ms: i64,
    },
    /// A command that the protocol does not define, such as a mod's.
    Unknown(UnknownPacket),
}

/// What [`Command::SetSessionInfo`] changes a session to.
///
/// Servers disagree on the units: Kunos's sample says that `time` and `wait_time` are seconds,
/// AssettoServer and ACSM v2 read `time` as minutes. One server refuses the index 0. AssettoServer and ACSM v2
/// switch to the changed session at once.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct SetSessionInfo {
    /// The session to change, counted from 0. One server refuses 0.
    pub session_index: u8,
    /// The session's new name, at most 255 characters.
    pub name: String,
    /// Practice, qualify, race, …
    pub session_type: SessionType,
    /// Length of a lap-limited race in laps, else 0.
    pub laps: u32,
    /// Length of a timed session, in seconds or minutes: see [`SetSessionInfo`].
    pub time: u32,
    /// The wait before the start, in seconds.
    pub wait_time: u32,
}

impl Command {
    /// The index that [`Command::GetSessionInfo`] uses for the session that runs now.
    pub const CURRENT_SESSION: i16 = -1;

    /// [`Command::GetSessionInfo`] of a session counted from 0; `None` is the one that runs now.
    #[must_use]
    pub fn get_session_info(session_index: Option<u8>) -> Self {
        Self::GetSessionInfo { session_index: session_index.map_or(Self::CURRENT_SESSION, i16::from) }
    }

    /// Decodes one datagram. Bytes after a complete command are ignored: some senders pad with
    /// zeros.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the packet ends too early.
    pub fn decode(datagram: &[u8]) -> Result<Self, DecodeError> {
        let (packet_id, mut r) = Reader::new(datagram, Extent::Whole)?;
        Ok(match packet_id {
            id::REALTIMEPOS_INTERVAL => Self::RealtimeposInterval { interval_ms: r.u16("interval_ms")? },
            id::GET_CAR_INFO => Self::GetCarInfo { car_id: r.car_id("car_id")? },
            id::GET_SESSION_INFO => Self::GetSessionInfo { session_index: r.i16("session_index")? },
            id::KICK_USER => Self::KickUser { car_id: r.car_id("car_id")? },
            id::NEXT_SESSION => Self::NextSession,
            id::RESTART_SESSION => Self::RestartSession,
            id::ENABLE_ENHANCED_REPORTING => Self::EnableEnhancedReporting,
            id::REQUEST_PING => Self::RequestPing { unix_ms: r.i64("unix_ms")? },
            id::SEND_CHAT => {
                return owning(
                    datagram,
                    Extent::Whole,
                    None,
                    |r| Ok((r.car_id("car_id")?, r.wide_text("message")?)),
                    |(car_id, message)| Self::SendChat { car_id, message },
                );
            }
            id::BROADCAST_CHAT => {
                return owning(
                    datagram,
                    Extent::Whole,
                    None,
                    |r| r.wide_text("message"),
                    |message| Self::BroadcastChat { message },
                );
            }
            id::SET_SESSION_INFO => {
                return owning(datagram, Extent::Whole, None, SetSessionInfo::read, Self::SetSessionInfo);
            }
            id::ADMIN_COMMAND => {
                return owning(
                    datagram,
                    Extent::Whole,
                    None,
                    |r| r.wide_text("command"),
                    |command| Self::AdminCommand { command },
                );
            }
            _ => return owning(datagram, Extent::Whole, None, UnknownPacket::read, Self::Unknown),
        })
    }

    /// Encodes the command as one datagram.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire has no form for one of the values.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut datagram = Vec::new();
        self.encode_into(&mut datagram)?;
        Ok(datagram)
    }

    /// Appends the encoded command to a buffer, whose earlier contents stay.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire has no form for one of the values. The buffer is then as it was.
    pub fn encode_into(&self, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
        wire::append(buffer, self.packet_id(), self.name(), |w| self.write(w))
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self {
            Self::RealtimeposInterval { interval_ms } => w.u16(*interval_ms),
            Self::GetCarInfo { car_id } | Self::KickUser { car_id } => w.u8(car_id.0),
            Self::SendChat { car_id, message } => {
                w.u8(car_id.0);
                w.wide_text(message, "message")?;
            }
            Self::BroadcastChat { message } => w.wide_text(message, "message")?,
            Self::GetSessionInfo { session_index } => w.i16(*session_index),
            Self::SetSessionInfo(session) => session.write(w)?,
            Self::NextSession | Self::RestartSession | Self::EnableEnhancedReporting => {}
            Self::AdminCommand { command } => w.wide_text(command, "command")?,
            Self::RequestPing { unix_ms } => w.i64(*unix_ms),
            Self::Unknown(packet) => packet.write(w, id::is_command(packet.packet_id))?,
        }
        Ok(())
    }

    /// The packet's first byte, one of [`id`]'s, or [`UnknownPacket::packet_id`].
    #[must_use]
    pub fn packet_id(&self) -> u8 {
        match self {
            Self::RealtimeposInterval { .. } => id::REALTIMEPOS_INTERVAL,
            Self::GetCarInfo { .. } => id::GET_CAR_INFO,
            Self::SendChat { .. } => id::SEND_CHAT,
            Self::BroadcastChat { .. } => id::BROADCAST_CHAT,
            Self::GetSessionInfo { .. } => id::GET_SESSION_INFO,
            Self::SetSessionInfo(_) => id::SET_SESSION_INFO,
            Self::KickUser { .. } => id::KICK_USER,
            Self::NextSession => id::NEXT_SESSION,
            Self::RestartSession => id::RESTART_SESSION,
            Self::AdminCommand { .. } => id::ADMIN_COMMAND,
            Self::EnableEnhancedReporting => id::ENABLE_ENHANCED_REPORTING,
            Self::RequestPing { .. } => id::REQUEST_PING,
            Self::Unknown(packet) => packet.packet_id,
        }
    }

    /// The protocol's name of the command, such as `ACSP_SEND_CHAT`; `UNKNOWN` for
    /// [`Command::Unknown`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unknown(_) => UNKNOWN,
            command => id::name(command.packet_id()).unwrap_or(UNKNOWN),
        }
    }
}

/// `ACSP_SEND_CHAT to car 3: "gg"`
impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::RealtimeposInterval { interval_ms } => write!(f, " {interval_ms} ms"),
            Self::GetCarInfo { car_id } | Self::KickUser { car_id } => write!(f, " car {car_id}"),
            Self::SendChat { car_id, message } => write!(f, " to car {car_id}: {message:?}"),
            Self::BroadcastChat { message } => write!(f, ": {message:?}"),
            Self::GetSessionInfo { session_index: Self::CURRENT_SESSION } => f.write_str(" current"),
            Self::GetSessionInfo { session_index } => write!(f, " index {session_index}"),
            Self::SetSessionInfo(session) => write!(f, " {session}"),
            Self::NextSession | Self::RestartSession | Self::EnableEnhancedReporting => Ok(()),
            Self::AdminCommand { command } => write!(f, ": {command:?}"),
            Self::RequestPing { unix_ms } => write!(f, " at {unix_ms} ms"),
            Self::Unknown(packet) => write!(f, " {packet}"),
        }
    }
}

impl SetSessionInfo {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            session_index: r.u8("session_index")?,
            name: r.wide_text("name")?,
            session_type: r.u8("session_type")?.into(),
            laps: r.u32("laps")?,
            time: r.u32("time")?,
            wait_time: r.u32("wait_time")?,
        })
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.session_index);
        w.wide_text(&self.name, "name")?;
        w.u8(self.session_type.into());
        w.u32(self.laps);
        w.u32(self.time);
        w.u32(self.wait_time);
        Ok(())
    }
}

/// `index 1: race "Sprint", 5 laps, time 0, wait 60`
impl fmt::Display for SetSessionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "index {}: {} {:?}, {} laps, time {}, wait {}",
            self.session_index, self.session_type, self.name, self.laps, self.time, self.wait_time
        )
    }
}
