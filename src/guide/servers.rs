//! What differs between servers.
//!
//! Several servers speak this protocol, each with its own layouts and habits. The client tells the layouts
//! ([`Dialect`](crate::protocol::Dialect)) apart by itself and never refuses a protocol version. The habits are yours to
//! know:
//!
//! | server | what to know |
//! | --- | --- |
//! | acServer | `wait_time` is in milliseconds and wraps above 65.535 s. CAR_INFO of an empty slot names its last driver, and says connected only once the driver has loaded. A starting server announces its first session twice. END_SESSION comes only if someone completed a lap. Without a folder `results` there is no LAP_COMPLETED |
//! | acServer before 1.7 | leaderboard entries do not tell `has_completed`: it is false |
//! | AssettoServer | see [below](#assettoserver) |
//! | ACSM v2 | see [below](#acsm-v2) |
//! | ACSM v2's prereleases of 2020 | `protocol_version` is 202; LAP_COMPLETED has no `grip_level` |
//!
//! # With any of them
//!
//! - NEW_CONNECTION may come for a slot that was never closed, and CONNECTION_CLOSED can be missed. A slot is reused by
//!   others: the person is the `driver_guid`.
//! - A contact of two cars is reported once by each.
//! - A server repeats nothing for a plugin that starts late: [`request_missed`] asks. Name only slots that exist.
//! - KICK_USER does not work on some versions of acServer, where `admin_command("/kick_id 3")` does.
//! - SET_SESSION_INFO: the sample program of the game's makers says that `time` is in seconds. AssettoServer and ACSM v2
//!   take minutes, and switch to the changed session at once.
//! - A realtime interval of 0 means "off" on acServer only. AssettoServer floods or falls silent, and another server crashes:
//!   use [`disable_realtime_report`], which never sends it.
//! - In the game, long chat lines are cut, and characters outside ASCII may not show.
//! - Chat can hold what was not meant to be read, `/admin` with its password among it. The client logs chat at trace level
//!   only.
//! - Players choose names and chat. `Display` of a packet quotes such texts and escapes control characters. If you print
//!   one yourself, use `{:?}` or [`str::escape_debug`].
//!
//! # AssettoServer
//!
//! - `EnableLegacyPluginInterface: true` in `extra_cfg.yml` turns the interface on.
//! - `wait_time` is in seconds. `elapsed_ms` is not the session's time but the server's; a
//!   [`RaceTracker`](crate::RaceTracker) counts from NEW_SESSION instead.
//! - CAR_INFO of an empty slot is not answered, and says connected from the handshake on.
//! - CAR_UPDATE comes every 1000 ms unasked.
//! - END_SESSION comes at every change of session and names no file.
//! - The leaderboard of a race is sorted by time alone.
//! - Admin commands are ignored, `/kick_id` among them: kick with
//!   [`kick_user`](crate::AcUdpClient::kick_user).
//! - NEXT_SESSION and RESTART_SESSION are ignored while somebody loads.
//!
//! # ACSM v2
//!
//! - Sectors and tyre changes come after [`enable_enhanced_reporting`], which a restarted server has forgotten.
//! - [`ping`](crate::AcUdpClient::ping) is answered.
//! - `wait_time` is in seconds.
//! - SESSION_INFO comes unasked when the weather changes.
//! - A command that fails, such as a question for a slot that does not exist, may end its listening for good: a public
//!   snapshot of 2021 did that.
//!
//! `sim::ServerKind` (feature `sim`) lists every behaviour with its source, and simulates it: `acsp sim --kind assettoserver`.
//!
//! [`request_missed`]: crate::AcUdpClient::request_missed
//! [`disable_realtime_report`]: crate::AcUdpClient::disable_realtime_report
//! [`enable_enhanced_reporting`]: crate::AcUdpClient::enable_enhanced_reporting
