//! [`Link`]: what the client, its senders and a receiving thread share: the socket, and what the client does when
//! a datagram comes.
//!
//! | what comes | what the link does | test |
//! | --- | --- | --- |
//! | the first datagram after a silence | logs that the server is there | `tests/presence.rs::it_is_told_once_that_the_server_is_away_and_once_that_it_is_back` |
//! | any, with `on_datagram` | shows it | `tests/client/datagrams.rs::both_directions_are_shown_in_their_order` |
//! | VERSION, NEW_SESSION | asks for the realtime report again, if it is on | `tests/client/faults.rs::a_restarted_server_is_asked_for_the_realtime_report_again`, `tests/client/faults.rs::a_report_that_is_off_is_not_asked_for_again` |
//! | these in a relay | the same, unless VERSION is the answer to a question | `tests/relay/answers.rs::the_answer_to_a_question_for_the_version_is_no_restart` |
//! | CAR_UPDATE after `disable_realtime_report` | shows it, does not deliver it | `tests/client/report_off.rs::what_still_comes_is_kept_back_until_it_is_asked_for`, `tests/client/report_off.rs::a_function_that_is_shown_every_datagram_sees_what_is_kept_back` |
//! | nothing, and the system refused the last request for the report | asks again after 100 ms | `tests/namespaces/obstacles.rs::a_report_that_cannot_be_asked_for_is_asked_for_later_and_the_log_hears_of_it_once` |

use std::cell::Cell;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::presence::{Presence, Silence};
use crate::datagram::{Datagram, Direction, Hook};
use crate::error::Error;
use crate::net::{Fault, LARGEST_DATAGRAM, Socket};
use crate::protocol::{Command, EncodeError, id, peek};

/// The interval that turns the realtime report off, in milliseconds: the slowest one, and safe on every server.
/// 0 works only on acServer. AssettoServer then sends without a pause or never again, and a server in
/// Go, whose packets look like the original's, crashes.
const SLOWEST: u16 = u16::MAX;

/// How many unwanted CAR_UPDATEs one attempt to receive skips: about what the receive buffer holds. The limit
/// makes the attempt end.
const MOST_KEPT_BACK: usize = 256;

/// The pause between two attempts to ask for the realtime report again.
const REPORT_PAUSE: Duration = Duration::from_millis(100);

/// The relay between the client's application and the server.
pub(crate) trait Tap: std::fmt::Debug + Send + Sync {
    /// The application sends this command. The tap calls `send` for it.
    fn host_sends(&self, command: &Command, send: &mut dyn FnMut() -> Result<(), Error>)
    -> Result<(), Error>;
}

/// The last requested intervals of the realtime report, in milliseconds; 0 is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Report {
    /// By the application.
    pub(crate) own: u16,
    /// The shortest one of a relay's plugins.
    pub(crate) plugins: u16,
}

impl Report {
    /// The interval to ask the server for: the shortest that is not off.
    pub(crate) fn shortest(self) -> u16 {
        if self.own == 0 || self.plugins == 0 {
            self.own.max(self.plugins)
        } else {
            self.own.min(self.plugins)
        }
    }
}

/// The last request for the realtime report, and whether to repeat it.
#[derive(Debug, Default)]
struct Asked {
    report: Report,
    /// How often the system refused to send it again.
    refused: u32,
    /// When to try again.
    due: Option<Instant>,
}

/// Work besides receiving, as bits of one number. Most of the time there is none, and one comparison with 0
/// shows that.
mod task {
    /// Show every datagram to the `on_datagram` function.
    pub(super) const SHOW: u8 = 1;
    /// The server was not heard yet, or not since the last "port unreachable".
    pub(super) const LISTEN: u8 = 2;
    /// Ask for the realtime report again: `Asked::due` is set.
    pub(super) const ASK: u8 = 4;
    /// The realtime report is off: keep back the CAR_UPDATEs that still come.
    pub(super) const KEEP_BACK: u8 = 8;
}

/// A client's connection to its server.
#[derive(Debug)]
pub(crate) struct Link {
    socket: Socket,
    presence: Presence,
    /// See [`task`].
    tasks: AtomicU8,
    hook: Option<Hook>,
    tap: OnceLock<Arc<dyn Tap>>,
    /// Held across the send so that requests leave in order. Never call the tap while holding it: deadlock.
    asked: Mutex<Asked>,
    commands_sent: AtomicU64,
}

thread_local! {
    /// A command's bytes. Reusing the buffer makes sending free of allocations (`tests/allocations.rs`).
    static DATAGRAM: Cell<Option<Box<Buffer>>> = const { Cell::new(None) };
}

/// In a box, so that taking it out and putting it back moves one word.
#[derive(Default)]
struct Buffer(Vec<u8>);

