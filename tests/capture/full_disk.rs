//! Recordings on a disk that is full.

use std::io::ErrorKind;
use std::time::Duration;

use acudpclient::capture::{Error, Writer};

use crate::build::{items, records};
use crate::output::*;

/// A datagram of 1,000 bytes.
fn datagram(number: u64) -> Datagram {
    (time(number), address(SERVER), address(PLUGIN), vec![number as u8; 1000])
}

#[test]
fn a_full_disk_costs_only_what_did_not_fit() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap().flush_interval(Duration::ZERO);
    write_all(&mut writer, &[datagram(0)]);
    // Full in the middle of a record.
    disk.set_size(Some(disk.contents().len() + 100));
    let (mut kept, mut lost) = (0, 0);
    for number in 1..300 {
        let (time, source, destination, payload) = datagram(number);
        match writer.write(time, source, destination, &payload) {
            Ok(()) => {
                assert_eq!(lost, 0, "the memory was full, and nothing has left it");
                kept += 1;
            }
            Err(error) => {
                assert!(
                    matches!(&error, Error::Write { error, .. } if error.kind() == ErrorKind::StorageFull),
                    "{error}"
                );
                assert!(error.is_recoverable());
                lost += 1;
            }
        }
        assert_eq!((writer.written(), writer.waiting()), (1, kept));
        let error = writer.flush_if_due().unwrap_err();
        assert!(
            matches!(&error, Error::Write { error, .. } if error.kind() == ErrorKind::StorageFull),
            "{error}"
        );
    }
    assert_eq!(kept + lost, 299);
    assert!((120..=126).contains(&kept), "128 KiB are kept: {kept}");
    disk.set_size(None);
    write_all(&mut writer, &[datagram(300)]);
    assert_eq!((writer.written(), writer.waiting()), (kept + 2, 0));
    writer.finish().unwrap();
    let expected: Vec<_> = (0..=kept).chain([300]).map(datagram).collect();
    assert_read_back(&records(&disk.contents()), &expected);
}

#[test]
fn what_is_in_an_output_that_stays_full_is_counted() {
    let datagrams: Vec<_> = (0..6).map(datagram).collect();
    let whole = recording(&datagrams);
    for size in 24..=whole.len() {
        let disk = Disk::default();
        disk.set_size(Some(size));
        let mut writer = Writer::new(disk.clone()).unwrap().flush_interval(NEVER);
        write_all(&mut writer, &datagrams);
        assert_eq!(writer.flush().is_ok(), size == whole.len());
        let (written, waiting) = (writer.written(), writer.waiting());
        assert_eq!(written + waiting, 6);
        drop(writer);
        // It cannot be cut: the part of a record is left.
        let in_it = items(&disk.contents()).into_iter().filter_map(Result::ok).count() as u64;
        assert_eq!(written, in_it, "{size} bytes");
        assert_eq!(disk.contents(), whole[..size]);
    }
}

#[test]
fn a_full_disk_has_no_room_for_a_recording() {
    for size in 0..24 {
        let disk = Disk::default();
        disk.set_size(Some(size));
        let error = Writer::new(disk).unwrap_err();
        assert!(
            matches!(&error, Error::Write { error, .. } if error.kind() == ErrorKind::StorageFull),
            "{error}"
        );
    }
}

/// With files: a limit of the process on their size is as good as a full disk, and takes no privilege.
#[cfg(target_os = "linux")]
mod limited {
    use std::path::Path;
    use std::process::Command;

    use acudpclient::capture::Reader;
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    use super::*;

    /// Tells the test that its process may be limited, and where it records.
    const LIMITED: &str = "ACUDPCLIENT_LIMITED";

    /// Does this work of this test in a process of its own, in this folder.
    fn inside(test: &str, work: impl FnOnce(&Path)) {
        if let Some(folder) = std::env::var_os(LIMITED) {
            return work(Path::new(&folder));
        }
        let folder = Folder::new(test);
        // Else the signal of the limit ends the process.
        let output = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\""])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", &format!("full_disk::limited::{test}")])
            .env(LIMITED, &folder.0)
            .output()
            .unwrap();
        let said = [&output.stdout[..], &output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    /// How many bytes a file may have from now on.
    fn limit(bytes: Option<u64>) {
        let maximum = getrlimit(Resource::Fsize).maximum;
        setrlimit(Resource::Fsize, Rlimit { current: bytes.or(maximum), maximum }).unwrap();
    }

    fn datagrams(numbers: std::ops::Range<u64>) -> Vec<Datagram> {
        numbers.map(numbered).collect()
    }

    fn read(path: &Path) -> Vec<acudpclient::capture::Record> {
        Reader::open(path).unwrap().map(Result::unwrap).collect()
    }

    const RECORD: u64 = 16 + 20 + 8 + 16;

    #[test]
    fn a_file_ends_in_a_whole_record_wherever_the_disk_is_full() {
        inside("a_file_ends_in_a_whole_record_wherever_the_disk_is_full", |folder| {
            for room in 0..=2 * RECORD {
                let path = folder.join(format!("{room}.pcap"));
                let mut writer = Writer::create(&path).unwrap().flush_interval(Duration::ZERO);
                write_all(&mut writer, &datagrams(0..2));
                limit(Some(24 + 2 * RECORD + room));
                write_all(&mut writer, &datagrams(2..7));
                let fit = 2 + room / RECORD;
                for _ in 0..2 {
                    let error = writer.flush().unwrap_err();
                    assert!(
                        matches!(&error, Error::Write { error, .. } if error.kind() == ErrorKind::FileTooLarge),
                        "{error}"
                    );
                    assert_eq!((writer.written(), writer.waiting()), (fit, 7 - fit), "{room}");
                    assert_read_back(&read(&path), &datagrams(0..fit));
                }
                if room % 2 == 0 {
                    // There is room again: nothing is missing.
                    limit(None);
                    write_all(&mut writer, &datagrams(7..8));
                    assert_eq!((writer.written(), writer.waiting()), (8, 0));
                    writer.finish().unwrap();
                    assert_read_back(&read(&path), &datagrams(0..8));
                } else {
                    // The recording ends while the disk is full.
                    assert!(writer.finish().is_err());
                    limit(None);
                    assert_read_back(&read(&path), &datagrams(0..fit));
                }
            }
        });
    }

    #[test]
    fn no_file_is_left_that_is_no_recording() {
        inside("no_file_is_left_that_is_no_recording", |folder| {
            let path = folder.join("race.pcap");
            for size in 0..24 {
                limit(Some(size));
                let error = Writer::create(&path).unwrap_err();
                assert!(
                    matches!(&error, Error::Write { error, .. } if error.kind() == ErrorKind::FileTooLarge),
                    "{error}"
                );
                assert!(!path.exists());
            }
            // Nor a next one: the recording goes on in the current one.
            limit(None);
            let mut writer = Writer::create(&path).unwrap().max_file_size(0).flush_interval(NEVER);
            write_all(&mut writer, &datagrams(0..1));
            writer.flush().unwrap();
            limit(Some(20));
            write_all(&mut writer, &datagrams(1..3));
            assert!(!folder.join("race.0001.pcap").exists());
            assert!(matches!(writer.flush(), Err(Error::Write { .. })));
            limit(None);
            write_all(&mut writer, &datagrams(3..4));
            writer.finish().unwrap();
            assert_read_back(&read(&path), &datagrams(0..3));
            assert_read_back(&read(&folder.join("race.0001.pcap")), &datagrams(3..4));
        });
    }
}
