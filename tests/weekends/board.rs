//! What the server's own leaderboards say, by rules that are written down here once more.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use acudpclient::protocol::{CarId, Dialect, Event, LapCompleted, SessionType};

use crate::play::Moved;

/// The order of the cars with a time, as the server sees it.
#[derive(Default)]
pub struct Board {
    /// The session's name.
    pub session: String,
    pub order: Vec<CarId>,
    /// Who has gained a position or finished, until it is cleared.
    pub moved: Moved,
    is_race: bool,
    lap_limit: u16,
    finished: BTreeSet<CarId>,
    drivers: BTreeMap<CarId, String>,
}

impl Board {
    pub fn hear(&mut self, event: &Event) {
        match event {
            Event::NewSession(session) if session.name != self.session => {
                self.session.clone_from(&session.name);
                self.is_race = session.session_type == SessionType::Race;
                self.lap_limit = session.laps;
                self.order.clear();
                self.finished.clear();
            }
            // With another driver's laps a car has gone, and who moves up for that has not gained.
            Event::NewConnection(driver) => {
                let guid = driver.driver_guid.clone();
                let before = self.drivers.insert(driver.car_id, guid);
                if before.is_some_and(|before| before != driver.driver_guid) {
                    self.order.retain(|car| *car != driver.car_id);
                    self.finished.remove(&driver.car_id);
                }
            }
            Event::LapCompleted(lap) => self.lap(lap),
            _ => {}
        }
    }

    fn lap(&mut self, lap: &LapCompleted) {
        // Equal ones stay in the server's order.
        let mut rows = lap.leaderboard.clone();
        if self.is_race {
            rows.retain(|row| row.laps > 0);
            rows.sort_by_key(|row| (Reverse(row.laps), row.lap_time));
        } else {
            rows.retain(|row| row.lap_time.is_set());
            rows.sort_by_key(|row| row.lap_time);
        }
        let before = std::mem::replace(&mut self.order, rows.iter().map(|row| row.car_id).collect());
        for (place, row) in rows.iter().enumerate() {
            let was = before.iter().position(|car| *car == row.car_id);
            // The first place of a car in a race is none that it has gained.
            if was.map_or(!self.is_race, |was| place < was) {
                self.moved.insert((row.car_id, false));
            }
        }
        // acServer before 1.7 does not tell who has finished.
        let is_told = lap.dialect != Dialect::Before17;
        let all_laps = |laps: u16| self.is_race && self.lap_limit > 0 && laps >= self.lap_limit;
        for row in &lap.leaderboard {
            let has_finished = if is_told { row.has_completed } else { all_laps(row.laps) };
            if has_finished && self.finished.insert(row.car_id) {
                self.moved.insert((row.car_id, true));
            }
        }
    }
}
