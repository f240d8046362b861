//! Broken records and broken files.

use acudpclient::capture::{Error, Reader, Record};
use etherparse::{EtherType, IpNumber};

use crate::build::*;

/// A pcap file with a packet, a broken one, and another packet: the error of the broken one.
fn broken(link_type: u32, good: &[u8], add: impl Fn(Pcap) -> Pcap) -> Error {
    let file = add(Pcap::new(link_type).packet(good)).packet(good).bytes;
    let mut items = items(&file);
    assert_eq!(items.len(), 3, "{items:?}");
    assert_eq!(items[0].as_ref().unwrap().number, 1);
    assert_eq!(items[2].as_ref().unwrap().number, 3, "reading goes on");
    let error = items.remove(1).unwrap_err();
    assert!(error.is_recoverable());
    error
}

fn malformed(link_type: u32, good: &[u8], packet: &[u8]) -> String {
    broken(link_type, good, |file| file.packet(packet)).to_string()
}

#[test]
fn a_cut_record_says_how_to_record() {
    let long = frame(&[0x38; 221]);
    assert_eq!(long.len(), 263);
    let error = broken(ETHERNET, &frame(LOADED), |file| file.cut_packet(&long, 96));
    assert_eq!(error, Error::Cut { record: 2, reading: "UDP datagram", captured: 96, original: 263 });
    assert_eq!(
        error.to_string(),
        "record 2: 96 of 263 bytes were captured, too few for its UDP datagram: record with tcpdump -s 0"
    );
}

#[test]
fn a_record_may_be_cut_anywhere() {
    let cut = |link_type, packet: &[u8], captured| match broken(link_type, packet, |file| {
        file.cut_packet(packet, captured)
    }) {
        Error::Cut { record: 2, reading, .. } => reading,
        error => panic!("{error}"),
    };
    let v4 = frame(LOADED);
    let v4_expected = |captured| match captured {
        0..14 => "Ethernet header",
        14 => "IP header",
        15..34 => "IPv4 header",
        34..42 => "UDP header",
        _ => "UDP datagram",
    };
    for captured in 0..v4.len() {
        assert_eq!(cut(ETHERNET, &v4, captured), v4_expected(captured), "after {captured} bytes");
    }

    let tagged = ethernet(EtherType::VLAN_TAGGED_FRAME, &[&[0, 7, 0x08, 0x00][..], &ipv4(LOADED)].concat());
    assert_eq!(cut(ETHERNET, &tagged, 14), "VLAN tag");
    assert_eq!(cut(ETHERNET, &tagged, 17), "VLAN tag");

    let hop_by_hop = [&[17, 0, 1, 4, 0, 0, 0, 0][..], &udp(LOADED)].concat();
    let v6 = ipv6_with(IpNumber::IPV6_HEADER_HOP_BY_HOP, &hop_by_hop);
    let v6_expected = |captured| match captured {
        0 => "IP header",
        1..40 => "IPv6 header",
        40..48 => "IPv6 extension header",
        48..56 => "UDP header",
        _ => "UDP datagram",
    };
    for captured in 0..v6.len() {
        assert_eq!(cut(RAW, &v6, captured), v6_expected(captured), "after {captured} bytes");
    }

    let fragment = ipv6_with(IpNumber::IPV6_FRAGMENTATION_HEADER, &[17, 0, 0, 1, 0, 0, 0, 1]);
    let authentication = ipv6_with(IpNumber::AUTHENTICATION_HEADER, &[17, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2]);
    for (packet, expected) in
        [(fragment, "IPv6 fragment header"), (authentication, "IP authentication header")]
    {
        for captured in 40..packet.len() {
            let file = Pcap::new(RAW).cut_packet(&packet, captured).bytes;
            match items(&file).remove(0) {
                Err(Error::Cut { record: 1, reading, .. }) => assert_eq!(reading, expected),
                item => panic!("{item:?}"),
            }
        }
    }

    // Loopback and cooked headers.
    for (link_type, length, expected) in
        [(0, 4, "loopback header"), (113, 16, "Linux cooked header"), (276, 20, "Linux cooked header")]
    {
        for captured in 0..length {
            let file = Pcap::new(link_type).cut_packet(&[0; 60], captured).bytes;
            match items(&file).remove(0) {
                Err(Error::Cut { record: 1, reading, .. }) => assert_eq!(reading, expected),
                item => panic!("{item:?}"),
            }
        }
    }
}

