//! One datagram from the server.

#![no_main]

use acudpclient::protocol::Event;
use acudpclient_fuzz::checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::packet::<Event>(bytes));
