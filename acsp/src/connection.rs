//! How a subcommand gets a client: the two addresses, and its requests at the start.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};

use acudpclient::protocol::{CarId, Event};
use acudpclient::sim::{Session, SimServer};
use acudpclient::{AcUdpClient, AcUdpClientBuilder, Error, RaceTracker};
use clap::Args;

use crate::outage::{Notice, Outage};
use crate::server_cfg::ServerCfg;
use crate::simulation::{Field, speed};

/// A server, or a simulated race if neither the addresses, in the order of [`AcUdpClient::bind`], nor the file is given.
#[derive(Debug, Args)]
pub struct Source {
    /// Where the server sends: UDP_PLUGIN_ADDRESS in its server_cfg.ini, such as 127.0.0.1:12000
    #[arg(requires = "server")]
    local: Option<String>,
    /// Where the server listens: its address and UDP_PLUGIN_LOCAL_PORT, such as 127.0.0.1:11000
    server: Option<String>,
    /// Take both addresses from the server_cfg.ini of a server on this machine
    #[arg(long, value_name = "FILE", conflicts_with = "local")]
    config: Option<PathBuf>,
    #[command(flatten)]
    field: Field,
    /// The simulation's speed, as a multiple of real time; with addresses, that of the `acsp sim` or `acsp play`
    /// behind them [default: 2, with addresses 1]
    #[arg(long, value_name = "TIMES", value_parser = speed, help_heading = "Simulation")]
    speed: Option<f64>,
}

/// For what has arrived and is not taken in yet, besides telemetry, in bytes: some thousands of packets.
const MEMORY: usize = 1 << 20;

/// The demo's race, and how many laps of it have been driven when the program comes to it.
const LAPS: u16 = 8;
const LAPS_BEFORE: u16 = 3;
/// Where nobody gets as far, as a single car can retire.
const LONGEST_PAST: Duration = Duration::from_secs(600);

pub struct Connection {
    pub client: AcUdpClient,
    /// What happened in a simulated race before it [goes on](Self::hear_past).
    past: Vec<(Duration, Event)>,
    /// The race's speed, as a multiple of real time.
    speed: f64,
    start: Instant,
    /// The clock at the start.
    since: Duration,
    /// Dropping this ends the simulation.
    simulation: Option<SimServer>,
}

/// An event of a simulated race's past.
pub struct Past {
    /// By the [clock](Connection::clock).
    pub time: Duration,
    pub at: SystemTime,
    pub event: Event,
}

impl Connection {
    /// How fast the [clock](Self::clock) runs, as a multiple of real time.
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Whether the server is simulated by this program.
    pub fn is_simulated(&self) -> bool {
        self.simulation.is_some()
    }

    /// Tells what happened in a simulated race until now. Then the race goes on, and its server speaks to the client.
    pub fn hear_past(&mut self, hear: impl FnOnce(&[Past])) {
        let now = SystemTime::now();
        let past = std::mem::take(&mut self.past).into_iter().map(|(time, event)| {
            let ago = self.since.saturating_sub(time).div_f64(self.speed);
            Past { time, at: now - ago, event }
        });
        hear(&past.collect::<Vec<_>>());
        self.start = Instant::now();
        if let Some(simulation) = &self.simulation {
            simulation.set_plugin_addr(self.client.local_addr());
        }
    }

    /// The time since some moment, as fast as the session runs.
    pub fn clock(&self) -> Duration {
        self.clock_at(Instant::now())
    }

    /// When the newest event arrived: by the [clock](Self::clock), and the time of day.
    pub fn arrival(&self) -> (Duration, SystemTime) {
        let now = Instant::now();
        let at = self.client.last_received().unwrap_or(now);
        (self.clock_at(at), SystemTime::now() - now.saturating_duration_since(at))
    }

    fn clock_at(&self, at: Instant) -> Duration {
        self.since + at.saturating_duration_since(self.start).mul_f64(self.speed)
    }
}

