//! Whatever the bytes are, reading ends, nothing panics, and nothing is made up.

use std::fs;
use std::path::Path;

use etherparse::{EtherType, IpNumber};

use crate::build::*;
use crate::checks;

fn check(file: &[u8]) {
    checks::recording(file, PLUGIN);
}

/// Small recordings with all that there is to read.
fn files() -> Vec<Vec<u8>> {
    let (v4, v6) = (ipv4(VERSION), ipv6(LOADED));
    let extended = ipv6_with(
        IpNumber::IPV6_HEADER_HOP_BY_HOP,
        &[
            &[60, 0, 1, 4, 0, 0, 0, 0, 51, 0, 1, 4, 0, 0, 0, 0][..],
            &[17, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2],
            &udp(LOADED),
        ]
        .concat(),
    );
    let datagram = udp(b"\x3c\x02e\0\0\0f\0\0\0");
    let fragment_v4 = |offset: u8, more: u8, part: &[u8]| {
        let mut packet = ipv4(&part[..part.len() - 8]);
        packet[6..8].copy_from_slice(&[more << 5, offset]);
        packet.truncate(20);
        [&packet[..], part].concat()
    };
    let fragment_v6 = |offset: u8, more: u8, part: &[u8]| {
        let header = [17, 0, 0, offset << 3 | more, 0, 0, 0, 9];
        ipv6_with(IpNumber::IPV6_FRAGMENTATION_HEADER, &[&header[..], part].concat())
    };
    let fragments = [
        fragment_v4(0, 1, &datagram[..8]),
        fragment_v4(1, 0, &datagram[8..]),
        fragment_v6(1, 0, &datagram[8..]),
        fragment_v6(0, 1, &datagram[..8]),
    ];
    let packets = [&v4, &v6, &extended, &fragments[0], &fragments[1], &fragments[2], &fragments[3]];

    let link = |link_type: u32, packet: &[u8]| -> Vec<u8> {
        let (ether_type, family) =
            if packet[0] >> 4 == 4 { (EtherType::IPV4, 2) } else { (EtherType::IPV6, 30) };
        let [high, low] = ether_type.0.to_be_bytes();
        match link_type {
            0 => [&[family, 0, 0, 0][..], packet].concat(),
            108 => [&[0, 0, 0, family][..], packet].concat(),
            1 => {
                let tagged = [&[0, 7, 0x81, 0, 0, 8, high, low][..], packet].concat();
                ethernet(EtherType::PROVIDER_BRIDGING, &tagged)
            }
            113 => [&[0; 14][..], &[high, low], packet].concat(),
            276 => [&[high, low][..], &[0; 18], packet].concat(),
            _ => packet.to_vec(),
        }
    };

    let mut files = Vec::new();
    for link_type in [0, 1, 101, 108, 113, 228, 229, 276] {
        // The byte order of the file is nothing to the frames.
        let orders = if link_type == 1 { &Order::BOTH[..] } else { &[Order::Little] };
        for &order in orders {
            let mut pcap = Pcap::with(order, Pcap::NANOSECONDS, link_type);
            let options: [(u16, &[u8]); 2] =
                [(PcapNg::TSRESOL, &[9]), (PcapNg::TSOFFSET, &order.i64(86_400))];
            let mut pcapng = PcapNg::new(order).interface_with(link_type as u16, 0, &options);
            for packet in packets {
                let frame = link(link_type, packet);
                pcap = pcap.packet_at(1, 2, &frame);
                pcapng = pcapng.packet(0, 3, &frame);
            }
            let frame = link(link_type, &v4);
            files.push(pcap.cut_packet(&frame, frame.len() - 3).bytes);
            files.push(pcapng.simple_packet(&frame, frame.len()).block(5, &[0; 12]).bytes);
        }
    }
    files.push([VERSION, LOADED, b"\x39\x03\x02g\0\0\0g\0\0\0", b"\x96\0"].concat());
    files
}

/// `CAPTURE_SEEDS=folder cargo test --all-features --test capture` also writes them there: fuzzing
/// starts from them.
#[test]
fn the_recordings_are_read() {
    let files = files();
    if let Some(folder) = std::env::var_os("CAPTURE_SEEDS") {
        for (number, file) in files.iter().enumerate() {
            let path = Path::new(&folder).join(format!("seed-{number}"));
            fs::write(&path, file).unwrap_or_else(|error| panic!("writing {}: {error}", path.display()));
        }
    }
    let mut counts: Vec<usize> =
        files.iter().map(|file| items(file).iter().filter(|item| item.is_ok()).count()).collect();
    assert_eq!(counts.pop(), Some(3), "plain payloads");
    for counts in counts.chunks(2) {
        // Three packets and two datagrams in fragments; then a cut one, or a simple one.
        assert_eq!(counts, [5, 6]);
    }
}

#[test]
fn every_prefix() {
    for file in files() {
        for length in 0..file.len() {
            check(&file[..length]);
        }
    }
}

#[test]
fn every_byte_changed() {
    for mut file in files() {
        for index in 0..file.len() {
            let original = file[index];
            for byte in [0, 0x80, 0xff, original.wrapping_add(1), original ^ 0x08, original ^ 0x40] {
                file[index] = byte;
                check(&file);
            }
            file[index] = original;
        }
    }
}

#[test]
fn many_bytes_changed() {
    // xorshift64: the same on every run.
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    for file in files() {
        for _ in 0..300 {
            let mut file = file.clone();
            for _ in 0..=random(8) {
                let index = random(file.len());
                file[index] = random(256) as u8;
            }
            match random(4) {
                // A part is missing, or is there twice.
                0 => {
                    let (start, length) = (random(file.len()), random(40));
                    let end = file.len().min(start + length);
                    file.drain(start..end);
                }
                1 => {
                    let (start, length) = (random(file.len()), random(80));
                    let end = file.len().min(start + length);
                    let part = file[start..end].to_vec();
                    let at = random(file.len());
                    file.splice(at..at, part);
                }
                _ => {}
            }
            check(&file);
        }
    }
}
