//! Request and answer: [`AcUdpClient::fetch_car_info`] and [`AcUdpClient::fetch_session_info`].

use std::collections::VecDeque;
use std::ops::ControlFlow::{self, Break, Continue};
use std::time::{Duration, Instant};

use super::AcUdpClient;
use crate::error::Error;
use crate::protocol::{CarId, CarInfo, Command, Event, SessionInfo};

/// How many events are kept at most while an answer is waited for. A server at full load (40 cars at
/// 60 Hz) takes 27 s to send so many.
const MOST_KEPT: usize = 1 << 16;

/// What arrived while an answer was waited for, in its order. The subscribers have seen it.
#[derive(Debug, Default)]
pub(super) struct Kept(VecDeque<Result<Event, Error>>);

impl Kept {
    #[inline]
    pub(super) fn pop(&mut self) -> Option<Result<Event, Error>> {
        self.0.pop_front()
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
    /// them before newer ones, undecodable datagrams as errors in their place. When 65,536 are
    /// kept, it gives up early with [`Error::NoAnswer`] and leaves the rest to the system.
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

    fn fetch<T>(
        &mut self,
        request: Command,
        timeout: Duration,
        answer: impl Fn(Event) -> ControlFlow<T, Event>,
    ) -> Result<T, Error> {
        self.send(&request)?;
        let start = Instant::now();
        loop {
            let left = timeout.saturating_sub(start.elapsed());
            let other = match self.receive_within(left) {
                Ok(None) => break,
                Ok(Some(event)) => match answer(event) {
                    Break(answer) => return Ok(answer),
                    Continue(other) => other,
                },
                Err(error @ Error::Decode(_)) => {
                    self.kept.0.push_back(Err(error));
                    continue;
                }
                Err(error) => return Err(error),
            };
            let refusal = match &other {
                Event::Error(error) => Some(error.message.clone()),
                _ => None,
            };
            self.kept.0.push_back(Ok(other));
            if let Some(message) = refusal {
                return Err(Error::Refused { request, message });
            }
            if self.kept.0.len() >= MOST_KEPT {
                break;
            }
        }
        Err(Error::NoAnswer { request, server: self.server_addr(), waited: start.elapsed() })
    }
}
