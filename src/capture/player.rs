//! Playing recordings back.

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

/// Plays a recording back at the pace of its times, or some times as fast, with pauses and seeking;
/// or, as [`events`](Self::events), at once.
///
/// It reads no clock and never waits: whoever plays says what time it is, asks how long it is until
/// the [next datagram is due](Self::next_due), and [polls](Self::poll) those that are. The first of
/// these two calls, or [`resume`](Self::resume), begins the playing. It holds one datagram in memory, however long the recording is.
///
/// A position is the time since the recording's first datagram. Datagrams keep the order of the
/// file: one with an earlier time than those before it is due with them, one without a time 100 ms
/// after the one before.
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
    /// What comes next, and where.
    next: Option<(Duration, Result<Record, Error>)>,
    /// The time that is position 0.
    first: Option<SystemTime>,
    /// Where the last item was that was read.
    read: Option<Duration>,
    /// Where the last item was that was given out or passed over.
    passed: Option<Duration>,
    /// The position at `since`, or all the time if it does not run.
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

    /// Opens the files of a recording in several and plays them as one: each with those that continue it,
    /// so that a rotated recording is opened by the name of its first file. Position and times go on over
    /// the files' borders, where the next one is opened; a position is the time since the first datagram
    /// of the first file.
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

    /// Plays what a reader has not read yet, which may be for
    /// [one port only](Reader::port).
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

    /// The next datagram if it is due, else `None`: call it until then. Of both directions:
    /// [`Record::is_command`] tells them apart.
    ///
    /// # Errors
    ///
    /// Those of [`Reader`], where they are in the recording. After one that is not
    /// [recoverable](Error::is_recoverable) comes nothing.
    pub fn poll(&mut self, now: Instant) -> Option<Result<Record, Error>> {
        if self.next_due(now)?.is_zero() { self.take().map(|(_, item)| item) } else { None }
    }

    /// How long from now until a datagram is due: zero if one is, `None` if none will be, because
    /// the recording has ended or the player is paused.
    pub fn next_due(&mut self, now: Instant) -> Option<Duration> {
        if self.is_paused {
            return None;
        }
        let elapsed = now.saturating_duration_since(*self.since.get_or_insert(now));
        let ahead = self.peek()?.saturating_sub(self.position);
        // Compared with the clock's own time, which is not rounded at any speed.
        Some(scaled(ahead, self.speed.recip()).saturating_sub(elapsed))
    }

    /// Whether nothing is left to play.
    pub fn is_finished(&mut self) -> bool {
        self.peek().is_none()
    }

    /// How far the playing is; at the end, where the last datagram was.
    pub fn position(&mut self, now: Instant) -> Duration {
        let elapsed = self.since.map_or(Duration::ZERO, |since| now.saturating_duration_since(since));
        let position = self.position.saturating_add(scaled(elapsed, self.speed));
        if self.is_finished() { position.min(self.read.unwrap_or_default()) } else { position }
    }

    /// How many times as fast as it was recorded: 1 unless it is set.
    #[must_use]
    pub fn speed(&self) -> f64 {
        self.speed
    }

    /// Plays so many times as fast as it was recorded from now on, between
    /// [`MIN_SPEED`](Self::MIN_SPEED) and [`MAX_SPEED`](Self::MAX_SPEED): what is outside is taken
    /// for the nearest of the two, and what is no number changes nothing.
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

    /// Whether it is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Stops the playing until [`resume`](Self::resume); nothing is due meanwhile.
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

    /// Goes on after a [`pause`](Self::pause), or begins.
    pub fn resume(&mut self, now: Instant) {
        self.is_paused = false;
        self.since.get_or_insert(now);
    }

    /// What is left of the recording at once: each event with its position. Commands are left out,
    /// as they are no events.
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

    /// Makes `now` the time that the position is counted from.
    fn settle(&mut self, now: Instant) {
        self.position = self.position(now);
        self.since = self.since.map(|_| now);
    }

    /// Where the next item is.
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

    /// Where an item is that was just read.
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
    /// Goes to a position, in either direction: what comes next is the first datagram there or
    /// later. Those on the way are passed over, and with them the errors that cost one datagram.
    /// It stays paused if it was.
    ///
    /// Going back means reading the recording from its beginning, which is that of the input, or of the
    /// first of several files.
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
    /// [`Reader::new`] if there is something else by now.
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

/// A time at another speed; the longest that there is if it would be longer.
fn scaled(time: Duration, factor: f64) -> Duration {
    // As it is, not as a float has it.
    if factor == 1.0 {
        return time;
    }
    Duration::try_from_secs_f64(time.as_secs_f64() * factor).unwrap_or(Duration::MAX)
}

/// Of the recording nothing is shown, it can be large.
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

/// The events of a recording without waiting, see [`Player::events`]. Each has its position, which
/// is what `RaceTracker::advance_to` takes.
///
/// An item that is an error does not end it, unless it is not
/// [recoverable](Error::is_recoverable). A datagram that is no packet of the protocol is
/// [`Error::Decode`].
#[derive(Debug)]
#[must_use = "nothing is read until it is iterated"]
pub struct Events<R> {
    player: Player<R>,
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
