//! Writes entries, and finds the records among them.

use std::collections::HashMap;

use acudpclient::tracker::{Driver, Gap, ResultEntry, SessionResult};
use rusqlite::{Connection, OptionalExtension, params};
use serde::{Deserialize, Serialize};

use super::entry::{Car, Collision, Entry, Lap, Session, What};
use super::queries::NAME;
use super::rows::{Combination, Person};

/// A session that runs when the program starts is the stored one if both began at the same time, give or take
/// this much of the session's own time in milliseconds. In one that was restarted within it nobody has driven a lap.
const SAME_START: f64 = 30_000.0;

/// Where a server does not tell when its session began: it is the stored one if that was heard this recently.
const SAME_HEARD: i64 = 30 * 60_000;

/// Two programs hear the same lap or contact within this time, of the session's own in milliseconds. No car drives
/// two laps in it.
const SAME_MOMENT: f64 = 2000.0;

/// A lap that is in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredLap {
    pub session_id: i64,
    pub car_id: u8,
    /// Of the driver in this car and session, from 1.
    pub number: u32,
    /// `None` for who has no GUID or is not known yet.
    pub driver: Option<Person>,
    /// Empty if it is not known yet.
    pub car_model: String,
    pub lap_time: u32,
    pub cuts: u8,
    pub is_valid: bool,
    /// Milliseconds since 1970.
    pub completed_at: i64,
}

/// A valid lap was faster than all others of its track, layout and car that are stored. The first lap of a
/// combination is no record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FallenRecord {
    #[serde(flatten)]
    pub combination: Combination,
    pub server: String,
    pub driver: Person,
    pub lap_time: u32,
    /// Milliseconds since 1970.
    pub completed_at: i64,
    /// Who had the record, perhaps the same driver.
    pub previous_driver: Person,
    pub previous_lap_time: u32,
}

/// What a transaction has done, to be told once it is committed.
#[derive(Debug, Default)]
pub(crate) struct Told {
    pub laps: Vec<StoredLap>,
    pub records: Vec<FallenRecord>,
}

/// What is known between transactions.
#[derive(Debug, Clone)]
pub(crate) struct Books {
    /// The session's speed, as a multiple of real time.
    speed: f64,
    /// The rows of the sessions of this run, by ticket.
    sessions: HashMap<u32, i64>,
}

impl Books {
    pub(crate) fn new(speed: f64) -> Self {
        Self { speed, sessions: HashMap::new() }
    }

    pub(crate) fn write(&mut self, to: &Connection, entry: &Entry, told: &mut Told) -> rusqlite::Result<()> {
        let session_id = self.session_id(to, &entry.session, entry.at)?;
        to.prepare_cached("UPDATE session SET heard = max(heard, ?) WHERE id = ?")?
            .execute(params![entry.at, session_id])?;
        let Entry { session, at, what } = entry;
        match what {
            What::Lap(lap) => self.lap(to, session, session_id, *at, lap, told),
            What::Car(car) => name_laps(to, session, session_id, *at, car, told),
            What::Collision(collision) => write_collision(to, session_id, *at, self.near(*at), collision),
            What::Result(result) => write_result(to, session_id, *at, result),
        }
    }

    /// From when to when it is the same moment, in real time.
    fn near(&self, at: i64) -> [i64; 2] {
        let apart = (SAME_MOMENT / self.speed) as i64;
        [at.saturating_sub(apart), at.saturating_add(apart)]
    }

