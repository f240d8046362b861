//! [`AcUdpClientBuilder`]: a client with other than the usual settings.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};

use super::AcUdpClient;
use super::link::Link;
use crate::datagram::{Datagram, Hook};
use crate::error::Error;
use crate::net::Socket;

/// Makes an [`AcUdpClient`] with other than the usual settings.
///
/// ```no_run
/// use acudpclient::AcUdpClient;
///
/// let client = AcUdpClient::builder().accept_any_sender(true).bind("0.0.0.0:12000", "192.0.2.7:11000")?;
/// # Ok::<(), acudpclient::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
#[must_use = "a builder does nothing until bind or from_socket"]
pub struct AcUdpClientBuilder {
    accept_any_sender: bool,
    background_memory: Option<usize>,
    hook: Option<Hook>,
    #[cfg(feature = "socket2")]
    receive_buffer_size: Option<usize>,
}

impl AcUdpClientBuilder {
    /// Takes datagrams from every sender, not from the server's address alone. For a server that
    /// sends from another address than it listens on, as behind some address translations;
    /// [`AcUdpClient::last_sender`] tells who it was.
    ///
    /// The risk: whoever can reach the port can invent events, a chat line that your bot obeys
    /// among them. Use it only where a firewall lets nobody else in. Also, most systems then do
    /// not tell that no server is there, so [`Error::ServerUnreachable`] is not to be expected.
    ///
    /// ```
    /// use acudpclient::AcUdpClient;
    ///
    /// let client = AcUdpClient::builder().accept_any_sender(true).bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// assert_eq!(client.last_sender(), None, "nobody has sent anything yet");
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn accept_any_sender(mut self, accept: bool) -> Self {
        self.accept_any_sender = accept;
        self
    }

