//! Contacts, comings and goings, chat, and the realtime report.

use super::World;
use super::agenda::Task;
use super::roster;
use super::slot::Doing;
use crate::protocol::{CarId, ClientEvent, Event, Vec3};
use crate::sim::ServerKind;
use crate::sim::rng::Rng;
use crate::sim::track::track;

/// How long AssettoServer takes to send one car's report, in microseconds; an assumption.
const SENDING: u64 = 10;

/// Cars nearer than this can touch, in metres.
const NEAR: f64 = 60.0;

impl World {
    /// Plans a task that involves a driver: the fewer slots, the later.
    fn plan_for_a_field(&mut self, low: u64, high: u64, task: Task) {
        let fewer = (24.0 / self.slots.len() as f64).clamp(0.4, 5.0);
        let after = self.rng.between(low as f64, high as f64) * fewer;
        self.plan(after as u64, task);
    }

    /// A car hits its neighbour, if there is one, or the environment.
    pub(super) fn mishap(&mut self) {
        let driving = self.slots_where(|slot| slot.loaded && slot.doing == Doing::Driving);
        if let Some(slot) = self.rng.pick(&driving) {
            let here = self.slots[slot].motion.spline(self.now);
            let gap = |other: usize| {
                let ahead = (self.slots[other].motion.spline(self.now) - here).rem_euclid(1.0);
                ahead.min(1.0 - ahead) * track().length
            };
            let neighbour = driving
                .iter()
                .copied()
                .filter(|&other| other != slot)
                .min_by(|&a, &b| gap(a).total_cmp(&gap(b)))
                .filter(|&other| gap(other) < NEAR);
            let speed = self.rng.between(2.0, 70.0);
            self.hit(slot, neighbour, speed);
            for slot in [Some(slot), neighbour].into_iter().flatten() {
                let lost = self.rng.whole(300, 4_000);
                self.slots[slot].motion.lose(self.now, lost);
                // This also cancels a retirement planned for this lap.
                self.plan_line(slot);
            }
        }
        self.plan_for_a_field(12_000, 45_000, Task::Mishap);
    }

    /// Sends this car's CLIENT_EVENT, and a little later the other one's.
    pub(super) fn hit(&mut self, slot: usize, other: Option<usize>, impact_speed: f64) {
        let event = self.contact(slot, other, impact_speed);
        self.emit(Event::ClientEvent(event));
        if let Some(other) = other {
            let event = Box::new(self.contact(other, Some(slot), impact_speed));
            self.plan_within(0, 30, Task::Contact { event });
        }
    }

    fn contact(&mut self, slot: usize, other: Option<usize>, impact_speed: f64) -> ClientEvent {
        let mut axis = |reach: f64| self.rng.between(-reach, reach) as f32;
        ClientEvent {
            car_id: CarId(slot as u8),
            other_car_id: other.map(|other| CarId(other as u8)),
            impact_speed: impact_speed as f32,
            rel_pos: Vec3::new(axis(0.9), axis(0.4), axis(2.1)),
            world_pos: self.slots[slot].motion.position(self.now),
        }
    }

    /// A driver leaves, is replaced, vanishes without CONNECTION_CLOSED, or joins.
    pub(super) fn coming_and_going(&mut self) {
        let loaded = self.loaded_slots();
        let roll = self.rng.unit();
        match self.rng.pick(&loaded) {
            Some(slot) if loaded.len() > 1 && roll < 0.75 => {
                if roll < 0.45 {
                    self.leave(slot);
                } else {
                    self.drop_out(slot, roll < 0.65);
                }
            }
            _ => {
                if let Some(index) = self.rng.index(self.bench.len()) {
                    let driver = self.bench.swap_remove(index);
                    self.join(driver, None);
                }
            }
        }
        self.plan_for_a_field(40_000, 120_000, Task::ComingAndGoing);
    }

    /// A driver leaves with CONNECTION_CLOSED and comes back, perhaps in another slot, or somebody else comes.
    fn leave(&mut self, slot: usize) {
        let Some(driver) = self.disconnect(slot) else { return };
        let roll = self.rng.unit();
        let (driver, slot) = match self.rng.index(self.bench.len()) {
            Some(index) if roll < 0.35 => {
                let other = std::mem::replace(&mut self.bench[index], driver);
                (other, Some(slot))
            }
            _ => (driver, (roll < 0.7).then_some(slot)),
        };
        self.plan_within(15_000, 80_000, Task::Join { driver: Box::new(driver), slot });
    }

    /// A driver vanishes without CONNECTION_CLOSED. Somebody takes the slot a little later, perhaps the same driver.
    fn drop_out(&mut self, slot: usize, comes_back: bool) {
        self.vanish(slot);
        let Some(driver) = self.slots[slot].driver.clone() else { return };
        let driver = match self.rng.index(self.bench.len()) {
            Some(index) if !comes_back => self.bench.swap_remove(index),
            _ => driver,
        };
        let seat = self.slots[slot].seat;
        self.plan_within(10_000, 40_000, Task::Replace { driver: Box::new(driver), slot, seat });
        if self.kind == ServerKind::AssettoServer {
            let after = self.own_rng.whole(15_000, 16_000);
            self.plan(after, Task::TimedOut { slot, seat, comes_back });
        }
    }

    pub(super) fn chat(&mut self) {
        let loaded = self.loaded_slots();
        if let Some(slot) = self.rng.pick(&loaded) {
            let text = roster::line(&mut self.rng);
            self.say(slot, text);
        }
        self.plan_for_a_field(20_000, 90_000, Task::Chat);
    }

    pub(super) fn set_report_interval(&mut self, milliseconds: u16) {
        self.report_interval = milliseconds;
        match self.kind {
            // It reads the new one when the current one has passed.
            ServerKind::AssettoServer => {}
            ServerKind::AcsmV2 | ServerKind::AcsmPrerelease if milliseconds == 0 => self.stop(),
            _ => self.plan_telemetry(),
        }
    }

    pub(super) fn plan_telemetry(&mut self) {
        self.report_turn = self.report_turn.wrapping_add(1);
        if self.report_interval > 0 && !self.scripted {
            let turn = self.report_turn;
            self.plan(u64::from(self.report_interval), Task::Telemetry { turn });
        }
    }

    pub(super) fn report(&mut self) {
        self.report_once();
        if self.report_interval == 0 {
            // It repeats until a round ends in another millisecond than it began in.
            let most = 1000 / (SENDING * self.slots.len() as u64);
            for _ in 0..Rng::new(self.now).whole(0, most) {
                self.report_once();
            }
            return;
        }
        let turn = self.report_turn;
        self.plan(u64::from(self.report_interval), Task::Telemetry { turn });
    }

    /// Sends a CAR_UPDATE of every loaded car.
    fn report_once(&mut self) {
        for slot in self.loaded_slots() {
            let update = self.slots[slot].motion.update(CarId(slot as u8), self.now);
            self.emit(Event::CarUpdate(update));
        }
    }
}
