//! [`Plugin`], a plugin's configuration, and [`PluginStats`], its state and counters.

use std::net::SocketAddr;
use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::Permissions;

/// A plugin of a [`Relay`](super::Relay).
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Plugin {
    pub(super) name: String,
    pub(super) local_addr: SocketAddr,
    pub(super) plugin_addr: SocketAddr,
    pub(super) permissions: Permissions,
    pub(super) interval_ms: u16,
    pub(super) commands_per_second: u32,
}

impl Plugin {
    /// A plugin that listens on `plugin_addr` and sends its commands to `local_addr`. The relay listens there; the
    /// plugin takes it for the server. With port 0 the system chooses one, see [`PluginStats::local_addr`]. The name
    /// is for the log and for [`Relay::plugin`](super::Relay::plugin).
    ///
    /// ```
    /// use acudpclient::relay::Plugin;
    ///
    /// let (relay, plugin) = (([127, 0, 0, 1], 11_001).into(), ([127, 0, 0, 1], 12_001).into());
    /// let statistics = Plugin::new("statistics", relay, plugin);
    /// # drop(statistics);
    /// ```
    pub fn new(name: impl Into<String>, local_addr: SocketAddr, plugin_addr: SocketAddr) -> Self {
        Self {
            name: name.into(),
            local_addr,
            plugin_addr,
            permissions: Permissions::default(),
            interval_ms: 0,
            commands_per_second: 500,
        }
    }

    /// Which commands it may send. By default it may only [ask](Permissions::read_only).
    ///
    /// ```
    /// use acudpclient::relay::{Permissions, Plugin};
    ///
    /// let (relay, plugin) = (([127, 0, 0, 1], 11_001).into(), ([127, 0, 0, 1], 12_001).into());
    /// let bot = Plugin::new("bot", relay, plugin).permissions(Permissions::chat());
    /// # drop(bot);
    /// ```
    pub fn permissions(mut self, permissions: Permissions) -> Self {
        self.permissions = permissions;
        self
    }

    /// The plugin's realtime interval until it asks for another, for a plugin that asks only when its server
    /// starts. Whole milliseconds, at most 65,535; the default 0 means no telemetry.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use acudpclient::relay::Plugin;
    ///
    /// let (relay, plugin) = (([127, 0, 0, 1], 11_001).into(), ([127, 0, 0, 1], 12_001).into());
    /// let map = Plugin::new("map", relay, plugin).report_interval(Duration::from_millis(250));
    /// # drop(map);
    /// ```
    pub fn report_interval(mut self, interval: Duration) -> Self {
        self.interval_ms = u16::try_from(interval.as_millis()).unwrap_or(u16::MAX);
        self
    }

    /// How many commands it may send per second, and at once after a second of silence. What is more
    /// is dropped and counted. 500 by default.
    ///
    /// ```
    /// use acudpclient::relay::Plugin;
    ///
    /// let (relay, plugin) = (([127, 0, 0, 1], 11_001).into(), ([127, 0, 0, 1], 12_001).into());
    /// let modest = Plugin::new("modest", relay, plugin).commands_per_second(10);
    /// # drop(modest);
    /// ```
    pub fn commands_per_second(mut self, most: u32) -> Self {
        self.commands_per_second = most;
        self
    }
}

/// The state of a plugin of a [`Relay`](super::Relay), and its counters since the relay's start.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct PluginStats {
    /// The name given to [`Plugin::new`].
    pub name: String,
    /// Where the relay listens for it. The plugin takes this for the server's address.
    pub local_addr: SocketAddr,
    /// Where the plugin listens.
    pub plugin_addr: SocketAddr,
    /// True if its machine answers that nobody listens there. The relay still sends it everything. A plugin that
    /// sends nothing counts as back 5 s after the last such answer.
    pub is_away: bool,
    /// The realtime interval that it asked for; `None` is off. In JSON in milliseconds.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::optional_milliseconds"))]
    pub report_interval: Option<Duration>,
    /// Datagrams from the server sent to it.
    pub sent: u64,
    /// Datagrams from the server that the system did not send to it, and those sent while it is away.
    pub unsent: u64,
    /// How often its machine answered that nobody listens there.
    pub unreachable: u64,
    /// Datagrams received from it; each is also counted in one of the next five.
    pub received: u64,
    /// Its commands that were sent to the server, including realtime intervals merged with those of others.
    pub forwarded: u64,
    /// Commands that it may not send.
    pub refused: u64,
    /// Commands beyond its limit [per second](Plugin::commands_per_second).
    pub flooded: u64,
    /// Empty datagrams, and questions and intervals that could not be decoded.
    pub undecodable: u64,
    /// Commands that the system did not send to the server.
    pub lost: u64,
    /// Questions without an answer within 5 s, or beyond the limit of open questions.
    pub unanswered: u64,
}

impl PluginStats {
    pub(super) fn new(plugin: &Plugin, local_addr: SocketAddr) -> Self {
        Self {
            name: plugin.name.clone(),
            local_addr,
            plugin_addr: plugin.plugin_addr,
            is_away: false,
            report_interval: None,
            sent: 0,
            unsent: 0,
            unreachable: 0,
            received: 0,
            forwarded: 0,
            refused: 0,
            flooded: 0,
            undecodable: 0,
            lost: 0,
            unanswered: 0,
        }
    }
}
