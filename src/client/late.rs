//! A late start: asking for what was sent before the plugin ran.

use std::collections::VecDeque;
use std::ops::RangeBounds;
use std::time::{Duration, Instant};

use super::AcUdpClient;
use super::link::Link;
use crate::error::Error;
use crate::protocol::{CarId, Command};

/// Between two requests: at most one in a server's step of 60 Hz, so that no server's receive buffer
/// fills up.
const PACE: Duration = Duration::from_millis(20);

/// The slots that have not been asked for yet.
#[derive(Debug, Default)]
pub(super) struct MissedCars {
    slots: VecDeque<CarId>,
    due: Option<Instant>,
}

impl AcUdpClient {
    /// Asks for what a plugin that starts in the middle of a session has missed, since a server
    /// tells nothing twice: the session that runs now, and who sits in each of these slots.
    ///
    /// ```no_run
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
    /// client.request_missed(0..24)?;
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// It does not block. The session is asked for at once, the slots one every 20 ms from within
    /// [`next_event`](Self::next_event) and the other calls that receive, so that no server drops a
    /// request: 24 slots take half a second. The answers come as
    /// [`SessionInfo`](crate::protocol::Event::SessionInfo) and
    /// [`CarInfo`](crate::protocol::Event::CarInfo) events, like those of
    /// [`request_car_info`](Self::request_car_info): of an empty slot the original server names
    /// the last driver, AssettoServer says nothing. Slots that were still to be asked for by an
    /// earlier call are forgotten.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), for the request of the session; then no slot is asked for.
    pub fn request_missed(&mut self, slots: impl RangeBounds<u8>) -> Result<(), Error> {
        self.missed_cars = MissedCars::default();
        self.request_session_info(None)?;
        self.missed_cars.slots =
            (0..CarId::SERVER.0).filter(|slot| slots.contains(slot)).map(CarId).collect();
        self.missed_cars.due = Some(Instant::now() + PACE);
        Ok(())
    }
}

impl MissedCars {
    /// How long until there is something to do here.
    pub(super) fn pause(&self) -> Duration {
        self.due.map_or(Duration::MAX, |due| due.saturating_duration_since(Instant::now()))
    }

    /// Asks for the next slot if its time has come.
    #[inline]
    pub(super) fn ask(&mut self, link: &Link) {
        if self.due.is_some() && self.pause().is_zero() {
            self.ask_now(link);
        }
    }

    #[cold]
    fn ask_now(&mut self, link: &Link) {
        if let Some(&car_id) = self.slots.front() {
            match link.send(&Command::GetCarInfo { car_id }) {
                Ok(()) => drop(self.slots.pop_front()),
                Err(error) => log::debug!("asking for car {car_id} is put off: {error}"),
            }
        }
        self.due = (!self.slots.is_empty()).then(|| Instant::now() + PACE);
    }
}
