//! The relay's thread: passes on datagrams in both directions.

use std::iter;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::plugin_state::Mishap;
use super::questions::{Asker, Question};
use super::state::{Audience, RelayState, SharedState};
use crate::client::{Inbox, Link};
use crate::error::Error;
use crate::net::{Fault, LARGEST_DATAGRAM, Socket, Stop, Watch, source};
use crate::protocol::{Command, DecodeError, id, peek};

/// How many datagrams of one socket to pass on before the other sockets' turn.
const MOST_OF_THE_SERVER: usize = 64;
const MOST_OF_A_PLUGIN: usize = 16;

/// A datagram that comes this soon after another is one of a burst: check the socket for more. A check in vain costs
/// a quarter of passing on one datagram.
const SOON: Duration = Duration::from_micros(10);

/// The sources of the wait: first the waker, then the server, then the plugins.
const SERVER: usize = 1;
const FIRST_PLUGIN: usize = 2;

/// The thread's data.
pub(super) struct Forwarder {
    pub(super) server: Arc<Link>,
    /// One per plugin.
    pub(super) plugins: Vec<Socket>,
    /// The host's queue.
    pub(super) inbox: Arc<Inbox>,
    pub(super) state: Arc<SharedState>,
}

impl Forwarder {
    /// The thread. It blocks only in the wait.
    pub(super) fn run(&self, stop: &Stop) {
        let mut buffer = vec![0; LARGEST_DATAGRAM];
        let sockets =
            iter::once(self.server.socket()).chain(&self.plugins).map(|socket| source(socket.udp()));
        let mut sources: Vec<_> = iter::once(stop.waker().source()).chain(sockets).collect();
        let mut watch = Watch::new(&mut sources, Some(stop.waker()));
        let mut last_event = None;
        let mut last_commands = vec![None; self.plugins.len()];
        while !stop.is_wanted() {
            self.server.catch_up();
            watch.wait(self.server.next_due().unwrap_or(Duration::MAX));
            if watch.is_ready(SERVER) {
                let before = last_event;
                let passed_on = self.pass_on_events(&mut buffer, &mut last_event);
                if last_event != before {
                    watch.received();
                }
                if passed_on.is_err_and(|error| self.inbox.push_error(error).is_break()) {
                    return;
                }
            }
            for (index, last) in last_commands.iter_mut().enumerate() {
                let before = *last;
                if watch.is_ready(FIRST_PLUGIN + index) {
                    self.pass_on_commands(index, &mut buffer, last);
                }
                if *last != before {
                    watch.received();
                }
            }
        }
    }

    /// Sets `last` to when the last event came.
    fn pass_on_events(&self, buffer: &mut [u8], last: &mut Option<Instant>) -> Result<(), Error> {
        let mut sender = self.server.server();
        for _ in 0..MOST_OF_THE_SERVER {
            let Some(length) = self.server.receive(buffer, &mut sender)? else { break };
            let now = Instant::now();
            let datagram = &buffer[..length];
            // After the plugins: waking the host takes longer than sending to them.
            if self.pass_on_event(datagram, now) {
                self.inbox.push(datagram, sender, now);
            } else {
                self.inbox.pass_over(now);
            }
            if is_alone(last, now) {
                break;
            }
        }
        Ok(())
    }

    /// Sends an event to the plugins that should get it. Returns whether the host should get it.
    fn pass_on_event(&self, datagram: &[u8], now: Instant) -> bool {
        let state = &mut *self.state.lock();
        let audience = state.audience(datagram, now);
        let report = self.server.report();
        for (index, (socket, plugin)) in self.plugins.iter().zip(&mut state.plugins).enumerate() {
            let is_for_it = match &audience {
                Audience::All => true,
                Audience::Askers(askers) => askers.contains(&Asker::Plugin(index)),
                Audience::Telemetry(car_id) => {
                    plugin.pace.passes(car_id.0, plugin.interval_ms, report.shortest(), now)
                }
            };
            if is_for_it {
                plugin.sent(socket.send(datagram), now);
            }
        }
        match audience {
            Audience::All => {
                self.server.ask_again_after_start(datagram);
                true
            }
            Audience::Askers(askers) => askers.contains(&Asker::Host),
            Audience::Telemetry(car_id) => {
                state.host_pace.passes(car_id.0, report.own, report.shortest(), now)
            }
        }
    }

