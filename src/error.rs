//! [`Error`]: the client's errors; [`IoError`]: the system's error inside them.
//!
//! Every error of this crate, [`capture::Error`](crate::capture::Error) included, follows one rule: **`Display`
//! says everything in one line**: what failed, why, and what to check. `source()` is always `None`, so
//! `eprintln!("{error}")` and anyhow's `{:#}` both print the cause once. With the cause in `source()` alone, the
//! plain `{error}` that most programs print would not say why.
//!
//! `Debug` prints the same text, because `fn main() -> Result<(), Error>` uses `Debug`.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use crate::protocol::{Command, DecodeError, EncodeError};

/// The client's errors. Each variant says whether the client is still usable;
/// [`Error::is_recoverable`] tells the program.
///
/// # Loops
///
/// A loop should not end at the first error: a missing server and an undecodable datagram are errors too.
/// [`recoverable`](Self::recoverable) returns `Ok` for an error that the loop survives. The others end it by `?`:
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
/// [The guide](crate::guide::errors) lists all errors in one table and shows this loop for a game's frame.
///
/// # Texts
///
/// `{error}` says what failed, why, and what to check. [`source`](std::error::Error::source) is `None`, so
/// programs that print the whole chain of causes, as anyhow's `{:#}` does, repeat nothing.
/// [`io_error`](Self::io_error) returns the system's own error.
///
/// `{error:?}` is the same text. A `main` that returns an error prints it that way, and users should read
/// "is UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini 11000?", not the fields of a struct.
#[non_exhaustive]
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A permanent failure: an address could not be resolved or bound, or the socket is no longer valid.
    ///
    /// There is no client, or you should drop it: the next call would fail in the same way.
    #[error("{message}")]
    Io {
        /// The failed operation, the system's reason in words, and what to check.
        message: String,
        /// The system's reason. Its kind is [`InvalidInput`](io::ErrorKind::InvalidInput) if this crate
        /// refused the call.
        error: IoError,
    },

    /// The server's machine, or a router on the way, answers that nothing listens there
    /// ("connection refused", on Windows "connection reset").
    ///
    /// The client is usable: once the server runs, its events arrive. Each datagram that reached nobody gives
    /// this error once.
    #[error(
        "no server answers on {server}: is it running, and is UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini {}? The local \
         address is its UDP_PLUGIN_ADDRESS; are the two swapped?",
        server.port()
    )]
    ServerUnreachable {
        /// The server's address.
        server: SocketAddr,
    },

    /// A receive call failed: because of another network error for an earlier datagram (any ICMP packet, which
    /// a stranger can forge), or for lack of memory.
    ///
    /// No event is lost, and the client is usable.
    #[error("{message}; nothing is lost, the client goes on")]
    NotReceived {
        /// The server's address.
        server: SocketAddr,
        /// The failed operation, and the system's reason in words.
        message: String,
        /// The system's reason.
        error: IoError,
    },

    /// The system refused to send a command, even after some retries: because of a firewall on this machine,
    /// for example. Nothing was sent; the client is usable, and you can send the command again.
    #[error("command not sent: {message}")]
    NotSent {
        /// The server's address.
        server: SocketAddr,
        /// The command, its destination, and the system's reason in words.
        message: String,
        /// The system's reason.
        error: IoError,
    },

    /// The function given to [`on_datagram`](crate::AcUdpClientBuilder::on_datagram) panicked. It is
    /// not called again; nothing else is lost, and the client is usable.
    #[error("the on_datagram function panicked and is not called again: {message}")]
    HookPanicked {
        /// Its panic message, if that is a text.
        message: String,
    },

    /// A datagram could not be decoded. Only that datagram is lost; the client is usable.
    #[error("undecodable datagram: {0}")]
    Decode(DecodeError),

    /// A command cannot be encoded. Nothing was sent; the client is usable.
    #[error("command not sent: {0}")]
    Encode(EncodeError),

    /// The socket's send buffer is full. The command was not sent; the client is usable, and you can
    /// send the command again a moment later.
    #[error("command not sent to {server}: the socket's send buffer is full, try again in a moment")]
    SendBufferFull {
        /// The server's address.
        server: SocketAddr,
    },

    /// A request was not answered in time. The client is usable.
    ///
    /// AssettoServer never answers GET_CAR_INFO for an empty slot, and only ACSM v2 answers
    /// REQUEST_PING. Or the server does not run, or its plugin address is not this client's.
    #[error("{server} has not answered {request} within {waited:?}")]
    NoAnswer {
        /// The request.
        request: Command,
        /// The server's address.
        server: SocketAddr,
        /// How long the client waited.
        waited: Duration,
    },

    /// The server sent ACSP_ERROR instead of an answer. The client is usable.
    ///
    /// The protocol does not say which command an ACSP_ERROR is about: it may be a different one. So you also
    /// get it as [`Event::Error`](crate::protocol::Event::Error).
    #[error("the server refuses {request}: {message:?}")]
    Refused {
        /// The request.
        request: Command,
        /// The server's message.
        message: String,
    },

    /// A [`CommandSender`](crate::CommandSender) outlived its client. Nothing was sent, and this sender
    /// can never send again.
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

    /// Returns this error as `Ok` if the client is still usable, for a program that prints it and goes on.
    /// Returns it as `Err` otherwise, so `error.recoverable()?` ends a loop only when it has to end.
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

    /// The system's own error, if there is one, with its [kind](io::Error::kind) and number.
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

    /// Appends advice to the text of an [`Io`](Self::Io).
    pub(crate) fn with_hint(mut self, hint: impl fmt::Display) -> Self {
        if let Self::Io { message, .. } = &mut self {
            *message = format!("{message}{hint}");
        }
        self
    }

    /// Puts the subject before the text of an [`Io`](Self::Io).
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

/// The same text as `Display`, because `main` prints the error it returns with `Debug`.
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

/// An [`io::Error`] that can be cloned and compared, because [`Error`] can. Use it like the `io::Error` itself:
/// `error.kind()`, `error.raw_os_error()`.
///
/// Two are equal if their kind, number and text are equal. Nothing else of an `io::Error` can be compared.
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
