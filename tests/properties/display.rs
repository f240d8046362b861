//! One line for a terminal or a log, whatever a packet holds.

use proptest::prelude::*;
use support::checks::assert_one_line;
use support::strategies::{command, event};

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
