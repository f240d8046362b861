//! Recordings in several files: how they are named, and that no file that is there is touched.

use std::fs;
use std::io::ErrorKind;
use std::time::Duration;

use acudpclient::capture::{Error, Writer};

use crate::build::{LOADED, VERSION};
use crate::output::*;

#[test]
fn a_recording_rotates_by_size() {
    let folder = Folder::new("size");
    let path = folder.0.join("race.pcap");
    // Four packets with their record headers.
    let size = 24 + 4 * (16 + 20 + 8 + 2);
    let mut writer = Writer::create(&path).unwrap().max_file_size(size);
    assert_eq!(writer.path(), Some(path.clone()));
    for number in 0..10 {
        writer.write(time(number), address(SERVER), address(PLUGIN), VERSION).unwrap();
    }
    // Larger than a file may be.
    writer.write(time(10), address(SERVER), address(PLUGIN), &[150; 500]).unwrap();
    writer.write(time(11), address(SERVER), address(PLUGIN), LOADED).unwrap();
    assert_eq!(writer.path(), Some(folder.0.join("race.0004.pcap")));
    assert_eq!((writer.written(), writer.waiting()), (11, 1));
    writer.finish().unwrap();
    let names = ["race.pcap", "race.0001.pcap", "race.0002.pcap", "race.0003.pcap", "race.0004.pcap"];
    // As a shell's `race*.pcap` sorts them.
    assert_eq!(folder.files()[..4], names[1..]);
    assert_eq!(folder.files()[4..], names[..1]);
    let mut times = Vec::new();
    for (name, count) in names.into_iter().zip([4, 4, 2, 1, 1]) {
        let records = folder.records(name);
        assert_eq!(records.len(), count, "{name}");
        times.extend(records.into_iter().map(|record| record.time.unwrap()));
    }
    assert_eq!(times, (0..12).map(time).collect::<Vec<_>>());
    assert_eq!(fs::metadata(&path).unwrap().len(), size);
}

#[test]
fn the_names_of_many_files_sort() {
    let folder = Folder::new("many");
    let mut writer = Writer::create(folder.0.join("a race.2026.pcap")).unwrap().max_file_size(0);
    write_all(&mut writer, &(0..1_100).map(numbered).collect::<Vec<_>>());
    writer.finish().unwrap();
    let files = folder.files();
    let expected: Vec<_> = (1..1_100).map(|number| format!("a race.2026.{number:04}.pcap")).collect();
    assert_eq!(files[..1_099], expected);
    assert_eq!(files[1_099..], ["a race.2026.pcap"]);
    for (number, name) in expected.iter().enumerate() {
        let expected = numbered(number as u64 + 1);
        let records = folder.records(name);
        assert_eq!((records.len(), records[0].time), (1, Some(expected.0)), "{name}");
        assert_eq!(records[0].payload, expected.3);
    }
}

/// How many datagrams are in each file if they come at these milliseconds.
fn rotated_after(age: Duration, times: &[u64]) -> Vec<usize> {
    let folder = Folder::new("age");
    let mut writer = Writer::create(folder.0.join("race")).unwrap().max_file_age(age);
    for milliseconds in times {
        writer.write(time(*milliseconds), address(SERVER), address(PLUGIN), VERSION).unwrap();
    }
    writer.finish().unwrap();
    // Without an extension.
    let counts = (1..folder.files().len()).map(|number| folder.records(&format!("race.{number:04}")).len());
    std::iter::once(folder.records("race").len()).chain(counts).collect()
}

#[test]
fn a_recording_rotates_by_age() {
    const MINUTE: Duration = Duration::from_secs(60);
    let times = [0, 59_999, 60_000, 119_999, 120_000, 500_000];
    assert_eq!(rotated_after(MINUTE, &times), [2, 2, 1, 1]);

    // Every 10 s; after 40 s the clock is set back by an hour, and some time later by another one.
    let hour = 3_600_000;
    let clock =
        |tick: u64| tick * 10_000 + [2 * hour, hour, 0][usize::from(tick > 4) + usize::from(tick > 9)];
    let times: Vec<_> = (0..19).map(clock).collect();
    // The tick in which it is set back is not known, and counts as none.
    assert_eq!(rotated_after(MINUTE, &times), [7, 7, 5]);
    // Set forward it begins a new file once.
    let times: Vec<_> = (0..13).map(|tick| tick * 10_000 + if tick > 2 { hour } else { 0 }).collect();
    assert_eq!(rotated_after(MINUTE, &times), [3, 6, 4]);
}

