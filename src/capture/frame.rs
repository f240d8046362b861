//! From a captured frame to its datagram: link layer, IP, UDP.
//!
//! etherparse reads each header. This code goes from one header to the next, because a frame may be truncated
//! anywhere, and a fragment's bytes must not be read as headers. etherparse's own walk over IPv6 extension headers
//! (0.21) reads past the end of a truncated packet.

use std::net::IpAddr;

use byteorder::{BigEndian, ByteOrder, LittleEndian};
use etherparse::err::{self, LenError};
use etherparse::{
    EtherType, IpAuthHeaderSlice, IpFragOffset, IpNumber, Ipv4HeaderSlice, Ipv6FragmentHeaderSlice,
    Ipv6HeaderSlice, Ipv6RawExtHeaderSlice, SingleVlanHeaderSlice, UdpHeader, UdpHeaderSlice,
};

/// Why a frame cannot be read.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// It ends too early.
    Short { reading: &'static str, needed: usize, available: usize },
    /// A header has an impossible value.
    Wrong { reading: &'static str, found: String },
}

fn short(reading: &'static str, error: &LenError) -> Unreadable {
    Unreadable::Short { reading, needed: error.required_len, available: error.len }
}

/// A length field's value. 0 means the whole packet: it was captured before the network card split it.
fn declared(length: u16, all: usize) -> usize {
    if length == 0 { all } else { usize::from(length) }
}

fn split<'a>(
    bytes: &'a [u8],
    length: usize,
    reading: &'static str,
) -> Result<(&'a [u8], &'a [u8]), Unreadable> {
    bytes.split_at_checked(length).ok_or(Unreadable::Short {
        reading,
        needed: length,
        available: bytes.len(),
    })
}

/// The header at the beginning of a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkLayer {
    Ethernet,
    /// Linux "cooked" capture, from `tcpdump -i any` before libpcap 1.10.
    Cooked,
    /// Its successor.
    Cooked2,
    /// BSD and macOS loopback: an address family of four bytes.
    Loopback,
    /// No link layer.
    Ip,
}

impl LinkLayer {
    /// For a number from <https://www.tcpdump.org/linktypes.html>; `None` if it is not supported.
    pub(super) fn from_number(link_type: u32) -> Option<Self> {
        Some(match link_type {
            0 | 108 => Self::Loopback,
            1 => Self::Ethernet,
            // Some systems write 12 or 14 instead of 101.
            12 | 14 | 101 | 228 | 229 => Self::Ip,
            113 => Self::Cooked,
            276 => Self::Cooked2,
            _ => return None,
        })
    }
}

/// The addresses and the payload of an IP packet.
#[derive(Debug)]
pub(super) struct IpPacket<'a> {
    pub(super) source: IpAddr,
    pub(super) destination: IpAddr,
    /// The payload's protocol.
    pub(super) protocol: IpNumber,
    /// Set if `payload` is only this part of the whole payload.
    pub(super) fragment: Option<Fragment>,
    pub(super) payload: &'a [u8],
    /// How many bytes of the payload were not captured.
    pub(super) missing: usize,
}

/// A fragment's place in its packet.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fragment {
    pub(super) identification: u32,
    pub(super) offset: IpFragOffset,
    pub(super) more: bool,
}

/// The IP packet in a frame; `None` if the frame has another protocol.
pub(super) fn ip_packet(link: LinkLayer, frame: &[u8]) -> Result<Option<IpPacket<'_>>, Unreadable> {
    let Some(packet) = strip_link(link, frame)? else { return Ok(None) };
    match packet.first().map(|first| first >> 4) {
        Some(4) => ipv4(packet).map(Some),
        Some(6) => ipv6(packet).map(Some),
        Some(version) => {
            Err(Unreadable::Wrong { reading: "IP header", found: format!("has version {version}") })
        }
        None => Err(Unreadable::Short { reading: "IP header", needed: 1, available: 0 }),
    }
}

