//! `acsp completions` and `acsp man`: what a shell and `man` want to know of the arguments.

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Command};
use clap_complete::Shell;
use clap_mangen::Man;

/// Print what a shell needs to complete the arguments.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp completions bash > ~/.local/share/bash-completion/completions/acsp
  acsp completions zsh > ~/.zfunc/_acsp
  acsp completions fish > ~/.config/fish/completions/acsp.fish
  acsp completions powershell >> $PROFILE")]
pub struct Completions {
    /// The shell
    shell: Shell,
}

/// Print the manual page, of acsp or of a subcommand.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  acsp man | man -l -
  acsp man relay > acsp-relay.1")]
pub struct Manual {
    /// The subcommand
    subcommand: Option<String>,
}

pub fn completions(arguments: &Completions, mut command: Command) -> anyhow::Result<ExitCode> {
    // Made in memory: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut command, "acsp", &mut script);
    io::stdout().write_all(&script)?;
    Ok(ExitCode::SUCCESS)
}

pub fn manual(arguments: &Manual, mut command: Command) -> anyhow::Result<ExitCode> {
    // Gives the subcommands their full names.
    command.build();
    let command = match &arguments.subcommand {
        None => command,
        Some(name) => {
            let Some(found) = command.find_subcommand(name) else {
                anyhow::bail!("acsp has no subcommand {name:?}; acsp --help lists them");
            };
            found.clone()
        }
    };
    Man::new(command).render(&mut io::stdout())?;
    Ok(ExitCode::SUCCESS)
}
