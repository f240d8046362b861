//! What a subcommand tells the user about its server: each thing once, however often the client reports it.

use std::fmt;
use std::time::Instant;

use acudpclient::{AcUdpClient, Error};

/// A line for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Nothing comes from the server; the text says why.
    Missing(String),
    /// The server was missing and is heard again.
    Back(String),
    /// Another error; the program goes on.
    Trouble(String),
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Missing(line) | Self::Back(line) | Self::Trouble(line)) = self;
        f.write_str(line)
    }
}

/// Remembers what it told the user since the server was last heard.
#[derive(Debug)]
pub struct Outage {
    last_received: Option<Instant>,
    told: Vec<String>,
    is_missing: bool,
    /// How often it was missing and came back.
    returns: u32,
}

impl Outage {
    pub fn new() -> Self {
        Self { last_received: None, told: Vec::new(), is_missing: false, returns: 0 }
    }

    /// Takes the client's result, tells the user what is new, and returns the value.
    ///
    /// # Errors
    ///
    /// An error that ends the client.
    pub fn check<T>(
        &mut self,
        client: &AcUdpClient,
        result: Result<T, Error>,
        mut tell: impl FnMut(&Notice),
    ) -> Result<Option<T>, Error> {
        self.look(client).iter().for_each(&mut tell);
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                self.error(client, error)?.iter().for_each(tell);
                Ok(None)
            }
        }
    }

    /// Returns that the server is back, or why nothing comes. A loop without [`check`](Self::check) calls this
    /// once per turn, before [`error`](Self::error) with the errors of that turn, because received datagrams may
    /// be older than these errors.
    pub fn look(&mut self, client: &AcUdpClient) -> Option<Notice> {
        let last_received = client.last_received();
        if last_received != self.last_received {
            self.last_received = last_received;
            self.told.clear();
            let was_missing = std::mem::take(&mut self.is_missing);
            self.returns += u32::from(was_missing);
            return was_missing
                .then(|| Notice::Back(format!("the server on {} is there", client.server_addr())));
        }
        if self.is_missing {
            return None;
        }
        let line = self.explain_silence(client)?;
        self.is_missing = true;
        Some(missing(client, &line))
    }

    /// How often the server was missing and came back.
    pub fn returns(&self) -> u32 {
        self.returns
    }

    /// Returns what to tell the user about an error.
    ///
    /// # Errors
    ///
    /// The same error, if it ends the client.
    pub fn error(&mut self, client: &AcUdpClient, error: Error) -> Result<Option<Notice>, Error> {
        if !error.is_recoverable() {
            return Err(error);
        }
        let line = error.to_string();
        if let Error::Decode(_) = error {
            // Never repeated: the next one is about another datagram.
            return Ok(Some(Notice::Trouble(line)));
        }
        if matches!(error, Error::ServerUnreachable { .. } | Error::NotReceived { .. }) {
            // Tell only once that nothing comes, with the first reason.
            let was_missing = std::mem::replace(&mut self.is_missing, true);
            return Ok((!was_missing).then(|| missing(client, &line)));
        }
        if self.told.contains(&line) {
            return Ok(None);
        }
        self.told.push(line.clone());
        Ok(Some(Notice::Trouble(line)))
    }

    /// Only at the start: an empty server sends nothing for hours.
    fn explain_silence(&self, client: &AcUdpClient) -> Option<String> {
        if self.last_received.is_some() {
            return None;
        }
        client.explain_silence().map(|silence| silence.to_string())
    }
}

/// The subcommand that finds out more is named with this client's addresses.
fn missing(client: &AcUdpClient, line: &str) -> Notice {
    let (local, server) = (client.local_addr(), client.server_addr());
    Notice::Missing(format!("{line} (`acsp doctor {local} {server}` finds out more)"))
}

#[cfg(test)]
mod tests;
