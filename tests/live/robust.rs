//! What may come instead of a clean report ten times a second, a test for each.

use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::{
    CarId, CarUpdate, ConnectionClosed, Event, LapCompleted, LapTime, LeaderboardEntry, NewConnection,
    SessionInfo, SessionType, Vec3,
};
use acudpclient::tracker::{Change, Gap, LiveBasis, LiveStanding};

/// A round track of 4 km.
const LAP: f64 = 4000.0;
/// In m/s: a lap takes 80 s.
const SPEED: f64 = 50.0;

/// A race on a round track, as it is told.
struct Script {
    tracker: RaceTracker,
    now: f64,
    changes: Vec<Change>,
}

impl Script {
    /// Starts in ten seconds.
    fn race() -> Self {
        Self::session(SessionType::Race)
    }

    fn session(session_type: SessionType) -> Self {
        let session = SessionInfo {
            session_type,
            laps: 20,
            elapsed_ms: -10_000,
            track: "round".to_owned(),
            ..SessionInfo::default()
        };
        let mut script = Self::late();
        script.apply(&Event::NewSession(session));
        for car_id in [0, 1].map(CarId) {
            let name = format!("Driver {car_id}");
            script.apply(&Event::NewConnection(NewConnection {
                car_id,
                driver_name: name.clone(),
                driver_guid: name,
                ..NewConnection::default()
            }));
        }
        script
    }

    /// Nothing was heard so far.
    fn late() -> Self {
        Self { tracker: RaceTracker::new(), now: 0.0, changes: Vec::new() }
    }

    fn apply(&mut self, event: &Event) {
        self.tracker.advance_to(Duration::from_secs_f64(self.now));
        self.changes.extend(self.tracker.apply(event));
    }

    /// A report of both cars, at these distances in laps and with this speed.
    fn report(&mut self, distances: [f64; 2], speed: f64) {
        for (car, laps) in (0..).zip(distances) {
            self.tell(car, laps, speed);
        }
    }

    fn tell(&mut self, car: u8, laps: f64, speed: f64) {
        self.apply(&Event::CarUpdate(update(car, laps, speed, 0.0)));
    }

    fn wait(&mut self, seconds: f64) {
        self.now += seconds;
    }

    /// From the grid at full speed: both cars, the second one so many seconds behind.
    fn drive_to(&mut self, laps: f64, behind: f64, interval: f64) {
        if self.now == 0.0 {
            self.report([-0.002, -0.002 - behind * SPEED / LAP], 0.0);
            self.now = 10.0;
        }
        while self.leader() < laps {
            self.wait(interval);
            self.report([self.leader(), self.leader() - behind * SPEED / LAP], SPEED);
            for (car, seconds) in [(0, 0.0), (1, behind)] {
                let crossed = |now: f64| ((now - 10.0 - seconds) * SPEED / LAP - 0.002).floor();
                if crossed(self.now) > crossed(self.now - interval) && crossed(self.now) > 0.0 {
                    self.lap(
                        car,
                        crossed(self.now) as u16,
                        if car == 0 { 0 } else { (seconds * 1000.0) as u32 },
                    );
                }
            }
        }
    }

    /// How far the first car has come.
    fn leader(&self) -> f64 {
        (self.now - 10.0) * SPEED / LAP - 0.002
    }

    fn lap(&mut self, car: u8, laps: u16, late: u32) {
        let rows = self.tracker.cars().map(|car| LeaderboardEntry {
            car_id: car.car_id,
            laps: car.laps_counted,
            lap_time: car.total_time.unwrap_or(LapTime(0)),
            ..LeaderboardEntry::default()
        });
        let mut leaderboard: Vec<_> = rows.filter(|row| row.car_id != CarId(car)).collect();
        let lap_time = LapTime(80_160 * u32::from(laps) + late);
        leaderboard.push(LeaderboardEntry {
            car_id: CarId(car),
            laps,
            lap_time,
            ..LeaderboardEntry::default()
        });
        let lap_time = LapTime(80_000);
        self.apply(&Event::LapCompleted(LapCompleted {
            car_id: CarId(car),
            lap_time,
            leaderboard,
            ..LapCompleted::default()
        }));
    }

