//! [`Relay`]: several plugins on one server.
//!
//! A server talks to one plugin address only. A relay is that plugin, and it looks like the server to its own
//! plugins: it has a port for each plugin, sends from there to the plugin's address, and accepts commands from that
//! address only. The program that hosts the relay is a plugin too: it polls events and sends commands through the
//! relay's client.
//!
//! ```text
//!   acServer :11000 ◀────▶ :12000 relay :11001 ◀────▶ :12001 lap statistics
//!                                 relay :11002 ◀────▶ :12002 a bot
//! ```
//!
//! [The guide](crate::guide::several_plugins) shows a program with a relay, and how to run one without programming.
//!
//! # Who gets what
//!
//! The relay passes on a datagram unchanged, byte by byte, even if nobody can decode it. "All" are the plugins and
//! the host.
//!
//! | from the server | goes to |
//! | --- | --- |
//! | CAR_UPDATE | everyone who asked for the realtime report, at most as often per car as asked |
//! | CAR_INFO, SESSION_INFO | everyone who asked for this car or session within the last 5 s and has no answer yet; all if nobody asked |
//! | PING | everyone who sent a REQUEST_PING with the same time within the last 5 s and has no answer yet; all if nobody did |
//! | VERSION | all, because the server has started; if somebody sent VERSION as a command, only those who did |
//! | ACSP_ERROR | all: the protocol does not say which command it is about |
//! | everything else, including undefined packets | all |
//!
//! | from a plugin or the host | goes to the server |
//! | --- | --- |
//! | REALTIMEPOS_INTERVAL | as the shortest interval that anyone wants; as 65,535 ms if nobody wants any, see [`disable_realtime_report`](AcUdpClient::disable_realtime_report) |
//! | everything else that the plugin [may send](Permissions) | unchanged |
//!
//! An answer does not say who asked. If two plugins ask for the same car, the server is asked twice, both plugins
//! get the first answer, and the relay drops the second. So even if a question is lost, nobody gets the wrong
//! answer. If a server sends an unrequested SESSION_INFO while somebody waits for the same one, it counts as the
//! answer.
//!
//! A plugin with the shortest interval gets every CAR_UPDATE at the server's pace. For the others the relay keeps a
//! steady beat per car. It passes on an update that comes before the beat by at most an eighth of the interval and
//! at most 20 ms, so that network jitter does not halve the rate. The gaps may be longer than requested, because
//! they are multiples of the server's interval: with 150 ms and 200 ms, the second plugin gets an update every
//! 300 ms. The same rules apply to the host: it gets no CAR_UPDATE until it asks.
//!
//! An interval stays in force until the plugin asks for another one, even while the plugin is away, as with a server.
//! After the server's restart the relay asks for the shortest again.
//!
//! # Threads
//!
//! One thread serves the server and all plugins. It sleeps in the system's poll until a datagram comes, and passes
//! that on before it does anything else. The host's datagrams wait in memory, as for a client that
//! [receives in the background](crate::AcUdpClientBuilder::receive_in_background): in as much memory as you chose
//! there, else in a megabyte. So a host that polls rarely delays nobody. The thread never waits for a plugin: if the
//! system cannot send at once, as to a machine behind a slow link, the relay drops the datagram and counts it as
//! [`unsent`](PluginStats::unsent), as a server would.
//!
//! # What a plugin can't do
//!
//! A plugin that is away, floods or sends garbage harms nobody else. The relay drops its commands beyond its limit
//! [per second](Plugin::commands_per_second), and remembers at most 256 of its open questions. It counts everything
//! that it does not pass on in the plugin's [`PluginStats`], and logs each kind at most once every 10 s.
//!
//! A relay's plugins can be relays.
//
// Locks: the thread and the host share `SharedState` (one mutex, held while one datagram is passed on), and `Link` and
// `Inbox` as any client with a receiving thread. `client/mod.rs` has their order; the wait of the thread holds none.

mod allowance;
mod forwarder;
mod pace;
mod permissions;
mod plugin;
mod plugin_state;
mod questions;
mod state;

use std::collections::HashSet;
use std::fmt;
use std::net::UdpSocket;
use std::sync::Arc;
use std::time::Duration;

pub use permissions::Permissions;
pub use plugin::{Plugin, PluginStats};

use crate::client::{AcUdpClient, CommandSender, Drain, Stats};
use crate::error::Error;
use crate::net::{Socket, Worker};
use crate::protocol::Event;
use forwarder::Forwarder;
use plugin_state::PluginState;
use state::SharedState;

