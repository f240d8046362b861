//! On which lap a car is, by its telemetry.

use std::ops::RangeInclusive;

use super::Car;
use super::live::Step;
use crate::protocol::CarUpdate;

/// A car that is slower stands.
const STANDING_KMH: f32 = 2.0;

/// What is known of a race's start.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Start {
    /// It has not started, by the clock.
    Before,
    /// It has hardly started.
    Just,
    /// There is no clock, and nobody has crossed the line.
    Unknown,
    /// It runs, or is no race.
    Past,
}

/// What a CAR_UPDATE tells of a race.
pub(super) struct Driven {
    /// This car has started it: it has crossed the line from the grid.
    pub has_started: bool,
    /// The car is as many laps further as its telemetry alone would tell: the server has told more.
    pub shift: i32,
}

impl Car {
    /// `speed` is in m/s.
    ///
    /// On which lap a car is that has completed none, by the first row that fits. *Far* is on the second
    /// half of the lap.
    ///
    /// | the race | the car | is on lap | test |
    /// | --- | --- | --- | --- |
    /// | has not started, by the clock | is far | −1: on the grid | `before_its_first_lap_a_race_is_ordered_along_the_track` |
    /// | may have started | stands far | −1 | `who_moves_is_not_behind_the_line` |
    /// | any | was seen before | that of then, one more or less if it has crossed the line | `distance_grows_over_the_line_whichever_packet_comes_first` |
    /// | started less than 10 s ago | is far | −1: nobody drives half a lap in that | `who_was_not_seen_on_the_grid_is_still_behind_the_line` |
    /// | may have started | moves far | 0, also after it has crossed the line next, until its LAP_COMPLETED | `who_moves_is_not_behind_the_line` |
    /// | any other | | 0 | `distance_grows_over_the_line_whichever_packet_comes_first` |
    #[inline(always)]
    pub(super) fn drive(&mut self, update: &CarUpdate, speed: f32, start: Start, step: Step) -> Driven {
        self.loaded = true;
        let kmh = speed * 3.6;
        if kmh > self.top_speed_kmh && kmh < f32::INFINITY {
            self.top_speed_kmh = kmh;
        }
        let driven = if start == Start::Past && step == Step::Driven(0) && self.is_on_lap() {
            // The most frequent case of the table's third row.
            Driven { has_started: false, shift: 0 }
        } else {
            self.change_lap(update.normalized_spline_pos, kmh, start, step)
        };
        self.telemetry = Some(*update);
        driven
    }

    /// Whether it can be on the lap on which it was last.
    #[inline(always)]
    fn is_on_lap(&self) -> bool {
        self.on_lap.is_some_and(|on_lap| self.possible_laps().contains(&on_lap))
    }

    /// Between crossing the line and its LAP_COMPLETED, telemetry is one lap off.
    #[inline(always)]
    fn possible_laps(&self) -> RangeInclusive<i32> {
        let completed = i32::from(self.laps_counted_or_driven());
        completed - 1..=completed + 1
    }

    #[inline(never)]
    fn change_lap(&mut self, now: f32, kmh: f32, start: Start, step: Step) -> Driven {
        let by_telemetry = match (self.on_lap, step) {
            (Some(before), Step::Driven(crossed)) => Some(before + crossed),
            _ => None,
        };
        let (on_lap, has_started) = self.find_lap(now, kmh, start, step);
        let possible = self.possible_laps();
        let on_lap = on_lap.clamp(*possible.start(), *possible.end());
        self.on_lap = Some(on_lap);
        Driven { has_started, shift: by_telemetry.map_or(0, |lap| on_lap - lap) }
    }

    /// On which lap the car is by the table above, and whether it has started a race.
    fn find_lap(&mut self, now: f32, kmh: f32, start: Start, step: Step) -> (i32, bool) {
        let completed = i32::from(self.laps_counted_or_driven());
        let is_far = completed == 0 && now > 0.5;
        let stands_on_grid = start == Start::Unknown && is_far && kmh < STANDING_KMH;
        self.may_be_behind &= !stands_on_grid;
        let on_lap = match (start, self.on_lap, self.telemetry) {
            (Start::Before, ..) if is_far => -1,
            (Start::Before, ..) => completed,
            _ if stands_on_grid => -1,
            (_, Some(on_lap), Some(last)) => {
                let before = last.normalized_spline_pos;
                match crossings(step, before, now) {
                    // It gains nothing by that.
                    None => {
                        let is_ahead = now > 0.5 && (completed > on_lap || now > before);
                        completed - i32::from(is_ahead)
                    }
                    Some(crossed @ 1..) => {
                        let was_behind = std::mem::take(&mut self.may_be_behind) && completed == 0;
                        return (on_lap + crossed - i32::from(was_behind), on_lap == -1);
                    }
                    Some(crossed) => on_lap + crossed,
                }
            }
            (Start::Just, ..) if is_far => -1,
            _ => {
                self.may_be_behind = is_far && start == Start::Unknown;
                completed
            }
        };
        (on_lap, false)
    }
}

/// How often the line was crossed; `None` if the car was put somewhere else.
fn crossings(step: Step, before: f32, now: f32) -> Option<i32> {
    match step {
        Step::Driven(crossed) => Some(crossed),
        Step::Jumped => None,
        _ if before > 0.75 && now < 0.25 => Some(1),
        _ if before < 0.25 && now > 0.75 => Some(-1),
        _ => Some(0),
    }
}
