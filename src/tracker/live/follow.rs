//! What each CAR_UPDATE tells of a car: which way it has gone, and what that means.

use super::Live;
use super::curve::Curve;
use super::trail::{Sample, Trail};
use crate::protocol::{CarId, CarUpdate, LapCompleted, Vec3};
use crate::tracker::drive::Start;
use crate::tracker::sectors::SectorTimes;
use crate::tracker::{Car, Change, RaceTracker};

/// A car that is slower stands, in m/s.
const STANDING: f32 = 0.6;

/// No car is faster, in m/s: what says so, or NaN, is no speed.
const FASTEST: f32 = 200.0;

/// How far nobody drives, in metres, at a standstill and in each second more: what has come further has jumped.
const JUMP: f64 = 60.0;
const JUMP_PER_SECOND: f64 = 120.0;

/// Who stands now has come at most this far, in metres, beyond what it drove at its speed; and nobody speeds up by
/// more, in m/s each second.
const JUMP_TO_STAND: f32 = 15.0;
const PULL: f64 = 15.0;

/// A standing car that is told again after at most so many seconds is told twice: 50 ms, and what a clock rounds.
const REPEATED: f64 = 0.055;

/// Who stands beside the track for so many seconds is in the pits.
const LONG_STAND: f64 = 10.0;

/// How far from its place, in metres, a car has left the pits.
const OUT: f32 = 20.0;

/// A driver is silent after so many seconds, and after so many reports of the others.
const SILENCE: f64 = 3.0;
const SILENT_REPORTS: u32 = 5;

/// What concerns several cars is looked at so often, in seconds.
const LOOK: f64 = 0.5;

/// Who has passed another car is ahead of it by so many metres.
const PASSED: f64 = 3.0;

/// A lap, in metres, as long as nothing is learned.
const SOME_LAP: f64 = 5000.0;

/// How the newest CAR_UPDATE goes on from the one before.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::tracker) enum Step {
    /// There is nothing to compare: no clock, or no CAR_UPDATE before.
    Unknown,
    /// It is older than the one before, or the same one again.
    Stale,
    /// It has no place on the track: a NaN.
    Nowhere,
    /// The car has crossed the line so many times, negative backwards.
    Driven(i32),
    /// The car was put somewhere else, such as back to the pits.
    Jumped,
}

/// What is known of a car between two crossings of the line.
#[derive(Debug, Clone, PartialEq, Default)]
pub(in crate::tracker) struct Trace {
    pub trail: Trail,
    /// Of the newest sample.
    spline: f64,
    position: [f32; 3],
    /// The newest report in which the car was.
    report: u32,
    pub silent: bool,
    pub in_pits: bool,
    /// Since when it stands, and where.
    stands: Option<(f64, [f32; 3])>,
    has_jumped: bool,
    /// The position on the grid.
    pub grid: Option<u16>,
    /// The driver's best lap.
    pub best: Curve,
}

impl Trace {
    /// Forgets what was driven, but keeps the memory.
    pub(in crate::tracker) fn reset(&mut self) {
        let mut trail = std::mem::take(&mut self.trail);
        trail.clear();
        *self = Self { trail, ..Self::default() };
    }

    /// The car is off the track. The best lap stays its driver's.
    pub(in crate::tracker) fn leave(&mut self) {
        let best = std::mem::take(&mut self.best);
        let grid = self.grid;
        self.reset();
        (self.best, self.grid) = (best, grid);
    }

    /// The car is as many laps further as was thought.
    pub(in crate::tracker) fn shift(&mut self, laps: i32) {
        if laps != 0 {
            self.trail.shift(laps);
        }
    }

    /// In m/s, by the newest sample.
    fn newest_speed(&self) -> f32 {
        self.trail.newest().map_or(0.0, |newest| newest.speed)
    }

    /// Whether its next CAR_UPDATE may tell more than where it drives.
    #[inline]
    fn is_watched(&self) -> bool {
        self.in_pits | self.has_jumped | self.silent | self.stands.is_some()
    }

    /// How this goes on from the newest sample. `now` is by the caller's clock, `speed` in m/s, `pace` in laps per metre.
    #[inline(always)]
    pub(in crate::tracker) fn step(
        &self,
        update: &CarUpdate,
        speed: f32,
        now: f64,
        pace: Option<f64>,
    ) -> Step {
        let Some(newest) = self.trail.newest() else { return first_step(update) };
        let spline = f64::from(update.normalized_spline_pos);
        let ahead = spline - self.spline;
        let seconds = now - newest.time;
        let expected = f64::from(newest.speed) * pace.unwrap_or(0.0) * seconds;
        // Mostly it has gone on, without crossing the line, and not so far that it can have jumped.
        if ahead > 0.0
            && spline <= 1.0
            && (expected - ahead).abs() < 0.5
            && squared(self.moved(update)) <= JUMP_TO_STAND * JUMP_TO_STAND
        {
            return Step::Driven(0);
        }
        self.rare_step(update, speed, seconds, expected)
    }