impl Source {
    /// A client of the server, made by this builder. A simulated race waits for [`Connection::hear_past`], and its
    /// past has telemetry of this interval. A server has to be [asked](ask) for telemetry.
    pub fn connect(
        &self,
        client: AcUdpClientBuilder,
        interval: Option<Duration>,
    ) -> anyhow::Result<Connection> {
        let given = self.local.clone().zip(self.server.clone());
        let found = self.config.as_deref().map(|file| ServerCfg::read(file)?.addresses()).transpose()?;
        if let Some((local, server)) = given.or(found) {
            let client = client.bind(&local, &server)?;
            return Ok(Connection {
                client,
                past: Vec::new(),
                speed: self.speed.unwrap_or(1.0),
                start: Instant::now(),
                since: Duration::ZERO,
                simulation: None,
            });
        }
        self.simulate(client, interval)
    }

    /// In the middle of a race, so there is something to see at once. The same simulation without a socket tells
    /// what happened until then.
    fn simulate(&self, client: AcUdpClientBuilder, interval: Option<Duration>) -> anyhow::Result<Connection> {
        let speed = self.speed.unwrap_or(2.0);
        let simulation = self
            .field
            .simulation()
            .speed(speed)
            .sessions([
                Session::race(LAPS).wait(Duration::from_secs(60)),
                Session::practice(Duration::from_secs(5 * 60)),
                Session::qualify(Duration::from_secs(5 * 60)),
            ])
            .repeat(true)
            .report_interval(interval.unwrap_or_default());
        let mut world = simulation.clone().world()?;
        let mut past = Vec::new();
        for told in &mut world {
            let is_over = is_late(&told.1) || told.0 >= LONGEST_PAST;
            past.push(told);
            if is_over {
                break;
            }
        }
        let since = world.time();
        // What comes at the same time.
        past.extend(std::iter::from_fn(|| world.poll(since)));
        let server = simulation.late_start(since).start()?;
        let client = client.bind("127.0.0.1:0", server.local_addr())?;
        Ok(Connection { client, past, speed, start: Instant::now(), since, simulation: Some(server) })
    }
}

/// For who follows a race: what happens in it is not lost while the program is busy, such as opening a file, or printing a
/// line while nobody reads; of each car the newest telemetry is enough.
pub fn in_background() -> AcUdpClientBuilder {
    AcUdpClient::builder().receive_in_background(MEMORY)
}

/// Whether the leader has done the laps before the program comes.
fn is_late(event: &Event) -> bool {
    let Event::LapCompleted(lap) = event else { return false };
    lap.leaderboard.iter().any(|entry| entry.laps >= LAPS_BEFORE)
}

/// The requested telemetry, if any.
#[derive(Debug, Args)]
pub struct Report {
    /// Ask for the cars' telemetry every MS milliseconds (1 to 65535)
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u16).range(1..))]
    interval: Option<u16>,
}

impl Report {
    pub fn interval(&self) -> Option<Duration> {
        self.interval.map(|interval| Duration::from_millis(interval.into()))
    }
}

/// Asks for the session, because a server sends nothing twice, and for telemetry. With a request, the system also
/// reports a missing server.
///
/// # Errors
///
/// An error that ends the client.
pub fn ask(
    client: &AcUdpClient,
    interval: Option<Duration>,
    outage: &mut Outage,
    mut tell: impl FnMut(&Notice),
) -> Result<(), Error> {
    outage.check(client, client.request_session_info(None), &mut tell)?;
    if let Some(interval) = interval {
        outage.check(client, client.enable_realtime_report(interval), tell)?;
    }
    Ok(())
}

/// Asks who drives the cars that are heard of, one after the other, so that no server gets too much at once.
#[derive(Debug, Default)]
pub struct Drivers {
    asked: HashSet<CarId>,
    /// How often the server had come back when they were asked.
    returns: u32,
}

