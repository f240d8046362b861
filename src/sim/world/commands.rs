//! The reaction to commands, by kind of server. [`crate::sim`] has acServer's in detail. "Deaf" is
//! [`SimBuilder::deaf_after_failure`](crate::sim::SimBuilder::deaf_after_failure).
//!
//! | command | acServer | AssettoServer | ACSM v2 | test |
//! | --- | --- | --- | --- | --- |
//! | REALTIMEPOS_INTERVAL | at once | after the current interval | at once | `tests/sim/commands.rs::realtime_report`, `tests/sim/assetto_server.rs::it_reports_every_second_until_it_is_told_otherwise` |
//! | REALTIMEPOS_INTERVAL 0 | off | floods, then off for good | ends the server | `tests/sim/commands.rs::realtime_report`, `tests/sim/assetto_server.rs::interval_0_floods_and_ends_the_report_for_good`, `tests/sim/acsm.rs::interval_0_is_its_end` |
//! | GET_CAR_INFO, empty slot | the last driver | nothing | the last driver | `tests/sim/kinds.rs::an_empty_slot_is_answered_for_but_not_by_assetto_server` |
//! | GET_CAR_INFO, no such slot | error | nothing | nothing, deaf | `tests/sim/commands.rs::car_info`, `tests/sim/assetto_server.rs::it_is_silent_about_all_else`, `tests/sim/acsm.rs::what_fails_is_silent_and_can_make_it_deaf` |
//! | GET_SESSION_INFO, no such session | error | error | all zero | `tests/sim/commands.rs::session_info`, `tests/sim/assetto_server.rs::its_errors_are_two`, `tests/sim/acsm.rs::a_session_that_does_not_exist_is_all_zero` |
//! | SEND_CHAT to nobody | error | nothing | nothing | `tests/sim/commands.rs::chat`, `tests/sim/assetto_server.rs::it_is_silent_about_all_else` |
//! | SET_SESSION_INFO | from the next start on | starts it under the old index | starts it without END_SESSION | `tests/sim/commands.rs::set_session_info`, `tests/sim/assetto_server.rs::a_session_that_is_set_begins_at_once_under_the_old_index`, `tests/sim/acsm.rs::restart_and_set_begin_anew_without_an_end` |
//! | KICK_USER, nobody | error | error | nothing | `tests/sim/commands.rs::kick`, `tests/sim/assetto_server.rs::its_errors_are_two` |
//! | NEXT_SESSION | next | next, unless somebody loads | next | `tests/sim/commands.rs::next_and_restart_session`, `tests/sim/assetto_server.rs::nobody_is_left_behind_loading` |
//! | RESTART_SESSION | again | again, unless somebody loads | again without END_SESSION | `tests/sim/commands.rs::next_and_restart_session`, `tests/sim/assetto_server.rs::nobody_is_left_behind_loading`, `tests/sim/acsm.rs::restart_and_set_begin_anew_without_an_end` |
//! | ADMIN_COMMAND | obeys | nothing | obeys | `tests/sim/commands.rs::admin_commands`, `tests/sim/assetto_server.rs::admin_commands_do_nothing` |
//! | 210 and 211 | error | nothing | obeys | `tests/sim/kinds.rs::the_original_server_alone_answers_what_it_does_not_know_with_an_error`, `tests/sim/acsm.rs::sectors_and_tyres_are_reported_once_it_is_asked_to`, `tests/sim/acsm.rs::a_ping_is_answered_with_both_clocks` |
//! | VERSION | error | VERSION | nothing, deaf | `tests/sim/assetto_server.rs::it_tells_its_version_when_asked` |
//! | unknown | error | nothing | nothing, deaf | `tests/sim/kinds.rs::the_original_server_alone_answers_what_it_does_not_know_with_an_error`, `tests/sim/acsm.rs::what_fails_is_silent_and_can_make_it_deaf` |

use std::time::Duration;

