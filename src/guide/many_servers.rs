//! Many servers in one thread, with mio; and a client in a tokio program.
//!
//! # One thread, many clients
//!
//! Give each server a client, and register the clients with a poller. Three rules:
//!
//! - When a client is readable, call [`next_event`](AcUdpClient::next_event) until it returns `None`: a poller reports only
//!   once that a socket is readable.
//! - Let the poller wait at most for the smallest [`next_wakeup`](AcUdpClient::next_wakeup): a client may have to send a
//!   request although nothing arrives.
//! - Do not turn on [`receive_in_background`](crate::AcUdpClientBuilder::receive_in_background): its thread would empty the
//!   socket.
//!
//! This is `examples/mio_poll.rs`, for Unix (`cargo add mio --features os-poll,os-ext`). On Windows mio cannot register a
//! foreign socket: there give each client a thread, as below.
//!
//! ```rust,no_run
//! use std::error::Error;
//!
//! #[cfg(unix)]
//! fn main() -> Result<(), Box<dyn Error>> {
//!     use std::io;
//!     use std::os::fd::AsRawFd;
//!
//!     use acudpclient::AcUdpClient;
//!     use mio::unix::SourceFd;
//!     use mio::{Events, Interest, Poll, Token};
//!
//!     let mut poll = Poll::new()?;
//!     let mut clients = Vec::new();
//!     let servers = [("127.0.0.1:12000", "127.0.0.1:11000"), ("127.0.0.1:12001", "127.0.0.1:11001")];
//!     for (local, server) in servers {
//!         let mut client = AcUdpClient::bind(local, server)?;
//!         let (fd, token) = (client.as_raw_fd(), Token(clients.len()));
//!         poll.registry().register(&mut SourceFd(&fd), token, Interest::READABLE)?;
//!         if let Err(error) = client.request_missed(0..8) {
//!             eprintln!("{error}");
//!         }
//!         clients.push(client);
//!     }
//!     let mut ready = Events::with_capacity(64);
//!     loop {
//!         // A client may have to send a request although nothing arrives.
//!         let wakeup = clients.iter().filter_map(AcUdpClient::next_wakeup).min();
//!         match poll.poll(&mut ready, wakeup) {
//!             Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error.into()),
//!             _ => {}
//!         }
//!         // mio reports only once that a socket is readable, so read until nothing is left. Polling an
//!         // idle client costs a system call: with hundreds of servers, poll only those that `ready` names.
//!         for (number, client) in clients.iter_mut().enumerate() {
//!             loop {
//!                 match client.next_event() {
//!                     Ok(Some(event)) => println!("server {number}: {event}"),
//!                     Ok(None) => break,
//!                     Err(error) => eprintln!("server {number}: {}", error.recoverable()?),
//!                 }
//!             }
//!         }
//!     }
//! }
//!
//! #[cfg(not(unix))]
//! fn main() -> Result<(), Box<dyn Error>> {
//!     Err("mio registers a foreign socket on Unix only; elsewhere give each client a thread".into())
//! }
//! ```
//!
//! An event then costs some 4 % more than a bare `recv` into a buffer, and with a thousand clients 9 to 11 % more than with
//! one. 1,000 servers with 24 cars at 10 Hz take some 8 % of a core. BENCHMARKS.md says how that was measured.
//!
//! # tokio
//!
//! A client is not async, and need not be. On every system a thread can receive, and a channel brings the events to the
//! tasks. Any task can send commands, because a [`CommandSender`](crate::CommandSender) never blocks. This is
//! `examples/tokio_channel.rs` (`cargo add tokio --features macros,rt,sync,time`):
//!
//! ```rust,no_run
//! use std::thread;
//! use std::time::Duration;
//!
//! use acudpclient::{AcUdpClient, Error};
//! use tokio::sync::mpsc;
//! use tokio::time::interval;
//!
//! #[tokio::main(flavor = "current_thread")]
//! async fn main() -> Result<(), Error> {
//!     let mut client = AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
//!     let commands = client.commands();
//!     let (sender, mut received) = mpsc::channel(1000);
//!     thread::spawn(move || {
//!         // The thread checks ten times per second whether the tasks dropped their end.
//!         while !sender.is_closed() {
//!             if let Some(result) = client.wait_event(Duration::from_millis(100)).transpose() {
//!                 // This waits while the channel is full.
//!                 let _ = sender.blocking_send(result);
//!             }
//!         }
//!     });
//!     // Commands may come from any task: sending never blocks.
//!     if let Err(error) = commands.request_session_info(None) {
//!         eprintln!("{error}");
//!     }
//!     let mut events = 0;
//!     let mut timer = interval(Duration::from_secs(10));
//!     loop {
//!         tokio::select! {
//!             result = received.recv() => match result {
//!                 Some(Ok(event)) => {
//!                     println!("{event}");
//!                     events += 1;
//!                 }
//!                 Some(Err(error)) => eprintln!("{}", error.recoverable()?),
//!                 None => return Ok(()),
//!             },
//!             _ = timer.tick() => println!("{events} events so far"),
//!         }
//!     }
//! }
//! ```
//!
//! On Unix a task can wait for the client's socket without a thread: `examples/tokio_socket.rs` does so, with a timer in the
//! same loop and a second task that gets events by a channel and sends commands.

#[cfg(doc)]
use crate::AcUdpClient;
