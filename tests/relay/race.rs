use std::net::UdpSocket;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use acudpclient::AcUdpClient;
use acudpclient::protocol::{Dialect, Event, id};
use acudpclient::relay::{Permissions, Relay};
use acudpclient::sim::{Session, SimServer};

use crate::{any_port, expect_host_event, plugin, receive, socket, stats};

/// Of the realtime report, in the session's time.
const INTERVAL: Duration = Duration::from_secs(5);

/// Everything up to the end of the session.
fn record(socket: UdpSocket) -> JoinHandle<Vec<Vec<u8>>> {
    thread::spawn(move || {
        let mut datagrams: Vec<Vec<u8>> = Vec::new();
        while datagrams.last().is_none_or(|last| last[0] != id::END_SESSION) {
            datagrams.push(receive(&socket));
        }
        datagrams
    })
}

fn without_telemetry(datagrams: &[Vec<u8>]) -> Vec<Vec<u8>> {
    datagrams.iter().filter(|datagram| datagram[0] != id::CAR_UPDATE).cloned().collect()
}

/// Two plugins and a host see what a plugin of the server's own would see, byte by byte.
fn a_whole_race(dialect: Dialect) {
    let builder = SimServer::builder()
        .cars(8)
        .seed(11)
        .dialect(dialect)
        .sessions([Session::race(2)])
        .report_interval(INTERVAL)
        // About 60 datagrams a second: a receive buffer holds them while a busy machine lets nobody fetch them.
        .speed(30.0);
    let expected: Vec<Vec<u8>> =
        builder.clone().world().unwrap().map(|(_, event)| event.encode().unwrap()).collect();
    let server = builder.start().unwrap();
    let client = AcUdpClient::bind(any_port(), server.local_addr()).unwrap();
    let [telemetry, quiet] = [socket(), socket()];
    client.enable_realtime_report(INTERVAL).unwrap();
    let mut relay = Relay::builder(client)
        .plugin(plugin("telemetry", &telemetry, Permissions::none()).report_interval(INTERVAL))
        .plugin(plugin("quiet", &quiet, Permissions::none()))
        .start()
        .unwrap();
    let (telemetry, quiet) = (record(telemetry), record(quiet));
    let mut host: Vec<Vec<u8>> = Vec::new();
    loop {
        let event = expect_host_event(&mut relay);
        host.push(event.encode().unwrap());
        if matches!(event, Event::EndSession(_)) {
            break;
        }
    }
    let (telemetry, quiet) = (telemetry.join().unwrap(), quiet.join().unwrap());
    let expected = without_telemetry(&expected);
    assert!(expected.iter().filter(|datagram| datagram[0] == id::LAP_COMPLETED).count() >= 8);
    assert!(telemetry.len() > expected.len() + 100);
    assert!(quiet == expected, "the plugin without telemetry");
    assert!(without_telemetry(&host) == expected, "the host");
    assert!(host.iter().all(|datagram| telemetry.contains(datagram)), "the host's telemetry");
    assert!(without_telemetry(&telemetry) == expected, "the plugin with telemetry");
    assert_eq!(server.stats().sent, telemetry.len() as u64);
    // Of the telemetry that a busy host has not fetched in time only the newest is kept.
    let for_host = relay.stats();
    assert_eq!(for_host.datagrams, host.len() as u64);
    assert_eq!(for_host.datagrams + for_host.car_updates_replaced, telemetry.len() as u64);
    assert_eq!(stats(&relay, "telemetry").sent, telemetry.len() as u64);
    assert_eq!(stats(&relay, "quiet").sent, expected.len() as u64);
}

#[test]
fn of_acserver() {
    a_whole_race(Dialect::Original);
}

#[test]
fn of_another_dialect() {
    a_whole_race(Dialect::AssettoServer);
}
