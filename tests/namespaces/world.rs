//! The three hosts. The test's own process is the plugin's host.

use std::fs::File;
use std::net::{IpAddr, SocketAddr};
use std::os::fd::AsFd;
use std::process::Command;
use std::thread;

use acudpclient::AcUdpClient;
use acudpclient::protocol::Command as Packet;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
#[cfg(feature = "relay")]
use support::PATIENCE;
use support::{Server, chat, expect_event_despite_errors, netns};

/// The names of the namespaces are for these processes alone. No answer of the network is held back for
/// having been too frequent.
const SCRIPT: &str = r#"
    make() {
        mount -t tmpfs tmpfs /run && ip netns add router && ip netns add server && ip netns attach plugin $$ &&
        ip link add to_router type veth peer name to_plugin netns router &&
        ip link add to_server netns router type veth peer name to_router netns server &&
        up plugin lo && up router lo && up server lo &&
        up plugin to_router 10.77.1.1/24 fd77:1::1/64 && up router to_plugin 10.77.1.2/24 fd77:1::2/64 &&
        up router to_server 10.77.2.2/24 fd77:2::2/64 && up server to_router 10.77.2.1/24 fd77:2::1/64 &&
        ip -n plugin route add default via 10.77.1.2 && ip -n plugin route add default via fd77:1::2 &&
        ip -n server route add default via 10.77.2.2 && ip -n server route add default via fd77:2::2 &&
        ip netns exec router sh -c '
            echo 1 > /proc/sys/net/ipv4/ip_forward && echo 1 > /proc/sys/net/ipv6/conf/all/forwarding &&
            echo 0 > /proc/sys/net/ipv4/icmp_ratelimit && echo 0 > /proc/sys/net/ipv6/icmp/ratelimit'
    }
    up() {
        ip -n $1 link set $2 up || return
        [ -z "$3" ] || { ip -n $1 addr add $3 dev $2 && ip -n $1 addr add $4 dev $2 nodad; }
    }
    make || exit 77
"#;

/// For the tests of a firewall.
pub const IPTABLES: &str = "command -v iptables >/dev/null || exit 77";

pub struct Host {
    namespace: File,
}

impl Host {
    fn new(name: &str) -> Self {
        Self { namespace: File::open(format!("/run/netns/{name}")).unwrap() }
    }

    /// Does it there: a socket stays in the network in which it was made.
    pub fn enter<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        thread::scope(|scope| {
            let there = scope.spawn(|| {
                let network = Some(LinkNameSpaceType::Network);
                move_into_link_name_space(self.namespace.as_fd(), network).unwrap();
                work()
            });
            there.join().unwrap()
        })
    }

    /// Runs a command of the shell there.
    pub fn run(&self, command: &str) {
        let status = self.enter(|| Command::new("sh").args(["-c", command]).status().unwrap());
        assert!(status.success(), "{command}: {status}");
    }
}

pub struct World {
    pub plugin: Host,
    pub router: Host,
    pub server: Host,
}

impl World {
    /// Runs the test in it, after more of a script.
    pub fn inside(test: &str, script: &str, work: impl FnOnce(&Self)) {
        netns::inside(test, &format!("{SCRIPT}\n{script}"), || {
            let [plugin, router, server] = ["plugin", "router", "server"].map(Host::new);
            work(&Self { plugin, router, server });
        });
    }

    /// A game server on the server's host.
    pub fn start_server(&self, family: Family) -> Server {
        self.server.enter(|| Server::start_on(SocketAddr::new(family.server(), 0)))
    }

    /// A client on the plugin's host.
    pub fn client(&self, server: SocketAddr, in_background: bool) -> AcUdpClient {
        let mut builder = AcUdpClient::builder();
        if in_background {
            builder = builder.receive_in_background(1 << 25);
        }
        let family = if server.is_ipv4() { Family::V4 } else { Family::V6 };
        self.plugin.enter(|| builder.bind((family.plugin(), 0), server)).unwrap()
    }
}