    /// Has a thread of the client receive, so that a main loop that does not poll for a while loses
    /// nothing that matters: the thread drains the system's buffer, which holds some 250 CAR_UPDATEs
    /// by default on Linux, into this much memory.
    ///
    /// Of each car it keeps only the newest [`CarUpdate`](crate::protocol::CarUpdate), in fixed
    /// memory of its own, counting the older ones in
    /// [`Stats::car_updates_replaced`](crate::Stats::car_updates_replaced). Of everything else it
    /// drops nothing while it fits into `memory` bytes, where a datagram takes its length and 160
    /// bytes more; what comes when that is full is dropped and counted in
    /// [`Stats::dropped`](crate::Stats::dropped). A megabyte (1 << 20) holds 2,880 laps of 24
    /// cars.
    ///
    /// With the feature `poll` the thread sleeps in the system's poll until something comes. Without it, the
    /// thread looks at the socket again and again, every 10 ms if nothing comes: little for one client, but
    /// something to avoid with dozens of them.
    ///
    /// Everything else stays the same: you call [`next_event`](AcUdpClient::next_event), and there,
    /// on your thread, the subscribers are called. Only waiting for the client's socket with a
    /// poller makes no sense then, since the thread empties it.
    ///
    /// ```
    /// use acudpclient::AcUdpClient;
    ///
    /// let client = AcUdpClient::builder()
    ///     .receive_in_background(1 << 20) // a megabyte
    ///     .bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// assert_eq!(client.stats().dropped, 0);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn receive_in_background(mut self, memory: usize) -> Self {
        self.background_memory = Some(memory);
        self
    }

    /// Shows every datagram to a function: those received, undecodable ones among them, and the
    /// commands sent, also those of a [`CommandSender`](crate::CommandSender) on another thread. A
    /// `capture::Writer` (feature `capture`) makes a recording of them.
    ///
    /// It is called once per datagram, in their order, on the thread that receives or sends: with
    /// [a receiving thread](Self::receive_in_background) on that one, when the datagram arrives,
    /// and so it sees also what is dropped later. A datagram that nobody fetches is not seen, nor
    /// are those of strangers. Nobody receives or sends meanwhile, so it should be quick, and it must not send
    /// through this client or drop it, which would wait for itself forever. If it panics, it is not called
    /// again: see [`Error::HookPanicked`].
    ///
    /// ```no_run
    /// use acudpclient::{AcUdpClient, Direction};
    ///
    /// let client = AcUdpClient::builder()
    ///     .on_datagram(|datagram| {
    ///         if datagram.direction == Direction::Sent {
    ///             println!("{:?}", datagram.payload);
    ///         }
    ///     })
    ///     .bind("127.0.0.1:12000", "127.0.0.1:11000")?;
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn on_datagram(mut self, callback: impl FnMut(&Datagram<'_>) + Send + 'static) -> Self {
        self.hook = Some(Hook::new(callback));
        self
    }

    /// Asks the system to keep up to this many bytes of datagrams between two polls. It may grant
    /// less, which is logged: [`AcUdpClient::receive_buffer_size`] tells what it has granted.
    ///
    /// On Linux the bytes include the kernel's own bookkeeping, about 800 bytes per datagram; the
    /// kernel doubles the number for that, and `net.core.rmem_max` limits it before.
    #[cfg(feature = "socket2")]
    #[cfg_attr(docsrs, doc(cfg(feature = "socket2")))]
    pub fn receive_buffer_size(mut self, bytes: usize) -> Self {
        self.receive_buffer_size = Some(bytes);
        self
    }

    /// Binds the local address, `UDP_PLUGIN_ADDRESS` in the server's `server_cfg.ini`, for the
    /// server that listens on the other one, `UDP_PLUGIN_LOCAL_PORT` on the server's machine.
    ///
    /// Host names are resolved. Where they have several addresses, the first pair of one family
    /// that works is taken, IPv4 before IPv6, since acServer is usually told an IPv4 address.
    ///
    /// `0.0.0.0` as the local address leaves it to the system from which address of this machine it talks to
    /// the server: [`local_addr`](AcUdpClient::local_addr) tells which one it has chosen, and so does the log.
    /// Only what the server sends to that one is heard.
    ///
    /// ```
    /// use acudpclient::AcUdpClient;
    ///
    /// let client = AcUdpClient::builder().bind("127.0.0.1:0", ("localhost", 11_000))?;
    /// assert_ne!(client.local_addr().port(), 0);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if an address cannot be resolved or bound, or if one of the two is IPv4 and
    /// the other one IPv6. That no server is there is not noticed yet.
    pub fn bind(self, local: impl ToSocketAddrs, server: impl ToSocketAddrs) -> Result<AcUdpClient, Error> {
        let locals = resolve(&local, "local")?;
        let servers = resolve(&server, "server's")?;
        let mut first_error = None;
        for &local in &locals {
            for &server in servers.iter().filter(|server| server.is_ipv4() == local.is_ipv4()) {
                let bound = UdpSocket::bind(local)
                    .map_err(|error| Error::io(format_args!("cannot bind {local}"), error))
                    .and_then(|socket| self.clone().from_socket(socket, server));
                match bound {
                    Ok(client) => return Ok(client),
                    Err(error) => {
                        first_error.get_or_insert(error);
                    }
                }
            }
        }
        Err(first_error.unwrap_or_else(|| {
            Error::invalid(format_args!(
                "the local address {} and the server's address {} must both be IPv4 or both IPv6",
                locals[0], servers[0]
            ))
        }))
    }

    /// Uses a socket that is bound already, for options that this crate does not have. It becomes
    /// non-blocking and, unless any sender is accepted, connected to the server.
    ///
    /// ```
    /// use std::net::UdpSocket;
    ///
    /// use acudpclient::AcUdpClient;
    ///
    /// let socket = UdpSocket::bind("127.0.0.1:0")?;
    /// let client = AcUdpClient::builder().from_socket(socket, "127.0.0.1:11000".parse()?)?;
    /// # drop(client);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system refuses that.
    #[allow(clippy::wrong_self_convention)] // the name says where the client comes from, as on AcUdpClient
    pub fn from_socket(self, socket: UdpSocket, server: SocketAddr) -> Result<AcUdpClient, Error> {
        if server.port() == 0 {
            return Err(Error::invalid(format_args!(
                "{server} is no server's address: its port is UDP_PLUGIN_LOCAL_PORT, which is never 0"
            )));
        }
        let link = Link::new(Socket::new(socket, server, self.accept_any_sender)?, self.hook);
        #[cfg(feature = "socket2")]
        if let Some(bytes) = self.receive_buffer_size {
            link.set_receive_buffer_size(bytes)?;
        }
        AcUdpClient::new(link, self.background_memory)
    }
}

/// At least one address, IPv4 first.
fn resolve(address: &impl ToSocketAddrs, whose: &str) -> Result<Vec<SocketAddr>, Error> {
    let resolved = address.to_socket_addrs().and_then(|addresses| {
        let mut addresses: Vec<_> = addresses.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        if addresses.is_empty() { Err(io::Error::other("the name has no address")) } else { Ok(addresses) }
    });
    resolved.map_err(|error| {
        let hint = match error.kind() {
            io::ErrorKind::InvalidInput => ": an address is HOST:PORT, such as 127.0.0.1:12000",
            _ => "",
        };
        Error::io(format_args!("cannot resolve the {whose} address"), error).with_hint(hint)
    })
}
