//! What is asked of the lap store: records, sessions, results, drivers, comparisons.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Params, Row, params, params_from_iter};

use super::error::Error;
use super::rows::{
    CollisionRow, Combination, CombinationRow, DriverLaps, DriverPage, DriverSession, LapRow, NameRow,
    Person, Record, RecordFilter, SessionFilter, SessionRow, StandingRow, StoredResult,
};
use super::schema;

/// How many drivers can be compared.
pub const MAX_COMPARED: usize = 4;

/// Reads the file on a connection of its own, while it is written to. Can move to another thread.
#[derive(Debug)]
pub struct Reader {
    path: PathBuf,
    connection: Connection,
}

/// The newest name; empty for a driver of whom none was told.
pub(crate) const NAME: &str = "coalesce((SELECT name FROM driver_name WHERE driver_id = driver.id \
     ORDER BY last_seen DESC, first_seen DESC LIMIT 1), '')";

impl Reader {
    /// Opens the file, which has to be there.
    pub fn open(path: &Path) -> Result<Self, Error> {
        Ok(Self { path: path.to_owned(), connection: schema::open_to_read(path)? })
    }

    /// The best laps of each driver and combination: by track, layout and car, the fastest first.
    pub fn records(&self, filter: &RecordFilter) -> Result<Vec<Record>, Error> {
        let mut wanted = Conditions::default();
        wanted.equal("combination.track", &filter.track);
        wanted.equal("combination.layout", &filter.layout);
        wanted.equal("combination.car_model", &filter.car_model);
        let mut shown = Conditions::default();
        shown.equal("guid", &filter.guid);
        shown.at_most("place", filter.places.map(i64::from));
        let sql = format!(
            "WITH best AS ( \
                 SELECT combination_id, driver_id, min(lap_time) AS lap_time FROM lap \
                 JOIN combination ON combination.id = combination_id \
                 WHERE is_valid AND driver_id IS NOT NULL {} GROUP BY combination_id, driver_id \
             ), first AS ( \
                 SELECT best.*, lap.id, completed_at, session_id, \
                     row_number() OVER (PARTITION BY best.combination_id, best.driver_id ORDER BY completed_at, lap.id) \
                     AS time_of_driver \
                 FROM best JOIN lap USING (driver_id, combination_id, lap_time) WHERE is_valid \
             ), placed AS ( \
                 SELECT first.*, \
                     row_number() OVER (PARTITION BY combination_id ORDER BY lap_time, completed_at, id) AS place \
                 FROM first WHERE time_of_driver = 1 \
             ) \
             SELECT track, layout, car_model, place, guid, {NAME} AS name, lap_time, completed_at, session_id \
             FROM placed JOIN combination ON combination.id = combination_id JOIN driver ON driver.id = driver_id \
             WHERE true {} ORDER BY track, layout, car_model, place LIMIT {}",
            wanted.sql(),
            shown.sql(),
            limit(filter.limit),
        );
        let values = wanted.values.into_iter().chain(shown.values);
        self.rows(&sql, params_from_iter(values), record)
    }

    /// All tracks with their layouts and cars of which a valid lap is stored.
    pub fn combinations(&self) -> Result<Vec<CombinationRow>, Error> {
        self.rows(
            "SELECT track, layout, car_model, count(*) AS laps, count(DISTINCT driver_id) AS drivers, \
                 min(lap_time) AS record \
             FROM lap JOIN combination ON combination.id = combination_id \
             WHERE is_valid AND driver_id IS NOT NULL GROUP BY combination.id ORDER BY track, layout, car_model",
            [],
            |row| {
                Ok(CombinationRow {
                    combination: combination(row)?,
                    laps: row.get("laps")?,
                    drivers: row.get("drivers")?,
                    record: row.get("record")?,
                })
            },
        )
    }

    /// The sessions, newest first.
    pub fn sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionRow>, Error> {
        let mut wanted = Conditions::default();
        wanted.equal("server.name", &filter.server);
        wanted.equal("track", &filter.track);
        wanted.equal("layout", &filter.layout);
        wanted.equal("session_type", &filter.session_type);
        wanted.less("session.id", filter.before);
        wanted.add(
            "session.id IN (SELECT session_id FROM lap JOIN driver ON driver.id = driver_id WHERE guid = ?)",
            filter.guid.clone().map(Value::from),
        );
        let sql = format!(
            "{SESSION} WHERE true {} ORDER BY session.id DESC LIMIT {}",
            wanted.sql(),
            limit(filter.limit)
        );
        self.rows(&sql, params_from_iter(wanted.values), session)
    }

