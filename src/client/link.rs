//! The one socket that the client and its senders share.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use super::hook::{Datagram, Direction, Hook};
use crate::error::Error;
use crate::protocol::Command;

/// How often a datagram is sent again that an old "port unreachable" kept from going out. The
/// socket holds one such error at a time; more than one try is for other threads that send too.
const TRIES: usize = 4;

/// How long a send may block while receiving does: as good as not at all.
const SHORTEST: Duration = Duration::from_millis(1);

#[derive(Debug)]
pub(super) struct Link {
    socket: UdpSocket,
    local: SocketAddr,
    server: SocketAddr,
    accept_any_sender: bool,
    /// The realtime report's interval that was last asked for, in milliseconds; 0 is off.
    report_interval: AtomicU16,
    commands_sent: AtomicU64,
    closed: AtomicBool,
    hook: Option<Hook>,
}

/// A datagram that has been put into a buffer.
#[derive(Debug, Clone, Copy)]
pub(super) struct Received {
    pub(super) length: usize,
    pub(super) sender: SocketAddr,
    pub(super) time: Instant,
}

impl Link {
    pub(super) fn new(socket: UdpSocket, server: SocketAddr, accept_any_sender: bool) -> Result<Self, Error> {
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
            report_interval: AtomicU16::new(0),
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

    pub(super) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(super) fn server(&self) -> SocketAddr {
        self.server
    }

    pub(super) fn commands_sent(&self) -> u64 {
        self.commands_sent.load(Ordering::Relaxed)
    }

    pub(super) fn send(&self, command: &Command) -> Result<(), Error> {
        let datagram = command.encode()?;
        if let Command::RealtimeposInterval { interval_ms } = command {
            self.report_interval.store(*interval_ms, Ordering::Relaxed);
        }
        // Held while sending, so that the answer is not shown before the question.
        let mut hook = self.hook.as_ref().map(|hook| (hook.lock(), SystemTime::now()));
        for _ in 0..TRIES {
            let sent = if self.accept_any_sender {
                self.socket.send_to(&datagram, self.server)
            } else {
                self.socket.send(&datagram)
            };
            match sent {
                Ok(_) => {
                    self.commands_sent.fetch_add(1, Ordering::Relaxed);
                    if let Some((hook, time)) = &mut hook {
                        hook(&Datagram {
                            direction: Direction::Sent,
                            time: *time,
                            source: self.local,
                            destination: self.server,
                            payload: &datagram,
                        });
                    }
                    log::debug!("sent {} to {}", command.name(), self.server);
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted || is_unreachable(&error) => {}
                Err(error) if is_would_block(&error) => {
                    return Err(Error::SendBufferFull { server: self.server });
                }
                Err(error) => {
                    return Err(Error::io(
                        format_args!("cannot send {} to {}", command.name(), self.server),
                        &error,
                    ));
                }
            }
        }
        Err(Error::ServerUnreachable { server: self.server })
    }

    /// Asks once more for the realtime report, if it is on.
    pub(super) fn ask_for_report_again(&self) -> Result<(), Error> {
        match self.report_interval.load(Ordering::Relaxed) {
            0 => Ok(()),
            interval_ms => self.send(&Command::RealtimeposInterval { interval_ms }),
        }
    }

    /// The datagram that waits, if any.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> Result<Option<Received>, Error> {
        while !self.is_closed() {
            match self.socket.recv_from(buffer) {
                // The kernel keeps strangers out, but not those who came before it was told to.
                Ok((_, sender)) if !self.accept_any_sender && !same_address(sender, self.server) => {
                    log::debug!("dropped a datagram of {sender}, which is not the server");
                }
                // The client's own, which ends the wait.
                Ok(_) if self.is_closed() => {}
                Ok((length, sender)) => {
                    self.show_received(&buffer[..length], sender);
                    return Ok(Some(Received { length, sender, time: Instant::now() }));
                }
                // A wait that a signal interrupts is taken up by the caller, who knows how much is left.
                Err(error) if is_would_block(&error) || error.kind() == ErrorKind::Interrupted => {
                    return Ok(None);
                }
                Err(error) if is_unreachable(&error) => {
                    return Err(Error::ServerUnreachable { server: self.server });
                }
                Err(error) => {
                    return Err(Error::io(format_args!("cannot receive from {}", self.server), &error));
                }
            }
        }
        Ok(None)
    }

    fn show_received(&self, payload: &[u8], sender: SocketAddr) {
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
    }

    /// Like [`receive`](Self::receive), but waits for a datagram. It may give up too early.
    pub(super) fn receive_within(
        &self,
        timeout: Duration,
        buffer: &mut [u8],
    ) -> Result<Option<Received>, Error> {
        self.set_blocking(Some(timeout))?;
        let received = self.receive(buffer);
        self.set_blocking(None)?;
        received
    }

    /// How long receiving blocks.
    pub(super) fn set_blocking(&self, timeout: Option<Duration>) -> Result<(), Error> {
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

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// Ends receiving, also that of a thread that waits in it: the socket sends itself a datagram.
    /// If that fails, the thread's wait runs out by itself.
    pub(super) fn close(&self) {
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
