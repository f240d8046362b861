//! The one socket that the client and its senders share.

use std::io::{self, ErrorKind};
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::time::Duration;

use crate::error::Error;
use crate::protocol::Command;

/// How often a datagram is sent again that an old "port unreachable" kept from going out. The
/// socket holds one such error at a time; more than one try is for other threads that send too.
const TRIES: usize = 4;

#[derive(Debug)]
pub(super) struct Link {
    socket: UdpSocket,
    local: SocketAddr,
    server: SocketAddr,
    accept_any_sender: bool,
    /// The realtime report's interval that was last asked for, in milliseconds; 0 is off.
    report_interval: AtomicU16,
    commands_sent: AtomicU64,
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
        })
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
        for _ in 0..TRIES {
            let sent = if self.accept_any_sender {
                self.socket.send_to(&datagram, self.server)
            } else {
                self.socket.send(&datagram)
            };
            match sent {
                Ok(_) => {
                    self.commands_sent.fetch_add(1, Ordering::Relaxed);
                    log::debug!("sent {} to {}", command.name(), self.server);
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted || is_unreachable(&error) => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
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

    /// The datagram that waits, if any: its length and its sender.
    pub(super) fn receive(&self, buffer: &mut [u8]) -> Result<Option<(usize, SocketAddr)>, Error> {
        loop {
            match self.socket.recv_from(buffer) {
                // The kernel keeps strangers out, but not those who came before it was told to.
                Ok((_, sender)) if !self.accept_any_sender && !same_address(sender, self.server) => {
                    log::debug!("dropped a datagram of {sender}, which is not the server");
                }
                Ok((length, sender)) => return Ok(Some((length, sender))),
                // TimedOut: a wait that ran out, on Windows
                Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                    return Ok(None);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if is_unreachable(&error) => {
                    return Err(Error::ServerUnreachable { server: self.server });
                }
                Err(error) => {
                    return Err(Error::io(format_args!("cannot receive from {}", self.server), &error));
                }
            }
        }
    }

    /// Like [`receive`](Self::receive), but waits for a datagram. It may give up too early.
    pub(super) fn receive_within(
        &self,
        timeout: Duration,
        buffer: &mut [u8],
    ) -> Result<Option<(usize, SocketAddr)>, Error> {
        let blocking = |on: bool| {
            self.socket
                .set_nonblocking(!on)
                .map_err(|error| Error::io("cannot change the socket's mode", &error))
        };
        self.socket
            .set_read_timeout(Some(timeout))
            .map_err(|error| Error::io(format_args!("cannot wait for {timeout:?}"), &error))?;
        blocking(true)?;
        let received = self.receive(buffer);
        blocking(false)?;
        received
    }
}

/// Without the flow label and the scope of IPv6, which need not be known when connecting.
fn same_address(a: SocketAddr, b: SocketAddr) -> bool {
    (a.ip(), a.port()) == (b.ip(), b.port())
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
