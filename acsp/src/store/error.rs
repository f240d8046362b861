//! What can go wrong with the file, in words that say what to do.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error as ThisError;

/// Something is wrong with the file of the lap store.
#[derive(Debug, ThisError)]
#[error("the lap store {}: {kind}", .path.display())]
pub struct Error {
    path: PathBuf,
    kind: Kind,
}

/// What is wrong.
#[derive(Debug, ThisError)]
pub enum Kind {
    #[error(
        "it is not there yet; `acsp live` and `acsp db record` make it when they watch a server, and --db FILE names another one"
    )]
    Missing,
    #[error("its folder {} cannot be made: {source}; name another file with --db FILE, or store nothing with --no-db", .folder.display())]
    Folder { folder: PathBuf, source: io::Error },
    #[error(
        "the system does not tell where the user's data lies; name a file with --db FILE, or store nothing with --no-db"
    )]
    NoHome,
    #[error(
        "it is no SQLite database, or it is damaged; it was not touched: name another file with --db FILE"
    )]
    NotADatabase,
    #[error("it is a database of another program; it was not touched: name another file with --db FILE")]
    Foreign,
    #[error(
        "it is of version {found}, and this acsp knows versions up to {known}: install a newer acsp, or name another file with --db FILE. It was not touched"
    )]
    Newer { found: i32, known: usize },
    #[error(
        "it, or its folder, cannot be written to; allow it, name another file with --db FILE, or store nothing with --no-db"
    )]
    ReadOnly,
    #[error(
        "it cannot be opened; look at the rights of the file and its folder, or name another file with --db FILE"
    )]
    CannotOpen,
    #[error(
        "another program has been writing to it for too long; end that program, or name another file with --db FILE"
    )]
    Locked,
    #[error(
        "the person is deleted, but what was there may still be in the file or in the log beside it, as another program uses them: end that program and run the same again"
    )]
    NotOverwritten,
    #[error("the disk is full; make room")]
    Full,
    #[error("the disk does not read or write it: {0}")]
    Disk(rusqlite::Error),
    #[error("{0}")]
    Other(rusqlite::Error),
    #[error("a stored result cannot be read: {0}")]
    Result(#[from] acudpclient::tracker::ResultFileError),
}

impl Error {
    pub(crate) fn new(path: &Path, error: rusqlite::Error) -> Self {
        Self::of(path, Kind::from(error))
    }

    pub(crate) fn of(path: &Path, kind: Kind) -> Self {
        Self { path: path.to_owned(), kind }
    }

    /// What is wrong.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }
}

impl Kind {
    /// Whether the same may succeed later, without a change of the program.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::ReadOnly | Self::CannotOpen | Self::Locked | Self::Full | Self::Disk(_))
    }
}

impl From<rusqlite::Error> for Kind {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::NotADatabase,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly,
            Some(ErrorCode::CannotOpen) => Self::CannotOpen,
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::SystemIoFailure) => Self::Disk(error),
            _ => Self::Other(error),
        }
    }
}
