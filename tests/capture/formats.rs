//! pcap and pcapng: byte orders, times, interfaces, sections.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use acudpclient::capture::{Error, Format, Reader, Record};
use acudpclient::protocol::{ConnectionClosed, Event};

use crate::build::*;

#[test]
fn pcap_of_every_byte_order_and_resolution() {
    for order in Order::BOTH {
        for (magic, nanoseconds) in [(Pcap::MICROSECONDS, 999_999_000), (Pcap::NANOSECONDS, 999_999)] {
            let file = Pcap::with(order, magic, ETHERNET)
                .packet_at(1_550_264_192, 999_999, &frame(VERSION))
                .packet_at(u32::MAX, 0, &frame(LOADED));

            assert_eq!(Reader::new(&file.bytes[..]).unwrap().format(), Format::Pcap);
            let records = records(&file.bytes);
            assert_eq!(records.len(), 2, "{order:?} {magic:x}");
            assert_eq!(records[0].number, 1);
            assert_eq!(records[0].time, at(1_550_264_192, nanoseconds), "{order:?} {magic:x}");
            assert_eq!(records[0].source, address("10.0.0.1:11000"));
            assert_eq!(records[0].destination, address("10.0.0.2:12000"));
            assert_eq!(records[0].payload, VERSION);
            assert_eq!(records[1].number, 2);
            assert_eq!(records[1].time, at(u32::MAX.into(), 0));
            assert_eq!(records[1].payload, LOADED);
        }
    }
}

#[test]
fn pcap_link_type_may_come_with_a_checksum_length() {
    // Behind each frame there is a checksum, of 2 times 16 bits.
    let file = Pcap::new(0x2400_0000 | ETHERNET).packet(&[&frame(LOADED)[..], &[1, 2, 3, 4]].concat());
    assert_eq!(payloads(&file.bytes), [LOADED]);
}

#[test]
fn pcap_fraction_of_more_than_a_second_is_added() {
    let file = Pcap::new(ETHERNET).packet_at(u32::MAX, u32::MAX, &frame(VERSION));
    assert_eq!(records(&file.bytes)[0].time, at(u64::from(u32::MAX) + 4294, 967_295_000));
}

#[test]
fn pcapng_of_both_byte_orders() {
    for order in Order::BOTH {
        let file = PcapNg::new(order)
            .interface(ETHERNET as u16)
            // Name resolution, statistics, a block that nobody knows: no records.
            .block(4, &[0; 4])
            .packet(0, 1_550_264_192_000_001, &frame(VERSION))
            .block(5, &[0; 12])
            .block(0x7fff_0001, b"whatever")
            .packet(0, 1_550_264_192_000_002, &frame(LOADED));

        assert_eq!(Reader::new(&file.bytes[..]).unwrap().format(), Format::PcapNg);
        let records = records(&file.bytes);
        assert_eq!(records.len(), 2, "{order:?}");
        assert_eq!((records[0].number, &records[0].payload[..]), (1, VERSION));
        assert_eq!(records[0].time, at(1_550_264_192, 1_000));
        assert_eq!(records[0].source, address("10.0.0.1:11000"));
        assert_eq!((records[1].number, &records[1].payload[..]), (2, LOADED));
        assert_eq!(records[1].time, at(1_550_264_192, 2_000));
    }
}

/// The time of a packet of this many ticks, by the interface's options.
fn time(order: Order, options: &[(u16, &[u8])], ticks: u64) -> Option<std::time::SystemTime> {
    let file =
        PcapNg::new(order).interface_with(ETHERNET as u16, 0, options).packet(0, ticks, &frame(LOADED));
    let mut records = records(&file.bytes);
    assert_eq!(records.len(), 1);
    records.remove(0).time
}

