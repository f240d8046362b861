//! The files of a recording that is in several: how a rotating [`Writer`](super::Writer) names them, and
//! which of them a [`Reader`](super::Reader) takes.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The name of a file of a rotated recording: `race.pcap`, `race.0001.pcap`, `race.0002.pcap`, …
pub(super) fn numbered(first: &Path, number: u64) -> PathBuf {
    if number == 0 {
        return first.to_owned();
    }
    // Four digits, so that a folder's listing has them in their order.
    let mut extension = OsString::from(format!("{number:04}"));
    if let Some(rest) = first.extension() {
        extension.push(".");
        extension.push(rest);
    }
    first.with_extension(extension)
}

/// The files that continue a recording: those that are there, up to the first number that is not.
fn continuing(first: &Path) -> impl Iterator<Item = PathBuf> + '_ {
    (1..).map(|number| numbered(first, number)).take_while(|path| path.exists())
}

/// What is read for these names: each with the files that continue it. A shell's `race*.pcap` has
/// `race.pcap` behind the files that continue it: they are read once, and in their order.
pub(super) fn of_recording(named: &[PathBuf]) -> Vec<PathBuf> {
    let continued: HashSet<PathBuf> = named.iter().flat_map(|first| continuing(first)).collect();
    let mut files = Vec::new();
    for first in named.iter().filter(|path| !continued.contains(*path)) {
        files.push(first.clone());
        files.extend(continuing(first));
    }
    // `race.0001.0001.pcap` of `race.0001.pcap`, which itself continues `race.pcap`.
    let taken: HashSet<PathBuf> = files.iter().cloned().collect();
    files.extend(named.iter().filter(|path| !taken.contains(*path)).cloned());
    files
}
