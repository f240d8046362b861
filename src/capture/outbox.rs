//! The records that wait to be written.

use std::io::{self, ErrorKind, Write};

use byteorder::{ByteOrder, LittleEndian};

use super::pcap;

/// How many bytes may wait: more than the largest record has.
const ROOM: usize = 128 * 1024;

/// Makes an output as long as this again.
pub(super) type Cut<W> = fn(&mut W, u64) -> io::Result<()>;

/// An output that takes whole records, and those that wait for it.
///
/// `BufWriter` would do but for a full disk: it cannot tell which records the output has taken, and leaves
/// the part of a record in it.
pub(super) struct Outbox<W: Write> {
    output: W,
    /// Takes back the part of a record; `None` if that is not possible.
    cut: Option<Cut<W>>,
    /// How many bytes of whole records the output has.
    length: u64,
    /// Whole records.
    bytes: Vec<u8>,
    /// How many of `bytes` the output has taken: the part of a record, unless it is just writing.
    taken: usize,
    waiting: u64,
    written: u64,
    /// Still set after a panic of the output, which then is left alone.
    is_writing: bool,
}

impl<W: Write> Outbox<W> {
    /// For an output that has a file's header, of this length.
    pub(super) fn new(output: W, cut: Option<Cut<W>>, header: usize) -> Self {
        Self {
            output,
            cut,
            length: header as u64,
            bytes: Vec::with_capacity(ROOM),
            taken: 0,
            waiting: 0,
            written: 0,
            is_writing: false,
        }
    }

    /// The length of the output once it has all that waits.
    pub(super) fn length(&self) -> u64 {
        self.length + self.bytes.len() as u64
    }

    /// How many records wait.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// How many records the output has taken whole, and those before it.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Adds a record. An error means that it does not fit, as the output takes nothing: it is lost.
    pub(super) fn push(&mut self, record: &[u8]) -> io::Result<()> {
        if self.bytes.len() + record.len() > ROOM {
            let flushed = self.flush();
            if self.bytes.len() + record.len() > ROOM {
                return flushed;
            }
        }
        self.bytes.extend_from_slice(record);
        self.waiting += 1;
        Ok(())
    }

    /// Hands everything to the output. What it has not taken waits on.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let result = self.hand_over();
        self.settle();
        result
    }

    /// Goes on with another output, which has a file's header of this length. Only when nothing waits.
    pub(super) fn replace(&mut self, output: W, header: usize) {
        debug_assert!(self.bytes.is_empty(), "records of the file before wait");
        (self.output, self.length) = (output, header as u64);
    }

    fn hand_over(&mut self) -> io::Result<()> {
        while self.taken < self.bytes.len() {
            self.is_writing = true;
            let result = self.output.write(&self.bytes[self.taken..]);
            self.is_writing = false;
            match result {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(taken) => self.taken += taken,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.output.flush()
    }

    /// Forgets the records that the output has whole, and takes the part of one back.
    fn settle(&mut self) {
        let mut whole = 0;
        while whole < self.taken {
            let end = whole + length_of_first(&self.bytes[whole..]);
            if end > self.taken {
                break;
            }
            whole = end;
            self.waiting -= 1;
            self.written += 1;
        }
        self.bytes.drain(..whole);
        self.taken -= whole;
        self.length += whole as u64;
        if let Some(cut) = self.cut.filter(|_| self.taken > 0) {
            // If it cannot be taken back, the rest of it comes next.
            if cut(&mut self.output, self.length).is_ok() {
                self.taken = 0;
            }
        }
    }
}

impl<W: Write> Drop for Outbox<W> {
    fn drop(&mut self) {
        if !self.is_writing {
            // Nobody could be told.
            let _ = self.flush();
        }
    }
}

/// How many bytes the first of these records has.
fn length_of_first(records: &[u8]) -> usize {
    pcap::RECORD_HEADER + LittleEndian::read_u32(&records[8..]) as usize
}
