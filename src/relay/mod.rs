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
//! ```no_run
//! use std::time::Duration;
//!
//! use acudpclient::relay::{Permissions, Plugin, Relay};
//! use acudpclient::{AcUdpClient, Error};
//!
//! fn main() -> Result<(), Error> {
//!     let local = |port| ([127, 0, 0, 1], port).into();
//!     let client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//!     let mut relay = Relay::builder(client)
//!         .plugin(Plugin::new("statistics", local(11_001), local(12_001)))
//!         .plugin(Plugin::new("bot", local(11_002), local(12_002)).permissions(Permissions::chat()))
//!         .start()?;
//!     loop {
//!         match relay.wait_event(Duration::from_secs(1)) {
//!             Ok(Some(event)) => println!("{event}"),
//!             Ok(None) => {}
//!             Err(error) if error.is_recoverable() => eprintln!("{error}"),
//!             Err(error) => return Err(error),
//!         }
//!     }
//! }
//! ```
//!
//! # Who gets what
//!
//! A datagram is passed on as it is, byte by byte, whether it can be decoded or not. "All" are the
//! plugins and the host.
//!
//! | from the server | goes to |
//! | --- | --- |
//! | CAR_UPDATE | everyone who asked for a realtime report, of each car no more often than asked |
//! | CAR_INFO, SESSION_INFO | the one who asked for this car or session first, within the last 5 s; all if nobody did |
//! | ACSP_ERROR | all: the protocol does not say which command it is about |
//! | everything else, also what the protocol does not define | all |
//!
//! | from a plugin or the host | goes to the server |
//! | --- | --- |
//! | REALTIMEPOS_INTERVAL | as the shortest interval that anyone wants; 0 if nobody wants any |
//! | everything else that the plugin [may send](Permissions) | as it is |
//!
//! An answer is for one question: if two ask for the same car, the server is asked twice and
//! each gets one answer. A SESSION_INFO that a server sends unasked while somebody waits for the same
//! one is taken for the answer; the answer itself then goes to all.
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
//! What the server sends is passed on where the client receives it: in the host's calls
//! ([`next_event`](Relay::next_event) and the others), or, if the client
//! [receives in the background](crate::AcUdpClientBuilder::receive_in_background), in its thread,
//! and then a host that does not poll for a while holds up nobody. Commands are passed on by a small
//! thread per plugin that sleeps until one comes. So neither direction waits for a timer, and a
//! relay with nothing to do takes no processor time. (Without threads, std could only look
//! at one socket after the other, again and again.)
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
mod pace;
mod permissions;
mod plugin;
mod questions;
mod seat;
mod switch;

use std::collections::HashSet;
use std::fmt;
use std::io::ErrorKind;
use std::net::UdpSocket;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use permissions::Permissions;
pub use plugin::{Plugin, PluginStats};

use crate::client::{AcUdpClient, CommandSender, Drain, Link, Stats};
use crate::error::Error;
use crate::protocol::Event;
use seat::Seat;
use switch::Switch;

/// Several plugins on one server, see the [module](crate::relay).
///
/// It owns the client. When it is dropped, its threads have ended and its ports are free.
pub struct Relay {
    threads: Vec<JoinHandle<()>>,
    switch: Arc<Switch>,
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
    pub fn plugin(mut self, plugin: Plugin) -> Self {
        self.plugins.push(plugin);
        self
    }

    /// Binds the plugins' ports and begins.
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if an address cannot be bound or reached from there, if two plugins have one
    /// name or one address, or if the client is another relay's; the text names the plugin.
    pub fn start(self) -> Result<Relay, Error> {
        check(&self.plugins)?;
        let seats = self.plugins.iter().map(take_seat).collect::<Result<Vec<_>, _>>()?;
        let switch = Arc::new(Switch::new(self.client.commands(), seats));
        if !self.client.commands().link()?.set_tap(switch.clone()) {
            return Err(invalid("the client belongs to a relay already"));
        }
        let mut relay = Relay { threads: Vec::new(), switch, client: self.client };
        for index in 0..relay.switch.len() {
            let switch = relay.switch.clone();
            let thread = thread::Builder::new()
                .name("acudpclient relay".to_owned())
                .spawn(move || switch.serve(index));
            relay.threads.push(thread.map_err(|error| Error::io("cannot start a plugin's thread", &error))?);
        }
        relay.switch.ask_for_first_report();
        Ok(relay)
    }
}

