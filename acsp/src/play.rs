//! `acsp play`: plays a recording to a plugin.

use std::io::{self, ErrorKind, Write};
use std::net::UdpSocket;
use std::process::ExitCode;
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::capture::Player;
use acudpclient::protocol::Command;
use anyhow::{Context, anyhow};
use clap::Args;

use crate::exit;
use crate::lines::line;
use crate::recording::Recording;
use crate::simulation::speed;
use crate::stop::{Limit, Stop};

/// The pause between two checks for commands.
const STEP: Duration = Duration::from_millis(5);

/// How often to try to send a packet.
const TRIES: usize = 4;

/// Play a recording to a plugin, as a server would send it, and print the plugin's commands.
///
/// It does not answer commands; `acsp sim` does. It skips recorded commands, and plays a recording without times at
/// 10 packets per second. Start the plugin first: packets sent before it listens are lost.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp play 127.0.0.1:11000 127.0.0.1:12000 race.pcap
  acsp play 127.0.0.1:11000 127.0.0.1:12000 race.pcap --speed 10 --json")]
pub struct Arguments {
    /// Where to listen, in place of the server's UDP_PLUGIN_LOCAL_PORT, such as 127.0.0.1:11000
    #[arg(value_name = "SERVER")]
    local: String,
    /// Where the plugin listens, the server's UDP_PLUGIN_ADDRESS, such as 127.0.0.1:12000
    plugin: String,
    #[command(flatten)]
    recording: Recording,
    /// The speed, as a multiple of the recording's
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// Print each command as a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limit: Limit,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stop = arguments.limit.start()?;
    let mut player = Player::new(arguments.recording.open()?);
    let mut plugin = Plugin::connect(&arguments.local, &arguments.plugin, arguments.json)?;
    eprintln!("listening on {}, playing to the plugin on {}", arguments.local, arguments.plugin);
    player.set_speed(arguments.speed, Instant::now());
    while let Some(wait) = player.next_due(Instant::now()) {
        plugin.print_commands(Instant::now() + wait, &stop)?;
        if stop.is_wanted() {
            break;
        }
        while let Some(record) = player.poll(Instant::now()) {
            let record = record.context("cannot play the whole recording")?;
            if !record.is_command() {
                plugin.send(&record.payload);
            }
        }
    }
    match plugin.unsent {
        0 => eprintln!("sent {} packets", plugin.sent),
        unsent => eprintln!("sent {} packets, {unsent} more could not be sent", plugin.sent),
    }
    Ok(exit::success_if(plugin.unsent == 0))
}

/// The plugin. Network errors do not end the program: the plugin may start again.
struct Plugin {
    /// Non-blocking, because timeouts of a blocking socket are late, by a tick of the kernel on Linux and by up to half
    /// a second on Windows. Packets would then be late too.
    socket: UdpSocket,
    /// The last printed network error since the plugin's last command.
    told: Option<String>,
    json: bool,
    sent: u64,
    unsent: u64,
}

impl Plugin {
    fn connect(local: &str, plugin: &str, json: bool) -> anyhow::Result<Self> {
        let socket = UdpSocket::bind(local).map_err(|error| refused("listen on", local, &error))?;
        socket.connect(plugin).map_err(|error| refused("send to", plugin, &error))?;
        socket.set_nonblocking(true)?;
        Ok(Self { socket, told: None, json, sent: 0, unsent: 0 })
    }

    fn send(&mut self, event: &[u8]) {
        // Most errors are about an earlier packet, and this one was not sent yet.
        for _ in 0..TRIES {
            match self.socket.send(event) {
                Ok(_) => {
                    self.sent += 1;
                    return;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(STEP),
                Err(error) => self.tell(&error),
            }
        }
        self.unsent += 1;
    }

    /// Prints the commands that come until `end`.
    fn print_commands(&mut self, end: Instant, stop: &Stop) -> io::Result<()> {
        let mut buffer = vec![0; 65_535];
        loop {
            let received = self.socket.recv(&mut buffer);
            let left = end.saturating_duration_since(Instant::now());
            match received {
                Ok(length) => {
                    self.told = None;
                    match Command::decode(&buffer[..length]) {
                        Ok(command) => writeln!(io::stdout(), "{}", line(&command, self.json))?,
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
            if left.is_zero() || stop.is_wanted() {
                return Ok(());
            }
        }
    }

    /// Prints an error unless it is the same as the last one: every lost packet may cause one.
    fn tell(&mut self, error: &io::Error) {
        let line = match error.kind() {
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset => "no plugin is listening".to_owned(),
            _ => format!("network error: {error}"),
        };
        if self.told.as_ref() != Some(&line) {
            eprintln!("{line}");
            self.told = Some(line);
        }
    }
}

/// That an address cannot be used, why, and what to do.
fn refused(cannot: &str, address: &str, error: &io::Error) -> anyhow::Error {
    let hint = match error.kind() {
        ErrorKind::AddrInUse => {
            ": another program uses this port. The server itself, another `acsp play`, or are SERVER and PLUGIN \
             swapped?"
        }
        ErrorKind::AddrNotAvailable => ": is this an address of this machine?",
        ErrorKind::InvalidInput => ": an address is HOST:PORT, such as 127.0.0.1:11000",
        _ => "",
    };
    anyhow!("cannot {cannot} {address}: {error}{hint}")
}
