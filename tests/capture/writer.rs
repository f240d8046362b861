//! What Writer writes: read back by Reader, checked by etherparse and Wireshark.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use acudpclient::capture::{Error, Format, Reader, Record, Writer};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};

use crate::build::{LOADED, VERSION, at, items, records};

const SERVER: &str = "192.0.2.7:11000";
const PLUGIN: &str = "198.51.100.2:12000";
const SERVER_6: &str = "[2001:db8::7]:11000";
const PLUGIN_6: &str = "[2001:db8::2]:12000";
const NEVER: Duration = Duration::MAX;

fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

fn time(milliseconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_384_840) + Duration::from_millis(milliseconds)
}

/// An output whose contents can be looked at, and which may be full.
#[derive(Clone, Default)]
struct Disk(Arc<Mutex<(Vec<u8>, Option<usize>)>>);

impl Disk {
    fn contents(&self) -> Vec<u8> {
        self.0.lock().unwrap().0.clone()
    }

    fn set_size(&self, size: Option<usize>) {
        self.0.lock().unwrap().1 = size;
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut disk = self.0.lock().unwrap();
        let room = disk.1.map_or(usize::MAX, |size| size - disk.0.len());
        match bytes.len().min(room) {
            0 if !bytes.is_empty() => Err(ErrorKind::StorageFull.into()),
            taken => {
                disk.0.extend(&bytes[..taken]);
                Ok(taken)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

type Datagram = (SystemTime, SocketAddr, SocketAddr, Vec<u8>);

/// Both directions, IPv4 and IPv6, and every kind of length.
fn datagrams() -> Vec<Datagram> {
    let mut datagrams = Vec::new();
    for (server, plugin) in [(SERVER, PLUGIN), (SERVER_6, PLUGIN_6)] {
        let (server, plugin) = (address(server), address(plugin));
        for length in [0, 1, 2, 33, 1_472, 1_473, 65_506, 65_507] {
            let payload: Vec<u8> = (0..length).map(|index| (index * 7 + length) as u8).collect();
            for (source, destination) in [(server, plugin), (plugin, server)] {
                let nanoseconds = Duration::from_nanos(datagrams.len() as u64 * 1_000_003);
                datagrams.push((time(0) + nanoseconds, source, destination, payload.clone()));
            }
        }
    }
    datagrams
}

fn write_all<W: Write>(writer: &mut Writer<W>, datagrams: &[Datagram]) {
    for (time, source, destination, payload) in datagrams {
        writer.write(*time, *source, *destination, payload).unwrap();
    }
}

fn assert_read_back(records: &[Record], datagrams: &[Datagram]) {
    assert_eq!(records.len(), datagrams.len());
    for (index, (record, (time, source, destination, payload))) in records.iter().zip(datagrams).enumerate() {
        assert_eq!(record.number, index as u64 + 1);
        assert_eq!(record.time, Some(*time));
        assert_eq!(record.source, Some(*source));
        assert_eq!(record.destination, Some(*destination));
        assert!(record.payload == *payload, "record {}", record.number);
    }
}

fn recording(datagrams: &[Datagram]) -> Vec<u8> {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap();
    write_all(&mut writer, datagrams);
    writer.finish().unwrap();
    disk.contents()
}

/// A folder of this test alone, which is removed when the test has passed.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("acudpclient-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(&self.0)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn records(&self, name: &str) -> Vec<Record> {
        Reader::open(self.0.join(name)).unwrap().map(Result::unwrap).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn what_is_written_is_read_back() {
    let datagrams = datagrams();
    let recording = recording(&datagrams);
    assert_eq!(Reader::new(&recording[..]).unwrap().format(), Format::Pcap);
    assert_read_back(&records(&recording), &datagrams);
}

#[test]
fn a_recording_of_nothing_is_one() {
    let recording = recording(&[]);
    assert_eq!(recording.len(), 24);
    assert!(records(&recording).is_empty());
}

#[test]
fn the_checksums_are_right() {
    let recording = recording(&datagrams());
    let mut rest = &recording[24..];
    let mut packets = 0;
    while let Some((header, behind)) = rest.split_at_checked(16) {
        let length = u32::from_le_bytes(header[8..12].try_into().unwrap()) as usize;
        let (packet, behind) = behind.split_at(length);
        rest = behind;
        packets += 1;
        let packet = SlicedPacket::from_ip(packet).unwrap();
        let Some(TransportSlice::Udp(udp)) = &packet.transport else { panic!("{packet:?}") };
        let (found, right) = match packet.net.as_ref().unwrap() {
            NetSlice::Ipv4(ip) => {
                let header = ip.header();
                assert_eq!(header.header_checksum(), header.to_header().calc_header_checksum());
                assert_eq!(header.ttl(), 64);
                let (source, destination) = (header.source(), header.destination());
                let right =
                    udp.to_header().calc_checksum_ipv4_raw(source, destination, udp.payload()).unwrap();
                (udp.checksum(), right)
            }
            NetSlice::Ipv6(ip) => {
                let header = ip.header();
                let (source, destination) = (header.source(), header.destination());
                let right =
                    udp.to_header().calc_checksum_ipv6_raw(source, destination, udp.payload()).unwrap();
                (udp.checksum(), right)
            }
            other => panic!("{other:?}"),
        };
        assert_eq!(found, right, "packet {packets}");
        assert_ne!(found, 0, "0 says that there is no checksum");
    }
    assert!(rest.is_empty());
    assert_eq!(packets, datagrams().len());
}

#[test]
fn a_payload_over_the_limit_is_refused_and_nothing_else() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap();
    let payload = vec![7; 65_528];
    for (source, destination, largest) in [(SERVER, PLUGIN, 65_507), (SERVER_6, PLUGIN_6, 65_527)] {
        let mut write =
            |length| writer.write(time(0), address(source), address(destination), &payload[..length]);
        write(largest).unwrap();
        let error = write(largest + 1).unwrap_err();
        assert_eq!(error, Error::TooLong { length: largest + 1, largest });
        assert!(error.is_recoverable());
        assert_eq!(
            error.to_string(),
            format!("a datagram of {} bytes cannot be recorded: {largest} are the most", largest + 1)
        );
    }
    writer.finish().unwrap();
    let lengths: Vec<_> = records(&disk.contents()).iter().map(|record| record.payload.len()).collect();
    assert_eq!(lengths, [65_507, 65_527]);
}

#[test]
fn addresses_of_two_families_are_refused_unless_they_stand_for_one() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap();
    let error = writer.write(time(0), address(SERVER), address(PLUGIN_6), VERSION).unwrap_err();
    assert!(matches!(error, Error::Addresses { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "a datagram from 192.0.2.7:11000 to [2001:db8::2]:12000 cannot be recorded: both must be IPv4 or both \
         IPv6"
    );
    // As a socket for both families has them.
    let mapped = address("[::ffff:192.0.2.7]:11000");
    writer.write(time(0), mapped, address("[::ffff:198.51.100.2]:12000"), VERSION).unwrap();
    writer.write(time(0), mapped, address("[::]:12000"), VERSION).unwrap();
    writer.write(time(0), address("[::]:12000"), mapped, VERSION).unwrap();
    writer.finish().unwrap();
    let ends: Vec<_> = records(&disk.contents())
        .iter()
        .map(|record| (record.source.unwrap().to_string(), record.destination.unwrap().to_string()))
        .collect();
    let ends: Vec<_> = ends.iter().map(|(source, destination)| (&source[..], &destination[..])).collect();
    assert_eq!(ends, [(SERVER, PLUGIN), (SERVER, "0.0.0.0:12000"), ("0.0.0.0:12000", SERVER)]);
}

#[test]
fn times_are_kept_to_the_nanosecond_from_1970_to_2106() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap();
    let mut write = |time| writer.write(time, address(SERVER), address(PLUGIN), VERSION);
    let times = [at(0, 0), at(0, 1), at(1_767_384_840, 123_456_789), at(u32::MAX.into(), 999_999_999)];
    for time in times {
        write(time.unwrap()).unwrap();
    }
    for time in [SystemTime::UNIX_EPOCH - Duration::from_secs(1), at(1 << 32, 0).unwrap()] {
        let error = write(time).unwrap_err();
        assert_eq!(error, Error::Time { time });
        assert!(error.is_recoverable());
    }
    writer.finish().unwrap();
    let read: Vec<_> = records(&disk.contents()).iter().map(|record| record.time).collect();
    assert_eq!(read, times);
}

#[test]
fn a_crash_loses_what_was_not_flushed_and_no_more() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap().flush_interval(NEVER);
    assert_eq!(disk.contents().len(), 24, "the header is there at once");
    let datagrams = &datagrams()[..6];
    write_all(&mut writer, &datagrams[..4]);
    writer.flush().unwrap();
    write_all(&mut writer, &datagrams[4..]);
    writer.flush_if_due().unwrap();
    // A crash: nobody tells the writer.
    std::mem::forget(writer);
    assert_read_back(&records(&disk.contents()), &datagrams[..4]);
}

#[test]
fn with_the_interval_over_a_datagram_is_flushed_at_once() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap().flush_interval(Duration::ZERO);
    for (index, datagram) in datagrams().iter().enumerate() {
        write_all(&mut writer, std::slice::from_ref(datagram));
        assert_eq!(records(&disk.contents()).len(), index + 1);
    }
}

#[test]
fn what_waits_is_flushed_when_it_is_due() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap().flush_interval(NEVER);
    write_all(&mut writer, &datagrams()[..1]);
    assert!(records(&disk.contents()).is_empty());
    let mut writer = writer.flush_interval(Duration::ZERO);
    writer.flush_if_due().unwrap();
    assert_eq!(records(&disk.contents()).len(), 1);
}

