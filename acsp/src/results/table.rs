//! A result as a table. Each column is as wide as its widest value.

use std::io::{self, Write};

use acudpclient::protocol::LapTime;
use acudpclient::tracker::{ResultEntry, SessionResult};

use crate::lines::shown;
use crate::text::{left, right, width};

/// The titles, and which columns stand on the right: those of numbers.
const TITLES: [(&str, bool); 9] = [
    ("pos", true),
    ("car", true),
    ("driver", false),
    ("model", false),
    ("laps", true),
    ("best", true),
    ("total", true),
    ("gap", true),
    ("", false),
];

pub fn print(out: &mut impl Write, result: &SessionResult) -> io::Result<()> {
    let titles = TITLES.map(|(title, _)| title.to_owned());
    let entries = result.standings.iter().chain(&result.unclassified).map(cells);
    let rows: Vec<_> = std::iter::once(titles).chain(entries).collect();
    let widths: [usize; TITLES.len()] =
        std::array::from_fn(|column| rows.iter().map(|row| width(&row[column])).max().unwrap_or(0));
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(TITLES)
            .zip(widths)
            .map(
                |((cell, (_, is_right)), width)| {
                    if is_right { right(cell, width) } else { left(cell, width) }
                },
            )
            .collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    Ok(())
}

fn cells(entry: &ResultEntry) -> [String; TITLES.len()] {
    let time = |time: Option<LapTime>| time.map_or("-".to_owned(), |time| time.to_string());
    let name = entry.driver.as_ref().map_or("?", |driver| driver.name.as_str());
    [
        entry.position.map_or("-".to_owned(), |position| position.to_string()),
        entry.car_id.to_string(),
        shown(name),
        shown(&entry.car_model),
        entry.laps.to_string(),
        time(entry.best_lap),
        time(entry.total_time),
        entry.gap.map_or(String::new(), |gap| gap.to_string()),
        if entry.completed { "finished".to_owned() } else { String::new() },
    ]
}

#[cfg(test)]
mod tests {
    use acudpclient::protocol::CarId;
    use acudpclient::tracker::Driver;

    use super::{ResultEntry, SessionResult, print, width};

    #[test]
    fn no_name_pushes_the_numbers_out_of_their_columns() {
        let entry = |car: u8, name: &str, model: &str| {
            let mut entry = ResultEntry::default();
            let mut driver = Driver::default();
            driver.name = name.to_owned();
            (entry.car_id, entry.driver, entry.car_model) = (CarId(car), Some(driver), model.to_owned());
            entry
        };
        let mut result = SessionResult::default();
        result.standings = vec![
            entry(0, "日本語", "bmw_m3_e30"),
            entry(1, "Zoë", "ks_lamborghini_huracan_performante_gt3_evo"),
        ];
        let mut table = Vec::new();
        print(&mut table, &result).unwrap();
        let table = String::from_utf8(table).unwrap();
        let ends: Vec<usize> =
            table.lines().skip(1).map(|line| width(&line[..line.rfind('-').unwrap()])).collect();
        assert!(table.contains("performante_gt3_evo"));
        assert_eq!(ends[0], ends[1], "{table}");
    }
}
