//! The one socket that the client and its senders share.

use std::cell::Cell;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use super::LARGEST_DATAGRAM;
use crate::error::Error;
use crate::hook::{Datagram, Direction, Hook};
use crate::protocol::Command;

/// How often a datagram is sent again that an old "port unreachable" kept from going out. The
/// socket holds one such error at a time; more than one try is for other threads that send too.
const TRIES: usize = 4;

/// How long a send may block while receiving does: as good as not at all.
const SHORTEST: Duration = Duration::from_millis(1);

/// What stands between a client and its server, and sees the bytes: a relay.
pub(crate) trait Tap: std::fmt::Debug + Send + Sync {
    /// A datagram of the server's; says whether the client is to have it.
    fn received(&self, datagram: &[u8], time: Instant) -> bool;

    /// The client's application sends this command, by calling `send`.
    fn host_sends(&self, command: &Command, send: &mut dyn FnMut() -> Result<(), Error>)
    -> Result<(), Error>;
}

/// The realtime report's intervals that were last asked for, in milliseconds; 0 is off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Report {
    /// By the application.
    pub(crate) own: u16,
    /// The shortest of a relay's plugins'.
    pub(crate) plugins: u16,
}

impl Report {
    /// What the server is asked for: the shortest that is not off.
    pub(crate) fn shortest(self) -> u16 {
        if self.own == 0 || self.plugins == 0 {
            self.own.max(self.plugins)
        } else {
            self.own.min(self.plugins)
        }
    }
}

/// A socket and its one peer: a client's server, or a relay's plugin.
#[derive(Debug)]
pub(crate) struct Link {
    socket: UdpSocket,
    local: SocketAddr,
    server: SocketAddr,
    accept_any_sender: bool,
    /// Whether all that came before the socket was connected has been taken, so that the kernel
    /// keeps strangers out and need not say who sent a datagram.
    settled: AtomicBool,
    /// Locked while the server is asked, so that it hears last what was asked last. The tap is
    /// never called meanwhile, since it looks at this.
    report: Mutex<Report>,
    tap: OnceLock<Arc<dyn Tap>>,
    commands_sent: AtomicU64,
    closed: AtomicBool,
    hook: Option<Hook>,
}

/// What came of an attempt to receive.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Received {
    Nothing,
    /// A datagram that is for a relay's plugins alone.
    PassedOn,
    /// A datagram that has been put into the buffer.
    Datagram {
        length: usize,
    },
}