impl Link {
    pub(super) fn new(socket: Socket, hook: Option<Hook>) -> Self {
        Self {
            socket,
            presence: Presence::new(),
            tasks: AtomicU8::new(task::LISTEN | if hook.is_some() { task::SHOW } else { 0 }),
            hook,
            tap: OnceLock::new(),
            asked: Mutex::default(),
            commands_sent: AtomicU64::new(0),
        }
    }

    pub(crate) fn socket(&self) -> &Socket {
        &self.socket
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.socket.local()
    }

    pub(crate) fn server(&self) -> SocketAddr {
        self.socket.peer()
    }

    pub(super) fn commands_sent(&self) -> u64 {
        self.commands_sent.load(Ordering::Relaxed)
    }

    /// From now on the tap sees what the application sends. Returns `false` if there is a tap already.
    #[cfg(feature = "relay")]
    pub(crate) fn set_tap(&self, tap: Arc<dyn Tap>) -> bool {
        // The relay decides who gets telemetry.
        self.set_task(task::KEEP_BACK, false);
        self.tap.set(tap).is_ok()
    }

    // Down to `send` everything but the rare is inlined, for the same reason as in `AcUdpClient::poll`.
    #[inline(always)]
    pub(super) fn send(&self, command: &Command) -> Result<(), Error> {
        if let Command::RealtimeposInterval { interval_ms } = *command {
            return self.ask_for_own_report(interval_ms);
        }
        encoded(command, |datagram| match self.tap.get() {
            Some(tap) => tap.host_sends(command, &mut || self.send_bytes(datagram)),
            None => self.send_bytes(datagram),
        })
    }

    fn ask_for_own_report(&self, interval_ms: u16) -> Result<(), Error> {
        self.set_task(task::KEEP_BACK, false);
        // In a relay 0 says only that the host wants none: there nobody can send it.
        let off = if self.tap.get().is_some() { SLOWEST } else { 0 };
        self.ask_for_report(off, |report| report.own = interval_ms)
    }

    /// Turns telemetry off and delivers none.
    pub(super) fn turn_report_off(&self) -> Result<(), Error> {
        self.set_task(task::KEEP_BACK, self.tap.get().is_none());
        self.ask_for_report(SLOWEST, |report| report.own = 0)
    }

    /// Sets the shortest interval of a relay's plugins, 0 if none wants telemetry.
    #[cfg(feature = "relay")]
    pub(crate) fn ask_for_plugins(&self, shortest: u16) -> Result<(), Error> {
        self.ask_for_report(SLOWEST, |report| report.plugins = shortest)
    }

    /// Sends a datagram unchanged.
    #[inline(always)]
    pub(crate) fn send_bytes(&self, datagram: &[u8]) -> Result<(), Error> {
        match &self.hook {
            Some(hook) => self.send_shown(datagram, hook)?,
            None => self.send_unshown(datagram)?,
        }
        log::debug!("sent {} to {}", peek::command(datagram), self.server());
        Ok(())
    }

    #[cold]
    fn send_shown(&self, datagram: &[u8], hook: &Hook) -> Result<(), Error> {
        let (mut showing, time) = (hook.lock(), SystemTime::now());
        self.send_unshown(datagram)?;
        showing.show(&Datagram {
            direction: Direction::Sent,
            time,
            source: self.local(),
            destination: self.server(),
            payload: datagram,
        });
        Ok(())
    }

