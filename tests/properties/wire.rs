//! Any bytes.

use acudpclient::protocol::{Command, Event};
use proptest::prelude::*;
use support::checks;
use support::strategies::datagram;

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn any_bytes_are_an_event_or_an_error(bytes in datagram()) {
        checks::packet::<Event>(&bytes);
    }

    #[test]
    fn any_bytes_begin_with_an_event_or_an_error(bytes in datagram()) {
        checks::concatenated(&bytes);
    }

    #[test]
    fn any_bytes_are_a_command_or_an_error(bytes in datagram()) {
        checks::packet::<Command>(&bytes);
    }
}