/// Several plugins on one server, see the [module](crate::relay).
///
/// It owns the client. After it is dropped, its thread has ended and its ports are free.
pub struct Relay {
    /// Dropped before the client, because it receives the client's datagrams.
    _worker: Worker,
    state: Arc<SharedState>,
    client: AcUdpClient,
}

/// Builds a [`Relay`].
#[derive(Debug)]
#[must_use = "a builder does nothing until start"]
pub struct RelayBuilder {
    client: AcUdpClient,
    plugins: Vec<Plugin>,
}

impl RelayBuilder {
    /// Adds a plugin.
    ///
    /// ```
    /// # use acudpclient::AcUdpClient;
    /// # use acudpclient::relay::{Plugin, Relay};
    /// # let free = || ([127, 0, 0, 1], 0).into();
    /// # let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let bot = Plugin::new("bot", free(), ([127, 0, 0, 1], 12_002).into());
    /// let relay = Relay::builder(client).plugin(bot).start()?;
    /// assert_eq!(relay.plugins().len(), 1);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn plugin(mut self, plugin: Plugin) -> Self {
        self.plugins.push(plugin);
        self
    }

    /// Binds the plugins' ports and starts the relay.
    ///
    /// ```
    /// # use acudpclient::AcUdpClient;
    /// # use acudpclient::relay::Relay;
    /// # let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let relay = Relay::builder(client).start()?;
    /// assert!(relay.plugins().is_empty(), "the host alone");
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if an address cannot be bound, or a plugin cannot be reached from its address; if two plugins
    /// have the same name or address; if a plugin has an address of the relay or of the server; or if the client
    /// belongs to another relay. The text names the plugin.
    pub fn start(self) -> Result<Relay, Error> {
        let Self { mut client, plugins } = self;
        check(&plugins, &client)?;
        let (sockets, states) = plugins.iter().map(with_socket).collect::<Result<(Vec<_>, Vec<_>), _>>()?;
        let state = Arc::new(SharedState::new(states));
        let (server, inbox) = client.hand_over();
        if !server.set_tap(state.clone()) {
            return Err(Error::invalid("the client belongs to a relay already"));
        }
        let forwarder = Forwarder { server, plugins: sockets, inbox: inbox.clone(), state: state.clone() };
        forwarder.ask_for_first_report();
        let worker = Worker::spawn("acudpclient relay", move |stop| inbox.filled_by(|| forwarder.run(stop)));
        let worker = worker.map_err(|error| Error::io("cannot start the relay's thread", error))?;
        Ok(Relay { _worker: worker, state, client })
    }
}

fn check(plugins: &[Plugin], client: &AcUdpClient) -> Result<(), Error> {
    let (mut names, mut addresses) = (HashSet::new(), HashSet::new());
    for Plugin { name, local_addr: local, plugin_addr: address, .. } in plugins {
        if !names.insert(name) {
            return Err(Error::invalid(format_args!("two plugins of the relay are named {name:?}")));
        }
        if address.port() == 0 {
            return Err(Error::invalid(format_args!(
                "{address} cannot be the address of the plugin {name:?}: it needs the port on which the plugin listens"
            )));
        }
        if local.is_ipv4() != address.is_ipv4() {
            return Err(Error::invalid(format_args!(
                "the relay's address {local} and the address {address} of the plugin {name:?} must both be IPv4 or both IPv6"
            )));
        }
        let whose = if *address == client.server_addr() {
            "is the server's"
        } else if *address == client.local_addr() {
            "is the one on which the relay listens to the server"
        } else if !addresses.insert(address) {
            "belongs to another plugin"
        } else {
            continue;
        };
        return Err(Error::invalid(format_args!("the address {address} of the plugin {name:?} {whose}")));
    }
    Ok(())
}

fn with_socket(plugin: &Plugin) -> Result<(Socket, PluginState), Error> {
    let socket = UdpSocket::bind(plugin.local_addr)
        .map_err(|error| Error::io(format_args!("cannot bind {}", plugin.local_addr), error))
        .and_then(|socket| Socket::new(socket, plugin.plugin_addr, false))
        .map_err(|error| error.about(format_args!("the plugin {:?} of the relay", plugin.name)))?;
    let state = PluginState::new(plugin, socket.local());
    Ok((socket, state))
}

