//! Deletes a person.

use std::path::Path;

use acudpclient::tracker::{Driver, SessionResult};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::error::{Error, Kind};
use super::schema;

/// What was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Forgotten {
    pub laps: usize,
    pub collisions: usize,
    /// Results that were written anew without the person.
    pub results: usize,
}

/// Deletes the driver of this GUID: names, laps and contacts. In results the car keeps its place, without
/// name and GUID, because the others' places depend on it. What is deleted is overwritten, in the file and in
/// its log. `None` if nobody has this GUID.
///
/// # Errors
///
/// If the file cannot be read or written. [`Kind::NotOverwritten`] if the person is deleted, but another program
/// keeps what was there before: the same call makes up for it.
pub fn forget(path: &Path, guid: &str) -> Result<Option<Forgotten>, Error> {
    // Makes no file.
    drop(schema::open_to_read(path)?);
    let mut connection = schema::open(path)?;
    let forgotten = delete(&mut connection, guid).map_err(|kind| Error::of(path, kind))?;
    match overwrite(&connection) {
        Ok(true) => Ok(forgotten),
        Ok(false) | Err(_) => Err(Error::of(path, Kind::NotOverwritten)),
    }
}

fn delete(connection: &mut Connection, guid: &str) -> Result<Option<Forgotten>, Kind> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    let id: Option<i64> =
        transaction.query_row("SELECT id FROM driver WHERE guid = ?", [guid], |row| row.get(0)).optional()?;
    let results = rewrite_results(&transaction, guid)?;
    let Some(id) = id else {
        // Somebody may be in results alone.
        transaction.commit()?;
        return Ok((results > 0).then_some(Forgotten { laps: 0, collisions: 0, results }));
    };
    transaction
        .execute("UPDATE standing SET driver_name = '', driver_id = NULL WHERE driver_id = ?", [id])?;
    let laps = transaction.execute("DELETE FROM lap WHERE driver_id = ?", [id])?;
    let collisions =
        transaction.execute("DELETE FROM collision WHERE driver_id = ?1 OR other_driver_id = ?1", [id])?;
    // The names go with it.
    transaction.execute("DELETE FROM driver WHERE id = ?", [id])?;
    transaction.commit()?;
    Ok(Some(Forgotten { laps, collisions, results }))
}

/// Returns how many there were.
fn rewrite_results(transaction: &Transaction<'_>, guid: &str) -> Result<usize, Kind> {
    // Only such a GUID is surely written in the result as it is. With another one all results are looked at.
    let is_plain = guid.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let mut with = transaction
        .prepare("SELECT id, result FROM session WHERE result IS NOT NULL AND (instr(result, ?) OR NOT ?)")?;
    let found = with.query_map(params![guid, is_plain], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(i64, String)> = found.collect::<rusqlite::Result<_>>()?;
    let mut rewritten = 0;
    for (id, json) in &found {
        let with = SessionResult::from_acserver_json(json)?;
        let mut result = with.clone();
        leave_out(&mut result, guid);
        if result == with {
            continue; // a longer GUID, or a name, has this one in it
        }
        rewritten += 1;
        transaction
            .execute("UPDATE session SET result = ? WHERE id = ?", params![result.to_acserver_json(), id])?;
    }
    Ok(rewritten)
}

fn leave_out(result: &mut SessionResult, guid: &str) {
    // Who has no GUID is nobody that it could name: an empty one would mean all of them.
    let is_it = |driver: &Option<Driver>| driver.as_ref().and_then(Driver::identity) == Some(guid);
    for entry in result.standings.iter_mut().chain(&mut result.unclassified) {
        if is_it(&entry.driver) {
            entry.driver = None;
            entry.all_laps.clear();
            entry.nation.clear();
        }
        entry.guids.retain(|other| other != guid);
    }
    result.collisions.retain(|collision| !is_it(&collision.driver) && !is_it(&collision.other_driver));
    if let Some(fastest) = &mut result.fastest_lap {
        if is_it(&fastest.driver) {
            fastest.driver = None;
        }
    }
}

/// The file is written anew, and the log, which has what was there before, is emptied. Returns false if somebody
/// still reads from the log.
fn overwrite(connection: &Connection) -> rusqlite::Result<bool> {
    connection.execute_batch("VACUUM")?;
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| Ok(!row.get::<_, bool>("busy")?))
}
