//! [`AcUdpClientBuilder`]: a client with other than the usual settings.

use std::io;
use std::net::{SocketAddr, ToSocketAddrs, UdpSocket};

use super::AcUdpClient;
use super::link::Link;
use crate::error::Error;

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
}

impl AcUdpClientBuilder {
    /// Takes datagrams from every sender, not from the server's address alone. For a server that
    /// sends from another address than it listens on, as behind some address translations;
    /// [`AcUdpClient::last_sender`] tells who it was.
    ///
    /// The risk: whoever can reach the port can invent events, a chat line that your bot obeys
    /// among them. Use it only where a firewall lets nobody else in. Also, most systems then do
    /// not tell that no server is there, so [`Error::ServerUnreachable`] is not to be expected.
    pub fn accept_any_sender(mut self, accept: bool) -> Self {
        self.accept_any_sender = accept;
        self
    }

    /// Binds the local address, `UDP_PLUGIN_ADDRESS` in the server's `server_cfg.ini`, for the
    /// server that listens on the other one, `UDP_PLUGIN_LOCAL_PORT` on the server's machine.
    ///
    /// Host names are resolved. Where they have several addresses, the first pair of one family
    /// that works is taken, IPv4 before IPv6, since acServer is usually told an IPv4 address.
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
                    .map_err(|error| Error::io(format_args!("cannot bind {local}"), &error))
                    .and_then(|socket| self.clone().from_socket(socket, server));
                match bound {
                    Ok(client) => return Ok(client),
                    Err(error) => {
                        first_error.get_or_insert(error);
                    }
                }
            }
        }
        Err(first_error.unwrap_or_else(|| Error::Io {
            kind: io::ErrorKind::InvalidInput,
            message: format!(
                "the local address {} and the server's address {} must both be IPv4 or both IPv6",
                locals[0], servers[0]
            ),
        }))
    }

    /// Uses a socket that is bound already, for options that this crate does not have. It becomes
    /// non-blocking and, unless any sender is accepted, connected to the server.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the system refuses that.
    #[allow(clippy::wrong_self_convention)] // the name says where the client comes from, as on AcUdpClient
    pub fn from_socket(self, socket: UdpSocket, server: SocketAddr) -> Result<AcUdpClient, Error> {
        Ok(AcUdpClient::new(Link::new(socket, server, self.accept_any_sender)?))
    }
}

/// At least one address, IPv4 first.
fn resolve(address: &impl ToSocketAddrs, whose: &str) -> Result<Vec<SocketAddr>, Error> {
    let resolved = address.to_socket_addrs().and_then(|addresses| {
        let mut addresses: Vec<_> = addresses.collect();
        addresses.sort_by_key(SocketAddr::is_ipv6);
        if addresses.is_empty() { Err(io::Error::other("the name has no address")) } else { Ok(addresses) }
    });
    resolved.map_err(|error| Error::io(format_args!("cannot resolve the {whose} address"), &error))
}