use super::World;
use super::roster::SimDriver;
use crate::protocol::{CarId, Command, Event, Ping, SessionInfo, SetSessionInfo, Version, id};
use crate::sim::{ServerKind, Session};

/// When the simulated server started, in milliseconds since 1970: 2026-01-02, as in its result files' names.
const BEGAN: i64 = 1_767_312_000_000;

impl World {
    /// Carries out a command; false if it was refused.
    pub(super) fn obey(&mut self, command: &Command) -> bool {
        if self.deaf {
            return false;
        }
        let obeyed = match command {
            Command::RealtimeposInterval { interval_ms } => {
                self.set_report_interval(*interval_ms);
                Ok(())
            }
            Command::GetCarInfo { car_id } => self.tell_car(*car_id),
            Command::SendChat { car_id, .. } => self.can_be_written_to(*car_id),
            Command::BroadcastChat { .. } => Ok(()),
            Command::EnableEnhancedReporting if self.kind.is_acsm() => {
                self.enhanced_reporting = true;
                Ok(())
            }
            Command::RequestPing { unix_ms } if self.kind == ServerKind::AcsmV2 => {
                let server_time = BEGAN.saturating_add_unsigned(self.now);
                self.emit(Event::Ping(Ping { plugin_time: *unix_ms, server_time }));
                Ok(())
            }
            Command::GetSessionInfo { session_index } => self.tell_session(*session_index),
            Command::SetSessionInfo(session) => self.set_session(session),
            Command::KickUser { car_id } => self.kick(*car_id),
            Command::NextSession => {
                self.next_session();
                Ok(())
            }
            Command::RestartSession => {
                self.restart_session();
                Ok(())
            }
            Command::AdminCommand { command } => {
                if self.kind != ServerKind::AssettoServer {
                    self.obey_admin(command);
                }
                Ok(())
            }
            Command::Unknown(packet)
                if packet.packet_id == id::VERSION && self.kind == ServerKind::AssettoServer =>
            {
                self.emit(Event::Version(Version { protocol_version: self.protocol_version() }));
                Ok(())
            }
            command => Err(Failure::fatal(format!("Unknown command: {}", command.packet_id()))),
        };
        if let Err(failure) = &obeyed {
            match self.kind {
                ServerKind::Original | ServerKind::Before17 => self.emit_error(&failure.message),
                ServerKind::AssettoServer => {}
                ServerKind::AcsmV2 | ServerKind::AcsmPrerelease => {
                    self.deaf = failure.is_fatal && self.deaf_after_failure;
                }
            }
        }
        obeyed.is_ok()
    }

    fn slot(&self, car_id: CarId) -> Result<usize, Failure> {
        let slot = usize::from(car_id.0);
        if slot < self.slots.len() {
            Ok(slot)
        } else {
            let cars = self.slots.len();
            Err(Failure::fatal(format!("Invalid car id: {car_id}, there are {cars} cars")))
        }
    }

    /// A slot with a driver.
    fn occupied(&self, car_id: CarId) -> Result<usize, Failure> {
        let slot = self.slot(car_id)?;
        if self.slots[slot].driver.is_some() {
            Ok(slot)
        } else {
            Err(Failure::from(format!("Car {car_id} is not connected")))
        }
    }

    fn tell_car(&mut self, car_id: CarId) -> Result<(), Failure> {
        let car = if self.kind == ServerKind::AssettoServer {
            &self.slots[self.occupied(car_id)?]
        } else {
            &self.slots[self.slot(car_id)?]
        };
        let info = car.info(self.kind == ServerKind::AssettoServer);
        self.emit(Event::CarInfo(info));
        Ok(())
    }

    fn can_be_written_to(&self, car_id: CarId) -> Result<(), Failure> {
        // A script need not say who sits where.
        if self.scripted { self.slot(car_id).map(drop) } else { self.occupied(car_id).map(drop) }
    }

