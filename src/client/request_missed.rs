//! [`AcUdpClient::request_missed`]: asks for what the server sent before the plugin started.

use std::collections::VecDeque;
use std::mem;
use std::ops::RangeBounds;
use std::time::{Duration, Instant};

use super::AcUdpClient;
use super::link::Link;
use crate::error::Error;
use crate::protocol::{CarId, Command};

/// The pause between two requests: at most one in a server's step of 60 Hz, so that no server's receive buffer
/// fills up.
const PACE: Duration = Duration::from_millis(20);

/// The pause between two requests while nobody listens. A server that starts mostly announces itself.
const PACE_INTO_THE_VOID: Duration = Duration::from_secs(5);

/// The requests that remain.
#[derive(Debug)]
pub(super) struct Missed {
    questions: VecDeque<Command>,
    /// The requests sent since the last datagram came. If nobody listens, they go back into `questions`.
    asked: VecDeque<Command>,
    due: Option<Instant>,
    is_server_away: bool,
    /// How many commands the client had sent at the last "nobody listens".
    sent_until_away: u64,
}

impl AcUdpClient {
    /// Asks for what a plugin missed that starts in the middle of a session: the current session, and who sits
    /// in each of these slots. A server sends nothing twice by itself.
    ///
    /// ```no_run
    /// # let mut client = acudpclient::AcUdpClient::bind("127.0.0.1:12000", "127.0.0.1:11000")?;
    /// client.request_missed(0..24)?;
    /// # Ok::<(), acudpclient::Error>(())
    /// ```
    ///
    /// This does not block. It asks for the session at once, then for one slot every 20 ms, so that no server drops
    /// a request: 24 slots take half a second. [`next_event`](Self::next_event) and the other calls that receive
    /// send these requests. So a program that waits for the socket with a poller must also call after
    /// [`next_wakeup`](Self::next_wakeup). While nobody listens there, the requests wait for the server: the client
    /// tries one every 5 s, and returns [`Error::ServerUnreachable`] for the first only.
    ///
    /// The answers are [`SessionInfo`](crate::protocol::Event::SessionInfo) and
    /// [`CarInfo`](crate::protocol::Event::CarInfo) events. For an empty slot acServer names the last
    /// driver; AssettoServer does not answer. Name only slots that exist: a public snapshot of ACSM v2 (2021)
    /// ignores every command after one that fails. A new call forgets the slots that remain of an earlier one.
    ///
    /// # Errors
    ///
    /// Those of [`send`](Self::send), for the session's request; then it asks for no slot.
    pub fn request_missed(&mut self, slots: impl RangeBounds<u8>) -> Result<(), Error> {
        self.missed = None;
        let session = Command::get_session_info(None);
        self.send(&session)?;
        let slots = (0..CarId::SERVER.0).filter(|slot| slots.contains(slot));
        self.missed = Some(Box::new(Missed {
            questions: slots.map(|slot| Command::GetCarInfo { car_id: CarId(slot) }).collect(),
            asked: [session].into(),
            due: Some(Instant::now() + PACE),
            is_server_away: false,
            sent_until_away: 0,
        }));
        Ok(())
    }

    /// Receives while requests of `request_missed` remain.
    #[cold]
    pub(super) fn receive_and_ask(&mut self) -> Result<Option<usize>, Error> {
        let Some(mut missed) = self.missed.take() else { return self.receive() };
        missed.ask(&self.link);
        let received = loop {
            let received = self.receive();
            if missed.is_news(&received, self.link.commands_sent()) {
                break received;
            }
        };
        self.missed = Some(missed).filter(|missed| !missed.is_over());
        received
    }
}

impl Missed {
    /// True if nothing remains to ask, and nothing may have to be asked again.
    fn is_over(&self) -> bool {
        self.due.is_none() && self.asked.is_empty()
    }

    /// How long until the next request, if there is one.
    pub(super) fn next_due(&self) -> Option<Duration> {
        self.due.map(|due| due.saturating_duration_since(Instant::now()))
    }

    /// Sends the next request if it is due.
    #[cold]
    fn ask(&mut self, link: &Link) {
        if !self.next_due().is_some_and(|due| due.is_zero()) {
            return;
        }
        if let Some(question) = self.questions.front() {
            match link.send(question) {
                Ok(()) => self.asked.extend(self.questions.pop_front()),
                Err(error) => log::debug!("{question} is postponed: {error}"),
            }
        }
        self.wait(if self.is_server_away { PACE_INTO_THE_VOID } else { PACE });
    }

    fn wait(&mut self, pause: Duration) {
        self.due = (!self.questions.is_empty()).then(|| Instant::now() + pause);
    }

    /// Takes note of what came. False for what the program need not hear again.
    fn is_news(&mut self, received: &Result<Option<usize>, Error>, commands_sent: u64) -> bool {
        match received {
            Ok(Some(_)) => self.server_is_there(),
            Err(Error::ServerUnreachable { .. }) => return self.server_is_away(commands_sent),
            _ => {}
        }
        true
    }

    /// A datagram came.
    #[cold]
    fn server_is_there(&mut self) {
        self.asked.clear();
        if mem::take(&mut self.is_server_away) {
            self.wait(PACE);
        }
    }

    /// Nobody listens: asks again for what it asked since the last datagram. Returns false if that was known and
    /// nothing but these requests was sent since.
    #[cold]
    fn server_is_away(&mut self, commands_sent: u64) -> bool {
        let asked = self.asked.len() as u64;
        let is_known = self.is_server_away && asked > 0 && commands_sent - self.sent_until_away == asked;
        self.asked.append(&mut self.questions);
        mem::swap(&mut self.asked, &mut self.questions);
        (self.is_server_away, self.sent_until_away) = (true, commands_sent);
        self.wait(PACE_INTO_THE_VOID);
        !is_known
    }
}
