//! The relay's file.

use std::net::SocketAddr;
use std::time::Duration;

use acudpclient::relay::{Permissions, Plugin};
use anyhow::bail;
use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub server: Server,
    #[serde(default, rename = "plugin")]
    plugins: Vec<PluginTable>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    address: Spanned<SocketAddr>,
    listen: Spanned<SocketAddr>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PluginTable {
    name: Spanned<String>,
    listen: Spanned<SocketAddr>,
    address: Spanned<SocketAddr>,
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
    /// Errors name the line and the key.
    pub fn parse(text: &str) -> anyhow::Result<Self> {
        let config: Self = toml::from_str(text)?;
        config.check(text)?;
        Ok(config)
    }

    /// What each line alone does not tell.
    fn check(&self, text: &str) -> anyhow::Result<()> {
        let line = |offset: usize| 1 + text[..offset].matches('\n').count();
        if self.plugins.is_empty() {
            bail!("there is no [[plugin]]");
        }
        let Server { address, listen } = &self.server;
        let mut pairs = vec![(listen, address)];
        pairs.extend(self.plugins.iter().map(|plugin| (&plugin.listen, &plugin.address)));
        let mut listening: Vec<&Spanned<SocketAddr>> = Vec::new();
        let mut plugins: Vec<&Spanned<SocketAddr>> = Vec::new();
        for (listen, address) in pairs {
            for (key, value) in [("listen", listen), ("address", address)] {
                if value.get_ref().port() == 0 {
                    bail!(
                        "line {}, key `{key}`: the port is missing, it cannot be 0",
                        line(value.span().start)
                    );
                }
            }
            if listen.get_ref().is_ipv4() != address.get_ref().is_ipv4() {
                bail!(
                    "line {}, key `address`: it must be IPv4 or IPv6 as `listen` in line {} is",
                    line(address.span().start),
                    line(listen.span().start)
                );
            }
            for (key, value, earlier) in
                [("listen", listen, &mut listening), ("address", address, &mut plugins)]
            {
                if let Some(first) = earlier.iter().find(|first| first.get_ref() == value.get_ref()) {
                    bail!(
                        "line {}, key `{key}`: {} stands in line {} already",
                        line(value.span().start),
                        value.get_ref(),
                        line(first.span().start)
                    );
                }
                earlier.push(value);
            }
        }
        for (index, plugin) in self.plugins.iter().enumerate() {
            let name = &plugin.name;
            if let Some(first) = self.plugins[..index].iter().find(|first| first.name == *name) {
                bail!(
                    "line {}, key `name`: {:?} stands in line {} already",
                    line(name.span().start),
                    name.get_ref(),
                    line(first.name.span().start)
                );
            }
        }
        Ok(())
    }

    pub fn plugins(&self) -> impl Iterator<Item = Plugin> + '_ {
        self.plugins.iter().map(PluginTable::plugin)
    }
}

impl Server {
    pub fn address(&self) -> SocketAddr {
        *self.address.get_ref()
    }

    /// Where the relay is the server's plugin.
    pub fn listen(&self) -> SocketAddr {
        *self.listen.get_ref()
    }
}

impl PluginTable {
    fn plugin(&self) -> Plugin {
        let mut permissions = match self.permissions {
            Preset::None => Permissions::none(),
            Preset::ReadOnly => Permissions::read_only(),
            Preset::Chat => Permissions::chat(),
            Preset::Commands => Permissions::commands(),
            Preset::All => Permissions::all(),
        };
        permissions = self.allow.iter().fold(permissions, |set, &packet_id| set.allow(packet_id));
        permissions = self.deny.iter().fold(permissions, |set, &packet_id| set.deny(packet_id));
        let plugin = Plugin::new(self.name.get_ref(), *self.listen.get_ref(), *self.address.get_ref())
            .permissions(permissions)
            .interval(Duration::from_millis(self.interval_ms.into()));
        match self.commands_per_second {
            Some(most) => plugin.commands_per_second(most),
            None => plugin,
        }
    }
}
