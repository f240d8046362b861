//! A driver's visit to the server: connects, loads, drives laps, leaves.

use super::agenda::Task;
use super::roster::SimDriver;
use super::slot::{self, Doing};
use super::{Phase, World};
use crate::protocol::{
    ClientLoaded, Dialect, Event, LapCompleted, LapTime, SectorCompleted, SessionType, TyreChange,
};
use crate::sim::ServerKind;

const TYRES: [&str; 3] = ["SM", "M", "ST"];

impl World {
    pub(super) fn new_driver(&mut self) -> SimDriver {
        self.drivers_made += 1;
        SimDriver::new(self.drivers_made - 1, &mut self.rng)
    }

    /// The driver takes a free slot, preferably this one, or waits if there is none.
    pub(super) fn join(&mut self, driver: SimDriver, slot: Option<usize>) {
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

    /// Connects a driver. A driver who is still in the slot has vanished.
    pub(super) fn connect(&mut self, driver: SimDriver, slot: usize) {
        if self.kind == ServerKind::AssettoServer {
            // It gives away free slots only, so it has noticed that the driver is gone.
            let vanished = self.disconnect(slot).filter(|before| before.guid != driver.guid);
            self.bench.extend(vanished);
        }
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

    /// Disconnects a driver with CONNECTION_CLOSED.
    pub(super) fn disconnect(&mut self, slot: usize) -> Option<SimDriver> {
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
        // In a race everybody's first lap begins with the session, else when the driver has loaded.
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

    /// Starts driving from a standstill.
    pub(super) fn go(&mut self, slot: usize) {
        let thirds = self.draw_lap(slot);
        self.slots[slot].doing = Doing::Driving;
        self.slots[slot].motion.go(self.now, thirds);
        self.plan_lap(slot);
    }

    /// Draws the next lap: its cuts, and the factors by which its thirds take longer than the fastest lap's.
    fn draw_lap(&mut self, slot: usize) -> [f64; 3] {
        let car = &self.slots[slot];
        let (pace, noise) = car.driver.as_ref().map_or((1.0, 0.0), |driver| (driver.pace, driver.noise));
        let burden = 1.0 + car.ballast * 0.000_3 + car.restrictor * 0.000_8;
        let is_race = self.session_type() == SessionType::Race;
        let cuts = if self.rng.chance(if is_race { 0.05 } else { 0.14 }) { self.rng.whole(1, 3) } else { 0 };
        self.slots[slot].cuts = cuts as u8;
        [(); 3].map(|()| (pace * (1.0 + noise * self.rng.bell())).max(0.985) * burden)
    }

    /// Plans the lap that has just begun.
    fn plan_lap(&mut self, slot: usize) {
        self.plan_line(slot);
        let car = &self.slots[slot];
        let (plan, line) = (car.plan, car.motion.line().unwrap_or(self.now));
        let is_first = car.laps.driven == 0;
        if self.session_type() == SessionType::Race && !is_first && self.rng.chance(0.012) {
            let left = line.saturating_sub(self.now).max(1);
            self.plan_within(left / 4, left / 4 * 3, Task::Retire { slot, plan });
        }
    }

    /// Plans the crossing of the line, again if the car loses time.
    pub(super) fn plan_line(&mut self, slot: usize) {
        let car = &mut self.slots[slot];
        car.plan = car.plan.wrapping_add(1);
        let (plan, line) = (car.plan, car.motion.line());
        let thirds = [0, 1].map(|third| (third, car.motion.end_of_third(third)));
        if let Some(line) = line {
            self.agenda.add(line, Task::Line { slot, plan });
        }
        if self.kind.is_acsm() {
            for (third, time) in thirds {
                if let Some(time) = time.filter(|&time| time > self.now) {
                    self.agenda.add(time, Task::Sector { slot, plan, third });
                }
            }
        }
    }

    pub(super) fn cross_line(&mut self, slot: usize) {
        let is_race = self.session_type() == SessionType::Race;
        let is_assetto_server = self.kind == ServerKind::AssettoServer;
        let lap_limit = if is_race { self.announced.laps } else { 0 };
        if is_assetto_server && is_race && self.announced.laps == 0 && self.announced.time == 0 {
            // Without a limit AssettoServer counts no lap.
            self.begin_lap(slot);
            return;
        }
        let leader_laps = self.slots.iter().map(|slot| slot.laps.driven).max().unwrap_or(0);
        if self.kind.is_acsm() {
            self.sector(slot, 2);
        }
        let car = &mut self.slots[slot];
        let lap_time = u32::try_from(self.now.saturating_sub(car.laps.began)).unwrap_or(u32::MAX);
        let cuts = car.cuts;
        // The clocks of the server and the car differ by some milliseconds, or by half the ping.
        let ahead = self.rng.whole(0, 9) as u32;
        let race_time = if is_assetto_server {
            (self.now.saturating_sub(self.session_start) as u32).saturating_sub(ahead)
        } else {
            car.laps.race_time.saturating_add(lap_time - ahead.min(lap_time))
        };
        // AssettoServer drops a lap with cuts after the flag.
        let is_ending = self.phase == Phase::Ending;
        let counts = !(is_assetto_server && !is_race && is_ending && cuts > 0);
        if counts {
            car.laps.add(lap_time, cuts, race_time);
        }
        car.laps.began = self.now;
        let driven = car.laps.driven;
        let has_finished = match lap_limit {
            0 if is_race && is_assetto_server => {
                self.leader_finished |= is_ending && driven > leader_laps;
                self.leader_finished
            }
            0 => is_ending,
            // A lapped car finishes too.
            limit if is_assetto_server => driven >= limit || is_ending,
            limit => driven >= limit,
        };
        self.slots[slot].laps.completed = has_finished;
        self.laps_ever += 1;
        if counts {
            self.laps_in_session += 1;
            self.emit_lap(slot, lap_time, cuts);
        }

        if has_finished {
            self.slots[slot].park(Doing::Done);
            if self.phase == Phase::Running {
                self.time_is_up();
            } else {
                self.end_if_nobody_drives();
            }
        } else if !is_race && self.rng.chance(0.12) {
            // To the garage. The lap's clock runs on.
            self.slots[slot].park(Doing::Waiting);
            self.go_later(slot, 20_000, 90_000);
            self.tell_tyres(slot);
        } else {
            self.begin_lap(slot);
        }
    }

    /// Begins a lap at full speed.
    fn begin_lap(&mut self, slot: usize) {
        let thirds = self.draw_lap(slot);
        let aside = self.rng.between(-3.5, 3.5);
        self.slots[slot].motion.next_lap(self.now, thirds, aside);
        self.plan_lap(slot);
    }

    pub(super) fn emit_lap(&mut self, slot: usize, lap_time: u32, cuts: u8) {
        if !self.results_folder && matches!(self.kind, ServerKind::Original | ServerKind::Before17) {
            return;
        }
        let session_type = self.session_type();
        let by_time_alone = self.kind == ServerKind::AssettoServer;
        let mut lap = LapCompleted {
            car_id: self.slots[slot].car_id,
            lap_time: LapTime(lap_time),
            cuts,
            leaderboard: slot::leaderboard(&self.slots, session_type, by_time_alone),
            grip_level: Some((0.94 + 0.000_2 * self.laps_ever as f32).min(1.0)),
            dialect: Dialect::Original,
        };
        match self.kind {
            ServerKind::Before17 => {
                lap.dialect = Dialect::Before17;
                lap.leaderboard.iter_mut().for_each(|entry| entry.has_completed = false);
            }
            ServerKind::AcsmPrerelease => {
                lap.dialect = Dialect::AcsmPrerelease;
                lap.grip_level = None;
            }
            _ => {}
        }
        self.emit(Event::LapCompleted(lap));
    }

    /// Sends a lap of the previous session. AssettoServer counts it in the current one.
    pub(super) fn late_lap(&mut self, slot: usize, lap_time: u32) {
        if self.kind == ServerKind::AssettoServer {
            // Negative before a race's start, as in its source; it wraps.
            let race_time = (self.now as i64 - self.session_start as i64) as u32;
            self.slots[slot].laps.add(lap_time, 0, race_time);
            self.laps_in_session += 1;
        }
        self.emit_lap(slot, lap_time, 0);
    }

    /// Reports a sector after ENABLE_ENHANCED_REPORTING. Call it before the lap is counted.
    pub(super) fn sector(&mut self, slot: usize, third: usize) {
        if !self.enhanced_reporting {
            return;
        }
        let car = &self.slots[slot];
        let before = third.checked_sub(1).and_then(|before| car.motion.end_of_third(before));
        let began = before.unwrap_or(car.laps.began);
        let sector = SectorCompleted {
            car_id: car.car_id,
            sector_index: third as u8,
            sector_time: LapTime(u32::try_from(self.now.saturating_sub(began)).unwrap_or(u32::MAX)),
            cuts: car.cuts,
        };
        self.emit(Event::SectorCompleted(sector));
    }

    /// Reports the tyres in the pits, new or old, after ENABLE_ENHANCED_REPORTING.
    fn tell_tyres(&mut self, slot: usize) {
        if self.kind != ServerKind::AcsmV2 {
            return;
        }
        if self.own_rng.chance(0.4) {
            self.slots[slot].tyres += 1;
        }
        if self.enhanced_reporting {
            let car = &self.slots[slot];
            let current_tyre = TYRES[car.tyres % TYRES.len()].to_owned();
            let change = TyreChange { car_id: car.car_id, current_tyre };
            self.emit(Event::TyreChange(change));
        }
    }

    /// Ends a car's race with a collision.
    pub(super) fn retire(&mut self, slot: usize) {
        let speed = self.rng.between(60.0, 160.0);
        self.hit(slot, None, speed);
        let car = &mut self.slots[slot];
        car.plan = car.plan.wrapping_add(1);
        car.doing = Doing::Done;
        car.motion.stop(self.now);
        self.end_if_nobody_drives();
    }

    /// The driver disappears and the server does not notice: the slot stays taken, the car stands.
    pub(super) fn vanish(&mut self, slot: usize) {
        let car = &mut self.slots[slot];
        car.away();
        car.vanished = true;
        car.motion.stop(self.now);
        self.end_if_nobody_drives();
    }
}
