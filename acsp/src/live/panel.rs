//! The selected driver: who it is, and the last laps.

use acudpclient::protocol::LapTime;
use acudpclient::tracker::{Car, Lap};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::widgets::{Block, Widget};

use super::mark::Mark;
use super::row::Row;
use super::state::Race;
use crate::lines::shown;
use crate::text::{cut, width};

pub fn draw(race: &Race, row: &Row, area: Rect, buffer: &mut Buffer) {
    let title = format!(" P{} {} ", row.live.position, row.name);
    let block = Block::bordered().title(cut(&title, usize::from(area.width.saturating_sub(2))));
    let inner = block.inner(area);
    block.render(area, buffer);
    let Some(car) = race.tracker.car(row.car_id()) else { return };
    let mut lines = inner.rows();
    let room = usize::from(inner.width);
    for text in facts(car, row, room) {
        let Some(line) = lines.next() else { return };
        buffer.set_stringn(line.x, line.y, text, room, Style::new().add_modifier(Modifier::DIM));
    }
    let fastest = race.tracker.fastest_lap().map(|fastest| fastest.lap_time);
    for (lap, line) in car.laps().iter().rev().zip(lines) {
        let mark = mark(lap, car.best_lap, fastest);
        buffer.set_stringn(line.x, line.y, lap_line(lap, mark, room), room, mark.style());
    }
}

fn mark(lap: &Lap, best: Option<LapTime>, fastest: Option<LapTime>) -> Mark {
    if lap.is_valid() { Mark::of(lap.lap_time, best, fastest) } else { Mark::Invalid }
}

/// The car and the bests, on one line or two.
fn facts(car: &Car, row: &Row, room: usize) -> Vec<String> {
    let top_speed = Some(car.top_speed_kmh).filter(|speed| *speed > 0.0 && speed.is_finite());
    let parts = [
        (!row.model.is_empty()).then(|| row.model.clone()),
        car.theoretical_best().map(|time| format!("sectors' best {time}")),
        top_speed.map(|speed| format!("top {:.0} km/h", speed.min(9999.0))),
        car.driver.as_ref().filter(|driver| !driver.team.is_empty()).map(|driver| shown(&driver.team)),
    ];
    let mut lines = vec![String::new()];
    for part in parts.into_iter().flatten() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            *line = cut(&part, room);
        } else if width(line) + 3 + width(&part) <= room {
            *line = format!("{line} · {part}");
        } else if lines.len() < 2 {
            lines.push(cut(&part, room));
        }
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// `12  1:29.000*  29.100  30.200  29.700  SM  2 cuts`: what does not fit is left out, as a whole.
fn lap_line(lap: &Lap, mark: Mark, room: usize) -> String {
    let mut line = format!("{:>3} {:>9}{}", lap.number, lap.lap_time.to_string(), mark.sign());
    let sectors = lap.sectors.iter().map(|time| {
        let time = time.to_string();
        format!(" {:>7}", time.strip_prefix("0:").unwrap_or(&time))
    });
    let cuts = match lap.cuts {
        0 => String::new(),
        1 => " 1 cut".to_owned(),
        cuts => format!(" {cuts} cuts"),
    };
    let tyre = if lap.tyre.is_empty() { String::new() } else { format!(" {}", cut(&shown(&lap.tyre), 4)) };
    for part in [cuts, sectors.collect(), tyre] {
        if width(&line) + width(&part) <= room {
            line.push_str(&part);
        }
    }
    line
}
