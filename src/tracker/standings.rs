//! The order of the cars, and how far they are apart.

use std::cmp::{Ordering, Reverse};
use std::fmt;
use std::time::Duration;

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::{Car, Driver};
use crate::protocol::{CarId, LapTime};

/// A car's place in the running session.
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct Standing {
    /// From 1.
    pub position: u16,
    /// The slot.
    pub car_id: CarId,
    /// The driver, if known.
    pub driver: Option<Driver>,
    /// The car's folder name, empty if it is not known.
    pub car_model: String,
    /// Whether the driver is still on the server, see [`Car::connected`].
    pub connected: bool,
    /// Behind the leader; `None` for the leader, and where there is no time to compare.
    pub gap: Option<Gap>,
    /// Behind the car ahead; `None` for the leader, and where there is no time to compare.
    pub interval: Option<Gap>,
    /// The fastest valid lap, see [`Car::best_lap`].
    pub best_lap: Option<LapTime>,
    /// The newest lap, valid or not.
    pub last_lap: Option<LapTime>,
    /// Laps as the server counts them: in a race all, else the valid ones only.
    pub laps: u16,
    /// All laps that are known of, valid or not.
    pub laps_driven: u32,
    /// The total race time at the last completed lap; `None` before it, and in other sessions.
    pub total_time: Option<LapTime>,
    /// Whether the car has finished the session, see [`Car::completed`].
    pub completed: bool,
}

/// How far a car is behind another one.
///
/// In practice and qualify it is the difference of the best laps. In a race it is taken where the
/// car behind has last crossed the line: the time since the other one had done as many laps, or,
/// if that one had by then done more, the laps between them. A car that has not come round since
/// the other one did two laps more is lapped. Once a car has finished, the difference in laps counts.
///
/// An example, with the cars' total times at the line in seconds. A leads with laps of 100 s, D is slow:
///
/// | time | who crosses the line | B behind A | D behind A |
/// | ---: | --- | --- | --- |
/// | 102 | A did at 100; B, after 1 lap | +2.0 | unknown: D has done no lap |
/// | 160 | D, after 1 lap | +2.0 | +1:00.0 since A was there at 100 |
/// | 200 | A, after 2 laps | +2.0 until B comes round | +1:00.0: D is on its second lap |
/// | 205 | B, after 2 laps | +5.0 since A was there at 200 | +1:00.0 |
/// | 300 | A, after 3 laps | +5.0 | +1 lap: A has done two laps more |
/// | 320 | D, after 2 laps | +5.0 | +1 lap: A had done its third by then |
///
/// Where the LAP_COMPLETED of the car ahead was lost and no leaderboard told of it before its next lap, the
/// time is right to a few milliseconds.
///
/// As JSON it is `{"time":1234}`, in milliseconds, or `{"laps":1}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize), serde(rename_all = "snake_case"))]
pub enum Gap {
    /// On the same lap.
    Time(#[cfg_attr(feature = "serde", serde(with = "crate::protocol::json::milliseconds"))] Duration),
    /// Lapped so many times.
    Laps(u16),
}

/// `+1.234`, `+1:02.345`, `+1 lap`, `+2 laps`
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&match self {
            Self::Laps(1) => "+1 lap".to_owned(),
            Self::Laps(laps) => format!("+{laps} laps"),
            Self::Time(time) => {
                let (minutes, seconds) = (time.as_secs() / 60, time.as_secs() % 60);
                let rest = time.subsec_millis();
                if minutes > 0 {
                    format!("+{minutes}:{seconds:02}.{rest:03}")
                } else {
                    format!("+{seconds}.{rest:03}")
                }
            }
        })
    }
}

/// How the cars are ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rules {
    /// By laps and total time; else by best lap.
    pub race: bool,
    /// The session is over: gaps in laps are final, and cars without a time are in the order of
    /// the last leaderboard. Before, they keep that of their slots, as servers shuffle them.
    pub over: bool,
}

impl Rules {
    /// Whether `a` is ahead of `b`. Never trusts the order of the leaderboard, which AssettoServer
    /// sorts by time alone, but where the times are the same.
    pub(super) fn compare(self, a: &Car, b: &Car) -> Ordering {
        if self.race {
            let key = |car: &Car| (Reverse(car.laps_counted), time_or_last(car.total_time));
            key(a).cmp(&key(b)).then_with(|| {
                if a.laps_counted == 0 && !self.over { along_the_track(a, b) } else { self.tie(a, b) }
            })
        } else {
            let key = |car: &Car| time_or_last(car.best_lap);
            key(a).cmp(&key(b)).then_with(|| self.tie(a, b))
        }
    }

    /// Equal times: who drove it first is known to the server.
    fn tie(self, a: &Car, b: &Car) -> Ordering {
        let place = |car: &Car| {
            let placed = self.over || if self.race { car.laps_counted > 0 } else { car.best_lap.is_some() };
            car.board_place.filter(|_| placed).unwrap_or(u8::MAX)
        };
        place(a).cmp(&place(b)).then(a.car_id.cmp(&b.car_id))
    }

    pub(super) fn gap(self, ahead: &Car, behind: &Car) -> Option<Gap> {
        if self.race { self.race_gap(ahead, behind) } else { time_between(ahead.best_lap?, behind.best_lap?) }
    }

    fn race_gap(self, ahead: &Car, behind: &Car) -> Option<Gap> {
        let laps = behind.laps_counted;
        let more = ahead.laps_counted.checked_sub(laps)?;
        if more == 0 || self.over || behind.completed {
            return final_race_gap((ahead.laps_counted, ahead.total_time), (laps, behind.total_time));
        }
        let done_then =
            behind.total_time.map_or(0, |crossed| ahead.laps_done_at(crossed).saturating_sub(laps));
        match done_then.max(more - 1) {
            0 => time_between(ahead.total_after(laps)?, behind.total_time?),
            lapped => Some(Gap::Laps(lapped)),
        }
    }
}

fn time_or_last(time: Option<LapTime>) -> u32 {
    time.map_or(u32::MAX, |time| time.0)
}

/// On the first lap of a race: who has come further. A car without telemetry is behind those with.
fn along_the_track(a: &Car, b: &Car) -> Ordering {
    let distance = |car: &Car| car.distance().unwrap_or(f64::NEG_INFINITY);
    distance(b).total_cmp(&distance(a)).then(a.car_id.cmp(&b.car_id))
}

/// At the end of a race, by laps and total times.
pub(super) fn final_race_gap(ahead: (u16, Option<LapTime>), behind: (u16, Option<LapTime>)) -> Option<Gap> {
    match ahead.0.checked_sub(behind.0)? {
        0 => time_between(ahead.1?, behind.1?),
        more => Some(Gap::Laps(more)),
    }
}

pub(super) fn time_between(ahead: LapTime, behind: LapTime) -> Option<Gap> {
    behind.0.checked_sub(ahead.0).map(|time| Gap::Time(Duration::from_millis(time.into())))
}

impl Standing {
    pub(super) fn new(car: &Car, position: u16, gap: Option<Gap>, interval: Option<Gap>) -> Self {
        Self {
            position,
            car_id: car.car_id,
            driver: car.driver.clone(),
            car_model: car.car_model.clone(),
            connected: car.connected,
            gap,
            interval,
            best_lap: car.best_lap,
            last_lap: car.last_lap().map(|lap| lap.lap_time).filter(|time| time.is_set()),
            laps: car.laps_counted,
            laps_driven: car.laps_driven(),
            total_time: car.total_time,
            completed: car.completed,
        }
    }
}