#[test]
fn pcapng_resolutions_and_offsets() {
    const TSRESOL: u16 = PcapNg::TSRESOL;
    const TSOFFSET: u16 = PcapNg::TSOFFSET;
    for order in Order::BOTH {
        // Powers of ten.
        assert_eq!(time(order, &[(TSRESOL, &[0])], 5), at(5, 0));
        assert_eq!(time(order, &[(TSRESOL, &[3])], 5_007), at(5, 7_000_000));
        assert_eq!(time(order, &[(TSRESOL, &[9])], 5_000_000_007), at(5, 7));
        assert_eq!(time(order, &[(TSRESOL, &[12])], 5_000_000_007_999), at(5, 7));
        assert_eq!(time(order, &[(TSRESOL, &[127])], u64::MAX), at(0, 0));
        // Powers of two.
        assert_eq!(time(order, &[(TSRESOL, &[0x80])], 5), at(5, 0));
        assert_eq!(time(order, &[(TSRESOL, &[0x80 | 10])], 5 * 1024 + 512), at(5, 500_000_000));
        assert_eq!(time(order, &[(TSRESOL, &[0x80 | 32])], (5 << 32) + (1 << 30)), at(5, 250_000_000));
        assert_eq!(time(order, &[(TSRESOL, &[0xff])], u64::MAX), at(0, 0));
        // Offsets, in the file's byte order.
        let (later, earlier) = (order.i64(1000), order.i64(-1000));
        assert_eq!(time(order, &[(TSOFFSET, &later)], 5_000_007), at(1005, 7_000));
        assert_eq!(time(order, &[(TSRESOL, &[0]), (TSOFFSET, &earlier)], 1005), at(5, 0));
        // An offset that is no number is none.
        assert_eq!(time(order, &[(TSOFFSET, &[1, 2])], 5_000_007), at(5, 7_000));
        // Beyond any clock.
        assert_eq!(time(order, &[(TSRESOL, &[0])], u64::MAX), None);
        assert_eq!(time(order, &[(TSRESOL, &[0]), (TSOFFSET, &order.i64(i64::MAX))], 1 << 62), None);
    }
}

#[test]
fn pcapng_interfaces_have_their_own_link_types_and_clocks() {
    let file = PcapNg::new(Order::Little)
        .interface(ETHERNET as u16)
        .interface_with(RAW as u16, 0, &[(PcapNg::TSRESOL, &[9])])
        .packet(1, 1_000_000_001, &ipv4(VERSION))
        .packet(0, 1_000_001, &frame(LOADED));
    let records = records(&file.bytes);
    assert_eq!((records[0].time, &records[0].payload[..]), (at(1, 1), VERSION));
    assert_eq!((records[1].time, &records[1].payload[..]), (at(1, 1_000), LOADED));
}

#[test]
fn pcapng_sections_have_their_own_byte_orders_and_interfaces() {
    let file = PcapNg::new(Order::Little)
        .interface(ETHERNET as u16)
        .packet(0, 1, &frame(VERSION))
        .section(Order::Big)
        .interface(RAW as u16)
        .packet(0, 2, &ipv6(LOADED))
        // Of the first section's interfaces none is left.
        .section(Order::Little)
        .packet(0, 3, &frame(VERSION));
    let items = items(&file.bytes);
    assert_eq!(items.len(), 3);
    let record = |index: usize| items[index].as_ref().unwrap();
    assert_eq!((record(0).number, record(0).time, &record(0).payload[..]), (1, at(0, 1_000), VERSION));
    assert_eq!((record(1).number, record(1).time, &record(1).payload[..]), (2, at(0, 2_000), LOADED));
    let error = items[2].as_ref().unwrap_err();
    assert_eq!(
        error.to_string(),
        "record 3 is skipped: its packet block names interface 0, of 0 described before it"
    );
    assert!(error.is_recoverable());
}

#[test]
fn pcapng_simple_packets_are_of_the_first_interface_and_have_no_time() {
    // One byte of padding, which is in the block but not in the packet.
    let packet = ipv4(b"\x3c\x00\x00");
    assert_eq!(packet.len() % 4, 3);
    for order in Order::BOTH {
        let file =
            PcapNg::new(order).interface(RAW as u16).interface(105).simple_packet(&packet, packet.len());
        let records = records(&file.bytes);
        assert_eq!(records.len(), 1);
        assert_eq!((records[0].number, records[0].time), (1, None));
        assert_eq!(records[0].payload, b"\x3c\x00\x00");
        assert_eq!(records[0].destination, address("10.0.0.2:12000"));

        // What was kept of the packet is told by the interface.
        let file = PcapNg::new(order).interface_with(RAW as u16, 30, &[]).simple_packet(&packet, 30).bytes;
        assert_eq!(
            items(&file),
            [Err(Error::Cut { record: 1, reading: "UDP datagram", captured: 30, original: 31 })]
        );
    }
}

