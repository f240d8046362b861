//! Drivers connect, load and drive laps.

use super::agenda::Task;
use super::drivers::Driver;
use super::slot::{self, Doing};
use super::{Phase, World};
use crate::protocol::{ClientLoaded, Dialect, Event, LapCompleted, LapTime, SectorCompleted, SessionType};
use crate::sim::track::track;

impl World {
    pub(super) fn new_driver(&mut self) -> Driver {
        self.drivers_made += 1;
        Driver::new(self.drivers_made - 1, &mut self.rng)
    }

    /// Takes a free slot, if possible this one; without a free one the driver has to wait.
    pub(super) fn join(&mut self, driver: Driver, slot: Option<usize>) {
        let is_free = |slot: &usize| self.slots[*slot].driver.is_none();
        let slot = slot.filter(is_free).or_else(|| {
            let free = self.slots_where(|slot| slot.driver.is_none());
            self.rng.pick(&free)
        });
        match slot {
            Some(slot) => self.connect(driver, slot),
            None => self.bench.push(driver),
        }
    }

    /// Whoever was in the slot has vanished without a goodbye.
    pub(super) fn connect(&mut self, driver: Driver, slot: usize) {
        let car = &mut self.slots[slot];
        let connection = car.connection(&driver);
        let vanished = car.driver.take().filter(|before| before.guid != driver.guid);
        car.connect(driver, self.now);
        let seat = car.seat;
        self.bench.extend(vanished);
        self.emit(Event::NewConnection(connection));
        self.plan_within(12_000, 36_000, Task::Loaded { slot, seat });
        self.end_if_nobody_drives();
    }

    /// With CONNECTION_CLOSED.
    pub(super) fn disconnect(&mut self, slot: usize) -> Option<Driver> {
        let driver = self.slots[slot].disconnect()?;
        self.emit(Event::ConnectionClosed(self.slots[slot].connection(&driver)));
        self.end_if_nobody_drives();
        Some(driver)
    }

    pub(super) fn loaded(&mut self, slot: usize) {
        let is_race = self.session_type() == SessionType::Race;
        let car = &mut self.slots[slot];
        car.loaded = true;
        let loaded = ClientLoaded { car_id: car.car_id };
        // The clock of a race runs for everybody; elsewhere each has one.
        if !is_race {
            car.laps.began = self.now.max(self.session_start);
        } else if car.laps.driven == 0 {
            car.laps.began = self.session_start;
        }
        let (seat, is_done) = (car.seat, car.laps.completed);
        car.park(Doing::Done);
        self.emit(Event::ClientLoaded(loaded));
        if self.rng.chance(0.3) {
            self.plan_within(1_000, 4_000, Task::Say { slot, seat, text: "PLP: running version 1.2" });
        }
        match self.phase {
            Phase::Grid => self.line_up(slot),
            Phase::Running if !is_done => {
                let wait = self.session_start.saturating_sub(self.now);
                self.go_later(slot, wait + 3_000, wait + 30_000);
            }
            _ => {}
        }
    }

    pub(super) fn go_later(&mut self, slot: usize, low: u64, high: u64) {
        self.slots[slot].doing = Doing::Waiting;
        let plan = self.slots[slot].plan;
        self.plan_within(low, high, Task::Go { slot, plan });
    }

    /// From standing.
    pub(super) fn go(&mut self, slot: usize) {
        let thirds = self.draw_lap(slot);
        self.slots[slot].doing = Doing::Driving;
        self.slots[slot].drive.go(self.now, thirds);
        self.plan_lap(slot);
    }

    /// How much longer than the fastest lap's each third of the next lap takes, and with how many cuts.
    fn draw_lap(&mut self, slot: usize) -> [f64; 3] {
        let car = &self.slots[slot];
        let (pace, noise) = car.driver.as_ref().map_or((1.0, 0.0), |driver| (driver.pace, driver.noise));
        let burden = 1.0 + car.ballast * 0.000_3 + car.restrictor * 0.000_8;
        let is_race = self.session_type() == SessionType::Race;
        let cuts = if self.rng.chance(if is_race { 0.05 } else { 0.14 }) { self.rng.whole(1, 3) } else { 0 };
        self.slots[slot].cuts = cuts as u8;
        [(); 3].map(|()| (pace * (1.0 + noise * self.rng.bell())).max(0.985) * burden)
    }

    /// What happens on the lap that has been begun.
    fn plan_lap(&mut self, slot: usize) {
        self.plan_line(slot);
        let car = &self.slots[slot];
        let (plan, line) = (car.plan, car.drive.line().unwrap_or(self.now));
        let is_first = car.laps.driven == 0;
        if self.session_type() == SessionType::Race && !is_first && self.rng.chance(0.012) {
            let left = line.saturating_sub(self.now).max(1);
            self.plan_within(left / 4, left / 4 * 3, Task::Retire { slot, plan });
        }
    }

