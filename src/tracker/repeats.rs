//! What comes twice, since networks repeat datagrams.

use std::hash::{DefaultHasher, Hash, Hasher};

use super::moment::{LONG, Moment};
use crate::protocol::{CarId, ClientEvent, LapCompleted};

/// The newest lap and contact of each slot. Of another kind of packet a repeated one changes nothing.
#[derive(Debug, Clone, Default)]
pub(super) struct Newest(Vec<Slot>);

#[derive(Debug, Clone, Default)]
struct Slot {
    lap: Option<(u64, Moment)>,
    contact: Option<ClientEvent>,
}

impl Newest {
    /// Whether this lap was heard already: byte for byte the car's newest one, and not so long ago
    /// that it can be another one. Two laps never have the same leaderboard, but for invalid ones.
    pub fn is_repeated_lap(&mut self, lap: &LapCompleted, now: Moment) -> bool {
        let newest = &mut self.slot(lap.car_id).lap;
        let this = fingerprint(lap);
        let is_repeated = newest.is_some_and(|(newest, heard)| {
            newest == this && heard.passed(now).is_none_or(|passed| passed < LONG)
        });
        if !is_repeated {
            *newest = Some((this, now));
        }
        is_repeated
    }

    pub fn is_repeated_contact(&mut self, contact: &ClientEvent) -> bool {
        let newest = &mut self.slot(contact.car_id).contact;
        newest.replace(*contact).is_some_and(|newest| newest == *contact)
    }

    /// Another driver takes the slot.
    pub fn forget(&mut self, car_id: CarId) {
        *self.slot(car_id) = Slot::default();
    }

    fn slot(&mut self, car_id: CarId) -> &mut Slot {
        let index = usize::from(car_id.0);
        if self.0.len() <= index {
            self.0.resize_with(index + 1, Slot::default);
        }
        &mut self.0[index]
    }
}

fn fingerprint(lap: &LapCompleted) -> u64 {
    let mut hasher = DefaultHasher::new();
    (lap.lap_time, lap.cuts, lap.grip_level.map(f32::to_bits), &lap.leaderboard).hash(&mut hasher);
    hasher.finish()
}
