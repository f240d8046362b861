//! A program that a test starts, and the lines that it prints.

#![allow(dead_code)] // each test program uses its part

use std::io::{BufRead, BufReader, Read};
use std::net::UdpSocket;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

/// Long enough for the slowest machine; a test waits for it only when it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// So many addresses of loopback that nobody listens on.
///
/// On Linux each call has an IP address of its own, so that no other test is given one of these ports meanwhile.
/// macOS has only one, and Wine takes each for 127.0.0.1.
pub fn free_addresses<const N: usize>() -> [String; N] {
    static CALLS: AtomicU8 = AtomicU8::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    let [low, high, ..] = std::process::id().to_le_bytes();
    let ip = if cfg!(target_os = "linux") { [127, high | 128, low, call % 254 + 1] } else { [127, 0, 0, 1] };
    let sockets = [(); N].map(|()| UdpSocket::bind((std::net::Ipv4Addr::from(ip), 0)).unwrap());
    sockets.map(|socket| socket.local_addr().unwrap().to_string())
}

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
        let mut child = spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let (sender, lines) = mpsc::channel();
        let outputs: [Box<dyn Read + Send>; 2] =
            [Box::new(child.stdout.take().unwrap()), Box::new(child.stderr.take().unwrap())];
        for output in outputs {
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