impl Relay {
    /// For a relay between this client's server and the plugins that you add.
    ///
    /// ```
    /// use acudpclient::AcUdpClient;
    /// use acudpclient::relay::Relay;
    ///
    /// let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let relay = Relay::builder(client).start()?;
    /// # drop(relay);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn builder(client: AcUdpClient) -> RelayBuilder {
        RelayBuilder { client, plugins: Vec::new() }
    }

    /// The host's next event, as [`AcUdpClient::next_event`]; never blocks.
    ///
    /// # Errors
    ///
    /// Those of [`AcUdpClient::next_event`].
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        self.client.next_event()
    }

    /// Waits for the host's next event, as [`AcUdpClient::wait_event`].
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # use acudpclient::AcUdpClient;
    /// # use acudpclient::relay::Relay;
    /// # let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// # let mut relay = Relay::builder(client).start()?;
    /// loop {
    ///     match relay.wait_event(Duration::from_secs(1)) {
    ///         Ok(Some(event)) => println!("{event}"),
    ///         Ok(None) => {}
    ///         Err(error) => eprintln!("{}", error.recoverable()?),
    ///     }
    /// }
    /// # #[allow(unreachable_code)]
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`AcUdpClient::wait_event`].
    pub fn wait_event(&mut self, timeout: Duration) -> Result<Option<Event>, Error> {
        self.client.wait_event(timeout)
    }

    /// The host's events of one frame, as [`AcUdpClient::drain`].
    ///
    /// ```
    /// # use acudpclient::AcUdpClient;
    /// # use acudpclient::relay::Relay;
    /// # let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// # let mut relay = Relay::builder(client).start()?;
    /// for event in relay.drain(1000) {
    ///     match event {
    ///         Ok(event) => println!("{event}"),
    ///         Err(error) => eprintln!("{}", error.recoverable()?),
    ///     }
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    pub fn drain(&mut self, most: usize) -> Drain<'_> {
        self.client.drain(most)
    }

    /// Sends the host's commands, as [`AcUdpClient::commands`].
    ///
    /// ```no_run
    /// # use acudpclient::AcUdpClient;
    /// # use acudpclient::relay::Relay;
    /// # let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// # let relay = Relay::builder(client).start()?;
    /// relay.commands().broadcast_chat("from the host")?;
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn commands(&self) -> CommandSender {
        self.client.commands()
    }

    /// The host's client.
    ///
    /// ```
    /// # use acudpclient::AcUdpClient;
    /// # use acudpclient::relay::Relay;
    /// # let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// # let relay = Relay::builder(client).start()?;
    /// assert_eq!(relay.client().server_addr().port(), 11_000);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn client(&self) -> &AcUdpClient {
        &self.client
    }

    /// The host's client, to subscribe handlers and to fetch answers.
    ///
    /// ```
    /// use acudpclient::protocol::Chat;
    /// use acudpclient::Subscriber;
    ///
    /// struct Chats;
    ///
    /// impl Subscriber for Chats {
    ///     fn on_chat(&mut self, chat: &Chat) {
    ///         println!("{chat}");
    ///     }
    /// }
    ///
    /// # use acudpclient::AcUdpClient;
    /// # use acudpclient::relay::Relay;
    /// # let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// # let mut relay = Relay::builder(client).start()?;
    /// relay.client_mut().subscribe(Chats);
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn client_mut(&mut self) -> &mut AcUdpClient {
        &mut self.client
    }

    /// The client's counters. `commands_sent` includes the plugins' commands; `datagrams` excludes those for
    /// plugins only.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.client.stats()
    }

    /// Each plugin's address and counters, in the order in which you added them.
    ///
    /// ```
    /// # use acudpclient::AcUdpClient;
    /// # use acudpclient::relay::Relay;
    /// # let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// # let relay = Relay::builder(client).start()?;
    /// for plugin in relay.plugins() {
    ///     println!("{:?}: {} sent, {} refused", plugin.name, plugin.sent, plugin.refused);
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginStats> {
        self.state.stats()
    }

    /// The plugin of this name, as in [`plugins`](Self::plugins).
    #[must_use]
    pub fn plugin(&self, name: &str) -> Option<PluginStats> {
        self.plugins().into_iter().find(|plugin| plugin.name == name)
    }
}

impl fmt::Debug for Relay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Relay")
            .field("client", &self.client)
            .field("plugins", &self.plugins())
            .finish_non_exhaustive()
    }
}
