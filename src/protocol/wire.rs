//! [`Reader`], a bounds-checked cursor over a packet's bytes, and [`Writer`].

use byteorder::{ByteOrder, LittleEndian};
use encoding_rs::{EncoderResult, WINDOWS_1252};

use super::error::{DecodeError, EncodeError};
use super::id;
use super::types::{CarId, Dialect, LapTime, Vec3};

/// The name of an unknown packet in [`Event::name`](super::Event::name) and
/// [`Command::name`](super::Command::name).
pub(super) const UNKNOWN: &str = "UNKNOWN";

/// The wire counts a text's length and the leaderboard's entries in one byte.
pub(super) const MAX_COUNT: usize = 255;

/// A packet's fields on the wire, after its id.
///
/// Every `read` is `#[inline(always)]`, and so are the methods of [`Reader`] for fields. Without them
/// the decoders of small packets take up to six times as long, and those of END_SESSION, CLIENT_EVENT and
/// PING miss their goals (`cargo bench --bench goals`).
pub(super) trait Packet: Sized {
    /// True if the layout of these bytes is known. Otherwise they become an
    /// [`UnknownPacket`](super::UnknownPacket).
    fn is_defined(_payload: &[u8]) -> bool {
        true
    }

    fn read(r: &mut Reader<'_>) -> Result<Self, DecodeError>;

    fn write(&self, w: &mut Writer<'_>) -> Result<(), EncodeError>;
}

/// A value that is one field of a command.
pub(super) trait Field: Sized {
    fn read(r: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError>;

    fn write(&self, w: &mut Writer<'_>, field: &'static str) -> Result<(), EncodeError>;
}

/// What the end of the bytes means to a packet whose layout differs between dialects.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Extent {
    /// The bytes are one datagram: their length tells the dialect.
    Whole,
    /// Other packets may follow: read the original layout.
    Prefix,
}

/// Evaluates `$read`, which reads `$fields` with the reader `$r`; inside [`Reader::apart`] if the fields own memory.
///
/// So packets without texts keep the reader in registers and need not save other registers. A closure in both
/// branches would not always be inlined: CLIENT_EVENT then misses its goal (`cargo bench --bench goals`).
macro_rules! read_fields {
    ($r:ident, $fields:ty, $read:expr) => {
        if std::mem::needs_drop::<$fields>() { $r.apart(|$r| $read) } else { $read }
    };
}
pub(super) use read_fields;

/// Reads the fields of one packet.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    packet: &'a [u8],
    rest: &'a [u8],
    extent: Extent,
}

impl<'a> Reader<'a> {
    /// Starts after the packet's id.
    pub(super) fn new(packet: &'a [u8], extent: Extent) -> Result<Self, DecodeError> {
        let (_, rest) = packet.split_first().ok_or(DecodeError::Empty)?;
        Ok(Self { packet, rest, extent })
    }

    /// Reads the packet from its first field on, in a separate function with its own reader.
    #[inline(always)]
    pub(super) fn apart<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, DecodeError>,
    ) -> Result<T, DecodeError> {
        let mut end = self.packet.len();
        let result = read_apart(self.packet, self.extent, &mut end, read);
        self.rest = self.packet.get(end..).unwrap_or_default();
        result
    }

    pub(super) fn packet_id(&self) -> u8 {
        self.packet[0]
    }

    pub(super) fn extent(&self) -> Extent {
        self.extent
    }

    pub(super) fn offset(&self) -> usize {
        self.packet.len() - self.rest.len()
    }

    /// The unread bytes.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Takes all unread bytes.
    pub(super) fn take_rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
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
    fn truncated(self, needed: usize, field: &'static str) -> DecodeError {
        DecodeError::Truncated {
            packet: id::name(self.packet_id()).unwrap_or(UNKNOWN),
            field,
            offset: self.offset(),
            needed,
            available: self.rest.len(),
        }
    }

