//! Server to plugin: [`Event`] and its structs.

mod acsm;
mod car;
mod connection;
mod lap;
mod message;
mod session;

use std::fmt;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::error::{DecodeError, EncodeError};
use super::id;
use super::wire::{self, Extent, Reader, UNKNOWN, Writer, owning};

pub use acsm::{Ping, SectorCompleted, TyreChange};
pub use car::{CarUpdate, ClientEvent};
pub use connection::{CarInfo, ClientLoaded, ConnectionClosed, NewConnection};
pub use lap::{LapCompleted, LeaderboardEntry};
pub use message::{Chat, ServerError, UnknownPacket, Version};
pub use session::{EndSession, NewSession, SessionInfo};

/// A packet from the server to the plugin.
///
/// `Display` gives one readable line in which texts are quoted and their control characters
/// escaped, so it can be printed on a terminal and written to a log.
///
/// On 64-bit machines it has 152 bytes, those of its largest packet, [`SessionInfo`] with its five
/// texts. A box would make it smaller at the price of an allocation per packet; pass it by reference
/// where telemetry is many.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(tag = "type", rename_all = "snake_case"))]
pub enum Event {
    /// A session starts. The same session can be announced twice: a starting server does it
    /// about 1.2 s apart (seen at every start).
    NewSession(SessionInfo),
    /// A driver has taken a slot and is loading. [`Event::ClientLoaded`] follows 12 to 36 s
    /// later (seen). It can come for a slot that never sent [`Event::ConnectionClosed`] (seen
    /// when a driver rejoins).
    NewConnection(NewConnection),
    /// A driver has left. This packet can be missed altogether.
    ConnectionClosed(ConnectionClosed),
    /// Telemetry of one car, if the realtime report is on.
    CarUpdate(CarUpdate),
    /// The answer to [`Command::GetCarInfo`](super::Command::GetCarInfo).
    CarInfo(CarInfo),
    /// A session has ended; sent only if someone completed a lap in it. The next
    /// [`Event::NewSession`] follows 1 to 26 ms later (seen).
    EndSession(EndSession),
    /// The server has started. [`Event::NewSession`] follows 5 to 20 ms later (seen).
    Version(Version),
    /// A driver, or the server, has written in the chat.
    Chat(Chat),
    /// A driver has finished loading and is on the track.
    ClientLoaded(ClientLoaded),
    /// The answer to [`Command::GetSessionInfo`](super::Command::GetSessionInfo). ACSM v2 sends
    /// it unasked when the weather changes.
    SessionInfo(SessionInfo),
    /// The server refuses a command, in words.
    Error(ServerError),
    /// A car has completed a lap.
    LapCompleted(LapCompleted),
    /// A car has hit something.
    ClientEvent(ClientEvent),
    /// A car has completed a sector. ACSM v2 only, after
    /// [`Command::EnableEnhancedReporting`](super::Command::EnableEnhancedReporting).
    SectorCompleted(SectorCompleted),
    /// A car has been given tyres, or has entered the pits and kept its own. ACSM v2 only, after
    /// [`Command::EnableEnhancedReporting`](super::Command::EnableEnhancedReporting).
    TyreChange(TyreChange),
    /// The answer to [`Command::RequestPing`](super::Command::RequestPing). ACSM v2 only.
    Ping(Ping),
    /// A packet that the protocol does not define: of a mod, of a newer server, or a CLIENT_EVENT
    /// of an unknown type. Nothing of it is lost.
    Unknown(UnknownPacket),
}

impl Event {
    /// Decodes one whole datagram, in any dialect. Bytes after a complete packet are ignored.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the packet ends too early.
    pub fn decode(datagram: &[u8]) -> Result<Self, DecodeError> {
        match CarUpdate::read_whole(datagram) {
            Some(update) => Ok(Self::CarUpdate(update)),
            None => Self::read(datagram, Extent::Whole, None),
        }
    }

    /// Decodes a datagram into a place of the caller's, since to move an event takes longer than to
    /// read a CAR_UPDATE.
    #[inline(always)]
    pub(crate) fn decode_into(datagram: &[u8], place: &mut Option<Self>) -> Result<(), DecodeError> {
        match CarUpdate::read_whole(datagram) {
            Some(update) => *place = Some(Self::CarUpdate(update)),
            None => *place = Some(Self::decode(datagram)?),
        }
        Ok(())
    }

    /// Decodes the first of several packets that stand one after the other, as in some
    /// recordings, and says how many bytes it takes.
    ///
    /// Without the datagrams' lengths neither the dialects can be told apart nor can an unknown
    /// packet's end be found. So every packet is read in the original server's layout, and an
    /// [`Event::Unknown`] takes all that follows. Never use this on datagrams.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the packet ends too early; [`DecodeError::Empty`] at the end of the input.
    pub fn decode_prefix(bytes: &[u8]) -> Result<(Self, usize), DecodeError> {
        let mut length = 0;
        let event = Self::read(bytes, Extent::Prefix, Some(&mut length))?;
        Ok((event, length))
    }

