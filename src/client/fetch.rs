//! Request and answer: [`AcUdpClient::fetch_car_info`], [`AcUdpClient::fetch_session_info`] and
//! [`AcUdpClient::fetch_ping`].

use std::collections::VecDeque;
use std::ops::ControlFlow::{self, Break, Continue};
use std::time::{Duration, Instant};

use super::AcUdpClient;
use super::commands::unix_ms;
use crate::error::Error;
use crate::protocol::{CarId, CarInfo, Command, Event, SessionInfo};

/// What is kept at most while an answer is waited for, in bytes: datagrams, and [`OVERHEAD`] for each. A
/// server at full load (40 cars at 60 Hz) takes half a minute to send so much.
const MOST_KEPT: usize = 16 << 20;

/// What keeping an event or error costs besides what it owns: its place in a queue that may be half empty.
const OVERHEAD: usize = 2 * size_of::<Result<Event, Error>>();

/// What arrived while an answer was waited for, in its order. The subscribers have seen it.
#[derive(Debug, Default)]
pub(super) struct Kept(VecDeque<Result<Event, Error>>);

impl Kept {
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Result<Event, Error>> {
        self.0.pop_front()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl AcUdpClient {
    /// Asks who sits in a slot, and blocks until the answer is there, at most that long.
    ///
    /// Of an empty slot the original server names its last driver, so look at
    /// [`CarInfo::is_connected`]. AssettoServer does not answer for one at all: that is
    /// [`Error::NoAnswer`].
    ///
    /// Subscribers see every event that arrives meanwhile, the answer too, each once and in its
    /// order. The events but the answer are kept for [`next_event`](Self::next_event), which gives
    /// them before newer ones, errors that cost one datagram at most in their place. When 16 MiB are
    /// kept, it gives up early with [`Error::NoAnswer`] and leaves the rest to the system.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// use acudpclient::protocol::CarId;
    /// use acudpclient::Error;
    ///
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// match client.fetch_car_info(CarId(3), Duration::from_secs(1)) {
    ///     Ok(info) if info.is_connected => println!("{:?} sits there", info.driver_name),
    ///     Ok(_) | Err(Error::NoAnswer { .. }) => println!("nobody sits there"),
    ///     Err(error) => eprintln!("{}", error.recoverable()?),
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::NoAnswer`]; [`Error::Refused`] if ACSP_ERROR comes instead, which is an event as
    /// well; [`Error::ServerUnreachable`] if nothing listens there; and those of
    /// [`send`](Self::send).
    pub fn fetch_car_info(&mut self, car_id: CarId, timeout: Duration) -> Result<CarInfo, Error> {
        self.fetch(Command::GetCarInfo { car_id }, timeout, |event| match event {
            Event::CarInfo(info) if info.car_id == car_id => Break(info),
            other => Continue(other),
        })
    }

    /// Asks what a session is, counted from 0, or `None` for the one that runs now, and blocks
    /// until the answer is there, at most that long.
    ///
    /// For all else see [`fetch_car_info`](Self::fetch_car_info). A SESSION_INFO of the same session
    /// that the server sends unasked, as ACSM v2 does when the weather changes, is an answer too.
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// match client.fetch_session_info(None, Duration::from_secs(1)) {
    ///     Ok(session) => println!("{} on {:?}", session.session_type, session.track),
    ///     Err(error) => eprintln!("{}", error.recoverable()?),
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fetch_car_info`](Self::fetch_car_info).
    pub fn fetch_session_info(&mut self, index: Option<u8>, timeout: Duration) -> Result<SessionInfo, Error> {
        self.fetch(Command::get_session_info(index), timeout, |event| match event {
            Event::SessionInfo(session)
                if session.session_index == index.unwrap_or(session.current_session_index) =>
            {
                Break(session)
            }
            other => Continue(other),
        })
    }

    /// Measures how long the server takes to answer, and blocks until it has, at most that long.
    ///
    /// Only ACSM v2 answers. With any other server it is [`Error::NoAnswer`] after the timeout, or
    /// [`Error::Refused`] if the server says that it does not know the command; see
    /// [`Command::RequestPing`].
    ///
    /// The time is that of a monotonic clock, from before the request is sent until its own answer,
    /// which repeats the request's time, has been delivered. It includes what the subscribers do with the
    /// answer and with what arrives before it. Without the feature `poll` the socket is looked at only
    /// now and then ([`wait_event`](Self::wait_event)), which makes the time up to twice as long, and up
    /// to 10 ms longer at most.
    ///
    /// For all else see [`fetch_car_info`](Self::fetch_car_info).
    ///
    /// ```no_run
    /// use std::time::Duration;
    ///
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:11000")?;
    /// match client.fetch_ping(Duration::from_secs(1)) {
    ///     Ok(round_trip) => println!("{round_trip:?}"),
    ///     Err(error) => eprintln!("{}", error.recoverable()?),
    /// }
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`fetch_car_info`](Self::fetch_car_info).
    pub fn fetch_ping(&mut self, timeout: Duration) -> Result<Duration, Error> {
        let unix_ms = unix_ms();
        let start = Instant::now();
        self.fetch(Command::RequestPing { unix_ms }, timeout, |event| match event {
            Event::Ping(ping) if ping.plugin_time == unix_ms => Break(start.elapsed()),
            other => Continue(other),
        })
    }

    fn fetch<T>(
        &mut self,
        request: Command,
        timeout: Duration,
        answer: impl Fn(Event) -> ControlFlow<T, Event>,
    ) -> Result<T, Error> {
        self.send(&request)?;
        let start = Instant::now();
        let mut memory = MOST_KEPT;
        loop {
            let left = timeout.saturating_sub(start.elapsed());
            let bytes_before = self.stats.bytes;
            let kept = match self.receive_within(left) {
                Ok(None) => break,
                Ok(Some(event)) => match answer(event) {
                    Break(answer) => return Ok(answer),
                    Continue(other) => Ok(other),
                },
                Err(error @ (Error::Decode(_) | Error::NotReceived { .. } | Error::HookPanicked { .. })) => {
                    Err(error)
                }
                Err(error) => return Err(error),
            };
            let refusal = match &kept {
                Ok(Event::Error(error)) => Some(error.message.clone()),
                _ => None,
            };
            self.kept.0.push_back(kept);
            if let Some(message) = refusal {
                return Err(Error::Refused { request, message });
            }
            // A flood must neither fill the memory nor go on for longer than was asked for.
            let cost = OVERHEAD + (self.stats.bytes - bytes_before) as usize;
            let is_full = memory.checked_sub(cost).map(|rest| memory = rest).is_none();
            if is_full || left.is_zero() {
                break;
            }
        }
        Err(Error::NoAnswer { request, server: self.server_addr(), waited: start.elapsed() })
    }
}
