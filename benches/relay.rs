//! What a relay costs, against a direct path in the same run:
//!
//! ```sh
//! cargo bench --bench relay
//! ```
//!
//! Percentiles and losses are wanted, which criterion does not tell, so it is a program of its own.
//! Run as a test it does a little of everything.

mod common;

use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::protocol::{CarUpdate, Event};
use acudpclient::relay::{Permissions, Plugin, Relay};

use common::loopback::socket;

/// How much is measured.
struct Extent {
    datagrams: usize,
    rounds: u32,
    seconds: u32,
}

fn main() {
    let extent = if std::env::args().any(|argument| argument == "--bench") {
        Extent { datagrams: 20_000, rounds: 500, seconds: 10 }
    } else {
        Extent { datagrams: 200, rounds: 5, seconds: 1 }
    };
    latency(extent.datagrams);
    for plugins in [1, 4, 16] {
        cost(plugins, extent.rounds);
    }
    let lost = losses(8, 5000, extent.seconds);
    idle(extent.seconds.min(5));
    assert_eq!(lost, 0, "the relay has lost datagrams");
}

fn address(socket: &UdpSocket) -> SocketAddr {
    socket.local_addr().expect("an address")
}

/// A relay between the server and these plugins.
fn relay(server: &UdpSocket, plugins: &[UdpSocket], interval: Duration) -> Relay {
    let client = AcUdpClient::bind("127.0.0.1:0", address(server)).expect("a client");
    let mut builder = Relay::builder(client);
    for (number, socket) in plugins.iter().enumerate() {
        let plugin = Plugin::new(number.to_string(), ([127, 0, 0, 1], 0).into(), address(socket));
        let plugin = plugin.permissions(Permissions::all()).commands_per_second(u32::MAX);
        builder = builder.plugin(plugin.interval(interval));
    }
    builder.start().expect("a relay")
}

/// Polls the relay while something else is done.
fn hosted<T>(relay: &mut Relay, work: impl FnOnce() -> T) -> T {
    let over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let _ = relay.wait_event(Duration::from_millis(50));
            }
        });
        let result = work();
        over.store(true, Ordering::Relaxed);
        result
    })
}

/// How long each of the datagrams takes from one socket to another, one after the other, with
/// each path in turn.
fn travel_times<const N: usize>(
    datagrams: usize,
    paths: [(&UdpSocket, SocketAddr, &UdpSocket); N],
) -> [Vec<Duration>; N] {
    let mut times = [const { Vec::new() }; N];
    thread::scope(|scope| {
        let arrivals = paths.map(|(_, _, receiver)| {
            let (tell, told) = mpsc::channel();
            scope.spawn(move || {
                let mut buffer = [0; 64];
                for _ in 0..datagrams {
                    receiver.recv(&mut buffer).expect("a datagram");
                    let _ = tell.send(Instant::now());
                }
            });
            told
        });
        for _ in 0..datagrams {
            for (index, (sender, to, _)) in paths.iter().enumerate() {
                let start = Instant::now();
                sender.send_to(&[250; 33], to).expect("it is sent");
                times[index].push(arrivals[index].recv().expect("an arrival") - start);
            }
        }
    });
    times
}

fn latency(datagrams: usize) {
    let [server, plugin, direct] = [socket(), socket(), socket()];
    let mut relay = relay(&server, std::slice::from_ref(&plugin), Duration::ZERO);
    let (top, bottom) = (relay.client().local_addr(), relay.plugins()[0].local_addr);
    hosted(&mut relay, || {
        let [direct_times, events] =
            travel_times(datagrams, [(&server, address(&direct), &direct), (&server, top, &plugin)]);
        print_latency("server to plugin", direct_times, events);
        let [direct_times, commands] =
            travel_times(datagrams, [(&plugin, address(&direct), &direct), (&plugin, bottom, &server)]);
        print_latency("plugin to server", direct_times, commands);
    });
}

fn print_latency(what: &str, mut direct: Vec<Duration>, mut relayed: Vec<Duration>) {
    direct.sort();
    relayed.sort();
    for (name, percent) in [("median", 50), ("p99", 99)] {
        let [direct, relayed] = [&direct, &relayed].map(|times| times[times.len() * percent / 100]);
        let [direct, relayed] = [direct, relayed].map(|time| time.as_secs_f64() * 1e6);
        // Below zero if the direct path had the worse luck.
        let added = relayed - direct;
        println!(
            "latency, {what}, {name}: direct {direct:.1} µs, relayed {relayed:.1} µs, added {added:.1} µs"
        );
    }
}

