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

/// All of them. A file that is not here is not served.
pub const ASSETS: &[Asset] =
    &[Asset { path: "/", content_type: HTML, bytes: include_bytes!("assets/index.html") }];

const HTML: &str = "text/html; charset=utf-8";

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
