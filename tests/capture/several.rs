//! Several files that are read and played as one recording.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use acudpclient::capture::{Error, Format, Player, Reader, Record, Writer};
use acudpclient::protocol::{Event, id};

use crate::build::*;
use crate::fragments::{ipv4_fragments, long_payload, pcap};
use crate::output::{Folder, numbered, write_all};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

impl Folder {
    /// Puts a file there.
    fn add(&self, name: &str, contents: &[u8]) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, contents).unwrap();
        path
    }

    /// Records so many datagrams, so many in each file.
    fn rotate(&self, name: &str, count: u64, per_file: u64) -> PathBuf {
        let path = self.0.join(name);
        let size = 24 + per_file * (16 + 20 + 8 + 16);
        let mut writer = Writer::create(&path).unwrap().max_file_size(size);
        write_all(&mut writer, &(0..count).map(numbered).collect::<Vec<_>>());
        writer.finish().unwrap();
        path
    }
}

fn read<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Vec<Result<Record, Error>> {
    // More can only be an endless loop.
    Reader::open_all(paths).unwrap().take(10_000).collect()
}

/// Each record's file, number and payload's second byte.
fn places(items: &[Result<Record, Error>]) -> Vec<(String, u64, u8)> {
    let place = |record: &Record| {
        let file = record.file.as_ref().unwrap().file_name().unwrap().to_str().unwrap().to_owned();
        (file, record.number, record.payload[1])
    };
    items.iter().map(|item| place(item.as_ref().unwrap())).collect()
}

#[test]
fn a_rotated_recording_is_opened_by_its_first_name() {
    let folder = Folder::new("rotated");
    let first = folder.rotate("race.pcap", 25, 2);
    // Nothing of it.
    folder.rotate("race2.pcap", 2, 1);
    folder.add("race.pcap.0001", b"");
    folder.add("race.0014.pcap", b"behind a number that is not there");
    let items = read([&first]);
    assert_eq!(items.len(), 25);
    for (index, (file, number, payload)) in places(&items).into_iter().enumerate() {
        let expected = if index < 2 { "race.pcap".to_owned() } else { format!("race.{:04}.pcap", index / 2) };
        assert_eq!((file, number, usize::from(payload)), (expected, index as u64 % 2 + 1, index));
        assert_eq!(items[index].as_ref().unwrap().time, Some(numbered(index as u64).0));
    }
    // One of its files alone, and as one file.
    assert_eq!(read([folder.0.join("race.0003.pcap")]).len(), 2);
    let records: Vec<_> = Reader::open(&first).unwrap().map(Result::unwrap).collect();
    assert_eq!(records.len(), 2);
    assert!(records.iter().all(|record| record.file.is_none()));
}

#[test]
fn the_progress_is_that_of_all_files() {
    let folder = Folder::new("progress");
    let first = folder.rotate("race.pcap", 25, 2);
    let mut reader = Reader::open_all([&first]).unwrap();
    assert!(reader.progress() < Some(0.02), "no more than the header");
    let (mut before, mut count) = (0.0, 0_u8);
    while let Some(record) = reader.next() {
        record.unwrap();
        count += 1;
        let progress = reader.progress().unwrap();
        assert!(before < progress && progress <= 1.0, "{before} {progress}");
        // All records have the same length, and so have most files.
        assert!((progress - f64::from(count) / 25.0).abs() < 0.05, "{count}: {progress}");
        before = progress;
    }
    assert_eq!((reader.progress(), count), (Some(1.0), 25));

    let mut events = Player::open_all([&first]).unwrap().events();
    while events.next().is_some() {}
    assert_eq!(events.progress(), Some(1.0));
    // A part that cannot be read is passed over: who looks sees no more than all.
    folder.add("race.0003.pcap", b"\xd4\xc3\xb2\xa1 damaged");
    let mut reader = Reader::open_all([&first]).unwrap();
    while reader.next().is_some() {}
    assert!(reader.progress() <= Some(1.0) && reader.progress() > Some(0.9), "{:?}", reader.progress());
    #[cfg(unix)]
    assert_eq!(Reader::open("/dev/null").unwrap().progress(), None);
}

