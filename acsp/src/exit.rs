//! How the program ends.

use std::io;
use std::process::ExitCode;

/// Prints an error for users. If `main` returned it, Rust would print it for programmers, with a backtrace if
/// RUST_BACKTRACE is set.
pub fn code(result: anyhow::Result<ExitCode>) -> ExitCode {
    match result {
        Ok(code) => code,
        // The reader of the output, such as `head`, has read enough.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("Error: {}", words(&error));
            ExitCode::FAILURE
        }
    }
}

/// 0 if nothing was wrong, 1 otherwise.
pub fn success_if(is_right: bool) -> ExitCode {
    if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}

/// The error and its causes, without causes that the text already contains.
fn words(error: &anyhow::Error) -> String {
    let mut words = error.to_string().trim_end().to_owned();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        let cause = cause.trim_end();
        if !words.contains(cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn last_words_name_each_cause_once() {
        let error = anyhow::anyhow!("line 3: no port\n").context("relay.toml is not valid");
        assert_eq!(words(&error), "relay.toml is not valid: line 3: no port");
        let error = anyhow::anyhow!("no space left").context("cannot write: no space left");
        assert_eq!(words(&error), "cannot write: no space left");
    }
}
