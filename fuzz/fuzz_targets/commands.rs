//! One datagram from the plugin.

#![no_main]

use acudpclient::protocol::Command;
use acudpclient_fuzz::checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::packet::<Command>(bytes));
