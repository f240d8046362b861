//! What a relay costs whose host sleeps, beside bare sockets that do the same work in the same run:
//!
//! ```sh
//! cargo bench --bench relay
//! ```
//!
//! The goals: a datagram takes at most 1.15 times as long as through a bare blocking forwarder, and a copy
//! costs at most 1.2 times a bare `send`.
//!
//! Percentiles and losses are wanted, which criterion does not tell, so it is a program of its own.
//! Run as a test it does a little of everything.

mod common;

use std::fs;
use std::io::ErrorKind;
use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc;
use std::thread::{self, Scope};
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::protocol::{Command, Event};
use acudpclient::relay::{Permissions, Plugin, Relay};

use common::alternate::{Work, alternate};
use common::loopback::socket;
use common::packets;

/// How much is measured.
struct Extent {
    placements: usize,
    datagrams: usize,
    rounds: usize,
    seconds: u32,
}

fn main() {
    let extent = if std::env::args().any(|argument| argument == "--bench") {
        Extent { placements: 31, datagrams: 1_000, rounds: 500, seconds: 10 }
    } else {
        Extent { placements: 2, datagrams: 100, rounds: 5, seconds: 1 }
    };
    latency(extent.placements, extent.datagrams);
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

/// A relay between the server and these plugins, each of which gets all telemetry. The host never polls.
fn relay(server: &UdpSocket, plugins: &[UdpSocket]) -> Relay {
    let client = AcUdpClient::bind("127.0.0.1:0", address(server)).expect("a client");
    let mut builder = Relay::builder(client);
    for (number, socket) in plugins.iter().enumerate() {
        let plugin = Plugin::new(number.to_string(), ([127, 0, 0, 1], 0).into(), address(socket));
        let plugin = plugin.permissions(Permissions::all()).commands_per_second(u32::MAX);
        builder = builder.plugin(plugin.report_interval(Duration::from_millis(1)));
    }
    let relay = builder.start().expect("a relay");
    // The relay's first command, which asks for the telemetry.
    server.recv(&mut [0; 64]).expect("a command");
    relay
}

fn telemetry() -> Vec<u8> {
    Event::CarUpdate(packets::update()).encode().expect("a datagram")
}

/// Has a thread receive from one socket and send to the next one's peer until an empty datagram comes.
fn forward<'scope>(scope: &'scope Scope<'scope, '_>, from: &'scope UdpSocket, to: &'scope UdpSocket) {
    scope.spawn(move || {
        let mut buffer = vec![0; 65_535];
        while let Ok(length @ 1..) = from.recv(&mut buffer) {
            to.send(&buffer[..length]).expect("it is passed on");
        }
    });
}

/// How long each of the datagrams takes from one socket to another, one after the other, with
/// each path in turn.
fn travel_times<const N: usize>(
    datagram: &[u8],
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
        for round in 0..datagrams {
            for turn in 0..N {
                // None is always behind the same other one.
                let index = (round + turn) % N;
                let (sender, to, _) = paths[index];
                let start = Instant::now();
                sender.send_to(datagram, to).expect("it is sent");
                times[index].push(arrivals[index].recv().expect("an arrival") - start);
            }
        }
    });
    times
}

/// In each round with new threads: on which of the cores one is put, and so whether another one has to be
/// woken there, makes more of a difference than what it does.
fn latency(rounds: usize, datagrams: usize) {
    let rounds: Vec<_> = (0..rounds).map(|_| latencies(datagrams)).collect();
    for (direction, what) in ["server to plugin", "plugin to server"].into_iter().enumerate() {
        for (name, percent) in [("median", 50), ("p99", 99)] {
            let of_rounds = rounds.iter().map(|round| {
                round[direction]
                    .each_ref()
                    .map(|times| times[times.len() * percent / 100].as_secs_f64() * 1e6)
            });
            let of_rounds: Vec<[f64; 3]> = of_rounds.collect();
            let [direct, bare, relayed] =
                [0, 1, 2].map(|path| median(of_rounds.iter().map(|times| times[path])));
            let ratio = median(of_rounds.iter().map(|[_, bare, relayed]| relayed / bare));
            println!(
                "latency, {what}, {name}: direct {direct:.1} µs, bare forwarder {bare:.1} µs, relay {relayed:.1} µs, \
                 {ratio:.2} × the forwarder's"
            );
        }
    }
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut numbers: Vec<f64> = numbers.collect();
    numbers.sort_by(f64::total_cmp);
    numbers[numbers.len() / 2]
}

