//! `acsp live`: live timing in the terminal.

mod board;
mod columns;
mod keys;
mod lines;
mod map;
mod mark;
mod panel;
mod row;
mod state;
mod table;
#[cfg(test)]
mod tests;

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use acsp::store::{Report, Store, StoreOptions};
use acudpclient::protocol::Command;
use clap::Args;
use ratatui::buffer::Buffer;
use ratatui::crossterm::event::{self, Event as TerminalEvent, KeyEventKind};
use ratatui::style::{Color, Modifier};

use crate::connection::{Connection, Drivers, Source, ask, in_background};
use crate::db::{close, words};
use crate::feed::{FeedLine, Topic};
use crate::outage::{Notice, Outage};
use crate::stop::{Limit, Stop};
use keys::Action;
use lines::Lines;
use state::State;

/// Show live timing: a full-screen board with a map of the track.
///
/// Without addresses, of a simulated race. The laps of a real server are stored for `acsp db`. The key `?` shows all keys. A time's sign is `*` for the session's best, `+`
/// for the driver's best, and `!` for a lap with cuts; NO_COLOR turns the colours off.
#[derive(Debug, Args)]
#[command(
    override_usage = "acsp live [OPTIONS] [LOCAL SERVER]\n       acsp live [OPTIONS] --config <FILE>",
    after_help = "\
Examples:
  acsp live
  acsp live 127.0.0.1:12000 127.0.0.1:11000
  acsp live 127.0.0.1:12000 127.0.0.1:11000 --json > standings.jsonl"
)]
pub struct Arguments {
    #[command(flatten)]
    source: Source,
    /// Print lines, no board: what happens, and the standings every ten seconds. The same happens if the
    /// output is no terminal
    #[arg(long)]
    plain: bool,
    /// Print the standings as one JSON object per second
    #[arg(long, conflicts_with = "plain")]
    json: bool,
    #[command(flatten)]
    store: StoreOptions,
    #[command(flatten)]
    limit: Limit,
}

/// How often the board is drawn and how often cars report.
const FRAME: Duration = Duration::from_millis(50);
const REPORT: Duration = Duration::from_millis(200);

/// More cannot come in a frame from 100 cars; a flood must not hold up the board.
const MOST_PER_FRAME: usize = 2000;

struct Timing {
    connection: Connection,
    outage: Outage,
    /// What the user has not been told yet.
    notices: Vec<Notice>,
    state: State,
    drivers: Drivers,
    store: Option<Store>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let as_lines = arguments.json || arguments.plain || !io::stdout().is_terminal();
    let stop = if as_lines { arguments.limit.start() } else { arguments.limit.start_at_terminal() }?;
    let mut timing = Timing::start(&arguments.source, &arguments.store)?;
    let ended = if as_lines {
        print_lines(&mut timing, &stop, Lines::new(arguments.json))
    } else {
        let mut terminal = ratatui::try_init()?;
        let shown = show_board(&mut timing, &stop, &mut terminal);
        ratatui::restore();
        shown
    };
    if let Some(store) = timing.store {
        close(store, |words| eprintln!("{words}"));
    }
    ended.map(|()| ExitCode::SUCCESS)
}

impl Timing {
    fn start(source: &Source, store: &StoreOptions) -> anyhow::Result<Self> {
        let mut state = State::default();
        let mut connection = source.connect(in_background(), Some(REPORT))?;
        connection.hear_past(|past| state.catch_up(past));
        // The cars show up in the report; then their drivers can be asked for.
        let (mut outage, mut notices) = (Outage::new(), Vec::new());
        ask(&connection.client, Some(REPORT), &mut outage, |notice| notices.push(notice.clone()))?;
        let (server, speed) = (connection.client.server_addr(), connection.speed());
        let store = store.start(server, speed, connection.is_simulated(), |words| {
            notices.push(Notice::Trouble(words));
        })?;
        Ok(Self { connection, outage, notices, state, drivers: Drivers::default(), store })
    }