#[test]
fn a_cut_that_leaves_the_datagram_whole_is_none() {
    let mut padded = frame(LOADED);
    let length = padded.len();
    padded.resize(60, 0);
    let file = Pcap::new(ETHERNET).cut_packet(&padded, length).bytes;
    assert_eq!(payloads(&file), [LOADED]);
}

#[test]
fn a_cut_packet_of_a_length_of_zero_is_not_taken_for_whole() {
    let mut packet = ipv4(&[0x38; 100]);
    // The UDP length; that of the IP header says how much is missing.
    packet[24..26].fill(0);
    let error = broken(RAW, &ipv4(LOADED), |file| file.cut_packet(&packet, 60));
    assert_eq!(error, Error::Cut { record: 2, reading: "UDP datagram", captured: 60, original: 128 });
}

#[test]
fn malformed_headers_say_what_is_wrong() {
    let good = ipv4(LOADED);
    let change = |at: usize, byte: u8| {
        let mut packet = good.clone();
        packet[at] = byte;
        malformed(RAW, &good, &packet)
    };
    assert_eq!(change(0, 0x75), "record 2 is skipped: its IP header has version 7");
    assert!(change(0, 0x43).starts_with("record 2 is skipped: its IPv4 header is invalid: "));
    assert_eq!(change(3, 19), "record 2 is skipped: its IPv4 header has 20 bytes, of a packet of 19");
    // A UDP header of 4 bytes, and one that says more than there is.
    assert_eq!(change(25, 4), "record 2 is skipped: its UDP header has 8 bytes, of a datagram of 4");
    assert_eq!(change(25, 99), "record 2 is skipped: its UDP datagram needs 99 bytes and has 10");

    assert_eq!(
        malformed(RAW, &good, &good[..24]),
        "record 2 is skipped: its UDP header needs 8 bytes and has 4"
    );
    assert_eq!(malformed(RAW, &good, b""), "record 2 is skipped: its IP header needs 1 bytes and has 0");
    let authentication = ipv6_with(IpNumber::AUTHENTICATION_HEADER, &[17, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2]);
    assert!(
        malformed(RAW, &good, &authentication)
            .starts_with("record 2 is skipped: its IP authentication header is invalid: ")
    );
    assert_eq!(
        malformed(ETHERNET, &frame(LOADED), &[0; 5]),
        "record 2 is skipped: its Ethernet header needs 14 bytes and has 5"
    );
}

#[test]
fn pcapng_goes_on_behind_a_broken_record() {
    for order in Order::BOTH {
        let start = || PcapNg::new(order).interface(RAW as u16).packet(0, 0, &ipv4(VERSION));
        let long: Vec<u8> = [0, 0, 0, 64, 64].iter().flat_map(|field| order.u32(*field)).collect();
        let longest: Vec<u8> = [0, 0, 0, u32::MAX, 64].iter().flat_map(|field| order.u32(*field)).collect();
        let too_short = "packet block is too short for its packet";
        for (file, expected) in [
            (start().block(6, &long), too_short),
            (start().block(6, &longest), too_short),
            (start().block(6, &[0; 16]), too_short),
            (start().block(6, b""), too_short),
            (start().block(3, b""), "packet block is too short for its header"),
            (
                start().packet(1, 0, &ipv4(VERSION)),
                "packet block names interface 1, of 1 described before it",
            ),
        ] {
            let items = items(&file.packet(0, 0, &ipv4(LOADED)).bytes);
            assert_eq!(items.len(), 3, "{items:?}");
            let error = items[1].as_ref().unwrap_err();
            assert_eq!(error.to_string(), format!("record 2 is skipped: its {expected}"));
            assert!(error.is_recoverable());
            assert_eq!(items[2].as_ref().unwrap().number, 3);
        }
        let file = start().cut_packet(0, 0, &ipv4(LOADED), 29).packet(0, 0, &ipv4(LOADED)).bytes;
        assert_eq!(
            items(&file)[1],
            Err(Error::Cut { record: 2, reading: "UDP datagram", captured: 29, original: 30 })
        );
    }
}