    /// `expected` is how far the car has come at its speed, in laps.
    #[inline(never)]
    fn rare_step(&self, update: &CarUpdate, speed: f32, seconds: f64, expected: f64) -> Step {
        let spline = f64::from(update.normalized_spline_pos);
        let Some(newest) = self.trail.newest().filter(|_| (0.0..=1.0).contains(&spline)) else {
            return first_step(update);
        };
        let [x, y, z] = self.moved(update);
        let moved = squared([x, y, z]);
        if moved > JUMP_TO_STAND * JUMP_TO_STAND
            && is_jump(f64::from(moved).sqrt(), seconds, newest.speed, speed)
        {
            return Step::Jumped;
        }
        let ahead = spline - self.spline;
        let crossed = (expected - ahead + 0.5).floor() as i32;
        if f64::from(crossed) + ahead <= 0.0 {
            let along = x * update.velocity.x + y * update.velocity.y + z * update.velocity.z;
            let is_moving = speed > STANDING;
            let is_same = moved == 0.0 && ahead == 0.0;
            if (is_moving && (along < 0.0 || is_same)) || (is_same && seconds <= REPEATED) {
                return Step::Stale;
            }
        }
        Step::Driven(crossed)
    }

    /// From the place of the newest sample, in metres.
    #[inline]
    fn moved(&self, update: &CarUpdate) -> [f32; 3] {
        let Vec3 { x, y, z } = update.position;
        [x - self.position[0], y - self.position[1], z - self.position[2]]
    }
}

/// Nothing is known from before.
fn first_step(update: &CarUpdate) -> Step {
    if (0.0..=1.0).contains(&update.normalized_spline_pos) { Step::Unknown } else { Step::Nowhere }
}

#[inline]
fn squared([x, y, z]: [f32; 3]) -> f32 {
    x * x + y * y + z * z
}

/// What a CAR_UPDATE says of a car, when it is not the newest one again.
pub(in crate::tracker) struct At<'a> {
    /// By the caller's clock, in seconds.
    pub now: f64,
    pub step: Step,
    /// That of [`Driven`](crate::tracker::drive::Driven).
    pub shift: i32,
    /// In m/s.
    pub speed: f32,
    pub sectors: &'a SectorTimes,
}

impl Live {
    /// After [`Car::drive`]: writes down where the car is. Returns whether it has passed the end of a sector.
    #[inline(always)]
    pub(in crate::tracker) fn follow(
        &mut self,
        car: &mut Car,
        update: &CarUpdate,
        at: &At<'_>,
        changes: &mut Vec<Change>,
    ) -> bool {
        let on_lap = car.on_lap.unwrap_or(0);
        let trace = &mut car.trace;
        if trace.report == self.report {
            self.report = self.report.wrapping_add(1);
            self.is_new_report = true;
        }
        trace.report = self.report;
        if car.completed {
            return false; // what it drives after the flag is no distance
        }
        let speed = if at.speed <= FASTEST { at.speed } else { trace.newest_speed() };
        if at.step == Step::Jumped {
            trace.trail.clear();
        } else if at.shift != 0 {
            trace.shift(at.shift);
            car.sectors.passage.shift(at.shift);
        }
        let is_first = trace.trail.newest().is_none();
        let spline = f64::from(update.normalized_spline_pos);
        let distance = f64::from(on_lap) + spline;
        trace.spline = spline;
        trace.position = [update.position.x, update.position.y, update.position.z];
        let is_kept = trace.trail.push(Sample { time: at.now, distance, speed });
        // All cars drive on the same track: where it is known, some of its stretches are enough.
        if is_kept && (self.report % 4 == 0 || !self.track.is_known(spline)) {
            self.learn_track(trace, speed);
        }
        if is_first {
            car.sectors.passage.begin(distance, at.sectors.ends());
            trace.has_jumped |= at.step == Step::Jumped;
        }
        if speed < STANDING || is_first || trace.is_watched() {
            self.watch(trace, at.now, speed, is_first, update.car_id, changes);
        }
        distance >= car.sectors.passage.end
    }

