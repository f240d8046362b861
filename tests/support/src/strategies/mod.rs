//! What the tests are tried on.

mod bytes;
mod commands;
mod events;
mod texts;

use acudpclient::protocol::{CarId, SessionType, UnknownPacket, Vec3};
use proptest::prelude::*;
use proptest::sample::select;

pub use bytes::datagram;
pub use commands::{command, known_command};
pub use events::{event, four_cars_before_17, lap_as_built, original_event, unknown_event};
pub use texts::{narrow, too_long_narrow, too_long_wide, wide};

/// A packet struct with these fields from these strategies, each of them a whole field's range.
macro_rules! filled {
    ($struct:ident { $($field:ident: $strategy:expr),+ $(,)? }) => {{
        let value = Just($struct::default());
        $(let value = (value, $strategy).prop_map(|(mut value, field)| {
            value.$field = field;
            value
        });)+
        value
    }};
}
use filled;

fn car_id() -> impl Strategy<Value = CarId> {
    any::<u8>().prop_map(CarId)
}

/// Any bits, those that arithmetic treats as special more often than they would come up.
fn float() -> impl Strategy<Value = f32> {
    let nan = (any::<bool>(), 0x7F80_0001_u32..=0x7FFF_FFFF)
        .prop_map(|(negative, bits)| f32::from_bits(u32::from(negative) << 31 | bits));
    prop_oneof![
        4 => any::<u32>().prop_map(f32::from_bits),
        2 => -500.0_f32..500.0,
        1 => nan,
        1 => select(vec![0.0, -0.0, f32::INFINITY, f32::NEG_INFINITY, f32::NAN, f32::MIN_POSITIVE, f32::MAX]),
    ]
}

fn vec3() -> impl Strategy<Value = Vec3> {
    (float(), float(), float()).prop_map(|(x, y, z)| Vec3::new(x, y, z))
}

/// Also `Unknown` with a number that has a name.
fn session_type() -> impl Strategy<Value = SessionType> {
    let named = [SessionType::Booking, SessionType::Practice, SessionType::Qualify, SessionType::Race];
    prop_oneof![
        2 => select(named.to_vec()),
        2 => any::<u8>().prop_map(SessionType::Unknown),
        1 => (0..=3_u8).prop_map(SessionType::Unknown),
    ]
}

/// A packet with one of these ids.
pub fn unknown_packet(ids: impl Iterator<Item = u8>) -> impl Strategy<Value = UnknownPacket> {
    let payload = prop_oneof![
        6 => prop::collection::vec(any::<u8>(), 0..=40),
        1 => prop::collection::vec(any::<u8>(), 0..=2000),
    ];
    (select(ids.collect::<Vec<_>>()), payload)
        .prop_map(|(packet_id, payload)| UnknownPacket { packet_id, payload })
}
