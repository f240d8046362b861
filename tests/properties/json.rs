//! JSON and back.

use acudpclient::protocol::Event;
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::checks::same;
use crate::strategies::{command, event, lap_as_built};
use crate::vector::Packet;

/// By way of a text and by way of JSON in memory. The encoded bytes tell the bits of a NaN.
fn assert_reads_back<P: Packet + Serialize + DeserializeOwned>(packet: &P) {
    let text = packet.to_json();
    let memory = serde_json::to_value(packet).unwrap();
    for read in [P::from_json(&text).unwrap(), serde_json::from_value(memory).unwrap()] {
        assert!(same(&read, packet), "{text} reads back as {read:?}");
        assert_eq!(read.encode(), packet.encode(), "{text}");
    }
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn an_event_reads_back(event in event()) {
        assert_reads_back(&event);
    }

    #[test]
    fn a_command_reads_back(command in command()) {
        assert_reads_back(&command);
    }

    /// Also one that cannot be encoded.
    #[test]
    fn a_lap_reads_back(lap in lap_as_built()) {
        assert_reads_back(&Event::LapCompleted(lap));
    }
}
