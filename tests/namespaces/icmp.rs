//! ICMP errors that quote a datagram of ours. Anybody can forge them who knows the addresses; here the
//! router does.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::ops::RangeInclusive;

use socket2::{Domain, Protocol, Socket, Type};
use support::PATIENCE;

use crate::world::{Family, Kind, Subject, World};

/// Type, codes and what follows the checksum: for "fragmentation needed" the size that fits.
type Errors = (u8, RangeInclusive<u8>, [u8; 4]);

const V4: [Errors; 6] = [
    (3, 0..=3, [0; 4]),
    (3, 4..=4, [0, 0, 1000_u16.to_be_bytes()[0], 1000_u16.to_be_bytes()[1]]),
    (3, 5..=15, [0; 4]),
    (4, 0..=0, [0; 4]),
    (11, 0..=1, [0; 4]),
    (12, 0..=2, [0; 4]),
];

const V6: [Errors; 4] =
    [(1, 0..=7, [0; 4]), (2, 0..=0, 1300_u32.to_be_bytes()), (3, 0..=1, [0; 4]), (4, 0..=3, [0; 4])];

/// socket2 has a name for it only with all its features.
const SOCK_RAW: i32 = 3;

fn words(bytes: &[u8]) -> u32 {
    bytes.chunks(2).map(|pair| u32::from(u16::from_be_bytes([pair[0], *pair.get(1).unwrap_or(&0)]))).sum()
}

/// The headers of a datagram between the two, as an error quotes them.
fn quoted(from: SocketAddr, to: SocketAddr) -> Vec<u8> {
    let mut bytes = match (from.ip(), to.ip()) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            let start = [0x45, 0, 0, 29, 0, 1, 0, 0, 64, 17, 0, 0];
            [&start[..], &from.octets(), &to.octets()].concat()
        }
        (IpAddr::V6(from), IpAddr::V6(to)) => {
            let start = [0x60, 0, 0, 0, 0, 9, 17, 64];
            [&start[..], &from.octets(), &to.octets()].concat()
        }
        _ => panic!("{from} {to}"),
    };
    bytes.extend([from.port(), to.port(), 9, 0].map(u16::to_be_bytes).as_flattened());
    // One byte: NEXT_SESSION.
    bytes.push(207);
    bytes
}

/// Who forges, and a line by which it is known that what was sent before has arrived.
struct Forger {
    icmp: Socket,
    doorbell: UdpSocket,
    heard: UdpSocket,
}

impl Forger {
    fn new(world: &World, family: Family) -> Self {
        let (domain, protocol) = match family {
            Family::V4 => (Domain::IPV4, Protocol::ICMPV4),
            Family::V6 => (Domain::IPV6, Protocol::ICMPV6),
        };
        let heard = world.plugin.enter(|| UdpSocket::bind((family.plugin(), 0)).unwrap());
        heard.set_read_timeout(Some(PATIENCE)).unwrap();
        let any = match family {
            Family::V4 => "0.0.0.0:0",
            Family::V6 => "[::]:0",
        };
        let (icmp, doorbell) = world.router.enter(|| {
            (
                Socket::new(domain, Type::from(SOCK_RAW), Some(protocol)).unwrap(),
                UdpSocket::bind(any).unwrap(),
            )
        });
        Self { icmp, doorbell, heard }
    }

    /// Sends the plugin's host an error about a datagram between the two, and waits until it has arrived.
    fn send(&self, (kind, code, rest): (u8, u8, [u8; 4]), (from, to): (SocketAddr, SocketAddr)) {
        let mut error = [&[kind, code, 0, 0], &rest[..], &quoted(from, to)].concat();
        if from.is_ipv4() {
            // The kernel does this for IPv6.
            let sum = words(&error);
            let folded = (sum & 0xFFFF) + (sum >> 16);
            error[2..4].copy_from_slice(&(!((folded & 0xFFFF) + (folded >> 16)) as u16).to_be_bytes());
        }
        self.icmp.send_to(&error, &SocketAddr::new(from.ip(), 0).into()).unwrap();
        self.doorbell.send_to(&[0], self.heard.local_addr().unwrap()).unwrap();
        self.heard.recv(&mut [0]).unwrap();
    }
}

fn no_error_ends_anything(test: &str, family: Family, kind: Kind) {
    World::inside(test, "", |world| {
        let server = world.start_server(family);
        let mut subject = Subject::new(world, server.local_addr(), kind);
        let forger = Forger::new(world, family);
        subject.assert_goes_on(&server, "before");
        let errors = match family {
            Family::V4 => &V4[..],
            Family::V6 => &V6[..],
        };
        for (kind, codes, rest) in errors {
            for code in codes.clone() {
                for connection in subject.connections() {
                    forger.send((*kind, code, *rest), connection);
                }
                subject.assert_goes_on(&server, &format!("after ICMP {kind}/{code}"));
            }
        }
    });
}

macro_rules! tests {
    ($($name:ident: $family:ident $kind:ident,)*) => {$(
        #[test]
        fn $name() {
            no_error_ends_anything(concat!("icmp::", stringify!($name)), Family::$family, Kind::$kind);
        }
    )*};
}

tests! {
    a_client: V4 Foreground,
    a_background_client: V4 Background,
    a_client_over_ipv6: V6 Foreground,
    a_background_client_over_ipv6: V6 Background,
}

#[cfg(feature = "relay")]
tests! {
    a_relay: V4 Relay,
    a_relay_over_ipv6: V6 Relay,
}
