//! [`Source`]: the bytes of a recording, one block at a time.

use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek};

use super::error::Error;

/// An input with one block in memory: a record, or another unit of the file's format.
///
/// The memory grows with the bytes that arrive, not by a length that the file claims.
pub(super) struct Source<R> {
    input: BufReader<R>,
    /// The block and the bytes read ahead.
    bytes: Vec<u8>,
    /// The length of the block in `bytes`.
    length: usize,
    /// Where the block begins in the file.
    offset: u64,
    /// The number of the current or next record.
    record: u64,
    /// True if the block is a record. Formats have other blocks too.
    is_record: bool,
}

impl<R: Read> Source<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input: BufReader::new(input),
            bytes: Vec::new(),
            length: 0,
            offset: 0,
            record: 1,
            is_record: false,
        }
    }

    pub(super) fn block(&self) -> &[u8] {
        &self.bytes[..self.length]
    }

    /// Where the block begins in the file.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// How much of the file has been passed, with the block.
    pub(super) fn passed(&self) -> u64 {
        self.offset + self.length as u64
    }

    /// The number of the current or next record.
    pub(super) fn record(&self) -> u64 {
        self.record
    }

    /// Counts the block as a record, usable or not.
    pub(super) fn mark_record(&mut self) {
        self.is_record = true;
    }

    /// Goes to the next block and reads its first bytes. Returns false at the end of the input.
    pub(super) fn begin(&mut self, length: usize, reading: &'static str) -> Result<bool, Error> {
        self.bytes.drain(..self.length);
        self.offset += self.length as u64;
        self.length = 0;
        self.record += u64::from(std::mem::take(&mut self.is_record));
        if self.fill(1)? == 0 {
            return Ok(false);
        }
        self.need(length, reading)?;
        Ok(true)
    }

    /// Reads until the block has this length.
    pub(super) fn need(&mut self, length: usize, reading: &'static str) -> Result<(), Error> {
        let available = self.fill(length)?;
        if available < length {
            return Err(Error::Truncated {
                record: self.record,
                offset: self.offset,
                reading,
                needed: length as u64,
                available: available as u64,
            });
        }
        Ok(())
    }

    /// Reads until the block has this length or the input ends. Returns the block's length.
    pub(super) fn fill(&mut self, length: usize) -> Result<usize, Error> {
        self.length = self.peek(length)?.len();
        Ok(self.length)
    }

    /// The next block's first bytes; fewer if the input ends.
    pub(super) fn peek(&mut self, length: usize) -> Result<&[u8], Error> {
        while self.bytes.len() < length {
            let buffered = match self.input.fill_buf() {
                Ok([]) => break,
                Ok(buffered) => buffered,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(self.failed(error)),
            };
            let taken = buffered.len().min(length - self.bytes.len());
            self.bytes.extend_from_slice(&buffered[..taken]);
            self.input.consume(taken);
        }
        Ok(&self.bytes[..length.min(self.bytes.len())])
    }

    fn failed(&self, error: io::Error) -> Error {
        Error::Io { record: self.record, offset: self.offset, error: error.into() }
    }

    /// The error of a block that contradicts the file's format.
    pub(super) fn damaged(&self, reading: &'static str, found: String) -> Error {
        Error::Damaged { record: self.record, offset: self.offset, reading, found }
    }

    /// The error of a record with an unusable packet.
    pub(super) fn malformed(&self, reading: &'static str, found: String) -> Error {
        Error::Malformed { record: self.record, reading, found }
    }
}

impl<R: Read + Seek> Source<R> {
    /// Goes back to the beginning of the input.
    pub(super) fn rewind(&mut self) -> Result<(), Error> {
        (self.offset, self.length, self.record, self.is_record) = (0, 0, 1, false);
        self.bytes.clear();
        self.input.rewind().map_err(|error| self.failed(error))
    }
}
