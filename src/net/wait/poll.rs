//! With the system's `poll`.

use std::io;
use std::net::UdpSocket;
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// The pause after a wait that ended for nothing.
const PAUSE: Duration = Duration::from_millis(1);

/// The waker's index among the sources.
const WAKER: usize = 0;

/// From here on, wait without a timeout: that costs less, and some systems refuse long timeouts.
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

    /// Ends the current wait, or the next one if nobody waits.
    pub(crate) fn wake(&self) {
        // This fails only if the buffer is full of earlier rings, and then the wait ends anyway.
        let _ = self.rings.send(&[1]);
    }

    pub(crate) fn source(&self) -> Source<'_> {
        PollFd::new(&self.hears, PollFlags::IN)
    }

    /// Takes all rings; true if there was one.
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

/// Windows can wait only for sockets. These two are connected to each other, so they hear nobody else.
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
    /// The last wait reported something, and nothing was received since.
    in_vain: bool,
}

impl<'s, 'f> Watch<'s, 'f> {
    /// If there is a waker, it is the first source.
    pub(crate) fn new(sources: &'s mut [Source<'f>], waker: Option<&'s Waker>) -> Self {
        Self { sources, waker, in_vain: false }
    }

    /// Call this after receiving a datagram.
    pub(crate) fn received(&mut self) {
        self.in_vain = false;
    }

    /// Waits, at most that long.
    pub(crate) fn wait(&mut self, timeout: Duration) {
        // Poll reports errors too, some of them until they are read from the error queue (IP_RECVERR).
        // Without a pause this would be a busy loop.
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

    /// True if this source may have ended the last wait.
    pub(crate) fn is_ready(&self, index: usize) -> bool {
        !self.sources[index].revents().is_empty()
    }
}
