//! How sessions begin and end.

use super::agenda::Task;
use super::motion::Motion;
use super::slot::{self, Doing, Laps};
use super::{Phase, RESULTS, World};
use crate::protocol::{Dialect, EndSession, Event, SessionInfo, SessionType};
use crate::sim::track::track;
use crate::sim::{FinishedSession, ServerKind};

/// Name, temperature of the air, temperature of the road.
const WEATHER: [(&str, u8, u8); 4] =
    [("3_clear", 24, 31), ("4_mid_clear", 22, 27), ("5_light_clouds", 20, 24), ("7_heavy_clouds", 18, 20)];

/// A slow lap for the time limits, as a multiple of the fastest possible one.
const SLOW_LAP: f64 = 1.25;

impl World {
    pub(super) fn protocol_version(&self) -> u8 {
        if self.kind == ServerKind::AcsmPrerelease { 202 } else { 4 }
    }

    /// `index` is below the number of sessions.
    pub(super) fn session_info(&self, index: usize) -> SessionInfo {
        let session = &self.sessions[index];
        let (weather, ambient, road) = WEATHER[self.weather % WEATHER.len()];
        let wait = session.wait.as_millis() as u64;
        SessionInfo {
            protocol_version: self.protocol_version(),
            session_index: index as u8,
            current_session_index: self.told_index as u8,
            session_count: self.sessions.len() as u8,
            server_name: self.server_name.clone(),
            track: self.track.clone(),
            track_config: String::new(),
            name: session.name.clone(),
            session_type: session.session_type,
            time: session.minutes,
            laps: session.laps,
            wait_time: match self.kind {
                // It wraps, as on the wire.
                ServerKind::Original | ServerKind::Before17 => wait as u16,
                _ => (wait / 1000) as u16,
            },
            ambient_temp: ambient,
            road_temp: road,
            weather_graphics: weather.to_owned(),
            elapsed_ms: match index == self.current {
                // The uptime minus the wait, whose seconds are taken as milliseconds; it wraps.
                _ if self.kind == ServerKind::AssettoServer => {
                    (self.now as i64 - self.sessions[self.current].wait.as_secs() as i64) as i32
                }
                true => i32::try_from(self.now as i64 - self.session_start as i64).unwrap_or(i32::MAX),
                false => 0,
            },
            dialect: match self.kind {
                ServerKind::AssettoServer => Dialect::AssettoServer,
                _ => Dialect::Original,
            },
        }
    }

    /// The current session's type as announced; SET_SESSION_INFO does not change it.
    pub(super) fn session_type(&self) -> SessionType {
        self.announced.session_type
    }

    /// The next session; `None` after the last one if the server then stops.
    pub(super) fn next_index(&self) -> Option<usize> {
        let next = self.told_index + 1;
        if next < self.sessions.len() { Some(next) } else { (!self.stops_after_last).then_some(0) }
    }

    /// `told` is the index that the server announces.
    pub(super) fn open_session(&mut self, index: usize, told: usize) {
        self.current = index;
        self.told_index = told;
        self.leader_finished = false;
        self.run = self.run.wrapping_add(1);
        self.laps_in_session = 0;
        let (is_race, minutes, laps, wait) = {
            let session = &self.sessions[index];
            let is_race = session.session_type == SessionType::Race;
            let waits = is_race || self.kind != ServerKind::AssettoServer;
            let wait = if waits { session.wait.as_millis() as u64 } else { 0 };
            (is_race, u64::from(session.minutes), session.laps, wait)
        };
        self.session_start = self.now + wait;
        let info = self.session_info(index);
        self.announced = info.clone();
        self.emit(Event::NewSession(info));

        let run = self.run;
        for slot in &mut self.slots {
            slot.laps = Laps { driver: slot.driver.clone(), began: self.session_start, ..Laps::default() };
            slot.park(Doing::Done);
        }
        // Only AssettoServer allows sessions without a length or of an unknown type. There, a race over 0 laps and
        // a session of an unknown type never end.
        match (self.sessions[index].session_type, minutes) {
            (SessionType::Unknown(_), _) => {}
            (SessionType::Race, 0) if laps == 0 => {}
            (SessionType::Race, minutes) if laps > 0 || minutes == 0 => {
                let longest = f64::from(laps) * track().lap_time * SLOW_LAP + 180_000.0;
                self.plan(wait + longest as u64, Task::CloseSession { run });
            }
            (_, minutes) => self.plan(wait + minutes * 60_000, Task::TimeUp { run }),
        }
        if is_race {
            self.phase = Phase::Grid;
            let order = self.grid.clone();
            for slot in order {
                if self.slots[slot].loaded {
                    self.line_up(slot);
                }
            }
            self.plan(wait, Task::Start { run });
        } else {
            self.phase = Phase::Running;
            for slot in self.loaded_slots() {
                self.go_later(slot, wait + 3_000, wait + 45_000);
            }
        }
    }

    /// Behind those that stand on the grid already.
    pub(super) fn line_up(&mut self, slot: usize) {
        let row = self.slots.iter().filter(|slot| slot.doing != Doing::Done).count();
        self.slots[slot].park(Doing::Waiting);
        self.slots[slot].motion = Motion::on_grid(row);
    }

    pub(super) fn start_race(&mut self) {
        self.phase = Phase::Running;
        for slot in self.slots_where(|slot| slot.doing == Doing::Waiting) {
            // Nobody reacts at once.
            self.go_later(slot, 150, 700);
        }
        self.end_if_nobody_drives();
    }