/// What passing on a CAR_UPDATE to this many plugins costs the host's thread.
fn cost(plugins: usize, rounds: u32) {
    const AT_ONCE: u32 = 100;
    let server = socket();
    let plugins: Vec<UdpSocket> = (0..plugins).map(|_| socket()).collect();
    let mut relay = relay(&server, &plugins, Duration::from_millis(1));
    let update = Event::CarUpdate(CarUpdate::default()).encode().expect("a datagram");
    let mut took = Duration::ZERO;
    let mut buffer = [0; 64];
    for _ in 0..rounds {
        for _ in 0..AT_ONCE {
            server.send_to(&update, relay.client().local_addr()).expect("it is sent");
        }
        let start = Instant::now();
        let events = relay.drain(AT_ONCE as usize).count();
        took += start.elapsed();
        assert_eq!(events, 0, "the host has not asked for telemetry");
        for plugin in &plugins {
            for _ in 0..AT_ONCE {
                plugin.recv(&mut buffer).expect("it is passed on");
            }
        }
    }
    let each = took / (rounds * AT_ONCE);
    println!(
        "cost, {:2} plugins: {each:?} per datagram, {:?} per copy",
        plugins.len(),
        each / plugins.len() as u32
    );
}

/// How many of the datagrams do not come through, at this rate for so long.
fn losses(plugins: usize, per_second: u32, seconds: u32) -> u64 {
    const LAST: u64 = u64::MAX;
    let server = socket();
    let plugins: Vec<UdpSocket> = (0..plugins).map(|_| socket()).collect();
    let mut relay = relay(&server, &plugins, Duration::ZERO);
    let to = relay.client().local_addr();
    let total = u64::from(per_second * seconds);
    let before = processor_time();
    let received: Vec<u64> = hosted(&mut relay, || {
        thread::scope(|scope| {
            let counts = plugins.iter().map(|plugin| {
                scope.spawn(|| {
                    let mut buffer = [0; 64];
                    let mut count = 0;
                    // It gives up if the last one is lost.
                    while let Ok(length) = plugin.recv(&mut buffer) {
                        if buffer[1..length] == LAST.to_le_bytes() {
                            break;
                        }
                        count += 1;
                    }
                    count
                })
            });
            let counts: Vec<_> = counts.collect();
            let start = Instant::now();
            for number in (0..total).chain([LAST]) {
                let mut datagram = [250; 9];
                datagram[1..].copy_from_slice(&number.to_le_bytes());
                server.send_to(&datagram, to).expect("it is sent");
                let due = start + Duration::from_secs(1) / per_second * number.min(total) as u32;
                // In steps of what the system's clock can do.
                let early = due.saturating_duration_since(Instant::now());
                if early > Duration::from_millis(1) {
                    thread::sleep(early);
                }
            }
            counts.into_iter().map(|count| count.join().expect("a count")).collect()
        })
    });
    let lost = received.iter().map(|count| total - count).sum();
    println!(
        "losses, {} plugins, {per_second} datagrams/s for {seconds} s: {lost} of {}, {}",
        plugins.len(),
        total * plugins.len() as u64,
        used(before, seconds, "of the processor for server, relay and plugins")
    );
    lost
}

/// What a relay takes that has nothing to do.
fn idle(seconds: u32) {
    let server = socket();
    let plugins: Vec<UdpSocket> = (0..16).map(|_| socket()).collect();
    let mut relay = relay(&server, &plugins, Duration::ZERO);
    let before = processor_time();
    let _ = relay.wait_event(Duration::from_secs(seconds.into()));
    println!("idle, 16 plugins: {}", used(before, seconds, "of the processor"));
}

/// Of this process, where the system tells.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let mut ticks = fields.split_whitespace().skip(11).map_while(|field| field.parse::<u64>().ok());
    // There are 100 in a second.
    Some(Duration::from_millis(10 * (ticks.next()? + ticks.next()?)))
}

fn used(before: Option<Duration>, seconds: u32, what: &str) -> String {
    match before.zip(processor_time()) {
        Some((before, now)) => {
            let part = (now - before).as_secs_f64() / f64::from(seconds);
            format!("{:.1} % {what}", 100.0 * part)
        }
        None => "the system does not tell the processor time".to_owned(),
    }
}
