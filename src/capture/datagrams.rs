//! [`Datagrams`]: from captured packets to the wanted, complete datagrams.

use std::net::SocketAddr;
use std::time::SystemTime;

use etherparse::IpNumber;

use super::Record;
use super::error::Error;
use super::fragments::{Fragments, Place};
use super::frame::{self, Fragment, IpPacket, LinkLayer, Ports, Unreadable};

/// A captured packet.
pub(super) struct Packet<'a> {
    pub(super) number: u64,
    pub(super) time: Option<SystemTime>,
    /// `None` if the link type cannot be read, which has been reported.
    pub(super) link: Option<LinkLayer>,
    pub(super) data: &'a [u8],
    /// The packet's length on the wire, in bytes.
    pub(super) original: u64,
}

impl Packet<'_> {
    fn error(&self, fault: Unreadable) -> Error {
        let record = self.number;
        let captured = self.data.len() as u64;
        match fault {
            Unreadable::Short { reading, .. } if captured < self.original => {
                Error::Cut { record, reading, captured, original: self.original }
            }
            Unreadable::Short { reading, needed, available } => {
                let found = format!("needs {needed} bytes and has {available}");
                Error::Malformed { record, reading, found }
            }
            Unreadable::Wrong { reading, found } => Error::Malformed { record, reading, found },
        }
    }
}

/// Finds the datagrams in packets.
#[derive(Default)]
pub(super) struct Datagrams {
    /// If set, only datagrams from or to this port are wanted.
    pub(super) port: Option<u16>,
    /// The current file of a recording, counted from 0.
    pub(super) file: usize,
    pub(super) fragments: Fragments,
}

impl Datagrams {
    /// The datagram that a packet holds or completes; `None` if there is none, or it is unwanted.
    pub(super) fn read(&mut self, packet: &Packet<'_>) -> Result<Option<Record>, Error> {
        self.find(packet).map_err(|fault| packet.error(fault))
    }

    fn find(&mut self, packet: &Packet<'_>) -> Result<Option<Record>, Unreadable> {
        let Some(link) = packet.link else { return Ok(None) };
        let Some(ip) = frame::ip_packet(link, packet.data)? else { return Ok(None) };
        match ip.fragment {
            None if ip.protocol == IpNumber::UDP => self.record(packet, &ip, ip.payload, ip.missing),
            Some(fragment) if frame::may_hold_udp(ip.protocol) => self.reassemble(packet, &ip, fragment),
            _ => Ok(None),
        }
    }

    fn reassemble(
        &mut self,
        packet: &Packet<'_>,
        ip: &IpPacket<'_>,
        fragment: Fragment,
    ) -> Result<Option<Record>, Unreadable> {
        let first = fragment.offset.value() == 0 && ip.protocol == IpNumber::UDP;
        let unwanted = first && self.is_unwanted(ip.payload);
        let place = Place { file: self.file, record: packet.number };
        match self.fragments.add(ip, fragment, (place, packet.time), unwanted)? {
            None => Ok(None),
            Some(whole) => match frame::strip_extensions(ip.protocol, &whole)? {
                (IpNumber::UDP, datagram) => self.record(packet, ip, datagram, 0),
                _ => Ok(None),
            },
        }
    }

    /// `missing` is the number of bytes after `datagram` that were not captured.
    fn record(
        &self,
        packet: &Packet<'_>,
        ip: &IpPacket<'_>,
        datagram: &[u8],
        missing: usize,
    ) -> Result<Option<Record>, Unreadable> {
        // Check this before anything that can fail: an unwanted datagram may be broken.
        if self.is_unwanted(datagram) {
            return Ok(None);
        }
        let (ports, payload) = frame::udp(datagram, missing)?;
        Ok(Some(Record {
            number: packet.number,
            file: None,
            time: packet.time,
            source: Some(SocketAddr::new(ip.source, ports.source)),
            destination: Some(SocketAddr::new(ip.destination, ports.destination)),
            payload: payload.to_vec(),
        }))
    }

    /// True if the datagram's first bytes show that it has other ports than the wanted one.
    fn is_unwanted(&self, datagram: &[u8]) -> bool {
        match (self.port, Ports::read(datagram)) {
            (Some(port), Some(ports)) => port != ports.source && port != ports.destination,
            _ => false,
        }
    }
}
