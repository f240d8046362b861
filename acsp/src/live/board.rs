//! The full-screen board: what stands where, and the lines at its top and bottom.

use acudpclient::protocol::{Command, SessionType};
use ratatui::buffer::Buffer;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Widget};

use super::keys::KEYS;
use super::mark::Mark;
use super::state::{Mode, Race, Sort, State, clock};
use super::{map, panel, table};
use crate::feed::Topic;
use crate::feed::name;
use crate::lines::shown;
use crate::text::{cut, left, width, wrap};

/// From this width on, the map and the feed stand beside the table, not below it.
const WIDE: u16 = 140;
/// The room beside the table.
const SIDE: std::ops::RangeInclusive<u16> = 40..=70;
/// The room below the table: a third of the height, but no more than the second as long as cars are hidden, and no
/// more than the third. Below this height there is none.
const BELOW: [u16; 3] = [5, 8, 16];
const HIGH: u16 = 16;
/// The width of the map below the table: a third, but not less than this. It needs as much beside it.
const MAP: u16 = 28;

struct Areas {
    table: Rect,
    map: Rect,
    /// Empty unless a driver is selected.
    panel: Rect,
    feed: Rect,
}

/// Draws the board, and tells the state how many rows there was room for.
pub fn draw(state: &mut State, area: Rect, buffer: &mut Buffer) {
    let notice = state.trouble.as_deref().map_or(Vec::new(), |text| wrap(text, area.width.into()));
    let [header, body, notices, footer] = Layout::vertical([
        Constraint::Length(2),
        Constraint::Min(0),
        Constraint::Length(u16::try_from(notice.len()).unwrap_or(u16::MAX)),
        Constraint::Length(1),
    ])
    .areas(area);
    let rows = state.rows();
    let areas = areas(body, rows.len(), state.selected_row(&rows).is_some());
    state.page = table::page(rows.len(), areas.table);
    draw_header(state.view(), state.is_paused(), header, buffer);
    table::draw(state, &rows, areas.table, buffer);
    map::draw(state.view(), &rows, state.selected, areas.map, buffer);
    if let Some(row) = state.selected_row(&rows).map(|index| &rows[index]) {
        panel::draw(state.view(), row, areas.panel, buffer);
    }
    draw_feed(state.view(), areas.feed, buffer);
    for (line, y) in notice.iter().zip(notices.top()..notices.bottom()) {
        buffer.set_stringn(notices.x, y, line, area.width.into(), Style::new().red().bold());
    }
    draw_footer(state, footer, buffer);
    if state.mode == Mode::Help {
        draw_help(area, buffer);
    }
}

fn areas(body: Rect, rows: usize, has_panel: bool) -> Areas {
    if body.width >= WIDE {
        let side = (body.width * 35 / 100).clamp(*SIDE.start(), *SIDE.end());
        let [table, side] =
            Layout::horizontal([Constraint::Min(0), Constraint::Length(side)]).spacing(1).areas(body);
        let panel = if has_panel { (side.height / 4).max(6) } else { 0 };
        let [map, panel, feed] =
            Layout::vertical([Constraint::Percentage(50), Constraint::Length(panel), Constraint::Min(0)])
                .areas(side);
        return Areas { table, map, panel, feed };
    }
    let free = body.height.saturating_sub(u16::try_from(rows + 1).unwrap_or(u16::MAX));
    let [low, high, most] = BELOW;
    let least = (body.height / 3).clamp(low, high);
    let below = if body.height >= HIGH { free.clamp(least, most) } else { 0 };
    let [table, below] = Layout::vertical([Constraint::Min(0), Constraint::Length(below)]).areas(body);
    let map = if body.width >= 2 * MAP { MAP.max(body.width / 3) } else { 0 };
    let [words, map] = Layout::horizontal([Constraint::Min(0), Constraint::Length(map)]).areas(below);
    let (panel, feed) = if has_panel { (words, Rect::ZERO) } else { (Rect::ZERO, words) };
    Areas { table, map, panel, feed }
}

fn draw_header(race: &Race, is_paused: bool, area: Rect, buffer: &mut Buffer) {
    let Some(session) = race.tracker.session() else {
        Line::from("waiting for the session …").dim().render(area, buffer);
        return;
    };
    let color = match session.session_type {
        SessionType::Practice => Color::Blue,
        SessionType::Qualify => Color::Yellow,
        _ => Color::Red,
    };
    let kind = format!(" {} ", session.session_type.to_string().to_uppercase());
    let mut title = vec![
        Span::from(kind).bg(color).fg(Color::White).bold(),
        Span::from(format!(" {}  ", left_to_drive(race))).bold(),
    ];
    if is_paused {
        title.insert(1, Span::from(" PAUSED ").reversed());
    }
    let taken: usize = title.iter().map(Span::width).sum();
    let track = match session.track_config.as_str() {
        "" => shown(&session.track),
        layout => format!("{} ({})", shown(&session.track), shown(layout)),
    };
    let rest = usize::from(area.width).saturating_sub(taken);
    title.push(Span::from(cut(&fitting(&[track, shown(&session.name)], rest), rest)));
    let fastest = race.tracker.fastest_lap().map_or(String::new(), |fastest| {
        let sign = Mark::SessionBest.sign();
        format!("fastest {}{sign} {}", fastest.lap_time, name(&race.tracker, fastest.car_id))
    });
    let facts = [
        fastest,
        format!("air {} °C", session.ambient_temp),
        format!("road {} °C", session.road_temp),
        race.grip.map_or(String::new(), |grip| format!("grip {:.1} %", grip * 100.0)),
        shown(&session.server_name),
    ];
    let [first_row, second_row] = Layout::vertical([Constraint::Length(1); 2]).areas(area);
    Line::from(title).render(first_row, buffer);
    let facts = fitting(&facts, usize::from(area.width).saturating_sub(1));
    Line::from(format!(" {facts}")).dim().render(second_row, buffer);
}

