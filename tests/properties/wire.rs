//! Any bytes.

use acudpclient::protocol::{Command, Event};
use proptest::prelude::*;

use crate::promises::{assert_prefix_or_error, assert_value_or_error};
use crate::strategies::datagram;

proptest! {
    #![proptest_config(crate::config())]

    #[test]
    fn any_bytes_are_an_event_or_an_error(bytes in datagram()) {
        assert_value_or_error::<Event>(&bytes);
    }

    #[test]
    fn any_bytes_begin_with_an_event_or_an_error(bytes in datagram()) {
        assert_prefix_or_error(&bytes);
    }

    #[test]
    fn any_bytes_are_a_command_or_an_error(bytes in datagram()) {
        assert_value_or_error::<Command>(&bytes);
    }
}