    fn row(&self, car: u8) -> LiveStanding {
        self.tracker.live().into_iter().find(|row| row.car_id == CarId(car)).unwrap()
    }

    fn order(&self) -> Vec<u8> {
        self.tracker.live().iter().map(|row| row.car_id.0).collect()
    }

    fn told(&self, wanted: &Change) -> usize {
        self.changes.iter().filter(|change| *change == wanted).count()
    }

    /// The interval of the second row in seconds.
    fn gap(&self) -> f64 {
        match self.tracker.live()[1].interval {
            Some(Gap::Time(gap)) => gap.as_secs_f64(),
            other => panic!("{other:?}"),
        }
    }
}

fn update(car: u8, laps: f64, speed: f64, aside: f64) -> CarUpdate {
    let angle = laps * std::f64::consts::TAU;
    let radius = LAP / std::f64::consts::TAU + aside;
    CarUpdate {
        car_id: CarId(car),
        position: Vec3::new((radius * angle.cos()) as f32, 0.0, (radius * angle.sin()) as f32),
        velocity: Vec3::new((-speed * angle.sin()) as f32, 0.0, (speed * angle.cos()) as f32),
        normalized_spline_pos: (laps.rem_euclid(1.0) as f32).min(1.0 - f32::EPSILON),
        ..CarUpdate::default()
    }
}

fn assert_near(found: f64, wanted: f64, most: f64) {
    assert!((found - wanted).abs() <= most, "{found} instead of {wanted}");
}

#[test]
fn a_gap_is_the_time_since_the_car_ahead_was_here() {
    for interval in [0.05, 0.1, 0.2, 0.5, 1.0] {
        let mut script = Script::race();
        script.drive_to(2.4, 3.0, interval);
        assert_eq!(script.order(), [0, 1]);
        assert_near(script.gap(), 3.0, 0.001);
        assert_near(script.row(0).distance, script.leader(), 1e-6);
        assert_eq!(script.row(0).gap, None);
    }
}

#[test]
fn lost_reports_leave_the_gap_as_it_was() {
    let mut script = Script::race();
    script.drive_to(1.3, 3.0, 0.1);
    for report in 0..20 {
        script.wait(0.1);
        script.tell(0, script.leader(), SPEED);
        if report % 7 == 6 {
            script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
        }
        assert_near(script.gap(), 3.0, 0.001);
    }
    // Half a minute of the leader is lost, over the line and its lap.
    script.drive_to(1.8, 3.0, 0.1);
    for _ in 0..300 {
        script.wait(0.1);
        script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
    }
    script.drive_to(2.5, 3.0, 0.1);
    assert_near(script.row(0).distance, script.leader(), 1e-6);
    assert_near(script.gap(), 3.0, 0.001);
}

#[test]
fn repeated_reports_count_once() {
    let mut script = Script::race();
    script.drive_to(1.3, 3.0, 0.1);
    let distances = [script.leader(), script.leader() - 3.0 * SPEED / LAP];
    for _ in 0..5 {
        script.wait(0.015);
        script.report(distances, SPEED);
    }
    assert_near(script.gap(), 3.0, 0.001);
    assert_near(script.row(0).distance, distances[0], 1e-6);
}

/// Silence is counted in reports of the others. One that comes twice counts once, also of who stands or has finished.
#[test]
fn repeated_reports_make_nobody_silent_sooner() {
    for has_finished in [false, true] {
        let mut script = Script::race();
        script.drive_to(1.3, 3.0, 0.1);
        let speed = if has_finished { SPEED } else { 0.0 };
        if has_finished {
            let entry = LeaderboardEntry { laps: 2, has_completed: true, ..LeaderboardEntry::default() };
            script.apply(&Event::LapCompleted(LapCompleted {
                leaderboard: vec![entry],
                ..LapCompleted::default()
            }));
        }
        let stop = script.leader();
        let silent = Change::DriverSilent { car_id: CarId(1) };
        for second in 1..10 {
            script.wait(0.948);
            let place = if has_finished { script.leader() } else { stop };
            script.tell(0, place, speed);
            // 50 ms and what a clock rounds.
            script.wait(0.052);
            script.tell(0, place, speed);
            assert_eq!(script.told(&silent), usize::from(second >= 5), "{has_finished}: {second}");
        }
    }
}