#[test]
fn files_are_read_in_the_order_in_which_they_are_named_and_once() {
    let folder = Folder::new("order");
    let race = folder.rotate("race.pcap", 6, 2);
    let other = folder.rotate("other.pcap", 1, 9);
    let numbered = |number: u64| folder.0.join(format!("race.{number:04}.pcap"));
    let payloads = |paths: &[&PathBuf]| -> Vec<u8> {
        places(&read(paths)).into_iter().map(|(.., payload)| payload).collect()
    };
    let (one, two) = (numbered(1), numbered(2));
    // As a shell sorts them.
    assert_eq!(payloads(&[&one, &two, &race]), [0, 1, 2, 3, 4, 5]);
    assert_eq!(payloads(&[&race, &one, &two]), [0, 1, 2, 3, 4, 5]);
    assert_eq!(payloads(&[&two, &one]), [4, 5, 2, 3]);
    assert_eq!(payloads(&[&other, &one]), [0, 2, 3]);
    assert_eq!(payloads(&[&one, &race, &other]), [0, 1, 2, 3, 4, 5, 0]);
    // One that continues a continuation is not forgotten.
    let inner = folder.add("race.0001.0001.pcap", &fs::read(&two).unwrap());
    assert_eq!(payloads(&[&race, &one, &inner]), [0, 1, 2, 3, 4, 5, 4, 5]);
}

#[test]
fn the_formats_may_differ() {
    let folder = Folder::new("formats");
    let files = [
        folder.add("a", &Pcap::new(RAW).packet(&ipv4(VERSION)).bytes),
        folder.add("b", b""),
        folder.add("c", &[LOADED, VERSION].concat()),
        folder.add("d", &PcapNg::new(Order::Big).interface(RAW as u16).packet(0, 0, &ipv4(LOADED)).bytes),
    ];
    let mut reader = Reader::open_all(&files).unwrap();
    assert_eq!(reader.format(), Format::Pcap);
    let payloads: Vec<_> = reader.by_ref().map(|record| record.unwrap().payload).collect();
    assert_eq!(payloads, [VERSION, LOADED, VERSION, LOADED]);
    assert_eq!(reader.format(), Format::PcapNg);
    assert!(reader.next().is_none());
}

#[test]
fn the_port_holds_for_all_files() {
    let folder = Folder::new("ports");
    let file = Pcap::new(RAW).packet(&ipv4_between(1, 2, LOADED)).packet(&ipv4(VERSION)).bytes;
    let files = [folder.add("a", &file), folder.add("b", &file)];
    let mut player = Player::new(Reader::open_all(&files).unwrap().port(PLUGIN));
    let now = Instant::now();
    for _ in 0..2 {
        player.seek(Duration::ZERO, now).unwrap();
        let numbers: Vec<_> =
            std::iter::from_fn(|| player.poll(now)).map(|item| item.unwrap().number).collect();
        assert_eq!(numbers, [2, 2]);
    }
}

#[test]
fn a_file_that_is_not_there_is_named_before_anything_is_read() {
    let folder = Folder::new("missing");
    let first = folder.rotate("race.pcap", 2, 1);
    let missing = folder.0.join("missing.pcap");
    for paths in [vec![&missing], vec![&first, &missing]] {
        let error = Reader::open_all(paths).unwrap_err();
        assert!(
            matches!(&error, Error::Open { path, error, .. } if error.kind() == ErrorKind::NotFound && *path == missing),
            "{error}"
        );
        assert!(!error.is_recoverable());
    }
    let error = Reader::open_all([""; 0]).unwrap_err();
    assert_eq!(error.to_string(), "cannot open the recording : no file was given");
}

