//! What the client and the relay need to know of a datagram that they pass on without decoding it.

use super::event::CarUpdate;
use super::id;
use super::types::CarId;
use super::wire::{Extent, Reader};

/// The length of a CAR_UPDATE including its id, in bytes.
pub(crate) const CAR_UPDATE_LENGTH: usize = 1 + CarUpdate::LENGTH;

/// The packet's id, unless the datagram is empty.
pub(crate) fn packet_id(datagram: &[u8]) -> Option<u8> {
    datagram.first().copied()
}

/// The name of a command, for the log and for errors.
pub(crate) fn command(datagram: &[u8]) -> &'static str {
    packet_id(datagram).and_then(id::name).unwrap_or("an unknown command")
}

/// The car and the packet's own bytes of a complete CAR_UPDATE.
pub(crate) fn car_update(datagram: &[u8]) -> Option<(CarId, &[u8; CAR_UPDATE_LENGTH])> {
    let bytes = datagram.first_chunk()?;
    let mut r = Reader::new(bytes, Extent::Whole).ok()?;
    match r.packet_id() {
        id::CAR_UPDATE => Some((r.car_id("car_id").ok()?, bytes)),
        _ => None,
    }
}

/// The first fields of the events that a relay does not pass on to everyone. The rest of the packet may be
/// truncated.
#[cfg(any(feature = "relay", test))]
#[derive(Debug, PartialEq)]
pub(crate) enum Start {
    CarUpdate { car_id: CarId },
    CarInfo { car_id: CarId },
    SessionInfo { session_index: u8, current_session_index: u8 },
    Version,
    Ping { plugin_time: i64 },
}

/// The first fields of an event; `None` if it is not one of these, or ends before them.
#[cfg(any(feature = "relay", test))]
pub(crate) fn start(datagram: &[u8]) -> Option<Start> {
    let mut r = Reader::new(datagram, Extent::Whole).ok()?;
    Some(match r.packet_id() {
        id::CAR_UPDATE => Start::CarUpdate { car_id: r.car_id("car_id").ok()? },
        id::CAR_INFO => Start::CarInfo { car_id: r.car_id("car_id").ok()? },
        id::SESSION_INFO => {
            r.u8("protocol_version").ok()?;
            Start::SessionInfo {
                session_index: r.u8("session_index").ok()?,
                current_session_index: r.u8("current_session_index").ok()?,
            }
        }
        id::VERSION => Start::Version,
        id::PING => Start::Ping { plugin_time: r.i64("plugin_time").ok()? },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::protocol::{Event, Ping, SessionInfo, Version};

    /// The same fields by the decoder.
    fn decoded(event: &Event) -> Option<Start> {
        Some(match event {
            Event::CarUpdate(update) => Start::CarUpdate { car_id: update.car_id },
            Event::CarInfo(info) => Start::CarInfo { car_id: info.car_id },
            Event::SessionInfo(session) => Start::SessionInfo {
                session_index: session.session_index,
                current_session_index: session.current_session_index,
            },
            Event::Version(_) => Start::Version,
            Event::Ping(ping) => Start::Ping { plugin_time: ping.plugin_time },
            _ => return None,
        })
    }

    fn assert_peeked(datagram: &[u8]) {
        let Ok(event) = Event::decode(datagram) else { return };
        assert_eq!(packet_id(datagram), Some(event.packet_id()));
        assert_eq!(start(datagram), decoded(&event));
        let update = match event {
            Event::CarUpdate(update) => Some(update),
            _ => None,
        };
        assert_eq!(car_update(datagram).map(|(car_id, _)| car_id), update.map(|update| update.car_id));
        if let Some((_, bytes)) = car_update(datagram) {
            assert_eq!(Event::decode(bytes).ok(), update.map(Event::CarUpdate));
        }
    }

    #[test]
    fn peeking_agrees_with_the_decoder_on_every_fixture() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
        let mut fixtures = 0;
        for file in std::fs::read_dir(folder).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "bin") {
                let datagram = std::fs::read(path).unwrap();
                assert_peeked(&datagram);
                assert_peeked(&[&datagram[..], &[1; 40]].concat());
                fixtures += 1;
            }
        }
        assert!(fixtures > 50, "only {fixtures} fixtures were found");
    }

    #[test]
    fn each_field_is_told_from_its_neighbours() {
        let session = SessionInfo {
            protocol_version: 1,
            session_index: 2,
            current_session_index: 3,
            session_count: 4,
            ..SessionInfo::default()
        };
        for event in [
            Event::CarUpdate(CarUpdate { car_id: CarId(7), ..CarUpdate::default() }),
            Event::SessionInfo(session.clone()),
            Event::NewSession(session),
            Event::Version(Version { protocol_version: 4 }),
            Event::Ping(Ping { plugin_time: -2, server_time: 3 }),
        ] {
            assert_peeked(&event.encode().unwrap());
        }
    }

    #[test]
    fn a_packet_that_ends_too_early_is_none() {
        let update = CarUpdate { car_id: CarId(7), ..CarUpdate::default() };
        let update = Event::CarUpdate(update).encode().unwrap();
        assert_eq!(update.len(), CAR_UPDATE_LENGTH);
        assert_eq!(car_update(&update[..32]), None);
        assert_eq!(start(&update[..2]), Some(Start::CarUpdate { car_id: CarId(7) }));
        for datagram in
            [&[][..], &[id::CAR_UPDATE], &[id::CAR_INFO], &[id::SESSION_INFO, 4, 0], &[id::PING, 0, 0]]
        {
            assert_eq!(packet_id(datagram), datagram.first().copied());
            assert_eq!((start(datagram), car_update(datagram)), (None, None), "{datagram:?}");
        }
    }
}
