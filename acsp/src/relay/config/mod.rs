//! The relay's configuration file.

use std::fmt;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::time::Duration;

use acudpclient::relay::{Permissions, Plugin};
use anyhow::{anyhow, bail, ensure};
use serde::Deserialize;
use toml::Spanned;

/// The checked content of the file.
#[derive(Debug)]
pub struct Config {
    /// Where the server listens.
    pub server: SocketAddr,
    /// Where the relay listens to the server.
    pub listen: SocketAddr,
    pub plugins: Vec<Plugin>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    server: ServerTable,
    #[serde(default, rename = "plugin")]
    plugins: Vec<PluginTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ServerTable {
    address: Spanned<String>,
    listen: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginTable {
    name: Spanned<String>,
    listen: Spanned<String>,
    address: Spanned<String>,
    #[serde(default)]
    permissions: Preset,
    #[serde(default)]
    allow: Vec<u8>,
    #[serde(default)]
    deny: Vec<u8>,
    #[serde(default)]
    interval_ms: u16,
    commands_per_second: Option<u32>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Preset {
    None,
    #[default]
    ReadOnly,
    Chat,
    Commands,
    All,
}

impl Config {
    /// Errors name the line and the key, and the remedy.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let file: File = toml::from_str(text)?;
        ensure!(!file.plugins.is_empty(), "there is no [[plugin]]");
        check_names(text, &file.plugins)?;
        let server = &file.server;
        let (address, listen) = Address::pair(text, None, &server.address, &server.listen)?;
        let mut addresses = vec![address, listen];
        let mut plugins = Vec::new();
        for table in &file.plugins {
            let name = Some(table.name.get_ref().as_str());
            let (address, listen) = Address::pair(text, name, &table.address, &table.listen)?;
            plugins.push(table.plugin(listen.socket, address.socket));
            addresses.extend([listen, address]);
        }
        // Each address needs its own socket: of the server, of the relay, or of a plugin.
        for (index, address) in addresses.iter().enumerate() {
            if let Some(other) = addresses[..index].iter().find(|other| other.is_taken_by(address)) {
                bail!(
                    "{address}: {} is where {} ({} in line {}); {}",
                    address.socket,
                    other.role(address),
                    other.socket,
                    other.line,
                    address.remedy()
                );
            }
        }
        Ok(Self { server: addresses[0].socket, listen: addresses[1].socket, plugins })
    }
}

fn check_names(text: &str, plugins: &[PluginTable]) -> anyhow::Result<()> {
    for (index, PluginTable { name, .. }) in plugins.iter().enumerate() {
        if let Some(first) = plugins[..index].iter().find(|first| first.name == *name) {
            bail!(
                "line {}, key `name`: {:?} is already in line {}; give each plugin its own name",
                line(text, name),
                name.get_ref(),
                line(text, &first.name)
            );
        }
    }
    Ok(())
}

fn line<T>(text: &str, value: &Spanned<T>) -> usize {
    1 + text[..value.span().start].matches('\n').count()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// Where the relay sends.
    Address,
    /// Where the relay listens.
    Listen,
}

/// An address in the file, with its place.
#[derive(Debug, Clone, Copy)]
struct Address<'a> {
    line: usize,
    key: Key,
    /// `None` in `[server]`.
    plugin: Option<&'a str>,
    socket: SocketAddr,
}

impl<'a> Address<'a> {
    /// The two addresses of one table. A host name can have both an IPv4 and an IPv6 address: take IPv4 if both
    /// sides have it, because most servers support only that.
    fn pair(
        text: &str,
        plugin: Option<&'a str>,
        address: &Spanned<String>,
        listen: &Spanned<String>,
    ) -> anyhow::Result<(Self, Self)> {
        let addresses = Self::all(text, plugin, Key::Address, address)?;
        let listens = Self::all(text, plugin, Key::Listen, listen)?;
        for is_ipv4 in [true, false] {
            let find = |all: &[Self]| all.iter().find(|one| one.socket.is_ipv4() == is_ipv4).copied();
            if let (Some(address), Some(listen)) = (find(&addresses), find(&listens)) {
                return Ok((address, listen));
            }
        }
        bail!("{}: it must be IPv4 or IPv6, like `listen` in line {}", addresses[0], listens[0].line)
    }

    /// All addresses of the text, at least one.
    fn all(
        text: &str,
        plugin: Option<&'a str>,
        key: Key,
        value: &Spanned<String>,
    ) -> anyhow::Result<Vec<Self>> {
        let nowhere = SocketAddr::from(([0, 0, 0, 0], 0));
        let place = Self { line: line(text, value), key, plugin, socket: nowhere };
        let sockets = resolve(value.get_ref()).map_err(|reason| anyhow!("{place}: {reason}"))?;
        for socket in &sockets {
            if key == Key::Address && socket.ip().is_unspecified() {
                let here = if socket.is_ipv4() { "127.0.0.1" } else { "[::1]" };
                bail!(
                    "{place}: {} means all addresses of a machine, so it can only be a `listen`; are \
                     `address` and `listen` swapped? If {} is on this machine, write {here}:{}",
                    socket.ip(),
                    if plugin.is_some() { "the plugin" } else { "the server" },
                    socket.port()
                );
            }
        }
        Ok(sockets.into_iter().map(|socket| Self { socket, ..place }).collect())
    }

