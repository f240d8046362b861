//! What the benches share.

#![allow(dead_code)] // each bench uses its part

pub mod alternate;
#[cfg(unix)] // mio takes a socket of another type on Unix only
pub mod fleet;
pub mod floor;
pub mod loopback;
pub mod packets;
pub mod race;

use std::fs;
use std::path::Path;

use acudpclient::protocol::Event;

/// The datagrams of the real server's recording, if it is there.
pub fn recorded() -> Option<Vec<Vec<u8>>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/captures/acserver-2016.bin");
    let bytes = fs::read(path).ok()?;
    let mut rest = bytes.as_slice();
    let mut datagrams = Vec::new();
    while !rest.is_empty() {
        let (_, length) = Event::decode_prefix(rest).expect("the recording is whole");
        let (datagram, behind) = rest.split_at(length);
        datagrams.push(datagram.to_vec());
        rest = behind;
    }
    Some(datagrams)
}