#[test]
fn a_second_is_the_most_that_waits() {
    let disk = Disk::default();
    let began = Instant::now();
    let mut writer = Writer::new(disk.clone()).unwrap();
    write_all(&mut writer, &datagrams()[..1]);
    let written = Instant::now();
    // What is tested is the time itself.
    while records(&disk.contents()).is_empty() {
        let over = written.elapsed() >= Duration::from_secs(1);
        writer.flush_if_due().unwrap();
        assert!(!over || !records(&disk.contents()).is_empty(), "a second is over");
        thread::yield_now();
    }
    assert!(began.elapsed() >= Duration::from_secs(1), "it was flushed too early");
}

/// Tells the test below that it is the process that crashes, and where it records.
const CRASHING: &str = "ACUDPCLIENT_CRASHING";

#[test]
fn a_process_that_crashes_leaves_a_recording() {
    let datagrams = &datagrams()[..8];
    if let Some(path) = std::env::var_os(CRASHING) {
        let mut writer = Writer::create(path).unwrap().flush_interval(NEVER);
        write_all(&mut writer, &datagrams[..5]);
        writer.flush().unwrap();
        write_all(&mut writer, &datagrams[5..]);
        std::process::abort();
    }
    let folder = Folder::new("crash");
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "writer::a_process_that_crashes_leaves_a_recording"])
        .env(CRASHING, folder.0.join("race.pcap"))
        .output()
        .unwrap()
        .status;
    assert!(!status.success());
    assert_read_back(&folder.records("race.pcap"), &datagrams[..5]);
}

