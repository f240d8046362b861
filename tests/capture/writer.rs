//! What Writer writes: read back by Reader, checked by etherparse and Wireshark.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use acudpclient::capture::{Error, Format, Reader, Writer};
use etherparse::{NetSlice, SlicedPacket, TransportSlice};

use crate::build::{VERSION, at, items, records};
use crate::output::*;

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
            format!("cannot record a datagram of {} bytes: the limit is {largest}", largest + 1)
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
        "cannot record a datagram from 192.0.2.7:11000 to [2001:db8::2]:12000: both must be IPv4 or both \
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
fn a_file_that_cannot_be_created_is_named() {
    let path = std::env::temp_dir().join("no such folder").join("race.pcap");
    let error = Writer::create(&path).unwrap_err();
    assert!(matches!(&error, Error::Create { error, .. } if error.kind() == ErrorKind::NotFound), "{error}");
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
