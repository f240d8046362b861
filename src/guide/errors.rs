//! All errors, and loops that survive the harmless ones.
//!
//! # The loop
//!
//! A missing server and an undecodable datagram are errors, but neither is a reason to end.
//! [`Error::recoverable`] returns such an error as `Ok`, to be printed; `?` ends the loop for every other error.
//!
//! ```no_run
//! # use std::time::Duration;
//! # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! loop {
//!     match client.wait_event(Duration::from_secs(1)) {
//!         Ok(Some(event)) => println!("{event}"),
//!         Ok(None) => {}
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! # #[allow(unreachable_code)]
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! In a game loop, with [`drain`](crate::AcUdpClient::drain):
//!
//! ```no_run
//! # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! for event in client.drain(1000) {
//!     match event {
//!         Ok(event) => println!("{event}"),
//!         Err(error) => eprintln!("{}", error.recoverable()?),
//!     }
//! }
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! Do not write `client.wait_event(timeout)?` or `event?` in a loop: the program then ends at the first bad datagram.
//!
//! Commands return the same [`Error`]. A program that can live without the command prints the error and goes on:
//!
//! ```no_run
//! # let client = acudpclient::AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//! if let Err(error) = client.broadcast_chat("The race starts in 5 minutes") {
//!     eprintln!("{error}");
//! }
//! # Ok::<(), acudpclient::Error>(())
//! ```
//!
//! `Ok` means that the command was sent, not that it arrived. UDP does not tell, and most commands have no answer.
//!
//! # The table
//!
//! | [`Error`] | what happened | the client |
//! | --- | --- | --- |
//! | [`Decode`](Error::Decode) | a datagram could not be decoded; the text names packet, field and offset | goes on |
//! | [`ServerUnreachable`](Error::ServerUnreachable) | nothing listens on the server's address | goes on, and hears the server when it comes |
//! | [`NotReceived`](Error::NotReceived) | the system reports another network error, or a lack of memory; no event is lost | goes on |
//! | [`NotSent`](Error::NotSent) | the system refuses to send a command, for example because of a firewall on this machine | goes on; send it again |
//! | [`Encode`](Error::Encode) | the wire cannot carry a value, such as a text of 256 characters; nothing was sent | goes on |
//! | [`SendBufferFull`](Error::SendBufferFull) | the socket's send buffer is full; nothing was sent | goes on; send it again |
//! | [`NoAnswer`](Error::NoAnswer) | the server did not answer a `fetch_…` in time | goes on |
//! | [`Refused`](Error::Refused) | the server sent ACSP_ERROR instead of an answer | goes on |
//! | [`HookPanicked`](Error::HookPanicked) | the function given to `on_datagram` panicked, and is not called again | goes on |
//! | [`ClientDropped`](Error::ClientDropped) | a `CommandSender` outlived its client | is gone |
//! | [`Io`](Error::Io) | an address could not be bound, or the socket is no longer valid | drop it |
//!
//! [`is_recoverable`](Error::is_recoverable) is true for all but the last two. A receive error costs one datagram at most,
//! and no answer of the network ends a client, its thread or a relay.
//!
//! While the server is missing, each command gives `ServerUnreachable` once, but what
//! [`request_missed`](crate::AcUdpClient::request_missed) asks again gives none. The log says once that the server is
//! missing, and once that it is back.
//!
//! These are not errors: nothing is waiting (`None`), and a packet that the protocol does not define
//! ([`Event::Unknown`](crate::protocol::Event::Unknown), with all its bytes).
//!
//! # Texts
//!
//! `{error}` says in one line what failed, why, and what to check. `{error:?}` is the same text, because
//! `fn main() -> Result<(), Error>` prints it:
//!
//! ```text
//! Error: cannot bind 127.0.0.1:12000: Address already in use (os error 98): another program uses this port. A second
//! plugin, this one a second time, or the server itself because the two addresses are swapped?
//! ```
//!
//! The cause is part of the text, and [`source`](std::error::Error::source) is `None`, so anyhow's `{:#}` prints nothing
//! twice. [`io_error`](Error::io_error) returns the system's own error.
//!
//! Recordings have their own error type, `capture::Error`, with the same two methods, `is_recoverable` and
//! `recoverable`; see [`recordings`](super::recordings).

#[cfg(doc)]
use crate::Error;