#[test]
fn pcapng_unreadable_interface_is_reported_once() {
    let file = PcapNg::new(Order::Little)
        .interface(105)
        .interface(ETHERNET as u16)
        .packet(0, 0, b"radio")
        .packet(1, 0, &frame(VERSION))
        .packet(0, 0, b"radio")
        .packet(1, 0, &frame(LOADED));
    let items = items(&file.bytes);
    assert_eq!(items.len(), 3);
    let error = items[0].as_ref().unwrap_err();
    assert_eq!(*error, Error::Interface { record: 1, interface: 0, link_type: 105 });
    assert!(error.is_recoverable());
    assert_eq!(items[1].as_ref().unwrap().number, 2);
    assert_eq!(items[2].as_ref().unwrap().number, 4);
}

#[test]
fn pcapng_obsolete_packet_block_says_what_to_do() {
    let file = PcapNg::new(Order::Big).interface(RAW as u16).block(2, &[0; 20]).packet(0, 0, &ipv4(LOADED));
    let items = items(&file.bytes);
    assert_eq!(items.len(), 2);
    let error = items[0].as_ref().unwrap_err();
    assert!(error.is_recoverable());
    assert_eq!(
        error.to_string(),
        "record 1 is skipped: its packet block has an obsolete type: convert the file with editcap -F pcap"
    );
    assert_eq!(items[1].as_ref().unwrap().number, 2);
}

#[test]
fn only_datagrams_of_the_wanted_port() {
    let file = Pcap::new(RAW)
        .packet(&ipv4_between(SERVER, PLUGIN, VERSION))
        .packet(&ipv4_between(53, 40_000, b"dns"))
        // A command: to the server's port.
        .packet(&ipv4_between(PLUGIN, SERVER, b"\xcf"))
        .packet(&ipv4_between(PLUGIN, 53, b"\x3a\x01"));
    let read = |port| -> Vec<u64> {
        let reader = Reader::new(&file.bytes[..]).unwrap().port(port);
        reader.map(|record| record.unwrap().number).collect()
    };
    assert_eq!(read(PLUGIN), [1, 3, 4]);
    assert_eq!(read(SERVER), [1, 3]);
    assert_eq!(read(53), [2, 4]);
    assert_eq!(read(1), [0; 0]);
    assert_eq!(records(&file.bytes).len(), 4);
}

/// Hands out one byte at a time, each after an interruption.
struct Dripping<'a> {
    bytes: &'a [u8],
    interrupted: bool,
}

impl Read for Dripping<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.interrupted = !self.interrupted;
        if self.interrupted {
            return Err(io::ErrorKind::Interrupted.into());
        }
        let length = buffer.len().min(1);
        self.bytes.read(&mut buffer[..length])
    }
}

#[test]
fn input_may_come_in_any_pieces() {
    let pcap = Pcap::new(ETHERNET).packet(&frame(VERSION)).packet(&frame(LOADED)).bytes;
    let pcapng = PcapNg::new(Order::Big).interface(1).packet(0, 0, &frame(VERSION)).bytes;
    let plain = [VERSION, LOADED].concat();
    for file in [pcap, pcapng, plain] {
        let reader = Reader::new(Dripping { bytes: &file, interrupted: false }).unwrap();
        let records: Vec<Record> = reader.map(Result::unwrap).collect();
        assert_eq!(records, crate::build::records(&file));
        assert!(!records.is_empty());
    }
}

/// Hands out its bytes and then an error.
struct Failing<'a>(&'a [u8]);

impl Read for Failing<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.0.read(buffer)? {
            0 => Err(io::Error::new(io::ErrorKind::ConnectionReset, "the cable is out")),
            length => Ok(length),
        }
    }
}

