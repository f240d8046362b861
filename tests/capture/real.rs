//! A recording of an acServer of 2016, which is not part of the repository.

use std::path::PathBuf;

use acudpclient::capture::{Format, Reader, Record, Writer};
use acudpclient::protocol::Event;

use crate::build::{address, records};

fn read(name: &str) -> Option<(Format, Vec<Record>)> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/captures").join(name);
    if !path.exists() {
        println!("skipped: {name} is not there");
        return None;
    }
    let reader = Reader::open(path).unwrap();
    Some((reader.format(), reader.map(Result::unwrap).collect()))
}

#[test]
fn both_forms_of_the_recording_have_the_same_packets() {
    let (Some((pcap, datagrams)), Some((plain, packets))) =
        (read("acserver-2016.pcap"), read("acserver-2016.bin"))
    else {
        return;
    };
    assert_eq!((pcap, plain), (Format::Pcap, Format::Payloads));
    assert_eq!((datagrams.len(), packets.len()), (395, 395));
    for (datagram, packet) in datagrams.iter().zip(&packets) {
        assert_eq!(datagram.number, packet.number);
        assert_eq!(datagram.payload, packet.payload);
        assert_eq!(datagram.source, address("127.0.0.1:10001"));
        assert_eq!(datagram.destination, address("127.0.0.1:10000"));
        assert!(datagram.time.is_some() && packet.time.is_none());
        assert!(!matches!(Event::decode(&datagram.payload), Ok(Event::Unknown(_)) | Err(_)));
    }
}

#[test]
fn written_again_it_is_the_same() {
    let Some((_, datagrams)) = read("acserver-2016.pcap") else { return };
    let mut file = Vec::new();
    let mut writer = Writer::new(&mut file).unwrap();
    for datagram in &datagrams {
        let (Some(time), Some(source), Some(destination)) =
            (datagram.time, datagram.source, datagram.destination)
        else {
            panic!("{datagram:?}")
        };
        writer.write(time, source, destination, &datagram.payload).unwrap();
    }
    writer.finish().unwrap();
    assert!(records(&file) == datagrams);
}
