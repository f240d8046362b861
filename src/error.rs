//! [`Error`]: what the client can fail with; [`IoError`]: the system's reason in it.
//!
//! One rule holds for every error of this crate, [`capture::Error`](crate::capture::Error) too: **`Display` says
//! everything, in one line**: what failed, why, and what to look at. So `source()` is always `None`, and a cause
//! is printed once, by `eprintln!("{error}")` as by anyhow's `{:#}`. The other rule, a cause in `source()` alone,
//! would leave the reason out of the plain `{error}`, which most programs print.
//!
//! `Debug` is the same text, since `fn main() -> Result<(), Error>` prints that.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::protocol::{Command, DecodeError, EncodeError};

/// What the client can fail with. Each variant says whether the client is still usable, and so
/// does [`Error::is_recoverable`].
///
/// # Loops
///
/// A loop should not end at the first error: a missing server and a datagram that nobody can decode are errors
/// too. [`recoverable`](Self::recoverable) gives back the errors after which the loop can go on, and with `?` the
/// others end it:
///
/// ```no_run
/// use std::time::Duration;
///
/// use acudpclient::{AcUdpClient, Error};
///
/// fn main() -> Result<(), Error> {
///     let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
///     loop {
///         match client.wait_event(Duration::from_secs(1)) {
///             Ok(Some(event)) => println!("{event}"),
///             Ok(None) => {}
///             Err(error) => eprintln!("{}", error.recoverable()?),
///         }
///     }
/// }
/// ```
///
/// [The guide](crate::guide::errors) has all errors in one table, and this loop for a game's frame.
///
/// # Texts
///
/// `{error}` says what failed, why, and what to look at. [`source`](std::error::Error::source) is `None`, so that
/// programs which print a whole chain of causes, as anyhow's `{:#}` does, say nothing twice. The system's own
/// error is [`io_error`](Self::io_error).
///
/// `{error:?}` is the same text. A `main` that returns an error prints it that way, and its users should read
/// "is UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini 11000?" rather than the fields of a struct.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The system refused something for good: an address could not be resolved or bound, or the socket is
    /// none any more.
    ///
    /// There is no client, or it should be given up: the next call would fail in the same way.
    #[error("{message}")]
    Io {
        /// What was being done, the system's reason in words, and what to look at.
        message: String,
        /// The system's reason. If this crate itself has refused something, it is of the kind
        /// [`InvalidInput`](io::ErrorKind::InvalidInput).
        error: IoError,
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
        /// What was being done, and the system's reason in words.
        message: String,
        /// The system's reason.
        error: IoError,
    },

    /// The system has refused to send a command, also after some tries: a firewall on this machine, for
    /// example. Nothing was sent; the client is usable, and the command can be sent again.
    #[error("command not sent: {message}")]
    NotSent {
        /// The server's address.
        server: SocketAddr,
        /// What was to be sent where, and the system's reason in words.
        message: String,
        /// The system's reason.
        error: IoError,
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

    /// This error if the client is still usable after it, for a program that prints it and goes on. As an `Err`
    /// otherwise, so that `error.recoverable()?` ends a loop only when it has to end.
    ///
    /// ```
    /// use acudpclient::protocol::DecodeError;
    /// use acudpclient::Error;
    ///
    /// let undecodable = Error::from(DecodeError::Empty);
    /// assert!(undecodable.recoverable().is_ok());
    /// assert_eq!(Error::ClientDropped.recoverable(), Err(Error::ClientDropped));
    /// ```
    ///
    /// # Errors
    ///
    /// This error, if [`is_recoverable`](Self::is_recoverable) is false.
    pub fn recoverable(self) -> Result<Self, Self> {
        if self.is_recoverable() { Ok(self) } else { Err(self) }
    }

    /// The system's own error, if that is the reason: its [kind](io::Error::kind) and number.
    ///
    /// ```
    /// use std::io::ErrorKind;
    ///
    /// use acudpclient::AcUdpClient;
    ///
    /// let first = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// let error = AcUdpClient::bind(first.local_addr(), "127.0.0.1:11000").unwrap_err();
    /// assert_eq!(error.io_error().map(|error| error.kind()), Some(ErrorKind::AddrInUse));
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    #[must_use]
    pub fn io_error(&self) -> Option<&io::Error> {
        match self {
            Self::Io { error, .. } | Self::NotReceived { error, .. } | Self::NotSent { error, .. } => {
                Some(error)
            }
            _ => None,
        }
    }

    /// `doing`: what failed, such as `cannot bind 127.0.0.1:12000`.
    pub(crate) fn io(doing: impl fmt::Display, error: io::Error) -> Self {
        let hint = match error.kind() {
            io::ErrorKind::AddrInUse => {
                ": another program uses this port. A second plugin, this one a second time, or the server \
                 itself because the two addresses are swapped?"
            }
            io::ErrorKind::AddrNotAvailable => ": is this an address of this machine?",
            _ => "",
        };
        Self::Io { message: format!("{doing}: {error}{hint}"), error: error.into() }
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
        let message = message.to_string();
        Self::Io { error: io::Error::new(io::ErrorKind::InvalidInput, message.clone()).into(), message }
    }
}

/// What `main` prints if it returns the error: its text, see [`Error`].
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
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

/// An [`io::Error`] that can be cloned and compared, as it is a part of errors that can. It is used like the
/// `io::Error` itself: `error.kind()`, `error.raw_os_error()`.
///
/// Two are equal if they are of the same kind and number and have the same text. Nothing else of an `io::Error`
/// can be compared.
#[derive(Clone)]
pub struct IoError(Arc<io::Error>);

impl Deref for IoError {
    type Target = io::Error;

    fn deref(&self) -> &io::Error {
        &self.0
    }
}

impl From<io::Error> for IoError {
    fn from(error: io::Error) -> Self {
        Self(Arc::new(error))
    }
}

impl PartialEq for IoError {
    fn eq(&self, other: &Self) -> bool {
        let of = |error: &Self| (error.kind(), error.raw_os_error(), error.to_string());
        of(self) == of(other)
    }
}

impl Eq for IoError {}

impl fmt::Debug for IoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for IoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl std::error::Error for IoError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