#[derive(Clone, Copy)]
pub enum Family {
    V4,
    V6,
}

impl Family {
    pub fn plugin(self) -> IpAddr {
        self.address("10.77.1.1", "fd77:1::1")
    }

    pub fn server(self) -> IpAddr {
        self.address("10.77.2.1", "fd77:2::1")
    }

    fn address(self, v4: &str, v6: &str) -> IpAddr {
        match self {
            Self::V4 => v4.parse().unwrap(),
            Self::V6 => v6.parse().unwrap(),
        }
    }
}

/// What is to go on whatever the network does.
pub enum Subject {
    Client(AcUdpClient),
    #[cfg(feature = "relay")]
    Relay {
        relay: acudpclient::relay::Relay,
        /// On the server's host.
        plugin: std::net::UdpSocket,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Foreground,
    Background,
    #[cfg(feature = "relay")]
    Relay,
}

impl Subject {
    pub fn new(world: &World, server: SocketAddr, kind: Kind) -> Self {
        let client = world.client(server, kind != Kind::Foreground);
        match kind {
            Kind::Foreground | Kind::Background => Self::Client(client),
            #[cfg(feature = "relay")]
            Kind::Relay => {
                use acudpclient::relay::{Permissions, Plugin, Relay};

                let socket = world.server.enter(|| std::net::UdpSocket::bind((server.ip(), 0)).unwrap());
                socket.set_read_timeout(Some(PATIENCE)).unwrap();
                let local = SocketAddr::new(client.local_addr().ip(), 0);
                let plugin = Plugin::new("a", local, socket.local_addr().unwrap());
                let plugin = plugin.permissions(Permissions::all()).commands_per_second(u32::MAX);
                let relay = world.plugin.enter(|| Relay::builder(client).plugin(plugin).start()).unwrap();
                Self::Relay { relay, plugin: socket }
            }
        }
    }

    pub fn client(&mut self) -> &mut AcUdpClient {
        match self {
            Self::Client(client) => client,
            #[cfg(feature = "relay")]
            Self::Relay { relay, .. } => relay.client_mut(),
        }
    }

    /// Its connections: from here, to there.
    pub fn connections(&self) -> Vec<(SocketAddr, SocketAddr)> {
        let of = |client: &AcUdpClient| (client.local_addr(), client.server_addr());
        match self {
            Self::Client(client) => vec![of(client)],
            #[cfg(feature = "relay")]
            Self::Relay { relay, .. } => {
                let plugin = &relay.plugins()[0];
                vec![of(relay.client()), (plugin.local_addr, plugin.plugin_addr)]
            }
        }
    }

    /// Commands that are sent now, and what the server sends now, all arrive.
    pub fn assert_goes_on(&mut self, server: &Server, after: &str) {
        for number in 0..3 {
            let text = format!("{after} {number}");
            let command = Packet::BroadcastChat { message: text.clone() };
            self.client().send(&command).unwrap_or_else(|error| panic!("{text}: {error:?}"));
            assert_eq!(server.receive(), command, "{text}");
            #[cfg(feature = "relay")]
            if let Self::Relay { relay, plugin } = self {
                plugin.send_to(&command.encode().unwrap(), relay.plugins()[0].local_addr).unwrap();
                assert_eq!(server.receive(), command, "of the plugin: {text}");
            }
        }
        for number in 0..3 {
            let text = format!("{after} {number}");
            let event = chat(&text);
            server.send(self.client(), &event);
            assert_eq!(expect_event_despite_errors(self.client()), event);
            #[cfg(feature = "relay")]
            if let Self::Relay { plugin, .. } = self {
                let mut buffer = [0; 2048];
                let received = plugin.recv(&mut buffer).map(|length| &buffer[..length]);
                assert_eq!(received.ok(), Some(&event.encode().unwrap()[..]), "to the plugin: {text}");
            }
        }
    }
}
