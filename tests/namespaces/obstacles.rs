//! What keeps datagrams from leaving for a while: firewalls, routes, an address that is lost and found.

use std::time::{Duration, Instant};

use acudpclient::Error;
use acudpclient::protocol::Command;
use log::Level;
use support::{self, PATIENCE, Server, expect_event_despite_errors};

use crate::world::{Family, Host, IPTABLES, Kind, Subject, World};

/// While an obstacle is there a command passes, or fails for now.
fn assert_recoverable(result: Result<(), Error>, what: &str) {
    assert!(result.as_ref().err().is_none_or(Error::is_recoverable), "{what}: {result:?}");
}

fn obstructed(subject: &mut Subject, server: &Server, host: &Host, set: &str, removed: &str) {
    host.run(set);
    // Some obstacles answer the first datagram, and the second one meets the answer.
    let start = Instant::now();
    for _ in 0..5 {
        assert_recoverable(subject.client().next_session(), set);
        let received = subject.client().wait_event(Duration::from_millis(10));
        assert!(!matches!(received, Ok(Some(_))), "{set}: {received:?}");
        assert_recoverable(received.map(drop), set);
    }
    assert!(start.elapsed() < PATIENCE, "{set}: {:?}", start.elapsed());
    host.run(removed);
    // Some of them may have passed after all.
    server.socket.set_nonblocking(true).unwrap();
    while server.socket.recv(&mut [0]).is_ok() {}
    server.socket.set_nonblocking(false).unwrap();
    subject.assert_goes_on(server, &format!("after {set}"));
}

/// Each obstacle is the command that makes it and the one that removes it.
fn obstacles(test: &str, script: &str, of: fn(&World) -> &Host, kind: Kind, obstacles: &[(&str, &str)]) {
    World::inside(test, script, |world| {
        let server = world.start_server(Family::V4);
        for (set, removed) in obstacles {
            let mut subject = Subject::new(world, server.local_addr(), kind);
            subject.assert_goes_on(&server, "before");
            obstructed(&mut subject, &server, of(world), set, removed);
        }
    });
}

const FIREWALL: [(&str, &str); 4] = [
    ("iptables -A OUTPUT -p udp -j DROP", "iptables -F OUTPUT"),
    ("iptables -A OUTPUT -p udp -j REJECT --reject-with icmp-port-unreachable", "iptables -F OUTPUT"),
    ("iptables -A OUTPUT -p udp -j REJECT --reject-with icmp-proto-unreachable", "iptables -F OUTPUT"),
    ("iptables -A OUTPUT -p udp -j REJECT --reject-with icmp-admin-prohibited", "iptables -F OUTPUT"),
];

const FIREWALL_OF_THE_ROUTER: [(&str, &str); 3] = [
    ("iptables -A FORWARD -p udp -j DROP", "iptables -F FORWARD"),
    ("iptables -A FORWARD -p udp -j REJECT --reject-with icmp-proto-unreachable", "iptables -F FORWARD"),
    ("iptables -A FORWARD -p udp -j REJECT --reject-with icmp-admin-prohibited", "iptables -F FORWARD"),
];

const ROUTES: [(&str, &str); 3] = [
    ("ip route add prohibit 10.77.2.1", "ip route del prohibit 10.77.2.1"),
    ("ip route add unreachable 10.77.2.1", "ip route del unreachable 10.77.2.1"),
    ("ip route del default", "ip route add default via 10.77.1.2"),
];

/// As tunnels set it while they are down. The system's word for it is "invalid argument".
const BLACKHOLE: [(&str, &str); 1] =
    [("ip route add blackhole 10.77.2.1", "ip route del blackhole 10.77.2.1")];

const ROUTES_OF_THE_ROUTER: [(&str, &str); 3] = [
    ("ip route add prohibit 10.77.2.1", "ip route del prohibit 10.77.2.1"),
    ("ip route add unreachable 10.77.2.1", "ip route del unreachable 10.77.2.1"),
    ("ip link set to_server mtu 68", "ip link set to_server mtu 1500"),
];