#[test]
fn reordered_reports_take_nothing_back() {
    let mut script = Script::race();
    script.drive_to(1.3, 3.0, 0.1);
    let old = script.leader();
    script.drive_to(1.31, 3.0, 0.1);
    let newest = script.leader();
    script.wait(0.01);
    script.tell(0, old, SPEED);
    assert_near(script.row(0).distance, newest, 1e-6);
    // Over the line too.
    script.drive_to(1.9999, 3.0, 0.1);
    let old = script.leader();
    script.drive_to(2.001, 3.0, 0.1);
    let newest = script.leader();
    script.wait(0.01);
    script.tell(0, old, SPEED);
    script.drive_to(2.002, 3.0, 0.1);
    assert!(script.row(0).distance > newest);
    assert_near(script.row(0).distance, script.leader(), 1e-6);
    assert_near(script.gap(), 3.0, 0.001);
}

#[test]
fn behind_a_car_that_stands_the_gap_shrinks_and_then_the_order_changes() {
    let mut script = Script::race();
    script.drive_to(1.3, 6.0, 0.1);
    let (from, there) = (script.leader(), script.now);
    for _ in 0..10 {
        script.report([from, script.leader() - 6.0 * SPEED / LAP], 0.0);
        script.wait(0.5);
        script.tell(0, from, 0.0);
        script.tell(1, from + (script.now - there - 6.0) * SPEED / LAP, SPEED);
        assert_eq!(script.order(), [0, 1]);
        // At each point it was six seconds before.
        assert_near(script.gap(), 6.0, 0.01);
    }
    script.wait(3.0);
    script.tell(0, from, 0.0);
    script.tell(1, from + (script.now - there - 6.0) * SPEED / LAP, SPEED);
    script.wait(0.5);
    script.tell(0, from, 0.0);
    script.tell(1, from + (script.now - there - 6.0) * SPEED / LAP, SPEED);
    assert_eq!(script.order(), [1, 0]);
    let passed = Change::Overtaken { car_id: CarId(1), overtaken: CarId(0), position: 1 };
    assert_eq!(script.told(&passed), 1);
    // The one who stands falls back as time goes by.
    let before = script.gap();
    for _ in 0..10 {
        script.wait(0.5);
        script.tell(0, from, 0.0);
        script.tell(1, from + (script.now - there - 6.0) * SPEED / LAP, SPEED);
    }
    assert_near(script.gap(), before + 5.0, 0.01);
    assert_eq!(script.told(&passed), 1);
}

#[test]
fn a_car_that_goes_backwards_falls_back() {
    let mut script = Script::race();
    script.drive_to(1.3, 3.0, 0.1);
    let from = script.leader();
    for step in 1..=20 {
        script.wait(0.1);
        let back = update(0, from - f64::from(step) * 0.000_2, -8.0, 0.0);
        script.apply(&Event::CarUpdate(back));
        script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
    }
    assert_near(script.row(0).distance, from - 0.004, 1e-6);
    // Forward again: it was here last when it came back.
    for step in 1..=40 {
        script.wait(0.1);
        script.tell(0, from - 0.004 + f64::from(step) * 0.001_25, SPEED);
        script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
    }
    assert_near(script.row(0).distance, from - 0.004 + 0.05, 1e-6);
    assert_eq!(script.order(), [0, 1]);
    let apart = script.row(0).distance - script.row(1).distance;
    assert_near(script.gap(), apart * LAP / SPEED, 0.01);
}

