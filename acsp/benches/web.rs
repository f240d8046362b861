//! What 100 browsers cost `acsp web` that watch 24 cars at 10 Hz:
//!
//! ```sh
//! cargo bench -p acsp --bench web
//! ```
//!
//! The goals: at most 15 % of a core, 80 MB, and 50 ms from a datagram to 99 % of the browsers.
//!
//! The server is simulated in this process and the browsers are connections of one thread, so both share the machine with
//! the program. Run as a test it does a little of everything.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::process::Command;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use acudpclient::Event;
use acudpclient::protocol::CarId;
use acudpclient::sim::{Session, SimServer};
use support::addresses::free_addresses;
use support::process::{PATIENCE, Program};
use tokio::net::TcpStream;

const CARS: usize = 24;
const BROWSERS: usize = 100;
/// The car whose positions are followed from the datagram to the browser.
const FOLLOWED: CarId = CarId(0);

/// When the server sent each place of the followed car.
type Sent = Arc<Mutex<HashMap<String, Instant>>>;

/// What the browsers have seen.
#[derive(Default)]
struct Seen {
    latencies: Vec<Duration>,
    updates: u64,
    states: u64,
    bytes: u64,
}

fn main() {
    let (settle, length) = if std::env::args().any(|argument| argument == "--bench") {
        (Duration::from_secs(10), Duration::from_secs(30))
    } else {
        (Duration::from_millis(500), Duration::from_secs(1))
    };
    let sent = Sent::default();
    let simulation = simulation(&sent);
    let [plugin] = free_addresses();
    let mut command = Command::new(env!("CARGO_BIN_EXE_acsp"));
    let server = simulation.local_addr().to_string();
    // The simulation begins when the program asks for the session.
    command.args(["web", &plugin, &server, "--listen", "127.0.0.1:0", "--no-db"]);
    let mut program = Program::start(&mut command);
    let line = program.expect("http://");
    let address = line.trim_start_matches("http://").split('/').next().expect("an address").to_owned();
    let address: SocketAddr = address.parse().expect("an address");

    let seen = Rc::new(RefCell::new(Seen::default()));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let browsers = tokio::task::LocalSet::new();
    let process = program.child.id();
    let (cpu, took) = runtime.block_on(browsers.run_until(async {
        for _ in 0..BROWSERS {
            tokio::task::spawn_local(browser(address, sent.clone(), seen.clone()));
        }
        let start = Instant::now();
        // All are there, and the cars drive.
        while seen.borrow().states < BROWSERS as u64 || seen.borrow().latencies.is_empty() {
            assert!(start.elapsed() < PATIENCE, "the browsers see nothing");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(settle).await;
        *seen.borrow_mut() = Seen::default();
        let (start, before) = (Instant::now(), cpu_time(process));
        tokio::time::sleep(length).await;
        // A busy machine may have shown nothing in a short time.
        while seen.borrow().updates == 0 || seen.borrow().latencies.is_empty() {
            assert!(start.elapsed() < PATIENCE, "the browsers have seen nothing");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let cpu = before.zip(cpu_time(process)).map(|(before, after)| after - before);
        (cpu, start.elapsed())
    }));
    report(&mut seen.borrow_mut(), cpu, took, memory(process));
}

fn simulation(sent: &Sent) -> SimServer {
    let (sent, mut newest) = (sent.clone(), String::new());
    SimServer::builder()
        .cars(CARS)
        .sessions([Session::race(60)])
        // All have loaded, and drive.
        .late_start(Duration::from_secs(180))
        .comings_and_goings(false)
        .report_interval(Duration::from_millis(100))
        .on_datagram(move |datagram| {
            if let Ok(Event::CarUpdate(update)) = Event::decode(datagram.payload) {
                if update.car_id == FOLLOWED {
                    let place = key(update.position.x.into(), update.position.z.into());
                    if place != newest {
                        sent.lock().expect("no panic").insert(place.clone(), Instant::now());
                        newest = place;
                    }
                }
            }
        })
        .start()
        .expect("a server")
}

/// Reads the stream, and notes how old each new position of the car is.
async fn browser(address: SocketAddr, sent: Sent, seen: Rc<RefCell<Seen>>) {
    let stream = TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET /api/v1/events HTTP/1.0\r\nHost: {address}\r\n\r\n");
    stream.writable().await.expect("a connection");
    assert_eq!(stream.try_write(request.as_bytes()).expect("a request"), request.len());
    let (mut text, mut newest) = (Vec::new(), String::new());
    let mut buffer = vec![0; 64 * 1024];
    loop {
        stream.readable().await.expect("a connection");
        match stream.try_read(&mut buffer) {
            Ok(0) => return,
            Ok(length) => text.extend_from_slice(&buffer[..length]),
            Err(error) if error.kind() == ErrorKind::WouldBlock => continue,
            Err(error) => panic!("the connection broke: {error}"),
        }
        let now = Instant::now();
        while let Some(end) = text.windows(2).position(|window| window == b"\n\n") {
            let event: Vec<u8> = text.drain(..end + 2).collect();
            let event = String::from_utf8(event).expect("text");
            let mut seen = seen.borrow_mut();
            seen.bytes += event.len() as u64;
            seen.updates += u64::from(event.starts_with("event: update"));
            seen.states += u64::from(event.starts_with("event: state"));
            let Some(place) = place(&event).filter(|place| *place != newest) else { continue };
            seen.latencies.extend(sent.lock().expect("no panic").get(&place).map(|sent| now - *sent));
            newest = place;
        }
    }
}

/// The followed car's place in an event, as text.
fn place(event: &str) -> Option<String> {
    let row = event
        .split(&format!("\"car_id\":{},", FOLLOWED.0))
        .skip(1)
        .find(|row| row.contains("\"position\":"))?;
    let number = |key: &str| {
        let (_, rest) = row.split_once(key)?;
        rest[..rest.find([',', '}'])?].parse::<f64>().ok()
    };
    Some(key(number("\"x\":")?, number("\"z\":")?))
}

fn key(x: f64, z: f64) -> String {
    format!("{x:.1} {z:.1}")
}

/// The processor time of a process; only Linux tells it here.
fn cpu_time(process: u32) -> Option<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let numbers: Vec<u64> = stat
        .rsplit_once(')')?
        .1
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|number| number.parse().ok())
        .collect();
    // In hundredths of a second, on every Linux that is in use.
    Some(Duration::from_millis(10 * numbers.iter().sum::<u64>()))
}

