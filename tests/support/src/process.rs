//! A program that a test starts, and the lines that it prints.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for the slowest machine; a test waits for it only when it fails.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// It is killed at the end of the test.
pub struct Program {
    pub child: Child,
    /// Of both outputs.
    lines: Receiver<String>,
    pub seen: Vec<String>,
}

impl Program {
    pub fn start(command: &mut Command) -> Self {
        let spawned = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        Self::of(spawned.unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// One that runs already. Outputs that it still has are read.
    pub fn of(mut child: Child) -> Self {
        let (sender, lines) = mpsc::channel();
        let stdout = child.stdout.take().map(|output| Box::new(output) as Box<dyn Read + Send>);
        let stderr = child.stderr.take().map(|output| Box::new(output) as Box<dyn Read + Send>);
        for output in stdout.into_iter().chain(stderr) {
            let sender = sender.clone();
            thread::spawn(move || {
                BufReader::new(output).lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
            });
        }
        Self { child, lines, seen: Vec::new() }
    }

    /// Waits for the next line that contains this.
    pub fn expect(&mut self, words: &str) -> String {
        let start = Instant::now();
        loop {
            match self.lines.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
                Ok(line) => {
                    self.seen.push(line.clone());
                    if line.contains(words) {
                        return line;
                    }
                }
                Err(error) => panic!("no {words:?} ({error}), but {:#?}", self.seen),
            }
        }
    }

    /// The program has not ended by itself.
    pub fn assert_running(&mut self) {
        let ended = self.child.try_wait().unwrap();
        assert!(ended.is_none(), "{ended:?}: {:#?}", self.seen);
    }

    /// Waits for the end.
    pub fn wait(&mut self) -> ExitStatus {
        // Ends when both outputs are closed.
        self.seen.extend(&self.lines);
        self.child.wait().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
