//! A late start: asking for what was sent before the plugin ran.

use std::collections::VecDeque;
use std::mem;
use std::ops::RangeBounds;
use std::time::{Duration, Instant};

use super::AcUdpClient;
use super::link::Link;
use crate::error::Error;
use crate::protocol::{CarId, Command};

/// Between two requests: at most one in a server's step of 60 Hz, so that no server's receive buffer
/// fills up.
const PACE: Duration = Duration::from_millis(20);

/// Between two requests if nobody listens. A server that is there says so itself, mostly.
const PACE_INTO_THE_VOID: Duration = Duration::from_secs(5);

/// What is still to be asked for.
#[derive(Debug)]
pub(super) struct Missed {
    questions: VecDeque<Command>,
    /// What was asked since something came: if nobody listens it has to be asked again.
    asked: VecDeque<Command>,
    due: Option<Instant>,
    is_server_away: bool,
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
    /// request: 24 slots take half a second. A program that waits for the socket with a poller, and calls only
    /// when something comes, has to call after [`next_wakeup`](Self::next_wakeup) as well. While nobody
    /// listens there, the requests wait for the server. The answers come as
    /// [`SessionInfo`](crate::protocol::Event::SessionInfo) and
    /// [`CarInfo`](crate::protocol::Event::CarInfo) events, like those of
    /// [`request_car_info`](Self::request_car_info): of an empty slot the original server names
    /// the last driver, AssettoServer says nothing. Name only slots that exist: a public snapshot of ACSM v2
    /// (2021) takes no command any more after one that fails. Slots that were still to be asked for by an
    /// earlier call are forgotten.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), for the request of the session; then no slot is asked for.
    pub fn request_missed(&mut self, slots: impl RangeBounds<u8>) -> Result<(), Error> {
        self.missed = None;
        let session = Command::get_session_info(None);
        self.send(&session)?;
        let slots = (0..CarId::SERVER.0).filter(|slot| slots.contains(slot));
        self.missed = Some(Missed {
            questions: slots.map(|slot| Command::GetCarInfo { car_id: CarId(slot) }).collect(),
            asked: [session].into(),
            due: Some(Instant::now() + PACE),
            is_server_away: false,
        });
        Ok(())
    }
}

impl Missed {
    /// Whether nothing is to be asked any more, not even again.
    pub(super) fn is_over(&self) -> bool {
        self.due.is_none() && self.asked.is_empty()
    }

    /// How long until the next question, if there is one.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    /// Asks the next question if its time has come.
    #[cold]
    pub(super) fn ask(&mut self, link: &Link) {
        if !self.next_due().is_some_and(|due| due.is_zero()) {
            return;
        }
        if let Some(question) = self.questions.front() {
            match link.send(question) {
                Ok(()) => self.asked.extend(self.questions.pop_front()),
                Err(error) => log::debug!("{question} is put off: {error}"),
            }
        }
        self.wait(if self.is_server_away { PACE_INTO_THE_VOID } else { PACE });
    }

    fn wait(&mut self, pause: Duration) {
        self.due = (!self.questions.is_empty()).then(|| Instant::now() + pause);
    }

    /// Something has come.
    #[cold]
    pub(super) fn server_is_there(&mut self) {
        self.asked.clear();
        if mem::take(&mut self.is_server_away) {
            self.wait(PACE);
        }
    }

    /// Nobody listens: what was asked has to be asked again.
    #[cold]
    pub(super) fn server_is_away(&mut self) {
        self.asked.append(&mut self.questions);
        mem::swap(&mut self.asked, &mut self.questions);
        self.is_server_away = true;
        self.wait(PACE_INTO_THE_VOID);
    }
}