    /// Takes in what comes during a frame, each event at its own time, as the gaps depend on it. Returns what there
    /// is to tell of the race, and of the server.
    fn receive(&mut self) -> anyhow::Result<(Vec<FeedLine>, Vec<Notice>)> {
        let end = Instant::now() + FRAME;
        let mut told = Vec::new();
        for _ in 0..MOST_PER_FRAME {
            let wait = end.saturating_duration_since(Instant::now());
            let client = &mut self.connection.client;
            let received = client.wait_event(wait);
            let notices = &mut self.notices;
            let received = self.outage.check(client, received, |notice| notices.push(notice.clone()))?;
            match received.flatten() {
                Some(event) => {
                    let (clock, at) = self.connection.arrival();
                    self.state.advance_to(clock);
                    told.extend(self.state.apply(&event));
                    if let Some(store) = &mut self.store {
                        let tracker = &self.state.race.tracker;
                        store.apply(tracker, tracker.changes(), at);
                    }
                }
                None if wait.is_zero() => break,
                None => {}
            }
        }
        self.state.advance_to(self.connection.clock());
        let (client, tracker) = (&self.connection.client, &self.state.race.tracker);
        self.notices.extend(self.drivers.ask(client, tracker, &mut self.outage)?);
        told.extend(self.hear_store());
        let notices = std::mem::take(&mut self.notices);
        for notice in &notices {
            self.show(notice);
        }
        Ok((told, notices))
    }

    /// What the store has to tell, for the feed.
    fn hear_store(&mut self) -> Vec<FeedLine> {
        let mut lines = Vec::new();
        for report in self.store.iter().flat_map(Store::reports) {
            let text = words(&report);
            match report {
                Report::Stored(_) => {}
                Report::Record(_) => lines.push(FeedLine::new(Topic::SessionBest, text)),
                Report::Mended { .. } => lines.push(FeedLine::new(Topic::Session, text)),
                Report::Trouble(_) => self.notices.push(Notice::Trouble(text)),
            }
        }
        for line in &lines {
            self.state.tell(line.clone());
        }
        lines
    }

    fn show(&mut self, notice: &Notice) {
        let topic = match notice {
            Notice::Missing(line) => {
                self.state.trouble = Some(line.clone());
                return;
            }
            Notice::Back(_) => {
                self.state.trouble = None;
                Topic::Session
            }
            Notice::Trouble(_) => Topic::Trouble,
        };
        self.state.tell(FeedLine::new(topic, notice.to_string()));
    }

    /// Sends a command of the user. Trouble is told each time: the user wants to know whether this one was sent.
    fn send(&mut self, command: &Command) -> anyhow::Result<()> {
        match self.connection.client.send(command) {
            Ok(()) => self.state.tell_sent(command),
            Err(error) if error.is_recoverable() => {
                self.state.tell(FeedLine::new(Topic::Trouble, error.to_string()));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

fn show_board(
    timing: &mut Timing,
    stop: &Stop,
    terminal: &mut ratatui::DefaultTerminal,
) -> anyhow::Result<()> {
    let is_colored = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    while !stop.is_wanted() {
        terminal.draw(|frame| {
            let area = frame.area();
            board::draw(&mut timing.state, area, frame.buffer_mut());
            if !is_colored {
                without_colors(frame.buffer_mut());
            }
        })?;
        timing.receive()?;
        while event::poll(Duration::ZERO)? {
            let TerminalEvent::Key(key) = event::read()? else { continue };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            match timing.state.key(key) {
                Some(Action::Quit) => return Ok(()),
                Some(Action::Send(command)) => timing.send(&command)?,
                None => {}
            }
        }
    }
    Ok(())
}

/// What has a background is then shown in reverse.
fn without_colors(buffer: &mut Buffer) {
    for cell in &mut buffer.content {
        if cell.bg != Color::Reset {
            cell.modifier.insert(Modifier::REVERSED);
        }
        (cell.fg, cell.bg) = (Color::Reset, Color::Reset);
    }
}

fn print_lines(timing: &mut Timing, stop: &Stop, mut lines: Lines) -> anyhow::Result<()> {
    while !stop.is_wanted() {
        let (told, notices) = timing.receive()?;
        for notice in notices {
            eprintln!("{notice}");
        }
        lines.print(&timing.state, &told)?;
    }
    Ok(())
}
