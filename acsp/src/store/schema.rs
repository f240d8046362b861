//! The file: its tables, their versions, and how it is opened.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};

use super::error::{Error, Kind};

/// "acsp" in the file's header, so that another program's database is told apart.
const APPLICATION_ID: i32 = 0x6163_7370;

/// What leads from each version to the next, from 0, an empty file. A step that was released never changes.
pub(super) const STEPS: &[&str] = &[include_str!("migrations/1.sql")];

/// How long a statement waits for another program that writes.
const BUSY: Duration = Duration::from_secs(1);

/// Opens the file for writing. Makes it and its folder if they are not there; brings an older version up to date.
pub(crate) fn open(path: &Path) -> Result<Connection, Error> {
    open_with(path, STEPS)
}

pub(super) fn open_with(path: &Path, steps: &[&str]) -> Result<Connection, Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(|source| Error::of(path, Kind::Folder { folder: folder.to_owned(), source }))?;
    }
    let opened = Connection::open(path).map_err(Kind::from);
    opened.and_then(|connection| prepare(connection, steps)).map_err(|kind| Error::of(path, kind))
}

/// Opens the file for reading. It has to be there.
pub(crate) fn open_to_read(path: &Path) -> Result<Connection, Error> {
    if !path.exists() {
        return Err(Error::of(path, Kind::Missing));
    }
    let (connection, found) = connect_to_read(path).map_err(|kind| Error::of(path, kind))?;
    if found == STEPS.len() {
        return Ok(connection);
    }
    drop(connection);
    drop(open(path)?);
    Ok(connect_to_read(path).map_err(|kind| Error::of(path, kind))?.0)
}

fn connect_to_read(path: &Path) -> Result<(Connection, usize), Kind> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    let found = version(&connection, STEPS.len())?;
    Ok((connection, found))
}

fn prepare(mut connection: Connection, steps: &[&str]) -> Result<Connection, Kind> {
    connection.busy_timeout(BUSY)?;
    // Before anything is written: a file that is not ours stays as it is.
    let found = version(&connection, steps.len())?;
    // Who reads does not wait for who writes.
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // NORMAL would survive a kill. FULL makes a lap that was shown as stored survive a power cut, too, and costs one
    // fsync per commit, of which there are a few per second, on a thread that nobody waits for.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What is forgotten is overwritten.
    connection.pragma_update(None, "secure_delete", true)?;
    if found < steps.len() {
        migrate(&mut connection, steps)?;
    }
    Ok(connection)
}

/// The file's version; 0 is an empty file.
fn version(connection: &Connection, known: usize) -> Result<usize, Kind> {
    let number = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i32>(0));
    let (application, found) = (number("application_id")?, number("user_version")?);
    if application == APPLICATION_ID {
        return usize::try_from(found)
            .ok()
            .filter(|found| *found <= known)
            .ok_or(Kind::Newer { found, known });
    }
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if (application, found, tables) == (0, 0, 0) { Ok(0) } else { Err(Kind::Foreign) }
}

/// All in one transaction: a kill leaves the file as it was.
fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), Kind> {
    let transaction = Transaction::new(connection, TransactionBehavior::Immediate)?;
    // Another acsp may have done it meanwhile.
    let found = version(&transaction, steps.len())?;
    for step in &steps[found..] {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", i64::try_from(steps.len()).unwrap_or(i64::MAX))?;
    transaction.commit()?;
    Ok(())
}