/// `lap 4/8`, `12:34 left`, `starts in 0:10`
fn left_to_drive(race: &Race) -> String {
    let tracker = &race.tracker;
    let limit = tracker.session().and_then(|session| session.lap_limit());
    match (tracker.starts_in(), tracker.laps_left(), tracker.time_left()) {
        (Some(time), ..) => format!("starts in {}", clock(time)),
        (None, Some(0), _) => "last laps".to_owned(),
        (None, Some(left), _) => {
            let limit = limit.unwrap_or(left);
            format!("lap {}/{limit}", limit.saturating_sub(left) + 1)
        }
        (None, None, Some(time)) => format!("{} left", clock(time)),
        (None, None, None) => limit.map_or(String::new(), |laps| format!("{laps} laps")),
    }
}

/// As many of these as fit, whole, the first one always.
fn fitting(parts: &[String], room: usize) -> String {
    let mut line = String::new();
    for part in parts.iter().filter(|part| !part.is_empty()) {
        if line.is_empty() {
            line.clone_from(part);
        } else if width(&line) + 3 + width(part) <= room {
            line = format!("{line} · {part}");
        }
    }
    line
}

fn draw_feed(race: &Race, area: Rect, buffer: &mut Buffer) {
    let block = Block::bordered().title(" Events ");
    let inner = block.inner(area);
    block.render(area, buffer);
    let mut y = inner.top();
    for line in race.feed.lines() {
        let style = match line.topic {
            Topic::SessionBest => Mark::SessionBest.style(),
            Topic::PersonalBest => Mark::PersonalBest.style(),
            Topic::Collision => Style::new().fg(Color::Yellow),
            Topic::Trouble => Style::new().fg(Color::Red),
            Topic::Chat => Style::new().fg(Color::Cyan),
            Topic::Session | Topic::Finish => Style::new().bold(),
            Topic::Driver | Topic::Pits => Style::new().dim(),
            Topic::Lap | Topic::Position => Style::new(),
        };
        // What does not fit into a line goes on below it, further in.
        let wrapped = wrap(&line.text, usize::from(inner.width).saturating_sub(2));
        for (index, text) in wrapped.iter().enumerate() {
            if y >= inner.bottom() {
                return;
            }
            let text = if index == 0 { text.clone() } else { format!("  {text}") };
            buffer.set_stringn(inner.x, y, text, inner.width.into(), style);
            y += 1;
        }
    }
}

fn draw_footer(state: &State, area: Rect, buffer: &mut Buffer) {
    let line = match &state.mode {
        Mode::Chat(text) => {
            // The end of a long line is what is being written.
            let room = usize::from(area.width).saturating_sub(8);
            let skipped = text.chars().count().saturating_sub(room);
            Line::from(format!("chat: {}▏", text.chars().skip(skipped).collect::<String>())).cyan()
        }
        Mode::Confirm(command) => {
            let question = match command {
                Command::NextSession => "go to the next session",
                _ => "restart the session",
            };
            Line::from(format!("{question} for everybody on the server? y / n")).yellow().bold()
        }
        Mode::Watch | Mode::Help => {
            let sorted = Some(state.sort).filter(|sort| *sort != Sort::default());
            let sorted = sorted.map(|sort| format!("sorted by {}", sort.name()));
            let hints = KEYS.iter().filter_map(|key| key.hint).map(str::to_owned);
            let hints: Vec<String> = sorted.into_iter().chain(hints).collect();
            Line::from(fitting(&hints, area.width.into())).dim()
        }
    };
    line.render(area, buffer);
}

/// All keys, in the middle.
fn draw_help(area: Rect, buffer: &mut Buffer) {
    let keys = KEYS.iter().map(|key| width(key.keys)).max().unwrap_or(0);
    let signs = [
        (Mark::SessionBest, "the session's best"),
        (Mark::PersonalBest, "the driver's best"),
        (Mark::Slower, "slower"),
        (Mark::Invalid, "a lap with cuts"),
    ];
    let mut lines: Vec<Line<'_>> =
        KEYS.iter().map(|key| Line::from(format!(" {}  {} ", left(key.keys, keys), key.help))).collect();
    lines.push(Line::default());
    lines.extend(signs.map(|(mark, words)| {
        Line::from(format!(" {}  {words} ", left(&format!("1:23.456{}", mark.sign()), keys)))
            .style(mark.style())
    }));
    let size = |size: usize| u16::try_from(size + 2).unwrap_or(u16::MAX);
    let widest = lines.iter().map(Line::width).max().unwrap_or(0);
    let (wide, high) = (size(widest).min(area.width), size(lines.len()).min(area.height));
    let place = Rect {
        x: area.x + (area.width - wide) / 2,
        y: area.y + (area.height - high) / 2,
        width: wide,
        height: high,
    };
    Clear.render(place, buffer);
    let block = Block::bordered().title(" Keys ");
    let inner = block.inner(place);
    block.render(place, buffer);
    for (line, row) in lines.into_iter().zip(inner.rows()) {
        line.render(row, buffer);
    }
}
