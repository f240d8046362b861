//! What holds for any bytes, whoever sent them. The sweeps over every vector check it, the
//! properties, and the fuzz targets in `fuzz/`.

use std::fmt::Display;

use acudpclient::protocol::{DecodeError, Event};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::vector::{Packet, is_original};

/// One datagram: it is refused within its bounds, or its packet is stable.
pub fn packet<P: Packet>(bytes: &[u8]) {
    match P::decode(bytes) {
        Ok(packet) => {
            assert_eq!(packet.packet_id(), bytes[0], "{bytes:02x?}");
            assert_stable(&packet);
        }
        Err(error) => assert_within(&error, bytes),
    }
}

/// Concatenated packets: they are found one by one until nothing is left, or the rest is refused.
pub fn concatenated(bytes: &[u8]) {
    let mut rest = bytes;
    while !rest.is_empty() {
        let (event, length) = match Event::decode_prefix(rest) {
            Ok(found) => found,
            Err(error) => return assert_within(&error, rest),
        };
        assert!((1..=rest.len()).contains(&length), "{rest:02x?}: {length}");
        let (taken, after) = rest.split_at(length);
        assert!(is_original(&event) || after.is_empty(), "{rest:02x?}: {event:?}");
        assert_alone(&event, taken);
        let encoded = assert_stable(&event);
        if encoded != taken {
            assert_alone(&event, &encoded);
        }
        rest = after;
    }
    assert_eq!(Event::decode_prefix(rest), Err(DecodeError::Empty));
}

/// The event is the same without what follows it, and as a datagram.
fn assert_alone(event: &Event, bytes: &[u8]) {
    let (again, used) = Event::decode_prefix(bytes).unwrap_or_else(|error| panic!("{bytes:02x?}: {error}"));
    assert!(same(&again, event), "{bytes:02x?}: {event:?} comes back as {again:?}");
    assert_eq!(used, bytes.len(), "{bytes:02x?}");
    assert_eq!(Event::decode(bytes).map(|whole| same(&whole, event)), Ok(true), "{bytes:02x?}");
}

/// The JSON form of what a datagram holds.
pub fn json_of<P: Packet + Serialize + DeserializeOwned>(bytes: &[u8]) {
    if let Ok(packet) = P::decode(bytes) {
        assert_reads_back(&packet);
    }
}

/// The JSON form as it stands in `fixtures/`.
pub fn to_json(packet: &impl Serialize) -> String {
    serde_json::to_string_pretty(packet).expect("a packet has a JSON form") + "\n"
}

/// JSON from anywhere. It can ask for what the wire has no form for, such as a text of 256
/// characters.
pub fn json_text<P: Packet + Serialize + DeserializeOwned>(json: &str) {
    let Ok(packet) = serde_json::from_str::<P>(json) else { return };
    assert_reads_back(&packet);
    if let Ok(encoded) = packet.encode() {
        let decoded = P::decode(&encoded).unwrap_or_else(|error| panic!("{packet:?}: {error}"));
        assert_eq!(decoded.encode(), Ok(encoded), "{packet:?} became {decoded:?}");
    }
}

pub fn assert_reads_back<P: Packet + Serialize + DeserializeOwned>(packet: &P) {
    let json = serde_json::to_string(packet).unwrap_or_else(|error| panic!("{packet:?}: {error}"));
    let again: P = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{json}: {error}"));
    assert_same_bits(&again, packet);
}

/// The encoded bytes tell one NaN from another, and 0.0 from -0.0.
pub fn assert_same_bits<P: Packet>(again: &P, packet: &P) {
    assert!(same(again, packet), "{packet:?} comes back as {again:?}");
    assert_eq!(again.encode(), packet.encode(), "{packet:?}");
}

/// What was decoded encodes, and decodes again to the same value. Returns the encoded bytes.
fn assert_stable<P: Packet>(packet: &P) -> Vec<u8> {
    let encoded = packet.encode().unwrap_or_else(|error| panic!("{packet:?}: {error}"));
    let again = P::decode(&encoded).unwrap_or_else(|error| panic!("{packet:?}: {error}"));
    assert!(same(&again, packet), "{packet:?} comes back as {again:?}");
    assert_eq!(again.encode().as_ref(), Ok(&encoded), "{packet:?}");
    assert_one_line(packet);
    encoded
}

/// Equal, or equal but for NaN, which equals nothing.
pub fn same<P: Packet>(one: &P, other: &P) -> bool {
    one == other || format!("{one:?}") == format!("{other:?}")
}

fn assert_within(error: &DecodeError, bytes: &[u8]) {
    assert!(error.offset() <= bytes.len(), "{bytes:02x?}: {error}");
    assert_line(error);
}

/// A packet's line begins with its name.
pub fn assert_one_line<P: Packet>(packet: &P) {
    assert_line(packet);
    assert!(packet.to_string().starts_with(packet.name()), "{packet}");
}

/// It can be written to a log and printed on a terminal.
fn assert_line(value: &impl Display) {
    let line = value.to_string();
    assert!(!line.is_empty() && !line.contains(is_harmful), "{line:?}");
}

/// Whether a character ends a line, controls a terminal or turns the direction of writing.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}')
        || matches!(character, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
