//! Which prefixes of a packet are a packet.

use std::fmt::Debug;

use acudpclient::protocol::{DecodeError, Dialect, Event};

/// Whether the first `length` bytes of this event, fewer than it has, are a whole packet too.
///
/// Nothing on the wire says how long a packet is, so these cannot be told from a truncated one.
pub fn is_whole_event(event: &Event, bytes: &[u8], length: usize) -> bool {
    match event {
        // All bytes are its payload; a CLIENT_EVENT is unknown only once its type is there.
        Event::Unknown(packet) => length >= if packet.packet_id == 130 { 2 } else { 1 },
        // Where the packet of ACSM v2's prereleases ends, and where that of acServer before 1.7 does.
        Event::LapCompleted(lap) => {
            let n = lap.leaderboard.len();
            length == 1 + 8 * n + 7 || length == 1 + 7 * n + 11
        }
        // The id, the count and as many bytes of 8-bit text: AssettoServer's.
        Event::EndSession(end) if end.dialect == Dialect::Original => {
            !end.filename.is_empty() && length == 2 + end.filename.chars().count()
        }
        Event::NewSession(_) | Event::SessionInfo(_) => length >= original_session_end(event, bytes),
        _ => false,
    }
}

/// Where an original packet would end in a session's bytes: an AssettoServer's, whose text is wide,
/// is from there on an original packet with bytes after it, until it is complete.
pub fn original_session_end(event: &Event, bytes: &[u8]) -> usize {
    match event {
        Event::NewSession(session) | Event::SessionInfo(session)
            if session.dialect == Dialect::AssettoServer =>
        {
            bytes.len() - 3 * session.weather_graphics.chars().count()
        }
        _ => bytes.len(),
    }
}

/// What was cut is a packet if it is `whole`, else an error that says where.
#[track_caller]
pub fn assert_whole_or_refused<P: Debug>(
    result: &Result<P, DecodeError>,
    whole: bool,
    name: &str,
    length: usize,
) {
    assert_eq!(result.is_ok(), whole, "{name}, the first {length} bytes: {result:?}");
    if let Err(error) = result {
        assert!(error.offset() <= length, "{name}, the first {length} bytes: {error}");
    }
}
