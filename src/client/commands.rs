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
        /// Asks for telemetry of every car, one
        /// [`Event::CarUpdate`](crate::protocol::Event::CarUpdate) per car and interval: 1 to
        /// 65,535 ms, of which whole milliseconds count.
        ///
        /// A server that restarts has forgotten it. The client asks again by itself when it sees
        /// the server start or a session begin, with the interval that was last asked for, even
        /// if this call failed because no server was there.
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
        /// [`Error::Encode`](crate::Error::Encode) if the interval is out of range, else those of
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

        /// Asks for no more telemetry, and keeps back what still comes, until it is asked for again: after
        /// this, no [`Event::CarUpdate`](crate::protocol::Event::CarUpdate) is delivered.
        ///
        /// The server is asked for an interval of 65,535 ms, not for 0. The protocol says that 0 is off, and
        /// so it is on the original server. AssettoServer subtracts from it how long its last round took, so
        /// with 0 it sends without a pause or never again, and it streams every 1000 ms to those who have not
        /// asked at all; a rewrite in Go crashes. AssettoServer takes a new interval when the running one has
        /// passed, so there it takes up to 65.5 s until a report that is turned on again comes. To send the 0 all the same, use
        /// `send(&Command::RealtimeposInterval { interval_ms: 0 })`.
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn disable_realtime_report(&self) -> Result<(), Error> {
            self.with_link(Link::turn_report_off)
        }

        /// Asks who sits in a slot. The answer is an
        /// [`Event::CarInfo`](crate::protocol::Event::CarInfo): of an empty slot the original
        /// server names its last driver, AssettoServer does not answer.
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
        pub fn request_car_info(&self, car_id: CarId) -> Result<(), Error> {
            self.send(&Command::GetCarInfo { car_id })
        }

        /// Asks what a session is, counted from 0; `None` is the one that runs now. The answer is
        /// an [`Event::SessionInfo`](crate::protocol::Event::SessionInfo).
        ///
        /// ```no_run
        /// # let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
        /// client.request_session_info(None)?; // the one that runs
        /// # Ok::<(), acudpclient::Error>(())
        /// ```
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn request_session_info(&self, session_index: Option<u8>) -> Result<(), Error> {
            self.send(&Command::get_session_info(session_index))
        }

        /// Changes a session. Servers disagree on the units of the times, see
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
        pub fn broadcast_chat(&self, message: &str) -> Result<(), Error> {
            self.send(&Command::BroadcastChat { message: message.to_owned() })
        }

        /// Kicks a driver. Reported not to work on some versions of the server; there,
        /// `admin_command("/kick_id 3")` does; AssettoServer, which ignores admin commands, kicks with this one.
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

        /// Has the server carry out an admin's chat command, with its slash, such as
        /// `/ballast 3 50`; at most 255 characters. Its answer does not come back over this
        /// protocol. See [`Command::AdminCommand`].
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
        /// Once is enough until the server restarts, which forgets it: call this again on
        /// [`Event::Version`](crate::protocol::Event::Version). It cannot be turned off.
        ///
        /// # Errors
        ///
        /// Those of [`send`](Self::send).
        pub fn enable_enhanced_reporting(&self) -> Result<(), Error> {
            self.send(&Command::EnableEnhancedReporting)
        }

        /// Asks for an [`Event::Ping`](crate::protocol::Event::Ping), which repeats the time of
        /// this machine's clock that the request carries. Only ACSM v2 answers, see
        /// [`Command::RequestPing`]. To measure the round trip there is
        /// [`fetch_ping`](crate::AcUdpClient::fetch_ping).
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

/// Milliseconds since 1970 by this machine's clock, less than 0 if that is set to a time before.
pub(super) fn unix_ms() -> i64 {
    let milliseconds = |duration: Duration| i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
    match SystemTime::now().duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) => milliseconds(since),
        Err(error) => -milliseconds(error.duration()),
    }
}

/// Sends commands to a client's server, through the client's own socket: acServer ignores
/// whatever comes from another port.
///
/// It can be cloned, kept by a handler and moved to another thread. It does not keep the client
/// alive: once that is dropped and its port free, every call gives [`Error::ClientDropped`].
#[derive(Debug, Clone)]
pub struct CommandSender {
    gate: Arc<Gate>,
}

/// What the senders reach the socket through. Closing it waits for those that are sending, which never
/// takes long, so that nobody else holds the socket when the client has been dropped.
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
    /// That it was sent does not mean that it arrived: UDP does not tell, and most commands have
    /// no answer.
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
