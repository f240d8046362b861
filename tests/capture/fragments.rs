//! Datagrams that were sent in several IP packets.

use acudpclient::capture::{Error, Reader, Record};
use etherparse::{IpFragOffset, IpNumber, Ipv4Header, Ipv6FragmentHeader};

use crate::build::*;

/// A payload of CAR_INFO's largest size that tells its bytes apart.
pub fn long_payload() -> Vec<u8> {
    (0..5108_u32).map(|index| (index % 251) as u8).collect()
}

/// Fragments as they go over a network: of 1,480 bytes, the last one shorter. `build` makes the
/// packet of offset, whether more follow, and contents.
fn split(datagram: &[u8], build: impl Fn(IpFragOffset, bool, &[u8]) -> Vec<u8>) -> Vec<Vec<u8>> {
    let count = datagram.len().div_ceil(1480);
    let parts = datagram.chunks(1480).enumerate();
    parts
        .map(|(index, part)| {
            let offset = IpFragOffset::try_new((index * 1480 / 8) as u16).unwrap();
            build(offset, index + 1 < count, part)
        })
        .collect()
}

pub fn ipv4_fragments(identification: u16, datagram: &[u8]) -> Vec<Vec<u8>> {
    split(datagram, |offset, more, part| {
        let mut header =
            Ipv4Header::new(part.len() as u16, 64, IpNumber::UDP, [10, 0, 0, 1], [10, 0, 0, 2]).unwrap();
        header.identification = identification;
        header.dont_fragment = false;
        header.fragment_offset = offset;
        header.more_fragments = more;
        [&header.to_bytes()[..], part].concat()
    })
}

fn ipv6_fragments(protocol: IpNumber, identification: u32, datagram: &[u8]) -> Vec<Vec<u8>> {
    split(datagram, |offset, more, part| {
        let header = Ipv6FragmentHeader::new(protocol, offset, more, identification);
        ipv6_with(IpNumber::IPV6_FRAGMENTATION_HEADER, &[&header.to_bytes()[..], part].concat())
    })
}

pub fn pcap<'a>(packets: impl IntoIterator<Item = &'a Vec<u8>>) -> Vec<u8> {
    packets.into_iter().fold(Pcap::new(RAW), |file, packet| file.packet(packet)).bytes
}

fn of_port(port: u16, recording: &[u8]) -> Vec<Result<Record, Error>> {
    Reader::new(recording).unwrap().port(port).collect()
}

#[test]
fn fragments_are_put_together_in_any_order() {
    let payload = long_payload();
    for fragments in
        [ipv4_fragments(7, &udp(&payload)), ipv6_fragments(IpNumber::UDP, 70_000, &udp(&payload))]
    {
        assert_eq!(fragments.len(), 4);
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            let file = pcap(order.map(|index| &fragments[index]));
            let records = records(&file);
            assert_eq!(records.len(), 1);
            assert_eq!(records[0].number, 4, "of the record that made it whole");
            assert_eq!(records[0].source.unwrap().port(), SERVER);
            assert_eq!(records[0].destination.unwrap().port(), PLUGIN);
            assert_eq!(records[0].payload, payload);
        }
    }
}

#[test]
fn extension_headers_may_be_in_the_fragments() {
    // Destination options before the datagram: only the first fragment has them.
    let payload = long_payload();
    let contents = [&[17, 0, 1, 4, 0, 0, 0, 0][..], &udp(&payload)].concat();
    let fragments = ipv6_fragments(IpNumber::IPV6_DESTINATION_OPTIONS, 9, &contents);
    for order in [[0, 1, 2, 3], [3, 2, 1, 0]] {
        assert_eq!(payloads(&pcap(order.map(|index| &fragments[index]))), [&payload[..]]);
    }
}

#[test]
fn datagrams_are_told_apart_by_address_and_identification() {
    let (first, second) = (vec![1; 2000], vec![2; 2000]);
    let a = ipv4_fragments(1, &udp(&first));
    let b = ipv4_fragments(2, &udp(&second));
    let mut c = ipv4_fragments(1, &udp(&[3; 2000]));
    for fragment in &mut c {
        // Another sender.
        fragment[15] = 99;
    }
    let file = pcap([&a[0], &b[1], &c[0], &b[0], &a[1], &c[1]]);
    let records = records(&file);
    let read: Vec<_> = records.iter().map(|record| (record.number, record.payload[0])).collect();
    assert_eq!(read, [(4, 2), (5, 1), (6, 3)]);
    assert_eq!(records[0].payload, second);
    assert_eq!(records[2].source, address("10.0.0.99:11000"));
}

