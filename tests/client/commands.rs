use std::thread;
use std::time::{Duration, SystemTime};

use acudpclient::protocol::{CarId, Command, EncodeError, SessionType, SetSessionInfo, UnknownPacket};
use acudpclient::{AcUdpClient, CommandSender, Error};
use support::Server;

/// Every named command through `$through` gives these bytes, from the client's own port.
macro_rules! check_commands {
    ($server:expr, $from:expr, $through:expr) => {
        let sprint = SetSessionInfo {
            session_index: 1,
            name: "GP".to_owned(),
            session_type: SessionType::Race,
            laps: 5,
            time: 0,
            wait_time: 60,
        };
        let sent: [(Result<(), Error>, &[u8]); 15] = [
            ($through.enable_realtime_report(Duration::from_millis(1000)), &[200, 0xE8, 0x03]),
            ($through.enable_realtime_report(Duration::from_micros(16_667)), &[200, 16, 0]),
            ($through.disable_realtime_report(), &[200, 0xFF, 0xFF]),
            ($through.request_car_info(CarId(3)), &[201, 3]),
            ($through.send_chat(CarId(3), "hé"), b"\xCA\x03\x02h\0\0\0\xE9\0\0\0"),
            ($through.broadcast_chat("a\u{1F3C1}"), b"\xCB\x02a\0\0\0\xC1\xF3\x01\0"),
            ($through.request_session_info(None), &[204, 0xFF, 0xFF]),
            ($through.request_session_info(Some(200)), &[204, 200, 0]),
            (
                $through.set_session_info(sprint),
                b"\xCD\x01\x02G\0\0\0P\0\0\0\x03\x05\0\0\0\0\0\0\0\x3C\0\0\0",
            ),
            ($through.kick_user(CarId(7)), &[206, 7]),
            ($through.next_session(), &[207]),
            ($through.restart_session(), &[208]),
            ($through.admin_command("/k"), b"\xD1\x02/\0\0\0k\0\0\0"),
            ($through.enable_enhanced_reporting(), &[210]),
            (
                $through.send(&Command::RequestPing { unix_ms: -2 }),
                &[211, 0xFE, 255, 255, 255, 255, 255, 255, 255],
            ),
        ];
        for (result, bytes) in sent {
            assert_eq!(result, Ok(()));
            assert_eq!($server.receive_bytes(), (bytes.to_vec(), $from));
        }
    };
}

#[test]
fn every_command_of_the_client() {
    let server = Server::start();
    let client = server.client();
    check_commands!(server, client.local_addr(), client);
    assert_eq!(client.stats().commands_sent, 15);
}

#[test]
fn every_command_of_a_sender() {
    let server = Server::start();
    let client = server.client();
    let commands = client.commands();
    check_commands!(server, client.local_addr(), commands);
    assert_eq!(client.stats().commands_sent, 15);
}

#[test]
fn a_ping_carries_the_time_of_sending() {
    let now = || SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis() as i64;
    let server = Server::start();
    let client = server.client();
    let commands = client.commands();
    let before = now();
    client.ping().unwrap();
    commands.ping().unwrap();
    let after = now();
    for _ in 0..2 {
        let asked = server.receive();
        assert!(
            matches!(asked, Command::RequestPing { unix_ms } if (before..=after).contains(&unix_ms)),
            "{before} to {after}: {asked}"
        );
    }
}

#[test]
fn a_command_of_a_mod() {
    let server = Server::start();
    let client = server.client();
    client.send(&Command::Unknown(UnknownPacket { packet_id: 222, payload: vec![1] })).unwrap();
    assert_eq!(server.receive_bytes().0, [222, 1]);
}

#[test]
fn a_refused_command_is_not_sent_and_says_why() {
    let server = Server::start();
    let client = server.client();
    let error = client.send_chat(CarId(3), &"é".repeat(256)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "command not sent: ACSP_SEND_CHAT: message has 256 characters, the protocol carries at most 255"
    );
    assert!(error.is_recoverable());
    for interval in [Duration::ZERO, Duration::from_micros(999), Duration::from_millis(65_536), Duration::MAX]
    {
        let error = client.enable_realtime_report(interval).unwrap_err();
        assert!(
            matches!(error, Error::Encode(EncodeError::OutOfRange { field: "interval_ms", .. })),
            "{error:?}"
        );
    }
    client.send_chat(CarId(3), &"é".repeat(255)).unwrap();
    assert_eq!(server.receive(), Command::SendChat { car_id: CarId(3), message: "é".repeat(255) });
    assert_eq!(client.stats().commands_sent, 1);
}

#[test]
fn the_longest_command_passes_and_a_longer_one_has_no_form() {
    let server = Server::start();
    let client = server.client();
    let command =
        |length: usize| Command::Unknown(UnknownPacket { packet_id: 222, payload: vec![7; length - 1] });
    let error = client.send(&command(65_508)).unwrap_err();
    assert!(matches!(error, Error::Encode(_)), "{error:?}");
    assert!(error.is_recoverable());
    client.send(&command(65_507)).unwrap();
    assert_eq!(server.receive(), command(65_507));
    assert_eq!(client.stats().commands_sent, 1);
}

#[test]
fn threads_send_through_the_same_socket() {
    let server = Server::start();
    let client = server.client();
    let threads: Vec<_> = (0..4)
        .map(|car| {
            let commands: CommandSender = client.commands();
            thread::spawn(move || commands.request_car_info(CarId(car)).unwrap())
        })
        .collect();
    threads.into_iter().for_each(|thread| thread.join().unwrap());
    let mut asked: Vec<_> = (0..4)
        .map(|_| {
            let (datagram, sender) = server.receive_bytes();
            assert_eq!(sender, client.local_addr());
            datagram
        })
        .collect();
    asked.sort();
    assert_eq!(asked, [[201, 0], [201, 1], [201, 2], [201, 3]]);
}

#[test]
fn a_dropped_client_frees_its_port_even_if_a_sender_lives() {
    let server = Server::start();
    let client = server.client();
    let address = client.local_addr();
    let commands = client.commands();
    drop(client);
    let again = AcUdpClient::bind(address, server.local_addr()).unwrap();
    assert_eq!(again.local_addr(), address);
    let error = commands.next_session().unwrap_err();
    assert_eq!(error, Error::ClientDropped);
    assert!(!error.is_recoverable());
}