#[test]
fn a_spin_around_the_line_makes_no_lap() {
    let mut script = Script::race();
    script.drive_to(1.997, 3.0, 0.1);
    let mut before = script.leader();
    for laps in [2.001, 1.999, 2.000_5, 1.998, 2.001, 1.999_5, 2.001_5] {
        script.wait(0.3);
        let speed = if laps > before { 10.0 } else { -10.0 };
        script.tell(0, laps, speed);
        assert_near(script.row(0).distance, laps, 1e-6);
        before = laps;
    }
    script.lap(0, 2, 0);
    assert_near(script.row(0).distance, 2.0015, 1e-6);
}

#[test]
fn the_lap_is_told_before_or_after_the_telemetry_behind_the_line() {
    for first in [false, true] {
        let mut script = Script::race();
        script.drive_to(1.998, 3.0, 0.1);
        let laps = script.leader();
        assert!(laps < 2.0);
        if first {
            script.wait(0.05);
            script.lap(0, 2, 0);
            assert_near(script.row(0).distance, laps, 1e-6);
        }
        script.wait(0.1);
        script.tell(0, script.leader(), SPEED);
        assert!(script.leader() > 2.0);
        assert_near(script.row(0).distance, script.leader(), 1e-6);
        if !first {
            script.lap(0, 2, 0);
            assert_near(script.row(0).distance, script.leader(), 1e-6);
        }
        script.wait(0.1);
        script.tell(0, script.leader(), SPEED);
        script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
        assert_near(script.gap(), 3.0, 0.001);
    }
}

#[test]
fn who_goes_back_to_the_pits_has_driven_no_lap_and_is_in_the_pits() {
    // The pits are behind the line, or before it.
    for pits in [0.01, 0.97] {
        for from in [1.3, 1.93] {
            let mut script = Script::race();
            script.drive_to(from, 3.0, 0.1);
            for _ in 0..4 {
                script.wait(0.1);
                script.apply(&Event::CarUpdate(update(0, pits, 0.0, 30.0)));
                script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
            }
            let row = script.row(0);
            // Before the line it is on the lap before, as the line is still to come.
            let wanted = if pits > 0.5 { pits } else { 1.0 + pits };
            assert_near(row.distance, wanted, 1e-6);
            assert_eq!((row.in_pits, row.running_lap), (true, None));
            assert_eq!(script.order(), [1, 0]);
            assert_eq!(script.told(&Change::EnteredPits { car_id: CarId(0) }), 1);
            // It was not overtaken on the track.
            assert!(!script.changes.iter().any(|change| matches!(change, Change::Overtaken { .. })));
            for step in 1..=20 {
                script.wait(0.1);
                script.apply(&Event::CarUpdate(update(0, pits + f64::from(step) * 0.001, 30.0, 20.0)));
                script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
            }
            assert!(!script.row(0).in_pits);
            assert_eq!(script.told(&Change::LeftPits { car_id: CarId(0) }), 1);
        }
    }
}

#[test]
fn who_stands_beside_the_track_for_long_is_in_the_pits() {
    let stand = |aside: f64| {
        let mut script = Script::race();
        script.drive_to(1.3, 3.0, 0.1);
        let from = script.leader();
        for _ in 0..150 {
            script.wait(0.1);
            script.apply(&Event::CarUpdate(update(0, from, 0.0, aside)));
            script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
        }
        script.row(0).in_pits
    };
    assert!(stand(20.0));
    assert!(!stand(0.0), "on the line");
}

#[test]
fn cars_on_the_grid_are_behind_the_line_and_gain_and_lose_places() {
    let mut script = Script::race();
    for _ in 0..20 {
        script.report([-0.004, -0.002], 0.0);
        script.wait(0.45);
    }
    assert_eq!(script.order(), [1, 0]);
    assert_near(script.row(0).distance, -0.004, 1e-6);
    assert!(script.tracker.live().iter().all(|row| row.gap.is_none()));
    script.now = 10.0;
    for step in 1..40 {
        script.wait(0.1);
        let since = f64::from(step) * 0.1;
        script.report([since.powi(2) * 0.002 - 0.004, since.powi(2) * 0.001 - 0.002], since * 10.0);
    }
    assert_eq!(script.order(), [0, 1]);
    assert_eq!([0, 1].map(|car| script.row(car).positions_gained), [Some(1), Some(-1)]);
    let passed = Change::Overtaken { car_id: CarId(0), overtaken: CarId(1), position: 1 };
    assert_eq!(script.told(&passed), 1);
    // The first lap runs since the start, not since the line.
    let running = script.row(0).running_lap.unwrap().as_secs_f64();
    assert_near(running, script.now - 10.0, 0.01);
}

