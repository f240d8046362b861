//! What the wire cannot carry is refused with what and how long.

use acudpclient::protocol::{
    Command, Dialect, EncodeError, Event, LapCompleted, LeaderboardEntry, UnknownPacket, id,
};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use support::strategies::{too_long_narrow, too_long_wide, unknown_packet};
use support::texts::{Text, command_texts, event_texts};
use support::vector::Packet;

fn too_long(unit: &str) -> BoxedStrategy<String> {
    if unit == "characters" { too_long_wide().boxed() } else { too_long_narrow().boxed() }
}

/// One of these fields, by its place in the list, and a text that it cannot hold.
fn field_and_text<P: Packet>(fields: &[Text<P>]) -> impl Strategy<Value = (usize, String)> + use<P> {
    let units: Vec<_> = fields.iter().map(|field| field.unit).enumerate().collect();
    select(units).prop_flat_map(|(place, unit)| (Just(place), too_long(unit)))
}

fn assert_too_long<P: Packet>(fields: &[Text<P>], (place, text): (usize, String)) {
    let Text { packet, field, unit, build } = fields[place];
    let length = if unit == "characters" { text.chars().count() } else { text.len() };
    assert_refused(&build(text), EncodeError::TooLong { packet, field, length, limit: 255, unit });
}

/// Whether an unknown event's bytes would be read as another event's. The type makes a CLIENT_EVENT
/// unknown.
fn is_known_event(packet: &UnknownPacket) -> bool {
    match packet.packet_id {
        130 => packet.payload.first().is_none_or(|event_type| matches!(event_type, 10 | 11)),
        packet_id => id::name(packet_id).is_some() && !id::is_command(packet_id),
    }
}

/// The encoder takes an unknown packet exactly if it comes back as one.
fn assert_unknown_or_refused<P: Packet>(packet: &P, defined: bool) {
    let packet_id = packet.packet_id();
    if defined {
        let name = id::name(packet_id).unwrap();
        assert_refused(packet, EncodeError::KnownId { packet_id, name });
    } else {
        assert_eq!(P::decode(&packet.encode().unwrap()).as_ref(), Ok(packet));
    }
}

fn assert_refused<P: Packet>(packet: &P, error: EncodeError) {
    assert_eq!(packet.encode(), Err(error));
    let mut buffer = vec![0xAA; 3];
    assert_eq!(packet.encode_into(&mut buffer), Err(error));
    assert_eq!(buffer, [0xAA; 3]);
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn a_text_that_is_too_long_for_an_event(text in field_and_text::<Event>(&event_texts())) {
        assert_too_long(&event_texts(), text);
    }

    #[test]
    fn a_text_that_is_too_long_for_a_command(text in field_and_text::<Command>(&command_texts())) {
        assert_too_long(&command_texts(), text);
    }

    #[test]
    fn an_unknown_packet_that_would_be_read_as_another(packet in unknown_packet(0..=255)) {
        assert_unknown_or_refused(&Event::Unknown(packet.clone()), is_known_event(&packet));
        let is_command = id::is_command(packet.packet_id);
        assert_unknown_or_refused(&Command::Unknown(packet), is_command);
    }

    #[test]
    fn a_client_event_that_would_be_read_as_a_contact(payload in vec(8..=13_u8, 0..4)) {
        let packet = UnknownPacket { packet_id: 130, payload };
        assert_unknown_or_refused(&Event::Unknown(packet.clone()), is_known_event(&packet));
    }

    #[test]
    fn a_leaderboard_that_is_too_long(length in 256..1000_usize) {
        let lap = LapCompleted { leaderboard: vec![LeaderboardEntry::default(); length], ..LapCompleted::default() };
        for (dialect, grip_level) in
            [(Dialect::Original, Some(1.0)), (Dialect::Before17, Some(1.0)), (Dialect::AcsmPrerelease, None)]
        {
            let mut lap = lap.clone();
            lap.dialect = dialect;
            lap.grip_level = grip_level;
            let packet = "ACSP_LAP_COMPLETED";
            let error = EncodeError::TooLong { packet, field: "leaderboard", length, limit: 255, unit: "entries" };
            assert_refused(&Event::LapCompleted(lap), error);
        }
    }
}