    /// Reads the packet and says where it ends, if that is asked for.
    #[inline(always)]
    fn read(bytes: &[u8], extent: Extent, end: Option<&mut usize>) -> Result<Self, DecodeError> {
        let (packet_id, mut r) = Reader::new(bytes, extent)?;
        macro_rules! plain {
            ($packet:ident) => {{
                let event = $packet::read(&mut r).map(Self::$packet);
                if let Some(end) = end {
                    *end = r.offset();
                }
                event
            }};
        }
        match packet_id {
            id::CAR_UPDATE => plain!(CarUpdate),
            id::CLIENT_EVENT if ClientEvent::is_defined(r.rest()) => plain!(ClientEvent),
            id::VERSION => plain!(Version),
            id::CLIENT_LOADED => plain!(ClientLoaded),
            id::SECTOR_COMPLETED => plain!(SectorCompleted),
            id::PING => plain!(Ping),
            id::NEW_SESSION => owning(bytes, extent, end, SessionInfo::read, Self::NewSession),
            id::NEW_CONNECTION => owning(bytes, extent, end, NewConnection::read, Self::NewConnection),
            id::CONNECTION_CLOSED => {
                owning(bytes, extent, end, ConnectionClosed::read, Self::ConnectionClosed)
            }
            id::CAR_INFO => owning(bytes, extent, end, CarInfo::read, Self::CarInfo),
            id::END_SESSION => owning(bytes, extent, end, EndSession::read, Self::EndSession),
            id::CHAT => owning(bytes, extent, end, Chat::read, Self::Chat),
            id::SESSION_INFO => owning(bytes, extent, end, SessionInfo::read, Self::SessionInfo),
            id::ERROR => owning(bytes, extent, end, ServerError::read, Self::Error),
            id::LAP_COMPLETED => owning(bytes, extent, end, LapCompleted::read, Self::LapCompleted),
            id::TYRE_CHANGE => owning(bytes, extent, end, TyreChange::read, Self::TyreChange),
            _ => owning(bytes, extent, end, UnknownPacket::read, Self::Unknown),
        }
    }

    /// Encodes the packet as one datagram.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire has no form for one of the values.
    pub fn encode(&self) -> Result<Vec<u8>, EncodeError> {
        let mut datagram = Vec::new();
        self.encode_into(&mut datagram)?;
        Ok(datagram)
    }

    /// Appends the encoded packet to a buffer, whose earlier contents stay.
    ///
    /// # Errors
    ///
    /// [`EncodeError`] if the wire has no form for one of the values. The buffer is then as it was.
    pub fn encode_into(&self, buffer: &mut Vec<u8>) -> Result<(), EncodeError> {
        wire::append(buffer, self.packet_id(), self.name(), |w| self.write(w))
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self {
            Self::NewSession(session) | Self::SessionInfo(session) => session.write(w),
            Self::NewConnection(connection) | Self::ConnectionClosed(connection) => connection.write(w),
            Self::CarUpdate(update) => update.write(w),
            Self::CarInfo(info) => info.write(w),
            Self::EndSession(end) => end.write(w),
            Self::Version(version) => version.write(w),
            Self::Chat(chat) => chat.write(w),
            Self::ClientLoaded(loaded) => loaded.write(w),
            Self::Error(error) => error.write(w),
            Self::LapCompleted(lap) => lap.write(w),
            Self::ClientEvent(event) => event.write(w),
            Self::SectorCompleted(sector) => sector.write(w),
            Self::TyreChange(change) => change.write(w),
            Self::Ping(ping) => ping.write(w),
            Self::Unknown(packet) => {
                let defined = match packet.packet_id {
                    id::CLIENT_EVENT => ClientEvent::is_defined(&packet.payload),
                    packet_id => !id::is_command(packet_id) && id::name(packet_id).is_some(),
                };
                packet.write(w, defined)
            }
        }
    }

    /// The packet's first byte, one of [`id`]'s, or [`UnknownPacket::packet_id`].
    #[must_use]
    pub fn packet_id(&self) -> u8 {
        match self {
            Self::NewSession(_) => id::NEW_SESSION,
            Self::NewConnection(_) => id::NEW_CONNECTION,
            Self::ConnectionClosed(_) => id::CONNECTION_CLOSED,
            Self::CarUpdate(_) => id::CAR_UPDATE,
            Self::CarInfo(_) => id::CAR_INFO,
            Self::EndSession(_) => id::END_SESSION,
            Self::Version(_) => id::VERSION,
            Self::Chat(_) => id::CHAT,
            Self::ClientLoaded(_) => id::CLIENT_LOADED,
            Self::SessionInfo(_) => id::SESSION_INFO,
            Self::Error(_) => id::ERROR,
            Self::LapCompleted(_) => id::LAP_COMPLETED,
            Self::ClientEvent(_) => id::CLIENT_EVENT,
            Self::SectorCompleted(_) => id::SECTOR_COMPLETED,
            Self::TyreChange(_) => id::TYRE_CHANGE,
            Self::Ping(_) => id::PING,
            Self::Unknown(packet) => packet.packet_id,
        }
    }

    /// The protocol's name of the packet, such as `ACSP_LAP_COMPLETED`; `UNKNOWN` for
    /// [`Event::Unknown`].
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unknown(_) => UNKNOWN,
            event => id::name(event.packet_id()).unwrap_or(UNKNOWN),
        }
    }
}

/// `ACSP_CHAT car 3: "gg"`
impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        f.write_str(" ")?;
        match self {
            Self::NewSession(session) | Self::SessionInfo(session) => session.fmt(f),
            Self::NewConnection(connection) | Self::ConnectionClosed(connection) => connection.fmt(f),
            Self::CarUpdate(update) => update.fmt(f),
            Self::CarInfo(info) => info.fmt(f),
            Self::EndSession(end) => end.fmt(f),
            Self::Version(version) => version.fmt(f),
            Self::Chat(chat) => chat.fmt(f),
            Self::ClientLoaded(loaded) => loaded.fmt(f),
            Self::Error(error) => error.fmt(f),
            Self::LapCompleted(lap) => lap.fmt(f),
            Self::ClientEvent(event) => event.fmt(f),
            Self::SectorCompleted(sector) => sector.fmt(f),
            Self::TyreChange(change) => change.fmt(f),
            Self::Ping(ping) => ping.fmt(f),
            Self::Unknown(packet) => packet.fmt(f),
        }
    }
}