    fn tell_session(&mut self, index: i16) -> Result<(), Failure> {
        let index = match usize::try_from(index) {
            Ok(index) if index < self.sessions.len() => index,
            Err(_) if index == Command::CURRENT_SESSION => self.current,
            _ => return self.no_such_session(index),
        };
        let info = if self.scripted && index == self.current {
            self.announced.clone()
        } else {
            self.session_info(index)
        };
        self.emit(Event::SessionInfo(info));
        Ok(())
    }

    fn no_such_session(&mut self, index: i16) -> Result<(), Failure> {
        match self.kind {
            ServerKind::AssettoServer => {
                self.emit_error(&format!("ERROR: ACSP_GET_SESSION_INFO out of bounds: {index}"));
            }
            ServerKind::AcsmV2 | ServerKind::AcsmPrerelease => {
                let protocol_version = self.protocol_version();
                self.emit(Event::SessionInfo(SessionInfo { protocol_version, ..SessionInfo::default() }));
                return Ok(());
            }
            ServerKind::Original | ServerKind::Before17 => {}
        }
        Err(Failure::from(format!(
            "Invalid session index: {index}, there are {} sessions",
            self.sessions.len()
        )))
    }

    fn set_session(&mut self, wanted: &SetSessionInfo) -> Result<(), Failure> {
        let index = usize::from(wanted.session_index);
        let count = self.sessions.len();
        if index >= count || index == 0 && self.kind == ServerKind::AssettoServer {
            return Err(Failure::from(format!("Invalid session index: {index}, there are {count} sessions")));
        }
        let is_original = matches!(self.kind, ServerKind::Original | ServerKind::Before17);
        let minutes = if is_original { wanted.time.div_ceil(60) } else { wanted.time };
        // The rewrites truncate numbers that are too large for the wire.
        let short = |what, value: u32, shown| match u16::try_from(value) {
            Err(_) if is_original => Err(format!("{what} {shown} is too large")),
            _ => Ok(value as u16),
        };
        let session = Session {
            name: wanted.name.clone(),
            session_type: wanted.session_type,
            minutes: short("time", minutes, wanted.time)?,
            laps: short("laps", wanted.laps, wanted.laps)?,
            wait: Duration::from_secs(u64::from(wanted.wait_time)),
        };
        if self.kind == ServerKind::AssettoServer {
            session.check_texts()?
        } else {
            session.check()?
        }
        self.sessions[index] = session;
        if self.scripted && index == self.current {
            self.announced = self.session_info(index);
        }
        match self.kind {
            ServerKind::Original | ServerKind::Before17 => {}
            ServerKind::AssettoServer => {
                self.go_to_session(index, self.told_index);
                let info = self.session_info(index);
                self.emit(Event::SessionInfo(info));
            }
            ServerKind::AcsmV2 | ServerKind::AcsmPrerelease => self.begin_anew(index),
        }
        Ok(())
    }

    fn kick(&mut self, car_id: CarId) -> Result<(), Failure> {
        let slot = match self.occupied(car_id) {
            Err(_) if self.kind == ServerKind::AssettoServer => {
                self.emit_error(&format!("ERROR: ACSP_KICK_USER index {car_id} out of bound"));
                return Err(Failure::from(String::new()));
            }
            occupied => occupied?,
        };
        let driver = self.disconnect(slot);
        if !self.scripted {
            // The driver may come back later.
            self.bench.extend(driver);
        }
        Ok(())
    }

    fn next_session(&mut self) {
        if self.kind == ServerKind::AssettoServer && self.somebody_loads() {
            return;
        }
        match self.next_index() {
            Some(next) => self.go_to_session(next, next),
            None if self.scripted => self.stop(),
            None => self.close_session(None),
        }
    }

    fn restart_session(&mut self) {
        match self.kind {
            ServerKind::AssettoServer if self.somebody_loads() => {}
            ServerKind::AcsmV2 | ServerKind::AcsmPrerelease => self.begin_anew(self.told_index),
            _ => self.go_to_session(self.told_index, self.told_index),
        }
    }

