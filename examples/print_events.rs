//! Prints every event of a server:
//!
//! ```sh
//! cargo run --all-features --example print_events -- 127.0.0.1:12000 127.0.0.1:11000
//! ```
//!
//! Without the addresses it plays a recorded race to itself, so no server is needed.

#[path = "common/exit.rs"]
mod exit;
#[path = "common/json.rs"]
mod json;
#[path = "common/outage.rs"]
mod outage;
#[path = "common/playback.rs"]
mod playback;

use std::io::{self, Write};
use std::net::UdpSocket;
use std::path::Path;
use std::process::ExitCode;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use acudpclient::AcUdpClient;
use acudpclient::protocol::Event;
use clap::Parser;

use outage::{Notice, Outage};

/// Print every event of an Assetto Corsa server, one per line.
///
/// Without addresses, a recorded race is played.
#[derive(Parser)]
struct Args {
    /// Where the server sends: UDP_PLUGIN_ADDRESS in its server_cfg.ini, such as 127.0.0.1:12000
    #[arg(requires = "server")]
    local: Option<String>,
    /// Where the server listens: its address and UDP_PLUGIN_LOCAL_PORT, such as 127.0.0.1:11000
    server: Option<String>,
    /// Ask for the cars' telemetry every MS milliseconds (1 to 65535)
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u16).range(1..))]
    interval: Option<u16>,
    /// Print each event as a JSON object
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    env_logger::init();
    exit::code(run(&Args::parse()))
}

fn run(args: &Args) -> anyhow::Result<()> {
    let mut demo = None;
    let mut client = match (&args.local, &args.server) {
        (Some(local), Some(server)) => AcUdpClient::bind(local, server)?,
        _ => {
            let server = UdpSocket::bind("127.0.0.1:0")?;
            let client = AcUdpClient::bind("127.0.0.1:0", server.local_addr()?)?;
            demo = Some(play_race(server, &client));
            client
        }
    };
    eprintln!("listening on {} to the server {}", client.local_addr(), client.server_addr());

    // Nothing is told twice to a plugin that starts late, so ask what is going on. If no server is
    // there, this makes the system say so.
    let mut outage = Outage::new();
    let tell = |notice: &Notice| eprintln!("{notice}");
    outage.check(&client, client.request_session_info(None), tell)?;
    if let Some(interval) = args.interval {
        let interval = Duration::from_millis(interval.into());
        outage.check(&client, client.enable_realtime_report(interval), tell)?;
    }
    loop {
        let received = client.wait_event(Duration::from_millis(200));
        if let Some(event) = outage.check(&client, received, tell)?.flatten() {
            match print(&event, args.json) {
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
                printed => printed?,
            }
        } else if let Some(race) = demo.take_if(|race| race.is_finished()) {
            return race.join().expect("the race is played without a panic");
        }
    }
}

fn print(event: &Event, json: bool) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if json {
        writeln!(out, "{}", json::json_line(event))?;
    } else {
        writeln!(out, "{event}")?;
    }
    out.flush()
}

/// A server that plays the race of `fixtures`, ten times as fast as it was.
fn play_race(server: UdpSocket, client: &AcUdpClient) -> JoinHandle<anyhow::Result<()>> {
    let file = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/race.pcap"));
    let plugin = client.local_addr();
    thread::spawn(move || {
        let pause = |time| {
            thread::sleep(time);
            Ok(())
        };
        playback::play(&[file], 10.0, pause, |event| {
            server.send_to(event, plugin)?;
            Ok(())
        })?;
        Ok(())
    })
}
