//! What comes twice, since networks repeat datagrams.

use super::moment::{LONG, Moment};
use crate::protocol::{CarId, ClientEvent, LapCompleted, LeaderboardEntry};

/// The newest lap and contact of each slot. Of another kind of packet a repeated one changes nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Newest(Vec<Slot>);

#[derive(Debug, Clone, Default)]
struct Slot {
    /// When the newest lap was heard; `None` if there is none.
    heard: Option<Moment>,
    lap: Lap,
    contact: Option<ClientEvent>,
}

/// What tells a lap from others.
#[derive(Debug, Clone, Default)]
struct Lap {
    lap_time: u32,
    cuts: u8,
    grip_level: Option<u32>,
    /// Kept for its memory.
    leaderboard: Vec<LeaderboardEntry>,
}

impl Lap {
    fn is(&self, lap: &LapCompleted) -> bool {
        self.lap_time == lap.lap_time.0
            && self.cuts == lap.cuts
            && self.grip_level == lap.grip_level.map(f32::to_bits)
            && self.leaderboard == lap.leaderboard
    }

    fn set(&mut self, lap: &LapCompleted) {
        self.lap_time = lap.lap_time.0;
        self.cuts = lap.cuts;
        self.grip_level = lap.grip_level.map(f32::to_bits);
        self.leaderboard.clone_from(&lap.leaderboard);
    }
}

impl Newest {
    /// Whether this lap was heard already: it equals the car's newest one, which is not so long ago
    /// that it can be another one. Two laps never have the same leaderboard, but for invalid ones.
    pub(super) fn is_repeated_lap(&mut self, lap: &LapCompleted, now: Moment) -> bool {
        let slot = self.slot(lap.car_id);
        let can_be = |heard: Moment| heard.passed(now).is_none_or(|passed| passed < LONG);
        if slot.heard.is_some_and(can_be) && slot.lap.is(lap) {
            return true;
        }
        slot.heard = Some(now);
        slot.lap.set(lap);
        false
    }

    pub(super) fn is_repeated_contact(&mut self, contact: &ClientEvent) -> bool {
        let newest = &mut self.slot(contact.car_id).contact;
        newest.replace(*contact).is_some_and(|newest| newest == *contact)
    }

    /// Another driver takes the slot.
    pub(super) fn forget(&mut self, car_id: CarId) {
        let slot = self.slot(car_id);
        slot.heard = None;
        slot.contact = None;
    }

    fn slot(&mut self, car_id: CarId) -> &mut Slot {
        let index = usize::from(car_id.0);
        if self.0.len() <= index {
            self.0.resize_with(index + 1, Slot::default);
        }
        &mut self.0[index]
    }
}
