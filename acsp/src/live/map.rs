//! The track seen from above, with the cars' positions in the race.

use acudpclient::protocol::{CarId, Vec3};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style, Stylize};
use ratatui::symbols::Marker;
use ratatui::text::Line;
use ratatui::widgets::canvas::{Canvas, Line as MapLine};
use ratatui::widgets::{Block, Widget};

use super::row::Row;
use super::state::Race;

/// x to the right and y up, in metres.
type Point = (f64, f64);

/// Two neighbours of the outline that are further apart are not joined, as a part of the lap.
const GAP: f32 = 0.05;

/// The game's z axis points down on a map.
fn point(position: Vec3) -> Option<Point> {
    let point = (f64::from(position.x), -f64::from(position.z));
    (point.0.is_finite() && point.1.is_finite()).then_some(point)
}

pub fn draw(race: &Race, rows: &[Row], selected: Option<CarId>, area: Rect, buffer: &mut Buffer) {
    let block = Block::bordered().title(" Track ");
    let inner = block.inner(area);
    block.render(area, buffer);
    if inner.is_empty() {
        return;
    }
    let cars: Vec<(&Row, Point)> = rows
        .iter()
        .filter(|row| row.live.connected)
        .filter_map(|row| Some((row, point(row.telemetry?.position)?)))
        .collect();
    let outline: Vec<(f32, Point)> =
        race.map.outline().iter().filter_map(|part| Some((part.place, point(part.position)?))).collect();
    // Once the track is known, the picture stands still wherever cars go.
    let seen = cars.iter().map(|car| car.1).filter(|_| !race.map.is_closed());
    let Some(frame) = Frame::new(outline.iter().map(|part| part.1).chain(seen), inner) else {
        Line::from("no telemetry yet").dim().render(inner, buffer);
        return;
    };
    Canvas::default()
        .marker(Marker::Braille)
        .x_bounds(frame.x)
        .y_bounds(frame.y)
        .paint(|map| {
            for (from, to) in pieces(&outline) {
                map.draw(&MapLine { x1: from.0, y1: from.1, x2: to.0, y2: to.1, color: Color::DarkGray });
            }
        })
        .render(inner, buffer);
    draw_cars(&frame, &cars, selected, buffer);
}

/// Each point with the next one, around the lap, where the track between them is known.
fn pieces(outline: &[(f32, Point)]) -> impl Iterator<Item = (Point, Point)> + '_ {
    let next = outline.iter().cycle().skip(1);
    outline.iter().zip(next).filter_map(|(from, to)| {
        let ahead = (to.0 - from.0).rem_euclid(1.0);
        (ahead > 0.0 && ahead <= GAP).then_some((from.1, to.1))
    })
}

/// The part of the world that is shown.
struct Frame {
    x: [f64; 2],
    y: [f64; 2],
    area: Rect,
}

impl Frame {
    /// Shows all points undistorted: a character is twice as high as wide.
    fn new(points: impl Iterator<Item = Point>, area: Rect) -> Option<Self> {
        let (low, high) = points.fold(None, |bounds: Option<(Point, Point)>, (x, y)| {
            Some(bounds.map_or(((x, y), (x, y)), |(low, high)| {
                ((low.0.min(x), low.1.min(y)), (high.0.max(x), high.1.max(y)))
            }))
        })?;
        // A margin, so that the numbers of the cars stay inside.
        let (width, height) = (
            f64::from(area.width.saturating_sub(4)).max(1.0),
            f64::from(area.height.saturating_sub(1)).max(1.0),
        );
        let scale = ((high.0 - low.0) / width).max((high.1 - low.1) / (height * 2.0)).max(1.0);
        let around = |low: f64, high: f64, cells: u16, scale: f64| {
            let (middle, half) = ((low + high) / 2.0, f64::from(cells).max(1.0) * scale / 2.0);
            [middle - half, middle + half]
        };
        Some(Self {
            x: around(low.0, high.0, area.width, scale),
            y: around(low.1, high.1, area.height, scale * 2.0),
            area,
        })
    }

    /// The character at a point.
    fn cell(&self, point: Point) -> Option<Position> {
        let part = |value: f64, [low, high]: [f64; 2]| {
            Some((value - low) / (high - low)).filter(|part| (0.0..=1.0).contains(part))
        };
        let last = |cells: u16| f64::from(cells.saturating_sub(1));
        let (x, y) = (part(point.0, self.x)?, part(point.1, self.y)?);
        let (right, down) = (x * last(self.area.width), (1.0 - y) * last(self.area.height));
        Some(Position::new(self.area.x + right.round() as u16, self.area.y + down.round() as u16))
    }
}

/// Each car's position beside its place, so that no two numbers touch; a dot where there is no room for it.
fn draw_cars(frame: &Frame, cars: &[(&Row, Point)], selected: Option<CarId>, buffer: &mut Buffer) {
    let mut order: Vec<&(&Row, Point)> = cars.iter().collect();
    order.sort_by_key(|car| (Some(car.0.car_id()) != selected, car.0.live.position));
    let mut taken: Vec<Rect> = Vec::new();
    for (row, point) in order {
        let Some(place) = frame.cell(*point) else { continue };
        let is_selected = Some(row.car_id()) == selected;
        let number = row.live.position.to_string();
        let style = Style::new().fg(Color::White).add_modifier(Modifier::BOLD);
        let style = if is_selected { style.add_modifier(Modifier::REVERSED) } else { style };
        match label(frame.area, place, number.len(), &taken) {
            Some(room) => {
                buffer.set_string(room.x, room.y, number, style);
                taken.push(room);
            }
            None if is_free(Rect { x: place.x, y: place.y, width: 1, height: 1 }, &taken) => {
                buffer.set_string(place.x, place.y, "•", Style::new().fg(Color::White));
                taken.push(Rect { x: place.x, y: place.y, width: 1, height: 1 });
            }
            // Another car is at this very place.
            None => {}
        }
    }
}

/// Where a number of so many digits has room: at the place, or right beside it.
fn label(area: Rect, place: Position, digits: usize, taken: &[Rect]) -> Option<Rect> {
    let width = u16::try_from(digits).ok()?;
    let half = i32::from(width) / 2;
    [(0, 0), (1, 0), (-1, 0), (0, -1), (0, 1), (2, 0), (-2, 0), (1, -1), (-1, 1)]
        .iter()
        .filter_map(|(right, down)| {
            let x = u16::try_from(i32::from(place.x) - half + right).ok()?;
            let y = u16::try_from(i32::from(place.y) + down).ok()?;
            Some(Rect { x, y, width, height: 1 })
        })
        .find(|room| area.intersection(*room) == *room && is_free(*room, taken))
}

/// Whether nothing stands there, nor touches it on the left or right.
fn is_free(room: Rect, taken: &[Rect]) -> bool {
    let with_margin = Rect { x: room.x.saturating_sub(1), width: room.width + 2, ..room };
    !taken.iter().any(|taken| taken.intersects(with_margin))
}