    /// `told` is the index that the server announces.
    fn go_to_session(&mut self, index: usize, told: usize) {
        if self.scripted {
            if self.kind == ServerKind::AssettoServer {
                self.emit_end(String::new());
            }
            self.announce(index, told);
        } else {
            self.change_session(Some((index, told)));
        }
    }

    /// Starts a session without END_SESSION.
    fn begin_anew(&mut self, index: usize) {
        if self.scripted {
            self.announce(index, index);
        } else {
            self.start_over(index);
        }
    }

    /// Announces a session of a scripted server.
    fn announce(&mut self, index: usize, told: usize) {
        (self.current, self.told_index) = (index, told);
        self.session_start = self.now + self.sessions[index].wait.as_millis() as u64;
        self.announced = self.session_info(index);
        self.emit(Event::NewSession(self.announced.clone()));
    }

    /// Ignores unknown and impossible commands: the protocol does not carry the answers.
    fn obey_admin(&mut self, line: &str) {
        let line = line.trim();
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let mut words = rest.split_whitespace();
        let mut number = || words.next()?.parse::<f64>().ok().filter(|number| number.is_finite());
        match name {
            "/next_session" | "/ksns" => self.next_session(),
            "/restart_session" | "/ksrs" => self.restart_session(),
            "/kick" => {
                let wanted = rest.trim();
                let is_wanted = |driver: &SimDriver| driver.name == wanted;
                if let Some(&slot) =
                    self.slots_where(|slot| slot.driver.as_ref().is_some_and(is_wanted)).first()
                {
                    let _ = self.kick(CarId(slot as u8));
                }
            }
            "/kick_id" | "/ban_id" => {
                if let Ok(slot) = rest.trim().parse() {
                    let _ = self.kick(CarId(slot));
                }
            }
            "/ballast" | "/restrictor" => {
                let (slot, amount) = (number(), number());
                let slot = slot.filter(|slot| (0.0..256.0).contains(slot));
                let slot = slot.and_then(|slot| self.slots.get_mut(slot as usize));
                if let (Some(slot), Some(amount)) = (slot, amount) {
                    match name {
                        "/ballast" => slot.ballast = amount.clamp(0.0, 1000.0),
                        _ => slot.restrictor = amount.clamp(0.0, 100.0),
                    }
                }
            }
            _ => {}
        }
    }

    /// Remembers a scripted event, see [`SimBuilder::scripted`](crate::sim::SimBuilder::scripted).
    pub(in crate::sim) fn observe(&mut self, event: &Event) {
        match event {
            Event::NewConnection(connection) => {
                if let Ok(slot) = self.slot(connection.car_id) {
                    let car = &mut self.slots[slot];
                    car.model.clone_from(&connection.car_model);
                    car.skin.clone_from(&connection.car_skin);
                    let driver = SimDriver {
                        name: connection.driver_name.clone(),
                        guid: connection.driver_guid.clone(),
                        ..SimDriver::default()
                    };
                    car.connect(driver, self.now);
                }
            }
            Event::ClientLoaded(loaded) => {
                if let Ok(slot) = self.slot(loaded.car_id) {
                    self.slots[slot].loaded = self.slots[slot].driver.is_some();
                }
            }
            Event::ConnectionClosed(connection) => {
                if let Ok(slot) = self.slot(connection.car_id) {
                    self.slots[slot].disconnect();
                }
            }
            Event::NewSession(session) => {
                self.current = usize::from(session.session_index).min(self.sessions.len() - 1);
                self.told_index = self.current;
                self.announced = session.clone();
            }
            _ => {}
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
struct Failure {
    /// acServer's error message.
    message: String,
    /// True if it ends ACSM v2's receive loop.
    is_fatal: bool,
}

impl Failure {
    fn fatal(message: String) -> Self {
        Self { message, is_fatal: true }
    }
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self { message, is_fatal: false }
    }
}
