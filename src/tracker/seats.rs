//! Who sits in which car.
//!
//! A slot whose driver is not connected was *left*, if that was heard, or is *vague*: CAR_INFO has named a
//! driver who is not connected, who may be loading or have left. What comes of such a slot:
//!
//! | comes | slot | and | then | test |
//! | --- | --- | --- | --- | --- |
//! | CAR_INFO of nobody connected | loading | | its driver stays | `a_driver_joins_loads_and_leaves` |
//! | likewise | loaded | | the driver has left; vague | `car_info_finds_missed_joins_and_leaves` |
//! | likewise | left | by the named one | left | `a_driver_who_loads_in_a_free_slot_is_not_the_last_one` |
//! | likewise | any other | | vague | `who_was_loading_at_a_late_start_keeps_the_name` |
//! | CLIENT_LOADED | vague | named within [`LOADING`], by the clock | the named one sits there | `who_was_loading_at_a_late_start_keeps_the_name` |
//! | CLIENT_LOADED | left | within 10 s, by the clock | it is late | `a_late_client_loaded_brings_nobody_back` |
//! | CLIENT_LOADED | any other | | somebody sits there | `a_driver_who_loads_in_a_free_slot_is_not_the_last_one` |
//! | CLIENT_LOADED, lasting CAR_UPDATEs, a lap | vague or left | by a driver who is connected in another slot by now | somebody sits there | `who_sits_elsewhere_does_not_sit_here` |
//! | CAR_UPDATE | nobody was ever named | | somebody sits there | `telemetry_tells_of_a_car_but_not_of_one_that_has_left` |
//! | CAR_UPDATE | vague, left | fewer than [`LASTING`] | it is late | `telemetry_tells_of_a_car_but_not_of_one_that_has_left` |
//! | CAR_UPDATE | vague | as many | the named one sits there | `telemetry_that_lasts_is_somebodys` |
//! | CAR_UPDATE | left | as many | somebody sits there | `telemetry_that_lasts_is_somebodys` |
//! | a lap | vague | | the named one sits there | `a_lap_of_who_was_loading_is_theirs` |
//! | a lap | left | its leaderboard has no more laps than that car had driven | somebody sits there | `the_laps_of_whoever_came_unheard_are_not_of_who_has_left` |
//! | a lap | left | not long ago | it is late, and of who has left | `a_lap_that_comes_after_its_driver_has_left_is_theirs` |
//! | a lap | left | long ago, and the leaderboard goes on from laps | who has left is back: a server keeps laps for nobody else | `the_laps_of_whoever_came_unheard_are_not_of_who_has_left` |
//! | a lap | left | long ago | somebody sits there | `the_laps_of_whoever_came_unheard_are_not_of_who_has_left` |
//!
//! A CONNECTION_CLOSED that comes within [`SHORT`](super::moment::SHORT) of a NEW_CONNECTION by which the
//! driver has come back to the slot is the one of before: AssettoServer sends the two at once, and they can pass
//! each other (`the_end_of_the_connection_before_is_not_that_of_the_new_one`). Without a clock it counts.

use std::time::Duration;

use super::live::{At, Step};
use super::moment::{LONG, Moment};
use super::{Car, Change, Driver, RaceTracker};
use crate::protocol::{
    CarId, CarInfo, CarUpdate, ClientEvent, ConnectionClosed, LapCompleted, NewConnection,
};

/// So many CAR_UPDATEs of a car whose driver has left are not late any more.
const LASTING: u8 = 10;

/// Nobody loads for longer.
const LOADING: Duration = Duration::from_secs(600);

/// Who sits in a slot of which something has come.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Sits {
    /// Whoever is known there.
    Known,
    /// Nobody knows who.
    Somebody,
    /// Who has been there has left.
    Nobody,
}

impl Car {
    /// Returns whether somebody was there. What was driven stays, but the car is off the track.
    /// `left`: when the driver was heard to leave.
    pub(super) fn leave(&mut self, left: Option<Moment>) -> bool {
        self.loaded = false;
        self.telemetry = None;
        self.on_lap = None;
        self.trace.leave();
        self.left = left;
        self.came = None;
        self.named = None;
        self.updates_without_driver = 0;
        std::mem::take(&mut self.connected)
    }

    fn arrive(&mut self, loaded: bool) {
        self.connected = true;
        self.loaded = loaded;
        self.left = None;
        self.named = None;
    }

    fn identity(&self) -> Option<&str> {
        self.driver.as_ref().and_then(Driver::identity)
    }

    /// Somebody has been here in this session, even if only to load.
    pub(super) fn was_there(&self) -> bool {
        self.connected || self.left.is_some()
    }

