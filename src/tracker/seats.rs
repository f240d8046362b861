//! Who sits in which car.

use super::{Car, Change, Driver, RaceTracker};
use crate::protocol::{CarId, CarInfo, CarUpdate, ClientEvent, ConnectionClosed, NewConnection};

impl Car {
    /// Returns whether somebody was there. What was driven stays, but the car is off the track.
    pub(super) fn leave(&mut self) -> bool {
        self.loaded = false;
        self.telemetry = None;
        self.on_lap = None;
        std::mem::take(&mut self.connected)
    }
}

impl RaceTracker {
    pub(super) fn new_connection(&mut self, connection: &NewConnection) {
        let driver = driver_of(connection);
        let car_id = connection.car_id;
        let is_loading = |car: &Car| car.connected && !car.loaded;
        let is_known = |car: &Car| car.driver.as_ref().is_some_and(|known| known.is_same_person(&driver));
        if self.car(car_id).is_some_and(|car| is_loading(car) && is_known(car)) {
            return; // it comes twice
        }
        self.leave_other_slots(car_id, &driver);
        let was_there = self.car_mut(car_id).leave();
        let from = self.seat(car_id, driver, &connection.car_model, &connection.car_skin);
        let car = self.car_mut(car_id);
        car.connected = true;
        car.rejoined = true;
        let change = match (from, &car.driver) {
            (Some(from), Some(to)) if was_there => Change::DriverSwapped { car_id, from, to: to.clone() },
            _ => Change::DriverJoined { car_id },
        };
        self.changes.push(change);
    }

    pub(super) fn connection_closed(&mut self, connection: &ConnectionClosed) {
        let driver = driver_of(connection);
        let car_id = connection.car_id;
        let known = self.car(car_id).and_then(|car| car.driver.as_ref());
        if known.is_some_and(|known| !known.is_same_person(&driver)) {
            return; // it comes late: somebody else sits there by now
        }
        let was_unknown = self.car(car_id).is_none();
        self.seat(car_id, driver, &connection.car_model, &connection.car_skin);
        if self.car_mut(car_id).leave() || was_unknown {
            self.changes.push(Change::DriverLeft { car_id });
        }
    }

    pub(super) fn client_loaded(&mut self, car_id: CarId) {
        let left = self.car(car_id).is_some_and(|car| !car.connected && car.driver.is_some());
        if left {
            // The NEW_CONNECTION of whoever this is was lost.
            self.make_room(car_id);
            let car = self.car_mut(car_id);
            car.driver = None;
            self.changes.push(Change::DriverJoined { car_id });
        }
        let car = self.car_mut(car_id);
        car.connected = true;
        car.loaded = true;
    }

    pub(super) fn car_info(&mut self, info: &CarInfo) {
        let car_id = info.car_id;
        let driver = Driver {
            name: info.driver_name.clone(),
            guid: info.driver_guid.clone(),
            team: info.driver_team.clone(),
        };
        let nobody = driver.name.is_empty() && driver.guid.is_empty();
        if info.is_connected {
            self.leave_other_slots(car_id, &driver);
            let was_there = self.car(car_id).is_some_and(|car| car.connected);
            let from = self.seat(car_id, driver, &info.car_model, &info.car_skin);
            let car = self.car_mut(car_id);
            car.connected = true;
            car.loaded = true;
            car.rejoined |= !was_there;
            match (from, &car.driver) {
                (Some(from), Some(to)) if was_there => {
                    let to = to.clone();
                    self.changes.push(Change::DriverSwapped { car_id, from, to });
                }
                (Some(_), _) => self.changes.push(Change::DriverJoined { car_id }),
                (None, _) => {}
            }
        } else if let Some(car) = self.known_car(car_id) {
            // A driver who is still loading is said not to be connected.
            if car.connected && !car.loaded {
                if let Some(known) = car.driver.as_mut().filter(|known| known.is_same_person(&driver)) {
                    known.team = driver.team;
                }
                return;
            }
            let left = car.leave();
            if left {
                self.changes.push(Change::DriverLeft { car_id });
            }
            if !nobody {
                self.seat(car_id, driver, &info.car_model, &info.car_skin);
            }
        } else if !nobody {
            // The last driver of an empty slot, whose laps the leaderboard may have.
            self.seat(car_id, driver, &info.car_model, &info.car_skin);
        }
    }