fn strip_link(link: LinkLayer, frame: &[u8]) -> Result<Option<&[u8]>, Unreadable> {
    let (length, type_at, reading) = match link {
        LinkLayer::Ip => return Ok(Some(frame)),
        LinkLayer::Loopback => return strip_loopback(frame),
        LinkLayer::Ethernet => (14, 12, "Ethernet header"),
        LinkLayer::Cooked => (16, 14, "Linux cooked header"),
        LinkLayer::Cooked2 => (20, 0, "Linux cooked header"),
    };
    let (header, mut rest) = split(frame, length, reading)?;
    let mut ether_type = EtherType(BigEndian::read_u16(&header[type_at..]));
    loop {
        match ether_type {
            EtherType::IPV4 | EtherType::IPV6 => return Ok(Some(rest)),
            EtherType::VLAN_TAGGED_FRAME
            | EtherType::PROVIDER_BRIDGING
            | EtherType::VLAN_DOUBLE_TAGGED_FRAME => {
                let vlan =
                    SingleVlanHeaderSlice::from_slice(rest).map_err(|error| short("VLAN tag", &error))?;
                ether_type = vlan.ether_type();
                rest = &rest[vlan.slice().len()..];
            }
            _ => return Ok(None),
        }
    }
}

fn strip_loopback(frame: &[u8]) -> Result<Option<&[u8]>, Unreadable> {
    let (family, packet) = split(frame, 4, "loopback header")?;
    // The byte order is the recording machine's or the network's. Families are small numbers: take the smaller one.
    let family = BigEndian::read_u32(family).min(LittleEndian::read_u32(family));
    // AF_INET, and AF_INET6 of Linux, Windows, NetBSD and OpenBSD, FreeBSD, macOS.
    Ok(matches!(family, 2 | 10 | 23 | 24 | 28 | 30).then_some(packet))
}

fn ipv4(packet: &[u8]) -> Result<IpPacket<'_>, Unreadable> {
    use err::ipv4::HeaderSliceError::{Content, Len};
    const READING: &str = "IPv4 header";

    let header = Ipv4HeaderSlice::from_slice(packet).map_err(|error| match error {
        Len(error) => short(READING, &error),
        Content(error) => Unreadable::Wrong { reading: READING, found: format!("is invalid: {error}") },
    })?;
    let header_length = header.slice().len();
    let total_length = declared(header.total_len(), packet.len());
    if total_length < header_length {
        let found = format!("has {header_length} bytes, of a packet of {total_length}");
        return Err(Unreadable::Wrong { reading: READING, found });
    }
    let fragment = header.is_fragmenting_payload().then(|| Fragment {
        identification: header.identification().into(),
        offset: header.fragments_offset(),
        more: header.more_fragments(),
    });
    let payload = &packet[header_length..total_length.min(packet.len())];
    let (protocol, payload) = match header.protocol() {
        IpNumber::AUTHENTICATION_HEADER if fragment.is_none() => {
            strip_extensions(header.protocol(), payload)?
        }
        protocol => (protocol, payload),
    };
    Ok(IpPacket {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        protocol,
        fragment,
        payload,
        missing: total_length.saturating_sub(packet.len()),
    })
}

fn ipv6(packet: &[u8]) -> Result<IpPacket<'_>, Unreadable> {
    use err::ipv6::HeaderSliceError::{Content, Len};
    const READING: &str = "IPv6 header";

    let header = Ipv6HeaderSlice::from_slice(packet).map_err(|error| match error {
        Len(error) => short(READING, &error),
        Content(error) => Unreadable::Wrong { reading: READING, found: format!("is invalid: {error}") },
    })?;
    let bytes = &packet[header.slice().len()..];
    let length = declared(header.payload_length(), bytes.len());
    let bytes = &bytes[..length.min(bytes.len())];
    let missing = length - bytes.len();
    let (protocol, fragment, payload) = walk_extensions(header.next_header(), bytes)?;
    Ok(IpPacket {
        source: header.source_addr().into(),
        destination: header.destination_addr().into(),
        protocol,
        fragment,
        payload,
        missing,
    })
}