#[test]
fn a_fragment_may_come_twice() {
    let payload = long_payload();
    let fragments = ipv4_fragments(7, &udp(&payload));
    let file = pcap([0, 0, 1, 2, 2, 1, 3].map(|index| &fragments[index]));
    assert_eq!(payloads(&file), [&payload[..]]);
}

#[test]
fn datagrams_that_stay_incomplete_are_reported_at_the_end() {
    let a = ipv4_fragments(1, &udp(&long_payload()));
    let b = ipv6_fragments(IpNumber::UDP, 2, &udp(&long_payload()));
    let whole = ipv4(LOADED);
    let items = items(&pcap([&whole, &a[0], &b[1], &a[2], &whole]));
    assert_eq!(items.len(), 4);
    assert_eq!(items[0].as_ref().unwrap().number, 1);
    assert_eq!(items[1].as_ref().unwrap().number, 5);
    assert_eq!(items[2], Err(Error::Fragments { record: 2 }));
    assert_eq!(items[3], Err(Error::Fragments { record: 3 }));
    let error = items[2].as_ref().unwrap_err();
    assert!(error.is_recoverable());
    assert_eq!(
        error.to_string(),
        "record 2: its datagram was sent in fragments, and some are missing in the recording: record with a \
         filter that keeps them, such as 'udp port 12000 or ip[6:2] & 0x1fff != 0'"
    );
}

#[test]
fn too_many_incomplete_datagrams_push_out_the_oldest() {
    let first = ipv4_fragments(0, &udp(&long_payload()));
    let mut packets = vec![first[0].clone()];
    for identification in 1..=64 {
        packets.push(ipv4_fragments(identification, &udp(&long_payload())).remove(0));
    }
    packets.push(ipv4(LOADED));
    let items = items(&pcap(&packets));
    assert_eq!(items[0], Err(Error::Fragments { record: 1 }));
    assert_eq!(items[1].as_ref().unwrap().number, 66);
    let lost: Vec<_> = items[2..].iter().map(|item| item.clone().unwrap_err()).collect();
    let expected: Vec<_> = (2..=65).map(|record| Error::Fragments { record }).collect();
    assert_eq!(lost, expected);
}

#[test]
fn an_identification_is_used_again_after_a_while() {
    let old = ipv4_fragments(1, &udp(&[1; 2000]));
    let new = ipv4_fragments(1, &udp(&[2; 2000]));
    let file = |seconds: u32| {
        Pcap::new(RAW)
            .packet_at(100, 0, &old[0])
            .packet_at(100 + seconds, 0, &new[1])
            .packet_at(100 + seconds, 1, &new[0])
            .bytes
    };
    assert_eq!(
        items(&file(31)).into_iter().map(|item| item.map(|record| record.payload)).collect::<Vec<_>>(),
        [Err(Error::Fragments { record: 1 }), Ok(vec![2; 2000])]
    );
    // Within that time, the second fragment is taken for the first one's.
    assert_eq!(items(&file(30)).len(), 2);
    assert_eq!(items(&file(30))[0].as_ref().unwrap().number, 2);
}

#[test]
fn an_identification_is_used_again_once_its_datagram_is_whole() {
    // A DNS answer, and at once a datagram to the plugin with the same identification.
    let mut answer = udp(&[1; 2000]);
    answer[..4].copy_from_slice(&[0, 53, 0xc0, 0]);
    let (old, new) = (ipv4_fragments(1, &answer), ipv4_fragments(1, &udp(&[2; 2000])));
    for order in [[&old[0], &old[1]], [&old[1], &old[0]]] {
        let file = pcap(order.into_iter().chain(&new));
        assert_eq!(payloads(&file), [[1; 2000], [2; 2000]]);
        let items = of_port(PLUGIN, &file);
        assert_eq!(items.len(), 1, "{items:?}");
        assert_eq!(items[0].as_ref().unwrap().payload, [2; 2000]);
    }
}