    /// Anew, also when the car has lost time.
    pub(super) fn plan_line(&mut self, slot: usize) {
        let car = &mut self.slots[slot];
        car.plan = car.plan.wrapping_add(1);
        let (plan, line) = (car.plan, car.drive.line());
        let thirds = [0, 1].map(|third| (third, car.drive.end_of_third(third)));
        if let Some(line) = line {
            self.agenda.add(line, Task::Line { slot, plan });
        }
        if self.enhanced_reporting {
            for (third, time) in thirds {
                if let Some(time) = time.filter(|&time| time > self.now) {
                    self.agenda.add(time, Task::Sector { slot, plan, third });
                }
            }
        }
    }

    pub(super) fn cross_line(&mut self, slot: usize) {
        let is_race = self.session_type() == SessionType::Race;
        let lap_limit = if is_race { self.announced.laps } else { 0 };
        let car = &mut self.slots[slot];
        let lap_time = u32::try_from(self.now.saturating_sub(car.laps.began)).unwrap_or(u32::MAX);
        let cuts = car.cuts;
        // The server's clock and the car's do not agree to the last millisecond.
        let race_time = lap_time.saturating_sub(self.rng.whole(0, 9) as u32);
        car.laps.add(lap_time, cuts, race_time);
        car.laps.began = self.now;
        let has_finished = match lap_limit {
            0 => self.phase == Phase::Ending,
            limit => car.laps.driven >= limit,
        };
        car.laps.completed = has_finished;
        self.laps_in_session += 1;
        self.laps_ever += 1;
        if self.enhanced_reporting && self.dialect == Dialect::AcsmPrerelease {
            self.sector(slot, 2);
        }
        self.emit_lap(slot, lap_time, cuts);

        if has_finished {
            self.slots[slot].park(Doing::Done);
            if self.phase == Phase::Running {
                self.time_is_up();
            } else {
                self.end_if_nobody_drives();
            }
        } else if !is_race && self.rng.chance(0.12) {
            // To the garage, where the lap's clock goes on.
            self.slots[slot].park(Doing::Waiting);
            self.go_later(slot, 20_000, 90_000);
        } else {
            let thirds = self.draw_lap(slot);
            let aside = self.rng.between(-3.5, 3.5);
            self.slots[slot].drive.next_lap(self.now, thirds, aside);
            self.plan_lap(slot);
        }
    }

    pub(super) fn emit_lap(&mut self, slot: usize, lap_time: u32, cuts: u8) {
        let session_type = self.session_type();
        let by_time_alone = self.dialect == Dialect::AssettoServer;
        let mut lap = LapCompleted {
            car_id: self.slots[slot].car_id,
            lap_time: LapTime(lap_time),
            cuts,
            leaderboard: slot::leaderboard(&self.slots, session_type, by_time_alone),
            grip_level: Some((0.94 + 0.000_2 * self.laps_ever as f32).min(1.0)),
            dialect: Dialect::Original,
        };
        match self.dialect {
            Dialect::Before17 => {
                lap.dialect = Dialect::Before17;
                lap.leaderboard.iter_mut().for_each(|entry| entry.has_completed = false);
            }
            Dialect::AcsmPrerelease => {
                lap.dialect = Dialect::AcsmPrerelease;
                lap.grip_level = None;
            }
            _ => {}
        }
        self.emit(Event::LapCompleted(lap));
    }

    pub(super) fn sector(&mut self, slot: usize, third: usize) {
        let car = &self.slots[slot];
        let sector = SectorCompleted {
            car_id: car.car_id,
            sector_index: third as u8,
            sector_time: LapTime((track().lap_time / 3.0) as u32),
            cuts: car.cuts,
        };
        self.emit(Event::SectorCompleted(sector));
    }

    /// Out of the race with a bang.
    pub(super) fn retire(&mut self, slot: usize) {
        let speed = self.rng.between(60.0, 160.0);
        self.hit(slot, None, speed);
        let car = &mut self.slots[slot];
        car.plan = car.plan.wrapping_add(1);
        car.doing = Doing::Done;
        car.drive.stop(self.now);
        self.end_if_nobody_drives();
    }

    /// The driver is gone and the server does not notice: the slot stays taken, the car stands.
    pub(super) fn vanish(&mut self, slot: usize) {
        let car = &mut self.slots[slot];
        car.away();
        car.drive.stop(self.now);
        self.end_if_nobody_drives();
    }
}
