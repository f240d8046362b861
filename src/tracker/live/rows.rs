//! [`RaceTracker::live`]: its rows, their order, and the gaps between them.

use std::time::Duration;

use super::trail::Sample;
use super::{Delta, LiveBasis, LiveStanding};
use crate::tracker::{Car, Gap, RaceTracker, Standing};

/// A car whose newest telemetry is older than the newest of all is thought to have gone on for at most so many seconds.
const FARTHEST: f64 = 2.5;

/// The speed of a car is the way of so many seconds.
const SPEED_OVER: f64 = 0.1;

impl RaceTracker {
    /// Where the cars are now: the rows of [`standings`](Self::standings) with what telemetry tells
    /// between two crossings of the line.
    ///
    /// In a race the order is by distance covered. Gap and interval are the time since the car ahead was at this
    /// very point, and [`Gap::Laps`] once it is a whole lap ahead; they move with each CAR_UPDATE. In practice and
    /// qualify order and gaps are those of [`standings`](Self::standings), with the running lap and its deltas.
    ///
    /// It needs the realtime report, and [`advance_to`](Self::advance_to) before each event: without a clock, or for a
    /// car without telemetry, a row is that of [`standings`](Self::standings), and [`LiveStanding::basis`] says so. A
    /// car that has finished stays where it has finished.
    ///
    /// ```
    /// # let tracker = acudpclient::RaceTracker::new();
    /// for row in tracker.live() {
    ///     let interval = row.interval.map_or(String::new(), |gap| gap.to_string());
    ///     println!("{:2} {:?} {interval}", row.position, tracker.driver_name(row.car_id));
    /// }
    /// ```
    #[must_use]
    pub fn live(&self) -> Vec<LiveStanding> {
        let rules = self.rules();
        let by_distance = rules.race && !rules.over;
        let mut rows: Vec<_> = self
            .ordered(rules, Car::takes_part)
            .into_iter()
            .map(|car| (car, if by_distance { self.place(car) } else { 0.0 }))
            .collect();
        if by_distance && rows.iter().any(|(car, _)| car.is_followed()) {
            rows.sort_by(|a, b| b.1.total_cmp(&a.1));
        }
        let behind = |ahead: &Car, car: &Car| {
            if by_distance { self.live_gap(ahead, car) } else { rules.gap(ahead, car) }
        };
        (1..)
            .zip(0..rows.len())
            .map(|(position, index)| {
                let car = rows[index].0;
                let ahead = index.checked_sub(1).map(|ahead| rows[ahead].0);
                let gap = ahead.and_then(|_| behind(rows[0].0, car));
                let interval = ahead.and_then(|ahead| behind(ahead, car));
                self.live_standing(Standing::new(car, position, gap, interval), car)
            })
            .collect()
    }

    fn live_standing(&self, row: Standing, car: &Car) -> LiveStanding {
        let trace = &car.trace;
        let newest = trace.trail.newest().filter(|_| !self.session.over);
        let basis = match (newest, self.session.is_race()) {
            (None, _) => LiveBasis::Line,
            (Some(_), true) => LiveBasis::Distance,
            (Some(_), false) => LiveBasis::Timed,
        };
        let running = newest
            .filter(|_| !car.completed && !trace.in_pits)
            .and_then(|newest| Some((newest, newest.time - car.sectors.passage.began?)));
        let delta = |best: &super::Curve, lap_time| {
            let (newest, seconds) = running?;
            let then = best.time_at(newest.distance - newest.distance.floor(), lap_time)?;
            Some(Delta((seconds * 1000.0 - then).round() as i64))
        };
        let fastest = self.fastest_lap().map(|fastest| fastest.lap_time);
        let gained = |grid: u16| i32::from(grid) - i32::from(row.position);
        LiveStanding {
            position: row.position,
            car_id: row.car_id,
            driver: row.driver,
            car_model: row.car_model,
            connected: row.connected,
            basis,
            distance: match newest {
                Some(newest) if !(car.completed && basis == LiveBasis::Distance) => newest.distance,
                _ => f64::from(row.laps),
            },
            gap: row.gap,
            interval: row.interval,
            laps: row.laps,
            last_lap: row.last_lap,
            best_lap: row.best_lap,
            completed: row.completed,
            running_lap: running.and_then(|(_, seconds)| Duration::try_from_secs_f64(seconds).ok()),
            delta_to_own_best: delta(&trace.best, car.best_lap),
            delta_to_session_best: delta(&self.live.best, fastest),
            sectors: car.sectors.running().to_vec(),
            last_sectors: car.last_sectors().to_vec(),
            positions_gained: trace.grid.and_then(|grid| i16::try_from(gained(grid)).ok()),
            in_pits: trace.in_pits,
            silent: trace.silent,
        }
    }