    fn session_id(&mut self, to: &Connection, session: &Session, at: i64) -> rusqlite::Result<i64> {
        if let Some(id) = self.sessions.get(&session.ticket) {
            return Ok(*id);
        }
        let server_id: i64 = to
            .prepare_cached(
                "INSERT INTO server (name, address) VALUES (?, ?) \
                 ON CONFLICT (name) DO UPDATE SET address = excluded.address RETURNING id",
            )?
            .query_row(params![session.server, session.address], |row| row.get(0))?;
        let id = match self.stored_session(to, server_id, session, at)? {
            Some(id) => id,
            None => to
                .prepare_cached(
                    "INSERT INTO session (server_id, session_index, session_type, name, track, layout, started, heard) \
                     VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                )?
                .query_row(
                    params![
                        server_id,
                        session.index,
                        session.session_type,
                        session.name,
                        session.track,
                        session.layout,
                        session.started,
                        at
                    ],
                    |row| row.get(0),
                )?,
        };
        self.sessions.insert(session.ticket, id);
        Ok(id)
    }

    /// The row of a session that was stored before this program started, or by another one that listens, too.
    fn stored_session(
        &self,
        to: &Connection,
        server_id: i64,
        session: &Session,
        at: i64,
    ) -> rusqlite::Result<Option<i64>> {
        let Session { index, session_type, name, track, layout, .. } = session;
        let mut alike = to.prepare_cached(
            "SELECT id, started, heard, ended FROM session WHERE server_id = ? AND session_index = ? \
             AND session_type = ? AND name = ? AND track = ? AND layout = ? ORDER BY id DESC LIMIT 100",
        )?;
        let alike = alike.query_map(params![server_id, index, session_type, name, track, layout], |row| {
            Ok(Alike { id: row.get(0)?, started: row.get(1)?, heard: row.get(2)?, ended: row.get(3)? })
        })?;
        let mut alike = alike.collect::<rusqlite::Result<Vec<_>>>()?;
        // The tracker has told that those of this run are others.
        alike.retain(|alike| !self.sessions.values().any(|own| *own == alike.id));
        if let Some(told) = session.started {
            let nearest =
                alike.iter().filter_map(|alike| Some((alike.started?.abs_diff(told), alike.id))).min();
            let is_same = |apart: u64| (apart as f64) < SAME_START / self.speed;
            if let Some((_, id)) = nearest.filter(|(apart, _)| is_same(*apart)) {
                return Ok(Some(id));
            }
        }
        let newest = alike.first().filter(|newest| {
            let is_comparable = newest.started.is_some() && session.started.is_some();
            let is_recent = at.saturating_sub(newest.heard) < SAME_HEARD;
            session.was_running && !is_comparable && newest.ended.is_none() && is_recent
        });
        Ok(newest.map(|newest| newest.id))
    }

    fn lap(
        &self,
        to: &Connection,
        session: &Session,
        session_id: i64,
        at: i64,
        lap: &Lap,
        told: &mut Told,
    ) -> rusqlite::Result<()> {
        let [from, until] = self.near(at);
        let is_stored = to
            .prepare_cached(
                "SELECT 1 FROM lap WHERE session_id = ? AND car_id = ? AND completed_at BETWEEN ? AND ? \
                 AND lap_time = ? AND cuts = ?",
            )?
            .exists(params![session_id, lap.car_id, from, until, lap.lap_time, lap.cuts])?;
        if is_stored {
            return Ok(());
        }
        let driver_id = lap.driver.as_ref().map(|driver| driver_id(to, driver, at)).transpose()?;
        let combination_id = combination_id(to, session, &lap.car_model)?;
        // A program that starts in mid-session may count from a lower number.
        let next: u32 = to
            .prepare_cached(
                "SELECT coalesce(max(number), 0) + 1 FROM lap WHERE session_id = ? AND car_id = ? AND driver_id IS ?",
            )?
            .query_row(params![session_id, lap.car_id, driver_id], |row| row.get(0))?;
        let number = next.max(lap.number);
        let sectors = (!lap.sectors.is_empty()).then(|| format!("{:?}", lap.sectors));
        to.prepare_cached(
            "INSERT INTO lap (session_id, driver_id, combination_id, car_id, number, lap_time, cuts, is_valid, \
                 sectors, tyre, completed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )?
        .execute(params![
            session_id,
            driver_id,
            combination_id,
            lap.car_id,
            number,
            lap.lap_time,
            lap.cuts,
            lap.is_valid,
            sectors,
            lap.tyre,
            at
        ])?;
        if lap.is_valid {
            told.records.extend(fallen_record(to, to.last_insert_rowid())?);
        }
        told.laps.push(StoredLap {
            session_id,
            car_id: lap.car_id,
            number,
            driver: lap.driver.clone().map(|driver| Person { guid: driver.guid, name: driver.name }),
            car_model: lap.car_model.clone(),
            lap_time: lap.lap_time,
            cuts: lap.cuts,
            is_valid: lap.is_valid,
            completed_at: at,
        });
        Ok(())
    }
}

/// A stored session of the same server, index, type, name, track and layout.
struct Alike {
    id: i64,
    started: Option<i64>,
    heard: i64,
    ended: Option<i64>,
}

/// Gives laps that were stored without them their driver and car.
fn name_laps(
    to: &Connection,
    session: &Session,
    session_id: i64,
    at: i64,
    car: &Car,
    told: &mut Told,
) -> rusqlite::Result<()> {
    let driver_id = car.driver.as_ref().map(|driver| driver_id(to, driver, at)).transpose()?;
    let combination_id = combination_id(to, session, &car.model)?;
    for completed_at in &car.laps {
        let named: Option<i64> = to
            .prepare_cached(
                "UPDATE lap SET driver_id = coalesce(driver_id, ?1), combination_id = coalesce(combination_id, ?2), \
                     number = iif(driver_id IS NULL, max(number, (SELECT coalesce(max(number), 0) + 1 FROM lap \
                         WHERE session_id = ?3 AND car_id = ?4 AND driver_id = ?1)), number) \
                 WHERE session_id = ?3 AND car_id = ?4 AND completed_at = ?5 \
                     AND (driver_id IS NULL OR combination_id IS NULL) RETURNING id",
            )?
            .query_row(params![driver_id, combination_id, session_id, car.car_id, completed_at], |row| row.get(0))
            .optional()?;
        if let Some(id) = named {
            told.records.extend(fallen_record(to, id)?);
        }
    }
    Ok(())
}

/// What there is to tell if this lap is a record.
fn fallen_record(to: &Connection, lap_id: i64) -> rusqlite::Result<Option<FallenRecord>> {
    let sql = format!(
        "SELECT track, layout, car_model, server.name AS server, lap.lap_time, lap.completed_at, \
             driver.guid, {NAME} AS name, best.lap_time AS best, \
             (SELECT guid FROM driver WHERE id = best.driver_id) AS best_guid, \
             (SELECT {NAME} FROM driver WHERE id = best.driver_id) AS best_name \
         FROM lap JOIN session ON session.id = lap.session_id JOIN server ON server.id = server_id \
         JOIN combination USING (track, layout) JOIN driver ON driver.id = lap.driver_id \
         JOIN lap AS best ON best.id = (SELECT id FROM lap AS other \
             WHERE other.combination_id = combination.id AND other.is_valid AND other.driver_id IS NOT NULL \
                 AND other.id <> lap.id ORDER BY other.lap_time, other.completed_at, other.id LIMIT 1) \
         WHERE lap.id = ? AND combination.id = lap.combination_id AND lap.is_valid \
             AND lap.lap_time < best.lap_time"
    );
    to.prepare_cached(&sql)?
        .query_row([lap_id], |row| {
            Ok(FallenRecord {
                combination: Combination {
                    track: row.get("track")?,
                    layout: row.get("layout")?,
                    car_model: row.get("car_model")?,
                },
                server: row.get("server")?,
                driver: Person { guid: row.get("guid")?, name: row.get("name")? },
                lap_time: row.get("lap_time")?,
                completed_at: row.get("completed_at")?,
                previous_driver: Person { guid: row.get("best_guid")?, name: row.get("best_name")? },
                previous_lap_time: row.get("best")?,
            })
        })
        .optional()
}

fn driver_id(to: &Connection, driver: &Driver, at: i64) -> rusqlite::Result<i64> {
    to.prepare_cached("INSERT INTO driver (guid) VALUES (?) ON CONFLICT DO NOTHING")?
        .execute([&driver.guid])?;
    let id = to
        .prepare_cached("SELECT id FROM driver WHERE guid = ?")?
        .query_row([&driver.guid], |row| row.get(0))?;
    to.prepare_cached(
        "INSERT INTO driver_name (driver_id, name, first_seen, last_seen) VALUES (?1, ?2, ?3, ?3) \
         ON CONFLICT DO UPDATE SET last_seen = max(last_seen, excluded.last_seen)",
    )?
    .execute(params![id, driver.name, at])?;
    Ok(id)
}

/// `None` if the track or the car is not known.
fn combination_id(to: &Connection, session: &Session, car_model: &str) -> rusqlite::Result<Option<i64>> {
    if session.track.is_empty() || car_model.is_empty() {
        return Ok(None);
    }
    let of = params![session.track, session.layout, car_model];
    to.prepare_cached(
        "INSERT INTO combination (track, layout, car_model) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    )?
    .execute(of)?;
    to.prepare_cached("SELECT id FROM combination WHERE track = ? AND layout = ? AND car_model = ?")?
        .query_row(of, |row| row.get(0))
        .map(Some)
}

fn write_collision(
    to: &Connection,
    session_id: i64,
    at: i64,
    [from, until]: [i64; 2],
    collision: &Collision,
) -> rusqlite::Result<()> {
    let id = |driver: &Option<Driver>| driver.as_ref().map(|driver| driver_id(to, driver, at)).transpose();
    let (driver_id, other_driver_id) = (id(&collision.driver)?, id(&collision.other_driver)?);
    // SQLite takes NaN for NULL.
    let impact_speed = Some(f64::from(collision.impact_speed)).filter(|speed| speed.is_finite());
    to.prepare_cached(
        "INSERT INTO collision (session_id, car_id, driver_id, other_car_id, other_driver_id, impact_speed, happened_at) \
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE NOT EXISTS (SELECT 1 FROM collision WHERE session_id = ?1 \
             AND car_id = ?2 AND other_car_id IS ?4 AND impact_speed IS ?6 AND happened_at BETWEEN ?8 AND ?9)",
    )?
    .execute(params![
        session_id,
        collision.car_id,
        driver_id,
        collision.other_car_id,
        other_driver_id,
        impact_speed,
        at,
        from,
        until
    ])?;
    Ok(())
}

/// A result that knows more laps stays: another program may have listened for longer.
fn write_result(to: &Connection, session_id: i64, at: i64, result: &SessionResult) -> rusqlite::Result<()> {
    to.prepare_cached("UPDATE session SET ended = coalesce(ended, ?) WHERE id = ?")?
        .execute(params![at, session_id])?;
    let entries = || result.standings.iter().chain(&result.unclassified);
    let heard: usize = entries().map(|entry| entry.all_laps.len()).sum();
    let stored: Option<String> = to
        .prepare_cached("SELECT result FROM session WHERE id = ?")?
        .query_row([session_id], |row| row.get(0))?;
    let stored = stored.and_then(|json| SessionResult::from_acserver_json(&json).ok());
    let stored = stored.map_or(0, |stored| {
        stored.standings.iter().chain(&stored.unclassified).map(|entry| entry.all_laps.len()).sum()
    });
    if stored > heard {
        return Ok(());
    }
    to.prepare_cached("UPDATE session SET result = ? WHERE id = ?")?
        .execute(params![result.to_acserver_json(), session_id])?;
    to.prepare_cached("DELETE FROM standing WHERE session_id = ?")?.execute([session_id])?;
    for (place, entry) in (0_u32..).zip(entries()) {
        write_standing(to, session_id, at, place, entry)?;
    }
    Ok(())
}

fn write_standing(
    to: &Connection,
    session_id: i64,
    at: i64,
    place: u32,
    entry: &ResultEntry,
) -> rusqlite::Result<()> {
    let identified = entry.driver.as_ref().filter(|driver| driver.identity().is_some());
    let driver_id = identified.map(|driver| driver_id(to, driver, at)).transpose()?;
    let (gap_ms, gap_laps) = match entry.gap {
        Some(Gap::Time(time)) => (i64::try_from(time.as_millis()).ok(), None),
        Some(Gap::Laps(laps)) => (None, Some(laps)),
        None => (None, None),
    };
    to.prepare_cached(
        "INSERT INTO standing (session_id, place, position, car_id, driver_id, driver_name, car_model, laps, \
             best_lap, total_time, completed, gap_ms, gap_laps) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        session_id,
        place,
        entry.position,
        entry.car_id.0,
        driver_id,
        entry.driver.as_ref().map_or("", |driver| &driver.name),
        entry.car_model,
        entry.laps,
        entry.best_lap.map(|lap| lap.0),
        entry.total_time.map(|time| time.0),
        entry.completed,
        gap_ms,
        gap_laps
    ])?;
    Ok(())
}
