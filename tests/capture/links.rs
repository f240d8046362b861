//! From link layers to datagrams.

use acudpclient::capture::Record;
use etherparse::{EtherType, IpNumber, PacketBuilder, VlanId};

use crate::build::*;

/// The only record of a pcap file with one frame.
fn record(link_type: u32, frame: &[u8]) -> Record {
    let mut records = records(&Pcap::new(link_type).packet(frame).bytes);
    assert_eq!(records.len(), 1, "link type {link_type}");
    records.remove(0)
}

/// Nothing in the frame is a datagram, and nothing is wrong with it.
fn assert_skipped(link_type: u32, frame: &[u8]) {
    let file = Pcap::new(link_type).packet(frame).packet(frame).bytes;
    assert_eq!(items(&file), [], "link type {link_type}");
}

#[rustfmt::skip]
fn cooked(ether_type: EtherType, packet: &[u8]) -> Vec<u8> {
    let [high, low] = ether_type.0.to_be_bytes();
    let header = [
        0, 0,                   // packet type: to us
        0, 1,                   // ARPHRD_ETHER
        0, 6,                   // address length
        2, 0, 0, 0, 0, 1, 0, 0, // address
        high, low,              // protocol
    ];
    [&header[..], packet].concat()
}

#[rustfmt::skip]
fn cooked2(ether_type: EtherType, packet: &[u8]) -> Vec<u8> {
    let [high, low] = ether_type.0.to_be_bytes();
    let header = [
        high, low,              // protocol
        0, 0,                   // reserved
        0, 0, 0, 2,             // interface
        0, 1,                   // ARPHRD_ETHER
        0,                      // packet type: to us
        6,                      // address length
        2, 0, 0, 0, 0, 1, 0, 0, // address
    ];
    [&header[..], packet].concat()
}

fn loopback(family: [u8; 4], packet: &[u8]) -> Vec<u8> {
    [&family[..], packet].concat()
}

#[test]
fn every_link_type() {
    let frames = |packet: &[u8], ether_type: EtherType, families: &[u8]| {
        let mut frames = vec![
            (1, ethernet(ether_type, packet)),
            (12, packet.to_vec()),
            (14, packet.to_vec()),
            (101, packet.to_vec()),
            (113, cooked(ether_type, packet)),
            (276, cooked2(ether_type, packet)),
        ];
        for family in families {
            frames.push((0, loopback([*family, 0, 0, 0], packet)));
            frames.push((0, loopback([0, 0, 0, *family], packet)));
            frames.push((108, loopback([0, 0, 0, *family], packet)));
        }
        frames
    };

    let packet = ipv4(LOADED);
    let mut all = frames(&packet, EtherType::IPV4, &[2]);
    all.push((228, packet));
    for (link_type, frame) in all {
        let record = record(link_type, &frame);
        assert_eq!(record.source, address("10.0.0.1:11000"), "link type {link_type}");
        assert_eq!(record.destination, address("10.0.0.2:12000"));
        assert_eq!(record.payload, LOADED);
    }

    let packet = ipv6(LOADED);
    let mut all = frames(&packet, EtherType::IPV6, &[10, 23, 24, 28, 30]);
    all.push((229, packet));
    for (link_type, frame) in all {
        let record = record(link_type, &frame);
        assert_eq!(record.source, address("[fd00::1]:11000"), "link type {link_type}");
        assert_eq!(record.destination, address("[fd00::2]:12000"));
        assert_eq!(record.payload, LOADED);
    }
}

#[test]
fn vlan_tags() {
    let (inner, outer) = (VlanId::try_new(7).unwrap(), VlanId::try_new(8).unwrap());
    let ethernet = || PacketBuilder::ethernet2([1; 6], [2; 6]);
    let mut single = Vec::new();
    let builder = ethernet().single_vlan(inner).ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).udp(SERVER, PLUGIN);
    builder.write(&mut single, LOADED).unwrap();
    let mut double = Vec::new();
    let builder =
        ethernet().double_vlan(outer, inner).ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).udp(SERVER, PLUGIN);
    builder.write(&mut double, LOADED).unwrap();
    // More than any network has, in every kind of tag.
    let tags = [0x81, 0x00, 0, 7, 0x91, 0x00, 0, 8, 0x88, 0xa8, 0, 9, 0x81, 0x00, 0, 10, 0x08, 0x00];
    let many = [&[2; 12][..], &tags, &ipv4(LOADED)].concat();
    // Behind a cooked header.
    let in_cooked = cooked2(EtherType::VLAN_TAGGED_FRAME, &[&[0, 7, 0x08, 0x00][..], &ipv4(LOADED)].concat());
    for (link_type, frame) in [(1, single), (1, double), (1, many), (276, in_cooked)] {
        let record = record(link_type, &frame);
        assert_eq!(record.source, address("10.0.0.1:11000"));
        assert_eq!(record.payload, LOADED);
    }
}