    /// How far a car of a race has come by now, in laps.
    fn place(&self, car: &Car) -> f64 {
        match car.trace.trail.newest().filter(|_| !car.completed) {
            Some(newest) => {
                let seconds = (self.newest_telemetry() - newest.time).clamp(0.0, FARTHEST);
                if seconds == 0.0 {
                    return newest.distance;
                }
                let straight =
                    newest.distance + f64::from(newest.speed) * self.live.pace().unwrap_or(0.0) * seconds;
                self.as_before(car, newest, seconds).filter(|_| newest.speed > 10.0).unwrap_or(straight)
            }
            None if car.laps_counted == 0 => f64::NEG_INFINITY,
            None => f64::from(car.laps_counted),
        }
    }

    /// Where a car comes to from its newest place in this time, if it drives as it did on the lap before. On its first
    /// lap another car that has been here tells where it is slow and where it is fast.
    fn as_before(&self, car: &Car, newest: Sample, seconds: f64) -> Option<f64> {
        let pace = self.live.pace();
        let along = |car: &Car, laps: f64| {
            let trail = &car.trace.trail;
            let then = trail.time_at(newest.distance - laps, pace)?;
            let covered =
                |seconds: f64| Some(trail.distance_at(then + seconds, pace)? + laps - newest.distance);
            Some((covered(seconds)?, covered(SPEED_OVER)?))
        };
        let own = || Some(newest.distance + along(car, 1.0)?.0);
        let others = || {
            let (covered, at_once) = self.cars().find_map(|other| along(other, 0.0))?;
            let faster = f64::from(newest.speed) * pace? * SPEED_OVER / at_once;
            Some(newest.distance + covered * faster.clamp(0.5, 2.0))
        };
        own().or_else(others)
    }

    fn newest_telemetry(&self) -> f64 {
        let times = self.cars().filter_map(|car| car.trace.trail.newest()).map(|newest| newest.time);
        times.fold(0.0, f64::max)
    }

    /// In a race, behind a car that is ahead by distance.
    fn live_gap(&self, ahead: &Car, behind: &Car) -> Option<Gap> {
        let rules = self.rules();
        let is_followed = [ahead, behind].iter().all(|car| car.is_followed());
        if !is_followed || behind.completed {
            return rules.gap(ahead, behind);
        }
        let pace = self.live.pace();
        let (theirs, own) = (&ahead.trace.trail, &behind.trace.trail);
        let (first, newest) = (theirs.newest()?, own.newest()?);
        let more = first.distance - newest.distance;
        if more >= 1.0 {
            return Some(Gap::Laps(more as u16));
        }
        // Who is close can have been told last: then where that car was is the newest point of both.
        let (at, now) = if more >= 0.0 {
            (newest.distance, newest.time)
        } else {
            (first.distance, own.time_at(first.distance, pace)?)
        };
        let seconds = now - theirs.time_at(at, pace)?;
        Some(Gap::Time(Duration::try_from_secs_f64(seconds.max(0.0)).ok()?))
    }
}

impl Car {
    /// Whether there is telemetry with a clock.
    fn is_followed(&self) -> bool {
        self.trace.trail.newest().is_some()
    }
}