#[test]
fn a_bad_file_is_named_and_costs_no_other() {
    let folder = Folder::new("bad");
    let good = Pcap::new(RAW).packet(&ipv4(VERSION)).bytes;
    let broken = Pcap::new(RAW).cut_packet(&ipv4(LOADED), 29).packet(&ipv4(VERSION)).bytes;
    let bad: [(&str, &[u8], Error); 6] = [
        (
            "cut.pcap",
            &good[..60],
            Error::Truncated { record: 1, offset: 24, reading: "packet", needed: 46, available: 36 },
        ),
        (
            "header.pcap",
            &good[..20],
            Error::Truncated { record: 1, offset: 0, reading: "file header", needed: 24, available: 20 },
        ),
        ("radio.pcap", &Pcap::new(105).bytes, Error::LinkType { link_type: 105 }),
        ("text", b"hello", Error::UnknownPacket { record: 1, offset: 0, packet_id: b'h' }),
        (
            "packed.gz",
            b"\x1f\x8b\x08\0\0\0\0\0\0\0",
            Error::OtherFormat { format: "compressed with gzip", advice: "unpack it with gunzip" },
        ),
        (
            "record.pcap",
            &broken,
            Error::Cut { record: 1, reading: "UDP datagram", captured: 29, original: 30 },
        ),
    ];
    let first = folder.add("a", &good);
    let last = folder.add("z", &good);
    for (name, contents, expected) in bad {
        let path = folder.add(name, contents);
        let recoverable = expected.is_recoverable();
        let in_file =
            |goes_on| Error::InFile { path: path.clone(), goes_on, error: Box::new(expected.clone()) };

        let items = read([&first, &path, &last]);
        assert_eq!(items.len(), 3 + usize::from(recoverable), "{items:?}");
        assert_eq!(items[0].as_ref().unwrap().payload, VERSION);
        let error = items[1].as_ref().unwrap_err();
        assert_eq!(*error, in_file(true));
        assert!(error.is_recoverable());
        assert_eq!(error.to_string(), format!("{}: {expected}", path.display()));
        assert_eq!(items.last().unwrap().as_ref().unwrap().file.as_deref(), Some(&*last));

        // Nothing comes after the last one.
        let items = read([&first, &path]);
        let error = items[1].as_ref().unwrap_err();
        assert_eq!(*error, in_file(recoverable));
        assert_eq!(error.is_recoverable(), recoverable);
        assert_eq!(items.len(), 2 + usize::from(recoverable));
    }
    // The header of the first one is read when it is opened.
    let radio = folder.0.join("radio.pcap");
    let error = Reader::open_all([&radio, &last]).unwrap_err();
    assert!(matches!(&error, Error::InFile { path, goes_on: false, .. } if *path == radio), "{error}");
}

#[test]
fn a_file_that_is_gone_when_its_turn_comes_is_named() {
    let folder = Folder::new("gone");
    let first = folder.rotate("race.pcap", 3, 1);
    let mut reader = Reader::open_all([first]).unwrap();
    let gone = folder.0.join("race.0001.pcap");
    fs::remove_file(&gone).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().payload[1], 0);
    let error = reader.next().unwrap().unwrap_err();
    assert!(error.is_recoverable());
    assert!(
        error.to_string().starts_with(&format!("{}: cannot read record 1 at byte 0: ", gone.display())),
        "{error}"
    );
    assert_eq!(reader.next().unwrap().unwrap().payload[1], 2);
    assert!(reader.next().is_none());
}

#[test]
fn fragments_may_be_in_two_files() {
    let folder = Folder::new("fragments");
    let payload = long_payload();
    let fragments = ipv4_fragments(7, &udp(&payload));
    let lost = ipv4_fragments(8, &udp(&payload));
    let files = [
        folder.add("a", &pcap([&ipv4(VERSION), &fragments[0], &lost[1], &fragments[1]])),
        folder.add("b", &pcap([&fragments[2], &fragments[3]])),
    ];
    let items = read(&files);
    assert_eq!(items.len(), 3);
    let record = items[1].as_ref().unwrap();
    assert_eq!((record.number, record.file.as_deref()), (2, Some(&*files[1])));
    assert_eq!(record.payload, payload);
    // Reported at the end, of the file in which it began.
    let error = items[2].as_ref().unwrap_err();
    let expected = Box::new(Error::Fragments { record: 3 });
    assert_eq!(*error, Error::InFile { path: files[0].clone(), goes_on: true, error: expected });
}

/// Three files of two datagrams each, half a second apart; between files it is a second.
fn half_seconds(folder: &Folder) -> [PathBuf; 3] {
    [0, 1, 2].map(|file| {
        let second = 1_000 + 2 * file;
        let contents = Pcap::new(RAW)
            .packet_at(second, 0, &ipv4(&[id::CLIENT_LOADED, 2 * file as u8]))
            .packet_at(second, 500_000, &ipv4(&[id::CLIENT_LOADED, 2 * file as u8 + 1]));
        folder.add(&format!("{file}.pcap"), &contents.bytes)
    })
}

