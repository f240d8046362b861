//! `acsp live`: live timing in the terminal.

mod board;
mod lines;
mod state;
#[cfg(test)]
mod tests;
mod track_map;

use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime};

use acsp::store::{Report, Store, StoreOptions};
use clap::Args;
use ratatui::crossterm::event::{self, Event as TerminalEvent, KeyEventKind};

use crate::connection::{Connection, Drivers, Source, ask};
use crate::db::words;
use crate::outage::{Notice, Outage};
use crate::stop::{Limit, Stop};
use board::Board;
use lines::Lines;
use state::{Action, FeedLine, State, Topic};

/// Show live timing: a full-screen board with a map of the track.
///
/// Without addresses, of a simulated race. The laps of a real server are stored for `acsp db`. Keys: q quit, p pause, s sort, n next session, r restart session,
/// c chat.
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
    start: Instant,
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
    if let Some(lost) = timing.store.map(|store| store.close().1).filter(|lost| *lost > 0) {
        eprintln!("{lost} laps, contacts and results could not be stored");
    }
    ended.map(|()| ExitCode::SUCCESS)
}

impl Timing {
    fn start(source: &Source, store: &StoreOptions) -> anyhow::Result<Self> {
        let connection = source.connect()?;
        // The cars show up in the report; then their drivers can be asked for.
        let (mut outage, mut notices) = (Outage::new(), Vec::new());
        ask(&connection.client, Some(REPORT), &mut outage, |notice| notices.push(notice.clone()))?;
        let (server, speed) = (connection.client.server_addr(), connection.speed);
        let store = store.start(server, speed, connection.is_simulated(), |words| {
            notices.push(Notice::Trouble(words));
        })?;
        Ok(Self {
            connection,
            outage,
            notices,
            state: State::default(),
            start: Instant::now(),
            drivers: Drivers::default(),
            store,
        })
    }

    /// Takes in what has come; returns what there is to tell of the race, and of the server.
    fn receive(&mut self) -> anyhow::Result<(Vec<FeedLine>, Vec<Notice>)> {
        self.state.tracker.advance_to(self.start.elapsed().mul_f64(self.connection.speed));
        let (mut told, mut errors) = (Vec::new(), Vec::new());
        for event in self.connection.client.drain(MOST_PER_FRAME) {
            match event {
                Ok(event) => {
                    told.extend(self.state.apply(&event));
                    if let Some(store) = &mut self.store {
                        let tracker = &self.state.tracker;
                        store.apply(tracker, tracker.changes(), SystemTime::now());
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        self.notices.extend(self.outage.look(&self.connection.client));
        for error in errors {
            self.notices.extend(self.outage.error(&self.connection.client, error)?);
        }
        let (client, tracker) = (&self.connection.client, &self.state.tracker);
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
                Report::Record(_) => lines.push(FeedLine { topic: Topic::SessionBest, text }),
                Report::Mended { .. } => lines.push(FeedLine { topic: Topic::Session, text }),
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
        self.state.tell(FeedLine { topic, text: notice.to_string() });
    }
}

fn show_board(
    timing: &mut Timing,
    stop: &Stop,
    terminal: &mut ratatui::DefaultTerminal,
) -> anyhow::Result<()> {
    while !stop.is_wanted() {
        timing.receive()?;
        terminal.draw(|frame| frame.render_widget(Board(&timing.state), frame.area()))?;
        let next = Instant::now() + FRAME;
        while event::poll(next.saturating_duration_since(Instant::now()))? {
            let TerminalEvent::Key(key) = event::read()? else { break };
            if key.kind == KeyEventKind::Release {
                continue;
            }
            match timing.state.key(key) {
                Some(Action::Quit) => return Ok(()),
                Some(Action::Send(command)) => {
                    // Told each time: the user wants to know whether this command was sent.
                    match timing.connection.client.send(&command) {
                        Err(error) if error.is_recoverable() => {
                            timing.state.tell(FeedLine { topic: Topic::Trouble, text: error.to_string() });
                        }
                        sent => sent?,
                    }
                }
                None => {}
            }
        }
    }
    Ok(())
}

fn print_lines(timing: &mut Timing, stop: &Stop, mut lines: Lines) -> anyhow::Result<()> {
    while !stop.is_wanted() {
        let (told, notices) = timing.receive()?;
        for notice in notices {
            eprintln!("{notice}");
        }
        lines.print(&timing.state, &told, timing.start.elapsed())?;
        std::thread::sleep(FRAME);
    }
    Ok(())
}