    /// Who stands, or has stood, jumped or been silent.
    #[inline(never)]
    fn watch(
        &self,
        trace: &mut Trace,
        now: f64,
        speed: f32,
        is_first: bool,
        car_id: CarId,
        changes: &mut Vec<Change>,
    ) {
        if speed < STANDING || trace.in_pits || trace.stands.is_some() {
            let change = stand(trace, now, speed, self.track.is_beside(trace.spline, trace.position));
            changes.extend(change.map(|change| change(car_id)));
        } else {
            trace.has_jumped &= is_first;
        }
        if std::mem::take(&mut trace.silent) {
            changes.push(Change::DriverBack { car_id });
        }
    }

    /// A sample is kept: it also tells something of the track.
    #[inline(never)]
    fn learn_track(&mut self, trace: &Trace, speed: f32) {
        self.track.see(trace.spline, speed, trace.position);
        if let Some((from, to)) = trace.trail.kept() {
            self.track.learn(from, to);
        }
    }

    /// Whether it is time to look at all cars: at the beginning of a report, and not too often.
    #[inline]
    pub(in crate::tracker) fn is_look_due(&mut self, now: f64) -> bool {
        if !self.is_new_report {
            return false;
        }
        self.is_new_report = false;
        let is_due = now - self.looked >= LOOK;
        if is_due {
            self.looked = now;
        }
        is_due
    }
}

impl RaceTracker {
    /// When the race has started, by the caller's clock.
    pub(in crate::tracker) fn race_start(&self) -> Option<f64> {
        let elapsed = self.elapsed_ms().filter(|_| self.session.is_race())?;
        Some(self.seconds? - elapsed as f64 / 1000.0)
    }

    /// What telemetry tells of all cars together.
    #[cold]
    #[inline(never)]
    pub(in crate::tracker) fn look_at_all(&mut self, now: f64) {
        let report = self.live.report;
        // Who has finished is ahead of all who drive.
        let (mut finished, mut running) = (0, 0);
        for car in self.cars.iter_mut().flatten() {
            finished += usize::from(car.completed);
            let Some(newest) = car.trace.trail.newest().filter(|_| car.connected && !car.completed) else {
                continue;
            };
            running += 1;
            let missed = report.wrapping_sub(car.trace.report);
            if missed >= SILENT_REPORTS && now - newest.time >= SILENCE && !car.trace.silent {
                car.trace.silent = true;
                self.changes.push(Change::DriverSilent { car_id: car.car_id });
            }
        }
        if self.session.is_race() && !self.session.over {
            self.find_passed(now, finished, running);
        } else {
            self.live.order.clear();
        }
    }

    /// Keeps the order of the race by distance; so many cars have finished, and so many drive.
    fn find_passed(&mut self, now: f64, finished: usize, running: usize) {
        let pace = self.live.track.pace.unwrap_or(1.0 / SOME_LAP);
        let mut order = std::mem::take(&mut self.live.order);
        order.retain_mut(|(car_id, place)| {
            let found = self.car(*car_id).and_then(|car| car.running_distance(now, pace));
            found.map(|found| *place = found).is_some()
        });
        if running > order.len() {
            self.add_running(&mut order, now, pace);
        }
        let is_before = self.start() == Start::Before;
        if is_before {
            order.sort_by(|a, b| b.1.total_cmp(&a.1));
            for (position, &(car_id, _)) in (1..).zip(&order) {
                self.car_mut(car_id).trace.grid = Some(position);
            }
        }
        let known = std::mem::replace(&mut self.live.ordered, order.len());
        for index in 1..order.len() {
            let mut at = index;
            while at > 0 && order[at].1 - order[at - 1].1 >= PASSED * pace {
                let (ahead, behind) = (order[at - 1].0, order[at].0);
                order.swap(at - 1, at);
                let both = [ahead, behind].map(|car_id| self.car(car_id).is_some_and(Car::is_on_track));
                // A car that has just come to the order has passed nobody.
                if both == [true; 2] && index < known && !is_before {
                    let position = u16::try_from(finished + at).unwrap_or(u16::MAX);
                    self.changes.push(Change::Overtaken { car_id: behind, overtaken: ahead, position });
                }
                at -= 1;
            }
        }
        self.live.order = order;
    }

    /// Adds the cars that are not in the order yet.
    #[cold]
    fn add_running(&self, order: &mut Vec<(CarId, f64)>, now: f64, pace: f64) {
        for car in self.cars() {
            if order.iter().all(|(car_id, _)| *car_id != car.car_id) {
                let place = car.running_distance(now, pace);
                order.extend(place.map(|place| (car.car_id, place)));
            }
        }
    }
}

