//! The full-screen board. It draws a state and changes nothing.

use acudpclient::protocol::{LapTime, SessionType};
use acudpclient::tracker::Standing;
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::canvas::{Canvas, Line as MapLine, Points};
use ratatui::widgets::{Block, Cell, Paragraph, Row, Table, Widget};

use super::state::{Mode, State, Topic, clock};
use super::track_map::{self, Point};
use crate::lines::shown;

/// From this width on, the map and the feed stand beside the table, not below it.
const WIDE: u16 = 120;

const SESSION_BEST: Color = Color::Magenta;
const PERSONAL_BEST: Color = Color::Green;

pub struct Board<'a>(pub &'a State);

impl Widget for Board<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let state = self.0;
        let [header, body, footer] =
            Layout::vertical([Constraint::Length(2), Constraint::Min(0), Constraint::Length(1)]).areas(area);
        let view = state.view();
        draw_header(view, state.is_paused(), header, buffer);
        if area.width >= WIDE {
            let [table, side] =
                Layout::horizontal([Constraint::Min(80), Constraint::Percentage(40)]).areas(body);
            let [map, feed] = Layout::vertical([Constraint::Percentage(60), Constraint::Min(0)]).areas(side);
            draw_table(view, table, buffer);
            draw_map(view, map, buffer);
            draw_feed(view, feed, buffer);
        } else {
            let below = if body.height >= 16 { 8 } else { 0 };
            let [table, below] =
                Layout::vertical([Constraint::Min(0), Constraint::Length(below)]).areas(body);
            let [feed, map] = Layout::horizontal([Constraint::Min(0), Constraint::Length(28)]).areas(below);
            draw_table(view, table, buffer);
            draw_map(view, map, buffer);
            draw_feed(view, feed, buffer);
        }
        draw_footer(state, footer, buffer);
    }
}

fn draw_header(state: &State, paused: bool, area: Rect, buffer: &mut Buffer) {
    let Some(session) = state.tracker.session() else {
        Line::from("waiting for the session …").dim().render(area, buffer);
        return;
    };
    let left = match (state.tracker.starts_in(), state.tracker.laps_left(), state.tracker.time_left()) {
        (Some(time), ..) => format!("starts in {}", clock(time)),
        (None, Some(0), _) => "last laps".to_owned(),
        (None, Some(1), _) => "1 lap left".to_owned(),
        (None, Some(laps), _) => format!("{laps} laps left"),
        (None, None, Some(time)) => format!("{} left", clock(time)),
        (None, None, None) => String::new(),
    };
    let kind = match session.session_type {
        SessionType::Practice => Color::Blue,
        SessionType::Qualify => Color::Yellow,
        _ => Color::Red,
    };
    let mut title = vec![
        Span::from(format!(" {} ", session.session_type.to_string().to_uppercase()))
            .bg(kind)
            .fg(Color::White)
            .bold(),
        Span::from(format!(" {left} ")).bold(),
    ];
    if paused {
        title.push(Span::from(" PAUSED ").reversed());
    }
    let mut track = shown(&session.track);
    if !session.track_config.is_empty() {
        track = format!("{track} ({})", shown(&session.track_config));
    }
    title.push(Span::from(format!(" {} · {track}", shown(&session.name))));
    let grip = state.grip.map_or(String::new(), |grip| format!(" · grip {:.1} %", grip * 100.0));
    let fastest = state.tracker.fastest_lap().map_or(String::new(), |fastest| {
        format!(" · fastest {} {}", fastest.lap_time, state.name(fastest.car_id))
    });
    let second = format!(
        " {} · air {} °C · road {} °C{grip}{fastest}",
        shown(&session.server_name),
        session.ambient_temp,
        session.road_temp
    );
    let [first_row, second_row] = Layout::vertical([Constraint::Length(1); 2]).areas(area);
    Line::from(title).render(first_row, buffer);
    Line::from(second).dim().render(second_row, buffer);
}

