//! What holds for any recording. The sweeps check it, and so does the fuzz target in `fuzz/`.

use std::io::{self, Read};

use acudpclient::capture::{Error, Format, Reader, Record};

type Item = Result<Record, Error>;

/// Reads anything, once all of it and once what is of this port.
pub fn recording(file: &[u8], port: u16) {
    // In pieces, as from a pipe: that makes no difference.
    let all = items(Reader::new(Pieces(file)), file);
    let wanted = items(Reader::new(file).map(|reader| reader.port(port)), file);
    let mut rest = wanted.iter().peekable();
    for item in &all {
        // The port leaves out other ports' datagrams and their errors, and nothing else.
        if rest.next_if_eq(&item).is_none() {
            assert!(!is_of_port(item, port), "{item:?} is missing: {wanted:?}");
        }
    }
    assert_eq!(rest.next(), None, "not without the port: {all:?}");
}

fn is_of_port(item: &Item, port: u16) -> bool {
    let Ok(record) = item else { return false };
    match (record.source, record.destination) {
        (Some(source), Some(destination)) => source.port() == port || destination.port() == port,
        _ => true,
    }
}

fn items<R: Read>(reader: Result<Reader<R>, Error>, file: &[u8]) -> Vec<Item> {
    let mut reader = match reader {
        Ok(reader) => reader,
        Err(error) => {
            assert!(!error.is_recoverable(), "{error}");
            return Vec::new();
        }
    };
    let (mut items, mut ended) = (Vec::new(), false);
    for item in reader.by_ref() {
        assert!(!ended, "an item behind the last one, of {file:02x?}");
        if let Err(error) = &item {
            ended = !error.is_recoverable();
            assert!(!error.to_string().is_empty());
        }
        items.push(item);
        // Each takes bytes of the file: a loop without end does not.
        assert!(items.len() <= file.len(), "too many items of {file:02x?}");
    }
    assert!(reader.next().is_none());
    let records = || items.iter().flatten();
    assert!(records().is_sorted_by(|one, next| one.number < next.number), "{items:?}");
    let payloads: Vec<u8> = records().flat_map(|record| &record.payload).copied().collect();
    assert!(payloads.len() <= file.len(), "more bytes than there were, of {file:02x?}");
    if reader.format() == Format::Payloads {
        assert!(file.starts_with(&payloads), "{payloads:02x?} of {file:02x?}");
    }
    items
}

/// An input that gives a few bytes at a time.
struct Pieces<'a>(&'a [u8]);

impl Read for Pieces<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = buffer.len().min(7);
        self.0.read(&mut buffer[..length])
    }
}
