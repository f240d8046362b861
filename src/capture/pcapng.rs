//! The pcapng format.
//!
//! pcap-parser reads the blocks that matter. This code finds all blocks by their lengths: the library (0.17) panics on
//! some blocks that do not matter, and cannot distinguish an incomplete block from a broken one.

use std::io::Read;
use std::time::{Duration, SystemTime};

use byteorder::{BigEndian, ByteOrder, LittleEndian};
use pcap_parser::{
    EPB_MAGIC, EnhancedPacketBlock, IDB_MAGIC, InterfaceDescriptionBlock, OptionCode, SHB_MAGIC, SPB_MAGIC,
    SimplePacketBlock, parse_enhancedpacketblock_be, parse_enhancedpacketblock_le,
    parse_interfacedescriptionblock_be, parse_interfacedescriptionblock_le, parse_simplepacketblock_be,
    parse_simplepacketblock_le,
};

use super::MAX_RECORD;
use super::datagrams::Packet;
use super::error::Error;
use super::frame::LinkLayer;
use super::source::Source;

/// The first bytes of a file, in either byte order: the type of a section header.
pub(super) const MAGIC: [u8; 4] = SHB_MAGIC.to_be_bytes();

/// The packet block of the format's drafts. The enhanced packet block replaced it.
const OBSOLETE_PACKET_BLOCK: u32 = 2;

/// The bytes of a block around its contents: type, length, and the length again.
const BLOCK_FRAME: usize = 12;

/// The longest allowed block without a packet, in bytes, as in libpcap.
const MAX_OTHER_BLOCK: usize = 16 << 20;

/// The most interfaces allowed in a section.
const MAX_INTERFACES: usize = 1 << 16;

/// A pcapng file in one of its sections.
#[derive(Default)]
pub(super) struct PcapNg {
    big_endian: bool,
    interfaces: Vec<Interface>,
}

struct Interface {
    link_type: u32,
    link: Option<LinkLayer>,
    /// True once the unsupported link type was reported.
    reported: bool,
    /// The most bytes that the recorder keeps of a packet; 0 is no limit.
    snaplen: u32,
    clock: Clock,
}