#[test]
fn a_car_that_is_lapped_is_laps_behind() {
    let mut script = Script::race();
    script.report([-0.002, -0.004], 0.0);
    script.now = 10.0;
    let mut laps = [0, 0];
    let mut before = script.row(1).gap;
    for _ in 0..3000 {
        script.wait(0.1);
        let since = script.now - 10.0;
        let places = [(-0.002, SPEED), (-0.004, 0.7 * SPEED)].map(|(from, speed)| from + since * speed / LAP);
        script.tell(0, places[0], SPEED);
        script.tell(1, places[1], 0.7 * SPEED);
        for car in [0, 1] {
            if places[car] >= f64::from(laps[car] + 1) {
                laps[car] += 1;
                script.lap(car as u8, laps[car], 0);
            }
        }
        let gap = script.row(1).gap;
        let behind = places[0] - places[1];
        match gap {
            Some(Gap::Laps(laps)) => assert!(f64::from(laps) <= behind + 1e-6, "{behind}: {gap:?}"),
            Some(Gap::Time(_)) => assert!(behind < 1.0 + 1e-6, "{behind}: {gap:?}"),
            // The leader has started ahead of there.
            None => assert!(places[1] < -0.002 && before.is_none(), "{behind}"),
        }
        before = gap;
    }
    assert_eq!(script.row(1).gap, Some(Gap::Laps(1)));
    assert_eq!(script.order(), [0, 1]);
    assert!(!script.changes.iter().any(|change| matches!(change, Change::Overtaken { .. })));
}

#[test]
fn a_late_start_takes_the_laps_from_the_leaderboard() {
    let mut script = Script::late();
    let session = SessionInfo {
        session_type: SessionType::Race,
        laps: 20,
        elapsed_ms: 600_000,
        track: "round".to_owned(),
        ..SessionInfo::default()
    };
    script.now = 610.0;
    script.apply(&Event::SessionInfo(session));
    for step in 0..100 {
        let laps = 0.96 + f64::from(step) * 0.1 * SPEED / LAP;
        script.report([laps, laps - 3.0 * SPEED / LAP], SPEED);
        if step == 33 {
            script.lap(0, 8, 0);
        }
        if step == 63 {
            script.lap(1, 8, 3000);
        }
        script.wait(0.1);
    }
    assert_eq!(script.order(), [0, 1]);
    let (first, second) = (script.row(0), script.row(1));
    assert_eq!((first.distance.floor(), second.distance.floor()), (8.0, 8.0));
    assert_near(script.gap(), 3.0, 0.001);
}

#[test]
fn no_number_and_no_place_is_left_out() {
    let mut script = Script::race();
    script.drive_to(1.3, 3.0, 0.1);
    let clean = script.tracker.live();
    for spline in [f32::NAN, f32::INFINITY, -3.0, 7.5] {
        script.wait(0.01);
        let odd = CarUpdate { normalized_spline_pos: spline, ..update(0, 0.0, SPEED, 0.0) };
        script.apply(&Event::CarUpdate(odd));
        assert_eq!(script.tracker.live(), clean);
    }
    // A place with a speed or a position that is none.
    for nan in [f32::NAN, f32::INFINITY] {
        script.wait(0.1);
        let nowhere = Vec3::new(nan, nan, nan);
        script.apply(&Event::CarUpdate(CarUpdate {
            velocity: nowhere,
            ..update(0, script.leader(), SPEED, 0.0)
        }));
        assert!(script.row(0).distance.is_finite());
        script.wait(0.1);
        script.apply(&Event::CarUpdate(CarUpdate {
            position: nowhere,
            ..update(0, script.leader(), SPEED, 0.0)
        }));
    }
    script.drive_to(2.4, 3.0, 0.1);
    assert_near(script.row(0).distance, script.leader(), 1e-6);
    assert_near(script.gap(), 3.0, 0.001);
}

