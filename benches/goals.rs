//! The goals that the crate sets itself, each as a ratio of two things that are measured in alternation:
//!
//! ```sh
//! ulimit -n 4096 # 1,000 clients have as many sockets
//! cargo bench --bench goals
//! cargo bench --bench goals -- receiving # one part alone
//! ```
//!
//! A decoder may take 2 times its floor, that of CAR_UPDATE 1.5 times; an event 1.05 times a bare
//! non-blocking `recv`, a command 1.05 times a bare `send`; an event of one of 1,000 clients 1.1 times
//! one of a lone client; and a CAR_UPDATE 25 ns in a tracker of 24 cars with a clock, by the fastest tenth of the
//! rounds, which is in the column of the ratios there.

mod common;

use std::hint::black_box;
use std::net::SocketAddr;
use std::sync::RwLock;
use std::time::{Duration, Instant};

use acudpclient::protocol::{CarId, Command, Event};

use common::alternate::{Measured, Work, alternate};
use common::floor::{self, Floor};
use common::loopback::{AT_ONCE, Counter, Server};
use common::packets;
use common::race::{self, CARS};
#[cfg(unix)]
use {
    acudpclient::AcUdpClient,
    common::fleet::{Buffered, Fleet, Plugin},
    std::net::UdpSocket,
};

fn main() {
    // As a test it shows that it runs.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { 2000 } else { 10 };
    println!("{:30} {:>9}  {:>6}  {:>6}", "", "ns", "ratio", "goal");
    let wanted = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let run = |part: &str, measure: fn(usize)| {
        if wanted.as_deref().is_none_or(|wanted| wanted == part) {
            measure(rounds);
        }
    };
    run("decoding", decoding);
    run("receiving", receiving);
    run("sending", sending);
    run("tracking", tracking);
    #[cfg(unix)]
    run("fleets", fleets);
}

/// Measures in alternation what the first takes, and how the others compare with it.
fn compare<const N: usize>(rounds: usize, goals: [Option<f64>; N], works: Vec<Work<'_>>) {
    let mut measured = alternate(rounds, works).into_iter();
    if let Some(Measured { name, nanoseconds, .. }) = measured.next() {
        println!("{name:30} {nanoseconds:9.1}");
    }
    for (Measured { name, nanoseconds, ratio, .. }, goal) in measured.zip(goals) {
        let verdict = goal.map_or(String::new(), |goal| verdict(ratio, goal));
        println!("{name:30} {nanoseconds:9.1}  {ratio:6.3}  {verdict}");
    }
}

fn verdict(measured: f64, goal: f64) -> String {
    format!("{goal:6}  {}", if measured <= goal { "met" } else { "missed" })
}

fn decoding(rounds: usize) {
    for (name, event) in packets::events() {
        let bytes = event.encode().expect("a packet");
        let by_hand = floor::event(event.packet_id());
        if by_hand(&bytes) == Some(event) {
            let goal = if name == "CAR_UPDATE" { 1.5 } else { 2.0 };
            compare_decoders(rounds, name, goal, &bytes, by_hand, Event::decode);
        }
    }
    for (name, command) in packets::commands() {
        let bytes = command.encode().expect("a packet");
        compare_decoders(rounds, name, 2.0, &bytes, floor::command(command.packet_id()), Command::decode);
    }
}

fn compare_decoders<P, E>(
    rounds: usize,
    name: &str,
    goal: f64,
    bytes: &[u8],
    by_hand: Floor<P>,
    decode: fn(&[u8]) -> Result<P, E>,
) {
    let floor_name = format!("{name}, floor");
    compare(
        rounds,
        [Some(goal)],
        vec![
            (&floor_name, Box::new(|| repeated(|| by_hand(black_box(bytes))))),
            (name, Box::new(|| repeated(|| decode(black_box(bytes))))),
        ],
    );
}

fn repeated<T>(mut work: impl FnMut() -> T) -> f64 {
    const TIMES: u32 = 1000;
    let start = Instant::now();
    for _ in 0..TIMES {
        black_box(&work());
    }
    nanoseconds(start.elapsed(), TIMES.into())
}

fn nanoseconds(took: Duration, units: u64) -> f64 {
    took.as_secs_f64() * 1e9 / units as f64
}

fn receiving(rounds: usize) {
    let server = Server::start();
    let socket = server.bare();
    let mut buffer = vec![0; 65_535];
    let mut works: Vec<Work<'_>> = vec![(
        "recv",
        received(&server, socket.local_addr().expect("an address"), move || {
            black_box(socket.recv(&mut buffer).expect("a datagram"));
        }),
    )];
    let socket = server.bare();
    let mut buffer = vec![0; 65_535];
    works.push((
        "recv and Event::decode",
        received(&server, socket.local_addr().expect("an address"), move || {
            let length = socket.recv(&mut buffer).expect("a datagram");
            let event = Event::decode(&buffer[..length]);
            assert!(black_box(&event).is_ok());
        }),
    ));
    for (name, subscribers) in
        [("next_event", 0), ("next_event, 1 subscriber", 1), ("next_event, 4 subscribers", 4)]
    {
        let mut client = server.client();
        for _ in 0..subscribers {
            client.subscribe(Counter::default());
        }
        // Looked at where it is: what moving an event costs is up to the caller.
        let work = received(&server, client.local_addr(), move || {
            let event = client.next_event();
            assert!(matches!(black_box(&event), Ok(Some(_))));
        });
        works.push((name, work));
    }
    let mut client = server.client();
    let work = received(&server, client.local_addr(), move || {
        black_box(&client.next_event().expect("no error").expect("an event"));
    });
    works.push(("next_event, event moved", work));
    // What subscribers and callers do is not the client's doing.
    compare(rounds, [None, Some(1.05), None, None, None], works);
}

