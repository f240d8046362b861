//! [`Presence`]: whether the server is there; [`Silence`]: why nothing arrives.
//!
//! | the server's last sign | its age | [`Silence`] | test |
//! | --- | --- | --- | --- |
//! | "nobody listens" | any | `NothingListens` | `tests/client/silence.rs::that_nothing_listens_is_known_at_once` |
//! | none, or a datagram | below 5 s | none | `tests/client/silence.rs::that_nothing_listens_is_known_at_once` |
//! | a datagram | 5 s or more | `Quiet` | `tests/client/silence.rs::a_long_silence_is_explained` |
//! | none since the start | 5 s or more | `NeverHeard`, and one warning in the log | `tests/client/silence.rs::a_long_silence_is_explained`, `tests/wakeup.rs::who_wants_nothing_is_not_woken` |

use std::fmt;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a silence must last to be explained.
const LONG: Duration = Duration::from_secs(5);

/// The likely reason why nothing arrives; its text says what to check. See
/// [`AcUdpClient::explain_silence`](crate::AcUdpClient::explain_silence).
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Silence {
    /// The server's machine answers that nothing listens on the server's port.
    NothingListens {
        /// The server's address.
        server: SocketAddr,
    },
    /// Nothing has ever come from the server.
    NeverHeard {
        /// This client's address.
        local: SocketAddr,
        /// The server's address.
        server: SocketAddr,
    },
    /// The server sent datagrams before, but none for some time. An empty server sends nothing.
    Quiet {
        /// The server's address.
        server: SocketAddr,
        /// The time since its last datagram.
        since: Duration,
    },
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingListens { server } => write!(
                f,
                "nothing listens on {server}: is the server running, and is UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini \
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
                    ", is UDP_PLUGIN_LOCAL_PORT {}, and does every firewall between let UDP pass? AssettoServer needs \
                     EnableLegacyPluginInterface: true in extra_cfg.yml. An empty server sends nothing until it is \
                     asked",
                    server.port()
                )
            }
            Self::Quiet { server, since } => write!(
                f,
                "nothing has come from {server} for {} s: it has stopped, or it is empty",
                since.as_secs()
            ),
        }
    }
}

/// What the client knows of the server's presence, and what it has logged of it.
#[derive(Debug)]
pub(super) struct Presence {
    /// The server's last sign was "nobody listens".
    is_away: AtomicBool,
    was_heard: AtomicBool,
    /// The log has the silence since the start.
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

    /// A datagram came from the server.
    pub(super) fn heard(&self, server: SocketAddr) {
        self.was_heard.store(true, Ordering::Relaxed);
        if self.is_away.swap(false, Ordering::Relaxed) || self.is_silence_told.swap(false, Ordering::Relaxed)
        {
            log::info!("the server on {server} is there");
        }
    }

    /// Nobody listens there. Logs that once, until the server is heard again.
    pub(super) fn unreachable(&self, server: SocketAddr) {
        if !self.is_away.swap(true, Ordering::Relaxed) {
            log::warn!("{}", Silence::NothingListens { server });
        }
    }

    pub(super) fn is_away(&self) -> bool {
        self.is_away.load(Ordering::Relaxed)
    }

    /// Logs, once, that nothing has come since the start.
    pub(super) fn note_silence(&self, local: SocketAddr, server: SocketAddr) {
        if self.next_due().is_some_and(|due| due.is_zero())
            && !self.is_silence_told.swap(true, Ordering::Relaxed)
        {
            log::warn!("{}", Silence::NeverHeard { local, server });
        }
    }

    /// How long until [`note_silence`](Self::note_silence) has something to log.
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
