//! Formats of serde other than JSON: a packet reads back to an equal value.

use std::fmt::Debug;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{all_commands, all_events};

fn assert_reads_back<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let mut cbor = Vec::new();
    ciborium::into_writer(value, &mut cbor).unwrap();
    assert_eq!(ciborium::from_reader::<T, _>(&cbor[..]).unwrap(), *value, "CBOR");
    // With the fields' names, and without.
    for message_pack in [rmp_serde::to_vec_named(value).unwrap(), rmp_serde::to_vec(value).unwrap()] {
        assert_eq!(rmp_serde::from_slice::<T>(&message_pack).unwrap(), *value, "MessagePack");
    }
}

#[test]
fn every_packet_reads_back_in_cbor_and_message_pack() {
    for vector in all_events() {
        assert_reads_back(&vector.value);
    }
    for vector in all_commands() {
        assert_reads_back(&vector.value);
    }
}