fn check(plugins: &[Plugin]) -> Result<(), Error> {
    let (mut names, mut addresses) = (HashSet::new(), HashSet::new());
    for plugin in plugins {
        let name = &plugin.name;
        if !names.insert(name) {
            return Err(invalid(format_args!("two plugins of the relay are named {name:?}")));
        }
        if plugin.address.port() == 0 {
            return Err(invalid(format_args!(
                "{} is no address of the plugin {name:?}: it needs the port on which the plugin listens",
                plugin.address
            )));
        }
        if plugin.local.is_ipv4() != plugin.address.is_ipv4() {
            return Err(invalid(format_args!(
                "the relay's address {} and the address {} of the plugin {name:?} must both be IPv4 or both IPv6",
                plugin.local, plugin.address
            )));
        }
        if !addresses.insert(plugin.address) {
            return Err(invalid(format_args!(
                "the plugin {name:?} has the address {} of another one",
                plugin.address
            )));
        }
    }
    Ok(())
}

fn invalid(message: impl fmt::Display) -> Error {
    Error::Io { kind: ErrorKind::InvalidInput, message: message.to_string() }
}

fn take_seat(plugin: &Plugin) -> Result<(Link, Seat), Error> {
    let link = UdpSocket::bind(plugin.local)
        .map_err(|error| Error::io(format_args!("cannot bind {}", plugin.local), &error))
        .and_then(|socket| Link::new(socket, plugin.address, false))
        // The plugin's thread, the only one that receives, waits for as long as there is nothing.
        .and_then(|link| link.set_blocking(Some(switch::PATIENCE)).map(|()| link));
    let link = link.map_err(|error| match error {
        Error::Io { kind, message } => {
            Error::Io { kind, message: format!("the plugin {:?} of the relay: {message}", plugin.name) }
        }
        other => other,
    })?;
    let seat = Seat::new(plugin, link.local());
    Ok((link, seat))
}

impl Relay {
    /// For a relay between this client's server and the plugins that are added.
    pub fn builder(client: AcUdpClient) -> RelayBuilder {
        RelayBuilder { client, plugins: Vec::new() }
    }

    /// The next event of the host, as [`AcUdpClient::next_event`]; never blocks. What is for
    /// plugins alone is passed on meanwhile, at most 256 datagrams.
    ///
    /// # Errors
    ///
    /// Those of [`AcUdpClient::next_event`].
    pub fn next_event(&mut self) -> Result<Option<Event>, Error> {
        self.client.next_event()
    }

    /// The next event of the host, as [`AcUdpClient::wait_event`]. It passes on what comes while
    /// it blocks.
    ///
    /// # Errors
    ///
    /// Those of [`AcUdpClient::wait_event`].
    pub fn wait_event(&mut self, timeout: Duration) -> Result<Option<Event>, Error> {
        self.client.wait_event(timeout)
    }

    /// The host's events of one frame, as [`AcUdpClient::drain`]; `most` counts what is passed on as
    /// well.
    pub fn drain(&mut self, most: usize) -> Drain<'_> {
        self.client.drain(most)
    }

    /// Sends the host's commands, as [`AcUdpClient::commands`].
    #[must_use]
    pub fn commands(&self) -> CommandSender {
        self.client.commands()
    }

    /// The client, the host's own plugin.
    #[must_use]
    pub fn client(&self) -> &AcUdpClient {
        &self.client
    }

    /// The client, to subscribe handlers and to fetch answers. Whatever it receives is passed on.
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
    #[must_use]
    pub fn plugins(&self) -> Vec<PluginStats> {
        self.switch.stats()
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

impl Drop for Relay {
    fn drop(&mut self) {
        self.switch.close();
        for thread in self.threads.drain(..) {
            // A panic of the thread has been reported already, and a drop must not panic.
            let _ = thread.join();
        }
    }
}
