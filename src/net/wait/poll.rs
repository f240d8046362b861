//! With the system's poll.

use std::io;
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// After a wait that should not have ended.
const PAUSE: Duration = Duration::from_millis(1);

/// Where the waker is among the sources.
const WAKER: usize = 0;

/// A wait as long as this is one without an end, which costs less. Some systems refuse longer ones.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Something to wait for.
pub(crate) type Source<'s> = PollFd<'s>;

pub(crate) fn source(socket: &UdpSocket) -> Source<'_> {
    PollFd::new(socket, PollFlags::IN)
}

#[cfg(not(unix))]
use std::net::UdpSocket as Bell;
#[cfg(unix)]
use std::os::unix::net::UnixDatagram as Bell;

/// Ends another thread's wait.
#[derive(Debug)]
pub(crate) struct Waker {
    rings: Bell,
    hears: Bell,
}

impl Waker {
    pub(crate) fn new() -> io::Result<Self> {
        let (rings, hears) = bells()?;
        rings.set_nonblocking(true)?;
        hears.set_nonblocking(true)?;
        Ok(Self { rings, hears })
    }

    /// Ends the wait that is on, or else the next one.
    pub(crate) fn wake(&self) {
        // It can be refused only because it has been rung so often that nobody can miss it.
        let _ = self.rings.send(&[1]);
    }

    pub(crate) fn source(&self) -> Source<'_> {
        PollFd::new(&self.hears, PollFlags::IN)
    }

    /// Whether it was rung.
    fn hear(&self) -> bool {
        let mut times = 0;
        while self.hears.recv(&mut [0]).is_ok() {
            times += 1;
        }
        times > 0
    }
}

#[cfg(unix)]
fn bells() -> io::Result<(Bell, Bell)> {
    Bell::pair()
}

/// Windows can wait for sockets alone. Connected to each other they hear nobody else.
#[cfg(not(unix))]
fn bells() -> io::Result<(Bell, Bell)> {
    let bell = || Bell::bind((std::net::Ipv4Addr::LOCALHOST, 0));
    let (rings, hears) = (bell()?, bell()?);
    rings.connect(hears.local_addr()?)?;
    hears.connect(rings.local_addr()?)?;
    Ok((rings, hears))
}

/// Waits for any of some sources.
pub(crate) struct Watch<'s, 'f> {
    sources: &'s mut [Source<'f>],
    waker: Option<&'s Waker>,
    /// The last wait ended because there was something, and nothing has been received since.
    in_vain: bool,
}

impl<'s, 'f> Watch<'s, 'f> {
    /// The waker is the first of the sources, if there is one.
    pub(crate) fn new(sources: &'s mut [Source<'f>], waker: Option<&'s Waker>) -> Self {
        Self { sources, waker, in_vain: false }
    }

    /// A datagram has been received since the last wait.
    pub(crate) fn received(&mut self) {
        self.in_vain = false;
    }

    /// Waits, at most that long.
    pub(crate) fn wait(&mut self, timeout: Duration) {
        // Poll reports errors as well, and some of them for as long as nobody asks for them in another
        // way (IP_RECVERR): without a pause that would be a loop without an end.
        if self.in_vain {
            thread::sleep(PAUSE.min(timeout));
        }
        let timeout = (timeout < LONGEST)
            .then(|| Timespec { tv_sec: timeout.as_secs() as _, tv_nsec: timeout.subsec_nanos() as _ });
        self.in_vain = match poll(self.sources, timeout.as_ref()) {
            Ok(0) | Err(Errno::INTR) => false,
            Ok(_) => !self.waker.is_some_and(|waker| self.is_ready(WAKER) && waker.hear()),
            Err(_) => true,
        };
    }

    /// Whether the last wait ended because of this source, or may have.
    pub(crate) fn is_ready(&self, index: usize) -> bool {
        !self.sources[index].revents().is_empty()
    }
}
