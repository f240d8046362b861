//! [`Error`]: what the client can fail with.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use crate::protocol::{Command, DecodeError, EncodeError};

/// What the client can fail with. Each variant says whether the client is still usable, and so
/// does [`Error::is_recoverable`].
#[non_exhaustive]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The system refused something for good: an address could not be resolved or bound, or the socket is
    /// none any more.
    ///
    /// There is no client, or it should be given up: the next call would fail in the same way.
    #[error("{message}")]
    Io {
        /// The system's reason.
        kind: io::ErrorKind,
        /// What was being done, the system's reason in words, and what to look at.
        message: String,
    },

    /// The server's machine, or a router on the way, answers that nothing listens there
    /// ("connection refused", on Windows "connection reset").
    ///
    /// The client is usable: once the server runs, its events arrive. It comes once per datagram
    /// that was sent in vain.
    #[error(
        "no server answers on {server}: does it run, and is UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini {}?",
        server.port()
    )]
    ServerUnreachable {
        /// The server's address.
        server: SocketAddr,
    },

    /// The system reports an error where something should have been received: another answer of the
    /// network to an earlier datagram (any ICMP packet, which a stranger can forge), or a lack of memory.
    ///
    /// No event is lost, and the client is usable.
    #[error("{message}; this costs nothing, the client goes on")]
    NotReceived {
        /// The server's address.
        server: SocketAddr,
        /// The system's reason.
        kind: io::ErrorKind,
        /// What was being done, and the system's reason in words.
        message: String,
    },

    /// The system has refused to send a command, also after some tries: a firewall on this machine, for
    /// example. Nothing was sent; the client is usable, and the command can be sent again.
    #[error("command not sent: {message}")]
    NotSent {
        /// The server's address.
        server: SocketAddr,
        /// The system's reason.
        kind: io::ErrorKind,
        /// What was to be sent where, and the system's reason in words.
        message: String,
    },

    /// The function given to [`on_datagram`](crate::AcUdpClientBuilder::on_datagram) has panicked. It is
    /// not called any more; nothing else is lost, and the client is usable.
    #[error("the function that is shown every datagram has panicked and is not called any more: {message}")]
    HookPanicked {
        /// What it panicked with, if that is a text.
        message: String,
    },

    /// A datagram could not be decoded. It is gone, nothing else is; the client is usable.
    #[error("undecodable datagram: {0}")]
    Decode(DecodeError),

    /// A command has no form on the wire. Nothing was sent; the client is usable.
    #[error("command not sent: {0}")]
    Encode(EncodeError),

    /// The system's buffer for outgoing datagrams is full. The command was not sent; the client is
    /// usable, and the command can be sent again a moment later.
    #[error("command not sent to {server}: the socket's send buffer is full, try again in a moment")]
    SendBufferFull {
        /// The server's address.
        server: SocketAddr,
    },

    /// A request was not answered in time. The client is usable.
    ///
    /// AssettoServer never answers GET_CAR_INFO for an empty slot, and only ACSM v2 answers
    /// REQUEST_PING; a server that does not run, or a plugin address that is not this client's, is
    /// another reason.
    #[error("{server} has not answered {request} within {waited:?}")]
    NoAnswer {
        /// What was asked.
        request: Command,
        /// The server's address.
        server: SocketAddr,
        /// How long it was waited for.
        waited: Duration,
    },

    /// The server has sent ACSP_ERROR instead of an answer. The client is usable.
    ///
    /// The protocol does not say which command an ACSP_ERROR is about, so it may have been another
    /// one. It is therefore also delivered as [`Event::Error`](crate::protocol::Event::Error).
    #[error("the server refuses {request}: {message:?}")]
    Refused {
        /// What was asked.
        request: Command,
        /// The server's words.
        message: String,
    },

    /// A [`CommandSender`](crate::CommandSender) has outlived its client. Nothing was sent, and
    /// this sender never will again.
    #[error("command not sent: the client has been dropped")]
    ClientDropped,
}

impl Error {
    /// Whether the client is still usable after this error.
    #[must_use]
    pub const fn is_recoverable(&self) -> bool {
        match self {
            Self::ServerUnreachable { .. }
            | Self::NotReceived { .. }
            | Self::NotSent { .. }
            | Self::HookPanicked { .. }
            | Self::Decode(_)
            | Self::Encode(_)
            | Self::SendBufferFull { .. }
            | Self::NoAnswer { .. }
            | Self::Refused { .. } => true,
            Self::Io { .. } | Self::ClientDropped => false,
        }
    }

    /// `doing`: what failed, such as `cannot bind 127.0.0.1:12000`.
    pub(crate) fn io(doing: impl fmt::Display, error: &io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => {
                ": another program uses this port. A second plugin, this one a second time, or the server \
                 itself because the two addresses are swapped?"
            }
            io::ErrorKind::AddrNotAvailable => ": is this an address of this machine?",
            _ => "",
        };
        Self::Io { kind: error.kind(), message: format!("{doing}: {error}{hint}") }
    }

    /// Adds what to do to an [`Io`](Self::Io).
    pub(crate) fn with_hint(mut self, hint: impl fmt::Display) -> Self {
        if let Self::Io { message, .. } = &mut self {
            *message = format!("{message}{hint}");
        }
        self
    }

    /// Says what it was about, before what an [`Io`](Self::Io) says.
    #[cfg(feature = "relay")]
    pub(crate) fn about(mut self, what: impl fmt::Display) -> Self {
        if let Self::Io { message, .. } = &mut self {
            *message = format!("{what}: {message}");
        }
        self
    }

    pub(crate) fn invalid(message: impl fmt::Display) -> Self {
        Self::Io { kind: io::ErrorKind::InvalidInput, message: message.to_string() }
    }
}

impl From<DecodeError> for Error {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Self {
        Self::Encode(error)
    }
}