impl PcapNg {
    /// The next record; `None` at the end of the recording.
    pub(super) fn next<'a, R: Read>(
        &mut self,
        source: &'a mut Source<R>,
    ) -> Result<Option<Packet<'a>>, Error> {
        loop {
            match self.read_block(source)? {
                None => return Ok(None),
                Some(IDB_MAGIC) => self.add_interface(source)?,
                Some(EPB_MAGIC) => {
                    source.mark_record();
                    return self.enhanced_packet(source).map(Some);
                }
                Some(SPB_MAGIC) => {
                    source.mark_record();
                    return self.simple_packet(source).map(Some);
                }
                Some(OBSOLETE_PACKET_BLOCK) => {
                    source.mark_record();
                    let found = "has an obsolete type: convert the file with editcap -F pcap";
                    return Err(source.malformed("packet block", found.to_owned()));
                }
                // Names, statistics, secrets, and other programs' blocks.
                Some(_) => {}
            }
        }
    }

    /// Reads a block of any type and returns its type; `None` at the end of the recording.
    fn read_block<R: Read>(&mut self, source: &mut Source<R>) -> Result<Option<u32>, Error> {
        const READING: &str = "block";
        if !source.begin(BLOCK_FRAME, READING)? {
            return Ok(None);
        }
        // The section header sets the byte order of everything that follows, including its own length.
        if source.block().starts_with(&MAGIC) {
            self.big_endian = match source.block()[8..BLOCK_FRAME] {
                [0x1a, 0x2b, 0x3c, 0x4d] => true,
                [0x4d, 0x3c, 0x2b, 0x1a] => false,
                _ => return Err(source.damaged("section header", "has no known byte order".to_owned())),
            };
            self.interfaces.clear();
        }
        let block_type = self.u32(source.block());
        let claimed = self.u32(&source.block()[4..]);
        let limit = match block_type {
            IDB_MAGIC | EPB_MAGIC | SPB_MAGIC | OBSOLETE_PACKET_BLOCK => MAX_RECORD,
            _ => MAX_OTHER_BLOCK,
        };
        let length = usize::try_from(claimed)
            .ok()
            .filter(|length| (BLOCK_FRAME..=limit).contains(length) && length % 4 == 0)
            .ok_or_else(|| {
                let found =
                    format!("(type {block_type}) says {claimed} bytes, which is impossible for its type");
                source.damaged(READING, found)
            })?;
        source.need(length, READING)?;
        let repeated = self.u32(&source.block()[length - 4..]);
        if repeated != claimed {
            let found = format!(
                "(type {block_type}) says {claimed} bytes at its beginning and {repeated} at its end"
            );
            return Err(source.damaged(READING, found));
        }
        Ok(Some(block_type))
    }

    fn u32(&self, bytes: &[u8]) -> u32 {
        if self.big_endian { BigEndian::read_u32(bytes) } else { LittleEndian::read_u32(bytes) }
    }

    fn add_interface<R: Read>(&mut self, source: &Source<R>) -> Result<(), Error> {
        const READING: &str = "interface description";
        let parse = if self.big_endian {
            parse_interfacedescriptionblock_be
        } else {
            parse_interfacedescriptionblock_le
        };
        let (_, block) =
            parse(source.block()).map_err(|_| source.damaged(READING, "is too short".to_owned()))?;
        if self.interfaces.len() == MAX_INTERFACES {
            let found = format!("is one too many: a section may have {MAX_INTERFACES}");
            return Err(source.damaged(READING, found));
        }
        let link_type = block.linktype.0 as u32;
        self.interfaces.push(Interface {
            link_type,
            link: LinkLayer::from_number(link_type),
            reported: false,
            snaplen: block.snaplen,
            clock: Clock::new(&block, self.big_endian),
        });
        Ok(())
    }

    fn enhanced_packet<'a, R>(&mut self, source: &'a Source<R>) -> Result<Packet<'a>, Error>
    where
        R: Read,
    {
        let parse = if self.big_endian { parse_enhancedpacketblock_be } else { parse_enhancedpacketblock_le };
        let (_, block) = parse(source.block())
            .map_err(|_| source.malformed("packet block", "is too short for its packet".to_owned()))?;
        let EnhancedPacketBlock { if_id, ts_high, ts_low, caplen, origlen, data, .. } = block;
        let interface = self.interface(source, if_id)?;
        let ticks = u64::from(ts_high) << 32 | u64::from(ts_low);
        Ok(Packet {
            number: source.record(),
            time: interface.clock.time(ticks),
            link: interface.link,
            // The block holds the whole packet, so this removes only the padding.
            data: &data[..data.len().min(caplen as usize)],
            original: origlen.into(),
        })
    }

    fn simple_packet<'a, R: Read>(&mut self, source: &'a Source<R>) -> Result<Packet<'a>, Error> {
        let parse = if self.big_endian { parse_simplepacketblock_be } else { parse_simplepacketblock_le };
        let (_, block) = parse(source.block())
            .map_err(|_| source.malformed("packet block", "is too short for its header".to_owned()))?;
        let SimplePacketBlock { origlen, data, .. } = block;
        let interface = self.interface(source, 0)?;
        let kept = match interface.snaplen {
            0 => origlen,
            snaplen => origlen.min(snaplen),
        };
        Ok(Packet {
            number: source.record(),
            time: None,
            link: interface.link,
            data: &data[..data.len().min(kept as usize)],
            original: origlen.into(),
        })
    }

    /// The interface of a packet. An unsupported link type is an error once.
    fn interface<R: Read>(&mut self, source: &Source<R>, number: u32) -> Result<&Interface, Error> {
        let count = self.interfaces.len();
        let interface = usize::try_from(number)
            .ok()
            .and_then(|index| self.interfaces.get_mut(index))
            .ok_or_else(|| {
                let found = format!("names interface {number}, of {count} described before it");
                source.malformed("packet block", found)
            })?;
        if interface.link.is_none() && !interface.reported {
            interface.reported = true;
            let link_type = interface.link_type;
            return Err(Error::Interface { record: source.record(), interface: number, link_type });
        }
        Ok(interface)
    }
}

/// The meaning of an interface's timestamps.
struct Clock {
    /// Ticks per second.
    resolution: u128,
    /// Seconds to add.
    offset: i64,
}

impl Clock {
    fn new(interface: &InterfaceDescriptionBlock<'_>, big_endian: bool) -> Self {
        // The library's own conversions ignore powers of two and read every file as little-endian.
        let exponent = u32::from(interface.if_tsresol & 0x7f);
        let resolution = match interface.if_tsresol & 0x80 {
            0 => 10_u128.checked_pow(exponent),
            _ => 1_u128.checked_shl(exponent),
        };
        // On overflow, a timestamp of 64 bits is always within the first nanosecond.
        let resolution = resolution.unwrap_or(u128::MAX);
        let offset = interface
            .options
            .iter()
            .find(|option| option.code == OptionCode::IfTsoffset)
            .and_then(|option| option.as_bytes().ok()?.try_into().ok())
            .map_or(0, if big_endian { i64::from_be_bytes } else { i64::from_le_bytes });
        Self { resolution, offset }
    }

    /// `None` if the system cannot express the time.
    fn time(&self, ticks: u64) -> Option<SystemTime> {
        const NANOS: u128 = 1_000_000_000;
        let (seconds, rest) = (u128::from(ticks) / self.resolution, u128::from(ticks) % self.resolution);
        // Ticks have 64 bits, so nothing here overflows.
        let since_epoch = Duration::new(seconds as u64, (rest * NANOS / self.resolution) as u32);
        let time = SystemTime::UNIX_EPOCH.checked_add(since_epoch)?;
        let offset = Duration::from_secs(self.offset.unsigned_abs());
        if self.offset < 0 { time.checked_sub(offset) } else { time.checked_add(offset) }
    }
}
