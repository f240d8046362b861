//! What the server's own files say of its plugin interface.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use ini::{Ini, ParseOption};

/// The keys of `[SERVER]` in `server_cfg.ini` that concern plugins, and what lies beside the file.
#[derive(Debug, Default)]
pub struct ServerCfg {
    pub path: PathBuf,
    /// `UDP_PLUGIN_LOCAL_PORT`, where the server listens; `None` if the key is missing.
    pub local_port: Option<String>,
    /// `UDP_PLUGIN_ADDRESS`, where the server sends; `None` if the key is missing.
    pub address: Option<String>,
}

impl ServerCfg {
    /// # Errors
    ///
    /// The file cannot be read, or is no INI file.
    pub fn read(path: &Path) -> anyhow::Result<Self> {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        // Names in it may be in any encoding; the keys that matter are ASCII.
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
        // A backslash is a part of a path, and a quotation mark one of a name.
        let options = ParseOption { enabled_quote: false, enabled_escape: false, ..ParseOption::default() };
        let ini = Ini::load_from_str_opt(text, options)
            .with_context(|| format!("{} is no INI file", path.display()))?;
        let get = |key: &str| ini.get_from(Some("SERVER"), key).map(|value| value.trim().to_owned());
        Ok(Self {
            path: path.to_owned(),
            local_port: get("UDP_PLUGIN_LOCAL_PORT"),
            address: get("UDP_PLUGIN_ADDRESS"),
        })
    }

    /// The addresses that a plugin on the server's machine has to use: LOCAL and SERVER.
    ///
    /// # Errors
    ///
    /// What is missing or wrong in the file, and what to write there.
    pub fn addresses(&self) -> anyhow::Result<(String, String)> {
        let path = self.path.display();
        let port = self.local_port.as_deref().unwrap_or_default();
        let is_port = |port: &str| port.parse::<u16>().is_ok_and(|port| port != 0);
        anyhow::ensure!(
            is_port(port),
            "{path} turns the plugin interface off: UDP_PLUGIN_LOCAL_PORT is {port:?}. Write a free port there, such as \
             UDP_PLUGIN_LOCAL_PORT=11000 in [SERVER], and restart the server"
        );
        let address = self.address.as_deref().unwrap_or_default();
        anyhow::ensure!(
            address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && is_port(port)),
            "{path} names no plugin: UDP_PLUGIN_ADDRESS is {address:?}. Write an address with a port there, such as \
             UDP_PLUGIN_ADDRESS=127.0.0.1:12000 in [SERVER], and restart the server"
        );
        // acServer sends from the address that the system chooses for its destination.
        let host = address.rsplit_once(':').map_or("127.0.0.1", |(host, _)| host);
        Ok((address.to_owned(), format!("{host}:{port}")))
    }

    /// Whether AssettoServer's interface is on; `None` if no `extra_cfg.yml` of it lies beside the file.
    pub fn assetto_server_interface(&self) -> Option<bool> {
        let text = fs::read_to_string(self.path.with_file_name("extra_cfg.yml")).ok()?;
        let value = text.lines().find_map(|line| line.trim().strip_prefix("EnableLegacyPluginInterface:"));
        Some(value.is_some_and(|value| value.trim().to_ascii_lowercase().starts_with("true")))
    }

    /// Where acServer would need a folder `results`, if there is none: without it acServer tells no laps.
    pub fn missing_results_folder(&self) -> Option<PathBuf> {
        let folder = self.path.parent()?.canonicalize().ok()?;
        // acServer runs in the folder above `cfg`.
        let root = if folder.ends_with("cfg") { folder.parent()?.to_owned() } else { folder };
        let results = root.join("results");
        (!results.is_dir()).then_some(results)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cfg(name: &str, text: &[u8]) -> anyhow::Result<ServerCfg> {
        let folder = std::env::temp_dir().join(format!("acsp-cfg-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let path = folder.join("server_cfg.ini");
        fs::write(&path, text).unwrap();
        let read = ServerCfg::read(&path);
        fs::remove_dir_all(&folder).unwrap();
        read
    }

    #[test]
    fn the_addresses_are_the_servers_turned_round() {
        let text =
            b"\xef\xbb\xbf[SERVER]\r\nNAME=\"O'Neil\\s\xff ; server\r\nUDP_PLUGIN_LOCAL_PORT = 11000\r\n\
            UDP_PLUGIN_ADDRESS=127.0.0.1:12000\r\n[PRACTICE]\r\nUDP_PLUGIN_LOCAL_PORT=1\r\n";
        let addresses = cfg("whole", text).unwrap().addresses().unwrap();
        assert_eq!(addresses, ("127.0.0.1:12000".to_owned(), "127.0.0.1:11000".to_owned()));
    }

    #[test]
    fn what_is_missing_is_named() {
        for (name, text, missing) in [
            ("empty", "", "UDP_PLUGIN_LOCAL_PORT is \"\""),
            ("zero", "[SERVER]\nUDP_PLUGIN_LOCAL_PORT=0\n", "UDP_PLUGIN_LOCAL_PORT is \"0\""),
            ("no-address", "[SERVER]\nUDP_PLUGIN_LOCAL_PORT=11000\n", "UDP_PLUGIN_ADDRESS is \"\""),
            (
                "no-port",
                "[SERVER]\nUDP_PLUGIN_LOCAL_PORT=11000\nUDP_PLUGIN_ADDRESS=localhost\n",
                "UDP_PLUGIN_ADDRESS is \"localhost\"",
            ),
        ] {
            let error = cfg(name, text.as_bytes()).unwrap().addresses().unwrap_err().to_string();
            assert!(error.contains(missing), "{error}");
        }
        assert!(cfg("broken", b"[SERVER\n").unwrap_err().to_string().contains("is no INI file"));
        let missing = ServerCfg::read(Path::new("no/server_cfg.ini")).unwrap_err();
        assert!(missing.to_string().contains("cannot read no/server_cfg.ini"), "{missing}");
    }
}
