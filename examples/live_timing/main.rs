//! Live timing in the terminal, of a simulated race or of a server:
//!
//! ```sh
//! cargo run --all-features --example live_timing
//! cargo run --all-features --example live_timing -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod board;
#[path = "../common/exit.rs"]
mod exit;
#[path = "../common/json.rs"]
mod json;
mod lines;
#[path = "../common/outage.rs"]
mod outage;
mod state;
mod track_map;

use std::collections::HashSet;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::protocol::CarId;
use acudpclient::sim::{Session, SimServer};
use clap::Parser;
use ratatui::crossterm::event::{self, Event as TerminalEvent, KeyEventKind};

use board::Board;
use lines::Lines;
use outage::{Notice, Outage};
use state::{Action, FeedLine, State, Topic};

/// Show the live timing of an Assetto Corsa server.
///
/// Without addresses, a simulated race is shown. Keys: q quit, p pause, s sort, n next session,
/// r restart session, c chat.
#[derive(Parser)]
struct Args {
    /// Where the server sends: UDP_PLUGIN_ADDRESS in its server_cfg.ini, such as 127.0.0.1:12000
    #[arg(requires = "server")]
    local: Option<String>,
    /// Where the server listens: its address and UDP_PLUGIN_LOCAL_PORT, such as 127.0.0.1:11000
    server: Option<String>,
    /// Print lines, no board: what happens, and the standings every ten seconds. So it is too if the
    /// output is no terminal
    #[arg(long)]
    plain: bool,
    /// Print the standings as one JSON object per second
    #[arg(long, conflicts_with = "plain")]
    json: bool,
    /// End after this many seconds
    #[arg(long, value_name = "N")]
    seconds: Option<u64>,
    /// How many cars are simulated (1 to 100)
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..=100))]
    cars: u8,
    /// Which simulation it is
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many times as fast as real time is simulated
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=100))]
    speed: u16,
}

/// How often the board is drawn and how often cars report.
const FRAME: Duration = Duration::from_millis(50);
const REPORT: Duration = Duration::from_millis(200);

/// More cannot come in a frame from 100 cars; a flood must not hold up the board.
const MOST_PER_FRAME: usize = 2000;

struct Timing {
    client: AcUdpClient,
    outage: Outage,
    /// What the user has not been told yet.
    notices: Vec<Notice>,
    state: State,
    start: Instant,
    /// Cars whose driver has been asked for.
    asked: HashSet<CarId>,
    /// The simulation's seconds per second.
    speed: u32,
    /// Stops the simulation when it is dropped.
    _simulation: Option<SimServer>,
}

fn main() -> ExitCode {
    env_logger::init();
    exit::code(run(&Args::parse()))
}

fn run(args: &Args) -> anyhow::Result<()> {
    let timing = Timing::start(args)?;
    let end = args.seconds.map(|seconds| timing.start + Duration::from_secs(seconds));
    if args.json || args.plain || !io::stdout().is_terminal() {
        match print_lines(timing, end, Lines::new(args.json)) {
            Err(error) if is_broken_pipe(&error) => Ok(()),
            printed => printed,
        }
    } else {
        let mut terminal = ratatui::try_init()?;
        let shown = show_board(timing, end, &mut terminal);
        ratatui::restore();
        shown
    }
}

impl Timing {
    fn start(args: &Args) -> anyhow::Result<Self> {
        let (client, simulation) = match (&args.local, &args.server) {
            (Some(local), Some(server)) => (AcUdpClient::bind(local, server)?, None),
            _ => {
                let server = SimServer::builder()
                    .cars(args.cars.into())
                    .seed(args.seed)
                    .speed(args.speed.into())
                    .sessions([
                        Session::race(5).wait(Duration::from_secs(60)),
                        Session::practice(Duration::from_secs(5 * 60)),
                        Session::qualify(Duration::from_secs(5 * 60)),
                    ])
                    .repeat(true)
                    .late_start(Duration::from_secs(50))
                    .start()?;
                (AcUdpClient::bind("127.0.0.1:0", server.local_addr())?, Some(server))
            }
        };
        // Nothing is told twice to a plugin that starts late: ask for the session. The cars show up in
        // the report, then their drivers can be asked for.
        let (mut outage, mut notices) = (Outage::new(), Vec::new());
        for asked in [client.request_session_info(None), client.enable_realtime_report(REPORT)] {
            outage.check(&client, asked, |notice| notices.push(notice.clone()))?;
        }
        let speed = if simulation.is_some() { args.speed.into() } else { 1 };
        Ok(Self {
            client,
            outage,
            notices,
            state: State::default(),
            start: Instant::now(),
            asked: HashSet::new(),
            speed,
            _simulation: simulation,
        })
    }

    /// Takes in what has come; returns what there is to tell of the race, and of the server.
    fn receive(&mut self) -> anyhow::Result<(Vec<FeedLine>, Vec<Notice>)> {
        self.state.tracker.advance_to(self.start.elapsed() * self.speed);
        let (mut told, mut errors) = (Vec::new(), Vec::new());
        for event in self.client.drain(MOST_PER_FRAME) {
            match event {
                Ok(event) => told.extend(self.state.apply(&event)),
                Err(error) => errors.push(error),
            }
        }
        self.notices.extend(self.outage.look(&self.client));
        for error in errors {
            self.notices.extend(self.outage.error(error)?);
        }
        self.ask_for_a_driver()?;
        let notices = std::mem::take(&mut self.notices);
        for notice in &notices {
            self.show(notice);
        }
        Ok((told, notices))
    }

    fn show(&mut self, notice: &Notice) {
        let topic = match notice {
            Notice::Missing(line) => {
                self.state.trouble = Some(line.clone());
                return;
            }
            Notice::Back(_) => {
                self.state.trouble = None;
                // What was asked meanwhile has not arrived.
                self.asked.clear();
                Topic::Session
            }
            Notice::Trouble(_) => Topic::Trouble,
        };
        self.state.tell(FeedLine { topic, text: notice.to_string() });
    }

    /// Asks for one driver who is not known yet, so that no server gets too much at once.
    fn ask_for_a_driver(&mut self) -> anyhow::Result<()> {
        let mut unknown = self.state.tracker.cars().filter(|car| car.driver.is_none()).map(|car| car.car_id);
        if let Some(car_id) = unknown.find(|car_id| self.asked.insert(*car_id)) {
            if let Err(error) = self.client.request_car_info(car_id) {
                self.asked.remove(&car_id);
                self.notices.extend(self.outage.error(error)?);
            }
        }
        Ok(())
    }

    fn is_over(&self, end: Option<Instant>) -> bool {
        end.is_some_and(|end| Instant::now() >= end)
    }
}

fn show_board(
    mut timing: Timing,
    end: Option<Instant>,
    terminal: &mut ratatui::DefaultTerminal,
) -> anyhow::Result<()> {
    while !timing.is_over(end) {
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
                    match timing.client.send(&command) {
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

fn print_lines(mut timing: Timing, end: Option<Instant>, mut lines: Lines) -> anyhow::Result<()> {
    while !timing.is_over(end) {
        let (told, notices) = timing.receive()?;
        for notice in notices {
            eprintln!("{notice}");
        }
        lines.print(&timing.state, &told, timing.start.elapsed())?;
        std::thread::sleep(FRAME);
    }
    Ok(())
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
}
