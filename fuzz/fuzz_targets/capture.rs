//! A recording.

#![no_main]

use acudpclient_fuzz::recordings;

/// The plugin's port in the recordings that fuzzing starts from.
const PORT: u16 = 12000;

libfuzzer_sys::fuzz_target!(|file: &[u8]| recordings::recording(file, PORT));
