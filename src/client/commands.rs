//! The commands, on the client and on [`CommandSender`] alike.

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use super::link::Link;
use crate::error::Error;
use crate::protocol::{CarId, Command, EncodeError, SetSessionInfo};

/// The commands by name, for a type that has `send(&self, &Command) -> Result<(), Error>` and
/// `with_link(&self, impl FnOnce(&Link) -> Result<(), Error>)`, in a module that imports the types.
macro_rules! command_methods {
    () => {
        /// Asks for telemetry: one [`Event::CarUpdate`](crate::protocol::Event::CarUpdate) per car and
        /// interval. The interval is 1 to 65,535 ms; fractions of a millisecond are cut off.
        ///
        /// A server that restarts forgets the request. The client repeats the last one by itself when the
        /// server starts or a session begins, even if this call failed because the server was missing.
        ///
        /// ```no_run
        /// use std::time::Duration;
        ///
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// client.enable_realtime_report(Duration::from_millis(100))?; // 10 times a second
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// [`Error::Encode`](crate::Error::Encode) if the interval is out of range, and those of
        /// [`send`](Self::send).
        pub fn enable_realtime_report(&self, interval: Duration) -> Result<(), Error> {
            let milliseconds = interval.as_millis();
            match u16::try_from(milliseconds) {
                Ok(interval_ms @ 1..) => self.send(&Command::RealtimeposInterval { interval_ms }),
                _ => Err(Error::Encode(EncodeError::OutOfRange {
                    packet: "ACSP_REALTIMEPOS_INTERVAL",
                    field: "interval_ms",
                    value: milliseconds,
                    min: 1,
                    max: u16::MAX.into(),
                })),
            }
        }

        /// Turns telemetry off. The client drops every CAR_UPDATE that still comes: it delivers no
        /// [`Event::CarUpdate`](crate::protocol::Event::CarUpdate) until you enable the report again.
        ///
        /// The client asks the server for an interval of 65,535 ms, not for 0. The protocol says that 0 is off,
        /// but only acServer does that. AssettoServer subtracts the time of its last update loop
        /// from the interval, so with 0 it sends without a pause or never again; without any request it sends
        /// every 1000 ms. A rewrite in Go crashes. AssettoServer applies a new interval when the current one has
        /// passed: it takes up to 65.5 s to resume. To send 0 nevertheless, use
        /// `send(&Command::RealtimeposInterval { interval_ms: 0 })`; a relay never sends it.
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn disable_realtime_report(&self) -> Result<(), Error> {
            self.with_link(Link::turn_report_off)
        }

        /// Asks who sits in a slot. The answer is an [`Event::CarInfo`](crate::protocol::Event::CarInfo).
        /// For an empty slot acServer names the last driver; AssettoServer does not answer.
        ///
        /// ```no_run
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// # use acudpclient::protocol::CarId;
        /// client.request_car_info(CarId(3))?;
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        #[doc(alias = "get_car_info")]
        pub fn request_car_info(&self, car_id: CarId) -> Result<(), Error> {
            self.send(&Command::GetCarInfo { car_id })
        }

        /// Asks for a session by index, counted from 0; `None` is the current one. The answer is an
        /// [`Event::SessionInfo`](crate::protocol::Event::SessionInfo).
        ///
        /// ```no_run
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// client.request_session_info(None)?; // the current one
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        #[doc(alias = "get_session_info")]
        pub fn request_session_info(&self, session_index: Option<u8>) -> Result<(), Error> {
            self.send(&Command::get_session_info(session_index))
        }

        /// Changes a session. Servers use different units for the times, see
        /// [`SetSessionInfo`](crate::protocol::SetSessionInfo).
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn set_session_info(&self, session: SetSessionInfo) -> Result<(), Error> {
            self.send(&Command::SetSessionInfo(session))
        }

        /// Writes to one driver's chat, at most 255 characters. The game cuts long lines and may
        /// not show characters outside ASCII.
        ///
        /// ```no_run
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// # use acudpclient::protocol::CarId;
        /// client.send_chat(CarId(3), "Two laps left")?;
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        #[doc(alias = "send_message")]
        pub fn send_chat(&self, car_id: CarId, message: &str) -> Result<(), Error> {
            self.send(&Command::SendChat { car_id, message: message.to_owned() })
        }

        /// Writes to everyone's chat, at most 255 characters. The game cuts long lines and may not
        /// show characters outside ASCII.
        ///
        /// ```no_run
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// client.broadcast_chat("The race starts in two minutes")?;
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        #[doc(alias = "broadcast_message")]
        pub fn broadcast_chat(&self, message: &str) -> Result<(), Error> {
            self.send(&Command::BroadcastChat { message: message.to_owned() })
        }

        /// Kicks a driver. Some versions of acServer reportedly ignore this; there, use
        /// `admin_command("/kick_id 3")`. AssettoServer ignores admin commands, but not this one.
        ///
        /// ```no_run
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// # use acudpclient::protocol::CarId;
        /// client.kick_user(CarId(3))?;
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn kick_user(&self, car_id: CarId) -> Result<(), Error> {
            self.send(&Command::KickUser { car_id })
        }

        /// Ends the session and starts the next one.
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn next_session(&self) -> Result<(), Error> {
            self.send(&Command::NextSession)
        }

        /// Starts the session again.
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn restart_session(&self) -> Result<(), Error> {
            self.send(&Command::RestartSession)
        }

        /// Runs an admin's chat command, including its slash, such as `/ballast 3 50`; at most 255 characters.
        /// The protocol does not carry its answer. See [`Command::AdminCommand`].
        ///
        /// ```no_run
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// client.admin_command("/ballast 3 50")?;
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn admin_command(&self, command: &str) -> Result<(), Error> {
            self.send(&Command::AdminCommand { command: command.to_owned() })
        }

        /// Asks for [`Event::SectorCompleted`](crate::protocol::Event::SectorCompleted) and
        /// [`Event::TyreChange`](crate::protocol::Event::TyreChange). Only ACSM v2 sends them, see
        /// [`Command::EnableEnhancedReporting`].
        ///
        /// A server that restarts forgets this: call it again on
        /// [`Event::Version`](crate::protocol::Event::Version). It cannot be turned off.
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn enable_enhanced_reporting(&self) -> Result<(), Error> {
            self.send(&Command::EnableEnhancedReporting)
        }

        /// Asks for an [`Event::Ping`](crate::protocol::Event::Ping). The request carries this machine's time,
        /// and the answer repeats it. Only ACSM v2 answers, see [`Command::RequestPing`].
        /// [`fetch_ping`](crate::AcUdpClient::fetch_ping) measures the round trip.
        ///
        /// ```no_run
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// client.ping()?; // the answer is an Event::Ping
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn ping(&self) -> Result<(), Error> {
            self.send(&Command::RequestPing { unix_ms: unix_ms() })
        }
    };
}
pub(super) use command_methods;

