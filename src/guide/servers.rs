//! The differences between servers.
//!
//! Several servers speak this protocol, each with its own layouts and quirks. The client detects the layouts
//! ([`Dialect`](crate::protocol::Dialect)) by itself and accepts every protocol version. But you should know the quirks:
//!
//! | server | quirks |
//! | --- | --- |
//! | acServer | `wait_time` is in milliseconds and wraps above 65.535 s. CAR_INFO for an empty slot names the last driver, and says connected only once the driver has loaded. A starting server announces its first session twice. END_SESSION comes only if someone completed a lap. Without a folder `results` there is no LAP_COMPLETED |
//! | acServer before 1.7 | leaderboard entries lack `has_completed`: it is false |
//! | AssettoServer | see [below](#assettoserver) |
//! | ACSM v2 | see [below](#acsm-v2) |
//! | ACSM v2's prereleases of 2020 | `protocol_version` is 202; LAP_COMPLETED has no `grip_level` |
//!
//! # All servers
//!
//! - NEW_CONNECTION may come for a slot that was never closed, and CONNECTION_CLOSED may be missing. Others reuse a slot:
//!   `driver_guid` identifies the person.
//! - If two cars touch, each reports the contact once.
//! - A server repeats nothing for a plugin that starts late: ask with [`request_missed`]. Name only slots that exist.
//! - KICK_USER does not work on some versions of acServer; there, use `admin_command("/kick_id 3")`.
//! - SET_SESSION_INFO: in Kunos's sample program `time` is in seconds. AssettoServer and ACSM v2 take minutes, and switch
//!   to the changed session at once.
//! - A realtime interval of 0 means "off" on acServer only. AssettoServer floods or goes silent, and another server
//!   crashes. Use [`disable_realtime_report`], which never sends 0.
//! - The game cuts long chat lines and may not show characters outside ASCII.
//! - Chat can hold secrets, such as `/admin` with its password. The client logs chat at trace level only.
//! - Players choose names and chat. `Display` of a packet quotes such texts and escapes control characters. If you print
//!   one yourself, use `{:?}`.
//!
//! # AssettoServer
//!
//! - `EnableLegacyPluginInterface: true` in `extra_cfg.yml` turns the interface on.
//! - `wait_time` is in seconds. `elapsed_ms` is the server's time, not the session's; a
//!   [`RaceTracker`](crate::RaceTracker) counts from NEW_SESSION instead.
//! - It sends no CAR_INFO for an empty slot. CAR_INFO says connected from the handshake on.
//! - CAR_UPDATE comes every 1000 ms without a request.
//! - It announces a session once. END_SESSION comes at every change of session and names no file.
//! - The leaderboard of a race is sorted by time only.
//! - It ignores admin commands, including `/kick_id`: kick with
//!   [`kick_user`](crate::AcUdpClient::kick_user).
//! - It ignores NEXT_SESSION and RESTART_SESSION while somebody loads.
//!
//! # ACSM v2
//!
//! - Sectors and tyre changes come after [`enable_enhanced_reporting`], which a restarted server forgets.
//! - It answers [`ping`](crate::AcUdpClient::ping).
//! - `wait_time` is in seconds.
//! - It announces a session once. END_SESSION comes only if someone completed a lap, before or after the next NEW_SESSION,
//!   and not at a restart.
//! - It sends SESSION_INFO when the weather changes.
//! - After a command that fails, such as a request for a slot that does not exist, it may ignore all further commands: a
//!   public snapshot of 2021 did that.
//!
//! `sim::ServerKind` (feature `sim`) lists every behaviour with its source, and `acsp sim --kind assettoserver` simulates it.
//!
//! [`request_missed`]: crate::AcUdpClient::request_missed
//! [`disable_realtime_report`]: crate::AcUdpClient::disable_realtime_report
//! [`enable_enhanced_reporting`]: crate::AcUdpClient::enable_enhanced_reporting
