//! The bounds-checked cursor over a packet's bytes and its counterpart that writes them.

use byteorder::{ByteOrder, LittleEndian};
use encoding_rs::{EncoderResult, WINDOWS_1252};

use super::error::{DecodeError, EncodeError};
use super::id;
use super::types::{CarId, Dialect, LapTime, Vec3};

/// What [`Event::name`](super::Event::name) and [`Command::name`](super::Command::name) say of an
/// unknown packet.
pub(super) const UNKNOWN: &str = "UNKNOWN";

/// A text's length is one byte, so is the number of leaderboard entries.
pub(super) const MAX_COUNT: usize = 255;

/// What the end of the bytes means to a packet whose layout differs between dialects.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Extent {
    /// The bytes are one datagram: their length tells the dialect.
    Whole,
    /// Other packets may follow: only the original layout can be read.
    Prefix,
}

/// Reads the fields of one packet.
///
/// Its methods are inlined, so that it is kept in registers.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    packet: &'a [u8],
    rest: &'a [u8],
    extent: Extent,
}

impl<'a> Reader<'a> {
    /// Starts behind the packet's id, which it gives.
    #[inline(always)]
    pub(super) fn new(packet: &'a [u8], extent: Extent) -> Result<(u8, Self), DecodeError> {
        let (&packet_id, rest) = packet.split_first().ok_or(DecodeError::Empty)?;
        Ok((packet_id, Self { packet, rest, extent }))
    }

    #[inline(always)]
    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    #[inline(always)]
    pub(super) fn offset(&self) -> usize {
        self.packet.len() - self.rest.len()
    }

    /// The bytes that have not been read yet.
    #[inline(always)]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// The packet's id and all that is behind it, wherever this stands.
    pub(super) fn whole(&mut self) -> (u8, Vec<u8>) {
        self.rest = &[];
        (self.packet[0], self.packet[1..].to_vec())
    }

    #[inline(always)]
    pub(super) fn take(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(length) {
            Some((taken, rest)) => {
                self.rest = rest;
                Ok(taken)
            }
            None => Err(self.truncated(length, field)),
        }
    }

    /// The error of a field for which too few bytes are left.
    #[cold]
    #[inline(never)]
    fn truncated(self, needed: usize, field: &'static str) -> DecodeError {
        DecodeError::Truncated {
            packet: id::name(self.packet[0]).unwrap_or(UNKNOWN),
            field,
            offset: self.offset(),
            needed,
            available: self.rest.len(),
        }
    }

    #[inline(always)]
    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        Ok(self.take(1, field)?[0])
    }

    #[inline(always)]
    pub(super) fn bool(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.u8(field)? != 0)
    }

    #[inline(always)]
    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        Ok(LittleEndian::read_u16(self.take(2, field)?))
    }

    #[inline(always)]
    pub(super) fn i16(&mut self, field: &'static str) -> Result<i16, DecodeError> {
        Ok(LittleEndian::read_i16(self.take(2, field)?))
    }

    #[inline(always)]
    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        Ok(LittleEndian::read_u32(self.take(4, field)?))
    }

    #[inline(always)]
    pub(super) fn i32(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        Ok(LittleEndian::read_i32(self.take(4, field)?))
    }

    #[inline(always)]
    pub(super) fn i64(&mut self, field: &'static str) -> Result<i64, DecodeError> {
        Ok(LittleEndian::read_i64(self.take(8, field)?))
    }

    #[inline(always)]
    pub(super) fn f32(&mut self, field: &'static str) -> Result<f32, DecodeError> {
        Ok(LittleEndian::read_f32(self.take(4, field)?))
    }

    #[inline(always)]
    pub(super) fn vec3(&mut self, field: &'static str) -> Result<Vec3, DecodeError> {
        self.take(12, field).map(vec3)
    }

    #[inline(always)]
    pub(super) fn car_id(&mut self, field: &'static str) -> Result<CarId, DecodeError> {
        self.u8(field).map(CarId)
    }

    #[inline(always)]
    pub(super) fn lap_time(&mut self, field: &'static str) -> Result<LapTime, DecodeError> {
        self.u32(field).map(LapTime)
    }

    /// `wstr`: a count of characters, then UTF-32LE.
    #[inline(always)]
    pub(super) fn wide_text(&mut self, field: &'static str) -> Result<String, DecodeError> {
        let count = usize::from(self.u8(field)?);
        self.wide_chars(count, field)
    }

    /// The characters of a `wstr` whose count has been read.
    #[inline(always)]
    pub(super) fn wide_chars(&mut self, count: usize, field: &'static str) -> Result<String, DecodeError> {
        self.take(4 * count, field).map(from_utf_32)
    }

    /// `str`: a count of bytes, then 8-bit text.
    #[inline(always)]
    pub(super) fn narrow_text(&mut self, field: &'static str) -> Result<String, DecodeError> {
        let count = usize::from(self.u8(field)?);
        self.narrow_bytes(count, field)
    }

    /// The bytes of a `str` whose count has been read.
    #[inline(always)]
    pub(super) fn narrow_bytes(&mut self, count: usize, field: &'static str) -> Result<String, DecodeError> {
        self.take(count, field).map(from_8_bit)
    }
}

/// Three floats of four bytes each.
#[inline(always)]
pub(super) fn vec3(bytes: &[u8]) -> Vec3 {
    Vec3 {
        x: LittleEndian::read_f32(&bytes[0..4]),
        y: LittleEndian::read_f32(&bytes[4..8]),
        z: LittleEndian::read_f32(&bytes[8..12]),
    }
}

