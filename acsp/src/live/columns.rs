//! The table's columns: one line for each says all about it.

use acudpclient::protocol::SessionType;
use ratatui::style::{Color, Modifier, Style};

use super::mark::Mark;
use super::row::{self, Row, Time};
use crate::text::{cut, left, right, width};

/// A column. Its rank says when it is left out: the highest first, 0 never. Columns of one rank go together.
pub struct Column {
    title: &'static str,
    size: Size,
    is_right: bool,
    rank: u8,
    /// What it shows, and for that the width it has got.
    value: fn(&Row, usize) -> Value,
}

#[derive(Clone, Copy)]
enum Size {
    /// At least this wide, and wider if a value is: numbers are never cut.
    Whole(usize),
    /// As `Whole`, and left out if no row has a value.
    Optional(usize),
    /// From the first to the second, with an ellipsis for what does not fit.
    Text(usize, usize),
    /// Likewise, and as wide as there is room.
    Bar(usize, usize),
}

pub struct Value {
    pub text: String,
    pub style: Style,
}

const fn number(title: &'static str, least: usize, rank: u8, value: fn(&Row, usize) -> Value) -> Column {
    Column { title, size: Size::Whole(least), is_right: true, rank, value }
}

const fn text(
    title: &'static str,
    least: usize,
    most: usize,
    rank: u8,
    value: fn(&Row, usize) -> Value,
) -> Column {
    Column { title, size: Size::Text(least, most), is_right: false, rank, value }
}

const TYRE: Column = Column { title: "Ty", size: Size::Optional(2), is_right: false, rank: 8, value: tyre };
const BAR: Column = Column { title: "Lap", size: Size::Bar(5, 20), is_right: false, rank: 12, value: bar };

/// Of a race. A title of times ends with a space, as a time ends with its sign.
const RACE: &[Column] = &[
    number("P ", 3, 0, position),
    number("±", 3, 6, gained),
    text("Driver", 12, 24, 0, |row, _| plain(&row.name)),
    text("Car", 12, 20, 9, |row, _| dim(&row.model)),
    number("Gap", 9, 1, gap),
    number("Int", 9, 3, interval),
    number("Last ", 10, 2, |row, _| time(row.last)),
    number("Best ", 10, 4, |row, _| time(row.best)),
    number("S1 ", 7, 7, |row, _| sector(row, 0)),
    number("S2 ", 7, 7, |row, _| sector(row, 1)),
    number("S3 ", 7, 7, |row, _| sector(row, 2)),
    number("Laps", 4, 5, laps),
    TYRE,
    number("km/h", 4, 10, speed),
    number("G", 1, 11, gear),
    BAR,
];

/// Of practice and qualify.
const TIMED: &[Column] = &[
    number("P ", 3, 0, position),
    text("Driver", 12, 24, 0, |row, _| plain(&row.name)),
    text("Car", 12, 20, 9, |row, _| dim(&row.model)),
    number("Best ", 10, 1, |row, _| time(row.best)),
    number("Gap", 9, 3, gap),
    number("Last ", 10, 4, |row, _| time(row.last)),
    number("Now", 8, 5, now),
    number("Delta", 8, 2, own_delta),
    number("S1 ", 7, 6, |row, _| sector(row, 0)),
    number("S2 ", 7, 6, |row, _| sector(row, 1)),
    number("S3 ", 7, 6, |row, _| sector(row, 2)),
    number("Laps", 4, 7, laps),
    TYRE,
    number("km/h", 4, 10, speed),
    number("G", 1, 11, gear),
    BAR,
];

/// The columns of a session. While none is known, those of a race.
pub fn of(session_type: SessionType) -> &'static [Column] {
    match session_type {
        SessionType::Practice | SessionType::Qualify => TIMED,
        _ => RACE,
    }
}

/// A column with the width that it has got.
pub struct Placed<'a> {
    column: &'a Column,
    pub width: usize,
}

/// The columns that fit into the room, one space between two of them.
pub fn fit<'a>(columns: &'a [Column], rows: &[Row], room: usize) -> Vec<Placed<'a>> {
    let mut placed: Vec<Placed<'a>> = columns
        .iter()
        .filter(|column| !matches!(column.size, Size::Optional(_)) || column.widest(rows) > 0)
        .map(|column| Placed { column, width: column.least(rows) })
        .collect();
    loop {
        let taken = taken(&placed);
        let rank = placed.iter().map(|placed| placed.column.rank).max().unwrap_or(0);
        if taken <= room || rank == 0 {
            widen(&mut placed, rows, room.saturating_sub(taken));
            return placed;
        }
        placed.retain(|placed| placed.column.rank < rank);
    }
}

