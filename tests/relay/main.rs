//! The relay between a server and real plugins.

mod answers;
mod host;
mod race;
mod setup;
mod telemetry;
mod through;
mod trouble;

use std::net::{SocketAddr, UdpSocket};

use acudpclient::AcUdpClient;
use acudpclient::protocol::Event;
use acudpclient::relay::{Permissions, Plugin, PluginStats, Relay};
use support::{PATIENCE, eventually, expect_event};

fn any_port() -> SocketAddr {
    ([127, 0, 0, 1], 0).into()
}

/// A socket for a plugin, whose address has to be known before the relay is there.
fn socket() -> UdpSocket {
    let socket = UdpSocket::bind(any_port()).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    socket
}

fn plugin(name: &str, socket: &UdpSocket, permissions: Permissions) -> Plugin {
    Plugin::new(name, any_port(), socket.local_addr().unwrap()).permissions(permissions)
}

/// A client for a host that passes on without being polled, and keeps all that it is sent meanwhile.
fn host(server: SocketAddr) -> AcUdpClient {
    AcUdpClient::builder().receive_in_background(1 << 25).bind(any_port(), server).unwrap()
}

fn local_addr(relay: &Relay, name: &str) -> SocketAddr {
    stats(relay, name).local_addr
}

fn stats(relay: &Relay, name: &str) -> PluginStats {
    relay.plugin(name).unwrap()
}

/// The plugin as a client of what it takes for the server.
fn client(relay: &Relay, name: &str, socket: UdpSocket) -> AcUdpClient {
    AcUdpClient::from_socket(socket, local_addr(relay, name)).unwrap()
}

/// A relay with plugins that may do everything, as clients.
fn relay_with<const N: usize>(server: SocketAddr, names: [&str; N]) -> (Relay, [AcUdpClient; N]) {
    let sockets = names.map(|_| socket());
    let mut builder = Relay::builder(host(server));
    for (name, socket) in names.iter().zip(&sockets) {
        builder = builder.plugin(plugin(name, socket, Permissions::all()));
    }
    let relay = builder.start().unwrap();
    let mut names = names.iter();
    let clients = sockets.map(|socket| client(&relay, names.next().unwrap(), socket));
    (relay, clients)
}

fn receive(socket: &UdpSocket) -> Vec<u8> {
    let mut buffer = vec![0; 65_535];
    let length = socket.recv(&mut buffer).expect("no datagram has come");
    buffer.truncate(length);
    buffer
}

fn expect_host_event(relay: &mut Relay) -> Event {
    expect_event(relay.client_mut())
}