#[test]
fn position_and_times_go_on_over_the_borders() {
    let folder = Folder::new("borders");
    let files = half_seconds(&folder);
    let start = Instant::now();
    let mut player = Player::open_all(&files).unwrap();
    let mut now = start;
    let mut played = Vec::new();
    while let Some(wait) = player.next_due(now) {
        now += wait;
        assert_eq!(player.position(now), now - start);
        played.push(((now - start).as_millis(), player.poll(now).unwrap().unwrap().payload[1]));
    }
    assert_eq!(played, [(0, 0), (500, 1), (2_000, 2), (2_500, 3), (4_000, 4), (4_500, 5)]);
    assert_eq!(player.position(now), ms(4_500));

    // Seeking, from any place to any other.
    for (position, next) in [(4_000, 4), (0, 0), (2_100, 3), (2_500, 3), (600, 2), (4_500, 5), (1, 1)] {
        player.seek(ms(position), now).unwrap();
        assert_eq!(player.poll(now + ms(2_000)).unwrap().unwrap().payload[1], next, "{position}");
    }
    player.seek(ms(4_501), now).unwrap();
    assert!(player.is_finished());

    let events: Vec<_> = Player::open_all(&files).unwrap().events().map(Result::unwrap).collect();
    let positions: Vec<_> = events.iter().map(|(position, _)| position.as_millis()).collect();
    assert_eq!(positions, [0, 500, 2_000, 2_500, 4_000, 4_500]);
    assert!(events.iter().all(|(_, event)| matches!(event, Event::ClientLoaded(_))));
}

#[test]
fn without_times_the_pace_goes_on_over_the_borders() {
    let folder = Folder::new("untimed");
    let files = [folder.add("a", &[LOADED, VERSION].concat()), folder.add("b", &[LOADED, VERSION].concat())];
    let positions: Vec<_> =
        Player::open_all(files).unwrap().events().map(|item| item.unwrap().0.as_millis()).collect();
    assert_eq!(positions, [0, 100, 200, 300]);
}

#[test]
fn bad_files_are_passed_over_by_seeking() {
    let folder = Folder::new("seek");
    let files = half_seconds(&folder);
    let whole = fs::read(&files[1]).unwrap();
    fs::write(&files[1], &whole[..whole.len() - 1]).unwrap();
    let now = Instant::now();
    let mut player = Player::open_all(&files).unwrap();
    player.seek(ms(4_000), now).unwrap();
    assert_eq!(player.poll(now).unwrap().unwrap().payload[1], 4);
    player.seek(ms(2_000), now).unwrap();
    assert_eq!(player.poll(now).unwrap().unwrap().payload[1], 2);
    let error = player.poll(now).unwrap().unwrap_err();
    assert!(matches!(&error, Error::InFile { path, goes_on: true, .. } if *path == files[1]), "{error}");
    // The first one is opened again to go back.
    fs::write(&files[0], b"\x28\xb5\x2f\xfd").unwrap();
    let error = player.seek(Duration::ZERO, now).unwrap_err();
    assert!(matches!(&error, Error::InFile { path, .. } if *path == files[0]), "{error}");
    assert!(player.is_finished());
}

#[test]
fn an_event_that_cannot_be_decoded_names_its_file() {
    let folder = Folder::new("undecodable");
    let files = [
        folder.add("a", &Pcap::new(RAW).packet(&ipv4(VERSION)).bytes),
        folder.add("b", &Pcap::new(RAW).packet(&ipv4(VERSION)).packet(&ipv4(&[id::CHAT])).bytes),
    ];
    let items: Vec<_> = Player::open_all(&files).unwrap().events().collect();
    assert_eq!(items.len(), 3);
    let error = items[2].as_ref().unwrap_err();
    assert!(error.is_recoverable());
    let start = format!("{}: record 2: ACSP_CHAT", files[1].display());
    assert!(error.to_string().starts_with(&start), "{error}");
}
