//! What the errors say: everything, once, in one line, whichever way a program prints them.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use acudpclient::protocol::{Command, DecodeError, EncodeError};
use acudpclient::{AcUdpClient, Error, IoError};

/// A cause, to be found again in the text.
const CAUSE: &str = "no buffer space available";

fn cause() -> IoError {
    io::Error::other(CAUSE).into()
}

fn server() -> SocketAddr {
    "192.0.2.7:11000".parse().unwrap()
}

/// One of each variant, and a cause that its text has to name.
fn client_errors() -> Vec<(Error, String)> {
    let decode =
        DecodeError::Truncated { packet: "ACSP_CHAT", field: "message", offset: 3, needed: 20, available: 6 };
    let encode = EncodeError::TooLong {
        packet: "ACSP_BROADCAST_CHAT",
        field: "message",
        length: 256,
        limit: 255,
        unit: "characters",
    };
    let message = format!("cannot send ACSP_CHAT to {}: {CAUSE}", server());
    vec![
        (Error::Io { message: message.clone(), error: cause() }, CAUSE.to_owned()),
        (Error::ServerUnreachable { server: server() }, "UDP_PLUGIN_LOCAL_PORT".to_owned()),
        (Error::NotReceived { server: server(), message: message.clone(), error: cause() }, CAUSE.to_owned()),
        (Error::NotSent { server: server(), message, error: cause() }, CAUSE.to_owned()),
        (Error::HookPanicked { message: "no disk".to_owned() }, "no disk".to_owned()),
        (Error::Decode(decode), decode.to_string()),
        (Error::Encode(encode), encode.to_string()),
        (Error::SendBufferFull { server: server() }, "try again".to_owned()),
        (
            Error::NoAnswer {
                request: Command::NextSession,
                server: server(),
                waited: Duration::from_millis(1500),
            },
            "within 1.5s".to_owned(),
        ),
        (
            Error::Refused { request: Command::NextSession, message: "no\n\u{1b}".to_owned() },
            r#""no\n\u{1b}""#.to_owned(),
        ),
        (Error::ClientDropped, "has been dropped".to_owned()),
    ]
}

