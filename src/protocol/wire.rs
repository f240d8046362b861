//! The bounds-checked cursor over a packet's bytes and its counterpart that writes them.

use byteorder::{ByteOrder, LittleEndian};
use encoding_rs::{EncoderResult, WINDOWS_1252};

use super::error::{DecodeError, EncodeError};
use super::types::{CarId, Dialect, LapTime, Vec3};

/// A text's length is one byte, so is the number of leaderboard entries.
pub(super) const MAX_COUNT: usize = 255;

/// Reads the fields of one packet and remembers where it stands, for the errors.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    offset: usize,
    packet: &'static str,
}

impl<'a> Reader<'a> {
    /// Starts behind the packet's id byte.
    pub(super) fn new(bytes: &'a [u8], packet: &'static str) -> Self {
        Self { bytes, offset: 1, packet }
    }

    pub(super) fn offset(&self) -> usize {
        self.offset
    }

    pub(super) fn remaining(&self) -> usize {
        self.bytes.len() - self.offset
    }

    /// The bytes that have not been read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.offset..]
    }

    /// A reader of the next bytes alone, which are then behind this one.
    pub(super) fn part(&mut self, length: usize, field: &'static str) -> Result<Self, DecodeError> {
        let offset = self.offset;
        self.take(length, field)?;
        Ok(Self { bytes: &self.bytes[..self.offset], offset, packet: self.packet })
    }

    fn take(&mut self, length: usize, field: &'static str) -> Result<&'a [u8], DecodeError> {
        match self.rest().get(..length) {
            Some(taken) => {
                self.offset += length;
                Ok(taken)
            }
            None => Err(self.truncated(length, field)),
        }
    }

    /// The error of a field for which too few bytes are left.
    #[cold]
    fn truncated(&self, needed: usize, field: &'static str) -> DecodeError {
        DecodeError::Truncated {
            packet: self.packet,
            field,
            offset: self.offset,
            needed,
            available: self.remaining(),
        }
    }

    pub(super) fn u8(&mut self, field: &'static str) -> Result<u8, DecodeError> {
        Ok(self.take(1, field)?[0])
    }

    pub(super) fn bool(&mut self, field: &'static str) -> Result<bool, DecodeError> {
        Ok(self.u8(field)? != 0)
    }

    pub(super) fn u16(&mut self, field: &'static str) -> Result<u16, DecodeError> {
        Ok(LittleEndian::read_u16(self.take(2, field)?))
    }

    pub(super) fn i16(&mut self, field: &'static str) -> Result<i16, DecodeError> {
        Ok(LittleEndian::read_i16(self.take(2, field)?))
    }

    pub(super) fn u32(&mut self, field: &'static str) -> Result<u32, DecodeError> {
        Ok(LittleEndian::read_u32(self.take(4, field)?))
    }

    pub(super) fn i32(&mut self, field: &'static str) -> Result<i32, DecodeError> {
        Ok(LittleEndian::read_i32(self.take(4, field)?))
    }

    pub(super) fn i64(&mut self, field: &'static str) -> Result<i64, DecodeError> {
        Ok(LittleEndian::read_i64(self.take(8, field)?))
    }

    pub(super) fn f32(&mut self, field: &'static str) -> Result<f32, DecodeError> {
        Ok(LittleEndian::read_f32(self.take(4, field)?))
    }

    pub(super) fn vec3(&mut self, field: &'static str) -> Result<Vec3, DecodeError> {
        let bytes = self.take(12, field)?;
        Ok(Vec3 {
            x: LittleEndian::read_f32(&bytes[0..4]),
            y: LittleEndian::read_f32(&bytes[4..8]),
            z: LittleEndian::read_f32(&bytes[8..12]),
        })
    }

    pub(super) fn car_id(&mut self, field: &'static str) -> Result<CarId, DecodeError> {
        self.u8(field).map(CarId)
    }

    pub(super) fn lap_time(&mut self, field: &'static str) -> Result<LapTime, DecodeError> {
        self.u32(field).map(LapTime)
    }

    /// `wstr`: a count of characters, then UTF-32LE.
    pub(super) fn wide_text(&mut self, field: &'static str) -> Result<String, DecodeError> {
        let count = usize::from(self.u8(field)?);
        self.wide_chars(count, field)
    }

    /// The characters of a `wstr` whose count has been read.
    pub(super) fn wide_chars(&mut self, count: usize, field: &'static str) -> Result<String, DecodeError> {
        let chars = self
            .take(4 * count, field)?
            .chunks_exact(4)
            .map(|unit| char::from_u32(LittleEndian::read_u32(unit)).unwrap_or(char::REPLACEMENT_CHARACTER));
        let mut text = String::with_capacity(chars.clone().map(char::len_utf8).sum());
        text.extend(chars);
        Ok(text)
    }

    /// `str`: a count of bytes, then 8-bit text.
    pub(super) fn narrow_text(&mut self, field: &'static str) -> Result<String, DecodeError> {
        let count = usize::from(self.u8(field)?);
        self.narrow_bytes(count, field)
    }

    /// The bytes of a `str` whose count has been read.
    pub(super) fn narrow_bytes(&mut self, count: usize, field: &'static str) -> Result<String, DecodeError> {
        let bytes = self.take(count, field)?;
        Ok(match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        })
    }
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
        self.f32(value.x);
        self.f32(value.y);
        self.f32(value.z);
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
        self.count(text.chars().count(), "characters", field)?;
        for character in text.chars() {
            self.u32(u32::from(character));
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