impl Drivers {
    /// Asks for one driver who is not known yet. Returns what there is to tell if that fails.
    ///
    /// # Errors
    ///
    /// An error that ends the client.
    pub fn ask(
        &mut self,
        client: &AcUdpClient,
        tracker: &RaceTracker,
        outage: &mut Outage,
    ) -> Result<Option<Notice>, Error> {
        if self.returns != outage.returns() {
            // What was asked while the server was away has not arrived.
            self.returns = outage.returns();
            self.asked.clear();
        }
        let mut unknown = tracker.cars().filter(|car| car.driver.is_none()).map(|car| car.car_id);
        let Some(car_id) = unknown.find(|car_id| self.asked.insert(*car_id)) else { return Ok(None) };
        let Err(error) = client.request_car_info(car_id) else { return Ok(None) };
        self.asked.remove(&car_id);
        outage.error(client, error)
    }
}

/// Prints the two addresses.
pub fn announce(client: &AcUdpClient) {
    eprintln!("listening on {} to the server {}", client.local_addr(), client.server_addr());
}

#[cfg(test)]
mod tests {
    use acudpclient::protocol::{CarUpdate, Chat, Command};
    use acudpclient::sim::SimServer;
    use acudpclient::{AcUdpClient, Error, Event, RaceTracker};
    use clap::Parser;
    use support::PATIENCE;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        source: Source,
    }

    /// To a server that is told what to send.
    fn connection() -> (SimServer, Connection) {
        let server = SimServer::scripted().unwrap();
        let line = Line::parse_from(["acsp", "127.0.0.1:0", &server.local_addr().to_string()]);
        let connection = line.source.connect(in_background(), None).unwrap();
        server.set_plugin_addr(connection.client.local_addr());
        (server, connection)
    }

    #[test]
    fn what_comes_while_the_program_is_busy_waits_for_it() {
        let (server, mut connection) = connection();
        for number in 1..=2000 {
            server.send(&Event::from(Chat::default())).unwrap();
            support::eventually("it waits", || connection.client.stats().waiting == number);
        }
        for _ in 0..2000 {
            assert!(matches!(connection.client.next_event(), Ok(Some(Event::Chat(_)))));
        }
    }

    #[test]
    fn an_event_has_the_time_at_which_it_arrived() {
        let (server, mut connection) = connection();
        server.send(&Event::from(Chat::default())).unwrap();
        support::eventually("it waits", || connection.client.stats().waiting == 1);
        let (clock, time) = (connection.clock(), SystemTime::now());
        let busy = Duration::from_millis(50);
        support::eventually("time passes", || connection.clock() - clock > busy);
        connection.client.next_event().unwrap().unwrap();
        let arrival = connection.arrival();
        assert!(arrival.0 < clock && arrival.1 < time + busy / 2, "{arrival:?}, {clock:?}, {time:?}");
    }

    #[test]
    fn each_driver_is_asked_for_once_until_the_server_comes_back() {
        let server = SimServer::scripted().unwrap();
        let mut client = AcUdpClient::bind("127.0.0.1:0", server.local_addr()).unwrap();
        server.set_plugin_addr(client.local_addr());
        let (mut tracker, mut drivers, mut outage) = (RaceTracker::new(), Drivers::default(), Outage::new());
        tracker.apply(&Event::from(CarUpdate { car_id: CarId(3), ..CarUpdate::default() }));
        let asked = Some(Command::GetCarInfo { car_id: CarId(3) });
        for _ in 0..2 {
            for _ in 0..2 {
                assert_eq!(drivers.ask(&client, &tracker, &mut outage), Ok(None));
            }
            client.next_session().unwrap();
            assert_eq!(server.wait_command(PATIENCE), asked);
            assert_eq!(server.wait_command(PATIENCE), Some(Command::NextSession));

            outage.error(&client, Error::ServerUnreachable { server: client.server_addr() }).unwrap();
            // The client tells one burst of datagrams from the next by a poll that finds nothing.
            while client.next_event().unwrap().is_some() {}
            server.send(&Event::from(Chat::default())).unwrap();
            client.wait_event(PATIENCE).unwrap().unwrap();
            assert!(matches!(outage.look(&client), Some(Notice::Back(_))));
        }
    }
}
