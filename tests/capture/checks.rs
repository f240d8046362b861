//! What holds for any recording. The sweeps check it, and so does the fuzz target in `fuzz/`.

use std::io::{self, Read};

use acudpclient::capture::{Error, Format, Reader, Record};

/// Reads anything, once all of it and once what is of this port.
pub fn recording(file: &[u8], port: u16) {
    // In pieces, as from a pipe: that makes no difference.
    let all = records(Reader::new(Pieces(file)), file);
    let wanted = records(Reader::new(file).map(|reader| reader.with_port(port)), file);
    let is_of_port = |record: &&Record| match (record.source, record.destination) {
        (Some(source), Some(destination)) => source.port() == port || destination.port() == port,
        _ => true,
    };
    assert!(wanted.iter().eq(all.iter().filter(is_of_port)), "of port {port}: {wanted:?}, of all: {all:?}");
}

fn records<R: Read>(reader: Result<Reader<R>, Error>, file: &[u8]) -> Vec<Record> {
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => {
            assert!(!error.is_recoverable(), "{error}");
            return Vec::new();
        }
    };
    let (mut records, mut items, mut ended) = (Vec::new(), 0, false);
    for item in reader.by_ref() {
        assert!(!ended, "an item behind the last one, of {file:02x?}");
        items += 1;
        // Each takes bytes of the file: a loop without end does not.
        assert!(items <= file.len(), "too many items of {file:02x?}");
        match item {
            Ok(record) => records.push(record),
            Err(error) => {
                ended = !error.is_recoverable();
                assert!(!error.to_string().is_empty());
            }
        }
    }
    assert!(reader.next().is_none());
    assert!(records.is_sorted_by(|one, next| one.number < next.number), "{records:?}");
    let payloads: Vec<u8> = records.iter().flat_map(|record| &record.payload).copied().collect();
    assert!(payloads.len() <= file.len(), "more bytes than there were, of {file:02x?}");
    if reader.format() == Format::Payloads {
        assert!(file.starts_with(&payloads), "{payloads:02x?} of {file:02x?}");
    }
    records
}

/// An input that gives a few bytes at a time.
struct Pieces<'a>(&'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(7);
        self.0.read(&mut buffer[..length])
    }
}
