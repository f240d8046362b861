//! Decides, for each datagram, where it goes.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::PluginStats;
use super::pace::Pace;
use super::questions::{Asker, Question, Questions};
use super::seat::{Fault, Seat};
use crate::client::{CommandSender, LARGEST_DATAGRAM, Link, Received, Tap};
use crate::error::Error;
use crate::protocol::{Command, id};

/// How long a plugin's thread waits before it looks whether it has to end, where it cannot be woken.
pub(super) const PATIENCE: Duration = Duration::from_millis(500);

/// Before receiving is tried again after the system has refused it.
const PAUSE: Duration = Duration::from_millis(10);

/// What the host, the thread that receives from the server, if any, and the plugins' threads share.
#[derive(Debug)]
pub(super) struct Switch {
    /// To the server. It does not keep the client alive, which holds this as its tap.
    server: CommandSender,
    /// To each plugin.
    links: Vec<Link>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// In the order of the links.
    seats: Vec<Seat>,
    host_pace: Pace,
    questions: Questions,
}

/// Whom a datagram of the server is for.
enum Audience {
    All,
    One(Asker),
    /// Everyone who asked for the telemetry of this car, as often as asked.
    Telemetry(u8),
}

impl Switch {
    pub(super) fn new(server: CommandSender, plugins: Vec<(Link, Seat)>) -> Self {
        let (links, seats) = plugins.into_iter().unzip();
        let state = State { seats, host_pace: Pace::new(), questions: Questions::default() };
        Self { server, links, state: Mutex::new(state) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many plugins there are.
    pub(super) fn len(&self) -> usize {
        self.links.len()
    }

    pub(super) fn stats(&self) -> Vec<PluginStats> {
        self.lock().seats.iter().map(Seat::stats).collect()
    }

    /// Ends the threads.
    pub(super) fn close(&self) {
        self.links.iter().for_each(Link::close);
    }

    /// Asks the server for what the plugins were set up with, if anything.
    pub(super) fn ask_for_first_report(&self) {
        let state = self.lock();
        if state.seats.iter().any(|seat| seat.interval_ms > 0) {
            if let Err(error) = self.ask_for_report(&state) {
                log::warn!("the plugins' realtime report was not asked for: {error}");
            }
        }
    }

    /// Asks the server for the shortest interval that anyone wants.
    fn ask_for_report(&self, state: &State) -> Result<(), Error> {
        let shortest = state.seats.iter().map(|seat| seat.interval_ms).filter(|&interval| interval > 0).min();
        self.server.link()?.ask_for_report(|report| report.plugins = shortest.unwrap_or(0))
    }

    /// A plugin's thread.
    pub(super) fn serve(&self, index: usize) {
        let link = &self.links[index];
        let mut buffer = vec![0; LARGEST_DATAGRAM];
        while !link.is_closed() {
            match link.receive(&mut buffer, &mut link.server()) {
                Ok(Received::Datagram { length }) => self.command(index, &buffer[..length], Instant::now()),
                Ok(Received::Nothing | Received::PassedOn) => {}
                Err(Error::ServerUnreachable { .. }) => self.lock().seats[index].is_away(Instant::now()),
                Err(error) => {
                    let what = format!("cannot be heard: {error}");
                    self.lock().seats[index].fault(Fault::Lost, Instant::now(), what);
                    thread::sleep(PAUSE);
                }
            }
        }
    }

    /// A datagram of a plugin.
    fn command(&self, index: usize, datagram: &[u8], now: Instant) {
        let state = &mut *self.lock();
        let seat = &mut state.seats[index];
        seat.heard();
        let Some(&packet_id) = datagram.first() else {
            return seat.fault(Fault::Undecodable, now, "sends empty datagrams, which are dropped");
        };
        let name = id::name(packet_id).unwrap_or("an unknown command");
        if !seat.permissions.allows(packet_id) {
            let what = format!("may not send {name} (id {packet_id}), which is refused");
            return seat.fault(Fault::Refused, now, what);
        }
        if !seat.allowance.take(now) {
            return seat.fault(Fault::Flooded, now, "sends too many commands, of which some are dropped");
        }
        let asked = match packet_id {
            // What the relay settles itself has to be understood.
            id::REALTIMEPOS_INTERVAL | id::GET_CAR_INFO | id::GET_SESSION_INFO => {
                match Command::decode(datagram) {
                    Ok(command) => Some(command),
                    Err(error) => {
                        let what = format!("sends rubbish, which is dropped: {error}");
                        return seat.fault(Fault::Undecodable, now, what);
                    }
                }
            }
            _ => None,
        };
        let sent = match asked {
            Some(Command::RealtimeposInterval { interval_ms }) => {
                seat.interval_ms = interval_ms;
                self.ask_for_report(state)
            }
            asked => {
                let send = || self.server.link()?.send_bytes(datagram, name);
                state.ask(Asker::Plugin(index), asked.as_ref().and_then(Question::of), now, send)
            }
        };
        let seat = &mut state.seats[index];
        match sent {
            Ok(()) => seat.stats.forwarded += 1,
            Err(error) => seat.fault(Fault::Lost, now, format_args!("has lost a {name}: {error}")),
        }
    }
}

impl State {
    /// Whom this is for; an answer is taken off the questions.
    fn audience(&mut self, datagram: &[u8]) -> Audience {
        let answered = match *datagram {
            [id::CAR_UPDATE, car_id, ..] => return Audience::Telemetry(car_id),
            [id::CAR_INFO, car_id, ..] => self.questions.answer(|question| question == Question::Car(car_id)),
            [id::SESSION_INFO, _version, index, current, ..] => {
                self.questions.answer(|question| question.is_of_session(index, current))
            }
            _ => None,
        };
        answered.map_or(Audience::All, Audience::One)
    }

    /// Sends what may be a question, and waits for its answer.
    fn ask(
        &mut self,
        asker: Asker,
        question: Option<Question>,
        now: Instant,
        send: impl FnOnce() -> Result<(), Error>,
    ) -> Result<(), Error> {
        let Some(question) = question else { return send() };
        self.forget(now);
        let forgotten = self.questions.ask(asker, question, now);
        self.unanswered(forgotten);
        send().inspect_err(|_| self.questions.withdraw())
    }

    /// Gives up the questions that are too old.
    fn forget(&mut self, now: Instant) {
        while let Some(asker) = self.questions.forget(now) {
            self.unanswered(Some(asker));
        }
    }

    fn unanswered(&mut self, asker: Option<Asker>) {
        if let Some(Asker::Plugin(index)) = asker {
            self.seats[index].stats.unanswered += 1;
        }
    }
}

impl Tap for Switch {
    fn received(&self, datagram: &[u8], now: Instant) -> bool {
        let state = &mut *self.lock();
        state.forget(now);
        let audience = state.audience(datagram);
        let report = self.server.link().map(|link| link.report()).unwrap_or_default();
        let name = datagram.first().and_then(|&packet_id| id::name(packet_id)).unwrap_or("an unknown packet");
        for (index, (link, seat)) in self.links.iter().zip(&mut state.seats).enumerate() {
            let is_for_it = match audience {
                Audience::All => true,
                Audience::One(asker) => asker == Asker::Plugin(index),
                Audience::Telemetry(car_id) => {
                    seat.pace.passes(car_id, seat.interval_ms, report.shortest(), now)
                }
            };
            if is_for_it {
                seat.sent(link.transmit(datagram, name), now);
            }
        }
        match audience {
            Audience::All => true,
            Audience::One(asker) => asker == Asker::Host,
            Audience::Telemetry(car_id) => state.host_pace.passes(car_id, report.own, report.shortest(), now),
        }
    }

    fn host_sends(
        &self,
        command: &Command,
        send: &mut dyn FnMut() -> Result<(), Error>,
    ) -> Result<(), Error> {
        match Question::of(command) {
            None => send(),
            question => self.lock().ask(Asker::Host, question, Instant::now(), send),
        }
    }
}
