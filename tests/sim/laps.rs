//! Laps, leaderboards and results.

use std::cmp::Reverse;
use std::time::Duration;

use acudpclient::protocol::{Command, Event, LapCompleted, LapTime, SessionInfo, SessionType};
use acudpclient::sim::{FinishedCar, Session, SimServer};

/// What a slot's LAP_COMPLETEDs add up to.
#[derive(Debug, Clone, Default)]
struct Counted {
    guid: Option<String>,
    laps: u16,
    valid: u16,
    best: Option<u32>,
    sum: u32,
}

/// Follows the events of a server and checks every leaderboard against the laps.
struct Referee {
    cars: Vec<Counted>,
    in_slot: Vec<Option<String>>,
    announced: SessionInfo,
    opened: u64,
    late_laps: usize,
    /// The leaderboard's laps and times of the last lap.
    last: Vec<(u8, u32, u16)>,
    changed_since: bool,
}

impl Referee {
    fn new(cars: usize) -> Self {
        Self {
            cars: vec![Counted::default(); cars],
            in_slot: vec![None; cars],
            announced: SessionInfo::default(),
            opened: 0,
            late_laps: 0,
            last: Vec::new(),
            changed_since: false,
        }
    }

    fn apply(&mut self, time: u64, event: &Event) {
        match event {
            // A starting server says it twice.
            Event::NewSession(session) if *session == self.announced && time - self.opened < 1_300 => {}
            Event::NewSession(session) => {
                self.announced = session.clone();
                self.opened = time;
                for (car, guid) in self.cars.iter_mut().zip(&self.in_slot) {
                    *car = Counted { guid: guid.clone(), ..Counted::default() };
                }
                self.last.clear();
            }
            Event::NewConnection(connection) => {
                let slot = usize::from(connection.car_id.0);
                let guid = Some(connection.driver_guid.clone());
                if self.cars[slot].guid != guid {
                    self.cars[slot] = Counted { guid: guid.clone(), ..Counted::default() };
                    self.changed_since = true;
                }
                self.in_slot[slot] = guid;
            }
            Event::ConnectionClosed(connection) => self.in_slot[usize::from(connection.car_id.0)] = None,
            Event::LapCompleted(lap) => self.lap(time, lap),
            _ => {}
        }
    }

    fn lap(&mut self, time: u64, lap: &LapCompleted) {
        let session_start = (self.opened as i64 - i64::from(self.announced.elapsed_ms)) as u64;
        if u64::from(lap.lap_time.0) > time.saturating_sub(session_start) {
            assert!(time - self.opened <= 250, "{lap}");
            self.late_laps += 1;
        } else {
            let car = &mut self.cars[usize::from(lap.car_id.0)];
            car.laps += 1;
            car.sum += lap.lap_time.0;
            if lap.cuts == 0 {
                car.valid += 1;
                car.best = Some(car.best.map_or(lap.lap_time.0, |best| best.min(lap.lap_time.0)));
            }
        }
        let is_race = self.announced.session_type == SessionType::Race;
        let mut listed: Vec<_> = lap.leaderboard.iter().map(|entry| entry.car_id.0).collect();
        listed.sort_unstable();
        assert!(listed.iter().enumerate().all(|(slot, &car)| slot == usize::from(car)), "every slot once");
        assert_eq!(listed.len(), self.cars.len());
        for entry in &lap.leaderboard {
            let car = &self.cars[usize::from(entry.car_id.0)];
            if is_race {
                assert_eq!(entry.laps, car.laps);
                let difference = car.sum - entry.lap_time.0;
                assert!(difference <= 9 * u32::from(car.laps), "{entry}: {car:?}");
            } else {
                assert_eq!(entry.laps, car.valid);
                assert_eq!(entry.lap_time, car.best.map_or(LapTime::NONE, LapTime));
            }
        }
        let sorted = lap
            .leaderboard
            .is_sorted_by_key(|entry| (Reverse(if is_race { entry.laps } else { 0 }), entry.lap_time));
        assert!(sorted, "{lap}");
        self.last =
            lap.leaderboard.iter().map(|entry| (entry.car_id.0, entry.lap_time.0, entry.laps)).collect();
        self.changed_since = false;
    }

    fn check(&self, standings: &[FinishedCar]) {
        let took_part = self.cars.iter().filter(|car| car.guid.is_some()).count();
        assert_eq!(standings.len(), took_part);
        for row in standings {
            let car = &self.cars[usize::from(row.car_id.0)];
            assert_eq!(car.guid.as_deref(), Some(row.driver_guid.as_str()));
            assert_eq!(row.laps_driven, car.laps);
            assert_eq!(row.best_lap, car.best.map_or(LapTime::NONE, LapTime));
        }
        if !self.changed_since {
            let is_race = self.announced.session_type == SessionType::Race;
            let rows = standings.iter().map(|row| {
                let time = if is_race { row.total_time } else { row.best_lap };
                (row.car_id.0, time.0, row.laps)
            });
            let listed = self.last.iter().copied();
            let listed = listed.filter(|entry| self.cars[usize::from(entry.0)].guid.is_some());
            assert!(rows.eq(listed), "{standings:?}\n{:?}", self.last);
        }
    }
}