/// A cable that is pulled, a lease that runs out, another lease for a while.
const INTERFACE: [(&str, &str); 3] = [
    ("ip link set to_router down", "ip link set to_router up && ip route add default via 10.77.1.2"),
    (
        "ip addr del 10.77.1.1/24 dev to_router",
        "ip addr add 10.77.1.1/24 dev to_router && ip route add default via 10.77.1.2",
    ),
    (
        "ip addr add 10.77.1.3/32 dev to_router && ip addr del 10.77.1.1/24 dev to_router &&
            ip route replace 10.77.1.2 dev to_router && ip route replace default via 10.77.1.2",
        "ip addr add 10.77.1.1/24 dev to_router && ip addr del 10.77.1.3/32 dev to_router &&
            ip route del 10.77.1.2 dev to_router && ip route replace default via 10.77.1.2",
    ),
];

macro_rules! tests {
    ($($name:ident: $kind:ident)*) => {$(
        mod $name {
            use super::*;

            tests!(@ $name a_firewall IPTABLES plugin $kind FIREWALL);
            tests!(@ $name a_firewall_on_the_way IPTABLES router $kind FIREWALL_OF_THE_ROUTER);
            tests!(@ $name a_route "" plugin $kind ROUTES);
            tests!(@ $name a_blackhole "" plugin $kind BLACKHOLE);
            tests!(@ $name a_route_on_the_way "" router $kind ROUTES_OF_THE_ROUTER);
            tests!(@ $name an_interface "" plugin $kind INTERFACE);
        }
    )*};
    (@ $module:ident $name:ident $script:tt $host:ident $kind:ident $obstacles:ident) => {
        #[test]
        fn $name() {
            let test = concat!("obstacles::", stringify!($module), "::", stringify!($name));
            obstacles(test, $script, |world| &world.$host, Kind::$kind, &$obstacles);
        }
    };
}

tests! {
    client: Foreground
    background_client: Background
}

#[cfg(feature = "relay")]
tests! {
    relay: Relay
}

#[test]
fn a_command_that_a_firewall_holds_back_is_said_to_be_not_sent() {
    World::inside(
        "obstacles::a_command_that_a_firewall_holds_back_is_said_to_be_not_sent",
        IPTABLES,
        |world| {
            let server = world.start_server(Family::V4);
            for in_background in [false, true] {
                let client = world.client(server.local_addr(), in_background);
                world.plugin.run("iptables -A OUTPUT -p udp -j DROP");
                let error = client.next_session().unwrap_err();
                assert!(matches!(error, Error::NotSent { .. }), "{error}");
                assert!(error.to_string().contains("Operation not permitted"), "{error}");
                assert_eq!(client.stats().commands_sent, 0);
                world.plugin.run("iptables -F OUTPUT");
                client.restart_session().unwrap();
                assert_eq!(server.receive(), Command::RestartSession);
            }
        },
    );
}

/// The server has restarted while a firewall lets nothing out.
#[test]
fn a_report_that_cannot_be_asked_for_is_asked_for_later_and_the_log_hears_of_it_once() {
    let test = "obstacles::a_report_that_cannot_be_asked_for_is_asked_for_later_and_the_log_hears_of_it_once";
    World::inside(test, IPTABLES, |world| {
        support::log::keep();
        let server = world.start_server(Family::V4);
        for in_background in [false, true] {
            let mut client = world.client(server.local_addr(), in_background);
            client.enable_realtime_report(Duration::from_secs(1)).unwrap();
            let asked = Command::RealtimeposInterval { interval_ms: 1000 };
            assert_eq!(server.receive(), asked);
            support::log::kept().clear();
            world.plugin.run("iptables -A OUTPUT -p udp -j DROP");
            server.send_bytes(&client, &[56, 4]);
            expect_event_despite_errors(&mut client);
            for _ in 0..100 {
                assert_recoverable(client.wait_event(Duration::from_millis(10)).map(drop), "polled");
            }
            let warnings: Vec<_> = std::mem::take(&mut *support::log::kept())
                .into_iter()
                .filter(|(level, _)| *level <= Level::Warn)
                .collect();
            assert_eq!(warnings.len(), 1, "in background: {in_background}: {warnings:?}");
            world.plugin.run("iptables -F OUTPUT");
            // A foreground client asks when it is polled.
            server.socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
            support::eventually("it is asked for again", || {
                assert_recoverable(client.wait_event(Duration::from_millis(1)).map(drop), "polled");
                let mut buffer = [0; 100];
                match server.socket.recv(&mut buffer) {
                    Ok(length) => Command::decode(&buffer[..length]) == Ok(asked.clone()),
                    Err(_) => false,
                }
            });
            server.socket.set_read_timeout(Some(PATIENCE)).unwrap();
        }
    });
}
