//! The files of a recording: how a rotating [`Writer`](super::Writer) names them, and which ones a
//! [`Reader`](super::Reader) reads.

use std::collections::HashSet;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The name of a file of a rotated recording: `race.pcap`, `race.0001.pcap`, `race.0002.pcap`, …
pub(super) fn numbered(first: &Path, number: u64) -> PathBuf {
    if number == 0 {
        return first.to_owned();
    }
    // Four digits, so that a folder's listing sorts them.
    let mut extension = OsString::from(format!("{number:04}"));
    if let Some(rest) = first.extension() {
        extension.push(".");
        extension.push(rest);
    }
    first.with_extension(extension)
}

/// The files that continue a recording, up to the first missing number.
fn continuing(first: &Path) -> impl Iterator<Item = PathBuf> + '_ {
    (1..).map(|number| numbered(first, number)).take_while(|path| path.exists())
}

/// The files to read for these names: each with the files that continue it. A shell's `race*.pcap` lists
/// `race.pcap` after the files that continue it; this returns each once, in order.
pub(super) fn of_recording(named: &[PathBuf]) -> Vec<PathBuf> {
    let continued: HashSet<PathBuf> = named.iter().flat_map(|first| continuing(first)).collect();
    let mut files = Vec::new();
    for first in named.iter().filter(|path| !continued.contains(*path)) {
        files.push(first.clone());
        files.extend(continuing(first));
    }
    // Such as `race.0001.0001.pcap`, which continues `race.0001.pcap`, which itself continues `race.pcap`.
    let taken: HashSet<PathBuf> = files.iter().cloned().collect();
    files.extend(named.iter().filter(|path| !taken.contains(*path)).cloned());
    files
}
