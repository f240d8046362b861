//! `acsp db forget`: deletes a person.

use std::process::ExitCode;

use acsp::store::{FileOption, forget};
use clap::Args;

/// Delete a driver: names, laps, contacts.
///
/// In results the car keeps its place, without name and GUID. What is deleted is overwritten in the file. Copies of the
/// file, exports and recordings are not touched. End the programs that store first: while the person is on the server,
/// the next lap makes a new entry.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp db forget 76561198000000001")]
pub struct Arguments {
    /// The driver's GUID, as in `acsp db records --json`
    guid: String,
    #[command(flatten)]
    file: FileOption,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let (path, guid) = (arguments.file.path()?, &arguments.guid);
    let Some(forgotten) = forget(&path, guid)? else {
        anyhow::bail!("nobody with the GUID {guid:?} is in {}: nothing was deleted", path.display());
    };
    println!(
        "deleted: {} laps, {} contacts, and the name and GUID in {} results",
        forgotten.laps, forgotten.collisions, forgotten.results
    );
    Ok(ExitCode::SUCCESS)
}