/// The most memory that a process had, in bytes.
fn memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(1024 * line.split_whitespace().next()?.parse::<u64>().ok()?)
}

fn report(seen: &mut Seen, cpu: Option<Duration>, took: Duration, memory: Option<u64>) {
    seen.latencies.sort_unstable();
    let at = |part: f64| {
        let index = (seen.latencies.len() as f64 * part) as usize;
        1000.0 * seen.latencies[index.min(seen.latencies.len() - 1)].as_secs_f64()
    };
    let per_browser = |count: u64| count as f64 / BROWSERS as f64 / took.as_secs_f64();
    println!("{CARS} cars, {BROWSERS} browsers, {:.0} s", took.as_secs_f64());
    println!(
        "updates per second and browser: {:.1}, states: {:.2}, {:.1} kB/s",
        per_browser(seen.updates),
        per_browser(seen.states),
        per_browser(seen.bytes) / 1000.0
    );
    println!(
        "datagram to browser: median {:.1} ms, p99 {:.1} ms, worst {:.1} ms",
        at(0.5),
        at(0.99),
        at(1.0)
    );
    match cpu {
        Some(cpu) => println!("processor: {:.1} % of a core", 100.0 * cpu.as_secs_f64() / took.as_secs_f64()),
        None => println!("processor: not measured on this system"),
    }
    match memory {
        Some(memory) => println!("memory: at most {:.1} MB", memory as f64 / 1e6),
        None => println!("memory: not measured on this system"),
    }
}
