//! Plain payloads: the packets of the server, one after the other.

use acudpclient::capture::{Error, Format, Reader};
use acudpclient::protocol::{CarInfo, Chat, DecodeError, Event, LapCompleted, SessionInfo};

use crate::build::*;

fn packets() -> Vec<Vec<u8>> {
    let session = SessionInfo {
        server_name: "N\u{fc}rburgring \u{1f3c1}".to_owned(),
        track: "ks_nordschleife".to_owned(),
        ..SessionInfo::default()
    };
    let car = CarInfo { driver_name: "x".repeat(255), ..CarInfo::default() };
    let lap = LapCompleted { leaderboard: vec![Default::default(); 255], ..LapCompleted::default() };
    let chat = Chat { message: "gg".to_owned(), ..Chat::default() };
    let events = [
        Event::SessionInfo(session),
        Event::CarInfo(car),
        Event::LapCompleted(lap),
        Event::Chat(chat),
        Event::CarUpdate(Default::default()),
        Event::ClientEvent(Default::default()),
    ];
    events.iter().map(|event| event.encode().unwrap()).collect()
}

#[test]
fn packets_are_told_apart() {
    let packets = packets();
    let file = [&packets.concat(), VERSION].concat();
    let reader = Reader::new(&file[..]).unwrap();
    assert_eq!(reader.format(), Format::Payloads);
    for (index, record) in reader.enumerate() {
        let record = record.unwrap();
        assert_eq!(record.number, index as u64 + 1);
        assert_eq!((record.time, record.source, record.destination), (None, None, None));
        assert_eq!(&record.payload[..], packets.get(index).map_or(VERSION, |packet| &packet[..]));
    }
    assert_eq!(records(&file).len(), packets.len() + 1);
}

#[test]
fn a_port_filter_keeps_all() {
    let file = packets().concat();
    let read: Vec<_> = Reader::new(&file[..]).unwrap().port(1).map(Result::unwrap).collect();
    assert_eq!(read, records(&file));
}

#[test]
fn an_empty_file_has_no_packets() {
    let mut reader = Reader::new(&b""[..]).unwrap();
    assert_eq!(reader.format(), Format::Payloads);
    assert_eq!(reader.next(), None);
}

/// The error behind VERSION and CLIENT_LOADED, which ends reading.
fn error(rest: &[u8]) -> Error {
    let file = [VERSION, LOADED, rest].concat();
    let items = items(&file);
    assert_eq!(items.len(), 3, "{items:?}");
    assert_eq!(items[0].as_ref().unwrap().payload, VERSION);
    assert_eq!(items[1].as_ref().unwrap().payload, LOADED);
    let error = items[2].clone().unwrap_err();
    assert!(!error.is_recoverable());
    error
}

#[test]
fn an_unknown_packet_ends_reading() {
    let unknown = error(b"\x99rest, whatever it is");
    assert_eq!(unknown, Error::UnknownPacket { record: 3, offset: 4, packet_id: 153 });
    assert_eq!(
        unknown.to_string(),
        "record 3 at byte 4: packet id 153 is unknown, so nobody knows where the next packet begins: \
         record with tcpdump, whose files keep the packets apart"
    );
    assert!(
        error(b"\xcb\0").to_string().starts_with(
            "record 3 at byte 4: packet id 203 is ACSP_BROADCAST_CHAT, which is not an event, so"
        )
    );
    assert!(
        error(b"\x82\x0c\x01\x02\x03")
            .to_string()
            .starts_with("record 3 at byte 4: this type of ACSP_CLIENT_EVENT is unknown, so")
    );
}

#[test]
fn a_packet_that_is_not_whole_ends_reading() {
    let chat = b"\x39\x03\x02g\0\0\0g\0\0\0";
    for length in 1..chat.len() {
        let decoded = Event::decode_prefix(&chat[..length]).unwrap_err();
        assert_eq!(error(&chat[..length]), Error::Payload { record: 3, offset: 4, error: decoded });
    }
    let decoded =
        DecodeError::Truncated { packet: "ACSP_CHAT", field: "message", offset: 3, needed: 8, available: 7 };
    assert_eq!(
        error(&chat[..10]).to_string(),
        format!("record 3 at byte 4: {decoded}, and the recording ends here")
    );
}

#[test]
fn other_files_are_refused_at_once() {
    for file in [&b"GIF89a"[..], b"{\"type\":\"version\"}", b"RIFF\x10\0\0\0"] {
        let items = items(file);
        assert_eq!(items, [Err(Error::UnknownPacket { record: 1, offset: 0, packet_id: file[0] })]);
    }
}

#[test]
fn beginnings_of_other_formats_marks_are_no_marks() {
    // The first bytes of the marks are no events, so nothing is mistaken for them.
    for file in [&b"\xd4\xc3\xb2"[..], b"\x0a\x0d\x0d", b"\x0a\x0d\x0d\x0b"] {
        assert_eq!(Reader::new(file).unwrap().format(), Format::Payloads);
        assert_eq!(items(file), [Err(Error::UnknownPacket { record: 1, offset: 0, packet_id: file[0] })]);
    }
}