    fn is_drivers(&self, driver: &Driver) -> bool {
        self.driver.as_ref().is_some_and(|known| known.is_same_person(driver))
    }

    /// Whether this driver has not left, as far as is known, or only just.
    fn comes_back(&self, driver: &Driver, now: Moment) -> bool {
        self.is_drivers(driver) && (self.connected || self.left.is_some_and(|left| left.is_just_before(now)))
    }

    /// By the table above; `now` is before the lap is counted. The car is not connected.
    fn whose_lap(&self, lap: &LapCompleted, race: bool, now: Moment) -> Sits {
        let Some(left) = self.left else { return Sits::Known };
        let own = lap.leaderboard.iter().find(|entry| entry.car_id == lap.car_id);
        if let Some(own) = own {
            let seen = if race { self.seen.all } else { self.seen.valid };
            let counts = race || (lap.cuts == 0 && lap.lap_time.is_set());
            let is_less = own.laps < self.laps_counted;
            // Another car's leaderboard can have told of the lap already.
            if is_less || (counts && own.laps == self.laps_counted && u32::from(own.laps) <= seen) {
                return Sits::Somebody;
            }
        }
        match (left.is_long_before(now), self.laps_counted) {
            (false, _) => Sits::Nobody,
            (true, 0) => Sits::Somebody,
            (true, _) => Sits::Known,
        }
    }
}

impl RaceTracker {
    pub(super) fn new_connection(&mut self, connection: &NewConnection) {
        let driver = driver_of(connection);
        let car_id = connection.car_id;
        let now = self.now();
        let is_back = self.car(car_id).is_some_and(|car| car.comes_back(&driver, now));
        if let Some(car) = self.known_car(car_id) {
            if car.connected && !car.loaded && car.is_drivers(&driver) {
                // It comes twice, or the connection before has ended.
                if car.came.is_none_or(|(came, _)| !came.is_just_before(now)) {
                    car.came = Some((now, is_back));
                }
                return;
            }
        }
        self.leave_other_slots(car_id, &driver);
        let was_there = self.car_mut(car_id).leave(None);
        let from = self.seat(car_id, driver, &connection.car_model, &connection.car_skin);
        let car = self.car_mut(car_id);
        car.arrive(false);
        car.tyre.clear();
        car.came = Some((now, is_back));
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
        let now = self.now();
        let came = self.car(car_id).and_then(|car| car.came);
        if came.is_some_and(|(came, is_back)| is_back && came.is_just_before(now)) {
            return; // it is that of the connection before
        }
        let was_unknown = self.car(car_id).is_none();
        self.seat(car_id, driver, &connection.car_model, &connection.car_skin);
        if self.car_mut(car_id).leave(Some(now)) || was_unknown {
            self.changes.push(Change::DriverLeft { car_id });
        }
    }

    pub(super) fn client_loaded(&mut self, car_id: CarId) {
        let now = self.now();
        let passed = |moment: Option<Moment>| moment.and_then(|moment| moment.passed(now));
        let sits = match self.car(car_id) {
            Some(car) if !car.connected && car.driver.is_some() => match car.left {
                Some(_) if passed(car.left).is_some_and(|passed| passed < LONG) => Sits::Nobody,
                None if passed(car.named).is_none_or(|passed| passed <= LOADING) => Sits::Known,
                _ => Sits::Somebody,
            },
            _ => {
                self.car_mut(car_id).arrive(true);
                return;
            }
        };
        self.find(car_id, sits);
    }

    /// Of a slot in which nobody was connected something has come that tells who sits there.
    fn find(&mut self, car_id: CarId, sits: Sits) {
        if sits == Sits::Nobody {
            return;
        }
        let sits = if self.is_elsewhere(car_id) { Sits::Somebody } else { sits };
        if sits == Sits::Somebody {
            // The NEW_CONNECTION of whoever this is was lost.
            self.make_room(car_id);
            self.car_mut(car_id).driver = None;
        }
        let car = self.car_mut(car_id);
        let was_named = car.driver.is_some() || sits == Sits::Somebody;
        car.arrive(true);
        car.rejoined = true;
        if was_named {
            self.changes.push(Change::DriverJoined { car_id });
        }
    }

    /// Whether the driver of this slot is connected in another one.
    fn is_elsewhere(&self, car_id: CarId) -> bool {
        let driver = self.car(car_id).and_then(Car::identity);
        let mut others = self.cars().filter(|car| car.connected && car.car_id != car_id);
        driver.is_some() && others.any(|car| car.identity() == driver)
    }

    /// Before a lap is counted: finds who sits in the car.
    pub(super) fn find_by_lap(&mut self, lap: &LapCompleted) {
        let (now, race) = (self.now(), self.session.is_race());
        let car = self.car_mut(lap.car_id);
        if !car.connected {
            let sits = car.whose_lap(lap, race, now);
            self.find(lap.car_id, sits);
        }
        let car = self.car_mut(lap.car_id);
        car.loaded = car.connected;
    }

