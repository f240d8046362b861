//! [`Plugin`], as it is set up, and [`PluginStats`], as it is doing.

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
    /// A plugin that listens on `plugin_addr` and has been told that the server is at `local_addr`, where
    /// the relay listens for its commands; port 0 there is one that the system chooses, see
    /// [`PluginStats::local_addr`]. The name is for the log and for
    /// [`Relay::plugin`](super::Relay::plugin).
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

    /// The realtime interval that counts as asked for until it asks itself, for a plugin that asks
    /// only when its server starts: whole milliseconds, at most 65,535; 0, the default, is none.
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

/// How a plugin of a [`Relay`](super::Relay) is doing, and what went to and fro since its start.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct PluginStats {
    /// As it was given.
    pub name: String,
    /// Where the relay listens for it: what the plugin takes for the server.
    pub local_addr: SocketAddr,
    /// Where the plugin listens.
    pub plugin_addr: SocketAddr,
    /// Whether its machine answers that nobody listens there. It still gets everything; a plugin that
    /// sends nothing counts as back 5 s after the last such answer.
    pub is_away: bool,
    /// The realtime interval that it has asked for; `None` is off. As JSON in milliseconds.
    #[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::optional_milliseconds"))]
    pub report_interval: Option<Duration>,
    /// Datagrams of the server sent to it.
    pub sent: u64,
    /// Datagrams of the server that the system did not send to it, and those sent while it is away.
    pub unsent: u64,
    /// How often its machine has answered that nobody listens there.
    pub unreachable: u64,
    /// Datagrams received from it; each is also in one of the next five.
    pub received: u64,
    /// Commands of it sent to the server, or settled with the others' intervals.
    pub forwarded: u64,
    /// Commands that it may not send.
    pub refused: u64,
    /// Commands beyond its number [per second](Plugin::commands_per_second).
    pub flooded: u64,
    /// Empty datagrams, and questions and intervals that could not be decoded.
    pub undecodable: u64,
    /// Commands that the system did not send to the server.
    pub lost: u64,
    /// Questions that were not answered within 5 s, or were too many to wait for.
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