    #[inline(always)]
    pub(super) fn bool(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.u8(field)? != 0)
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

/// See [`Reader::apart`]. Sets `end` to where it stopped.
#[inline(never)]
fn read_apart<'a, T>(
    packet: &'a [u8],
    extent: Extent,
    end: &mut usize,
    read: impl FnOnce(&mut Reader<'a>) -> Result<T, DecodeError>,
) -> Result<T, DecodeError> {
    let mut r = Reader::new(packet, extent)?;
    let result = read(&mut r);
    *end = r.offset();
    result
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

/// The methods for numbers, each named after the type that it reads.
macro_rules! read_numbers {
    ($($type:ident)*) => {
        impl Reader<'_> {
            $(#[inline(always)]
            pub(super) fn $type(&mut self, field: &'static str) -> Result<$type, DecodeError> {
                let mut bytes = [0; size_of::<$type>()];
                bytes.copy_from_slice(self.take(size_of::<$type>(), field)?);
                Ok($type::from_le_bytes(bytes))
            })*
        }
    };
}
read_numbers!(u8 u16 i16 u32 i32 i64 f32);

/// Reads UTF-8 if valid, else windows-1252.
fn from_8_bit(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
    }
}

/// Reads a text of at most 255 characters. Invalid ones become U+FFFD.
fn from_utf_32(bytes: &[u8]) -> String {
    let mut buffer = [0; MAX_COUNT];
    match from_ascii(bytes, &mut buffer) {
        Some(text) => text.to_owned(),
        None => from_other_utf_32(bytes),
    }
}

/// The fast path, because most texts are ASCII; `None` for any other text.
fn from_ascii<'a>(bytes: &[u8], buffer: &'a mut [u8; MAX_COUNT]) -> Option<&'a str> {
    let mut any = 0;
    for (lowest, unit) in buffer.iter_mut().zip(bytes.chunks_exact(4)) {
        let unit = LittleEndian::read_u32(unit);
        *lowest = unit as u8;
        any |= unit;
    }
    if any < 0x80 { std::str::from_utf8(&buffer[..bytes.len() / 4]).ok() } else { None }
}

fn from_other_utf_32(bytes: &[u8]) -> String {
    let units = bytes.chunks_exact(4).map(LittleEndian::read_u32);
    let chars = units.map(|unit| char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
    let mut text = String::with_capacity(chars.clone().map(char::len_utf8).sum());
    text.extend(chars);
    text
}

/// Appends one packet to a buffer: its id, then its fields.
pub(super) struct Writer<'a> {
    buffer: &'a mut Vec<u8>,
    start: usize,
}

/// Appends one packet to a buffer, or leaves the buffer as it was.
pub(super) fn append(
    buffer: &mut Vec<u8>,
    write: impl FnOnce(&mut Writer<'_>) -> Result<(), EncodeError>,
) -> Result<(), EncodeError> {
    let start = buffer.len();
    let written = write(&mut Writer { buffer, start });
    if written.is_err() {
        buffer.truncate(start);
    }
    written
}

impl Writer<'_> {
    /// This packet's bytes so far, including its id.
    pub(super) fn written(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// The packet's name, for errors.
    fn packet(&self) -> &'static str {
        self.written().first().and_then(|&packet_id| id::name(packet_id)).unwrap_or(UNKNOWN)
    }

    /// The error of a field that the packet's dialect cannot carry.
    pub(super) fn refuse(&self, field: &'static str, dialect: Dialect) -> EncodeError {
        EncodeError::Dialect { packet: self.packet(), field, dialect }
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
                packet: self.packet(),
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
    /// A windows-1252 text of up to 255 bytes may decode to more than 255 bytes of UTF-8. It is encoded as
    /// windows-1252 again, so that every decoded text can be encoded.
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

macro_rules! number_field {
    ($($type:ident)*) => {
        $(impl Field for $type {
            #[inline(always)]
            fn read(r: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
                r.$type(field)
            }

            fn write(&self, w: &mut Writer<'_>, _: &'static str) -> Result<(), EncodeError> {
                w.$type(*self);
                Ok(())
            }
        })*
    };
}
number_field!(u16 i16 i64);

impl Field for CarId {
    #[inline(always)]
    fn read(r: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
        r.car_id(field)
    }

    fn write(&self, w: &mut Writer<'_>, _: &'static str) -> Result<(), EncodeError> {
        w.u8(self.0);
        Ok(())
    }
}

/// The texts of all commands are wide.
impl Field for String {
    #[inline(always)]
    fn read(r: &mut Reader<'_>, field: &'static str) -> Result<Self, DecodeError> {
        r.wide_text(field)
    }

    fn write(&self, w: &mut Writer<'_>, field: &'static str) -> Result<(), EncodeError> {
        w.wide_text(self, field)
    }
}