#[test]
fn broken_datagrams_of_other_ports_are_skipped() {
    let mut malformed = ipv4(LOADED);
    malformed[25] = 99;
    let file = Pcap::new(RAW)
        .cut_packet(&ipv4(LOADED), 29)
        // Cut within the UDP header, behind its ports.
        .cut_packet(&ipv4(LOADED), 24)
        .packet(&malformed)
        // Cut before the port to which it goes.
        .cut_packet(&ipv4(LOADED), 23)
        .bytes;
    let numbers = |port| -> Vec<Error> {
        Reader::new(&file[..]).unwrap().port(port).map(Result::<Record, _>::unwrap_err).collect()
    };
    assert_eq!(numbers(53), [Error::Cut { record: 4, reading: "UDP header", captured: 23, original: 30 }]);
    assert_eq!(numbers(PLUGIN).len(), 4);
    assert_eq!(numbers(SERVER).len(), 4);
}

/// The error that ends reading, behind `good` records.
fn end(file: &[u8], good: usize) -> Error {
    let mut items = items(file);
    assert_eq!(items.len(), good + 1, "{items:?}");
    let error = items.pop().unwrap().unwrap_err();
    assert!(!error.is_recoverable());
    assert!(items.iter().all(Result::is_ok));
    error
}

#[test]
fn a_file_that_was_cut_off_keeps_what_precedes() {
    let whole = Pcap::new(ETHERNET).packet(&frame(VERSION)).bytes;
    let file = Pcap::new(ETHERNET).packet(&frame(VERSION)).packet(&frame(LOADED)).bytes;
    let offset = whole.len() as u64;
    assert_eq!(
        end(&file[..whole.len() + 7], 1),
        Error::Truncated { record: 2, offset, reading: "record header", needed: 16, available: 7 }
    );
    let error = end(&file[..file.len() - 1], 1);
    assert_eq!(error, Error::Truncated { record: 2, offset, reading: "packet", needed: 60, available: 59 });
    assert_eq!(
        error.to_string(),
        "record 2 at byte 84: its packet needs 60 bytes, the recording ends after 59: it was not closed \
         properly or not copied completely; the records before are complete"
    );

    for order in Order::BOTH {
        let start = || PcapNg::new(order).interface(1).packet(0, 0, &frame(VERSION));
        let offset = start().bytes.len() as u64;
        let file = start().packet(0, 0, &frame(LOADED)).bytes;
        assert_eq!(
            end(&file[..offset as usize + 11], 1),
            Error::Truncated { record: 2, offset, reading: "block", needed: 12, available: 11 }
        );
        assert_eq!(
            end(&file[..file.len() - 1], 1),
            Error::Truncated { record: 2, offset, reading: "block", needed: 76, available: 75 }
        );
    }
}

#[test]
fn a_header_that_is_cut_off_cannot_be_opened() {
    let error = Reader::new(&Pcap::new(ETHERNET).bytes[..23]).unwrap_err();
    let expected =
        Error::Truncated { record: 1, offset: 0, reading: "file header", needed: 24, available: 23 };
    assert_eq!(error, expected);
}

