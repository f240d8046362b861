//! A track's files in the game's content folder.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use acudpclient::tracker::{MapImage, TrackMap};

/// Larger files are no maps.
const LARGEST: u64 = 64 * 1024 * 1024;

/// What there was, and could be read.
#[derive(Debug, Default)]
pub struct Files {
    pub outline: Option<TrackMap>,
    pub image: Option<MapImage>,
    pub png: Option<Vec<u8>>,
}

/// Reads the files of a track and layout, as far as they are there. The log says what is wrong with the others.
pub fn read(content: &Path, track: &str, layout: &str) -> Files {
    let Some(folder) = folder(content, track, layout) else { return Files::default() };
    let outline = read_file(&folder.join("ai").join("fast_lane.ai"))
        .and_then(|bytes| told(&folder, TrackMap::from_fast_lane(&bytes)));
    // The game has it in `data`; some tools write it beside the picture.
    let ini = read_file(&folder.join("data").join("map.ini")).or_else(|| read_file(&folder.join("map.ini")));
    let image = ini.and_then(|bytes| told(&folder, MapImage::from_ini(&String::from_utf8_lossy(&bytes))));
    let png = image.and_then(|_| read_file(&folder.join("map.png")));
    Files { outline, image, png }
}

/// The folder of the layout. The names come from the server, which can send anything.
fn folder(content: &Path, track: &str, layout: &str) -> Option<PathBuf> {
    let track = content.join("tracks").join(plain_name(track)?);
    if layout.is_empty() { Some(track) } else { Some(track.join(plain_name(layout)?)) }
}

/// The name of a folder that leads nowhere else. Some servers put words before it: `csp/2144/../monza`.
fn plain_name(name: &str) -> Option<&str> {
    let name = name.rsplit(['/', '\\']).next()?;
    let is_plain = |character: char| character.is_alphanumeric() || "_-. ".contains(character);
    (!name.is_empty() && !name.starts_with('.') && name.chars().all(is_plain)).then_some(name)
}

fn read_file(path: &Path) -> Option<Vec<u8>> {
    let read = || -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::ErrorKind::NotFound.into());
        }
        let mut bytes = Vec::new();
        file.take(LARGEST).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    match read() {
        Ok(bytes) => Some(bytes),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => {
            log::error!("cannot read {}: {error}", path.display());
            None
        }
    }
}

fn told<T>(folder: &Path, read: Result<T, acudpclient::tracker::TrackFileError>) -> Option<T> {
    read.map_err(|error| log::error!("in {}: {error}", folder.display())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_names_lead_into_the_content_folder_only() {
        let at = |track, layout| folder(Path::new("content"), track, layout);
        let tracks = Path::new("content").join("tracks");
        assert_eq!(at("monza", ""), Some(tracks.join("monza")));
        assert_eq!(
            at("ks_nordschleife", "endurance"),
            Some(tracks.join("ks_nordschleife").join("endurance"))
        );
        assert_eq!(at("csp/2144/../monza", ""), Some(tracks.join("monza")));
        for hostile in ["..", ".", "", "/", "a/..", r"a\..", "C:x", "a\0", "a/.hidden", "~"] {
            assert!(at(hostile, "").is_none() || hostile.is_empty(), "{hostile:?}");
            assert!(at("monza", hostile).is_none() || hostile.is_empty(), "{hostile:?}");
        }
        assert!(at("", "").is_none());
    }

    #[test]
    fn a_tracks_files_are_found_and_wrong_ones_are_not_taken() {
        let content = std::env::temp_dir().join(format!("acsp-content-{}", std::process::id()));
        let folder = content.join("tracks").join("round");
        for inner in ["ai", "data"] {
            std::fs::create_dir_all(folder.join(inner)).unwrap();
        }
        let ini = "[PARAMETERS]\nWIDTH=600\nHEIGHT=400\nSCALE_FACTOR=2\nX_OFFSET=300\nZ_OFFSET=200\n";
        std::fs::write(folder.join("data").join("map.ini"), ini).unwrap();
        std::fs::write(folder.join("map.png"), b"png").unwrap();
        std::fs::write(folder.join("ai").join("fast_lane.ai"), b"no line").unwrap();
        let files = read(&content, "round", "");
        std::fs::remove_dir_all(&content).unwrap();
        assert_eq!(files.png.as_deref(), Some(&b"png"[..]));
        assert_eq!(files.image.unwrap().width, 600.0);
        assert!(files.outline.is_none());
    }
}