#[test]
fn datagrams_that_are_told_late_do_not_age_a_file() {
    // A hundred pairs of a datagram and one that came half a second before it, in 20 s.
    let times: Vec<_> = (0..100).flat_map(|pair| [pair * 200 + 1_000, pair * 200 + 500]).collect();
    assert_eq!(rotated_after(Duration::from_secs(21), &times), [200]);
    let counts = rotated_after(Duration::from_secs(10), &times);
    assert_eq!(counts, [100, 100]);
}

#[test]
fn a_file_that_is_there_is_not_replaced() {
    let folder = Folder::new("there");
    let path = folder.0.join("race.pcap");
    for taken in [path.clone(), folder.0.join("race.0001.pcap")] {
        fs::write(&taken, "the final of last year").unwrap();
        let error = Writer::create(&path).unwrap_err();
        assert!(
            matches!(&error, Error::Create { path, error, .. } if error.kind() == ErrorKind::AlreadyExists && *path == taken),
            "{error}"
        );
        assert_eq!(
            error.to_string(),
            format!(
                "cannot create the recording {}: it already exists and is not replaced: choose another \
                 name, or move it away",
                taken.display()
            )
        );
        assert_eq!(fs::read(&taken).unwrap(), b"the final of last year");
        fs::remove_file(taken).unwrap();
        assert_eq!(folder.files(), [""; 0]);
    }
}

#[test]
fn a_number_that_is_taken_is_left_out() {
    let folder = Folder::new("taken");
    let mut writer = Writer::create(folder.0.join("race.pcap")).unwrap().max_file_size(0);
    let taken = ["race.0001.pcap", "race.0002.pcap", "race.0004.pcap"];
    for name in &taken[..2] {
        fs::write(folder.0.join(name), name).unwrap();
    }
    // Not even an empty one is touched, nor a folder.
    fs::create_dir(folder.0.join(taken[2])).unwrap();
    for number in 0..3 {
        write_all(&mut writer, &[numbered(number)]);
    }
    assert_eq!(writer.path(), Some(folder.0.join("race.0005.pcap")));
    writer.finish().unwrap();
    for name in &taken[..2] {
        assert_eq!(fs::read(folder.0.join(name)).unwrap(), name.as_bytes());
    }
    assert_eq!(fs::read_dir(folder.0.join(taken[2])).unwrap().count(), 0);
    for (number, name) in ["race.pcap", "race.0003.pcap", "race.0005.pcap"].into_iter().enumerate() {
        assert_read_back(&folder.records(name), &[numbered(number as u64)]);
    }
    assert_eq!(folder.files().len(), 6);
}

/// Elsewhere a folder with an open file cannot be renamed.
#[cfg(unix)]
#[test]
fn without_a_next_file_the_recording_goes_on_in_the_current_one() {
    let folder = Folder::new("blocked");
    let (here, away) = (folder.0.join("here"), folder.0.join("away"));
    fs::create_dir(&here).unwrap();
    // A file has two.
    let two = 24 + 2 * (16 + 20 + 8 + 16);
    let mut writer = Writer::create(here.join("race.pcap")).unwrap().max_file_size(two).flush_interval(NEVER);
    write_all(&mut writer, &[numbered(0), numbered(1)]);
    fs::rename(&here, &away).unwrap();
    write_all(&mut writer, &[numbered(2), numbered(3)]);
    assert_eq!(writer.path(), Some(here.join("race.pcap")));
    // Told when it is asked for, each time that it has failed since, and nothing waits for it.
    for number in 4..6 {
        let error = writer.flush_if_due().unwrap_err();
        let next = here.join("race.0001.pcap");
        assert!(
            matches!(&error, Error::Create { path, error, .. } if error.kind() == ErrorKind::NotFound && *path == next),
            "{error}"
        );
        assert!(error.is_recoverable());
        assert_eq!((writer.written(), writer.waiting()), (number, 0));
        writer.flush().unwrap();
        write_all(&mut writer, &[numbered(number)]);
    }
    fs::rename(&away, &here).unwrap();
    write_all(&mut writer, &[numbered(6)]);
    writer.finish().unwrap();
    let first: Vec<_> = (0..6).map(numbered).collect();
    assert_read_back(&folder.records("here/race.pcap"), &first);
    assert_read_back(&folder.records("here/race.0001.pcap"), &[numbered(6)]);
}