    /// A session with its standings, laps and contacts.
    pub fn result(&self, session_id: i64) -> Result<Option<StoredResult>, Error> {
        let found = self.rows(&format!("{SESSION} WHERE session.id = ?"), [session_id], session)?;
        let Some(session) = found.into_iter().next() else { return Ok(None) };
        Ok(Some(StoredResult {
            session,
            standings: self.standings(session_id)?,
            laps: self.rows(
                &format!("{} WHERE session_id = ? ORDER BY completed_at, lap.id", laps_sql()),
                [session_id],
                lap,
            )?,
            collisions: self.collisions(session_id)?,
        }))
    }

    /// The result in the format of acServer's own result files; `None` if there is no such session or it has none.
    pub fn acserver_json(&self, session_id: i64) -> Result<Option<String>, Error> {
        let result = "SELECT result FROM session WHERE id = ?";
        let found = self.connection.query_row(result, [session_id], |row| row.get(0)).optional();
        found.map(Option::flatten).map_err(|error| Error::new(&self.path, error))
    }

    /// A driver's page with so many recent laps; `None` if nobody has this GUID.
    pub fn driver(&self, guid: &str, recent: u32) -> Result<Option<DriverPage>, Error> {
        let Some((id, driver)) = self.person(guid)? else { return Ok(None) };
        let names = self.rows(
            "SELECT name, first_seen, last_seen FROM driver_name WHERE driver_id = ? \
             ORDER BY last_seen DESC, first_seen DESC",
            [id],
            |row| {
                Ok(NameRow {
                    name: row.get("name")?,
                    first_seen: row.get("first_seen")?,
                    last_seen: row.get("last_seen")?,
                })
            },
        )?;
        let counts = self.rows(
            "SELECT count(DISTINCT session_id), count(*), coalesce(sum(is_valid), 0) FROM lap WHERE driver_id = ?",
            [id],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )?;
        let (sessions, laps, valid_laps) = counts.into_iter().next().unwrap_or_default();
        let mut bests =
            self.records(&RecordFilter { guid: Some(guid.to_owned()), ..RecordFilter::default() })?;
        bests.sort_by_key(|best| std::cmp::Reverse(best.completed_at));
        let newest =
            format!("{} WHERE driver_id = ? ORDER BY completed_at DESC, lap.id DESC LIMIT ?", laps_sql());
        Ok(Some(DriverPage {
            driver,
            sessions,
            laps,
            valid_laps,
            first_seen: names.iter().map(|name: &NameRow| name.first_seen).min().unwrap_or_default(),
            last_seen: names.iter().map(|name| name.last_seen).max().unwrap_or_default(),
            names,
            bests,
            recent_laps: self.rows(&newest, params![id, recent], lap)?,
        }))
    }

    /// The newest sessions of a driver, newest first, at most so many.
    pub fn driver_sessions(&self, guid: &str, most: u32) -> Result<Vec<DriverSession>, Error> {
        self.rows(
            "SELECT session.id, session_type, session.track, session.layout, coalesce(started, heard) AS started, \
                 coalesce(car_model, '') AS car_model, count(*) AS laps, \
                 min(CASE WHEN is_valid THEN lap_time END) AS best_lap, \
                 (SELECT min(position) FROM standing WHERE session_id = session.id AND driver_id = driver.id) AS position \
             FROM lap JOIN session ON session.id = session_id JOIN driver ON driver.id = driver_id \
             LEFT JOIN combination ON combination.id = combination_id \
             WHERE guid = ? GROUP BY session.id ORDER BY session.id DESC LIMIT ?",
            params![guid, most],
            |row| {
                Ok(DriverSession {
                    session_id: row.get("id")?,
                    session_type: row.get("session_type")?,
                    track: row.get("track")?,
                    layout: row.get("layout")?,
                    started: row.get("started")?,
                    car_model: row.get("car_model")?,
                    laps: row.get("laps")?,
                    best_lap: row.get("best_lap")?,
                    position: row.get("position")?,
                })
            },
        )
    }

