//! What the relay keeps of one plugin, or of the host.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::allowance::{Allowance, Hush};
use super::pace::Pace;
use super::{Permissions, Plugin, PluginStats};
use crate::error::Error;

/// After this time without another "port unreachable" a plugin counts as back.
const BACK_AFTER: Duration = Duration::from_secs(5);

/// One plugin.
#[derive(Debug)]
pub(super) struct Seat {
    pub(super) stats: PluginStats,
    pub(super) permissions: Permissions,
    pub(super) interval_ms: u16,
    pub(super) allowance: Allowance,
    pub(super) pace: Pace,
    unreachable: Option<Instant>,
    hushes: [Hush; 5],
}

/// What goes wrong, each with a line of its own in the log.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fault {
    Refused,
    Flooded,
    Undecodable,
    Lost,
    Unsent,
}

impl Seat {
    pub(super) fn new(plugin: &Plugin, local_addr: SocketAddr) -> Self {
        Self {
            stats: PluginStats::new(plugin, local_addr),
            permissions: plugin.permissions,
            interval_ms: plugin.interval_ms,
            allowance: Allowance::new(plugin.commands_per_second),
            pace: Pace::new(),
            unreachable: None,
            hushes: Default::default(),
        }
    }

    pub(super) fn stats(&self) -> PluginStats {
        let mut stats = self.stats.clone();
        stats.interval = (self.interval_ms > 0).then(|| Duration::from_millis(self.interval_ms.into()));
        stats
    }

    /// Counts it, and tells the log: `what` happened to it, such as `sends rubbish`.
    pub(super) fn fault(&mut self, fault: Fault, now: Instant, what: impl fmt::Display) {
        let stats = &mut self.stats;
        let count = match fault {
            Fault::Refused => &mut stats.refused,
            Fault::Flooded => &mut stats.flooded,
            Fault::Undecodable => &mut stats.undecodable,
            Fault::Lost => &mut stats.lost,
            Fault::Unsent => &mut stats.unsent,
        };
        *count += 1;
        if self.hushes[fault as usize].may_speak(now) {
            log::warn!("the plugin {:?} on {} {what} ({count} so far)", stats.name, stats.address);
        }
    }

    /// A datagram has gone to the plugin, or has not.
    pub(super) fn sent(&mut self, sent: Result<(), Error>, now: Instant) {
        match sent {
            Ok(()) => {
                self.stats.sent += 1;
                let is_long_ago = |at| now.saturating_duration_since(at) >= BACK_AFTER;
                if self.unreachable.is_some_and(is_long_ago) {
                    self.is_back();
                }
            }
            Err(Error::ServerUnreachable { .. }) => {
                self.stats.unsent += 1;
                self.is_away(now);
            }
            Err(Error::SendBufferFull { .. }) => {
                self.fault(Fault::Unsent, now, "misses a packet: the send buffer is full");
            }
            Err(error) => self.fault(Fault::Unsent, now, format_args!("misses a packet: {error}")),
        }
    }

    /// A datagram of the plugin has come.
    pub(super) fn heard(&mut self) {
        self.stats.received += 1;
        self.is_back();
    }

    /// Nobody listens on the plugin's port.
    pub(super) fn is_away(&mut self, now: Instant) {
        self.stats.unreachable += 1;
        self.unreachable = Some(now);
        if !self.stats.is_away {
            self.stats.is_away = true;
            log::info!("the plugin {:?} is away: nobody listens on {}", self.stats.name, self.stats.address);
        }
    }

    fn is_back(&mut self) {
        self.unreachable = None;
        if self.stats.is_away {
            self.stats.is_away = false;
            log::info!("the plugin {:?} on {} is back", self.stats.name, self.stats.address);
        }
    }
}