#[test]
fn dropping_the_writer_flushes() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap().flush_interval(NEVER);
    write_all(&mut writer, &datagrams());
    drop(writer);
    assert_read_back(&records(&disk.contents()), &datagrams());
}

#[test]
fn of_a_cut_off_tail_the_rest_still_reads() {
    let datagrams: Vec<_> = datagrams().into_iter().filter(|datagram| datagram.3.len() < 40).collect();
    let recording = recording(&datagrams);
    let mut ends = vec![24];
    for (_, source, _, payload) in &datagrams {
        let headers = 16 + if source.is_ipv4() { 20 } else { 40 } + 8;
        ends.push(ends.last().unwrap() + headers + payload.len());
    }
    assert_eq!(ends.last(), Some(&recording.len()));
    for length in 24..recording.len() {
        let whole = ends.iter().filter(|end| **end <= length).count() - 1;
        let mut items = items(&recording[..length]);
        if !ends.contains(&length) {
            let error = items.pop().unwrap().unwrap_err();
            assert!(matches!(error, Error::Truncated { .. }), "{length}: {error}");
        }
        let records: Vec<_> = items.into_iter().map(Result::unwrap).collect();
        assert_read_back(&records, &datagrams[..whole]);
    }
}

#[test]
fn a_full_disk_costs_only_what_did_not_fit() {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap().flush_interval(Duration::ZERO);
    let datagram = |number: u64| -> Datagram {
        (time(number), address(SERVER), address(PLUGIN), vec![number as u8; 1000])
    };
    write_all(&mut writer, &[datagram(0)]);
    // Full in the middle of a record.
    disk.set_size(Some(disk.contents().len() + 100));
    let mut refused = 0;
    for number in 1..300 {
        let (time, source, destination, payload) = datagram(number);
        let error = writer.write(time, source, destination, &payload).unwrap_err();
        assert!(matches!(error, Error::Write { kind: ErrorKind::StorageFull, .. }), "{error}");
        refused += 1;
    }
    assert_eq!(refused, 299);
    disk.set_size(None);
    write_all(&mut writer, &[datagram(300)]);
    writer.finish().unwrap();
    let records = records(&disk.contents());
    let kept = records.len() as u64 - 2;
    assert!((120..=126).contains(&kept), "128 KiB were kept: {kept}");
    let expected: Vec<_> = (0..=kept).chain([300]).map(datagram).collect();
    assert_read_back(&records, &expected);
}