impl RaceTracker {
    /// A lap is counted: it may be one that others are compared with.
    pub(in crate::tracker) fn learn_lap(&mut self, lap: &LapCompleted) {
        let (now, pace) = (self.seconds, self.live.pace());
        let (race, start) = (self.session.is_race(), self.race_start());
        let Some(car) = self.known_car(lap.car_id) else { return };
        if let Some(now) = now.filter(|_| car.completed && race) {
            car.finish_trail(now, pace);
        }
        if lap.cuts > 0 || car.best_lap != Some(lap.lap_time) {
            return;
        }
        // `cross_line` has put the car on the lap behind this line.
        let line = f64::from(car.laps_counted_or_driven());
        let trace = &mut car.trace;
        let Some(crossed) = trace.trail.time_at(line - 1.0, pace) else {
            trace.best.forget();
            return;
        };
        // From the grid a race's first lap begins with the race.
        let began = start.filter(|_| line == 1.0).unwrap_or(crossed);
        trace.best.learn(lap.lap_time, began, line, &trace.trail, pace);
    }

    /// The session's best lap is this car's newest one.
    pub(in crate::tracker) fn learn_session_best(&mut self, car_id: CarId) {
        if let Some(car) = self.cars.get(usize::from(car_id.0)).and_then(Option::as_ref) {
            self.live.best.copy(&car.trace.best);
        }
    }
}

impl Car {
    /// Whether its telemetry tells where it is in a race that it has not finished.
    fn is_running(&self) -> bool {
        self.connected && !self.completed && self.trace.trail.newest().is_some()
    }

    fn running_distance(&self, now: f64, pace: f64) -> Option<f64> {
        let newest = self.trace.trail.newest().filter(|_| self.is_running())?;
        let seconds = (now - newest.time).clamp(0.0, 2.0);
        Some(newest.distance + f64::from(newest.speed) * pace * seconds)
    }

    fn is_on_track(&self) -> bool {
        !self.trace.in_pits && !self.trace.silent
    }

    /// The server has told how many laps the car has done.
    pub(in crate::tracker) fn set_lap(&mut self, lap: i32) {
        let laps = self.on_lap.map_or(0, |before| lap - before);
        self.on_lap = Some(lap);
        self.trace.shift(laps);
        self.sectors.passage.shift(laps);
    }

    /// The car has finished at this time: its newest telemetry may be from before the line.
    pub(in crate::tracker) fn finish_trail(&mut self, now: f64, pace: Option<f64>) {
        let distance = f64::from(self.laps_counted);
        let (Some(newest), Some(pace)) = (self.trace.trail.newest(), pace) else { return };
        let expected = (distance - newest.distance) / (f64::from(newest.speed) * pace);
        if newest.distance >= distance || newest.distance < distance - 0.1 || !expected.is_finite() {
            return;
        }
        // The packet can be late.
        let time = newest.time + (now - newest.time).clamp(0.8 * expected, 1.25 * expected);
        self.trace.trail.push(Sample { time, distance, speed: newest.speed });
    }
}

/// Whether nobody drives so far, in metres, in this time from one speed to the other. The garages can be near the line,
/// where a car has come less far than a fast one does, but it stands.
#[cold]
fn is_jump(moved: f64, seconds: f64, before: f32, speed: f32) -> bool {
    let driven = (f64::from(before) + PULL * seconds) * seconds;
    moved > JUMP + JUMP_PER_SECOND * seconds
        || (speed < STANDING && moved > f64::from(JUMP_TO_STAND) + driven)
}

/// A car that stands, or has stood: whether it has come into the pits or out of them.
fn stand(trace: &mut Trace, now: f64, speed: f32, is_beside: bool) -> Option<fn(CarId) -> Change> {
    let here = trace.position;
    if speed < STANDING {
        let (since, _) = *trace.stands.get_or_insert((now, here));
        let is_long = is_beside && now - since >= LONG_STAND;
        if trace.in_pits || !(is_long || trace.has_jumped) {
            return None;
        }
        trace.in_pits = true;
        trace.has_jumped = false;
        return Some(|car_id| Change::EnteredPits { car_id });
    }
    let (_, there) = trace.stands?;
    if trace.in_pits && squared([0, 1, 2].map(|axis| here[axis] - there[axis])) < OUT * OUT {
        return None;
    }
    trace.stands = None;
    std::mem::take(&mut trace.in_pits).then_some(|car_id| Change::LeftPits { car_id })
}
