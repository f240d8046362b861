//! [`ServerKind`]: which server to simulate.

use std::fmt;

use crate::protocol::Dialect;

/// The simulated server, and the sources of its behaviour.
///
/// Where a source is silent, the simulation behaves as acServer.
///
/// # acServer
///
/// Its source is not public. Sources are recorded sessions and what authors of plugins report.
///
/// | behaviour | source |
/// | --- | --- |
/// | VERSION, NEW_SESSION 5 to 20 ms later, the same NEW_SESSION again 1.2 s later | every start in the recordings |
/// | END_SESSION only if someone completed a lap, 1 to 26 ms before the next NEW_SESSION | recordings: 92 NEW_SESSION and 4 END_SESSION in one of them |
/// | CAR_INFO says connected only once the driver has loaded; for an empty slot it names the last driver | recordings |
/// | NEW_CONNECTION can come for a slot whose CONNECTION_CLOSED never came | recordings |
/// | `elapsed_ms` counts from the start and is negative before it; `wait_time` is in milliseconds and wraps above 65.535 s | recordings |
/// | interval 0 is off | the Kunos sample program |
/// | no LAP_COMPLETED without a `results` folder, see [`results_folder`](super::SimBuilder::results_folder) | reported by the authors of two plugins |
/// | it drops commands from other addresses than the plugin's | its log line "Ignored suspicious message from" |
/// | the texts of its ACSP_ERROR, and an ACSP_ERROR for an undecodable command | made up: there is no source |
/// | SET_SESSION_INFO: `time` in seconds; the current session goes on | the first is from the sample program; the second is made up |
///
/// # AssettoServer
///
/// The repository compujuckel/AssettoServer as of March 2026. "Plugin" is
/// `AssettoServer/Network/Udp/UdpPluginServer.cs`, "sessions" is `AssettoServer/Server/SessionManager.cs`, "slots" is
/// `AssettoServer/Server/EntryCarManager.cs`, "client" is `AssettoServer/Network/Tcp/ACTcpClient.cs`.
///
/// | behaviour | source |
/// | --- | --- |
/// | VERSION and NEW_SESSION once, at once | plugin, `ReceiveLoop`: sends both and only then listens for changes; the first session began before |
/// | END_SESSION and NEW_SESSION at every change, even without a lap, one right after the other | plugin: the handler of `SessionChanged` sends both |
/// | `elapsed_ms` is the server's uptime in milliseconds minus `wait_time`, whose seconds are subtracted as milliseconds; the same for every session; it wraps after 24.8 days | plugin, `SendSessionInfo`: start + session time − wait, cast to 32 bits |
/// | only a race waits before its start | sessions, `SetSession` |
/// | CAR_UPDATE every 1000 ms without a request; a new interval takes effect when the current one has passed | plugin: the loop waits for the interval minus the time it took, and reads the interval once per round |
/// | interval 0: sends as fast as it can for about a millisecond, then never again, whatever the plugin asks for | the same wait: a round of 1 ms waits −1 ms, which .NET takes as forever; a round of 2 ms throws an exception, which ends the loop |
/// | CAR_INFO says connected from the handshake on; none is sent for a slot without a driver | plugin, `GetCarInfo` searches the connected cars; slots, `TrySecureSlotAsync` adds them |
/// | `ERROR: ACSP_KICK_USER index N out of bound`, `ERROR: ACSP_GET_SESSION_INFO out of bounds: N`, and no other error | plugin: the only two packets of that type; all else is a line of its log |
/// | SEND_CHAT to nobody, unknown commands, 210 and 211: nothing happens | plugin, `OnReceived` |
/// | a truncated command continues with the bytes that an earlier one left in the buffer | plugin: one buffer of 1,500 bytes; it ignores the received length |
/// | it accepts commands from any port of the plugin's address | plugin: compares the addresses without ports |
/// | ADMIN_COMMAND is ignored | plugin: its case holds only a comment |
/// | it answers VERSION (56) as a command with VERSION | plugin |
/// | SET_SESSION_INFO: ignores index 0; `time` in minutes, `wait_time` in seconds, no checks; the session begins at once: END_SESSION, NEW_SESSION, SESSION_INFO. `current_session_index` keeps its value, and NEXT and RESTART count from that | plugin, `SetSessionInfo`; sessions, `SetSession` does not touch the index |
/// | while a driver loads, it ignores NEXT_SESSION and RESTART_SESSION, and a finished session goes on | sessions, `NextSession`, `RestartSession`: return if a client has not sent its first update |
/// | the first session follows the last one, or the server ends without END_SESSION, see [`stops_after_last`](super::SimBuilder::stops_after_last) | sessions, `NextSession`: stops the application before it changes anything; `LOOP_MODE` is on by default |
/// | no packet of more than 1,500 bytes | plugin, `SendPacket`: writes into a buffer of that size and logs what does not fit |
/// | NEW_CONNECTION only for a free slot; CONNECTION_CLOSED 15 s after a driver's last sign | slots; `AssettoServer/Server/ACServer.cs`: disconnects a client that has not answered a ping for 15 s |
/// | leaderboards are sorted by time only, even in a race; equal times by the driver's name, those without a name last | client, `CreateLapCompletedPacket` |
/// | a race's total is the session's time minus half the ping | sessions, `OnLapCompleted` |
/// | in a race over laps, once the winner has finished, every car finishes at its next crossing of the line; in a race over time, once the leader has crossed it after the end | the same |
/// | it does not report a lap with cuts after the end of a practice or qualifying; a late lap of the previous session counts in the new one | the same |
/// | a race starts in the order of the previous session | sessions, `SetSession` |
///
/// # ACSM v2
///
/// "Wiki" is Emperor's page on UDP plugins (wiki.emperorservers.com/assetto-corsa-server-manager/udp-plugins),
/// "snapshot" is its server of 2021 as public code search finds it: the package `acserver`
/// (`server.go`, `session_manager.go`) and `plugins/udp.go`. Today's releases can differ.
///
/// | behaviour | source |
/// | --- | --- |
/// | ENABLE_ENHANCED_REPORTING starts packets 150, at each sector's end, and 151, at each tyre change and on entering the pits | wiki |
/// | it answers REQUEST_PING with packet 152, with or without that | wiki |
/// | the layouts are the original's | wiki: it claims to be compatible |
/// | the first session is announced once | snapshot, `server.go`: VERSION in `Start`, then one `NextSession` |
/// | END_SESSION only if someone completed a lap, before or after NEW_SESSION | snapshot, `NextSession`; users of releases report both orders |
/// | RESTART_SESSION and SET_SESSION_INFO restart the session without END_SESSION | snapshot, `RestartSession`, `SetCurrentSession` |
/// | SET_SESSION_INFO takes minutes and seconds, and takes effect at once; it ignores an index that does not exist | snapshot, `udp.go`, `SetCurrentSession` |
/// | `wait_time` is in seconds | snapshot, `SessionConfig` |
/// | for an index that does not exist it sends a SESSION_INFO with zeros and the version | reported by users of releases |
/// | there is no ACSP_ERROR; after a command that fails, it may be [deaf](super::SimBuilder::deaf_after_failure) | snapshot, `udp.go`: no packet of that id; `listen` returns when a command has returned an error |
/// | it sends SESSION_INFO when the weather changes | snapshot, `OnWeatherChange` |
/// | no CAR_UPDATE without a request; interval 0 ends the server | snapshot, `pluginPositionUpdate`: a Go ticker of 0 panics |
/// | a finished session goes on while a driver loads | snapshot, `SessionManager.loop` |
///
/// Its prereleases of 2020 have `protocol_version` 202 and LAP_COMPLETED without `grip_level`, and know
/// neither packets 151 and 152 nor the command 211 (snapshot, an older `udp.go`).
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ServerKind {
    /// acServer of Assetto Corsa 1.7 and later.
    #[default]
    Original,
    /// acServer before 1.7: no `has_completed` in leaderboards.
    Before17,
    /// AssettoServer.
    AssettoServer,
    /// Emperor's ACSM v2.
    AcsmV2,
    /// The prereleases of 2020 of ACSM v2.
    AcsmPrerelease,
}