fn draw_table(state: &State, area: Rect, buffer: &mut Buffer) {
    let fastest = state.tracker.fastest_lap().map(|fastest| fastest.lap_time);
    let progress = area.width.saturating_sub(80).clamp(5, 20);
    let rows = state.rows();
    let hidden = rows.len().saturating_sub(usize::from(area.height.saturating_sub(1)));
    let table = Table::new(
        rows.iter().map(|row| table_row(state, row, fastest, usize::from(progress))),
        [
            Constraint::Length(3),
            Constraint::Min(12),
            Constraint::Length(9),
            Constraint::Length(9),
            Constraint::Length(9),
            Constraint::Length(9),
            Constraint::Length(4),
            Constraint::Length(4),
            Constraint::Length(1),
            Constraint::Length(progress),
        ],
    )
    .header(
        Row::new([
            "  P",
            "Driver",
            "      Gap",
            "      Int",
            "     Last",
            "     Best",
            "Laps",
            "km/h",
            "G",
            "Lap",
        ])
        .style(Style::new().add_modifier(Modifier::DIM | Modifier::UNDERLINED)),
    );
    Widget::render(table, area, buffer);
    if hidden > 0 && area.height > 1 {
        let more = format!(" {} more ", hidden + 1);
        let row = Rect { y: area.bottom() - 1, height: 1, ..area };
        Line::from(format!("{more:^width$}", width = usize::from(area.width))).dim().render(row, buffer);
    }
}

fn table_row(state: &State, row: &Standing, fastest: Option<LapTime>, progress: usize) -> Row<'static> {
    let car = state.tracker.car(row.car_id);
    let last = car.and_then(|car| car.last_lap());
    let last_cell = match last {
        Some(lap) if lap.cuts > 0 => Cell::from(format!("{:>9}", lap.lap_time)).red(),
        Some(lap) => lap_cell(Some(lap.lap_time), fastest, row.best_lap),
        None => Cell::from(format!("{:>9}", "")),
    };
    let (speed, gear, along) = match car.and_then(|car| car.telemetry) {
        Some(update) => (
            format!("{:>4.0}", update.speed_kmh()),
            update.gear.to_string(),
            bar(update.normalized_spline_pos, progress),
        ),
        None => (String::new(), String::new(), String::new()),
    };
    let gap = |gap: Option<acudpclient::tracker::Gap>| {
        format!("{:>9}", gap.map_or(String::new(), |gap| gap.to_string()))
    };
    let finished = if row.completed { "⚑" } else { " " };
    let cells = Row::new([
        Cell::from(format!("{:>2}{finished}", row.position)),
        Cell::from(state.name(row.car_id)),
        Cell::from(gap(row.gap)),
        Cell::from(gap(row.interval)),
        last_cell,
        lap_cell(row.best_lap, fastest, None),
        Cell::from(format!("{:>4}", row.laps)),
        Cell::from(speed),
        Cell::from(gear),
        Cell::from(along).cyan(),
    ]);
    if row.connected { cells } else { cells.dim() }
}

/// Purple is the best of the session, green the driver's own best.
fn lap_cell(time: Option<LapTime>, fastest: Option<LapTime>, best: Option<LapTime>) -> Cell<'static> {
    let Some(time) = time else { return Cell::from("") };
    let cell = Cell::from(format!("{time:>9}"));
    if Some(time) == fastest {
        cell.fg(SESSION_BEST).bold()
    } else if Some(time) == best {
        cell.fg(PERSONAL_BEST)
    } else {
        cell
    }
}

/// How far around the lap.
fn bar(along: f32, width: usize) -> String {
    let done = (along.clamp(0.0, 1.0) * width as f32).round() as usize;
    (0..width).map(|cell| if cell < done { '━' } else { '╌' }).collect()
}

