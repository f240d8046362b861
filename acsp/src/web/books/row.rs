//! A car's row.

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, LapTime};
use acudpclient::tracker::{Car, Gap, Lap, LiveStanding, SectorTime};
use serde::Serialize;

/// How good a lap or a sector is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    SessionBest,
    PersonalBest,
    Slower,
    Invalid,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    #[serde(flatten)]
    pub car: Settled,
    #[serde(flatten)]
    pub moving: Moving,
}

/// What changes now and then.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Settled {
    pub car_id: CarId,
    driver: String,
    guid: String,
    team: String,
    car: String,
    skin: String,
    pub connected: bool,
    loaded: bool,
    in_pits: bool,
    silent: bool,
    completed: bool,
    pub gained: Option<i16>,
    laps: u16,
    laps_driven: u32,
    last_lap: Option<LastLap>,
    best_lap: Option<BestLap>,
    sectors: Vec<Option<Sector>>,
    best_sectors: Vec<Option<LapTime>>,
    theoretical_best: Option<LapTime>,
    tyre: String,
    top_speed_kmh: Option<f64>,
    collisions: u32,
    laps_version: u32,
}

/// What changes with each update.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Moving {
    pub position: u16,
    gap: Option<Gap>,
    interval: Option<Gap>,
    lap_time: Option<u128>,
    delta_best: Option<i64>,
    delta_session: Option<i64>,
    x: Option<f64>,
    z: Option<f64>,
    place: Option<f64>,
    distance: Option<f64>,
    speed_kmh: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct LastLap {
    time: LapTime,
    cuts: u8,
    class: Class,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct BestLap {
    time: LapTime,
    class: Class,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
struct Sector {
    time: LapTime,
    class: Class,
    estimated: bool,
}

/// All rows, in their order. `laps_version` tells the version of a car's laps.
pub fn rows(tracker: &RaceTracker, laps_version: impl Fn(CarId) -> u32) -> Vec<Row> {
    let live = tracker.live();
    live.iter()
        .filter_map(|standing| {
            let car = tracker.car(standing.car_id)?;
            let laps_version = laps_version(standing.car_id);
            Some(Row { car: settled(tracker, car, standing, laps_version), moving: moving(car, standing) })
        })
        .collect()
}

fn settled(tracker: &RaceTracker, car: &Car, live: &LiveStanding, laps_version: u32) -> Settled {
    let driver = car.driver.clone().unwrap_or_default();
    let session_best = tracker.fastest_lap().map(|fastest| fastest.lap_time);
    let class =
        |time: LapTime| if Some(time) == session_best { Class::SessionBest } else { Class::PersonalBest };
    let last_class = |lap: &Lap| match lap.lap_time {
        _ if !lap.is_valid() => Class::Invalid,
        time if Some(time) == car.best_lap => class(time),
        _ => Class::Slower,
    };
    Settled {
        car_id: car.car_id,
        guid: driver.identity().unwrap_or_default().to_owned(),
        driver: driver.name,
        team: driver.team,
        car: car.car_model.clone(),
        skin: car.car_skin.clone(),
        connected: car.connected,
        loaded: car.loaded,
        in_pits: live.in_pits,
        silent: live.silent,
        completed: car.completed,
        gained: live.positions_gained,
        laps: car.laps_counted,
        laps_driven: car.laps_driven(),
        last_lap: car.last_lap().filter(|lap| lap.lap_time.is_set()).map(|lap| LastLap {
            time: lap.lap_time,
            cuts: lap.cuts,
            class: last_class(lap),
        }),
        best_lap: car.best_lap.map(|time| BestLap { time, class: class(time) }),
        sectors: sectors(live),
        best_sectors: car.best_sectors().iter().map(|sector| sector.map(|sector| sector.time)).collect(),
        theoretical_best: car.theoretical_best(),
        tyre: car.current_tyre().to_owned(),
        top_speed_kmh: Some(car.top_speed_kmh)
            .filter(|speed| *speed > 0.0)
            .and_then(|speed| rounded(speed, 1)),
        collisions: car.collisions_with_cars + car.collisions_with_environment,
        laps_version,
    }
}

/// Of the running lap; of the last one until the first is done.
fn sectors(live: &LiveStanding) -> Vec<Option<Sector>> {
    let count = live.sectors.len().max(live.last_sectors.len());
    let is_begun = live.sectors.iter().any(Option::is_some);
    let shown = if is_begun { &live.sectors } else { &live.last_sectors };
    (0..count).map(|index| shown.get(index).copied().flatten().map(sector)).collect()
}

fn sector(sector: SectorTime) -> Sector {
    let class = match sector {
        SectorTime { session_best: true, .. } => Class::SessionBest,
        SectorTime { personal_best: true, .. } => Class::PersonalBest,
        _ => Class::Slower,
    };
    Sector { time: sector.time, class, estimated: sector.estimated }
}

fn moving(car: &Car, live: &LiveStanding) -> Moving {
    let seen = car.telemetry.as_ref();
    Moving {
        position: live.position,
        gap: live.gap,
        interval: live.interval,
        lap_time: live.running_lap.map(|time| time.as_millis()),
        delta_best: live.delta_to_own_best.map(|delta| delta.0),
        delta_session: live.delta_to_session_best.map(|delta| delta.0),
        x: seen.and_then(|seen| rounded(seen.position.x, 1)),
        z: seen.and_then(|seen| rounded(seen.position.z, 1)),
        place: seen.and_then(|seen| rounded(seen.normalized_spline_pos, 4)),
        distance: car.distance().map(|_| live.distance).and_then(|laps| rounded(laps, 4)),
        speed_kmh: seen.and_then(|seen| rounded(seen.speed_kmh(), 1)),
    }
}

/// With so many decimals, as a browser does not need more; `None` for NaN and infinity.
pub fn rounded(value: impl Into<f64>, decimals: i32) -> Option<f64> {
    let factor = 10_f64.powi(decimals);
    let rounded = (value.into() * factor).round() / factor;
    rounded.is_finite().then_some(rounded)
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn numbers_are_short_and_finite() {
        assert_eq!(rounded(-311.234_f32, 1), Some(-311.2));
        assert_eq!(rounded(0.66421_f32, 4), Some(0.6642));
        assert_eq!(rounded(f32::NAN, 1), None);
        assert_eq!(rounded(f32::INFINITY, 1), None);
    }
}
