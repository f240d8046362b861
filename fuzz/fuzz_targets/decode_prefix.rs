//! Packets from the server, one after the other.

#![no_main]

use acudpclient_fuzz::checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| checks::concatenated(bytes));
