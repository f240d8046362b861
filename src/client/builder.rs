//! [`AcUdpClientBuilder`]: a client with options.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};

use super::AcUdpClient;
use super::link::Link;
use crate::datagram::{Datagram, Hook};
use crate::error::Error;
use crate::net::Socket;

/// Makes an [`AcUdpClient`] with options.
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
    /// Accepts datagrams from every sender, not only from the server's address. Use it for a server that
    /// sends from another address than it listens on, as behind some NATs.
    /// [`AcUdpClient::last_sender`] returns the sender.
    ///
    /// The risk: anyone who can reach the port can forge events, such as a chat line that your bot obeys. Use
    /// it only behind a firewall that lets nobody else in. Also, most systems then do not report a missing
    /// server: don't expect [`Error::ServerUnreachable`].
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

    /// Receives on a thread of the client, so that a main loop that does not poll for a while loses nothing that
    /// matters. The system's buffer holds some 250 CAR_UPDATEs by default on Linux; the thread drains it into
    /// `memory` bytes.
    ///
    /// The thread keeps only the newest [`CarUpdate`](crate::protocol::CarUpdate) of each car, in fixed memory
    /// of its own, and counts the older ones in
    /// [`Stats::car_updates_replaced`](crate::Stats::car_updates_replaced). It keeps everything else while it
    /// fits into `memory`; a datagram takes its length plus 160 bytes. When that is full, it drops new datagrams
    /// and counts them in [`Stats::dropped`](crate::Stats::dropped). A megabyte (1 << 20) holds 2,880 laps of
    /// 24 cars.
    ///
    /// With the feature `poll` the thread sleeps in the system's poll until something comes. Without it, the
    /// thread checks the socket every 10 ms if nothing comes: cheap for one client, but avoid it with dozens.
    ///
    /// Everything else stays the same: you call [`next_event`](AcUdpClient::next_event), and it calls the
    /// subscribers on your thread. Only don't wait for the client's socket with a poller: the thread empties it.
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

    /// Calls a function with every datagram: those received, including undecodable ones, and the commands sent,
    /// including those of a [`CommandSender`](crate::CommandSender) on another thread. A `capture::Writer`
    /// (feature `capture`) records them.
    ///
    /// The function is called once per datagram, in order, on the thread that receives or sends. With
    /// [a receiving thread](Self::receive_in_background) it sees a datagram when it arrives, even if the thread
    /// drops it later. It does not see datagrams that nobody fetches, nor those of strangers.
    ///
    /// Nobody else receives or sends while it runs, so it should be quick. It must not send through this client
    /// or drop it: that is a deadlock. If it panics, it is not called again: see [`Error::HookPanicked`].
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

    /// Sets the size of the socket's receive buffer in bytes: what the system keeps between two polls. The
    /// system may grant less, which is logged; [`AcUdpClient::receive_buffer_size`] returns the granted size.
    ///
    /// On Linux the size includes the kernel's bookkeeping, about 800 bytes per datagram. The kernel limits the
    /// number to `net.core.rmem_max`, then doubles it to make room for the bookkeeping.
    #[cfg(feature = "socket2")]
    #[cfg_attr(docsrs, doc(cfg(feature = "socket2")))]
    pub fn receive_buffer_size(mut self, bytes: usize) -> Self {
        self.receive_buffer_size = Some(bytes);
        self
    }

    /// Binds the local address, which is `UDP_PLUGIN_ADDRESS` in the server's `server_cfg.ini`, and connects to
    /// the server's address: the server's machine with the port `UDP_PLUGIN_LOCAL_PORT`.
    ///
    /// Host names are resolved. If they have several addresses, the client takes the first pair of one family
    /// that works, IPv4 before IPv6: acServer's configuration usually has an IPv4 address.
    ///
    /// With `0.0.0.0` as the local address, the system chooses from which of this machine's addresses the client
    /// talks to the server. [`local_addr`](AcUdpClient::local_addr) returns it, and the log names it. The
    /// client receives only what the server sends to that address.
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
    /// [`Error::Io`] if an address cannot be resolved or bound, or if one is IPv4 and the other IPv6. A missing
    /// server is not an error yet.
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

    /// Uses a socket that is already bound, for options that this crate does not offer. Makes it non-blocking
    /// and, unless the client accepts any sender, connects it to the server.
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
                "{server} cannot be a server's address: its port is UDP_PLUGIN_LOCAL_PORT, which is never 0"
            )));
        }
        let link = Link::new(Socket::new(socket, server, self.accept_any_sender)?, self.hook);
        #[cfg(feature = "socket2")]
        if let Some(bytes) = self.receive_buffer_size {
            link.set_receive_buffer_size(bytes)?;
        }
        AcUdpClient::of_link(link, self.background_memory)
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
