//! [`Socket`]: a UDP socket with one peer.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};

use super::fault::{Fault, is_out_of_buffers};
use crate::error::Error;

/// How often a datagram is sent again that an old error kept from going out. The socket holds one such
/// error at a time; more than one try is for other threads that send too.
const TRIES: usize = 4;

/// A UDP socket with one peer. It never blocks and never changes its mode, so any number of threads
/// can use it without holding up each other.
#[derive(Debug)]
pub(crate) struct Socket {
    udp: UdpSocket,
    accept_any_sender: bool,
    /// True once the datagrams queued before `connect` are drained; from then on the kernel keeps strangers
    /// out, and need not say who sent a datagram.
    settled: AtomicBool,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Socket {
    /// Takes over a bound socket. It is connected to the peer, unless any sender is accepted.
    pub(crate) fn new(udp: UdpSocket, peer: SocketAddr, accept_any_sender: bool) -> Result<Self, Error> {
        udp.set_nonblocking(true).map_err(|error| Error::io("cannot make the socket non-blocking", error))?;
        let local = |udp: &UdpSocket| {
            udp.local_addr().map_err(|error| Error::io("cannot tell the local address", error))
        };
        let bound = local(&udp)?;
        let peer = reachable(peer);
        if !accept_any_sender {
            udp.connect(peer).map_err(|error| {
                let hint = connecting(bound, peer, &error);
                Error::io(format_args!("cannot connect {bound} to {peer}"), error).with_hint(hint)
            })?;
        }
        let local = local(&udp)?;
        if local == peer {
            return Err(Error::invalid(format_args!(
                "{peer} is both the local address and the peer's: with a server, the first one is \
                 UDP_PLUGIN_ADDRESS of its server_cfg.ini, the second one has the port UDP_PLUGIN_LOCAL_PORT"
            )));
        }
        if bound.ip().is_unspecified() && !accept_any_sender {
            log::info!(
                "{bound} talks to {peer} from {local}: what is sent to another address of this machine is not heard"
            );
        }
        Ok(Self { udp, local, peer, accept_any_sender, settled: AtomicBool::new(false) })
    }

    pub(crate) fn udp(&self) -> &UdpSocket {
        &self.udp
    }

    pub(crate) fn local(&self) -> SocketAddr {
        self.local
    }

    pub(crate) fn peer(&self) -> SocketAddr {
        self.peer
    }

    /// Sends a datagram to the peer. An error of the network, which is about an earlier one, does not
    /// keep it from going out.
    pub(crate) fn send(&self, datagram: &[u8]) -> Result<(), Fault> {
        match self.try_send(datagram) {
            Ok(_) => Ok(()),
            Err(error) => self.send_again(datagram, error),
        }
    }

    fn try_send(&self, datagram: &[u8]) -> io::Result<usize> {
        if self.accept_any_sender { self.udp.send_to(datagram, self.peer) } else { self.udp.send(datagram) }
    }

    #[cold]
    fn send_again(&self, datagram: &[u8], mut error: io::Error) -> Result<(), Fault> {
        for _ in 1..TRIES {
            if error.kind() == ErrorKind::WouldBlock {
                break;
            }
            match self.try_send(datagram) {
                Ok(_) => return Ok(()),
                Err(next) => error = next,
            }
        }
        Err(if is_out_of_buffers(&error) { Fault::NotNow } else { Fault::of(error) })
    }

    /// Takes the datagram that waits, and says who sent it if that is not who sent the last one.
    #[inline(always)]
    pub(crate) fn receive(&self, buffer: &mut [u8], sender: &mut SocketAddr) -> io::Result<usize> {
        if self.settled.load(Ordering::Relaxed) {
            self.udp.recv(buffer)
        } else {
            self.receive_from_anyone(buffer, sender)
        }
    }

    /// The kernel keeps strangers out, but not those who came before it was told to.
    fn receive_from_anyone(&self, buffer: &mut [u8], sender: &mut SocketAddr) -> io::Result<usize> {
        loop {
            match self.udp.recv_from(buffer) {
                Ok((length, from)) if self.accept_any_sender || same_address(from, self.peer) => {
                    *sender = from;
                    return Ok(length);
                }
                Ok((_, from)) => log::debug!("dropped a datagram of {from}, which is not {}", self.peer),
                Err(error) => {
                    if error.kind() == ErrorKind::WouldBlock {
                        self.settled.store(!self.accept_any_sender, Ordering::Relaxed);
                    }
                    return Err(error);
                }
            }
        }
    }
}

/// Nothing can be sent to 0.0.0.0, which means this machine: Windows refuses it, others send to loopback.
fn reachable(peer: SocketAddr) -> SocketAddr {
    let ip = match peer.ip() {
        ip if !ip.is_unspecified() => return peer,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, peer.port())
}

/// What to do if a socket cannot be connected.
fn connecting(local: SocketAddr, peer: SocketAddr, error: &io::Error) -> String {
    if local.ip().is_loopback() && !peer.ip().is_loopback() {
        format!(": {} reaches this machine alone; for another one bind {}", local.ip(), any(local))
    } else if matches!(error.kind(), ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) {
        ": there is no way there yet: is this machine's network up?".to_owned()
    } else {
        String::new()
    }
}

/// The same port on every address of this machine.
fn any(local: SocketAddr) -> SocketAddr {
    let ip = if local.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    SocketAddr::new(ip, local.port())
}

/// Without the flow label and the scope of IPv6, which need not be known when connecting.
fn same_address(a: SocketAddr, b: SocketAddr) -> bool {
    (a.ip(), a.port()) == (b.ip(), b.port())
}
