//! The files of the page, which are part of the program.

use std::hash::{DefaultHasher, Hash, Hasher};

/// A file of the page.
#[derive(Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its path on the server.
    pub path: &'static str,
    pub content_type: &'static str,
    pub bytes: &'static [u8],
}

/// A file of the folder `assets`.
macro_rules! asset {
    ($name:literal, $content_type:expr) => {
        Asset {
            path: concat!("/assets/", $name),
            content_type: $content_type,
            bytes: include_bytes!(concat!("assets/", $name)),
        }
    };
}

/// All of them. A file that is not here is not served.
pub const ASSETS: &[Asset] = &[
    Asset { path: "/", content_type: HTML, bytes: include_bytes!("assets/index.html") },
    asset!("board.js", SCRIPT),
    asset!("charts.js", SCRIPT),
    asset!("control.js", SCRIPT),
    asset!("dom.js", SCRIPT),
    asset!("driver-page.js", SCRIPT),
    asset!("driver.js", SCRIPT),
    asset!("favicon.svg", PICTURE),
    asset!("feed.js", SCRIPT),
    asset!("format.js", SCRIPT),
    asset!("header.js", SCRIPT),
    asset!("laps.js", SCRIPT),
    asset!("main.js", SCRIPT),
    asset!("map.js", SCRIPT),
    asset!("overlay.js", SCRIPT),
    asset!("pages.js", SCRIPT),
    asset!("race.js", SCRIPT),
    asset!("records.js", SCRIPT),
    asset!("results.js", SCRIPT),
    asset!("state.js", SCRIPT),
    asset!("stream.js", SCRIPT),
    asset!("style.css", STYLE),
];

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";
const PICTURE: &str = "image/svg+xml";

impl Asset {
    pub fn at(path: &str) -> Option<&'static Self> {
        ASSETS.iter().find(|asset| asset.path == path)
    }

    /// The same for the same bytes, so that a browser fetches a file again only after an update of the program.
    pub fn etag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.bytes.hash(&mut hasher);
        format!("\"{:016x}\"", hasher.finish())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_the_folder_is_served() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/assets");
        for file in std::fs::read_dir(folder).unwrap() {
            let name = file.unwrap().file_name().into_string().unwrap();
            let path = if name == "index.html" { "/".to_owned() } else { format!("/assets/{name}") };
            assert!(Asset::at(&path).is_some(), "{name}");
        }
    }
}