fn taken(placed: &[Placed<'_>]) -> usize {
    placed.iter().map(|placed| placed.width + 1).sum::<usize>().saturating_sub(1)
}

/// Gives the room that is left to those that want it, the most important first.
fn widen(placed: &mut [Placed<'_>], rows: &[Row], mut left: usize) {
    let mut order: Vec<usize> = (0..placed.len()).collect();
    order.sort_by_key(|index| placed[*index].column.rank);
    for index in order {
        let Placed { column, width } = &mut placed[index];
        let more = column.wanted(rows).saturating_sub(*width).min(left);
        *width += more;
        left -= more;
    }
}

#[cfg(test)]
impl Column {
    pub fn is_number(&self) -> bool {
        matches!(self.size, Size::Whole(_))
    }

    pub fn value(&self, row: &Row) -> String {
        (self.value)(row, 0).text
    }
}

impl Column {
    /// The widest value.
    fn widest(&self, rows: &[Row]) -> usize {
        rows.iter().map(|row| width(&(self.value)(row, 0).text)).max().unwrap_or(0)
    }

    fn least(&self, rows: &[Row]) -> usize {
        match self.size {
            Size::Whole(least) | Size::Optional(least) => self.widest(rows).max(least),
            Size::Text(least, _) | Size::Bar(least, _) => least,
        }
    }

    fn wanted(&self, rows: &[Row]) -> usize {
        match self.size {
            Size::Text(_, most) => self.widest(rows).min(most),
            Size::Bar(_, most) => most,
            Size::Whole(_) | Size::Optional(_) => 0,
        }
    }
}

impl Placed<'_> {
    pub fn title(&self) -> String {
        self.aligned(self.column.title)
    }

    pub fn value(&self, row: &Row) -> Value {
        let Value { text, style } = (self.column.value)(row, self.width);
        Value { text: self.aligned(&text), style }
    }

    fn aligned(&self, text: &str) -> String {
        let text = cut(text, self.width);
        if self.column.is_right { right(&text, self.width) } else { left(&text, self.width) }
    }
}

fn plain(text: impl Into<String>) -> Value {
    Value { text: text.into(), style: Style::new() }
}

fn dim(text: impl Into<String>) -> Value {
    Value { text: text.into(), style: Style::new().add_modifier(Modifier::DIM) }
}

fn colored(text: impl Into<String>, color: Color) -> Value {
    Value { text: text.into(), style: Style::new().fg(color) }
}

/// With a flag for who has finished.
fn position(row: &Row, _: usize) -> Value {
    plain(format!("{}{}", row.live.position, if row.live.completed { '⚑' } else { ' ' }))
}

fn gained(row: &Row, _: usize) -> Value {
    match row.live.positions_gained {
        Some(0) => dim("–"),
        Some(places) if places > 0 => colored(format!("▲{places}"), Color::Green),
        Some(places) => colored(format!("▼{}", places.unsigned_abs()), Color::Red),
        None => plain(""),
    }
}

fn gap(row: &Row, _: usize) -> Value {
    if row.live.position == 1 { dim("leader") } else { plain(row::gap(row.live.gap)) }
}

fn interval(row: &Row, _: usize) -> Value {
    row.trouble().map_or_else(|| plain(row::gap(row.live.interval)), dim)
}

/// The time with the sign of its mark; a space if it has none, so that the digits stand below each other.
pub fn time(time: Option<Time>) -> Value {
    let Some(time) = time else { return plain("") };
    let style = time.mark.style();
    Value {
        text: format!("{}{}", time.time, time.mark.sign()),
        style: if time.is_old { style.add_modifier(Modifier::DIM) } else { style },
    }
}

/// As [`time`], in seconds below a minute.
pub fn sector(row: &Row, index: usize) -> Value {
    let sector = row.sectors.get(index).copied().flatten();
    let value = time(sector);
    Value { text: value.text.strip_prefix("0:").unwrap_or(&value.text).to_owned(), ..value }
}

/// `1:02.3`, how long the running lap has lasted.
fn now(row: &Row, _: usize) -> Value {
    let running = row.live.running_lap.map(|time| {
        let (minutes, seconds, tenths) =
            (time.as_secs() / 60, time.as_secs() % 60, time.subsec_millis() / 100);
        plain(format!("{minutes}:{seconds:02}.{tenths}"))
    });
    row.trouble().map(dim).or(running).unwrap_or_else(|| plain(""))
}

fn own_delta(row: &Row, _: usize) -> Value {
    let Some(delta) = row.live.delta_to_own_best else { return plain("") };
    let mark = if delta.0 < 0 { Mark::PersonalBest } else { Mark::Slower };
    Value { text: delta.to_string(), style: mark.style() }
}

fn laps(row: &Row, _: usize) -> Value {
    plain(row.live.laps.to_string())
}

fn tyre(row: &Row, _: usize) -> Value {
    plain(cut(&row.tyre, 4))
}

/// Telemetry can say anything, and a column grows with its values.
fn speed(row: &Row, _: usize) -> Value {
    let speed = row.telemetry.map(|update| update.speed_kmh()).filter(|speed| speed.is_finite());
    plain(speed.map_or(String::new(), |speed| format!("{:.0}", speed.min(9999.0))))
}

fn gear(row: &Row, _: usize) -> Value {
    plain(row.telemetry.map_or(String::new(), |update| update.gear.to_string()))
}

/// How far around the lap.
fn bar(row: &Row, width: usize) -> Value {
    let Some(update) = row.telemetry else { return plain("") };
    let done = (update.normalized_spline_pos.clamp(0.0, 1.0) * width as f32).round() as usize;
    colored((0..width).map(|cell| if cell < done { '━' } else { '╌' }).collect::<String>(), Color::Cyan)
}
