//! How far long work is.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressFinish, ProgressStyle};

/// Before it, there is nothing to see.
const PATIENCE: Duration = Duration::from_secs(1);
/// Asking for the time takes longer than to decode a packet.
const LOOK_EVERY: u64 = 1024;
/// The bar's length, in its own steps.
const WHOLE: u64 = 1000;

/// A bar on standard error, if the work takes long and standard error is a terminal.
pub struct Progress {
    bar: ProgressBar,
    /// What is counted.
    what: &'static str,
    patience: Duration,
    start: Instant,
    done: u64,
    has_share: bool,
}

impl Progress {
    /// Of work whose lines go to standard output: if they come to the same terminal, there is no bar.
    pub fn beside_output(what: &'static str) -> Self {
        if io::stdout().is_terminal() {
            Self::on(ProgressDrawTarget::hidden(), what)
        } else {
            Self::new(what)
        }
    }

    pub fn new(what: &'static str) -> Self {
        // It draws nothing if standard error is no terminal.
        Self::on(ProgressDrawTarget::stderr(), what)
    }

    fn on(target: ProgressDrawTarget, what: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(Some(WHOLE), target).with_finish(ProgressFinish::AndClear);
        bar.set_style(style("{spinner} {msg} in {elapsed}"));
        Self { bar, what, patience: PATIENCE, start: Instant::now(), done: 0, has_share: false }
    }

    /// Another one is done. `share` tells how much of the work that makes, from 0 to 1, if it can be told.
    pub fn step(&mut self, share: impl FnOnce() -> Option<f64>) {
        self.done += 1;
        if self.done % LOOK_EVERY != 0 || self.start.elapsed() < self.patience {
            return;
        }
        let share = share();
        if share.is_some() && !self.has_share {
            self.has_share = true;
            self.bar.set_style(style("{bar:30} {percent:>3} %  {msg}, {eta} left"));
        }
        self.bar.set_message(format!("{} {}", self.done, self.what));
        match share {
            Some(share) => self.bar.set_position((share * WHOLE as f64) as u64),
            None => self.bar.tick(),
        }
    }

    /// Tells a fault beside the bar.
    pub fn eprintln(&self, line: impl Display) {
        self.bar.suspend(|| eprintln!("{line}"));
    }

    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use indicatif::TermLike;

    use super::*;

    /// A terminal that remembers what was written.
    #[derive(Debug, Clone, Default)]
    struct Terminal(Arc<Mutex<String>>);

    impl Terminal {
        fn text(&self) -> String {
            self.0.lock().unwrap().clone()
        }
    }

    impl TermLike for Terminal {
        fn width(&self) -> u16 {
            80
        }
        fn move_cursor_up(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_down(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_right(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn move_cursor_left(&self, _: usize) -> io::Result<()> {
            Ok(())
        }
        fn write_line(&self, line: &str) -> io::Result<()> {
            self.write_str(line)
        }
        fn write_str(&self, text: &str) -> io::Result<()> {
            self.0.lock().unwrap().push_str(text);
            Ok(())
        }
        fn clear_line(&self) -> io::Result<()> {
            Ok(())
        }
        fn flush(&self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is shown of so many packets, half of the work, after this patience.
    fn shown(packets: u64, share: Option<f64>, patience: Duration) -> String {
        let terminal = Terminal::default();
        let target = ProgressDrawTarget::term_like(Box::new(terminal.clone()));
        let mut progress = Progress { patience, ..Progress::on(target, "packets") };
        for _ in 0..packets {
            progress.step(|| share);
        }
        terminal.text()
    }

    #[test]
    fn long_work_has_a_bar_with_its_share() {
        let text = shown(LOOK_EVERY, Some(0.5), Duration::ZERO);
        assert!(text.contains(" 50 %") && text.contains("1024 packets"), "{text:?}");
        // Nobody knows how much it will be.
        let text = shown(LOOK_EVERY, None, Duration::ZERO);
        assert!(text.contains("1024 packets in") && !text.contains('%'), "{text:?}");
    }

    #[test]
    fn short_work_has_none() {
        assert_eq!(shown(3 * LOOK_EVERY, Some(0.5), Duration::MAX), "");
        assert_eq!(shown(LOOK_EVERY - 1, Some(0.5), Duration::ZERO), "");
    }
}
