//! [`Player`]: plays recordings.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::iter::FusedIterator;
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::error::Error;
use super::reader::Reader;
use super::{Record, UNTIMED_PACE};
use crate::protocol::Event;

/// Plays a recording at its original pace or at another speed, with pauses and seeking. Or returns its
/// [`events`](Self::events) at once.
///
/// It reads no clock and never waits: you pass the time, ask how long it is until the
/// [next datagram is due](Self::next_due), and [poll](Self::poll) those that are due. The first of these two calls, or
/// [`resume`](Self::resume), starts the playing. It holds one datagram in memory, however long the recording is.
///
/// A position is the time since the recording's first datagram. Datagrams keep the order of the file. A datagram with
/// an earlier time than the one before is due together with it; a datagram without a time is due 100 ms after the
/// one before.
///
/// ```
/// use std::thread;
/// use std::time::{Duration, Instant};
///
/// use acudpclient::capture::Player;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut player = Player::open("fixtures/race.pcap")?;
/// player.set_speed(10.0, Instant::now());
/// player.seek(Duration::from_secs(87), Instant::now())?;
/// while let Some(wait) = player.next_due(Instant::now()) {
///     thread::sleep(wait);
///     while let Some(record) = player.poll(Instant::now()) {
///         match record {
///             Ok(record) => println!("{:?}", record.payload),
///             Err(error) => eprintln!("{}", error.recoverable()?),
///         }
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct Player<R> {
    reader: Reader<R>,
    /// The next item and its position.
    next: Option<(Duration, Result<Record, Error>)>,
    /// The time of position 0.
    first: Option<SystemTime>,
    /// The position of the last item read.
    read: Option<Duration>,
    /// The position of the last item returned or skipped.
    passed: Option<Duration>,
    /// The position at `since`, or the constant position if the player does not run.
    position: Duration,
    since: Option<Instant>,
    is_paused: bool,
    speed: f64,
}

impl Player<File> {
    /// Opens a recording, in any format that [`Reader`] reads.
    ///
    /// ```
    /// use acudpclient::capture::Player;
    ///
    /// let player = Player::open("fixtures/race.pcap")?;
    /// println!("at {} times its speed", player.speed());
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`Reader::open`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        Reader::open(path).map(Self::new)
    }

    /// Opens several files and plays them as one recording. Each file includes those that continue it, so name only
    /// the first file of a rotated recording. The position runs on from file to file: it is the time since the
    /// first datagram of the first file. A file is opened when the one before ends.
    ///
    /// # Errors
    ///
    /// Those of [`Reader::open_all`].
    pub fn open_all<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Result<Self, Error> {
        Reader::open_all(paths).map(Self::new)
    }
}

impl<R: Read> Player<R> {
    /// The slowest speed.
    pub const MIN_SPEED: f64 = 0.001;
    /// The fastest speed.
    pub const MAX_SPEED: f64 = 1e6;

    /// Plays the rest of a reader, which may be limited to [one port](Reader::port).
    ///
    /// ```
    /// use acudpclient::capture::{Player, Reader};
    ///
    /// let one_plugin = Reader::open("fixtures/race.pcap")?.port(12_000);
    /// let player = Player::new(one_plugin);
    /// # drop(player);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    #[must_use]
    pub fn new(reader: Reader<R>) -> Self {
        Self {
            reader,
            next: None,
            first: None,
            read: None,
            passed: None,
            position: Duration::ZERO,
            since: None,
            is_paused: false,
            speed: 1.0,
        }
    }

    /// The next datagram if it is due, else `None`. Call it until it returns `None`. It returns both directions;
    /// see [`Record::is_command`].
    ///
    /// # Errors
    ///
    /// Those of [`Reader`], at their place in the recording. After one that is not
    /// [recoverable](Error::is_recoverable) nothing follows.
    pub fn poll(&mut self, now: Instant) -> Option<Result<Record, Error>> {
        if self.next_due(now)?.is_zero() { self.take().map(|(_, item)| item) } else { None }
    }

    /// How long from now until a datagram is due: zero if one is due now, `None` if the recording has ended or the
    /// player is paused.
    pub fn next_due(&mut self, now: Instant) -> Option<Duration> {
        if self.is_paused {
            return None;
        }
        let elapsed = now.saturating_duration_since(*self.since.get_or_insert(now));
        let ahead = self.peek()?.saturating_sub(self.position);
        // Compare with the unscaled clock time, which is exact at any speed.
        Some(scaled(ahead, self.speed.recip()).saturating_sub(elapsed))
    }

    /// True if nothing is left to play.
    pub fn is_finished(&mut self) -> bool {
        self.peek().is_none()
    }

    /// The current position; at the end, that of the last datagram.
    pub fn position(&mut self, now: Instant) -> Duration {
        let elapsed = self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        let position = self.position.saturating_add(scaled(elapsed, self.speed));
        if self.is_finished() { position.min(self.read.unwrap_or_default()) } else { position }
    }

