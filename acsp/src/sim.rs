//! `acsp sim`: a simulated server that answers commands.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use acudpclient::sim::{ServerKind, Session, Trouble};
use clap::{Args, ValueEnum};

use crate::lines::line;
use crate::simulation::{Field, speed};
use crate::stop::Limit;

/// Run a simulated server that answers commands, and print the commands that it receives.
///
/// It replaces acServer, AssettoServer or ACSM while you write a plugin. The plugin may start at any time; as on
/// a real server, it then has to ask for what it missed.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp sim
  acsp sim --speed 10 --cars 4 --sessions race:3
  acsp sim 127.0.0.1:11001 127.0.0.1:12001 --kind assettoserver --json
  acsp sim --loss 1 --repetition 1 --delay 50")]
pub struct Arguments {
    /// Where the server listens, its UDP_PLUGIN_LOCAL_PORT
    #[arg(value_name = "SERVER", default_value = "127.0.0.1:11000")]
    local: SocketAddr,
    /// Where the plugin listens, the server's UDP_PLUGIN_ADDRESS
    #[arg(default_value = "127.0.0.1:12000")]
    plugin: SocketAddr,
    #[command(flatten)]
    field: Field,
    /// The simulation's speed, as a multiple of real time
    #[arg(long, value_name = "TIMES", default_value_t = 1.0, value_parser = speed)]
    speed: f64,
    /// Which server to simulate
    #[arg(long, value_enum, default_value_t = Kind::Acserver)]
    kind: Kind,
    /// The sessions in order: the length of practice, qualify and timed-race is in minutes, that of race in laps
    #[arg(
        long,
        value_name = "TYPE:LENGTH",
        value_delimiter = ',',
        value_parser = session,
        default_value = "practice:10,qualify:10,race:6"
    )]
    sessions: Vec<Session>,
    /// Go silent after the last session; otherwise the first one follows again
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    network: Network,
    /// Print each command as a JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limit: Limit,
}

/// A heading of the help.
const NETWORK: &str = "Network faults";

/// What happens to the server's datagrams on their way.
#[derive(Debug, Args)]
struct Network {
    /// Percentage of datagrams that are lost
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent, help_heading = NETWORK)]
    loss: f64,
    /// Percentage of datagrams that arrive twice
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent, help_heading = NETWORK)]
    repetition: f64,
    /// Percentage of datagrams that arrive after the next one
    #[arg(long, value_name = "PERCENT", default_value_t = 0.0, value_parser = percent, help_heading = NETWORK)]
    reordering: f64,
    /// The longest delay of a datagram; each has a random delay, so they overtake each other
    #[arg(long, value_name = "MS", default_value_t = 0, help_heading = NETWORK)]
    delay: u64,
    /// The longest delay of a LAP_COMPLETED
    #[arg(long, value_name = "MS", default_value_t = 0, help_heading = NETWORK)]
    late_laps: u64,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// acServer 1.7 and later
    Acserver,
    /// acServer before 1.7
    AcserverOld,
    /// AssettoServer
    Assettoserver,
    /// Emperor's ACSM v2
    Acsm,
    /// The prereleases of 2020 of ACSM v2
    AcsmPrerelease,
}

impl From<Kind> for ServerKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Acserver => Self::Original,
            Kind::AcserverOld => Self::Before17,
            Kind::Assettoserver => Self::AssettoServer,
            Kind::Acsm => Self::AcsmV2,
            Kind::AcsmPrerelease => Self::AcsmPrerelease,
        }
    }
}

fn percent(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent),
        _ => Err("it must be a number from 0 to 100".to_owned()),
    }
}

/// `race:6`
fn session(text: &str) -> Result<Session, String> {
    let wrong =
        || format!("{text:?} is not TYPE:LENGTH, such as practice:10, qualify:10, race:6 or timed-race:20");
    let (kind, length) = text.split_once(':').ok_or_else(wrong)?;
    let length: u16 = length.parse().map_err(|_| wrong())?;
    let minutes = Duration::from_secs(60 * u64::from(length));
    match kind {
        "practice" => Ok(Session::practice(minutes)),
        "qualify" => Ok(Session::qualify(minutes)),
        "race" => Ok(Session::race(length)),
        "timed-race" => Ok(Session::timed_race(minutes)),
        _ => Err(wrong()),
    }
}

impl Network {
    fn trouble(&self) -> Trouble {
        Trouble::new(1)
            .loss(self.loss / 100.0)
            .repetition(self.repetition / 100.0)
            .reordering(self.reordering / 100.0)
            .delay(Duration::from_millis(self.delay))
            .late_laps(Duration::from_millis(self.late_laps))
    }
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let stop = arguments.limit.start()?;
    let (local, plugin) = (arguments.local, arguments.plugin);
    let kind = ServerKind::from(arguments.kind);
    let server = arguments
        .field
        .simulation()
        .speed(arguments.speed)
        .server(kind)
        .sessions(arguments.sessions.iter().cloned())
        .repeat(!arguments.once)
        .trouble(arguments.network.trouble())
        .local_addr(local)
        .plugin_addr(plugin)
        .start()
        .map_err(|error| explain(&error, local))?;
    let local = server.local_addr();
    eprintln!("simulating {kind}: listening on {local}, sending to the plugin on {plugin}");
    eprintln!("connect with: acsp live {plugin} {local}{}", speed_argument(arguments.speed));
    eprintln!("or in Rust:   AcUdpClient::bind(\"{plugin}\", \"{local}\")");
    eprintln!("waiting for commands; Ctrl-C ends the simulation");
    while !stop.is_wanted() {
        if let Some(command) = server.wait_command(stop.wait()) {
            writeln!(io::stdout(), "{}", line(&command, arguments.json))?;
        }
    }
    let stats = server.stats();
    eprintln!("sent {} packets, received {} commands", stats.sent, stats.commands);
    Ok(ExitCode::SUCCESS)
}

fn explain(error: &io::Error, local: SocketAddr) -> anyhow::Error {
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "a server, or another acsp, has this port: stop it, or name another one, such as \
             acsp sim 127.0.0.1:11001 127.0.0.1:12001"
        }
        io::ErrorKind::AddrNotAvailable => "this machine has no such address",
        _ => return anyhow::anyhow!("cannot simulate a server on {local}: {error}"),
    };
    anyhow::anyhow!("cannot simulate a server on {local}: {advice}")
}

/// The board's clocks run as fast as the server's.
fn speed_argument(speed: f64) -> String {
    if speed == 1.0 { String::new() } else { format!(" --speed {speed}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_are_read() {
        assert_eq!(session("race:6"), Ok(Session::race(6)));
        assert_eq!(session("timed-race:20"), Ok(Session::timed_race(Duration::from_secs(20 * 60))));
        for wrong in ["race", "race:", "race:-1", "Race:6", "race:70000", "warmup:5", ""] {
            assert!(session(wrong).is_err_and(|error| error.contains("TYPE:LENGTH")), "{wrong}");
        }
    }
}