#[test]
fn input_errors_end_reading_and_say_where() {
    let file = Pcap::new(ETHERNET).packet(&frame(VERSION)).packet(&frame(LOADED)).bytes;
    let second = 24 + 16 + frame(VERSION).len();
    let mut reader = Reader::new(Failing(&file[..second + 20])).unwrap();
    assert_eq!(reader.next().unwrap().unwrap().payload, VERSION);
    let error = reader.next().unwrap().unwrap_err();
    assert!(!error.is_recoverable());
    assert_eq!(error.to_string(), format!("cannot read record 2 at byte {second}: the cable is out"));
    assert!(matches!(&error, Error::Io { error, .. } if error.kind() == io::ErrorKind::ConnectionReset));
    assert_eq!(reader.next(), None);
    assert_eq!(reader.next(), None);

    assert!(matches!(Reader::new(Failing(b"\xd4\xc3")), Err(Error::Io { record: 1, offset: 0, .. })));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("no such recording");
    let error = Reader::open(&path).unwrap_err();
    assert!(matches!(&error, Error::Open { error, .. } if error.kind() == io::ErrorKind::NotFound));
    assert!(!error.is_recoverable());
    assert!(error.to_string().starts_with(&format!("cannot open the recording {}: ", path.display())));
}

#[test]
fn a_file_is_read_like_any_input() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("recording.pcap");
    let bytes = Pcap::new(ETHERNET).packet(&frame(VERSION)).packet(&frame(LOADED)).bytes;
    std::fs::write(&path, &bytes).unwrap();
    let records: Vec<Record> = Reader::open(&path).unwrap().map(Result::unwrap).collect();
    assert_eq!(records, crate::build::records(&bytes));
}

#[test]
fn readers_can_go_to_another_thread() {
    fn assert<T: Send + Sync>() {}
    assert::<Reader<File>>();
    assert::<Record>();
    assert::<Error>();
}

#[test]
fn what_is_packed_or_of_another_kind_is_named_with_what_to_do() {
    let rest = [2, 0, 4, 0].into_iter().chain([0; 40]).collect::<Vec<u8>>();
    let big = [0, 2, 0, 4].into_iter().chain([0; 40]).collect::<Vec<u8>>();
    let (convert, again) = ("convert it with editcap -F pcap", "record with tcpdump");
    let pcap = |whose: &str| format!("modified pcap ({whose}'s)");
    for (magic, rest, format, advice) in [
        (&[0x1f, 0x8b, 8][..], &rest, "compressed with gzip".to_owned(), "unpack it with gunzip"),
        (&[0x28, 0xb5, 0x2f, 0xfd], &rest, "compressed with zstd".to_owned(), "unpack it with unzstd"),
        (b"\xfd7zXZ\0", &rest, "compressed with xz".to_owned(), "unpack it with unxz"),
        (b"BZh91AY", &rest, "compressed with bzip2".to_owned(), "unpack it with bunzip2"),
        (&[0x04, 0x22, 0x4d, 0x18], &rest, "compressed with lz4".to_owned(), "unpack it with unlz4"),
        (b"PK\x03\x04", &rest, "a zip archive".to_owned(), "unpack it with unzip"),
        (&0xa1b2_cd34_u32.to_be_bytes(), &big, pcap("Kuznetzov"), convert),
        (&0xa1b2_cd34_u32.to_le_bytes(), &rest, pcap("Kuznetzov"), convert),
        (&0xa1b2_34cd_u32.to_be_bytes(), &big, pcap("Mesquita"), again),
        (&0xa1b2_34cd_u32.to_le_bytes(), &rest, pcap("Mesquita"), again),
        (&0xa12b_3c4d_u32.to_be_bytes(), &big, pcap("Navtel"), again),
        (&0xa12b_3c4d_u32.to_le_bytes(), &rest, pcap("Navtel"), again),
    ] {
        let error = Reader::new(&[magic, rest].concat()[..]).unwrap_err();
        assert!(!error.is_recoverable());
        assert_eq!(error.to_string(), format!("the recording is {format}, which is not supported: {advice}"));
    }
}

/// A modified pcap file begins with the id of CONNECTION_CLOSED.
#[test]
fn a_leave_is_not_taken_for_another_format() {
    let closed = ConnectionClosed { driver_name: "\u{a1b2}".repeat(0xcd), ..ConnectionClosed::default() };
    let bytes = Event::ConnectionClosed(closed).encode().unwrap();
    assert_eq!(bytes[..4], 0xa1b2_cd34_u32.to_le_bytes());
    assert_eq!(payloads(&bytes), [bytes]);
}