#[test]
fn a_pcap_of_an_unreadable_link_type_cannot_be_opened() {
    let file = Pcap::new(105).packet(b"radio").bytes;
    let error = Reader::new(&file[..]).unwrap_err();
    assert_eq!(error, Error::LinkType { link_type: 105 });
    assert!(!error.is_recoverable());
}

#[test]
fn lengths_that_cannot_be_end_reading() {
    // One byte more than a record may have: it is there, so only the length is wrong.
    let too_long = vec![0; (1 << 20) + 1];
    let file = Pcap::new(RAW).packet(&ipv4(VERSION)).packet(&too_long).packet(&ipv4(VERSION)).bytes;
    assert_eq!(
        end(&file, 1).to_string(),
        "record 2 at byte 70: its record header says 1048577 bytes, more than the allowed 1048576: the \
         recording is damaged, and the records after this one cannot be found"
    );

    let start = || PcapNg::new(Order::Little).interface(RAW as u16).packet(0, 0, &ipv4(VERSION));
    let offset = start().bytes.len() as u64;
    let raw = |block_type: u32, length: u32, rest: &[u8]| {
        [&start().bytes[..], &block_type.to_le_bytes(), &length.to_le_bytes(), rest].concat()
    };
    // Not even the block's own fields, not a multiple of 4, more than a packet can have, more
    // than anything can have.
    for (block_type, length) in
        [(6, 0), (6, 8), (6, 38), (6, (1 << 20) + 4), (5, (16 << 20) + 4), (9, u32::MAX)]
    {
        let error = end(&raw(block_type, length, &[0; 64]), 1);
        let expected = format!("(type {block_type}) says {length} bytes, which is impossible for its type");
        assert_eq!(error, Error::Damaged { record: 2, offset, reading: "block", found: expected });
    }
    // The length at the end is another one.
    let error = end(&raw(9, 16, &[0, 0, 0, 0, 20, 0, 0, 0]), 1);
    let found = "(type 9) says 16 bytes at its beginning and 20 at its end".to_owned();
    assert_eq!(error, Error::Damaged { record: 2, offset, reading: "block", found });
    // An interface without a link type.
    let error = end(&start().block(1, b"").bytes, 1);
    let reading = "interface description";
    assert_eq!(error, Error::Damaged { record: 2, offset, reading, found: "is too short".to_owned() });
    // A section without a byte order.
    let error = end(&raw(0x0a0d_0d0a, 28, &[0; 20]), 1);
    let found = "has no known byte order".to_owned();
    assert_eq!(error, Error::Damaged { record: 2, offset, reading: "section header", found });
}

#[test]
fn large_blocks_without_packets_are_passed_over() {
    let start = PcapNg::new(Order::Big).interface(RAW as u16);
    let file = start.block(10, &vec![0; (16 << 20) - 12]).packet(0, 0, &ipv4(LOADED)).bytes;
    assert_eq!(payloads(&file), [LOADED]);
}

#[test]
fn the_largest_length_that_can_be_is_waited_for() {
    let mut file = Pcap::new(RAW).bytes;
    for field in [0, 0, 1 << 20, 1 << 20] {
        file.extend(u32::to_le_bytes(field));
    }
    assert!(matches!(end(&file, 0), Error::Truncated { needed: 1_048_592, available: 16, .. }));
    file.resize(24 + 16 + (1 << 20), 0x45);
    file[24 + 16..][..ipv4(LOADED).len()].copy_from_slice(&ipv4(LOADED));
    assert_eq!(payloads(&file), [LOADED]);
}

#[test]
fn too_many_interfaces_end_reading() {
    let mut file = PcapNg::new(Order::Little);
    for _ in 0..1 << 16 {
        file = file.interface(RAW as u16);
    }
    let file = file.packet(65_535, 0, &ipv4(LOADED));
    assert_eq!(payloads(&file.bytes), [LOADED]);
    let error = end(&file.interface(RAW as u16).bytes, 1);
    assert!(matches!(error, Error::Damaged { record: 2, reading: "interface description", .. }), "{error}");
}