#[test]
fn a_recording_rotates_by_size() {
    let folder = Folder::new("size");
    let path = folder.0.join("race.pcap");
    // Four packets with their record headers.
    let size = 24 + 4 * (16 + 20 + 8 + 2);
    let mut writer = Writer::create(&path).unwrap().rotate_at(size);
    assert_eq!(writer.path(), Some(path.clone()));
    for number in 0..10 {
        writer.write(time(number), address(SERVER), address(PLUGIN), VERSION).unwrap();
    }
    // Larger than a file may be.
    writer.write(time(10), address(SERVER), address(PLUGIN), &[150; 500]).unwrap();
    writer.write(time(11), address(SERVER), address(PLUGIN), LOADED).unwrap();
    assert_eq!(writer.path(), Some(folder.0.join("race.4.pcap")));
    writer.finish().unwrap();
    assert_eq!(folder.files(), ["race.1.pcap", "race.2.pcap", "race.3.pcap", "race.4.pcap", "race.pcap"]);
    let mut times = Vec::new();
    let names = ["race.pcap", "race.1.pcap", "race.2.pcap", "race.3.pcap", "race.4.pcap"];
    for (name, count) in names.into_iter().zip([4, 4, 2, 1, 1]) {
        let records = folder.records(name);
        assert_eq!(records.len(), count, "{name}");
        times.extend(records.into_iter().map(|record| record.time.unwrap()));
    }
    assert_eq!(times, (0..12).map(time).collect::<Vec<_>>());
    assert_eq!(std::fs::metadata(&path).unwrap().len(), size);
}

#[test]
fn a_recording_rotates_by_age() {
    let folder = Folder::new("age");
    let mut writer = Writer::create(folder.0.join("race")).unwrap().rotate_after(Duration::from_secs(60));
    // The clock may be set back.
    for milliseconds in [0, 59_999, 30_000, 60_000, 119_999, 120_000, 500_000] {
        writer.write(time(milliseconds), address(SERVER), address(PLUGIN), VERSION).unwrap();
    }
    writer.finish().unwrap();
    let counts: Vec<_> = ["race", "race.1", "race.2", "race.3"].map(|name| folder.records(name).len()).into();
    assert_eq!(counts, [3, 2, 1, 1]);
    assert_eq!(folder.files().len(), 4);
}