/// Skips the extension headers of a complete packet.
pub(super) fn strip_extensions(protocol: IpNumber, bytes: &[u8]) -> Result<(IpNumber, &[u8]), Unreadable> {
    match walk_extensions(protocol, bytes)? {
        (protocol, None, payload) => Ok((protocol, payload)),
        (_, Some(_), _) => Err(Unreadable::Wrong {
            reading: "IPv6 fragment header",
            found: "is within a fragment".to_owned(),
        }),
    }
}

/// Skips the extension headers up to a fragment header: a fragment's bytes have a meaning only after reassembly.
fn walk_extensions(
    mut protocol: IpNumber,
    mut bytes: &[u8],
) -> Result<(IpNumber, Option<Fragment>, &[u8]), Unreadable> {
    loop {
        let length = match protocol {
            IpNumber::IPV6_HEADER_HOP_BY_HOP
            | IpNumber::IPV6_DESTINATION_OPTIONS
            | IpNumber::IPV6_ROUTE_HEADER => {
                let header = Ipv6RawExtHeaderSlice::from_slice(bytes)
                    .map_err(|error| short("IPv6 extension header", &error))?;
                protocol = header.next_header();
                header.slice().len()
            }
            IpNumber::AUTHENTICATION_HEADER => {
                use err::ip_auth::HeaderSliceError::{Content, Len};
                const READING: &str = "IP authentication header";
                let header = IpAuthHeaderSlice::from_slice(bytes).map_err(|error| match error {
                    Len(error) => short(READING, &error),
                    Content(error) => {
                        Unreadable::Wrong { reading: READING, found: format!("is invalid: {error}") }
                    }
                })?;
                protocol = header.next_header();
                header.slice().len()
            }
            IpNumber::IPV6_FRAGMENTATION_HEADER => {
                let header = Ipv6FragmentHeaderSlice::from_slice(bytes)
                    .map_err(|error| short("IPv6 fragment header", &error))?;
                protocol = header.next_header();
                let length = header.slice().len();
                if header.is_fragmenting_payload() {
                    let fragment = Fragment {
                        identification: header.identification(),
                        offset: header.fragment_offset(),
                        more: header.more_fragments(),
                    };
                    return Ok((protocol, Some(fragment), &bytes[length..]));
                }
                length
            }
            _ => return Ok((protocol, None, bytes)),
        };
        bytes = &bytes[length..];
    }
}

/// True if a fragment of this protocol can be part of a UDP datagram.
pub(super) fn may_hold_udp(protocol: IpNumber) -> bool {
    matches!(
        protocol,
        IpNumber::UDP
            | IpNumber::AUTHENTICATION_HEADER
            | IpNumber::IPV6_DESTINATION_OPTIONS
            | IpNumber::IPV6_ROUTE_HEADER
    )
}

/// A datagram's ports.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ports {
    pub(super) source: u16,
    pub(super) destination: u16,
}

impl Ports {
    /// Reads them at the beginning of a UDP header; `None` if they are missing.
    pub(super) fn read(datagram: &[u8]) -> Option<Self> {
        let (ports, _) = datagram.split_at_checked(4)?;
        Some(Self { source: BigEndian::read_u16(ports), destination: BigEndian::read_u16(&ports[2..]) })
    }
}

/// The ports and the payload of a datagram that begins with its UDP header. The header gives the length; any bytes
/// after it are padding. Ignores the checksum: network cards fill it in after packets are captured.
///
/// `missing` is the number of bytes after `datagram` that were not captured.
pub(super) fn udp(datagram: &[u8], missing: usize) -> Result<(Ports, &[u8]), Unreadable> {
    let header = UdpHeaderSlice::from_slice(datagram).map_err(|error| short("UDP header", &error))?;
    let length = declared(header.length(), datagram.len() + missing);
    if length < UdpHeader::LEN {
        let found = format!("has {} bytes, of a datagram of {length}", UdpHeader::LEN);
        return Err(Unreadable::Wrong { reading: "UDP header", found });
    }
    let (datagram, _) = split(datagram, length, "UDP datagram")?;
    let ports = Ports { source: header.source_port(), destination: header.destination_port() };
    Ok((ports, &datagram[UdpHeader::LEN..]))
}