thread_local! {
    /// For the bytes of a command, so that sending allocates nothing.
    static DATAGRAM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

impl Link {
    pub(crate) fn new(socket: UdpSocket, server: SocketAddr, accept_any_sender: bool) -> Result<Self, Error> {
        if server.port() == 0 {
            return Err(Error::Io {
                kind: ErrorKind::InvalidInput,
                message: format!(
                    "{server} is no server's address: its port is UDP_PLUGIN_LOCAL_PORT, which is never 0"
                ),
            });
        }
        socket
            .set_nonblocking(true)
            .and_then(|()| socket.set_write_timeout(Some(SHORTEST)))
            .map_err(|error| Error::io("cannot make the socket non-blocking", &error))?;
        let server = if accept_any_sender {
            server
        } else {
            // What was connected to, not what was asked for: 0.0.0.0 becomes 127.0.0.1.
            socket
                .connect(server)
                .and_then(|()| socket.peer_addr())
                .map_err(|error| Error::io(format_args!("cannot connect to {server}"), &error))?
        };
        let local =
            socket.local_addr().map_err(|error| Error::io("cannot tell the local address", &error))?;
        Ok(Self {
            socket,
            local,
            server,
            accept_any_sender,
            settled: AtomicBool::new(false),
            report: Mutex::default(),
            tap: OnceLock::new(),
            commands_sent: AtomicU64::new(0),
            closed: AtomicBool::new(false),
            hook: None,
        })
    }

    pub(super) fn set_hook(&mut self, hook: Option<Hook>) {
        self.hook = hook;
    }

    pub(super) fn socket(&self) -> &UdpSocket {
        &self.socket
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(crate) fn server(&self) -> SocketAddr {
        self.server
    }

    pub(super) fn commands_sent(&self) -> u64 {
        self.commands_sent.load(Ordering::Relaxed)
    }

    /// From now on the tap sees what goes through. `false` if there is one already.
    pub(crate) fn set_tap(&self, tap: Arc<dyn Tap>) -> bool {
        self.tap.set(tap).is_ok()
    }

    pub(super) fn send(&self, command: &Command) -> Result<(), Error> {
        if let Command::RealtimeposInterval { interval_ms } = *command {
            return self.ask_for_report(|report| report.own = interval_ms);
        }
        encoded(command, |datagram| match self.tap.get() {
            Some(tap) => tap.host_sends(command, &mut || self.send_bytes(datagram, command.name())),
            None => self.send_bytes(datagram, command.name()),
        })
    }

    /// Sends a datagram as it is, and tells the log; `name` is for people.
    #[inline(always)]
    pub(crate) fn send_bytes(&self, datagram: &[u8], name: &str) -> Result<(), Error> {
        // Held while sending, so that the answer is not shown before the question.
        let hook = self.hook.as_ref().map(|hook| (hook.lock(), SystemTime::now()));
        self.transmit(datagram, name)?;
        self.commands_sent.fetch_add(1, Ordering::Relaxed);
        if let Some((mut hook, time)) = hook {
            hook(&Datagram {
                direction: Direction::Sent,
                time,
                source: self.local,
                destination: self.server,
                payload: datagram,
            });
        }
        log::debug!("sent {name} to {}", self.server);
        Ok(())
    }

    /// Like [`send_bytes`](Self::send_bytes), but unseen and not logged: for what is too frequent.
    #[inline(always)]
    pub(crate) fn transmit(&self, datagram: &[u8], name: &str) -> Result<(), Error> {
        for _ in 0..TRIES {
            let sent = if self.accept_any_sender {
                self.socket.send_to(datagram, self.server)
            } else {
                self.socket.send(datagram)
            };
            match sent {
                Ok(_) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::Interrupted || is_unreachable(&error) => {}
                Err(error) if is_would_block(&error) => {
                    return Err(Error::SendBufferFull { server: self.server });
                }
                Err(error) => {
                    return Err(Error::io(format_args!("cannot send {name} to {}", self.server), &error));
                }
            }
        }
        Err(Error::ServerUnreachable { server: self.server })
    }

    pub(crate) fn report(&self) -> Report {
        *self.lock_report()
    }

    fn lock_report(&self) -> MutexGuard<'_, Report> {
        self.report.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes what is asked for, and asks the server for it.
    pub(crate) fn ask_for_report(&self, change: impl FnOnce(&mut Report)) -> Result<(), Error> {
        let mut report = self.lock_report();
        change(&mut report);
        self.send_report(*report)
    }

    /// Asks once more for the realtime report, if it is on.
    pub(super) fn ask_for_report_again(&self) -> Result<(), Error> {
        let report = self.lock_report();
        if report.shortest() == 0 { Ok(()) } else { self.send_report(*report) }
    }

    fn send_report(&self, report: Report) -> Result<(), Error> {
        let command = Command::RealtimeposInterval { interval_ms: report.shortest() };
        encoded(&command, |datagram| self.send_bytes(datagram, command.name()))
    }

    /// Takes the datagram that waits, if any, and says who sent it, if that is not who sent the last one.
    #[inline(always)]
    pub(crate) fn receive(&self, buffer: &mut [u8], sender: &mut SocketAddr) -> Result<Received, Error> {
        let received = if self.settled.load(Ordering::Relaxed) {
            self.socket.recv(buffer)
        } else {
            self.receive_from_anyone(buffer, sender)
        };
        match received {
            // It was woken to end.
            Ok(_) if self.is_closed() => Ok(Received::Nothing),
            Ok(length) if self.is_watched() => Ok(self.show_received(&buffer[..length], *sender)),
            Ok(length) => Ok(Received::Datagram { length }),
            Err(error) => self.not_received(&error),
        }
    }

    /// The kernel keeps strangers out, but not those who came before it was told to.
    fn receive_from_anyone(&self, buffer: &mut [u8], sender: &mut SocketAddr) -> io::Result<usize> {
        loop {
            let (length, from) = self.socket.recv_from(buffer)?;
            if self.accept_any_sender || same_address(from, self.server) {
                *sender = from;
                return Ok(length);
            }
            log::debug!("dropped a datagram of {from}, which is not the server");
        }
    }

    #[cold]
    fn not_received(&self, error: &io::Error) -> Result<Received, Error> {
        if is_would_block(error) {
            self.settled.store(!self.accept_any_sender, Ordering::Relaxed);
            Ok(Received::Nothing)
        } else if error.kind() == ErrorKind::Interrupted {
            // The wait is taken up by the caller, who knows how much is left.
            Ok(Received::Nothing)
        } else if is_unreachable(error) {
            Err(Error::ServerUnreachable { server: self.server })
        } else {
            Err(Error::io(format_args!("cannot receive from {}", self.server), error))
        }
    }

    #[inline]
    fn is_watched(&self) -> bool {
        self.hook.is_some() || self.tap.get().is_some()
    }

    /// Shows a datagram to who watches.
    #[inline(never)]
    fn show_received(&self, payload: &[u8], sender: SocketAddr) -> Received {
        if let Some(hook) = &self.hook {
            let mut hook = hook.lock();
            hook(&Datagram {
                direction: Direction::Received,
                // With the lock held, so that time does not run back in what is shown.
                time: SystemTime::now(),
                source: sender,
                destination: self.local,
                payload,
            });
        }
        match self.tap.get() {
            Some(tap) if !tap.received(payload, Instant::now()) => Received::PassedOn,
            _ => Received::Datagram { length: payload.len() },
        }
    }

    /// Like [`receive`](Self::receive), but waits for a datagram. It may give up too early.
    pub(super) fn receive_within(
        &self,
        timeout: Duration,
        buffer: &mut [u8],
        sender: &mut SocketAddr,
    ) -> Result<Received, Error> {
        self.set_blocking(Some(timeout))?;
        let received = self.receive(buffer, sender);
        self.set_blocking(None)?;
        received
    }

    /// How long receiving blocks.
    pub(crate) fn set_blocking(&self, timeout: Option<Duration>) -> Result<(), Error> {
        let set = || {
            if timeout.is_some() {
                self.socket.set_read_timeout(timeout)?;
            }
            self.socket.set_nonblocking(timeout.is_none())
        };
        set().map_err(|error| Error::io("cannot change the socket's mode", &error))
    }

    #[cfg(feature = "socket2")]
    pub(super) fn set_recv_buffer_size(&self, bytes: usize) -> Result<(), Error> {
        socket2::SockRef::from(&self.socket).set_recv_buffer_size(bytes).map_err(|error| {
            Error::io(format_args!("cannot set the receive buffer to {bytes} bytes"), &error)
        })?;
        let granted = self.recv_buffer_size()?;
        if granted < bytes {
            log::warn!("the system grants a receive buffer of {granted} bytes, {bytes} were asked for");
        }
        Ok(())
    }

    #[cfg(feature = "socket2")]
    pub(super) fn recv_buffer_size(&self) -> Result<usize, Error> {
        socket2::SockRef::from(&self.socket)
            .recv_buffer_size()
            .map_err(|error| Error::io("cannot tell the size of the receive buffer", &error))
    }

    /// How many datagrams the system has dropped because the receive buffer was full.
    #[cfg(target_os = "linux")]
    pub(super) fn dropped_by_system(&self) -> Option<u64> {
        use std::fs;
        use std::os::fd::AsRawFd;

        let link = fs::read_link(format!("/proc/self/fd/{}", self.socket.as_raw_fd())).ok()?;
        let inode = link.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?;
        let table = if self.local.is_ipv4() { "/proc/self/net/udp" } else { "/proc/self/net/udp6" };
        let table = fs::read_to_string(table).ok()?;
        let socket = table.lines().find(|line| line.split_whitespace().nth(9) == Some(inode))?;
        socket.split_whitespace().last()?.parse().ok()
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn dropped_by_system(&self) -> Option<u64> {
        None
    }

    #[inline]
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Ends receiving, also that of a thread that waits in it: the socket sends itself a datagram.
    /// If that fails, the thread's wait runs out by itself.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        let ip = match self.local.ip() {
            ip if !ip.is_unspecified() => ip,
            IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
            IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
        };
        let woken =
            self.socket.connect(SocketAddr::new(ip, self.local.port())).and_then(|()| self.socket.send(&[]));
        if let Err(error) = woken {
            log::debug!("the receiving thread was not woken: {error}");
        }
    }
}

/// Encodes a command for as long as it is sent.
#[inline(always)]
fn encoded<T>(command: &Command, send: impl FnOnce(&[u8]) -> Result<T, Error>) -> Result<T, Error> {
    // A thread that ends has no buffer any more, and one that sends from within sending has a second.
    let mut datagram = DATAGRAM.try_with(Cell::take).unwrap_or_default();
    datagram.clear();
    let result = command.encode_into(&mut datagram).map_err(Error::from).and_then(|()| send(&datagram));
    if datagram.capacity() <= LARGEST_DATAGRAM {
        let _ = DATAGRAM.try_with(|buffer| buffer.set(datagram));
    }
    result
}

/// Without the flow label and the scope of IPv6, which need not be known when connecting.
fn same_address(a: SocketAddr, b: SocketAddr) -> bool {
    (a.ip(), a.port()) == (b.ip(), b.port())
}

/// Whether a wait ran out, which is `TimedOut` on Windows, or was not wanted.
fn is_would_block(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

/// Whether this is the network's answer to an earlier datagram, not a failure of this call.
fn is_unreachable(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable
    )
}