    pub(super) fn car_info(&mut self, info: &CarInfo) {
        let car_id = info.car_id;
        let now = self.now();
        let driver = Driver {
            name: info.driver_name.clone(),
            guid: info.driver_guid.clone(),
            team: info.driver_team.clone(),
        };
        let nobody = driver.name.is_empty() && driver.guid.is_empty();
        if info.is_connected {
            self.leave_other_slots(car_id, &driver);
            let (was_there, was_loaded) =
                self.car(car_id).map_or((false, false), |car| (car.connected, car.loaded));
            let had_left = self.car(car_id).is_some_and(|car| car.left.is_some());
            let from = self.seat(car_id, driver, &info.car_model, &info.car_skin);
            // AssettoServer says so from the handshake on.
            let loaded = was_loaded || !self.is_assetto_server;
            let car = self.car_mut(car_id);
            car.arrive(loaded);
            car.rejoined |= !was_there;
            match (from, &car.driver) {
                (Some(from), Some(to)) if was_there => {
                    let to = to.clone();
                    self.changes.push(Change::DriverSwapped { car_id, from, to });
                }
                (Some(_), _) => self.changes.push(Change::DriverJoined { car_id }),
                (None, _) if had_left => self.changes.push(Change::DriverJoined { car_id }),
                (None, _) => {}
            }
            return;
        }
        if let Some(car) = self.known_car(car_id) {
            // A driver who is still loading is said not to be connected.
            if car.connected && !car.loaded {
                if let Some(known) = car.driver.as_mut().filter(|known| known.is_same_person(&driver)) {
                    known.team = driver.team;
                }
                return;
            }
            let left = car.left.filter(|_| nobody || car.is_drivers(&driver));
            if car.leave(left) {
                self.changes.push(Change::DriverLeft { car_id });
            }
        }
        if !nobody {
            // The last driver of an empty slot, whose laps the leaderboard may have, or one who loads.
            self.seat(car_id, driver, &info.car_model, &info.car_skin);
            self.car_mut(car_id).named = Some(now);
        }
    }

    #[inline(always)]
    pub(super) fn car_update(&mut self, update: &CarUpdate) {
        if self.version_came {
            self.version_came = !self.is_driving(update.car_id);
        }
        let start = self.start();
        let speed = update.velocity.length();
        let index = usize::from(update.car_id.0);
        let is_connected = matches!(self.cars.get(index), Some(Some(car)) if car.connected);
        if !is_connected && !self.find_by_update(update) {
            return;
        }
        let Some(Some(car)) = self.cars.get_mut(index) else { return };
        let Some(now) = self.seconds else {
            let driven = car.drive(update, speed, start, Step::Unknown);
            self.session.started |= driven.has_started;
            return;
        };
        let step = car.trace.step(update, speed, now, self.live.pace());
        // The trail of who has finished has ended: it does not tell the same report again.
        if step == Step::Stale || (car.completed && car.telemetry == Some(*update)) {
            return;
        }
        let driven = car.drive(update, speed, start, step);
        if driven.has_started {
            self.session.started = true;
        }
        if step == Step::Nowhere {
            return;
        }
        let at = At { now, step, shift: driven.shift, speed, sectors: &self.sector_times };
        if self.live.follow(car, update, &at, &mut self.changes) {
            self.pass_ends(update.car_id);
        }
        if self.live.is_look_due(now) {
            self.look_at_all(now);
        }
    }

    /// A CAR_UPDATE of a car in which nobody is connected: finds who sits there. Returns whether anybody does.
    #[cold]
    fn find_by_update(&mut self, update: &CarUpdate) -> bool {
        let (now, pace) = (self.seconds, self.live.pace());
        let car_id = update.car_id;
        let car = self.car_mut(car_id);
        let speed = update.velocity.length();
        if now.is_some_and(|now| car.trace.step(update, speed, now, pace) == Step::Stale) {
            return false;
        }
        let is_late = car.driver.is_some() || car.left.is_some();
        car.updates_without_driver = car.updates_without_driver.saturating_add(1);
        if is_late && car.updates_without_driver < LASTING {
            return false;
        }
        let sits = if car.left.is_some() { Sits::Somebody } else { Sits::Known };
        self.find(car_id, sits);
        true
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
        self.note_collision(contact);
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
        let now = self.now();
        for car in self.cars.iter_mut().flatten() {
            let is_driver = car.identity() == Some(identity);
            if car.car_id != car_id && is_driver && car.leave(Some(now)) {
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
            car.came = None;
            car.tyre.clear();
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
