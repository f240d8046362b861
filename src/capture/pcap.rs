//! The classic pcap format.

use std::io::Read;
use std::time::{Duration, SystemTime};

use byteorder::{BigEndian, ByteOrder, LittleEndian};
use pcap_parser::{PcapHeader, parse_pcap_frame, parse_pcap_frame_be, parse_pcap_header};

use super::MAX_RECORD;
use super::datagrams::Packet;
use super::error::Error;
use super::frame::LinkLayer;
use super::source::Source;

/// The first bytes of a file: for microseconds and nanoseconds, each in both byte orders.
pub(super) const MAGICS: [[u8; 4]; 4] =
    [[0xa1, 0xb2, 0xc3, 0xd4], [0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0x3c, 0x4d], [0x4d, 0x3c, 0xb2, 0xa1]];

pub(super) const RECORD_HEADER: usize = 16;
const FILE_HEADER: &str = "file header";

/// A pcap file after its header.
pub(super) struct Pcap {
    header: PcapHeader,
    link: LinkLayer,
}

impl Pcap {
    /// Reads the file header.
    pub(super) fn open<R: Read>(source: &mut Source<R>) -> Result<Self, Error> {
        source.begin(PcapHeader::new().size(), FILE_HEADER)?;
        let (_, header) = parse_pcap_header(source.block())
            .map_err(|_| source.damaged(FILE_HEADER, "cannot be read".to_owned()))?;
        // The upper bits describe a checksum after Ethernet frames, which this crate ignores.
        let link_type = header.network.0 as u32 & 0xffff;
        let link = LinkLayer::from_number(link_type).ok_or(Error::LinkType { link_type })?;
        Ok(Self { header, link })
    }

    /// The next record; `None` at the end of the recording.
    pub(super) fn next<'a, R: Read>(&self, source: &'a mut Source<R>) -> Result<Option<Packet<'a>>, Error> {
        if !source.begin(RECORD_HEADER, "record header")? {
            return Ok(None);
        }
        let big_endian = self.header.is_bigendian();
        let captured = &source.block()[8..];
        let captured =
            if big_endian { BigEndian::read_u32(captured) } else { LittleEndian::read_u32(captured) };
        let length =
            usize::try_from(captured).ok().filter(|length| *length <= MAX_RECORD).ok_or_else(|| {
                source.damaged(
                    "record header",
                    format!("says {captured} bytes, more than the allowed {MAX_RECORD}"),
                )
            })?;
        source.need(RECORD_HEADER + length, "packet")?;
        source.mark_record();
        let parse = if big_endian { parse_pcap_frame_be } else { parse_pcap_frame };
        let (_, record) = parse(source.block())
            .map_err(|_| source.malformed("record header", "cannot be read".to_owned()))?;
        let (seconds, fraction) = (u64::from(record.ts_sec), u64::from(record.ts_usec));
        let fraction = if self.header.is_nanosecond_precision() {
            Duration::from_nanos(fraction)
        } else {
            Duration::from_micros(fraction)
        };
        Ok(Some(Packet {
            number: source.record(),
            time: SystemTime::UNIX_EPOCH.checked_add(Duration::from_secs(seconds) + fraction),
            link: Some(self.link),
            data: record.data,
            original: record.origlen.into(),
        }))
    }
}
