//! Tells a web address of records that fall. Nobody waits for it.

use std::fmt;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread;
use std::time::Duration;

use clap::ValueEnum;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Uri;

use acudpclient::protocol::LapTime;

use super::write::FallenRecord;

/// How many records wait for a receiver that is slow or away.
const MAX_WAITING: usize = 100;

/// How long one try may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// How often a record is tried to be told: for about four minutes.
const TRIES: u32 = 9;

/// The pause before the second try; each one is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause, whatever the receiver wishes.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// How long the end of the program waits for what is still to be told.
const LAST_WAIT: Duration = Duration::from_millis(500);

/// What the receiver reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum WebhookFormat {
    /// A message in a Discord channel
    Discord,
    /// The record as a JSON object
    Json,
}

/// Where to tell, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Webhook {
    url: String,
    /// Shown to people. The rest of the address is a secret.
    host: String,
    format: WebhookFormat,
}

impl Webhook {
    /// Discord's format for Discord's hosts, else JSON, unless one is wanted.
    ///
    /// # Errors
    ///
    /// If it is no web address.
    pub fn new(url: &str, format: Option<WebhookFormat>) -> Result<Self, String> {
        let uri: Uri = url.parse().map_err(|error| format!("it is no web address: {error}"))?;
        let host = match (uri.scheme_str(), uri.host()) {
            (Some("http" | "https"), Some(host)) => host.to_lowercase(),
            _ => return Err("it must begin with https:// or http:// and a host".to_owned()),
        };
        let is_of = |domain: &str| host == domain || host.ends_with(&format!(".{domain}"));
        let format = format.unwrap_or(if is_of("discord.com") || is_of("discordapp.com") {
            WebhookFormat::Discord
        } else {
            WebhookFormat::Json
        });
        Ok(Self { url: url.to_owned(), host, format })
    }

    pub(super) fn body(&self, record: &FallenRecord) -> String {
        let body = match self.format {
            WebhookFormat::Discord => discord(record),
            WebhookFormat::Json => {
                let mut body = json!(record);
                body["type"] = Value::from("record");
                body
            }
        };
        body.to_string()
    }
}

/// Nobody is mentioned and no link is shown as a picture, whatever names say.
fn discord(record: &FallenRecord) -> Value {
    let combination = &record.combination;
    let layout = match combination.layout.as_str() {
        "" => String::new(),
        layout => format!(" ({})", escaped(layout)),
    };
    let gain = f64::from(record.previous_lap_time - record.lap_time) / 1000.0;
    let content = format!(
        "**Record** on {}{layout} with {}: **{}** by {}, {gain:.3} s faster than {} ({})\n{}",
        escaped(&combination.track),
        escaped(&combination.car_model),
        LapTime(record.lap_time),
        escaped(&record.driver.name),
        escaped(&record.previous_driver.name),
        LapTime(record.previous_lap_time),
        escaped(&record.server),
    );
    /// SUPPRESS_EMBEDS
    const NO_EMBEDS: u32 = 1 << 2;
    json!({ "content": content, "allowed_mentions": { "parse": [] }, "flags": NO_EMBEDS })
}

/// A text of others as Discord shows it: no markup, no mention, no link, on one line, not longer than a name is.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars().filter(|character| !is_invisible(*character)).take(100) {
        // Every punctuation mark can be escaped.
        if character.is_ascii_punctuation() {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    if escaped.trim().is_empty() { "an unnamed one".to_owned() } else { escaped }
}

/// Control characters and those that turn a text around.
fn is_invisible(character: char) -> bool {
    character.is_control() || (!character.is_ascii() && character.escape_debug().len() > 1)
}

/// The thread that tells.
#[derive(Debug)]
pub(super) struct Teller {
    webhook: Webhook,
    queue: Option<SyncSender<String>>,
    ended: Receiver<()>,
    stop: Option<SyncSender<()>>,
}

impl Teller {
    pub(super) fn start(webhook: Webhook, trouble: impl Fn(String) + Send + 'static) -> Self {
        Self::start_at(webhook, FIRST_PAUSE, trouble)
    }

    /// `first_pause`: tests don't wait.
    pub(super) fn start_at(
        webhook: Webhook,
        first_pause: Duration,
        trouble: impl Fn(String) + Send + 'static,
    ) -> Self {
        let (queue, bodies) = mpsc::sync_channel::<String>(MAX_WAITING);
        let (end, ended) = mpsc::sync_channel(1);
        let (stop, stopped) = mpsc::sync_channel(0);
        let courier = Courier { webhook: webhook.clone(), agent: agent(), first_pause, stopped };
        thread::spawn(move || {
            for body in bodies {
                if let Err(reason) = courier.deliver(&body) {
                    let host = &courier.webhook.host;
                    trouble(format!("the webhook at {host} was not told of a record: {reason}"));
                }
            }
            let _ = end.send(());
        });
        Self { webhook, queue: Some(queue), ended, stop: Some(stop) }
    }

    /// Returns false if too many wait already.
    pub(super) fn tell(&self, record: &FallenRecord) -> bool {
        let Some(queue) = &self.queue else { return false };
        !matches!(queue.try_send(self.webhook.body(record)), Err(TrySendError::Full(_)))
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        self.queue = None;
        let _ = self.ended.recv_timeout(LAST_WAIT);
        self.stop = None;
    }
}

fn agent() -> Agent {
    let config =
        Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).max_redirects(3);
    config.build().into()
}

struct Courier {
    webhook: Webhook,
    agent: Agent,
    first_pause: Duration,
    /// Its other end is dropped when the program ends.
    stopped: Receiver<()>,
}

/// Why a try failed, and how long the receiver wants to be left alone.
struct Failure {
    reason: String,
    pause: Option<Duration>,
    is_final: bool,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl Courier {
    fn deliver(&self, body: &str) -> Result<(), Failure> {
        let mut pause = self.first_pause;
        for left in (0..TRIES).rev() {
            let Err(failure) = self.post(body) else { return Ok(()) };
            if failure.is_final || left == 0 {
                return Err(failure);
            }
            let pause_now = failure.pause.unwrap_or(pause).min(LONGEST_PAUSE);
            if self.stopped.recv_timeout(pause_now) != Err(RecvTimeoutError::Timeout) {
                return Err(failure);
            }
            pause *= 2;
        }
        Ok(())
    }

    fn post(&self, body: &str) -> Result<(), Failure> {
        let request = self.agent.post(&self.webhook.url).header("Content-Type", "application/json");
        let response = match request.send(body) {
            Ok(response) => response,
            Err(error) => {
                return Err(Failure { reason: error.to_string(), pause: None, is_final: false });
            }
        };
        let status = response.status();
        if status.is_success() {
            return Ok(());
        }
        let seconds =
            response.headers().get("Retry-After").and_then(|value| value.to_str().ok()?.parse().ok());
        Err(Failure {
            reason: format!("it answers {status}"),
            pause: seconds.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok()),
            is_final: !(status.is_server_error() || matches!(status.as_u16(), 408 | 429)),
        })
    }
}
