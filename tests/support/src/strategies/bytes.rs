use acudpclient::protocol::id;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::{command, event};

/// The bytes of any packet.
fn packet() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => event().prop_map(|event| event.encode().expect("an event that can be encoded")),
        1 => command().prop_map(|command| command.encode().expect("a command that can be encoded")),
    ]
}

/// A packet of which bytes are changed, often to the largest count, and which then is cut or
/// followed by others.
fn changed_packet() -> impl Strategy<Value = Vec<u8>> {
    let change = (any::<Index>(), prop_oneof![any::<u8>(), Just(255)]);
    let end = prop_oneof![
        3 => (Just(false), vec(any::<u8>(), 0)),
        2 => (Just(true), vec(any::<u8>(), 0)),
        2 => (Just(false), vec(any::<u8>(), 0..=100)),
    ];
    (packet(), vec(change, 0..=6), end, any::<Index>()).prop_map(|(mut bytes, changes, (cut, more), at)| {
        for (position, value) in changes {
            // Behind the id: what another id makes of it is tried with random bytes.
            if let Some(rest) = bytes.get_mut(1..).filter(|rest| !rest.is_empty()) {
                rest[position.index(rest.len())] = value;
            }
        }
        if cut {
            bytes.truncate(at.index(bytes.len() + 1));
        }
        bytes.extend(more);
        bytes
    })
}

/// Any bytes, most of them with the id of a packet.
pub fn datagram() -> impl Strategy<Value = Vec<u8>> {
    let ids: Vec<u8> = (0..=255).filter(|&id| id::name(id).is_some()).collect();
    prop_oneof![
        1 => vec(any::<u8>(), 0..=300),
        3 => (select(ids), vec(prop_oneof![any::<u8>(), 0..=8_u8], 0..=300))
            .prop_map(|(id, rest)| [&[id][..], &rest].concat()),
        6 => changed_packet(),
    ]
}