fn received<'a>(
    server: &'a Server,
    at: SocketAddr,
    mut receive: impl FnMut() + 'a,
) -> Box<dyn FnMut() -> f64 + 'a> {
    Box::new(move || nanoseconds(server.time_receiving(at, AT_ONCE, &mut receive), AT_ONCE))
}

fn sending(rounds: usize) {
    let server = Server::start();
    let (socket, client) = (server.bare(), server.client());
    let sender = client.commands();
    let command = Command::GetCarInfo { car_id: CarId(7) };
    let datagram = command.encode().expect("a packet");
    let lock = RwLock::new(());
    let works: Vec<Work<'_>> = vec![
        (
            "send",
            sent(&server, || {
                black_box(socket.send(&datagram).expect("it is sent"));
            }),
        ),
        (
            "send with a read lock",
            sent(&server, || {
                let _held = lock.read().expect("no panic");
                black_box(socket.send(&datagram).expect("it is sent"));
            }),
        ),
        ("AcUdpClient::send", sent(&server, || client.send(&command).expect("it is sent"))),
        ("CommandSender::send", sent(&server, || sender.send(&command).expect("it is sent"))),
    ];
    // The lock is what a `CommandSender` needs at least, see `Gate` in `src/client/commands.rs`.
    compare(rounds, [None, Some(1.05), Some(1.05)], works);
}

fn sent<'a>(server: &'a Server, send: impl Fn() + 'a) -> Box<dyn FnMut() -> f64 + 'a> {
    Box::new(move || nanoseconds(server.time_sending(AT_ONCE, &send), AT_ONCE))
}

fn tracking(rounds: usize) {
    let works: Vec<Work<'_>> =
        vec![("tracker, CAR_UPDATE", tracked(false)), ("tracker with a clock", tracked(true))];
    for (measured, goal) in alternate(rounds, works).iter().zip([None, Some(25.0)]) {
        let Measured { name, nanoseconds, undisturbed, .. } = measured;
        let verdict = goal.map_or(String::new(), |goal| verdict(*undisturbed, goal));
        println!("{name:30} {nanoseconds:9.1}  {undisturbed:6.1}  {verdict}");
    }
}

/// A second of a race: some events that have just been decoded.
fn tracked(has_clock: bool) -> Box<dyn FnMut() -> f64> {
    const REPORTS: u32 = 10;
    let mut tracker = race::started();
    let mut next = 0;
    Box::new(move || {
        let reports: Vec<Vec<_>> = (next..next + REPORTS)
            .map(|number| race::report(number).into_iter().map(Event::CarUpdate).collect())
            .collect();
        let start = Instant::now();
        for (number, report) in (next..).zip(&reports) {
            if has_clock {
                tracker.advance_to(Duration::from_millis(100 * u64::from(number)));
            }
            for event in report {
                black_box(tracker.apply(black_box(event)));
            }
        }
        let took = start.elapsed();
        let laps = race::crossings(next.saturating_sub(1), next + REPORTS - 1);
        laps.iter().for_each(|lap| drop(tracker.apply(lap)));
        next += REPORTS;
        nanoseconds(took, u64::from(REPORTS) * u64::from(CARS))
    })
}

#[cfg(unix)]
fn fleets(rounds: usize) {
    fleets_of::<UdpSocket>(rounds, ["1 socket, by readiness", "16 sockets", "256 sockets", "1000 sockets"]);
    fleets_of::<Buffered>(
        rounds,
        [
            "1 socket with its buffer",
            "16 sockets with buffers",
            "256 sockets with buffers",
            "1000 sockets with buffers",
        ],
    );
    fleets_of::<AcUdpClient>(rounds, ["1 client, by readiness", "16 clients", "256 clients", "1000 clients"]);
}

#[cfg(unix)]
fn fleets_of<P: Plugin + 'static>(rounds: usize, names: [&'static str; 4]) {
    const STEPS: u64 = 50;
    let of_size = |(name, size)| -> Work<'static> {
        let mut fleet = Fleet::<P>::new(size, CARS.into());
        let steps =
            move || nanoseconds((0..STEPS).map(|_| fleet.by_readiness()).sum(), STEPS * u64::from(CARS));
        (name, Box::new(steps))
    };
    compare(rounds, [Some(1.1); 3], names.into_iter().zip([1, 16, 256, 1000]).map(of_size).collect());
}
