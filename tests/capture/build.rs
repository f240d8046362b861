//! Builds recordings byte by byte, and reads them.

use std::net::SocketAddr;
use std::time::{Duration, SystemTime};

use acudpclient::capture::{Error, Reader, Record};
use etherparse::{EtherType, IpNumber, PacketBuilder};

pub const SERVER: u16 = 11000;
pub const PLUGIN: u16 = 12000;

pub const ETHERNET: u32 = 1;
pub const RAW: u32 = 101;

/// VERSION of protocol 4.
pub const VERSION: &[u8] = b"\x38\x04";
/// CLIENT_LOADED of car 3.
pub const LOADED: &[u8] = b"\x3a\x03";

/// All items of a recording. More than one for each byte can only be an endless loop.
pub fn items(recording: &[u8]) -> Vec<Result<Record, Error>> {
    Reader::new(recording).expect("a readable header").take(recording.len() + 1).collect()
}

/// The records of a recording in which nothing is wrong.
pub fn records(recording: &[u8]) -> Vec<Record> {
    items(recording).into_iter().map(|item| item.expect("a readable record")).collect()
}

/// The payloads of a recording in which nothing is wrong.
pub fn payloads(recording: &[u8]) -> Vec<Vec<u8>> {
    records(recording).into_iter().map(|record| record.payload).collect()
}

pub fn at(seconds: u64, nanoseconds: u32) -> Option<SystemTime> {
    Some(SystemTime::UNIX_EPOCH + Duration::new(seconds, nanoseconds))
}

pub fn address(text: &str) -> Option<SocketAddr> {
    Some(text.parse().expect("an address"))
}

/// An IPv4 packet with a datagram from the server to the plugin.
pub fn ipv4(payload: &[u8]) -> Vec<u8> {
    ipv4_between(SERVER, PLUGIN, payload)
}

pub fn ipv4_between(source: u16, destination: u16, payload: &[u8]) -> Vec<u8> {
    let builder = PacketBuilder::ipv4([10, 0, 0, 1], [10, 0, 0, 2], 64).udp(source, destination);
    let mut packet = Vec::new();
    builder.write(&mut packet, payload).expect("a packet");
    packet
}

/// An IPv6 packet with a datagram from the server to the plugin.
pub fn ipv6(payload: &[u8]) -> Vec<u8> {
    ipv6_with(IpNumber::UDP, &udp(payload))
}

/// An IPv6 packet with any contents.
pub fn ipv6_with(protocol: IpNumber, contents: &[u8]) -> Vec<u8> {
    let mut header = etherparse::Ipv6Header {
        next_header: protocol,
        hop_limit: 64,
        source: [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
        destination: [0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2],
        ..Default::default()
    };
    header.set_payload_length(contents.len()).expect("a length");
    [&header.to_bytes()[..], contents].concat()
}

/// A datagram from the server to the plugin: UDP header and payload.
pub fn udp(payload: &[u8]) -> Vec<u8> {
    let header =
        etherparse::UdpHeader::without_ipv4_checksum(SERVER, PLUGIN, payload.len()).expect("a length");
    [&header.to_bytes()[..], payload].concat()
}

/// An Ethernet frame.
pub fn ethernet(ether_type: EtherType, contents: &[u8]) -> Vec<u8> {
    let [high, low] = ether_type.0.to_be_bytes();
    let header = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, high, low];
    [&header[..], contents].concat()
}

/// An Ethernet frame with an IPv4 packet with a datagram.
pub fn frame(payload: &[u8]) -> Vec<u8> {
    ethernet(EtherType::IPV4, &ipv4(payload))
}

/// The byte order of a file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Order {
    Little,
    Big,
}

impl Order {
    pub const BOTH: [Self; 2] = [Self::Little, Self::Big];

    pub fn u16(self, value: u16) -> [u8; 2] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub fn u32(self, value: u32) -> [u8; 4] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }

    pub fn i64(self, value: i64) -> [u8; 8] {
        if self == Self::Big { value.to_be_bytes() } else { value.to_le_bytes() }
    }
}

/// A pcap file under construction.
pub struct Pcap {
    order: Order,
    pub bytes: Vec<u8>,
}

impl Pcap {
    pub const MICROSECONDS: u32 = 0xa1b2_c3d4;
    pub const NANOSECONDS: u32 = 0xa1b2_3c4d;