#[test]
fn a_driver_of_whom_nothing_comes_is_silent_until_something_comes() {
    let mut script = Script::race();
    script.drive_to(1.3, 3.0, 0.1);
    for _ in 0..100 {
        script.wait(0.1);
        script.tell(0, script.leader(), SPEED);
    }
    assert!(script.row(1).silent);
    assert_eq!(script.told(&Change::DriverSilent { car_id: CarId(1) }), 1);
    script.drive_to(1.5, 3.0, 0.1);
    assert!(!script.row(1).silent);
    assert_eq!(script.told(&Change::DriverBack { car_id: CarId(1) }), 1);
    // Nobody is, if the reports end.
    script.wait(100.0);
    script.tracker.advance_to(Duration::from_secs_f64(script.now));
    assert!(script.tracker.live().iter().all(|row| !row.silent));
    assert_eq!(script.told(&Change::DriverSilent { car_id: CarId(0) }), 0);
}

#[test]
fn who_has_finished_stays_there() {
    let mut script = Script::race();
    script.drive_to(1.998, 3.0, 0.1);
    script.wait(0.04);
    let winner =
        LeaderboardEntry { car_id: CarId(0), laps: 2, lap_time: LapTime(160_160), has_completed: true };
    let second = LeaderboardEntry { car_id: CarId(1), laps: 1, lap_time: LapTime(83_160), ..winner };
    let second = LeaderboardEntry { has_completed: false, ..second };
    script.apply(&Event::LapCompleted(LapCompleted {
        lap_time: LapTime(80_000),
        leaderboard: vec![winner, second],
        ..LapCompleted::default()
    }));
    for _ in 0..20 {
        script.wait(0.1);
        // To the pits.
        script.apply(&Event::CarUpdate(update(0, 0.01, 0.0, 30.0)));
        script.tell(1, script.leader() - 3.0 * SPEED / LAP, SPEED);
    }
    assert_eq!(script.order(), [0, 1]);
    assert_eq!(script.row(0).distance, 2.0);
    assert_near(script.gap(), 3.0, 0.02);
}

#[test]
fn a_car_without_telemetry_has_the_row_of_the_standings() {
    let mut script = Script::race();
    script.drive_to(1.3, 3.0, 0.1);
    let leave = NewConnection {
        car_id: CarId(1),
        driver_name: "Driver 1".to_owned(),
        driver_guid: "Driver 1".to_owned(),
        ..NewConnection::default()
    };
    script.apply(&Event::ConnectionClosed(leave));
    let row = script.row(1);
    assert_eq!((row.basis, row.connected, row.distance), (LiveBasis::Line, false, 1.0));
    assert_eq!(row.gap, script.tracker.standings()[1].gap);
    assert_eq!(script.row(0).basis, LiveBasis::Distance);
}

#[test]
fn who_has_left_falls_behind_by_laps() {
    let mut script = Script::race();
    script.drive_to(1.5, 3.0, 0.1);
    let name = "Driver 1".to_owned();
    script.apply(&Event::ConnectionClosed(ConnectionClosed {
        car_id: CarId(1),
        driver_name: name.clone(),
        driver_guid: name,
        ..ConnectionClosed::default()
    }));
    assert_eq!(script.row(1).gap, Some(Gap::Time(Duration::from_secs(3))), "at the line");
    for (until, laps) in [(2.2, 1), (3.1, 2)] {
        while script.leader() < until {
            let before = script.leader().floor();
            script.wait(0.1);
            script.tell(0, script.leader(), SPEED);
            if script.leader().floor() > before {
                script.lap(0, script.leader() as u16, 0);
            }
        }
        assert_eq!(script.row(1).gap, Some(Gap::Laps(laps)));
        assert_eq!(script.row(1).interval, Some(Gap::Laps(laps)));
    }
}