/// Of each direction and path, sorted.
fn latencies(datagrams: usize) -> [[Vec<Duration>; 3]; 2] {
    let [server, plugin, direct] = [socket(), socket(), socket()];
    let relay = relay(&server, std::slice::from_ref(&plugin));
    let (top, bottom) = (relay.client().local_addr(), relay.plugins()[0].local_addr);
    // The same place without a relay: a socket for each side, and a thread for each direction.
    let [bare_server, bare_plugin, bare_top, bare_bottom] = [socket(), socket(), socket(), socket()];
    bare_top.connect(address(&bare_server)).expect("it is connected");
    bare_bottom.connect(address(&bare_plugin)).expect("it is connected");
    thread::scope(|scope| {
        forward(scope, &bare_top, &bare_bottom);
        forward(scope, &bare_bottom, &bare_top);
        let down = [
            (&server, address(&direct), &direct),
            (&bare_server, address(&bare_top), &bare_plugin),
            (&server, top, &plugin),
        ];
        let up = [
            (&plugin, address(&direct), &direct),
            (&bare_plugin, address(&bare_bottom), &bare_server),
            (&plugin, bottom, &server),
        ];
        let command = Command::NextSession.encode().expect("a datagram");
        let mut times = [travel_times(&telemetry(), datagrams, down), travel_times(&command, datagrams, up)];
        times.iter_mut().flatten().for_each(|times| times.sort());
        bare_server.send_to(&[], address(&bare_top)).expect("it is sent");
        bare_plugin.send_to(&[], address(&bare_bottom)).expect("it is sent");
        times
    })
}

