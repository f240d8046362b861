//! The JSON form: of datagrams, and as it may come from anywhere.

#![no_main]

use acudpclient::protocol::{Command, Event, id};
use acudpclient_fuzz::checks;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| match bytes.first() {
    // No packet has this id, so it can stand for JSON.
    Some(b'{') => {
        let json = String::from_utf8_lossy(bytes);
        checks::json_text::<Event>(&json);
        checks::json_text::<Command>(&json);
    }
    Some(&first) if id::is_command(first) => checks::json_of::<Command>(bytes),
    _ => checks::json_of::<Event>(bytes),
});