    /// The newest laps of up to [`MAX_COMPARED`] drivers on a combination, so many of each. Who is not known is
    /// left out; more drivers, too.
    pub fn compare(
        &self,
        guids: &[&str],
        combination: &Combination,
        laps: u32,
    ) -> Result<Vec<DriverLaps>, Error> {
        let mut compared = Vec::new();
        for guid in guids.iter().take(MAX_COMPARED) {
            let Some((id, driver)) = self.person(guid)? else { continue };
            let newest = format!(
                "{} WHERE driver_id = ? AND combination.track = ? AND combination.layout = ? \
                     AND combination.car_model = ? ORDER BY completed_at DESC, lap.id DESC LIMIT ?",
                laps_sql()
            );
            let Combination { track, layout, car_model } = combination;
            let mut newest = self.rows(&newest, params![id, track, layout, car_model, laps], lap)?;
            newest.reverse();
            let totals = self.rows(
                "SELECT min(lap_time), count(*) FROM lap JOIN combination ON combination.id = combination_id \
                 WHERE is_valid AND driver_id = ? AND track = ? AND layout = ? AND car_model = ?",
                params![id, track, layout, car_model],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )?;
            let (best_lap, valid_laps) = totals.into_iter().next().unwrap_or_default();
            compared.push(DriverLaps { driver, best_lap, valid_laps, laps: newest });
        }
        Ok(compared)
    }

    /// How many laps are stored.
    pub fn count_laps(&self) -> Result<u64, Error> {
        let counts: Vec<i64> = self.rows("SELECT count(*) FROM lap", [], |row| row.get(0))?;
        Ok(counts.first().map_or(0, |count| count.unsigned_abs()))
    }

    /// Hands over every lap with its session, oldest first, until `take` errs.
    pub fn each_lap<E: From<Error>>(
        &self,
        mut take: impl FnMut(&SessionRow, &LapRow) -> Result<(), E>,
    ) -> Result<(), E> {
        let wrong = |error| Error::new(&self.path, error);
        let sql = format!("{} ORDER BY session_id, lap.id", laps_sql());
        let mut statement = self.connection.prepare(&sql).map_err(wrong)?;
        let mut rows = statement.query([]).map_err(wrong)?;
        let mut newest: Option<SessionRow> = None;
        while let Some(row) = rows.next().map_err(wrong)? {
            let lap = lap(row).map_err(wrong)?;
            if newest.as_ref().is_none_or(|session| session.id != lap.session_id) {
                let sql = format!("{SESSION} WHERE session.id = ?");
                newest = self.rows(&sql, [lap.session_id], session)?.into_iter().next();
            }
            if let Some(session) = &newest {
                take(session, &lap)?;
            }
        }
        Ok(())
    }

    fn person(&self, guid: &str) -> Result<Option<(i64, Person)>, Error> {
        let sql = format!("SELECT id, guid, {NAME} AS name FROM driver WHERE guid = ?");
        let found = self.rows(&sql, [guid], |row| {
            Ok((row.get("id")?, Person { guid: row.get("guid")?, name: row.get("name")? }))
        })?;
        Ok(found.into_iter().next())
    }

    fn standings(&self, session_id: i64) -> Result<Vec<StandingRow>, Error> {
        self.rows(
            "SELECT standing.*, guid FROM standing LEFT JOIN driver ON driver.id = driver_id \
             WHERE session_id = ? ORDER BY place",
            [session_id],
            |row| {
                Ok(StandingRow {
                    position: row.get("position")?,
                    car_id: row.get("car_id")?,
                    guid: row.get("guid")?,
                    driver_name: row.get("driver_name")?,
                    car_model: row.get("car_model")?,
                    laps: row.get("laps")?,
                    best_lap: row.get("best_lap")?,
                    total_time: row.get("total_time")?,
                    completed: row.get("completed")?,
                    gap_ms: row.get("gap_ms")?,
                    gap_laps: row.get("gap_laps")?,
                })
            },
        )
    }

    fn collisions(&self, session_id: i64) -> Result<Vec<CollisionRow>, Error> {
        let sql = format!(
            "SELECT collision.*, guid, {NAME} AS name, \
                 (SELECT guid FROM driver WHERE id = other_driver_id) AS other_guid, \
                 (SELECT {NAME} FROM driver WHERE id = other_driver_id) AS other_name \
             FROM collision LEFT JOIN driver ON driver.id = driver_id WHERE session_id = ? \
             ORDER BY happened_at, collision.id"
        );
        self.rows(&sql, [session_id], |row| {
            Ok(CollisionRow {
                car_id: row.get("car_id")?,
                driver: person(row, "guid", "name")?,
                other_car_id: row.get("other_car_id")?,
                other_driver: person(row, "other_guid", "other_name")?,
                impact_speed: row.get("impact_speed")?,
                happened_at: row.get("happened_at")?,
            })
        })
    }

