//! The store's options, for every subcommand that stores.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use etcetera::BaseStrategy;

use super::error::{Error, Kind};
use super::webhook::{Webhook, WebhookFormat};
use super::{Settings, Store};

const HEADING: &str = "Lap store";

/// Which file.
#[derive(Debug, Clone, Default, Args)]
pub struct FileOption {
    /// The file of the lap store, instead of acsp/laps.db in the folder for the user's data
    #[arg(long, value_name = "FILE", help_heading = HEADING)]
    pub db: Option<PathBuf>,
}

impl FileOption {
    /// The file.
    ///
    /// # Errors
    ///
    /// If the system does not tell where the user's data lies.
    pub fn path(&self) -> Result<PathBuf, Error> {
        match &self.db {
            Some(path) => Ok(path.clone()),
            None => default_path(),
        }
    }
}

/// `~/.local/share/acsp/laps.db`, `%APPDATA%\acsp\laps.db` or `~/Library/Application Support/acsp/laps.db`.
fn default_path() -> Result<PathBuf, Error> {
    let path = Path::new("acsp").join("laps.db");
    match etcetera::base_strategy::choose_native_strategy() {
        Ok(folders) => Ok(folders.data_dir().join(path)),
        Err(_) => Err(Error::of(&path, Kind::NoHome)),
    }
}

/// Where laps are stored, and who is told of records.
#[derive(Debug, Clone, Default, Args)]
pub struct StoreOptions {
    #[command(flatten)]
    pub file: FileOption,
    /// Store nothing
    #[arg(long, conflicts_with_all = ["db", "webhook"], help_heading = HEADING)]
    pub no_db: bool,
    #[command(flatten)]
    pub webhook: WebhookOptions,
}

/// Who is told of records.
#[derive(Debug, Clone, Default, Args)]
pub struct WebhookOptions {
    /// Tell URL when a record of a track, layout and car falls
    #[arg(long, value_name = "URL", help_heading = HEADING)]
    webhook: Option<String>,
    /// What URL reads; discord if it is on one of Discord's hosts, else json
    #[arg(long, value_name = "FORMAT", value_enum, requires = "webhook", help_heading = HEADING)]
    webhook_format: Option<WebhookFormat>,
}

impl WebhookOptions {
    /// The webhook.
    ///
    /// # Errors
    ///
    /// If it is no web address.
    pub fn webhook(&self) -> anyhow::Result<Option<Webhook>> {
        let Some(url) = &self.webhook else { return Ok(None) };
        let webhook = Webhook::new(url, self.webhook_format);
        webhook.map(Some).map_err(|error| anyhow::anyhow!("--webhook: {error}"))
    }
}

impl StoreOptions {
    /// Opens the store. Simulated races are stored only in a file that is named.
    ///
    /// If nobody asked for this store and it cannot be opened, `tell` gets to know why, and the program goes on
    /// without.
    ///
    /// # Errors
    ///
    /// If the file that was named cannot be opened, or the webhook is no web address.
    pub fn start(
        &self,
        server: SocketAddr,
        speed: f64,
        is_simulated: bool,
        tell: impl FnOnce(String),
    ) -> anyhow::Result<Option<Store>> {
        let webhook = self.webhook.webhook()?;
        let is_asked_for = self.file.db.is_some() || webhook.is_some();
        if self.no_db || (is_simulated && self.file.db.is_none()) {
            anyhow::ensure!(webhook.is_none(), "--webhook tells of a simulated race only with --db FILE");
            return Ok(None);
        }
        let start = || Store::start(Settings { path: self.file.path()?, server, speed, webhook });
        match start() {
            Ok(store) => Ok(Some(store)),
            Err(error) if is_asked_for => Err(error.into()),
            Err(error) => {
                tell(format!("laps are not stored: {error}"));
                Ok(None)
            }
        }
    }
}
