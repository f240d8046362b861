//! One line for a terminal or a log, whatever a packet holds.

use proptest::prelude::*;

use crate::strategies::{command, event};
use crate::vector::Packet;

/// Whether a character ends a line, controls a terminal or turns the direction of writing.
fn is_harmful(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}')
        || matches!(character, '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn assert_one_line<P: Packet>(packet: &P) {
    let line = packet.to_string();
    assert!(line.starts_with(packet.name()), "{line}");
    assert!(!line.contains(is_harmful), "{line:?}");
}

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn an_event_is_one_line(event in event()) {
        assert_one_line(&event);
    }

    #[test]
    fn a_command_is_one_line(command in command()) {
        assert_one_line(&command);
    }
}