#[test]
fn a_next_file_that_cannot_be_created_is_tried_again() {
    let folder = Folder::new("blocked");
    let blocked = folder.0.join("race.1.pcap");
    std::fs::create_dir(&blocked).unwrap();
    let mut writer = Writer::create(folder.0.join("race.pcap")).unwrap().rotate_at(0);
    let mut write = |number| writer.write(time(number), address(SERVER), address(PLUGIN), VERSION);
    write(0).unwrap();
    let error = write(1).unwrap_err();
    assert!(matches!(&error, Error::Create { path, .. } if *path == blocked), "{error}");
    assert!(error.is_recoverable());
    std::fs::remove_dir(&blocked).unwrap();
    write(2).unwrap();
    drop(writer);
    assert_eq!(folder.records("race.pcap")[0].time, Some(time(0)));
    assert_eq!(folder.records("race.1.pcap")[0].time, Some(time(2)));
}

#[test]
fn a_file_that_cannot_be_created_is_named() {
    let path = std::env::temp_dir().join("no such folder").join("race.pcap");
    let error = Writer::create(&path).unwrap_err();
    assert!(matches!(error, Error::Create { kind: ErrorKind::NotFound, .. }), "{error}");
    assert!(error.to_string().starts_with(&format!("cannot create the recording {}: ", path.display())));
}

/// What a program of Wireshark says; `None` if it is not there, which `WIRESHARK_TESTS=required`
/// makes a failure.
fn wireshark(program: &str, arguments: &[&str], file: &Path) -> Option<String> {
    let output = match Command::new(program).args(arguments).arg(file).output() {
        Err(error) if std::env::var_os("WIRESHARK_TESTS").is_none() => {
            eprintln!("skipped: no {program}: {error}");
            return None;
        }
        output => output.unwrap(),
    };
    let complaints: Vec<_> = std::str::from_utf8(&output.stderr)
        .unwrap()
        .lines()
        // About the user who runs it, not about the file.
        .filter(|line| !line.is_empty() && !line.starts_with("Running as user"))
        .collect();
    assert!(output.status.success() && complaints.is_empty(), "{program}: {complaints:?}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn wireshark_reads_it_without_a_warning() {
    let folder = Folder::new("wireshark");
    let path = folder.0.join("race.pcap");
    let datagrams = datagrams();
    let mut writer = Writer::create(&path).unwrap();
    write_all(&mut writer, &datagrams);
    writer.finish().unwrap();

    let Some(summary) = wireshark("capinfos", &["-M", "-c", "-t", "-E", "-o"], &path) else { return };
    for line in [
        format!("Number of packets:   {}", datagrams.len()),
        "File type:           nsecpcap".to_owned(),
        "File encapsulation:  rawip".to_owned(),
        "Strict time order:   True".to_owned(),
    ] {
        assert!(summary.contains(&line), "{line}: {summary}");
    }

    // -d: what is in the datagrams is no concern of Wireshark.
    let checked = [
        "-n",
        "-o",
        "udp.check_checksum:TRUE",
        "-o",
        "ip.check_checksum:TRUE",
        "-d",
        "udp.port==11000,data",
        "-T",
        "fields",
        "-E",
        "separator=,",
        "-e",
        "frame.time_epoch",
        "-e",
        "ip.checksum.status",
        "-e",
        "udp.checksum.status",
        "-e",
        "udp.length",
        "-e",
        "udp.srcport",
        "-e",
        "ip.src",
        "-e",
        "ipv6.src",
        "-e",
        "_ws.expert.message",
        "-r",
    ];
    let Some(lines) = wireshark("tshark", &checked, &path) else { return };
    let lines: Vec<_> = lines.lines().collect();
    assert_eq!(lines.len(), datagrams.len());
    for (line, (time, source, _, payload)) in lines.into_iter().zip(datagrams) {
        let since_epoch = time.duration_since(SystemTime::UNIX_EPOCH).unwrap();
        let (ip_status, ip, ip6) = match source {
            SocketAddr::V4(source) => ("1", source.ip().to_string(), String::new()),
            SocketAddr::V6(source) => ("", String::new(), source.ip().to_string()),
        };
        let expected = format!(
            "{}.{:09},{ip_status},1,{},{},{ip},{ip6},",
            since_epoch.as_secs(),
            since_epoch.subsec_nanos(),
            payload.len() + 8,
            source.port(),
        );
        assert_eq!(line, expected);
    }
}