    pub fn new(link_type: u32) -> Self {
        Self::with(Order::Little, Self::MICROSECONDS, link_type)
    }

    pub fn with(order: Order, magic: u32, link_type: u32) -> Self {
        let bytes = [
            &order.u32(magic)[..],
            // Version 2.4.
            &order.u16(2),
            &order.u16(4),
            // Time zone and accuracy, always 0.
            &[0; 8],
            // Snapshot length.
            &order.u32(262_144),
            &order.u32(link_type),
        ]
        .concat();
        Self { order, bytes }
    }

    /// A packet captured whole, at 0.
    pub fn packet(self, packet: &[u8]) -> Self {
        self.packet_at(0, 0, packet)
    }

    pub fn packet_at(self, seconds: u32, fraction: u32, packet: &[u8]) -> Self {
        self.record(seconds, fraction, packet, packet.len())
    }

    /// A packet of which only so many bytes were captured.
    pub fn cut_packet(self, packet: &[u8], captured: usize) -> Self {
        self.record(0, 0, &packet[..captured], packet.len())
    }

    fn record(mut self, seconds: u32, fraction: u32, captured: &[u8], original: usize) -> Self {
        for field in [seconds, fraction, captured.len() as u32, original as u32] {
            self.bytes.extend(self.order.u32(field));
        }
        self.bytes.extend(captured);
        self
    }
}

/// A pcapng file under construction.
#[derive(Default)]
pub struct PcapNg {
    order: Option<Order>,
    pub bytes: Vec<u8>,
}

impl PcapNg {
    pub const TSRESOL: u16 = 9;
    pub const TSOFFSET: u16 = 14;

    /// A file with one section.
    pub fn new(order: Order) -> Self {
        Self::default().section(order)
    }

    pub fn section(mut self, order: Order) -> Self {
        self.order = Some(order);
        let body = [
            // Byte order, version 1.0, section length not known.
            &order.u32(0x1a2b_3c4d)[..],
            &order.u16(1),
            &order.u16(0),
            &order.i64(-1),
        ]
        .concat();
        self.block(0x0a0d_0d0a, &body)
    }

    fn order(&self) -> Order {
        self.order.expect("a section")
    }

    pub fn interface(self, link_type: u16) -> Self {
        self.interface_with(link_type, 0, &[])
    }

    pub fn interface_with(self, link_type: u16, snaplen: u32, options: &[(u16, &[u8])]) -> Self {
        let order = self.order();
        let mut body = [&order.u16(link_type)[..], &[0; 2], &order.u32(snaplen)].concat();
        for (code, value) in options {
            body.extend(order.u16(*code));
            body.extend(order.u16(value.len() as u16));
            body.extend(*value);
            body.resize(body.len().next_multiple_of(4), 0);
        }
        // End of the options.
        body.extend([0; 4]);
        self.block(1, &body)
    }

    /// A packet captured whole.
    pub fn packet(self, interface: u32, ticks: u64, packet: &[u8]) -> Self {
        self.cut_packet(interface, ticks, packet, packet.len())
    }

    /// A packet of which only so many bytes were captured.
    pub fn cut_packet(self, interface: u32, ticks: u64, packet: &[u8], captured: usize) -> Self {
        let order = self.order();
        let fields = [interface, (ticks >> 32) as u32, ticks as u32, captured as u32, packet.len() as u32];
        let mut body: Vec<u8> = fields.iter().flat_map(|field| order.u32(*field)).collect();
        body.extend(&packet[..captured]);
        self.block(6, &body)
    }

    /// A simple packet block, of which only so many bytes were captured.
    pub fn simple_packet(self, packet: &[u8], captured: usize) -> Self {
        let body = [&self.order().u32(packet.len() as u32)[..], &packet[..captured]].concat();
        self.block(3, &body)
    }

    /// A block of any type; its body is padded to a multiple of 4.
    pub fn block(mut self, block_type: u32, body: &[u8]) -> Self {
        let order = self.order();
        let padded = body.len().next_multiple_of(4);
        let length = order.u32(12 + padded as u32);
        self.bytes.extend(order.u32(block_type));
        self.bytes.extend(length);
        self.bytes.extend(body);
        self.bytes.resize(self.bytes.len() + padded - body.len(), 0xee);
        self.bytes.extend(length);
        self
    }
}