    fn rows<T>(
        &self,
        sql: &str,
        values: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, Error> {
        let rows = || {
            let mut statement = self.connection.prepare_cached(sql)?;
            let rows = statement.query_map(values, read)?;
            rows.collect::<rusqlite::Result<Vec<T>>>()
        };
        rows().map_err(|error| Error::new(&self.path, error))
    }
}

const SESSION: &str = "SELECT session.id, server.name AS server, session_type, session.name, track, layout, started, \
         heard, ended, result IS NOT NULL AS has_result, \
         (SELECT count(*) FROM lap WHERE session_id = session.id) AS laps, \
         (SELECT count(DISTINCT driver_id) FROM lap WHERE session_id = session.id) AS drivers, \
         (SELECT driver_name FROM standing WHERE session_id = session.id AND position = 1) AS winner \
     FROM session JOIN server ON server.id = server_id";

fn session(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        id: row.get("id")?,
        server: row.get("server")?,
        session_type: row.get("session_type")?,
        name: row.get("name")?,
        track: row.get("track")?,
        layout: row.get("layout")?,
        started: row.get("started")?,
        heard: row.get("heard")?,
        ended: row.get("ended")?,
        laps: row.get("laps")?,
        drivers: row.get("drivers")?,
        has_result: row.get("has_result")?,
        winner: row.get("winner")?,
    })
}

fn laps_sql() -> String {
    format!(
        "SELECT session_id, session.track, session.layout, coalesce(car_model, '') AS car_model, car_id, guid, \
             {NAME} AS name, number, lap_time, cuts, is_valid, sectors, tyre, completed_at \
         FROM lap JOIN session ON session.id = session_id LEFT JOIN driver ON driver.id = driver_id \
         LEFT JOIN combination ON combination.id = combination_id"
    )
}

fn lap(row: &Row<'_>) -> rusqlite::Result<LapRow> {
    let sectors: Option<String> = row.get("sectors")?;
    Ok(LapRow {
        session_id: row.get("session_id")?,
        track: row.get("track")?,
        layout: row.get("layout")?,
        car_model: row.get("car_model")?,
        car_id: row.get("car_id")?,
        driver: person(row, "guid", "name")?,
        number: row.get("number")?,
        lap_time: row.get("lap_time")?,
        cuts: row.get("cuts")?,
        is_valid: row.get("is_valid")?,
        sectors: sectors.and_then(|sectors| serde_json::from_str(&sectors).ok()).unwrap_or_default(),
        tyre: row.get("tyre")?,
        completed_at: row.get("completed_at")?,
    })
}

fn record(row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        combination: combination(row)?,
        place: row.get("place")?,
        driver: Person { guid: row.get("guid")?, name: row.get("name")? },
        lap_time: row.get("lap_time")?,
        completed_at: row.get("completed_at")?,
        session_id: row.get("session_id")?,
    })
}

fn combination(row: &Row<'_>) -> rusqlite::Result<Combination> {
    Ok(Combination { track: row.get("track")?, layout: row.get("layout")?, car_model: row.get("car_model")? })
}

fn person(row: &Row<'_>, guid: &str, name: &str) -> rusqlite::Result<Option<Person>> {
    let guid: Option<String> = row.get(guid)?;
    Ok(match guid {
        Some(guid) => Some(Person { guid, name: row.get(name)? }),
        None => None,
    })
}

/// What is not limited has so many rows as there are.
fn limit(limit: Option<u32>) -> i64 {
    limit.map_or(-1, i64::from)
}

/// Conditions that are wanted, joined by AND, with their values in order.
#[derive(Default)]
struct Conditions {
    sql: String,
    values: Vec<Value>,
}

impl Conditions {
    fn add(&mut self, condition: &str, value: Option<Value>) {
        if let Some(value) = value {
            self.sql.push_str(" AND ");
            self.sql.push_str(condition);
            self.values.push(value);
        }
    }

    fn equal(&mut self, column: &str, value: &Option<String>) {
        self.add(&format!("{column} = ?"), value.clone().map(Value::from));
    }

    fn less(&mut self, column: &str, value: Option<i64>) {
        self.add(&format!("{column} < ?"), value.map(Value::from));
    }

    fn at_most(&mut self, column: &str, value: Option<i64>) {
        self.add(&format!("{column} <= ?"), value.map(Value::from));
    }

    fn sql(&self) -> &str {
        &self.sql
    }
}