    /// Cars on the track may finish their lap, or in a race over laps the whole race.
    pub(super) fn time_is_up(&mut self) {
        self.phase = Phase::Ending;
        for slot in self.slots_where(|slot| slot.doing == Doing::Waiting) {
            self.slots[slot].park(Doing::Done);
        }
        let run = self.run;
        // On AssettoServer the leader has to cross the line first, which can take a lap.
        let is_long = self.kind == ServerKind::AssettoServer && self.session_type() == SessionType::Race;
        let laps = if is_long { 2.0 } else { 1.0 };
        self.plan((laps * track().lap_time * SLOW_LAP) as u64, Task::CloseSession { run });
        self.end_if_nobody_drives();
    }

    pub(super) fn end_if_nobody_drives(&mut self) {
        let ends = match self.phase {
            Phase::Ending => self.nobody_drives(),
            Phase::Running => self.session_type() == SessionType::Race && self.nobody_will_drive(),
            Phase::Closed | Phase::Grid | Phase::Over => false,
        };
        if ends {
            self.phase = Phase::Over;
            let run = self.run;
            self.plan_within(3_000, 8_000, Task::CloseSession { run });
        }
    }

    /// Closes a finished session and begins the next one.
    pub(super) fn close_by_itself(&mut self) {
        match self.kind.stall() {
            Some(again) if self.somebody_loads() => {
                let run = self.run;
                self.plan(again, Task::CloseSession { run });
            }
            _ => {
                let next = self.next_index().filter(|&next| self.repeat || next > self.told_index);
                self.close_session(next);
            }
        }
    }

    /// Ends the session and begins the next one, if any.
    pub(super) fn close_session(&mut self, next: Option<usize>) {
        self.change_session(next.map(|next| (next, next)));
    }

    /// `next` is the next session and the index that the server announces for it.
    pub(super) fn change_session(&mut self, next: Option<(usize, usize)>) {
        if self.phase == Phase::Closed && !self.finished {
            // A session is about to begin: replace it.
            self.opening = next.map_or(self.opening, |(index, _)| index);
            return;
        }
        let gap = self.rng.whole(1, 26);
        let stops = next.is_none() && self.stops_after_last;
        if self.phase != Phase::Closed {
            if self.session_type() == SessionType::Qualify || self.kind == ServerKind::AssettoServer {
                self.grid = slot::order(&self.slots, SessionType::Qualify);
            }
            if self.kind == ServerKind::AssettoServer {
                self.keep_result(String::new());
                if !stops {
                    self.emit_end(String::new());
                }
            } else if self.laps_in_session > 0 {
                let filename = self.filename();
                self.keep_result(filename.clone());
                let is_late = next.is_some() && self.kind.is_acsm() && self.own_rng.chance(0.5);
                if is_late {
                    let after = gap + self.own_rng.whole(1, 26);
                    self.plan(after, Task::LateEnd { filename });
                } else {
                    self.emit_end(filename);
                }
            }
        }
        self.leave_session(next, gap);
        if stops {
            self.stop();
        }
    }

    /// Ends the session without END_SESSION and begins this one, as ACSM v2 restarts sessions.
    pub(super) fn start_over(&mut self, index: usize) {
        if self.phase == Phase::Closed && !self.finished {
            self.opening = index;
            return;
        }
        let gap = self.rng.whole(1, 26);
        self.leave_session(Some((index, index)), gap);
    }

    /// Cleans up after a session and plans the next one. AssettoServer begins it at once.
    fn leave_session(&mut self, next: Option<(usize, usize)>, gap: u64) {
        let gap = if self.kind == ServerKind::AssettoServer { 0 } else { gap };
        if self.phase != Phase::Closed {
            if self.laps_in_session > 0 && next.is_some() {
                self.plan_late_lap(gap);
            }
            for slot in &mut self.slots {
                slot.park(Doing::Done);
            }
        }
        self.phase = Phase::Closed;
        self.run = self.run.wrapping_add(1);
        self.finished = next.is_none();
        if let Some((index, told)) = next {
            self.opening = index;
            if gap > 0 {
                self.plan(gap, Task::OpenSession);
            } else {
                self.open_session(index, told);
            }
        }
    }

    fn filename(&self) -> String {
        let minutes = self.now / 60_000;
        let (day, hour, minute) = (2 + minutes / 1440, minutes / 60 % 24, minutes % 60);
        let session_type = self.session_type().to_string().to_uppercase();
        format!("results/2026_1_{day}_{hour}_{minute}_{session_type}.json")
    }

    pub(super) fn emit_end(&mut self, filename: String) {
        // An empty name has no dialect.
        self.emit(Event::EndSession(EndSession { filename, dialect: Dialect::Original }));
    }

    fn keep_result(&mut self, filename: String) {
        if self.results.len() == RESULTS {
            self.results.remove(0);
        }
        self.results.push(FinishedSession {
            session: self.announced.clone(),
            filename,
            ended: self.time(),
            standings: slot::standings(
                &self.slots,
                self.session_type(),
                self.kind == ServerKind::AssettoServer,
            ),
        });
    }

    /// A car just short of the line completes its lap when the next session has begun.
    fn plan_late_lap(&mut self, gap: u64) {
        const SHORT: u64 = 1_500;
        for slot in 0..self.slots.len() {
            let car = &self.slots[slot];
            let line = car.motion.line().filter(|_| car.doing == Doing::Driving && car.loaded);
            if let Some(line) = line.filter(|&line| line <= self.now + SHORT) {
                let (seat, lap_time) = (car.seat, line.saturating_sub(car.laps.began) as u32);
                self.plan_within(gap + 5, gap + 200, Task::LateLap { slot, seat, lap_time });
            }
        }
    }

    pub(super) fn change_weather(&mut self) {
        self.weather += 1;
        self.emit(Event::SessionInfo(self.session_info(self.current)));
        let after = self.own_rng.whole(240_000, 600_000);
        self.plan(after, Task::Weather);
    }
}
