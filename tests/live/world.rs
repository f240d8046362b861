//! The simulator's race.

use std::sync::OnceLock;
use std::time::Duration;

use acudpclient::protocol::CarId;
use acudpclient::sim::{Session, SimServer};

use crate::race::{CARS, Race, SHORTEST, STEP};

/// Four laps of the 24 cars, from before the start until the first one has finished.
pub fn simulated() -> &'static Race {
    static RACE: OnceLock<Race> = OnceLock::new();
    RACE.get_or_init(|| {
        let mut world = SimServer::builder()
            .cars(CARS)
            .seed(11)
            .comings_and_goings(false)
            .sessions([Session::race(4)])
            .report_interval(SHORTEST)
            .world()
            .unwrap();
        let mut race = Race {
            name: "simulator",
            lap: length(&world),
            events: Vec::new(),
            distances: vec![Vec::new(); CARS],
        };
        for step in 0.. {
            let now = Duration::from_secs_f64(f64::from(step) * STEP);
            while let Some(event) = world.poll(now) {
                race.events.push(event);
            }
            for (car, distances) in (0_u8..).zip(&mut race.distances) {
                distances.push(world.distance(CarId(car)));
            }
            if race.distances.iter().any(|places| places.last().copied().flatten() >= Some(3.98)) {
                return race;
            }
        }
        unreachable!("somebody finishes")
    })
}

/// By the middle of the track.
fn length(world: &acudpclient::sim::World) -> f64 {
    let points = 4096_u16;
    let place = |point: u16| world.track_position(f32::from(point % points) / f32::from(points));
    let step = |point: u16| {
        let (a, b) = (place(point), place(point + 1));
        f64::from((a.x - b.x).powi(2) + (a.y - b.y).powi(2) + (a.z - b.z).powi(2)).sqrt()
    };
    (0..points).map(step).sum()
}
