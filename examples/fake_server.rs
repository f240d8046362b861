//! Stands in for a server: plays a recording to a plugin and prints the commands that come back:
//!
//! ```sh
//! cargo run --all-features --example fake_server -- fixtures/race.pcap 127.0.0.1:11000 127.0.0.1:12000
//! ```

#[path = "common/exit.rs"]
mod exit;
#[path = "common/playback.rs"]
mod playback;

use std::cell::{Cell, RefCell};
use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::net::UdpSocket;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::protocol::Command;
use anyhow::Context;
use clap::Parser;

/// How often the program looks for commands.
const STEP: Duration = Duration::from_millis(5);

/// How often a packet is sent again that an error kept from going out.
const TRIES: usize = 4;

/// Play a recording (pcap, pcapng, or payloads one after the other) to a plugin, as an Assetto Corsa
/// server would send it, and print the plugin's commands.
///
/// Start the plugin first: what is sent before it listens is lost.
#[derive(Parser)]
#[command(override_usage = "fake_server [OPTIONS] <FILE>... <LOCAL> <PLUGIN>")]
struct Args {
    /// FILE: the recording; one without times is played at 10 packets per second. Several files are one
    /// recording; of a rotated one the first name is enough.
    ///
    /// LOCAL: where to listen, as the server's UDP_PLUGIN_LOCAL_PORT: such as 127.0.0.1:11000.
    ///
    /// PLUGIN: where the plugin listens, as the server's UDP_PLUGIN_ADDRESS: such as 127.0.0.1:12000
    #[arg(required = true, num_args = 3.., value_names = ["FILE", "LOCAL", "PLUGIN"])]
    words: Vec<OsString>,
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

fn main() -> ExitCode {
    exit::code(run(&Args::parse()))
}

fn run(args: &Args) -> anyhow::Result<()> {
    let [files @ .., local, plugin] = &args.words[..] else { unreachable!("there are three or more") };
    let plugin = Plugin::connect(&local.to_string_lossy(), &plugin.to_string_lossy())?;
    let sent = playback::play(
        files,
        args.speed,
        |time| {
            plugin.print_commands(Instant::now() + time);
            Ok(())
        },
        |event| {
            plugin.send(event);
            Ok(())
        },
    )?;
    match plugin.unsent.get() {
        0 => eprintln!("sent {sent} packets"),
        unsent => eprintln!("sent {} packets, {unsent} more could not be sent", sent - unsent),
    }
    Ok(())
}

/// The other side. No error of the network ends the play: the plugin may be started again.
struct Plugin {
    /// It never blocks: a socket's timeouts are late, by a tick of the kernel on Linux, by up to half a
    /// second on Windows, and the packets would be sent late.
    socket: UdpSocket,
    /// What was told of the network since the plugin was last heard.
    told: RefCell<Option<String>>,
    unsent: Cell<u64>,
}

impl Plugin {
    fn connect(local: &str, plugin: &str) -> anyhow::Result<Self> {
        let socket = UdpSocket::bind(local).with_context(|| format!("cannot listen on {local}"))?;
        socket.connect(plugin).with_context(|| format!("cannot send to {plugin}"))?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, told: RefCell::default(), unsent: Cell::default() })
    }

    fn send(&self, event: &[u8]) {
        // Most errors are answers to an earlier packet, and this one has not been sent yet.
        for _ in 0..TRIES {
            match self.socket.send(event) {
                Ok(_) => return,
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(STEP),
                Err(error) => self.tell(&error),
            }
        }
        self.unsent.set(self.unsent.get() + 1);
    }

    /// Prints the commands that come until then.
    fn print_commands(&self, end: Instant) {
        let mut buffer = vec![0; 65_535];
        loop {
            let received = self.socket.recv(&mut buffer);
            let left = end.saturating_duration_since(Instant::now());
            match received {
                Ok(length) => {
                    self.told.take();
                    match Command::decode(&buffer[..length]) {
                        Ok(command) => println!("{command}"),
                        Err(error) => eprintln!("{error}"),
                    }
                }
                Err(error) => {
                    if error.kind() != ErrorKind::WouldBlock {
                        self.tell(&error);
                    }
                    thread::sleep(left.min(STEP));
                }
            }
            if left.is_zero() {
                return;
            }
        }
    }

    /// Each packet that is sent in vain may have its error: the same one is told once.
    fn tell(&self, error: &io::Error) {
        let line = match error.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => "no plugin listens".to_owned(),
            _ => format!("the network: {error}"),
        };
        if self.told.borrow().as_ref() != Some(&line) {
            eprintln!("{line}");
            self.told.replace(Some(line));
        }
    }
}
