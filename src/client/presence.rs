//! Whether the server is there, for the log and for who asks why nothing arrives.

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// After so long without a datagram the silence is worth explaining.
const LONG: Duration = Duration::from_secs(5);

/// Why nothing arrives, as far as it can be told from here; its text says what to look at. See
/// [`AcUdpClient::explain_silence`](crate::AcUdpClient::explain_silence).
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Silence {
    /// The server's machine answers that nothing listens on the server's port.
    NothingListens {
        /// The server's address, as it was given.
        server: SocketAddr,
    },
    /// Nothing has ever come from the server.
    NeverHeard {
        /// The address of this client.
        local: SocketAddr,
        /// The server's address, as it was given.
        server: SocketAddr,
    },
    /// The server has been heard, but not for this time. One with nobody on it has nothing to say.
    Quiet {
        /// The server's address, as it was given.
        server: SocketAddr,
        /// Since its last datagram.
        since: Duration,
    },
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingListens { server } => write!(
                f,
                "nothing listens on {server}: does the server run, and is UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini \
                 {}? The local address is its UDP_PLUGIN_ADDRESS; are the two swapped?",
                server.port()
            ),
            Self::NeverHeard { local, server } => {
                write!(
                    f,
                    "nothing has come from {server} yet: is UDP_PLUGIN_ADDRESS in its server_cfg.ini "
                )?;
                if local.ip().is_unspecified() {
                    write!(f, "this machine with port {}", local.port())?;
                } else {
                    write!(f, "{local}")?;
                }
                write!(
                    f,
                    ", UDP_PLUGIN_LOCAL_PORT {}, and does every firewall between let UDP pass? AssettoServer needs \
                     EnableLegacyPluginInterface: true in extra_cfg.yml. An empty server says nothing unless it is \
                     asked, as by request_session_info",
                    server.port()
                )
            }
            Self::Quiet { server, since } => write!(
                f,
                "nothing has come from {server} for {} s: it has stopped, or nobody is on it",
                since.as_secs()
            ),
        }
    }
}

/// What is known of the server, and what the log has been told of it.
#[derive(Debug)]
pub(super) struct Presence {
    /// The last thing heard is that nobody listens.
    is_away: AtomicBool,
    was_heard: AtomicBool,
    is_silence_told: AtomicBool,
    beginning: Instant,
}

impl Presence {
    pub(super) fn new() -> Self {
        Self {
            is_away: AtomicBool::new(false),
            was_heard: AtomicBool::new(false),
            is_silence_told: AtomicBool::new(false),
            beginning: Instant::now(),
        }
    }

    /// A datagram of the server has come.
    pub(super) fn heard(&self, server: SocketAddr) {
        self.was_heard.store(true, Ordering::Relaxed);
        if self.is_away.swap(false, Ordering::Relaxed) || self.is_silence_told.swap(false, Ordering::Relaxed)
        {
            log::info!("the server on {server} is there");
        }
    }

    /// Nobody listens there. It is said once, until the server is heard.
    pub(super) fn unreachable(&self, server: SocketAddr) {
        if !self.is_away.swap(true, Ordering::Relaxed) {
            log::warn!("{}", Silence::NothingListens { server });
        }
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    /// Tells the log, once, if nothing has come from the beginning.
    pub(super) fn note_silence(&self, local: SocketAddr, server: SocketAddr) {
        if self.next_due().is_some_and(|due| due.is_zero())
            && !self.is_silence_told.swap(true, Ordering::Relaxed)
        {
            log::warn!("{}", Silence::NeverHeard { local, server });
        }
    }

    /// How long until the log should be told.
    pub(super) fn next_due(&self) -> Option<Duration> {
        let is_told = self.was_heard.load(Ordering::Relaxed)
            || self.is_away()
            || self.is_silence_told.load(Ordering::Relaxed);
        (!is_told).then(|| LONG.saturating_sub(self.beginning.elapsed()))
    }

    pub(super) fn explain(
        &self,
        local: SocketAddr,
        server: SocketAddr,
        last: Option<Instant>,
    ) -> Option<Silence> {
        let since = last.unwrap_or(self.beginning).elapsed();
        if self.is_away() {
            Some(Silence::NothingListens { server })
        } else if since < LONG {
            None
        } else if last.is_some() || self.was_heard.load(Ordering::Relaxed) {
            Some(Silence::Quiet { server, since })
        } else {
            Some(Silence::NeverHeard { local, server })
        }
    }
}