impl ServerKind {
    /// All kinds, for a test that runs a plugin against each.
    ///
    /// ```
    /// use acudpclient::sim::{ServerKind, SimServer};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// for &kind in ServerKind::ALL {
    ///     let server = SimServer::builder().server(kind).start()?;
    ///     println!("{kind} on {}", server.local_addr());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub const ALL: &[Self] =
        &[Self::Original, Self::Before17, Self::AssettoServer, Self::AcsmV2, Self::AcsmPrerelease];

    pub(super) fn is_acsm(self) -> bool {
        matches!(self, Self::AcsmV2 | Self::AcsmPrerelease)
    }

    /// How often a finished session checks whether somebody still loads, in milliseconds; `None` if it does not
    /// wait for them.
    pub(super) fn stall(self) -> Option<u64> {
        match self {
            Self::AssettoServer => Some(100),
            Self::AcsmV2 | Self::AcsmPrerelease => Some(1000),
            Self::Original | Self::Before17 => None,
        }
    }

    /// The longest datagram that it can send, in bytes; `None` if there is no limit.
    pub(super) fn longest_datagram(self) -> Option<usize> {
        (self == Self::AssettoServer).then_some(1500)
    }
}

/// The server that writes this dialect. ACSM v2 writes the original's; choose it with
/// [`SimBuilder::server`](super::SimBuilder::server).
impl From<Dialect> for ServerKind {
    fn from(dialect: Dialect) -> Self {
        match dialect {
            Dialect::Original => Self::Original,
            Dialect::Before17 => Self::Before17,
            Dialect::AssettoServer => Self::AssettoServer,
            Dialect::AcsmPrerelease => Self::AcsmPrerelease,
        }
    }
}

impl fmt::Display for ServerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Original => "acServer",
            Self::Before17 => "acServer before 1.7",
            Self::AssettoServer => "AssettoServer",
            Self::AcsmV2 => "ACSM v2",
            Self::AcsmPrerelease => "a prerelease of ACSM v2",
        })
    }
}
