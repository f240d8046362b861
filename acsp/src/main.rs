//! `acsp`, a program for people who run Assetto Corsa servers: one subcommand per module.

mod connection;
mod db;
mod decode;
mod doctor;
mod exit;
mod feed;
mod lines;
mod live;
mod outage;
mod play;
mod print;
mod progress;
mod record;
mod recording;
mod relay;
mod results;
mod server_cfg;
mod shell;
mod sim;
mod simulation;
mod stderr;
mod stop;
mod text;
mod utc;
mod web;

use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use env_logger::{Env, Target};

/// Tools for the UDP plugin interface of Assetto Corsa servers: acServer, AssettoServer and ACSM.
///
/// LOCAL and SERVER are the two addresses of the interface, as in the server's server_cfg.ini: LOCAL is
/// UDP_PLUGIN_ADDRESS, where the server sends, and SERVER is the server's machine with UDP_PLUGIN_LOCAL_PORT.
/// For `sim` and `play`, which stand in for a server, it is SERVER PLUGIN.
/// A server talks to one program at a time; `acsp relay` serves several.
///
/// RUST_LOG=debug shows the library's log.
#[derive(Debug, Parser)]
#[command(
    name = "acsp",
    version,
    after_help = "\
Exit codes:
  0  nothing was wrong
  1  an error, or what the subcommand's own help says
  2  the arguments are wrong

Examples:
  acsp live
  acsp doctor 127.0.0.1:12000 127.0.0.1:11000
  acsp live --help"
)]
struct Arguments {
    #[command(subcommand)]
    subcommand: Sub,
}

#[derive(Debug, Subcommand)]
enum Sub {
    Live(live::Arguments),
    Web(web::Arguments),
    Doctor(doctor::Arguments),
    Print(print::Arguments),
    Decode(decode::Arguments),
    Results(results::Arguments),
    Record(record::Arguments),
    Db(db::Arguments),
    Play(play::Arguments),
    Relay(relay::Arguments),
    Sim(sim::Arguments),
    Completions(shell::Completions),
    Man(shell::Manual),
}

fn main() -> ExitCode {
    let Arguments { subcommand } = Arguments::parse();
    // A relay runs unattended: its log records when the server and the plugins come and go.
    let level = match subcommand {
        Sub::Relay(_) => "info",
        // The commands that browsers give.
        Sub::Web(_) => "error,acsp=info",
        _ => "error",
    };
    let mut log = env_logger::Builder::from_env(Env::default().default_filter_or(level));
    if matches!(subcommand, Sub::Web(_)) {
        // It is written by the thread that hears the race, too.
        log.target(Target::Pipe(Box::new(stderr::Log)));
    }
    log.init();
    exit::code(match subcommand {
        Sub::Live(arguments) => live::run(&arguments),
        Sub::Web(arguments) => web::run(&arguments),
        Sub::Doctor(arguments) => doctor::run(&arguments),
        Sub::Print(arguments) => print::run(&arguments),
        Sub::Decode(arguments) => decode::run(&arguments),
        Sub::Results(arguments) => results::run(&arguments),
        Sub::Record(arguments) => record::run(&arguments),
        Sub::Db(arguments) => db::run(&arguments),
        Sub::Play(arguments) => play::run(&arguments),
        Sub::Relay(arguments) => relay::run(&arguments),
        Sub::Sim(arguments) => sim::run(&arguments),
        Sub::Completions(arguments) => shell::completions(&arguments, Arguments::command()),
        Sub::Man(arguments) => shell::manual(&arguments, Arguments::command()),
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_arguments_fit_together() {
        super::Arguments::command().debug_assert();
    }
}
