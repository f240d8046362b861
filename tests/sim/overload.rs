//! A simulation that has more to do than it can.

use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::protocol::Command;
use acudpclient::sim::SimServer;
use support::{PATIENCE, eventually};

use crate::start;

/// 100 cars that are each told of a thousand times in a simulated second: 10⁸ events in a real one.
fn overloaded() -> (SimServer, AcUdpClient) {
    let builder = SimServer::builder().cars(100).comings_and_goings(false);
    let (server, client) = start(builder.late_start(Duration::from_secs(60)).speed(SPEED));
    client.send(&Command::RealtimeposInterval { interval_ms: 1 }).unwrap();
    assert!(server.wait_command(PATIENCE).is_some());
    (server, client)
}

const SPEED: f64 = 1000.0;

#[test]
fn who_waits_for_a_command_waits_no_longer_than_asked() {
    let (server, client) = overloaded();
    let timeout = Duration::from_secs(2);
    let begin = Instant::now();
    assert_eq!(server.wait_command(timeout), None);
    assert!((timeout..timeout + Duration::from_secs(5)).contains(&begin.elapsed()), "{:?}", begin.elapsed());
    // A command is heard all the same.
    client.next_session().unwrap();
    assert_eq!(server.wait_command(PATIENCE), Some(Command::NextSession));
}

#[test]
fn it_can_be_asked_as_ever() {
    let (server, _client) = overloaded();
    let begin = Instant::now();
    for _ in 0..20 {
        // In between it sends.
        let sent = server.stats().sent;
        eventually("it sends", || server.stats().sent > sent);
        let _ = (server.time(), server.results(), server.chat_log(), server.plugin_addr());
    }
    assert!(begin.elapsed() < PATIENCE, "{:?}", begin.elapsed());
}

#[test]
fn its_time_slips() {
    let (server, client) = overloaded();
    // How slow the machine is does not matter: for a second at least there is far more to do than it can,
    // so that most of the simulated time is missed.
    let begin = Instant::now();
    let start = server.time();
    eventually("a second of too much to do", || begin.elapsed() > Duration::from_secs(1));
    let missed = begin.elapsed().mul_f64(SPEED).saturating_sub(server.time() - start);
    assert!(missed > Duration::from_secs(500), "only {missed:?} are missed");

    let begin = Instant::now();
    let before = server.time();
    client.send(&Command::RealtimeposInterval { interval_ms: 0 }).unwrap();
    assert!(server.wait_command(PATIENCE).is_some());
    // From now on it keeps up. It does not make up for what it has missed, which would bring it that far at
    // once.
    let enough = missed.min(Duration::from_secs(1000)) - Duration::from_secs(100);
    eventually("it has gone on", || server.time() - before > enough);
    let simulated = server.time() - before;
    let most = begin.elapsed() + Duration::from_millis(100);
    assert!(simulated <= most.mul_f64(SPEED), "{simulated:?} in {most:?}");
}
