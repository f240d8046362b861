//! NEW_SESSION, SESSION_INFO and END_SESSION.

use std::fmt;
use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use crate::protocol::error::{DecodeError, EncodeError};
use crate::protocol::types::{Dialect, SessionType, clock};
use crate::protocol::wire::{Extent, Packet, Reader, Writer};

/// The settings and the state of a session. The server sends it as
/// [`Event::NewSession`](super::Event::NewSession) when a session starts and as
/// [`Event::SessionInfo`](super::Event::SessionInfo) on request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct SessionInfo {
    /// The version of the protocol: 4 from acServer, AssettoServer and ACSM v2; 202 from ACSM v2's
    /// prereleases of 2020. The decoder accepts every version.
    pub protocol_version: u8,
    /// The session that this packet describes, counted from 0.
    pub session_index: u8,
    /// The current session, counted from 0.
    pub current_session_index: u8,
    /// How many sessions the server has.
    pub session_count: u8,
    /// The server's name, at most 255 characters.
    pub server_name: String,
    /// The track's folder name, at most 255 bytes.
    pub track: String,
    /// The track's layout, empty if it has only one; at most 255 bytes.
    pub track_config: String,
    /// The session's name, at most 255 bytes.
    pub name: String,
    /// Practice, qualify, race, …
    pub session_type: SessionType,
    /// Length of a timed session in minutes.
    pub time: u16,
    /// Length of a lap-limited race in laps, else 0.
    pub laps: u16,
    /// The wait before the start. acServer sends milliseconds (seen: 40000 and 60000, each equal to
    /// `-elapsed_ms` at the start), so a wait over 65.535 s wraps around. AssettoServer and ACSM v2 send seconds.
    pub wait_time: u16,
    /// Temperature of the air in °C.
    pub ambient_temp: u8,
    /// Temperature of the road in °C.
    pub road_temp: u8,
    /// The weather's folder name, such as `3_clear`; at most 255 bytes, on AssettoServer
    /// 255 characters.
    pub weather_graphics: String,
    /// Time since the session's start in milliseconds, negative before a race starts
    /// (seen: −60000 and −59999).
    ///
    /// **On AssettoServer it says nothing about the session**: there it is the server's uptime minus `wait_time`,
    /// whose seconds are taken as milliseconds (its source, `UdpPluginServer.SendSessionInfo`). Count the time of a
    /// session from the arrival of NEW_SESSION; a race starts after the wait.
    pub elapsed_ms: i32,
    /// [`Dialect::AssettoServer`] if `weather_graphics` is wide on the wire, else
    /// [`Dialect::Original`]. All other dialects are encoded like the original.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Dialect::is_original"))]
    pub dialect: Dialect,
}

/// NEW_SESSION has the layout of SESSION_INFO.
pub type NewSession = SessionInfo;

impl SessionInfo {
    /// Length of a timed session; `None` if it has no time limit.
    #[must_use]
    pub fn time_limit(&self) -> Option<Duration> {
        (self.time > 0).then(|| Duration::from_secs(u64::from(self.time) * 60))
    }

    /// Length of a lap-limited race in laps; `None` if it has no lap limit.
    #[must_use]
    pub fn lap_limit(&self) -> Option<u16> {
        (self.laps > 0).then_some(self.laps)
    }

    /// Time since the start, zero before it. Wrong on AssettoServer, see [`elapsed_ms`](Self::elapsed_ms).
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.elapsed_ms).unwrap_or(0))
    }

    /// Time until the start; `None` once it has started. Wrong on AssettoServer, see
    /// [`elapsed_ms`](Self::elapsed_ms).
    #[must_use]
    pub fn starts_in(&self) -> Option<Duration> {
        (self.elapsed_ms < 0).then(|| Duration::from_millis(u64::from(self.elapsed_ms.unsigned_abs())))
    }

    /// The time left of a timed session when the server sent this; `None` if it has no time limit. Wrong on
    /// AssettoServer, see [`elapsed_ms`](Self::elapsed_ms); a `RaceTracker` knows it there.
    #[must_use]
    pub fn time_left(&self) -> Option<Duration> {
        Some(self.time_limit()?.saturating_sub(self.elapsed()))
    }

    /// What AssettoServer's `elapsed_ms` says, in milliseconds; it wraps after 49.7 days.
    fn uptime(&self) -> u32 {
        self.elapsed_ms.wrapping_add(self.wait_time.into()) as u32
    }
}

