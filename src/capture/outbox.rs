//! [`Outbox`]: the records that wait to be written.

use std::io::{self, ErrorKind, Write};

use byteorder::{ByteOrder, LittleEndian};

use super::pcap;

/// How many bytes may wait: more than the largest record has.
const ROOM: usize = 128 * 1024;

/// Truncates an output to this length.
pub(super) type Cut<W> = fn(&mut W, u64) -> io::Result<()>;

/// An output for whole records, with a buffer.
///
/// `BufWriter` fails on a full disk: it cannot tell which records the output has taken, and it leaves a part of a
/// record in the output.
pub(super) struct Outbox<W: Write> {
    output: W,
    /// Removes a part of a record from the output; `None` if that is impossible.
    cut: Option<Cut<W>>,
    /// The length of the header and the whole records in the output, in bytes.
    length: u64,
    /// The waiting records.
    bytes: Vec<u8>,
    /// How many of `bytes` the output has taken. Between calls, this is a part of the first record.
    taken: usize,
    waiting: u64,
    written: u64,
    /// Still true after a panic of the output; then don't call it again.
    is_writing: bool,
}

impl<W: Write> Outbox<W> {
    /// For an output that already has a file header of this length.
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

    /// The length of the output including the waiting records, in bytes.
    pub(super) fn length(&self) -> u64 {
        self.length + self.bytes.len() as u64
    }

    /// The number of waiting records.
    pub(super) fn waiting(&self) -> u64 {
        self.waiting
    }

    /// The number of whole records in this output and the ones before it.
    pub(super) fn written(&self) -> u64 {
        self.written
    }

    /// Adds a record. An error means that the record is lost: the buffer is full and the output takes nothing.
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

    /// Hands everything to the output. What it does not take stays in the buffer.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let result = self.hand_over();
        self.settle();
        result
    }

    /// Continues with another output, which has a file header of this length. Nothing may be waiting.
    pub(super) fn replace(&mut self, output: W, header: usize) {
        debug_assert!(self.bytes.is_empty(), "records of the previous file are waiting");
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

    /// Drops the records that the output has completely, and removes a part of a record from it.
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
            // If that fails, the rest of the record comes next.
            if cut(&mut self.output, self.length).is_ok() {
                self.taken = 0;
            }
        }
    }
}

impl<W: Write> Drop for Outbox<W> {
    fn drop(&mut self) {
        if !self.is_writing {
            // A drop cannot report the error.
            let _ = self.flush();
        }
    }
}

/// The length of the first of these records, in bytes.
fn length_of_first(records: &[u8]) -> usize {
    pcap::RECORD_HEADER + LittleEndian::read_u32(&records[8..]) as usize
}