/// The referee after a weekend in which these commands are given.
fn referee(seed: u64, cars: usize, commands: &[(u64, Command)]) -> Referee {
    let mut world = SimServer::builder().seed(seed).cars(cars).world().unwrap();
    let mut referee = Referee::new(cars);
    let mut commands = commands.iter().peekable();
    let mut results = 0;
    loop {
        let until = commands.peek().map_or(Duration::MAX, |(time, _)| Duration::from_millis(*time));
        while let Some((time, event)) = world.poll(until) {
            // Before the events that were made after it, such as a new session.
            if matches!(event, Event::EndSession(_)) {
                referee.check(&world.results()[results].standings);
                results += 1;
            }
            referee.apply(time.as_millis() as u64, &event);
        }
        match commands.next() {
            Some((time, command)) => world.command(Duration::from_millis(*time), command),
            None => break,
        }
    }
    assert_eq!(results, world.results().len());
    assert!(results >= 3);
    referee
}

#[test]
fn leaderboards_and_results_are_those_of_the_laps() {
    for seed in 0..60 {
        referee(seed, 24, &[]);
    }
    for cars in [1, 4, 100] {
        referee(9, cars, &[]);
    }
}

#[test]
fn a_lap_of_a_session_that_was_cut_short_can_come_late_and_counts_nowhere() {
    let mut late_laps = 0;
    for seed in 0..40 {
        late_laps +=
            referee(seed, 24, &[(300_000, Command::NextSession), (900_000, Command::RestartSession)])
                .late_laps;
    }
    assert!(late_laps > 5, "{late_laps}");
}

#[test]
fn a_race_has_finishers_late_ones_and_some_who_do_not_finish() {
    let (mut finishers, mut retired) = (0, 0);
    for seed in 0..30 {
        let builder = SimServer::builder().seed(seed).sessions([Session::race(5)]);
        let mut world = builder.world().unwrap();
        let mut boards = Vec::new();
        for (_, event) in &mut world {
            if let Event::LapCompleted(lap) = event {
                boards.push(lap.leaderboard);
            }
        }
        let [race] = world.results() else { panic!("{} results", world.results().len()) };
        assert!(race.standings[0].completed && race.standings[0].laps == 5);
        for row in &race.standings {
            assert_eq!(row.completed, row.laps == 5, "{row:?}");
        }
        finishers += race.standings.iter().filter(|row| row.completed).count();
        retired += race.standings.iter().filter(|row| !row.completed).count();
        // The winner's flag is the first, and nobody's goes again while the driver stays.
        let first = boards.iter().find(|board| board.iter().any(|entry| entry.has_completed)).unwrap();
        assert_eq!(first.iter().filter(|entry| entry.has_completed).count(), 1);
    }
    assert!(finishers > 200 && retired > 20, "{finishers} {retired}");
}

#[test]
fn cuts_make_a_lap_invalid_and_drivers_differ() {
    let (mut clean, mut cut, mut times) = (0, 0, Vec::new());
    let builder = SimServer::builder().seed(4).cars(20).comings_and_goings(false);
    let mut world = builder.sessions([Session::qualify(Duration::from_secs(15 * 60))]).world().unwrap();
    for (_, event) in &mut world {
        if let Event::LapCompleted(lap) = event {
            if lap.cuts > 0 {
                cut += 1
            } else {
                clean += 1
            }
            assert!((0.94..=1.0).contains(&lap.grip_level.unwrap()));
        }
    }
    assert!(cut > 5 && clean > 3 * cut, "{clean} {cut}");
    for row in &world.results()[0].standings {
        times.push(row.best_lap.0);
    }
    assert!(times.iter().all(|time| (80_000..140_000).contains(time)), "{times:?}");
    assert!(times[19] - times[0] > 2_000, "{times:?}");
}

#[test]
fn the_grid_is_the_qualifying() {
    let builder = SimServer::builder()
        .seed(11)
        .cars(10)
        .comings_and_goings(false)
        .report_interval(Duration::from_millis(1000));
    let mut world =
        builder.sessions([Session::qualify(Duration::from_secs(10 * 60)), Session::race(1)]).world().unwrap();
    let mut grid = Vec::new();
    let mut in_race = false;
    for (_, event) in &mut world {
        match event {
            Event::NewSession(session) => in_race = session.session_type == SessionType::Race,
            Event::CarUpdate(update) if in_race && grid.len() < 10 => {
                assert!(update.velocity.length() == 0.0 && update.gear.forward().is_none());
                grid.push((update.normalized_spline_pos, update.car_id));
            }
            _ => {}
        }
    }
    grid.sort_by(|a, b| b.0.total_cmp(&a.0));
    let qualified = world.results()[0].standings.iter().map(|row| row.car_id);
    assert!(grid.iter().map(|&(_, car)| car).eq(qualified));
}

#[test]
fn a_timed_race_ends_when_its_time_is_up() {
    let mut world = SimServer::builder()
        .cars(6)
        .sessions([Session::timed_race(Duration::from_secs(10 * 60))])
        .world()
        .unwrap();
    let mut flags = Vec::new();
    for (time, event) in &mut world {
        if let Event::LapCompleted(lap) = event {
            if lap.leaderboard.iter().any(|entry| entry.car_id == lap.car_id && entry.has_completed) {
                flags.push(time.as_secs());
            }
        }
    }
    assert!(!flags.is_empty());
    // 40 s of waiting, then ten minutes, and at most a slow lap more.
    assert!(flags.iter().all(|flag| (640..780).contains(flag)), "{flags:?}");
    assert_eq!(world.results().len(), 1);
}