    /// Sets `last` to when the last command came.
    fn pass_on_commands(&self, index: usize, buffer: &mut [u8], last: &mut Option<Instant>) {
        let socket = &self.plugins[index];
        let mut sender = socket.peer();
        for _ in 0..MOST_OF_A_PLUGIN {
            let received = socket.receive(buffer, &mut sender).map_err(Fault::of);
            let now = Instant::now();
            match received {
                Ok(length) => self.pass_on_command(index, &buffer[..length], now),
                Err(Fault::NotNow) => return,
                Err(Fault::Unreachable) => return self.state.lock().plugins[index].is_away(now),
                Err(Fault::Passing(error) | Fault::Broken(error)) => {
                    let plugin = &mut self.state.lock().plugins[index];
                    return plugin.mishap(Mishap::Lost, now, format_args!("cannot be heard: {error}"));
                }
            }
            if is_alone(last, now) {
                return;
            }
        }
    }

    fn pass_on_command(&self, index: usize, datagram: &[u8], now: Instant) {
        let state = &mut *self.state.lock();
        let plugin = &mut state.plugins[index];
        plugin.heard();
        let Some(packet_id) = peek::packet_id(datagram) else {
            return plugin.mishap(Mishap::Undecodable, now, "sent an empty datagram: dropped");
        };
        let name = peek::command(datagram);
        if !plugin.permissions.allows(packet_id) {
            return plugin.mishap(
                Mishap::Refused,
                now,
                format_args!("may not send {name} (id {packet_id}): refused"),
            );
        }
        if !plugin.allowance.take(now) {
            let what = "sends too many commands: one dropped";
            return plugin.mishap(Mishap::Flooded, now, what);
        }
        let sent = match understood(packet_id, datagram) {
            Ok(Understood::Report(interval_ms)) => {
                plugin.interval_ms = interval_ms;
                self.ask_for_report(state)
            }
            Ok(Understood::Question(question)) => {
                state.ask(Asker::Plugin(index), question, now, || self.server.send_bytes(datagram))
            }
            Ok(Understood::Other) => self.server.send_bytes(datagram),
            Err(error) => {
                return plugin.mishap(
                    Mishap::Undecodable,
                    now,
                    format_args!("sent an undecodable command: {error}"),
                );
            }
        };
        let plugin = &mut state.plugins[index];
        match sent {
            Ok(()) => plugin.stats.forwarded += 1,
            Err(error) => plugin.mishap(Mishap::Lost, now, format_args!("lost a {name}: {error}")),
        }
    }

    /// Asks the server for the shortest interval in the plugins' configuration, if there is one.
    pub(super) fn ask_for_first_report(&self) {
        let state = self.state.lock();
        if state.shortest_interval() > 0 {
            if let Err(error) = self.ask_for_report(&state) {
                log::warn!("cannot ask for the plugins' realtime report: {error}");
            }
        }
    }

    /// Asks the server for the shortest interval that anyone wants.
    fn ask_for_report(&self, state: &RelayState) -> Result<(), Error> {
        self.server.ask_for_plugins(state.shortest_interval())
    }
}

/// True if this datagram is not part of a burst. The first one never is "alone": after it, the socket must be read
/// until it is empty, to drain what strangers sent before `connect`.
fn is_alone(last: &mut Option<Instant>, now: Instant) -> bool {
    last.replace(now).is_some_and(|last| now.saturating_duration_since(last) > SOON)
}

/// A plugin's command, as far as the relay handles it itself.
enum Understood {
    Report(u16),
    Question(Question),
    Other,
}

fn understood(packet_id: u8, datagram: &[u8]) -> Result<Understood, DecodeError> {
    match packet_id {
        id::REALTIMEPOS_INTERVAL
        | id::GET_CAR_INFO
        | id::GET_SESSION_INFO
        | id::REQUEST_PING
        | id::VERSION => {}
        _ => return Ok(Understood::Other),
    }
    match Command::decode_as_servers_do(datagram) {
        Ok(Command::RealtimeposInterval { interval_ms }) => Ok(Understood::Report(interval_ms)),
        Ok(command) => Ok(Question::of(&command).map_or(Understood::Other, Understood::Question)),
        // Without a time its answer cannot be recognised.
        Err(_) if packet_id == id::REQUEST_PING => Ok(Understood::Other),
        Err(error) => Err(error),
    }
}