fn draw_feed(state: &State, area: Rect, buffer: &mut Buffer) {
    let block = Block::bordered().title(" Events ");
    let inner = block.inner(area);
    block.render(area, buffer);
    let lines: Vec<Line<'_>> = state
        .feed
        .iter()
        .take(usize::from(inner.height))
        .map(|line| {
            let style = match line.topic {
                Topic::SessionBest => Style::new().fg(SESSION_BEST).bold(),
                Topic::PersonalBest => Style::new().fg(PERSONAL_BEST),
                Topic::Collision => Style::new().fg(Color::Yellow),
                Topic::Trouble => Style::new().fg(Color::Red),
                Topic::Chat => Style::new().fg(Color::Cyan),
                Topic::Session => Style::new().bold(),
                Topic::Driver => Style::new().dim(),
                Topic::Lap => Style::new(),
            };
            Line::styled(line.text.as_str(), style)
        })
        .collect();
    Paragraph::new(lines).render(inner, buffer);
}

fn draw_map(state: &State, area: Rect, buffer: &mut Buffer) {
    let block = Block::bordered().title(" Track ");
    let inner = block.inner(area);
    block.render(area, buffer);
    let fastest = state.tracker.standings();
    let cars: Vec<(u16, Point)> = fastest
        .iter()
        .filter(|row| row.connected)
        .filter_map(|row| {
            let update = state.tracker.car(row.car_id)?.telemetry?;
            Some((row.position, track_map::point(&update)?))
        })
        .collect();
    let everything = state.map.points().chain(cars.iter().map(|&(_, point)| point));
    let Some(([left, right], [bottom, top])) = frame(everything, inner) else {
        Line::from("no telemetry yet").dim().render(inner, buffer);
        return;
    };
    Canvas::default()
        .marker(Marker::Braille)
        .x_bounds([left, right])
        .y_bounds([bottom, top])
        .paint(|map| {
            for ((x1, y1), (x2, y2)) in state.map.lines() {
                map.draw(&MapLine { x1, y1, x2, y2, color: Color::DarkGray });
            }
            let points: Vec<Point> = state.map.points().collect();
            map.draw(&Points { coords: &points, color: Color::DarkGray });
            // The leader last, on top of the others.
            for &(position, (x, y)) in cars.iter().rev() {
                let color = match position {
                    1 => SESSION_BEST,
                    2 | 3 => PERSONAL_BEST,
                    _ => Color::White,
                };
                map.print(x, y, Span::styled(position.to_string(), Style::new().fg(color).bold()));
            }
        })
        .render(inner, buffer);
}

/// Bounds that show all points undistorted: a character is twice as high as wide.
fn frame(points: impl Iterator<Item = Point>, area: Rect) -> Option<([f64; 2], [f64; 2])> {
    let (low, high) = points.fold(None, |bounds: Option<(Point, Point)>, (x, y)| {
        Some(bounds.map_or(((x, y), (x, y)), |(low, high)| {
            ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)))
        }))
    })?;
    let (width, height) = (f64::from(area.width).max(1.0), f64::from(area.height).max(1.0) * 2.0);
    // A margin, so that the numbers of the cars stay inside.
    let scale = ((high.0 - low.0) / width).max((high.1 - low.1) / height).max(1.0) * 1.15;
    let middle = ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0);
    let around = |middle: f64, size: f64| [middle - size * scale / 2.0, middle + size * scale / 2.0];
    Some((around(middle.0, width), around(middle.1, height)))
}

fn draw_footer(state: &State, area: Rect, buffer: &mut Buffer) {
    let line = match (&state.mode, &state.trouble) {
        (Mode::Chat(text), _) => {
            // The end of a long line is what is being written.
            let room = usize::from(area.width).saturating_sub(8);
            let skipped = text.chars().count().saturating_sub(room);
            Line::from(format!("chat: {}▏", text.chars().skip(skipped).collect::<String>())).cyan()
        }
        (Mode::Confirm(command), _) => {
            let question = match command {
                acudpclient::protocol::Command::NextSession => "go to the next session",
                _ => "restart the session",
            };
            Line::from(format!("{question} for everybody on the server? y / n")).yellow().bold()
        }
        (Mode::Watch, Some(trouble)) => Line::from(trouble.as_str()).red().bold(),
        (Mode::Watch, None) => {
            Line::from(format!("q quit  p pause  s sort: {}  n next  r restart  c chat", state.sort.name()))
                .dim()
        }
    };
    line.render(area, buffer);
}