    pub(super) fn car_update(&mut self, update: &CarUpdate) {
        let before_start = self.session.is_race() && self.elapsed_ms().is_some_and(|elapsed| elapsed <= 0);
        let known = self.car(update.car_id).is_some();
        if self.version_came {
            self.version_came = !self.is_driving(update.car_id);
        }
        let car = self.car_mut(update.car_id);
        // Telemetry of a driver who has left comes late.
        if car.connected || !known {
            car.connected = true;
            car.loaded = true;
            car.drive(update, before_start);
        }
    }

    pub(super) fn client_event(&mut self, contact: &ClientEvent) {
        if self.newest.is_repeated_contact(contact) {
            return;
        }
        let known = self.car(contact.car_id).is_some();
        self.version_came &= !self.is_driving(contact.car_id);
        let car = self.car_mut(contact.car_id);
        car.connected |= !known;
        car.loaded |= !known;
        car.collide(contact);
        self.changes.push(Change::Collision {
            car_id: contact.car_id,
            other_car_id: contact.other_car_id,
            impact_speed: contact.impact_speed,
        });
    }

    /// Whether somebody has loaded there, so that the server of before still runs.
    pub(super) fn is_driving(&self, car_id: CarId) -> bool {
        self.car(car_id).is_some_and(|car| car.connected && car.loaded)
    }

    /// A driver who takes a slot while still known in another one has left that one.
    fn leave_other_slots(&mut self, car_id: CarId, driver: &Driver) {
        let Some(identity) = driver.identity() else { return };
        for car in self.cars.iter_mut().flatten() {
            let is_driver = car.driver.as_ref().and_then(Driver::identity) == Some(identity);
            if car.car_id != car_id && is_driver && car.leave() {
                self.changes.push(Change::DriverLeft { car_id: car.car_id });
            }
        }
    }

    /// Puts a driver into a car. Returns whom they have replaced, if that is another person than
    /// the one who was there before: then what was driven goes with that one.
    fn seat(&mut self, car_id: CarId, mut driver: Driver, model: &str, skin: &str) -> Option<Driver> {
        let known = self.car_mut(car_id).driver.take();
        let replaced = match known {
            Some(known) if known.is_same_person(&driver) => {
                if driver.team.is_empty() {
                    driver.team = known.team;
                }
                None
            }
            Some(known) => {
                self.car_mut(car_id).driver = Some(known.clone());
                self.make_room(car_id);
                Some(known)
            }
            None => None,
        };
        let best_elsewhere = self.best_elsewhere(car_id, &driver);
        let car = self.car_mut(car_id);
        car.best_elsewhere = best_elsewhere;
        car.driver = Some(driver);
        model.clone_into(&mut car.car_model);
        skin.clone_into(&mut car.car_skin);
        replaced
    }

    /// Another person comes: nothing that was driven is theirs.
    fn make_room(&mut self, car_id: CarId) {
        let index = usize::from(car_id.0);
        if let Some(car) = self.cars.get_mut(index).and_then(Option::as_mut) {
            if car.has_driven() {
                self.session.remember_replaced(car);
            }
            car.reset();
            car.cleared = true;
        }
        self.newest.forget(car_id);
        // Who moves up because of that has not gained a position.
        self.rank();
    }

    fn best_elsewhere(&self, car_id: CarId, driver: &Driver) -> Option<crate::protocol::LapTime> {
        let identity = driver.identity()?;
        let others = self.cars().filter(|car| car.car_id != car_id).map(|car| (&car.driver, car.best_lap));
        let replaced = self.session.replaced.iter().map(|entry| (&entry.driver, entry.best_lap));
        others
            .chain(replaced)
            .filter(|(who, _)| who.as_ref().and_then(Driver::identity) == Some(identity))
            .filter_map(|(_, best)| best)
            .min()
    }
}

fn driver_of(connection: &NewConnection) -> Driver {
    Driver { name: connection.driver_name.clone(), guid: connection.driver_guid.clone(), team: String::new() }
}
