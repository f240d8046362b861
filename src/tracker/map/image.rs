//! `map.ini`: where a position is on a track's `map.png`.

#[cfg(feature = "serde")]
use serde::{Deserialize, Serialize};

use super::TrackFileError;
use crate::protocol::Vec3;

/// What a track's `data/map.ini` says of its `map.png`, which shows the track from above.
///
/// This reads no picture: it tells where on it something is.
///
/// ```
/// use acudpclient::protocol::Vec3;
/// use acudpclient::tracker::MapImage;
///
/// let ini = "[PARAMETERS]\nWIDTH=600\nHEIGHT=400\nMARGIN=20\nSCALE_FACTOR=2\nX_OFFSET=300\nZ_OFFSET=200\nDRAWING_SIZE=10\n";
/// let map = MapImage::from_ini(ini)?;
/// assert_eq!(map.pixel(Vec3::new(-100.0, 7.5, 0.0)), (100.0, 100.0));
/// # Ok::<(), acudpclient::tracker::TrackFileError>(())
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(Serialize, Deserialize))]
pub struct MapImage {
    /// The picture's width in pixels.
    pub width: f32,
    /// The picture's height in pixels.
    pub height: f32,
    /// The empty edge in pixels; 0 if the file does not say.
    pub margin: f32,
    /// Metres per pixel.
    pub scale_factor: f32,
    /// What is added to x, in metres.
    pub x_offset: f32,
    /// What is added to z, in metres.
    pub z_offset: f32,
    /// How large the game draws cars; 0 if the file does not say.
    pub drawing_size: f32,
}

impl MapImage {
    /// Reads the section `[PARAMETERS]` of a `map.ini`. Other sections and keys are passed over, and so is what follows
    /// a `;`.
    ///
    /// # Errors
    ///
    /// [`TrackFileError`] if `WIDTH`, `HEIGHT`, `SCALE_FACTOR`, `X_OFFSET` or `Z_OFFSET` is missing, or a value is no
    /// number, or the scale is not above 0.
    pub fn from_ini(ini: &str) -> Result<Self, TrackFileError> {
        let value = |key| value(ini, key);
        let needed = |key| value(key)?.ok_or(TrackFileError::Missing { key });
        Ok(Self {
            width: needed("WIDTH")?,
            height: needed("HEIGHT")?,
            margin: value("MARGIN")?.unwrap_or(0.0),
            scale_factor: needed(SCALE)?,
            x_offset: needed("X_OFFSET")?,
            z_offset: needed("Z_OFFSET")?,
            drawing_size: value("DRAWING_SIZE")?.unwrap_or(0.0),
        })
    }

    /// Where a position is on the picture, in pixels from its upper left corner: to the right and down.
    #[must_use]
    pub fn pixel(&self, position: Vec3) -> (f32, f32) {
        ((position.x + self.x_offset) / self.scale_factor, (position.z + self.z_offset) / self.scale_factor)
    }

    /// The x and z in the world of a place on the picture: what [`pixel`](Self::pixel) makes a pixel of.
    ///
    /// ```
    /// # use acudpclient::protocol::Vec3;
    /// # use acudpclient::tracker::MapImage;
    /// # fn show(map: &MapImage) {
    /// let (x, z) = map.world(map.pixel(Vec3::new(12.0, 0.0, -7.0)));
    /// # }
    /// ```
    #[must_use]
    pub fn world(&self, (right, down): (f32, f32)) -> (f32, f32) {
        (right * self.scale_factor - self.x_offset, down * self.scale_factor - self.z_offset)
    }
}

const SCALE: &str = "SCALE_FACTOR";

/// The value of a key of the section. The first one counts.
fn value(ini: &str, key: &'static str) -> Result<Option<f32>, TrackFileError> {
    let mut is_section = false;
    for (number, line) in (1..).zip(ini.lines()) {
        let line = line
            .split(';')
            .next()
            .unwrap_or(line)
            .trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if line.starts_with('[') {
            is_section = line.eq_ignore_ascii_case("[PARAMETERS]");
        } else if let Some((name, text)) = line.split_once('=').filter(|_| is_section) {
            if !name.trim().eq_ignore_ascii_case(key) {
                continue;
            }
            let text = text.trim();
            let value =
                text.parse().ok().filter(|value: &f32| value.is_finite() && (key != SCALE || *value > 0.0));
            return value.map(Some).ok_or_else(|| TrackFileError::Value {
                line: number,
                key,
                text: text.to_owned(),
            });
        }
    }
    Ok(None)
}
