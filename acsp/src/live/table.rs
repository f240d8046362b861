//! The table of the cars.

use acudpclient::protocol::SessionType;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::columns::{self, Placed};
use super::row::Row;
use super::state::State;

/// How many rows an area has room for: it also has the titles, and if there are more rows, a line that says so.
pub fn page(rows: usize, area: Rect) -> usize {
    let room = usize::from(area.height.saturating_sub(1));
    if rows > room { room.saturating_sub(1) } else { room }
}

pub fn draw(state: &State, rows: &[Row], area: Rect, buffer: &mut Buffer) {
    if area.is_empty() {
        return;
    }
    let session = state.view().tracker.session().map(|session| session.session_type);
    let columns = columns::of(session.unwrap_or(SessionType::Race));
    // Left of the columns is the place of the arrow.
    let room = usize::from(area.width).saturating_sub(1);
    let placed = columns::fit(columns, rows, room);
    let titles = Style::new().add_modifier(Modifier::DIM | Modifier::UNDERLINED);
    draw_cells(&placed, area, area.y, buffer, |column| (column.title(), titles));
    let page = page(rows.len(), area);
    let first = state.first_row(rows, page);
    for (row, y) in rows.iter().skip(first).take(page).zip(area.y + 1..) {
        draw_row(&placed, row, Some(row.car_id()) == state.selected, Rect { y, height: 1, ..area }, buffer);
    }
    if page < rows.len() && area.height > 1 {
        let (from, to) = (first + 1, first + page);
        let line = match page {
            0 => format!(" {} cars", rows.len()),
            _ => format!(" {from} to {to} of {} cars · PgUp PgDn ↑ ↓", rows.len()),
        };
        let dim = Style::new().add_modifier(Modifier::DIM);
        buffer.set_stringn(area.x, area.bottom() - 1, line, area.width.into(), dim);
    }
}

fn draw_row(placed: &[Placed<'_>], row: &Row, is_selected: bool, line: Rect, buffer: &mut Buffer) {
    let over = if is_selected {
        // In one colour, as reversed ones would be a patchwork; the signs of the times remain.
        Style::new()
            .fg(Color::Reset)
            .add_modifier(Modifier::BOLD | Modifier::REVERSED)
            .remove_modifier(Modifier::DIM)
    } else if row.trouble().is_some() {
        Style::new().add_modifier(Modifier::DIM)
    } else {
        Style::new()
    };
    draw_cells(placed, line, line.y, buffer, |column| {
        let value = column.value(row);
        (value.text, value.style)
    });
    if is_selected {
        buffer.set_string(line.x, line.y, "▶", Style::new());
    }
    buffer.set_style(line, over);
}

fn draw_cells(
    placed: &[Placed<'_>],
    area: Rect,
    y: u16,
    buffer: &mut Buffer,
    cell: impl Fn(&Placed<'_>) -> (String, Style),
) {
    let mut x = area.x + 1;
    for column in placed {
        let (text, style) = cell(column);
        let room = area.right().saturating_sub(x).min(u16::try_from(column.width).unwrap_or(u16::MAX));
        if room == 0 {
            return;
        }
        buffer.set_stringn(x, y, text, room.into(), style);
        x = x.saturating_add(room).saturating_add(1);
    }
}