#[test]
fn padding_is_no_payload() {
    // Ethernet fills frames up to 60 bytes.
    let mut padded = frame(VERSION);
    padded.resize(60, 0xee);
    assert_eq!(record(ETHERNET, &padded).payload, VERSION);

    let mut padded = ethernet(EtherType::IPV6, &ipv6(LOADED));
    padded.resize(90, 0xee);
    assert_eq!(record(ETHERNET, &padded).payload, LOADED);

    // Bytes behind the datagram within the IP packet.
    let inside = ipv6_with(IpNumber::UDP, &[&udp(LOADED)[..], b"more"].concat());
    assert_eq!(record(RAW, &inside).payload, LOADED);
}

#[test]
fn an_empty_datagram_is_a_record() {
    assert_eq!(record(RAW, &ipv4(b"")).payload, b"");
}

#[test]
fn checksums_are_not_verified() {
    let mut packet = ipv4(LOADED);
    // Those of IP and UDP.
    packet[10] ^= 0xff;
    packet[26] ^= 0xff;
    assert_eq!(record(RAW, &packet).payload, LOADED);
}

#[test]
fn a_length_of_zero_is_all_there_is() {
    // Packets that the network card is to cut are captured like this.
    let mut packet = ipv4(LOADED);
    packet[2..4].fill(0);
    packet[24..26].fill(0);
    assert_eq!(record(RAW, &packet).payload, LOADED);
    let mut packet = ipv6(LOADED);
    packet[4..6].fill(0);
    packet[44..46].fill(0);
    assert_eq!(record(RAW, &packet).payload, LOADED);
}

#[test]
fn ipv4_options_and_authentication() {
    let mut header = etherparse::Ipv4Header::new(
        udp(LOADED).len() as u16,
        64,
        IpNumber::UDP,
        [10, 0, 0, 1],
        [10, 0, 0, 2],
    )
    .unwrap();
    header.options = [0x94, 4, 0, 0].into();
    header.set_payload_len(udp(LOADED).len()).unwrap();
    let packet = [&header.to_bytes()[..], &udp(LOADED)].concat();
    assert_eq!(record(RAW, &packet).payload, LOADED);

    let authentication = etherparse::IpAuthHeader::new(IpNumber::UDP, 1, 2, &[0; 12]).unwrap();
    let contents = [&authentication.to_bytes()[..], &udp(LOADED)].concat();
    let header = etherparse::Ipv4Header::new(
        contents.len() as u16,
        64,
        IpNumber::AUTHENTICATION_HEADER,
        [10, 0, 0, 1],
        [10, 0, 0, 2],
    )
    .unwrap();
    assert_eq!(record(RAW, &[&header.to_bytes()[..], &contents].concat()).payload, LOADED);
}

#[rustfmt::skip]
#[test]
fn ipv6_extension_headers() {
    let packet = ipv6_with(IpNumber::IPV6_HEADER_HOP_BY_HOP, &[
        // hop-by-hop options, then destination options
        &[60, 0, 1, 4, 0, 0, 0, 0][..],
        // destination options of 16 bytes, then routing
        &[43, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        // routing, then a fragment header
        &[44, 0, 4, 0, 0, 0, 0, 0],
        // a fragment header of a packet that is not fragmented, then authentication
        &[51, 0, 0, 0, 0, 0, 0, 1],
        // authentication, then UDP
        &[17, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2],
        &udp(LOADED),
    ].concat());
    let record = record(RAW, &packet);
    assert_eq!(record.source, address("[fd00::1]:11000"));
    assert_eq!(record.payload, LOADED);
}

#[test]
fn other_protocols_are_skipped() {
    // ARP, an LLC frame, an unknown ether type; short ones, too.
    assert_skipped(1, &ethernet(EtherType::ARP, &[0; 28]));
    assert_skipped(1, &ethernet(EtherType(38), &[0x42; 38]));
    assert_skipped(1, &ethernet(EtherType(0x88cc), b""));
    assert_skipped(113, &cooked(EtherType::ARP, &[0; 28]));
    assert_skipped(276, &cooked2(EtherType::ARP, &[0; 28]));
    // AppleTalk.
    assert_skipped(0, &loopback([16, 0, 0, 0], &[0; 20]));
    assert_skipped(108, &loopback([0, 0, 0, 16], &[0; 20]));

    let mut tcp = Vec::new();
    let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).tcp(SERVER, PLUGIN, 0, 1024);
    builder.write(&mut tcp, LOADED).unwrap();
    assert_skipped(RAW, &tcp);
    let mut icmp = Vec::new();
    let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).icmpv4_echo_request(1, 1);
    builder.write(&mut icmp, LOADED).unwrap();
    assert_skipped(RAW, &icmp);
    assert_skipped(RAW, &ipv6_with(IpNumber::IPV6_ICMP, &[128, 0, 0, 0, 0, 1, 0, 1]));
    assert_skipped(RAW, &ipv6_with(IpNumber::IPV6_NO_NEXT_HEADER, b""));
    assert_skipped(RAW, &ipv6_with(IpNumber::UDP_LITE, &udp(LOADED)));
}

#[test]
fn skipped_packets_are_counted() {
    let file = Pcap::new(1).packet(&ethernet(EtherType::ARP, &[0; 28])).packet(&frame(LOADED)).bytes;
    assert_eq!(records(&file)[0].number, 2);
}
