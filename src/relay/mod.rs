//! [`Relay`]: several plugins on one server.
//!
//! A server talks to one plugin address only. A relay is that plugin, and to each of its own plugins
//! it looks exactly like the server: it has a port for each, sends from there to the plugin's
//! address, and takes commands from that address alone. The program that hosts it is a plugin
//! as well: it polls events and sends commands through the relay's client.
//!
//! ```text
//!   acServer :11000 ◀────▶ :12000 relay :11001 ◀────▶ :12001 lap statistics
//!                                 relay :11002 ◀────▶ :12002 a bot
//! ```
//!
//! [The guide](crate::guide::several_plugins) has a program with a relay, and says how to run one without a program.
//!
//! # Who gets what
//!
//! A datagram is passed on as it is, byte by byte, whether it can be decoded or not. "All" are the
//! plugins and the host.
//!
//! | from the server | goes to |
//! | --- | --- |
//! | CAR_UPDATE | everyone who asked for a realtime report, of each car no more often than asked |
//! | CAR_INFO, SESSION_INFO | everyone who has asked for this car or session within the last 5 s and has no answer yet; all if nobody has asked |
//! | PING | everyone who has sent a REQUEST_PING of the same time within the last 5 s and has no answer yet; all if nobody has |
//! | VERSION | all, as the server has started; those who have asked, if somebody has sent VERSION as a command |
//! | ACSP_ERROR | all: the protocol does not say which command it is about |
//! | everything else, also what the protocol does not define | all |
//!
//! | from a plugin or the host | goes to the server |
//! | --- | --- |
//! | REALTIMEPOS_INTERVAL | as the shortest interval that anyone wants; if nobody wants any, as 65,535 ms, see [`disable_realtime_report`](AcUdpClient::disable_realtime_report) |
//! | everything else that the plugin [may send](Permissions) | as it is |
//!
//! An answer does not say for whom it is. If two ask for the same car, the server is asked twice, both get
//! the first answer, and the second one is dropped: so a question that gets lost does not give the answer of
//! one to another. A SESSION_INFO that a server sends unasked while somebody waits for the same one is taken
//! for the answer.
//!
//! A plugin whose interval is the shortest gets every CAR_UPDATE, in the server's rhythm. For the others the relay
//! keeps a steady beat per car: an update is passed on if it comes at most an eighth of the
//! interval, and at most 20 ms, before the beat, so that a jitter of the network does not halve the
//! rate. Since the server's rhythm is another one, the updates may be further apart than asked: with
//! 150 and 200 ms, the second gets one every 300 ms. The host has the same rules: it gets no CAR_UPDATE
//! until it asks.
//!
//! An interval stays asked for until the plugin asks for another one, also while the plugin is away,
//! as it would with a server. After a restart of the server the shortest is asked for again.
//!
//! # What happens when
//!
//! One thread serves the server and all plugins: it sleeps in the system's poll until a datagram comes, and
//! passes that on before it does anything else. What is for the host waits in memory, as for a client that
//! [receives in the background](crate::AcUdpClientBuilder::receive_in_background): with as much memory as was
//! asked for there, else a megabyte. So how often the host polls concerns nobody else. The thread never waits
//! for a plugin: what the system cannot send at once, as to a machine behind a slow link, is counted as
//! [`unsent`](PluginStats::unsent) and dropped, as a server would have it.
//!
//! # What a plugin can't do
//!
//! A plugin that is away, floods or sends rubbish harms no one else. It can send as many commands
//! [per second](Plugin::commands_per_second) as it was given, what is more is dropped; of its
//! questions at most 256 wait for their answers. Everything that is not passed on is counted in
//! its [`PluginStats`] and named in the log, each kind at most once every 10 s.
//!
//! The relay's plugins can be relays.

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
/// It owns the client. When it has been dropped, its thread has ended and its ports are free.
pub struct Relay {
    /// Ends before the client, whose datagrams it receives.
    _worker: Worker,
    state: Arc<SharedState>,
    client: AcUdpClient,
}

/// Says who takes part in a [`Relay`].
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

    /// Binds the plugins' ports and begins.
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
    /// [`Error::Io`] if an address cannot be bound or reached from there, if two plugins have one
    /// name or one address, if a plugin has an address of the relay or of the server, or if the client is
    /// another relay's; the text names the plugin.
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
                "{address} is no address of the plugin {name:?}: it needs the port on which the plugin listens"
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
            "is the one on which the relay hears the server"
        } else if !addresses.insert(address) {
            "is that of another plugin"
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
    /// For a relay between this client's server and the plugins that are added.
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

    /// The next event of the host, as [`AcUdpClient::next_event`]; never blocks.
    ///
    /// # Errors
    ///
    /// Those of [`AcUdpClient::next_event`].
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        self.client.next_event()
    }

    /// The next event of the host, as [`AcUdpClient::wait_event`].
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

    /// The client, the host's own plugin.
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

    /// The client, to subscribe handlers and to fetch answers.
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

    /// What went through the client. `commands_sent` includes the plugins'; `datagrams` does not
    /// include what was for plugins alone.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.client.stats()
    }

    /// Each plugin's address and counters, in the order in which they were added.
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
