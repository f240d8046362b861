//! [`PluginState`]: what the relay knows of one plugin.

use std::fmt;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use super::allowance::{Allowance, Hush};
use super::pace::Pace;
use super::{Permissions, Plugin, PluginStats};
use crate::net::Fault;

/// After this time without another "port unreachable" a plugin counts as back.
const BACK_AFTER: Duration = Duration::from_secs(5);

/// One plugin.
#[derive(Debug)]
pub(super) struct PluginState {
    pub(super) stats: PluginStats,
    pub(super) permissions: Permissions,
    pub(super) interval_ms: u16,
    pub(super) allowance: Allowance,
    pub(super) pace: Pace,
    unreachable: Option<Instant>,
    hushes: [Hush; 5],
}

/// What can go wrong. Each kind has its own line in the log.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mishap {
    Refused,
    Flooded,
    Undecodable,
    Lost,
    Unsent,
}

impl PluginState {
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
        stats.report_interval =
            (self.interval_ms > 0).then(|| Duration::from_millis(self.interval_ms.into()));
        stats
    }

    /// Counts the mishap and logs it. `what` continues "the plugin … ", such as "lost a …".
    pub(super) fn mishap(&mut self, mishap: Mishap, now: Instant, what: impl fmt::Display) {
        let stats = &mut self.stats;
        let count = match mishap {
            Mishap::Refused => &mut stats.refused,
            Mishap::Flooded => &mut stats.flooded,
            Mishap::Undecodable => &mut stats.undecodable,
            Mishap::Lost => &mut stats.lost,
            Mishap::Unsent => &mut stats.unsent,
        };
        *count += 1;
        if self.hushes[mishap as usize].may_speak(now) {
            log::warn!("the plugin {:?} on {} {what} ({count} so far)", stats.name, stats.plugin_addr);
        }
    }

    /// Counts the result of sending a datagram to the plugin.
    pub(super) fn sent(&mut self, sent: Result<(), Fault>, now: Instant) {
        match sent {
            Ok(()) => {
                let is_long_ago = |at| now.saturating_duration_since(at) >= BACK_AFTER;
                if self.unreachable.is_some_and(is_long_ago) {
                    self.is_back();
                }
                if self.stats.is_away {
                    self.stats.unsent += 1;
                } else {
                    self.stats.sent += 1;
                }
            }
            Err(Fault::Unreachable) => {
                self.stats.unsent += 1;
                self.is_away(now);
            }
            Err(Fault::NotNow) => {
                self.mishap(Mishap::Unsent, now, "missed a packet: the send buffer is full");
            }
            Err(Fault::Passing(error) | Fault::Broken(error)) => {
                self.mishap(Mishap::Unsent, now, format_args!("missed a packet: {error}"));
            }
        }
    }

    /// A datagram came from the plugin.
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
            // The last one sent is the one that nobody got.
            if let Some(sent) = self.stats.sent.checked_sub(1) {
                self.stats.sent = sent;
                self.stats.unsent += 1;
            }
            log::info!(
                "the plugin {:?} is away: nobody listens on {}",
                self.stats.name,
                self.stats.plugin_addr
            );
        }
    }

    fn is_back(&mut self) {
        self.unreachable = None;
        if self.stats.is_away {
            self.stats.is_away = false;
            log::info!("the plugin {:?} on {} is back", self.stats.name, self.stats.plugin_addr);
        }
    }
}