impl Packet for SessionInfo {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut session = Self {
            protocol_version: r.u8("protocol_version")?,
            session_index: r.u8("session_index")?,
            current_session_index: r.u8("current_session_index")?,
            session_count: r.u8("session_count")?,
            server_name: r.wide_text("server_name")?,
            track: r.narrow_text("track")?,
            track_config: r.narrow_text("track_config")?,
            name: r.narrow_text("name")?,
            session_type: r.u8("session_type")?.into(),
            time: r.u16("time")?,
            laps: r.u16("laps")?,
            wait_time: r.u16("wait_time")?,
            ambient_temp: r.u8("ambient_temp")?,
            road_temp: r.u8("road_temp")?,
            ..Self::default()
        };
        let count = usize::from(r.u8("weather_graphics")?);
        let wide_end = 4 * count + size_of::<i32>();
        if r.extent() == Extent::Whole && count > 0 && r.rest().len() == wide_end {
            session.dialect = Dialect::AssettoServer;
            session.weather_graphics = r.wide_chars(count, "weather_graphics")?;
        } else {
            session.weather_graphics = r.narrow_bytes(count, "weather_graphics")?;
        }
        session.elapsed_ms = r.i32("elapsed_ms")?;
        Ok(session)
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        w.u8(self.protocol_version);
        w.u8(self.session_index);
        w.u8(self.current_session_index);
        w.u8(self.session_count);
        w.wide_text(&self.server_name, "server_name")?;
        w.narrow_text(&self.track, "track")?;
        w.narrow_text(&self.track_config, "track_config")?;
        w.narrow_text(&self.name, "name")?;
        w.u8(self.session_type.into());
        w.u16(self.time);
        w.u16(self.laps);
        w.u16(self.wait_time);
        w.u8(self.ambient_temp);
        w.u8(self.road_temp);
        match self.dialect {
            Dialect::AssettoServer => w.wide_text(&self.weather_graphics, "weather_graphics")?,
            _ => w.narrow_text(&self.weather_graphics, "weather_graphics")?,
        }
        w.i32(self.elapsed_ms);
        Ok(())
    }
}

/// `race "Grand Prix" (session 3 of 3) on "monza" at "My server": 5 laps, starts in 0:40.000, …`; for AssettoServer,
/// which does not tell the session's time, `server up for 12:34:56.789`
impl fmt::Display for SessionInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = u16::from(self.session_index) + 1;
        write!(
            f,
            "{} {:?} (session {number} of {}) on {:?}",
            self.session_type, self.name, self.session_count, self.track
        )?;
        if !self.track_config.is_empty() {
            write!(f, " layout {:?}", self.track_config)?;
        }
        write!(f, " at {:?}: ", self.server_name)?;
        if let Some(laps) = self.lap_limit() {
            write!(f, "{laps} laps, ")?;
        }
        if self.time > 0 {
            write!(f, "{} min, ", self.time)?;
        }
        let at = clock(self.elapsed_ms.unsigned_abs());
        match self.dialect {
            Dialect::AssettoServer => write!(f, "server up for {}", clock(self.uptime()))?,
            _ if self.elapsed_ms < 0 => write!(f, "starts in {at}")?,
            _ => write!(f, "running for {at}")?,
        }
        write!(
            f,
            ", air {} °C, road {} °C, weather {:?}",
            self.ambient_temp, self.road_temp, self.weather_graphics
        )?;
        if self.session_index != self.current_session_index {
            write!(f, ", now in session {}", u16::from(self.current_session_index) + 1)?;
        }
        write!(f, ", wait {}, protocol {}", self.wait_time, self.protocol_version)
    }
}

/// A session has ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct EndSession {
    /// The result file on the server, relative to the server's folder, such as
    /// `results/2016_7_24_22_52_QUALIFY.json` (seen). Empty on AssettoServer. At most 255
    /// characters, on AssettoServer 255 bytes.
    pub filename: String,
    /// [`Dialect::AssettoServer`] if `filename` is 8-bit on the wire, else
    /// [`Dialect::Original`]. All other dialects are encoded like the original.
    #[cfg_attr(feature = "serde", serde(default, skip_serializing_if = "Dialect::is_original"))]
    pub dialect: Dialect,
}

impl Packet for EndSession {
    #[inline(always)]
    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let count = usize::from(r.u8("filename")?);
        if r.extent() == Extent::Whole && count > 0 && r.rest().len() == count {
            Ok(Self { filename: r.narrow_bytes(count, "filename")?, dialect: Dialect::AssettoServer })
        } else {
            Ok(Self { filename: r.wide_chars(count, "filename")?, dialect: Dialect::Original })
        }
    }

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError> {
        match self.dialect {
            Dialect::AssettoServer => w.narrow_text(&self.filename, "filename"),
            _ => w.wide_text(&self.filename, "filename"),
        }
    }
}

/// `results in "results/2016_7_24_22_52_QUALIFY.json"`
impl fmt::Display for EndSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "results in {:?}", self.filename)
    }
}
