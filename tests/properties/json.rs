//! JSON and back.

use acudpclient::protocol::Event;
use proptest::prelude::*;
use serde::{Serialize, de::DeserializeOwned};
use support::checks;
use support::strategies::{command, event, lap_as_built};
use support::vector::Packet;

/// By way of a text and by way of JSON in memory.
fn assert_reads_back<P: Packet + Serialize + DeserializeOwned>(packet: &P) {
    checks::assert_reads_back(packet);
    let memory = serde_json::to_value(packet).unwrap();
    checks::assert_same_bits(&serde_json::from_value(memory).unwrap(), packet);
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
