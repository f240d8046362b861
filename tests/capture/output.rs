//! What recordings are written to, and what is written.

use std::io::{self, ErrorKind, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use acudpclient::capture::{Reader, Record, Writer};

pub const SERVER: &str = "192.0.2.7:11000";
pub const PLUGIN: &str = "198.51.100.2:12000";
pub const SERVER_6: &str = "[2001:db8::7]:11000";
pub const PLUGIN_6: &str = "[2001:db8::2]:12000";
pub const NEVER: Duration = Duration::MAX;

pub fn address(text: &str) -> SocketAddr {
    text.parse().unwrap()
}

pub fn time(milliseconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_384_840) + Duration::from_millis(milliseconds)
}

/// An output whose contents can be looked at, and which may be full.
#[derive(Clone, Default)]
pub struct Disk(Arc<Mutex<(Vec<u8>, Option<usize>)>>);

impl Disk {
    pub fn contents(&self) -> Vec<u8> {
        self.0.lock().unwrap().0.clone()
    }

    pub fn set_size(&self, size: Option<usize>) {
        self.0.lock().unwrap().1 = size;
    }
}

impl Write for Disk {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut disk = self.0.lock().unwrap();
        let room = disk.1.map_or(usize::MAX, |size| size - disk.0.len());
        match bytes.len().min(room) {
            0 if !bytes.is_empty() => Err(ErrorKind::StorageFull.into()),
            taken => {
                disk.0.extend(&bytes[..taken]);
                Ok(taken)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub type Datagram = (SystemTime, SocketAddr, SocketAddr, Vec<u8>);

/// Both directions, IPv4 and IPv6, and every kind of length.
pub fn datagrams() -> Vec<Datagram> {
    let mut datagrams = Vec::new();
    for (server, plugin) in [(SERVER, PLUGIN), (SERVER_6, PLUGIN_6)] {
        let (server, plugin) = (address(server), address(plugin));
        for length in [0, 1, 2, 33, 1_472, 1_473, 65_506, 65_507] {
            let payload: Vec<u8> = (0..length).map(|index| (index * 7 + length) as u8).collect();
            for (source, destination) in [(server, plugin), (plugin, server)] {
                let nanoseconds = Duration::from_nanos(datagrams.len() as u64 * 1_000_003);
                datagrams.push((time(0) + nanoseconds, source, destination, payload.clone()));
            }
        }
    }
    datagrams
}

pub fn write_all<W: Write>(writer: &mut Writer<W>, datagrams: &[Datagram]) {
    for (time, source, destination, payload) in datagrams {
        writer.write(*time, *source, *destination, payload).unwrap();
    }
}

pub fn assert_read_back(records: &[Record], datagrams: &[Datagram]) {
    assert_eq!(records.len(), datagrams.len());
    for (index, (record, (time, source, destination, payload))) in records.iter().zip(datagrams).enumerate() {
        assert_eq!(record.number, index as u64 + 1);
        assert_eq!(record.time, Some(*time));
        assert_eq!(record.source, Some(*source));
        assert_eq!(record.destination, Some(*destination));
        assert!(record.payload == *payload, "record {}", record.number);
    }
}

/// A datagram of the server at this millisecond, of which the payload has the number.
pub fn numbered(number: u64) -> Datagram {
    (time(number), address(SERVER), address(PLUGIN), [150, number as u8].repeat(8))
}

pub fn recording(datagrams: &[Datagram]) -> Vec<u8> {
    let disk = Disk::default();
    let mut writer = Writer::new(disk.clone()).unwrap();
    write_all(&mut writer, datagrams);
    writer.finish().unwrap();
    disk.contents()
}

/// A folder of this test alone, which is removed when the test has passed.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        // Two tests may take the same name at the same time.
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("acudpclient-{name}-{}-{number}", std::process::id()));
        // What a process of the same number has left.
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn files(&self) -> Vec<String> {
        let mut names: Vec<_> = std::fs::read_dir(&self.0)
            .unwrap()
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    pub fn records(&self, name: &str) -> Vec<Record> {
        Reader::open(self.0.join(name)).unwrap().map(Result::unwrap).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