/// Milliseconds since 1970 by this machine's clock; negative if the clock is set before 1970.
pub(super) fn unix_ms() -> i64 {
    let milliseconds = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => milliseconds(since),
        Err(error) => -milliseconds(error.duration()),
    }
}

/// Sends commands through the client's own socket: acServer ignores commands from any other port.
///
/// You can clone it, keep it in a handler and move it to another thread. It does not keep the client alive:
/// once the client is dropped and its port free, every call returns [`Error::ClientDropped`].
#[derive(Debug, Clone)]
pub struct CommandSender {
    gate: Arc<Gate>,
}

/// The senders' access to the socket. Closing it waits for sends in progress, which never block, so nobody
/// holds the socket after the client is dropped.
#[derive(Debug)]
pub(super) struct Gate(RwLock<Option<Arc<Link>>>);

impl Gate {
    pub(super) fn new(link: Arc<Link>) -> Arc<Self> {
        Arc::new(Self(RwLock::new(Some(link))))
    }

    pub(super) fn close(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

impl CommandSender {
    pub(super) fn new(gate: Arc<Gate>) -> Self {
        Self { gate }
    }

    /// Sends any command.
    ///
    /// A sent command may not arrive: UDP does not tell, and most commands have no answer.
    ///
    /// # Errors
    ///
    /// [`Error::Encode`], [`Error::SendBufferFull`], [`Error::ServerUnreachable`], [`Error::NotSent`] and
    /// [`Error::ClientDropped`].
    pub fn send(&self, command: &Command) -> Result<(), Error> {
        self.with_link(|link| link.send(command))
    }

    fn with_link(&self, send: impl FnOnce(&Link) -> Result<(), Error>) -> Result<(), Error> {
        match &*self.gate.0.read().unwrap_or_else(PoisonError::into_inner) {
            Some(link) => send(link),
            None => Err(Error::ClientDropped),
        }
    }

    command_methods!();
}
