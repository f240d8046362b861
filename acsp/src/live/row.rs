//! What the table says of one car.

use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, LapTime};
use acudpclient::tracker::{Car, Gap, LiveStanding, SectorTime};

use super::mark::Mark;
use crate::feed::name;
use crate::lines::shown;

/// A time and how good it is.
#[derive(Debug, Clone, Copy)]
pub struct Time {
    pub time: LapTime,
    pub mark: Mark,
    /// Whether it is of the lap before.
    pub is_old: bool,
}

/// A [`LiveStanding`], and what else is known of its car.
#[derive(Debug, Clone)]
pub struct Row {
    pub live: LiveStanding,
    /// Safe to show.
    pub name: String,
    pub model: String,
    pub last: Option<Time>,
    pub best: Option<Time>,
    pub sectors: Vec<Option<Time>>,
    pub tyre: String,
    pub telemetry: Option<acudpclient::protocol::CarUpdate>,
}

impl Row {
    pub fn new(tracker: &RaceTracker, live: LiveStanding) -> Self {
        let car = tracker.car(live.car_id);
        let fastest = tracker.fastest_lap().map(|fastest| fastest.lap_time);
        let best = live.best_lap.map(|time| Time {
            time,
            // Each is the driver's own best; only the one of all is worth a colour.
            mark: if Some(time) == fastest { Mark::SessionBest } else { Mark::Plain },
            is_old: false,
        });
        let last = car.and_then(Car::last_lap).filter(|lap| lap.lap_time.is_set()).map(|lap| Time {
            time: lap.lap_time,
            mark: if lap.is_valid() { Mark::of(lap.lap_time, live.best_lap, fastest) } else { Mark::Invalid },
            is_old: false,
        });
        Self {
            name: name(tracker, live.car_id),
            model: model(&live.car_model),
            last,
            best,
            sectors: sectors(&live),
            tyre: car.map_or(String::new(), |car| shown(car.current_tyre())),
            telemetry: car.and_then(|car| car.telemetry),
            live,
        }
    }

    pub fn car_id(&self) -> CarId {
        self.live.car_id
    }

    /// What keeps the car from the race, if anything does.
    pub fn trouble(&self) -> Option<&'static str> {
        match &self.live {
            live if !live.connected => Some("left"),
            live if live.in_pits => Some("in pits"),
            live if live.silent => Some("silent"),
            _ => None,
        }
    }
}

/// Of the running lap, and where it has not come yet, of the lap before.
fn sectors(live: &LiveStanding) -> Vec<Option<Time>> {
    let count = live.sectors.len().max(live.last_sectors.len());
    let of = |sectors: &[Option<SectorTime>], index: usize| sectors.get(index).copied().flatten();
    (0..count)
        .map(|index| match index < live.sectors.len() {
            true => of(&live.sectors, index).map(|sector| sector_time(&sector, false)),
            false => of(&live.last_sectors, index).map(|sector| sector_time(&sector, true)),
        })
        .collect()
}

fn sector_time(sector: &SectorTime, is_old: bool) -> Time {
    let mark = match sector {
        SectorTime { session_best: true, .. } => Mark::SessionBest,
        SectorTime { personal_best: true, .. } => Mark::PersonalBest,
        _ => Mark::Slower,
    };
    Time { time: sector.time, mark, is_old }
}

/// A car's folder name without what all of the game's own begin with.
fn model(folder: &str) -> String {
    shown(folder.strip_prefix("ks_").unwrap_or(folder))
}

/// `+1.234`; nothing where it is not known.
pub fn gap(gap: Option<Gap>) -> String {
    gap.map_or(String::new(), |gap| gap.to_string())
}