/// Reads a packet that owns memory in a function of its own, so that for those that own none nothing is
/// saved and restored. Says where the packet ends, if that is asked for.
#[inline(never)]
pub(super) fn owning<'a, P, T>(
    packet: &'a [u8],
    extent: Extent,
    end: Option<&mut usize>,
    read: impl FnOnce(&mut Reader<'a>) -> Result<P, DecodeError>,
    into: impl FnOnce(P) -> T,
) -> Result<T, DecodeError> {
    let (_, mut r) = Reader::new(packet, extent)?;
    let packet = read(&mut r).map(into);
    if let Some(end) = end {
        *end = r.offset();
    }
    packet
}

/// UTF-8, or else windows-1252.
#[inline(never)]
fn from_8_bit(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// A text of at most 255 characters, in which what is no character becomes U+FFFD.
#[inline(always)]
fn from_utf_32(bytes: &[u8]) -> String {
    let mut buffer = [0; MAX_COUNT];
    match from_ascii(bytes, &mut buffer) {
        Some(text) => text.to_owned(),
        None => from_other_utf_32(bytes),
    }
}

/// Most texts are ASCII, and so are the lowest bytes of their characters.
#[inline(never)]
fn from_ascii<'a>(bytes: &[u8], buffer: &'a mut [u8; MAX_COUNT]) -> Option<&'a str> {
    let mut any = 0;
    for (lowest, unit) in buffer.iter_mut().zip(bytes.chunks_exact(4)) {
        let unit = LittleEndian::read_u32(unit);
        *lowest = unit as u8;
        any |= unit;
    }
    if any < 0x80 { std::str::from_utf8(&buffer[..bytes.len() / 4]).ok() } else { None }
}

#[inline(never)]
fn from_other_utf_32(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(4).map(LittleEndian::read_u32);
    let chars = units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
    let mut text = String::with_capacity(chars.clone().map(char::len_utf8).sum());
    text.extend(chars);
    text
}

/// Appends the fields of one packet to a buffer.
pub(super) struct Writer<'a> {
    buffer: &'a mut Vec<u8>,
    start: usize,
    packet: &'static str,
}

/// Appends one packet to a buffer, or leaves the buffer as it was.
pub(super) fn append(
    buffer: &mut Vec<u8>,
    packet_id: u8,
    packet: &'static str,
    write_body: impl FnOnce(&mut Writer<'_>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let start = buffer.len();
    buffer.push(packet_id);
    write_body(&mut Writer { buffer, start, packet }).inspect_err(|_| buffer.truncate(start))
}

impl Writer<'_> {
    /// All that this packet has written so far, its id included.
    pub(super) fn written(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The error of a field that the packet's dialect cannot carry.
    pub(super) fn refuse(&self, field: &'static str, dialect: Dialect) -> EncodeError {
        EncodeError::Dialect { packet: self.packet, field, dialect }
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    pub(super) fn u8(&mut self, value: u8) {
        self.buffer.push(value);
    }

    pub(super) fn bool(&mut self, value: bool) {
        self.u8(u8::from(value));
    }

    pub(super) fn u16(&mut self, value: u16) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn i16(&mut self, value: i16) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn u32(&mut self, value: u32) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn i32(&mut self, value: i32) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn i64(&mut self, value: i64) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn f32(&mut self, value: f32) {
        self.bytes(&value.to_le_bytes());
    }

    pub(super) fn vec3(&mut self, value: Vec3) {
        let mut bytes = [0; 12];
        LittleEndian::write_f32_into(&[value.x, value.y, value.z], &mut bytes);
        self.bytes(&bytes);
    }

    /// The one-byte count before a text or a leaderboard.
    pub(super) fn count(
        &mut self,
        count: usize,
        unit: &'static str,
        field: &'static str,
    ) -> Result<(), EncodeError> {
        match u8::try_from(count) {
            Ok(count) => {
                self.u8(count);
                Ok(())
            }
            Err(_) => Err(EncodeError::TooLong {
                packet: self.packet,
                field,
                length: count,
                limit: MAX_COUNT,
                unit,
            }),
        }
    }

    /// `wstr`: a count of characters, then UTF-32LE.
    pub(super) fn wide_text(&mut self, text: &str, field: &'static str) -> Result<(), EncodeError> {
        let count = text.chars().count();
        self.count(count, "characters", field)?;
        let start = self.buffer.len();
        self.buffer.resize(start + 4 * count, 0);
        let units = self.buffer[start..].chunks_exact_mut(4);
        if text.is_ascii() {
            units.zip(text.bytes()).for_each(|(unit, byte)| unit[0] = byte);
        } else {
            units.zip(text.chars()).for_each(|(unit, char)| LittleEndian::write_u32(unit, char.into()));
        }
        Ok(())
    }

    /// `str`: a count of bytes, then UTF-8.
    ///
    /// A windows-1252 text of up to 255 bytes may have been decoded to more than 255 bytes of
    /// UTF-8. It goes back as it came, so that whatever was decoded can be encoded.
    pub(super) fn narrow_text(&mut self, text: &str, field: &'static str) -> Result<(), EncodeError> {
        if text.len() > MAX_COUNT {
            let mut bytes = [0; MAX_COUNT];
            let (result, _, length) =
                WINDOWS_1252.new_encoder().encode_from_utf8_without_replacement(text, &mut bytes, true);
            let bytes = &bytes[..length];
            if result == EncoderResult::InputEmpty && std::str::from_utf8(bytes).is_err() {
                self.count(length, "bytes", field)?;
                self.bytes(bytes);
                return Ok(());
            }
        }
        self.count(text.len(), "bytes", field)?;
        self.bytes(text.as_bytes());
        Ok(())
    }
}
