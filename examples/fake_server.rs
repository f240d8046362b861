//! Stands in for a server: plays a recording to a plugin and prints the commands that come back:
//!
//! ```sh
//! cargo run --all-features --example fake_server -- fixtures/race.pcap 127.0.0.1:11000 127.0.0.1:12000
//! ```

#[path = "common/playback.rs"]
mod playback;

use std::io::ErrorKind;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use acudpclient::protocol::Command;
use anyhow::Context;
use clap::Parser;

/// Play a recording (pcap, pcapng, or payloads one after the other) to a plugin, as an Assetto Corsa
/// server would send it, and print the plugin's commands.
///
/// Start the plugin first: what is sent before it listens is lost.
#[derive(Parser)]
struct Args {
    /// The recording; one without times is played at 10 packets per second
    file: PathBuf,
    /// Where to listen, as the server's UDP_PLUGIN_LOCAL_PORT: such as 127.0.0.1:11000
    local: String,
    /// Where the plugin listens, as the server's UDP_PLUGIN_ADDRESS: such as 127.0.0.1:12000
    plugin: String,
    /// How many times as fast as it was recorded
    #[arg(long, default_value_t = 1.0, value_parser = speed)]
    speed: f64,
}

fn speed(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(speed) if (0.001..=1e6).contains(&speed) => Ok(speed),
        _ => Err("it has to be a number from 0.001 to 1000000".to_owned()),
    }
}

fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let socket = UdpSocket::bind(&args.local).with_context(|| format!("cannot listen on {}", args.local))?;
    socket.connect(&args.plugin).with_context(|| format!("cannot send to {}", args.plugin))?;
    let sent = playback::play(
        &args.file,
        args.speed,
        |time| print_commands(&socket, time),
        |event| {
            // An error is the answer to an earlier packet, and this one has not been sent yet.
            if socket.send(event).is_err() {
                socket.send(event).with_context(|| format!("cannot send to {}", args.plugin))?;
            }
            Ok(())
        },
    )?;
    eprintln!("sent {sent} packets");
    Ok(())
}

/// Prints the commands that come within this time.
fn print_commands(socket: &UdpSocket, time: Duration) -> anyhow::Result<()> {
    let end = Instant::now() + time;
    let mut buffer = vec![0; 65_535];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        socket.set_read_timeout(Some(left))?;
        match socket.recv(&mut buffer).map(|length| Command::decode(&buffer[..length])) {
            Ok(Ok(command)) => println!("{command}"),
            Ok(Err(error)) => eprintln!("{error}"),
            Err(error) => match error.kind() {
                ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => {}
                ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => eprintln!("no plugin listens"),
                _ => return Err(error.into()),
            },
        }
    }
}