    /// The speed as a multiple of the original pace; the default is 1.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Sets the speed as a multiple of the original pace, limited to [`MIN_SPEED`](Self::MIN_SPEED) and
    /// [`MAX_SPEED`](Self::MAX_SPEED). NaN changes nothing.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// use acudpclient::capture::Player;
    ///
    /// let mut player = Player::open("fixtures/race.pcap")?;
    /// player.set_speed(10.0, Instant::now());
    /// assert_eq!(player.speed(), 10.0);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    pub fn set_speed(&mut self, speed: f64, now: Instant) {
        if !speed.is_nan() {
            self.settle(now);
            self.speed = speed.clamp(Self::MIN_SPEED, Self::MAX_SPEED);
        }
    }

    /// True if the player is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Pauses until [`resume`](Self::resume); nothing is due meanwhile.
    ///
    /// ```
    /// use std::time::Instant;
    ///
    /// use acudpclient::capture::Player;
    ///
    /// let mut player = Player::open("fixtures/race.pcap")?;
    /// player.pause(Instant::now());
    /// assert!(player.is_paused());
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    pub fn pause(&mut self, now: Instant) {
        self.settle(now);
        self.since = None;
        self.is_paused = true;
    }

    /// Continues after a [`pause`](Self::pause), or starts.
    pub fn resume(&mut self, now: Instant) {
        self.is_paused = false;
        self.since.get_or_insert(now);
    }

    /// The rest of the recording at once: each event with its position, without the commands.
    ///
    /// ```
    /// use acudpclient::capture::Player;
    ///
    /// let events = Player::open("fixtures/race.pcap")?.events();
    /// assert!(events.filter_map(Result::ok).count() > 0);
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    pub fn events(self) -> Events<R> {
        Events { player: self }
    }

    /// Counts the position from `now` on.
    fn settle(&mut self, now: Instant) {
        self.position = self.position(now);
        self.since = self.since.map(|_| now);
    }

    /// The position of the next item.
    fn peek(&mut self) -> Option<Duration> {
        if self.next.is_none() {
            let item = self.reader.next()?;
            let position = self.place(&item);
            self.next = Some((position, item));
        }
        self.next.as_ref().map(|(position, _)| *position)
    }

    fn take(&mut self) -> Option<(Duration, Result<Record, Error>)> {
        self.passed = Some(self.peek()?);
        self.next.take()
    }

    /// The position of an item that was just read.
    fn place(&mut self, item: &Result<Record, Error>) -> Duration {
        let before = self.read.unwrap_or_default();
        let position = match item {
            Ok(Record { time: Some(time), .. }) => {
                time.duration_since(*self.first.get_or_insert(*time)).unwrap_or_default()
            }
            Ok(_) => self.read.map_or(Duration::ZERO, |before| before.saturating_add(UNTIMED_PACE)),
            Err(_) => before,
        };
        *self.read.insert(position.max(before))
    }
}

impl<R: Read + Seek> Player<R> {
    /// Goes to a position, forwards or backwards: the next datagram is the first one at or after it. Skips the
    /// datagrams before it, and the errors that cost one datagram. A paused player stays paused.
    ///
    /// Going back reads the recording from its beginning: that of the input, or of the first of several files.
    ///
    /// ```
    /// use std::time::{Duration, Instant};
    ///
    /// use acudpclient::capture::Player;
    ///
    /// let mut player = Player::open("fixtures/race.pcap")?;
    /// player.seek(Duration::from_secs(30), Instant::now())?;
    /// # Ok::<(), acudpclient::capture::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Io`] if the input cannot be read from its beginning again, or another error of
    /// [`Reader::new`] if its content has changed.
    pub fn seek(&mut self, position: Duration, now: Instant) -> Result<(), Error> {
        if self.passed.is_some_and(|passed| position <= passed) {
            (self.next, self.first, self.read, self.passed) = (None, None, None, None);
            self.reader.rewind()?;
        }
        while self.peek().is_some_and(|next| next < position) {
            if matches!(&self.next, Some((_, Err(error))) if !error.is_recoverable()) {
                break;
            }
            self.take();
        }
        self.position = position;
        self.since = self.since.map(|_| now);
        Ok(())
    }
}

/// A time at another speed, at most [`Duration::MAX`].
fn scaled(time: Duration, factor: f64) -> Duration {
    // Keep it exact.
    if factor == 1.0 {
        return time;
    }
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// Without the recording's content, which can be large.
impl<R> fmt::Debug for Player<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Player")
            .field("reader", &self.reader)
            .field("passed", &self.passed)
            .field("is_paused", &self.is_paused)
            .field("speed", &self.speed)
            .finish_non_exhaustive()
    }
}

/// The events of a recording without waiting, see [`Player::events`]. Each comes with its position, for
/// `RaceTracker::advance_to`.
///
/// A [recoverable](Error::is_recoverable) error does not end the iterator. An undecodable datagram is
/// [`Error::Decode`].
#[derive(Debug)]
#[must_use = "nothing is read until it is iterated"]
pub struct Events<R> {
    player: Player<R>,
}

impl Events<File> {
    /// How much of the recording has been read: see [`Reader::progress`].
    #[must_use]
    pub fn progress(&self) -> Option<f64> {
        self.player.reader.progress()
    }
}

impl<R: Read> Iterator for Events<R> {
    type Item = Result<(Duration, Event), Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            return Some(match self.player.take()? {
                (_, Ok(record)) if record.is_command() => continue,
                (position, Ok(record)) => match Event::decode(&record.payload) {
                    Ok(event) => Ok((position, event)),
                    Err(error) => {
                        let error = Error::Decode { record: record.number, error };
                        Err(match &record.file {
                            Some(path) => error.in_file(path, false),
                            None => error,
                        })
                    }
                },
                (_, Err(error)) => Err(error),
            });
        }
    }
}

impl<R: Read> FusedIterator for Events<R> {}
