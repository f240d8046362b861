//! How a program ends.

use std::process::{ExitCode, Termination};

/// Says an error in words. If `main` returned it, it would be shown in the form for programmers, with a
/// backtrace if RUST_BACKTRACE is set.
pub fn code(result: anyhow::Result<impl Termination>) -> ExitCode {
    match result {
        Ok(done) => done.report(),
        Err(error) => {
            eprintln!("Error: {}", words(&error));
            ExitCode::FAILURE
        }
    }
}

/// The error and its causes, without those that it has named already.
pub fn words(error: &anyhow::Error) -> String {
    let mut words = error.to_string().trim_end().to_owned();
    for cause in error.chain().skip(1).map(ToString::to_string) {
        let cause = cause.trim_end();
        if !words.contains(cause) {
            words = format!("{words}: {cause}");
        }
    }
    words
}