    /// True if two sockets cannot have both addresses at the same time.
    fn is_taken_by(&self, other: &Self) -> bool {
        // 0.0.0.0 takes the port on all addresses of this machine. This code knows only loopback and the `listen`
        // addresses as addresses of this machine.
        let covers = |one: &Self, other: &Self| {
            let is_here = other.key == Key::Listen || other.socket.ip().is_loopback();
            one.key == Key::Listen
                && one.socket.ip().is_unspecified()
                && is_here
                && one.socket.is_ipv4() == other.socket.is_ipv4()
                && one.socket.port() == other.socket.port()
        };
        self.socket == other.socket || covers(self, other) || covers(other, self)
    }

    /// What happens at this address, for the error of `other`.
    fn role(&self, other: &Self) -> String {
        match (self.key, self.plugin) {
            (Key::Address, None) => "the server listens".to_owned(),
            (Key::Listen, None) => "the relay listens for the server".to_owned(),
            (Key::Address, Some(plugin)) => format!("the plugin {plugin:?} listens"),
            (Key::Listen, plugin) if plugin == other.plugin => "the relay listens for this plugin".to_owned(),
            (Key::Listen, Some(plugin)) => format!("the relay listens for the plugin {plugin:?}"),
        }
    }

    /// What to write instead.
    fn remedy(&self) -> &'static str {
        match (self.key, self.plugin) {
            (Key::Address, None) => "write where the server listens: its UDP_PLUGIN_LOCAL_PORT",
            (Key::Listen, None) => "write the server's UDP_PLUGIN_ADDRESS",
            (Key::Address, Some(_)) => "let this plugin listen on its own port, and write that one",
            (Key::Listen, Some(_)) => "choose a free port, and set it as the server's port in this plugin",
        }
    }
}

/// Its place in the file, not the address.
impl fmt::Display for Address<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match self.key {
            Key::Address => "address",
            Key::Listen => "listen",
        };
        write!(f, "line {}, key `{key}` of ", self.line)?;
        match self.plugin {
            Some(name) => write!(f, "the plugin {name:?}"),
            None => f.write_str("[server]"),
        }
    }
}

/// All addresses that HOST:PORT stands for, at least one.
fn resolve(text: &str) -> Result<Vec<SocketAddr>, String> {
    let wrong = |reason: &dyn fmt::Display| {
        format!("{text:?} is not HOST:PORT, such as 127.0.0.1:11000 or localhost:11000: {reason}")
    };
    let (host, port) = match text.rsplit_once(':') {
        // An IPv6 address without brackets is a host without a port.
        Some(parts) if text.parse::<IpAddr>().is_err() => parts,
        _ => return Err(wrong(&"the port is missing")),
    };
    if host.is_empty() {
        return Err(wrong(&"the host is missing"));
    }
    match port.parse::<u16>() {
        Ok(0) => return Err(wrong(&"the port cannot be 0")),
        Ok(_) => {}
        Err(_) => return Err(wrong(&format_args!("{port:?} is not a port from 1 to 65535"))),
    }
    match text.to_socket_addrs() {
        Ok(sockets) if sockets.len() > 0 => Ok(sockets.collect()),
        Ok(_) => Err(wrong(&format_args!("{host:?} has no address"))),
        Err(error) => Err(wrong(&format_args!("cannot resolve the host {host:?} ({error})"))),
    }
}

impl PluginTable {
    fn plugin(&self, listen: SocketAddr, address: SocketAddr) -> Plugin {
        let mut permissions = match self.permissions {
            Preset::None => Permissions::none(),
            Preset::ReadOnly => Permissions::read_only(),
            Preset::Chat => Permissions::chat(),
            Preset::Commands => Permissions::commands(),
            Preset::All => Permissions::all(),
        };
        permissions = self.allow.iter().fold(permissions, |set, &packet_id| set.allow(packet_id));
        permissions = self.deny.iter().fold(permissions, |set, &packet_id| set.deny(packet_id));
        let plugin = Plugin::new(self.name.get_ref(), listen, address)
            .permissions(permissions)
            .report_interval(Duration::from_millis(self.interval_ms.into()));
        match self.commands_per_second {
            Some(most) => plugin.commands_per_second(most),
            None => plugin,
        }
    }
}

#[cfg(test)]
mod tests;
