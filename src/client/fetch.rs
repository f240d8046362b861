//! Request and answer: [`AcUdpClient::fetch_car_info`], [`AcUdpClient::fetch_session_info`] and
//! [`AcUdpClient::fetch_ping`].

use std::collections::VecDeque;
use std::ops::ControlFlow::{self, Break, Continue};
use std::time::{Duration, Instant};

use super::AcUdpClient;
use super::commands::unix_ms;
use crate::error::Error;
use crate::protocol::{CarId, CarInfo, Command, Event, SessionInfo};

/// How many bytes to keep while waiting for an answer: datagrams, and [`OVERHEAD`] for each. A server at full
/// load (40 cars at 60 Hz) takes half a minute to send that.
const MOST_KEPT: usize = 16 << 20;

/// Bytes for an event or error besides the datagram: its place in a queue that may be half empty.
const OVERHEAD: usize = 2 * size_of::<Result<Event, Error>>();

/// What arrived while waiting for an answer, in order. The subscribers have already seen it.
#[derive(Debug, Default)]
pub(super) struct Kept(VecDeque<Result<Event, Error>>);

impl Kept {
    /// The oldest, if any.
    #[cold]
    pub(super) fn pop(&mut self) -> Result<Option<Event>, Error> {
        self.0.pop_front().transpose()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl AcUdpClient {
    /// Asks who sits in a slot, and blocks until the answer comes or the timeout ends.
    ///
    /// For an empty slot acServer names the last driver, so check [`CarInfo::is_connected`].
    /// AssettoServer does not answer for an empty slot: that is [`Error::NoAnswer`].
    ///
    /// Subscribers see every event that arrives meanwhile, including the answer, once and in order. The client
    /// keeps the other events, and the errors that cost one datagram at most, in order:
    /// [`next_event`](Self::next_event) returns them before newer ones. When 16 MiB are kept, this gives up early
    /// with [`Error::NoAnswer`] and leaves the rest in the system's buffer.
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
    /// [`Error::NoAnswer`]; [`Error::Refused`] if ACSP_ERROR comes instead (you get it as an event too);
    /// [`Error::ServerUnreachable`] if nothing listens there; and those of [`send`](Self::send).
    pub fn fetch_car_info(&mut self, car_id: CarId, timeout: Duration) -> Result<CarInfo, Error> {
        self.fetch(Command::GetCarInfo { car_id }, timeout, |event| match event {
            Event::CarInfo(info) if info.car_id == car_id => Break(info),
            other => Continue(other),
        })
    }

    /// Asks for a session by index, counted from 0, or with `None` for the current one, and blocks until the
    /// answer comes or the timeout ends.
    ///
    /// Otherwise it behaves as [`fetch_car_info`](Self::fetch_car_info). An unrequested SESSION_INFO of the same
    /// session, which ACSM v2 sends when the weather changes, counts as the answer.
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

    /// Measures how long the server takes to answer; blocks until the answer comes or the timeout ends.
    ///
    /// Only ACSM v2 answers. Any other server gives [`Error::NoAnswer`] after the timeout, or [`Error::Refused`]
    /// if it says that it does not know the command; see [`Command::RequestPing`].
    ///
    /// The time, by a monotonic clock, runs from before the send until the answer with the request's own time
    /// is delivered. It includes what the subscribers do with the answer and with earlier events. Without the
    /// feature `poll` the client checks the socket only now and then ([`wait_event`](Self::wait_event)): that
    /// makes the time up to twice as long, by at most 10 ms.
    ///
    /// Otherwise it behaves as [`fetch_car_info`](Self::fetch_car_info).
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
            let bytes_before = self.arrivals.bytes;
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
            // A flood must neither fill the memory nor make this outlast the timeout.
            let cost = OVERHEAD + (self.arrivals.bytes - bytes_before) as usize;
            let is_full = memory.checked_sub(cost).map(|rest| memory = rest).is_none();
            if is_full || left.is_zero() {
                break;
            }
        }
        Err(Error::NoAnswer { request, server: self.server_addr(), waited: start.elapsed() })
    }
}