/// Walks the chain as a program does that prints all causes.
fn assert_says_it_once(error: &(impl std::error::Error + Clone + Send + Sync + 'static), cause: &str) {
    let text = error.to_string();
    assert_eq!(text.matches(cause).count(), 1, "{text:?} does not have {cause:?} once");
    assert_eq!(text.lines().count(), 1, "{text:?}");
    assert!(error.source().is_none(), "{text:?} has its cause, and so it would be printed twice");
    assert_eq!(format!("{:#}", anyhow::Error::new(error.clone())), text);
    assert_eq!(format!("{error:?}"), text, "what `main` prints");
}

#[test]
fn every_error_of_the_client_names_its_cause_once() {
    for (error, cause) in client_errors() {
        assert_says_it_once(&error, &cause);
    }
}

#[test]
fn the_systems_error_is_kept() {
    for (error, _) in client_errors() {
        let is_the_systems =
            matches!(error, Error::Io { .. } | Error::NotReceived { .. } | Error::NotSent { .. });
        assert_eq!(error.io_error().map(io::Error::kind), is_the_systems.then_some(ErrorKind::Other));
    }
    let error = AcUdpClient::bind("127.0.0.1", "127.0.0.1:11000").unwrap_err();
    assert_eq!(error.io_error().map(io::Error::kind), Some(ErrorKind::InvalidInput));
    assert_says_it_once(&error, "HOST:PORT");
    let first = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000").unwrap();
    let error = AcUdpClient::bind(first.local_addr(), "127.0.0.1:11000").unwrap_err();
    let system = error.io_error().unwrap();
    assert!(system.raw_os_error().is_some());
    assert_says_it_once(&error, &system.to_string());
}

#[test]
fn only_the_end_of_the_client_ends_a_loop() {
    for (error, _) in client_errors() {
        let is_end = matches!(error, Error::Io { .. } | Error::ClientDropped);
        assert_eq!(error.is_recoverable(), !is_end, "{error}");
        let expected = if is_end { Err(error.clone()) } else { Ok(error.clone()) };
        assert_eq!(error.recoverable(), expected);
    }
}

#[test]
fn io_errors_are_equal_by_kind_number_and_text() {
    let of = |number| IoError::from(io::Error::from_raw_os_error(number));
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
    assert_eq!(cause(), cause());
    assert_ne!(cause(), IoError::from(io::Error::new(ErrorKind::TimedOut, CAUSE)));
    assert_ne!(cause(), IoError::from(io::Error::other("disk full")));
    assert_eq!(format!("{}", cause()), CAUSE);
    assert_eq!(format!("{:?}", cause()), format!("{:?}", io::Error::other(CAUSE)));
}

#[cfg(feature = "capture")]
mod capture {
    use std::time::SystemTime;

    use acudpclient::capture::Error;

    use super::*;

    fn errors() -> Vec<(Error, String)> {
        let path = || "race.pcap".into();
        let of_system = [
            Error::Open { path: path(), error: cause() },
            Error::Io { record: 3, offset: 99, error: cause() },
            Error::Create { path: path(), error: cause() },
            Error::Write { error: cause() },
        ];
        let decode = DecodeError::Empty;
        let other = |error: Error, says: &str| (error, says.to_owned());
        let mut errors: Vec<_> = of_system.into_iter().map(|error| (error, CAUSE.to_owned())).collect();
        let inner = Error::Write { error: cause() };
        errors.extend([
            (Error::InFile { path: path(), goes_on: false, error: Box::new(inner) }, CAUSE.to_owned()),
            (Error::Payload { record: 3, offset: 99, error: decode }, decode.to_string()),
            (Error::Decode { record: 3, error: decode }, decode.to_string()),
            other(
                Error::Create { path: path(), error: io::Error::from(ErrorKind::AlreadyExists).into() },
                "it already exists",
            ),
            other(
                Error::Truncated { record: 3, offset: 99, reading: "header", needed: 16, available: 2 },
                "needs 16 bytes",
            ),
            other(
                Error::Damaged { record: 3, offset: 99, reading: "header", found: "is of length 0".into() },
                "is of length 0",
            ),
            other(Error::LinkType { link_type: 147 }, "147"),
            other(Error::OtherFormat { format: "compressed with gzip", advice: "use gunzip" }, "use gunzip"),
            other(Error::UnknownPacket { record: 3, offset: 99, packet_id: 250 }, "250"),
            other(Error::Interface { record: 3, interface: 1, link_type: 147 }, "147"),
            other(
                Error::Cut { record: 3, reading: "UDP header", captured: 40, original: 61 },
                "40 of 61 bytes",
            ),
            other(
                Error::Malformed { record: 3, reading: "header", found: "is of length 0".into() },
                "is of length 0",
            ),
            other(Error::Fragments { record: 3 }, "fragments"),
            other(Error::TooLong { length: 70_000, largest: 65_507 }, "65507"),
            other(
                Error::Addresses { source_address: server(), destination: "[::1]:12000".parse().unwrap() },
                "[::1]:12000",
            ),
            other(Error::Time { time: SystemTime::UNIX_EPOCH }, "is the clock right?"),
        ]);
        errors
    }

    #[test]
    fn every_error_of_a_recording_names_its_cause_once() {
        for (error, says) in errors() {
            assert_says_it_once(&error, &says);
        }
    }

    #[test]
    fn the_systems_error_is_kept() {
        for (error, says) in errors() {
            let kind = error.io_error().map(io::Error::kind);
            let expected = match &error {
                Error::Create { error, .. } => Some(error.kind()),
                _ => (says == CAUSE).then_some(ErrorKind::Other),
            };
            assert_eq!(kind, expected, "{error}");
        }
    }
}
