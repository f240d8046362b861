//! How long ago something was, with the caller's clock or without.

use std::time::Duration;

/// No datagram is that late, and nobody loads or drives a lap in less.
pub(super) const LONG: Duration = Duration::from_secs(10);

/// What passed another datagram on its way comes so soon after it, and nobody comes and goes in less.
pub(super) const SHORT: Duration = Duration::from_secs(1);

/// When something was heard.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Moment {
    /// By the caller's clock.
    pub at: Option<Duration>,
    /// By laps.
    pub round: u32,
}

impl Moment {
    /// How much time has passed by the caller's clock; `None` without one.
    pub(super) fn passed(self, now: Self) -> Option<Duration> {
        Some(now.at?.saturating_sub(self.at?))
    }

    /// Whether it was less than [`SHORT`] ago. Without a clock nothing is.
    pub(super) fn is_just_before(self, now: Self) -> bool {
        self.passed(now).is_some_and(|passed| passed < SHORT)
    }

    /// By the caller's clock; without one, whether somebody has driven a whole lap since.
    pub(super) fn is_long_before(self, now: Self) -> bool {
        self.passed(now).map_or(Rounds::has_lap_between(self.round, now.round), |passed| passed >= LONG)
    }
}

/// Tells without a clock that some time has passed: a round ends when a car completes its second
/// lap in it. So between a moment and the second round after it somebody has driven a whole lap.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Rounds(u32);

impl Rounds {
    pub(super) fn now(self) -> u32 {
        self.0
    }

    /// A car completes a lap, of which the last one was in this round. Returns the lap's round.
    pub(super) fn count(&mut self, last: &mut Option<u32>) -> u32 {
        if *last == Some(self.0) {
            self.0 = self.0.saturating_add(1);
        }
        *last = Some(self.0);
        self.0
    }

    /// Whether somebody has driven a whole lap between these.
    pub(super) fn has_lap_between(before: u32, now: u32) -> bool {
        now >= before.saturating_add(2)
    }
}