    #[inline(always)]
    fn send_unshown(&self, datagram: &[u8]) -> Result<(), Error> {
        if let Err(fault) = self.socket.send(datagram) {
            return Err(self.not_sent(fault, datagram));
        }
        self.commands_sent.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    #[cold]
    fn not_sent(&self, fault: Fault, datagram: &[u8]) -> Error {
        let (server, name, length) = (self.server(), peek::command(datagram), datagram.len());
        // UDP's limits over IPv4 and over IPv6.
        let limit = if server.is_ipv4() { 65_507 } else { 65_527 };
        match fault {
            _ if length > limit => {
                EncodeError::TooLong { packet: name, field: "datagram", length, limit, unit: "bytes" }.into()
            }
            Fault::NotNow => Error::SendBufferFull { server },
            Fault::Unreachable => {
                self.server_is_away();
                Error::ServerUnreachable { server }
            }
            Fault::Passing(error) => {
                let hint = match error.kind() {
                    io::ErrorKind::PermissionDenied => ": does a firewall of this machine forbid it?",
                    _ => "",
                };
                let message = format!("cannot send {name} to {server}: {error}{hint}");
                Error::NotSent { server, message, error: error.into() }
            }
            Fault::Broken(error) => Error::io(format_args!("cannot send {name} to {server}"), error),
        }
    }

    #[cfg(feature = "relay")]
    pub(crate) fn report(&self) -> Report {
        self.lock_asked().report
    }

    fn lock_asked(&self) -> MutexGuard<'_, Asked> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the requested intervals and asks the server for the shortest, or for `off` if nobody wants any.
    fn ask_for_report(&self, off: u16, change: impl FnOnce(&mut Report)) -> Result<(), Error> {
        let mut asked = self.lock_asked();
        change(&mut asked.report);
        let shortest = asked.report.shortest();
        self.send_interval(if shortest == 0 { off } else { shortest })
    }

    fn send_interval(&self, interval_ms: u16) -> Result<(), Error> {
        encoded(&Command::RealtimeposInterval { interval_ms }, |datagram| self.send_bytes(datagram))
    }

    /// Asks for the realtime report again if it is on. If the system refuses to send, sets a time for the next
    /// try. Logs the first refusal and the success after it.
    #[cold]
    fn ask_for_report_again(&self) {
        let mut asked = self.lock_asked();
        let sent = match asked.report.shortest() {
            0 => Ok(()),
            interval_ms => self.send_interval(interval_ms),
        };
        match sent {
            Ok(()) => {
                if asked.refused > 0 {
                    log::info!("asked for the realtime report again, after {} refusals", asked.refused);
                }
                (asked.refused, asked.due) = (0, None);
            }
            Err(error) => {
                if asked.refused == 0 {
                    log::warn!("cannot ask for the realtime report again yet: {error}");
                }
                (asked.refused, asked.due) = (asked.refused + 1, Some(Instant::now() + REPORT_PAUSE));
            }
        }
        self.set_task(task::ASK, asked.due.is_some());
    }

    fn has_task(&self, task: u8) -> bool {
        self.tasks.load(Ordering::Relaxed) & task != 0
    }

    fn set_task(&self, task: u8, is_set: bool) {
        if is_set {
            self.tasks.fetch_or(task, Ordering::Relaxed);
        } else {
            self.tasks.fetch_and(!task, Ordering::Relaxed);
        }
    }

    /// Does the postponed work that is due. Receiving does it too.
    pub(crate) fn catch_up(&self) {
        if self.has_task(task::ASK) {
            let due = self.lock_asked().due;
            if due.is_some_and(|due| due <= Instant::now()) {
                self.ask_for_report_again();
            }
        }
        if self.has_task(task::LISTEN) {
            self.presence.note_silence(self.local(), self.server());
        }
    }

    /// How long until the receiver should [catch up](Self::catch_up) even if nothing comes; `None` if never.
    pub(crate) fn next_due(&self) -> Option<Duration> {
        let report = if self.has_task(task::ASK) { self.lock_asked().due } else { None };
        let report = report.map(|due| due.saturating_duration_since(Instant::now()));
        [report, self.presence.next_due()].into_iter().flatten().min()
    }

    /// Whether there is work besides receiving.
    #[inline(always)]
    pub(super) fn has_work(&self) -> bool {
        self.tasks.load(Ordering::Relaxed) != 0 || !self.socket.is_settled()
    }

    /// Takes the next waiting datagram, if any, and returns its length. Sets `sender` if it may differ from the
    /// last one's.
    #[inline(always)]
    pub(crate) fn receive(&self, buffer: &mut [u8], sender: &mut SocketAddr) -> Result<Option<usize>, Error> {
        self.look_at(self.socket.receive(buffer, sender), buffer, sender)
    }

    /// The same after the system call.
    #[inline(always)]
    pub(super) fn look_at(
        &self,
        received: io::Result<usize>,
        buffer: &mut [u8],
        sender: &mut SocketAddr,
    ) -> Result<Option<usize>, Error> {
        match received {
            Ok(length) => {
                let datagram = &buffer[..length];
                let has_to_attend = self.tasks.load(Ordering::Relaxed) != 0 || is_start(datagram);
                if has_to_attend && !self.attend(datagram, *sender) {
                    return self.receive_another(buffer, sender);
                }
                Ok(Some(length))
            }
            Err(error) => self.not_received(error),
        }
    }

    /// Receives again after a datagram that was kept back.
    #[cold]
    fn receive_another(&self, buffer: &mut [u8], sender: &mut SocketAddr) -> Result<Option<usize>, Error> {
        for _ in 0..MOST_KEPT_BACK {
            match self.socket.receive(buffer, sender) {
                Ok(length) if self.attend(&buffer[..length], *sender) => return Ok(Some(length)),
                Ok(_) => {}
                Err(error) => return self.not_received(error),
            }
        }
        Ok(None)
    }

    /// Does the work that this datagram requires. Returns whether to deliver it.
    #[inline(never)]
    fn attend(&self, payload: &[u8], sender: SocketAddr) -> bool {
        if self.has_task(task::LISTEN) {
            self.set_task(task::LISTEN, false);
            self.presence.heard(self.server());
        }
        if let Some(hook) = &self.hook {
            let mut showing = hook.lock();
            showing.show(&Datagram {
                direction: Direction::Received,
                // Read with the lock held, so that the times shown never run backwards.
                time: SystemTime::now(),
                source: sender,
                destination: self.local(),
                payload,
            });
        }
        // A relay decides this itself: VERSION may be the answer to a question.
        if self.tap.get().is_none() {
            self.ask_again_after_start(payload);
        }
        self.catch_up();
        !(self.has_task(task::KEEP_BACK) && peek::packet_id(payload) == Some(id::CAR_UPDATE))
    }

    /// Asks for the realtime report again if the server started or began a session.
    pub(crate) fn ask_again_after_start(&self, datagram: &[u8]) {
        if is_start(datagram) {
            self.ask_for_report_again();
        }
    }

    fn server_is_away(&self) {
        self.presence.unreachable(self.server());
        self.set_task(task::LISTEN, true);
    }

    #[cold]
    fn not_received(&self, error: io::Error) -> Result<Option<usize>, Error> {
        match Fault::of(error) {
            Fault::NotNow => {
                self.catch_up();
                match self.hook.as_ref().and_then(Hook::take_panic) {
                    Some(message) => Err(Error::HookPanicked { message }),
                    None => Ok(None),
                }
            }
            Fault::Unreachable => {
                self.server_is_away();
                Err(Error::ServerUnreachable { server: self.server() })
            }
            Fault::Passing(error) => {
                let server = self.server();
                let message = format!("error while receiving from {server}: {error}");
                log::debug!("{message}");
                Err(Error::NotReceived { server, message, error: error.into() })
            }
            Fault::Broken(error) => {
                Err(Error::io(format_args!("cannot receive from {}", self.server()), error))
            }
        }
    }

    pub(super) fn explain_silence(&self, last_received: Option<Instant>) -> Option<Silence> {
        self.presence.explain(self.local(), self.server(), last_received)
    }

    #[cfg(feature = "socket2")]
    pub(super) fn set_receive_buffer_size(&self, bytes: usize) -> Result<(), Error> {
        socket2::SockRef::from(self.socket.udp()).set_recv_buffer_size(bytes).map_err(|error| {
            Error::io(format_args!("cannot set the receive buffer to {bytes} bytes"), error)
        })?;
        let granted = self.receive_buffer_size()?;
        if granted < bytes {
            log::warn!("the system grants a receive buffer of {granted} bytes instead of {bytes}");
        }
        Ok(())
    }

    #[cfg(feature = "socket2")]
    pub(super) fn receive_buffer_size(&self) -> Result<usize, Error> {
        socket2::SockRef::from(self.socket.udp())
            .recv_buffer_size()
            .map_err(|error| Error::io("cannot read the size of the receive buffer", error))
    }

    /// How many datagrams the system dropped because the receive buffer was full.
    #[cfg(target_os = "linux")]
    pub(super) fn dropped_by_system(&self) -> Option<u64> {
        use std::fs;
        use std::os::fd::AsRawFd;

        let link = fs::read_link(format!("/proc/self/fd/{}", self.socket.udp().as_raw_fd())).ok()?;
        let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        let table = if self.local().is_ipv4() { "/proc/self/net/udp" } else { "/proc/self/net/udp6" };
        let table = fs::read_to_string(table).ok()?;
        let socket = table.lines().find(|line| line.split_whitespace().nth(9) == Some(inode))?;
        socket.split_whitespace().last()?.parse().ok()
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn dropped_by_system(&self) -> Option<u64> {
        None
    }
}

/// True for what a server sends when it starts or begins a session: it may have forgotten the report.
fn is_start(datagram: &[u8]) -> bool {
    matches!(peek::packet_id(datagram), Some(id::VERSION | id::NEW_SESSION))
}

/// Sends a command's bytes.
#[inline(always)]
fn encoded(command: &Command, send: impl FnOnce(&[u8]) -> Result<(), Error>) -> Result<(), Error> {
    // There is none while a thread exits, and in a function that is shown a datagram and sends another one.
    let mut buffer = DATAGRAM.try_with(Cell::take).ok().flatten().unwrap_or_default();
    buffer.0.clear();
    let sent = match command.encode_into(&mut buffer.0) {
        Ok(()) => send(&buffer.0),
        Err(error) => Err(error.into()),
    };
    if buffer.0.capacity() <= LARGEST_DATAGRAM {
        let _ = DATAGRAM.try_with(|kept| kept.set(Some(buffer)));
    }
    sent
}
