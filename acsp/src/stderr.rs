//! Lines on standard error that nobody waits for: if who reads them has stopped, the race goes on all the same.

use std::fmt::Display;
use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver, Sender, SyncSender};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

/// So many lines wait to be written.
const MOST_WAITING: usize = 256;
/// How long the end of the program waits for them.
const PATIENCE: Duration = Duration::from_millis(300);

static LINES: LazyLock<Lines> = LazyLock::new(|| Lines::to(io::stderr()));

/// Writes a line, or leaves it out if too many wait.
pub fn tell(line: impl Display) {
    LINES.write(format!("{line}\n").into_bytes());
}

/// Waits until what was told is written, unless that takes long.
pub fn flush() {
    LINES.flush();
}

/// The log, written in the same way.
pub struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.write(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

enum Message {
    Line(Vec<u8>),
    /// Tells when everything before it is written.
    Flush(Sender<()>),
}

struct Lines {
    queue: SyncSender<Message>,
    left_out: Arc<AtomicU64>,
}

impl Lines {
    fn to(mut output: impl Write + Send + 'static) -> Self {
        let (queue, messages): (_, Receiver<Message>) = mpsc::sync_channel(MOST_WAITING);
        let left_out = Arc::new(AtomicU64::new(0));
        let counted = left_out.clone();
        thread::spawn(move || {
            for message in messages {
                // Nobody can be told that standard error is closed.
                let _ = match message {
                    Message::Line(line) => output.write_all(&line),
                    Message::Flush(done) => {
                        let _ = done.send(());
                        Ok(())
                    }
                };
                let count = counted.swap(0, Ordering::Relaxed);
                if count > 0 {
                    let _ = writeln!(output, "{count} lines are left out: they were not read in time");
                }
            }
        });
        Self { queue, left_out }
    }

    fn write(&self, line: Vec<u8>) {
        if self.queue.try_send(Message::Line(line)).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn flush(&self) {
        let (done, is_done) = mpsc::channel();
        if self.queue.try_send(Message::Flush(done)).is_ok() {
            let _ = is_done.recv_timeout(PATIENCE);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    /// Writes only while it is allowed to.
    struct Slow(Receiver<()>, Arc<Mutex<Vec<u8>>>);

    impl Write for Slow {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            // Whoever is gone allows everything.
            let _ = self.0.recv();
            self.1.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn nobody_waits_for_a_reader_and_what_is_left_out_is_told() {
        let (allow, allowed) = mpsc::channel();
        let written = Arc::new(Mutex::new(Vec::new()));
        let lines = Lines::to(Slow(allowed, written.clone()));
        let count = 3 * MOST_WAITING;
        for number in 0..count {
            lines.write(format!("line {number}\n").into_bytes());
        }
        assert_eq!(*written.lock().unwrap(), b"");
        drop(allow);
        let is_told = |text: &str| {
            let left_out = text.lines().filter_map(|line| line.split_once(" lines are left out"));
            let left_out: usize = left_out.map(|(number, _)| number.parse::<usize>().unwrap()).sum();
            text.starts_with("line 0\n") && left_out > 0 && text.matches("line ").count() + left_out == count
        };
        support::eventually("each line is written or counted", || {
            lines.flush();
            is_told(&String::from_utf8_lossy(&written.lock().unwrap()))
        });
    }
}