#[test]
fn fragments_of_other_protocols_and_ports_are_nobodys_loss() {
    let mut tcp = ipv4_fragments(1, &[0; 2000]).remove(0);
    tcp[9] = 6;
    assert_eq!(items(&pcap([&tcp])), []);

    let fragments = ipv4_fragments(2, &udp(&long_payload()));
    // The ports are in the first fragment.
    assert_eq!(of_port(53, &pcap(&fragments)), []);
    assert_eq!(of_port(53, &pcap(&fragments[..3])), []);
    assert_eq!(of_port(53, &pcap([&fragments[3], &fragments[0]])), []);
    assert_eq!(of_port(53, &pcap([&fragments[3]])), [Err(Error::Fragments { record: 1 })]);
    assert_eq!(of_port(PLUGIN, &pcap([&fragments[0]])), [Err(Error::Fragments { record: 1 })]);
    assert_eq!(of_port(SERVER, &pcap(&fragments)).len(), 1);
}

#[test]
fn a_datagram_with_a_cut_fragment_is_reported_once() {
    let fragments = ipv4_fragments(2, &udp(&long_payload()));
    let file = Pcap::new(RAW)
        .packet(&fragments[0])
        .cut_packet(&fragments[1], 100)
        .cut_packet(&fragments[2], 100)
        .packet(&fragments[3])
        .packet(&ipv4(LOADED))
        .bytes;
    let read = items(&file);
    assert_eq!(read.len(), 2);
    assert_eq!(
        read[0].clone().unwrap_err(),
        Error::Cut { record: 2, reading: "IP fragment", captured: 100, original: 1500 }
    );
    assert_eq!(read[1].as_ref().unwrap().number, 5);
    // And not at all if its first fragment shows that it is of another port.
    let file = Pcap::new(RAW).cut_packet(&fragments[0], 24).cut_packet(&fragments[1], 100).bytes;
    assert_eq!(of_port(53, &file), []);
    assert_eq!(of_port(PLUGIN, &file).len(), 1);
}

#[test]
fn fragments_that_contradict_each_other_are_errors() {
    let fragments = ipv4_fragments(3, &udp(&[1; 3000]));
    assert_eq!(fragments.len(), 3);
    // The second says that it is the last one, the third goes beyond.
    let mut second = fragments[1].clone();
    second[6] &= !0x20;
    let items = items(&pcap([&second, &fragments[2], &fragments[0]]));
    assert_eq!(items.len(), 2);
    let error = items[0].as_ref().unwrap_err();
    assert!(error.is_recoverable());
    assert!(matches!(error, Error::Malformed { record: 2, reading: "IP fragment", .. }), "{error}");
    // What was put together is shorter than its UDP header says.
    let error = items[1].as_ref().unwrap_err();
    assert_eq!(error.to_string(), "record 3 is skipped: its UDP datagram needs 3008 bytes and has 2960");

    // A part within a datagram is a multiple of 8 bytes.
    let odd = split(&udp(&[1; 3000]), |_, _, part| {
        let mut header =
            Ipv4Header::new(part.len() as u16 - 1, 64, IpNumber::UDP, [10, 0, 0, 1], [10, 0, 0, 2]).unwrap();
        header.more_fragments = true;
        [&header.to_bytes()[..], &part[1..]].concat()
    });
    let items = crate::build::items(&pcap([&odd[0]]));
    assert!(matches!(items[0], Err(Error::Malformed { record: 1, .. })), "{items:?}");
}

#[test]
fn a_fragment_within_a_fragment_is_an_error() {
    let inner = Ipv6FragmentHeader::new(IpNumber::UDP, IpFragOffset::ZERO, true, 5);
    let contents = [&[44, 0, 1, 4, 0, 0, 0, 0][..], &inner.to_bytes(), &udp(&[1; 2000])].concat();
    let fragments = ipv6_fragments(IpNumber::IPV6_DESTINATION_OPTIONS, 6, &contents);
    let items = items(&pcap(&fragments));
    assert_eq!(items.len(), 1);
    let error = items[0].as_ref().unwrap_err();
    assert_eq!(error.to_string(), "record 2 is skipped: its IPv6 fragment header is within a fragment");
}
