//! [`Socket`]: a UDP socket with one peer.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering};

use super::fault::{Fault, is_out_of_buffers};
use crate::error::Error;

/// How often to try to send a datagram. A pending error of an earlier one makes a send fail. The socket holds one
/// such error at a time; the further tries are for other threads that send meanwhile.
const TRIES: usize = 4;

/// A UDP socket with one peer. It never blocks and never changes its mode, so threads that share it do
/// not hold up each other.
#[derive(Debug)]
pub(crate) struct Socket {
    udp: UdpSocket,
    accept_any_sender: bool,
    /// True once the datagrams queued before `connect` are drained. From then on the kernel keeps strangers
    /// out, and the sender is known without asking.
    settled: AtomicBool,
    local: SocketAddr,
    peer: SocketAddr,
}

impl Socket {
    /// Takes over a bound socket. Connects it to the peer, unless it accepts any sender.
    pub(crate) fn new(udp: UdpSocket, peer: SocketAddr, accept_any_sender: bool) -> Result<Self, Error> {
        udp.set_nonblocking(true).map_err(|error| Error::io("cannot make the socket non-blocking", error))?;
        let local = |udp: &UdpSocket| {
            udp.local_addr().map_err(|error| Error::io("cannot read the local address", error))
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
                "{peer} is both the local address and the peer's: in the server's server_cfg.ini, the first one is \
                 UDP_PLUGIN_ADDRESS, and the port of the second one is UDP_PLUGIN_LOCAL_PORT"
            )));
        }
        if bound.ip().is_unspecified() && !accept_any_sender {
            log::info!(
                "{bound} talks to {peer} from {local}: datagrams to this machine's other addresses do not arrive"
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

    /// Sends a datagram to the peer. If the call reports the network error of an earlier datagram, sends again.
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

    /// Takes the next waiting datagram. Sets `sender` if it may differ from the last one's.
    #[inline(always)]
    pub(crate) fn receive(&self, buffer: &mut [u8], sender: &mut SocketAddr) -> io::Result<usize> {
        if self.is_settled() {
            self.receive_from_peer(buffer)
        } else {
            self.receive_from_anyone(buffer, sender)
        }
    }

    /// Whether everything that comes is the peer's.
    #[inline(always)]
    pub(crate) fn is_settled(&self) -> bool {
        self.settled.load(Ordering::Relaxed)
    }

    /// Takes the next waiting datagram of a settled socket.
    #[inline(always)]
    pub(crate) fn receive_from_peer(&self, buffer: &mut [u8]) -> io::Result<usize> {
        self.udp.recv(buffer)
    }

    /// Receives and drops strangers: the kernel queued their datagrams before `connect`.
    fn receive_from_anyone(&self, buffer: &mut [u8], sender: &mut SocketAddr) -> io::Result<usize> {
        loop {
            match self.udp.recv_from(buffer) {
                Ok((length, from)) if self.accept_any_sender || same_address(from, self.peer) => {
                    *sender = from;
                    return Ok(length);
                }
                Ok((_, from)) => log::debug!("dropped a datagram from {from}, which is not {}", self.peer),
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

/// Replaces 0.0.0.0, which means this machine, by loopback: Windows refuses to send there, others use loopback.
fn reachable(peer: SocketAddr) -> SocketAddr {
    let ip = match peer.ip() {
        ip if !ip.is_unspecified() => return peer,
        IpAddr::V4(_) => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => Ipv6Addr::LOCALHOST.into(),
    };
    SocketAddr::new(ip, peer.port())
}

/// The advice for a socket that cannot be connected.
fn connecting(local: SocketAddr, peer: SocketAddr, error: &io::Error) -> String {
    if local.ip().is_loopback() && !peer.ip().is_loopback() {
        format!(": {} reaches this machine only; for another one bind {}", local.ip(), any(local))
    } else if matches!(error.kind(), ErrorKind::NetworkUnreachable | ErrorKind::HostUnreachable) {
        ": no route there: is this machine's network up?".to_owned()
    } else {
        String::new()
    }
}

/// The same port on every address of this machine.
fn any(local: SocketAddr) -> SocketAddr {
    let ip = if local.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() };
    SocketAddr::new(ip, local.port())
}

/// Compares without IPv6's flow label and scope, which the caller need not know when connecting.
fn same_address(a: SocketAddr, b: SocketAddr) -> bool {
    (a.ip(), a.port()) == (b.ip(), b.port())
}