/// What a copy of a CAR_UPDATE costs the thread that sends it to so many plugins, in processor time.
fn cost(plugins: usize, rounds: usize) {
    /// Fewer than the system's buffers hold.
    const AT_ONCE: usize = 100;
    // Their names are told apart by the first 15 characters, all that Linux keeps.
    const BARE: [&str; 2] = ["bare sending", "bare passing on"];
    let [server, bare_top] = [socket(), socket()];
    let plugins: Vec<UdpSocket> = (0..plugins).map(|_| socket()).collect();
    let relay = relay(&server, &plugins);
    let update = telemetry();
    if time_of_threads("acudpclient").is_none() {
        println!("cost: only Linux tells the processor time of a thread");
        return;
    }
    for plugin in &plugins {
        // A receiver that sleeps would have to be woken, at the sender's cost.
        plugin.set_nonblocking(true).expect("it does not block");
    }
    let copies = (AT_ONCE * plugins.len()) as f64;
    // What the threads of this name use until all copies have arrived.
    let cost_of = |thread: &str, start: &dyn Fn()| {
        let before = time_of_threads(thread);
        start();
        plugins.iter().for_each(|plugin| receive(plugin, AT_ONCE));
        // The system counts the time of a thread when it goes to sleep.
        thread::sleep(Duration::from_millis(1));
        let used = time_of_threads(thread).zip(before).map(|(after, before)| after.saturating_sub(before));
        used.expect("processor time").as_nanos() as f64 / copies
    };
    let send = |to: SocketAddr| {
        for _ in 0..AT_ONCE {
            server.send_to(&update, to).expect("it is sent");
        }
    };
    thread::scope(|scope| {
        let [only_sends, passes_on] = [None, Some(&bare_top)].map(|source| {
            let (order, orders) = mpsc::channel();
            let name = BARE[usize::from(source.is_some())].to_owned();
            let (plugins, update) = (&plugins, &update);
            let work = move || {
                let targets: Vec<UdpSocket> = plugins.iter().map(connected).collect();
                let mut buffer = [0; 64];
                for () in orders {
                    for _ in 0..AT_ONCE {
                        if let Some(source) = source {
                            source.recv(&mut buffer).expect("a datagram");
                        }
                        for target in &targets {
                            target.send(update).expect("it is sent");
                        }
                    }
                }
            };
            thread::Builder::new().name(name).spawn_scoped(scope, work).expect("a thread");
            move || order.send(()).expect("the thread runs")
        });
        let works: Vec<Work<'_>> = vec![
            (BARE[0], Box::new(|| cost_of(BARE[0], &only_sends))),
            (
                BARE[1],
                Box::new(|| {
                    send(address(&bare_top));
                    cost_of(BARE[1], &passes_on)
                }),
            ),
            ("relay", Box::new(|| cost_of("acudpclient", &|| send(relay.client().local_addr())))),
        ];
        let measured = alternate(rounds, works);
        let [sending, passing_on, relay] = &measured[..] else { unreachable!("three works") };
        println!(
            "cost per copy, {:2} plugins: bare send {:.0} ns, bare recv and sends {:.0} ns, relay {:.0} ns with \
             its receiving, {:.2} × the bare send, {:.2} × the bare recv and sends",
            plugins.len(),
            sending.nanoseconds,
            passing_on.nanoseconds,
            relay.nanoseconds,
            relay.ratio,
            relay.ratio / passing_on.ratio
        );
    });
}

/// A socket that sends to this one.
fn connected(to: &UdpSocket) -> UdpSocket {
    let socket = socket();
    socket.connect(address(to)).expect("it is connected");
    socket
}

/// Waits until so many datagrams have come to a socket that does not block, and takes them.
fn receive(socket: &UdpSocket, datagrams: usize) {
    let start = Instant::now();
    let mut left = datagrams;
    while left > 0 {
        match socket.recv(&mut [0; 64]) {
            Ok(_) => left -= 1,
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(Duration::from_micros(200)),
            Err(error) => panic!("{error}"),
        }
        assert!(start.elapsed() < Duration::from_secs(5), "{left} of {datagrams} datagrams are missing");
    }
}

/// The processor time of this process' threads whose names begin so, on Linux.
fn time_of_threads(name: &str) -> Option<Duration> {
    let mut time = Duration::ZERO;
    for task in fs::read_dir("/proc/self/task").ok()?.flatten() {
        let read = |file| fs::read_to_string(task.path().join(file));
        // Another one may have ended meanwhile.
        if read("comm").is_ok_and(|comm| comm.starts_with(name)) {
            let nanoseconds = read("schedstat").ok()?.split_whitespace().next()?.parse().ok()?;
            time += Duration::from_nanos(nanoseconds);
        }
    }
    Some(time)
}

/// How many of the datagrams do not come through, at this rate for so long.
fn losses(plugins: usize, per_second: u32, seconds: u32) -> u64 {
    const LAST: u64 = u64::MAX;
    let server = socket();
    let plugins: Vec<UdpSocket> = (0..plugins).map(|_| socket()).collect();
    let relay = relay(&server, &plugins);
    let to = relay.client().local_addr();
    let total = u64::from(per_second * seconds);
    let before = processor_time();
    let received: Vec<u64> = thread::scope(|scope| {
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
    let _relay = relay(&server, &plugins);
    let before = processor_time();
    thread::sleep(Duration::from_secs(seconds.into()));
    println!("idle, 16 plugins: {}", used(before, seconds, "of the processor"));
}

/// Of this process, where the system tells.
fn processor_time() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
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
