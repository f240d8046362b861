//! What the plugin asks for; the table in the module's documentation says the same.

use std::time::Duration;

use super::World;
use super::drivers::Driver;
use crate::protocol::{CarId, Command, Dialect, Event, SetSessionInfo};
use crate::sim::Session;

impl World {
    /// Whether it was not refused.
    pub(super) fn obey(&mut self, command: &Command) -> bool {
        let obeyed = match command {
            Command::RealtimeposInterval { interval_ms } => {
                self.report_interval = *interval_ms;
                self.plan_telemetry();
                Ok(())
            }
            Command::GetCarInfo { car_id } => self.slot(*car_id).map(|slot| {
                let car = &self.slots[slot];
                if car.driver.is_some() || self.dialect != Dialect::AssettoServer {
                    self.emit(Event::CarInfo(car.info()));
                }
            }),
            // A script may leave out who sits where.
            Command::SendChat { car_id, .. } if self.scripted => self.slot(*car_id).map(drop),
            Command::SendChat { car_id, .. } => self.occupied(*car_id).map(drop),
            Command::BroadcastChat { .. } => Ok(()),
            Command::EnableEnhancedReporting => {
                self.enhanced_reporting = self.dialect == Dialect::AcsmPrerelease;
                Ok(())
            }
            Command::GetSessionInfo { session_index } => self.tell_session(*session_index),
            Command::SetSessionInfo(session) => self.set_session(session),
            Command::KickUser { car_id } => self.kick(*car_id),
            Command::NextSession => {
                self.go_to_session(self.current + 1);
                Ok(())
            }
            Command::RestartSession => {
                self.go_to_session(self.current);
                Ok(())
            }
            Command::AdminCommand { command } => {
                self.obey_admin(command);
                Ok(())
            }
            Command::RequestPing { .. } if self.dialect == Dialect::AcsmPrerelease => Ok(()),
            command => Err(format!("Unknown command: {}", command.packet_id())),
        };
        if let Err(message) = &obeyed {
            self.refuse(Duration::ZERO, message);
        }
        obeyed.is_ok()
    }

    fn slot(&self, car_id: CarId) -> Result<usize, String> {
        let slot = usize::from(car_id.0);
        if slot < self.slots.len() {
            Ok(slot)
        } else {
            Err(format!("Invalid car id: {car_id}, there are {} cars", self.slots.len()))
        }
    }

    /// A slot with a driver.
    fn occupied(&self, car_id: CarId) -> Result<usize, String> {
        let slot = self.slot(car_id)?;
        if self.slots[slot].driver.is_some() {
            Ok(slot)
        } else {
            Err(format!("Car {car_id} is not connected"))
        }
    }

    fn tell_session(&mut self, index: i16) -> Result<(), String> {
        let index = match usize::try_from(index) {
            Ok(index) if index < self.sessions.len() => index,
            Err(_) if index == Command::CURRENT_SESSION => self.current,
            _ => {
                return Err(format!(
                    "Invalid session index: {index}, there are {} sessions",
                    self.sessions.len()
                ));
            }
        };
        let info = if self.scripted && index == self.current {
            self.announced.clone()
        } else {
            self.session_info(index)
        };
        self.emit(Event::SessionInfo(info));
        Ok(())
    }

    fn set_session(&mut self, wanted: &SetSessionInfo) -> Result<(), String> {
        let index = usize::from(wanted.session_index);
        let count = self.sessions.len();
        if index >= count {
            return Err(format!("Invalid session index: {index}, there are {count} sessions"));
        }
        let minutes = match self.dialect {
            Dialect::AssettoServer => wanted.time,
            _ => wanted.time.div_ceil(60),
        };
        let too_large = |what, value: u32| format!("{what} {value} is too large");
        let session = Session {
            name: wanted.name.clone(),
            session_type: wanted.session_type,
            minutes: u16::try_from(minutes).map_err(|_| too_large("time", wanted.time))?,
            laps: u16::try_from(wanted.laps).map_err(|_| too_large("laps", wanted.laps))?,
            wait: Duration::from_secs(u64::from(wanted.wait_time)),
        };
        session.check()?;
        self.sessions[index] = session;
        if self.scripted && index == self.current {
            self.announced = self.session_info(index);
        }
        Ok(())
    }

    fn kick(&mut self, car_id: CarId) -> Result<(), String> {
        let slot = self.occupied(car_id)?;
        let driver = self.disconnect(slot);
        if !self.scripted {
            // May come again, if the server is one where drivers do.
            self.bench.extend(driver);
        }
        Ok(())
    }

    /// `index` past the last one is the first.
    fn go_to_session(&mut self, index: usize) {
        let index = index % self.sessions.len();
        if self.scripted {
            self.current = index;
            self.session_start = self.now + self.sessions[index].wait.as_millis() as u64;
            self.announced = self.session_info(index);
            self.emit(Event::NewSession(self.announced.clone()));
        } else {
            self.close_session(Some(index));
        }
    }

    /// What it does not know, or cannot do, has no effect: answers do not come over the protocol.
    fn obey_admin(&mut self, line: &str) {
        let line = line.trim();
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let mut words = rest.split_whitespace();
        let mut number = || words.next()?.parse::<f64>().ok().filter(|number| number.is_finite());
        match name {
            "/next_session" | "/ksns" => self.go_to_session(self.current + 1),
            "/restart_session" | "/ksrs" => self.go_to_session(self.current),
            "/kick" => {
                let wanted = rest.trim();
                let is_wanted = |driver: &Driver| driver.name == wanted;
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

    /// What [`SimBuilder::scripted`](crate::sim::SimBuilder::scripted) promises.
    pub(in crate::sim) fn observe(&mut self, event: &Event) {
        match event {
            Event::NewConnection(connection) => {
                if let Ok(slot) = self.slot(connection.car_id) {
                    let car = &mut self.slots[slot];
                    car.model.clone_from(&connection.car_model);
                    car.skin.clone_from(&connection.car_skin);
                    let driver = Driver {
                        name: connection.driver_name.clone(),
                        guid: connection.driver_guid.clone(),
                        ..Driver::default()
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
                self.announced = session.clone();
            }
            _ => {}
        }
    }
}
