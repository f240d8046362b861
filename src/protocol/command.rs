//! Plugin to server: [`Command`].

use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::error::{DecodeError, EncodeError};
use super::event::UnknownPacket;
use super::id;
use super::table::commands;
use super::types::{CarId, SessionType};
use super::wire::{self, Extent, Field, Packet, Reader, UNKNOWN, Writer, read_fields};

/// Defines [`Command`] and everything that differs between commands, except `Display`.
macro_rules! define_command {
    ($(
        $(#[$doc:meta])*
        $id:literal $NAME:ident => $variant:ident
            $({ $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })?
            $(($struct_field:ident: $struct:ident))?;
    )*) => {
        /// A packet from the plugin to the server.
        ///
        /// `Display` gives one readable line. It quotes texts and escapes their control characters.
        #[non_exhaustive]
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        #[cfg_attr(
            feature = "serde",
            derive(Serialize, Deserialize),
            serde(tag = "type", rename_all = "snake_case")
        )]
        pub enum Command {
            $(
                $(#[$doc])*
                $variant $({ $($(#[$field_doc])* $field: $type,)* })? $(($struct))?,
            )*
            /// A command that the protocol does not define, such as a mod's.
            Unknown(UnknownPacket),
        }

        impl Command {
            /// Reads one command. The reader stands before its fields.
            #[inline(always)]
            #[allow(unused_variables)] // a command without fields does not use the reader
            fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
                match r.packet_id() {
                    $(id::$NAME => read_fields!(
                        r,
                        ($($($type,)*)? $($struct,)?),
                        Ok(Self::$variant
                            $({ $($field: Field::read(r, stringify!($field))?,)* })?
                            $(($struct::read(r)?))?)
                    ),)*
                    _ => read_fields!(r, UnknownPacket, UnknownPacket::read(r).map(Self::Unknown)),
                }
            }

            fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
                match self {
                    $(Self::$variant $({ $($field,)* })? $(($struct_field))? => {
                        w.u8(id::$NAME);
                        $($($field.write(w, stringify!($field))?;)*)?
                        $($struct_field.write(w)?;)?
                        Ok(())
                    })*
                    Self::Unknown(packet) => packet.write_unless(id::is_command(packet.packet_id), w),
                }
            }

            /// The packet's first byte: a constant of [`id`], or [`UnknownPacket::packet_id`].
            #[must_use]
            pub fn packet_id(&self) -> u8 {
                match self {
                    $(Self::$variant { .. } => id::$NAME,)*
                    Self::Unknown(packet) => packet.packet_id,
                }
            }
        }
    };
}
commands!(define_command);

/// The new settings of a session, for [`Command::SetSessionInfo`].
///
/// Servers use different units: Kunos's sample says that `time` and `wait_time` are seconds; AssettoServer and
/// ACSM v2 read `time` as minutes. One server refuses the index 0. AssettoServer and ACSM v2 switch to the
/// changed session at once.
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
    /// The index of the current session in [`Command::GetSessionInfo`].
    pub const CURRENT_SESSION: i16 = -1;

    /// [`Command::GetSessionInfo`] for a session counted from 0; `None` is the current one.
    #[must_use]
    pub fn get_session_info(session_index: Option<u8>) -> Self {
        Self::GetSessionInfo { session_index: session_index.map_or(Self::CURRENT_SESSION, i16::from) }
    }

    /// Decodes one datagram. Ignores bytes after a complete command: some senders pad with zeros.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the packet ends too early.
    pub fn decode(datagram: &[u8]) -> Result<Self, DecodeError> {
        Self::read(&mut Reader::new(datagram, Extent::Whole)?)
    }

    /// Decodes as acServer does: a GET_SESSION_INFO without an index asks for the current session. The
    /// server manager ACSM v1 sends that.
    #[cfg(any(feature = "relay", feature = "sim"))]
    pub(crate) fn decode_as_servers_do(datagram: &[u8]) -> Result<Self, DecodeError> {
        match datagram {
            [id::GET_SESSION_INFO] => Ok(Self::get_session_info(None)),
            _ => Self::decode(datagram),
        }
    }

    /// Encodes the command as one datagram.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire cannot carry one of the values.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut datagram = Vec::new();
        self.encode_into(&mut datagram)?;
        Ok(datagram)
    }

    /// Appends the encoded command to a buffer.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire cannot carry one of the values. The buffer is then unchanged.
    pub fn encode_into(&self, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
        wire::append(buffer, |w| self.write(w))
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

impl Packet for SetSessionInfo {
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

/// ```
/// use acudpclient::Command;
/// use acudpclient::protocol::SetSessionInfo;
///
/// let race = SetSessionInfo { name: "Sprint".to_owned(), laps: 5, ..SetSessionInfo::default() };
/// assert_eq!(Command::from(race.clone()), Command::SetSessionInfo(race));
/// ```
impl From<SetSessionInfo> for Command {
    fn from(session: SetSessionInfo) -> Self {
        Self::SetSessionInfo(session)
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
