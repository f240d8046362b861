//! `fixtures/`: every vector as the file `<name>.bin` and, in its JSON form, `<name>.json`.
//!
//! `UPDATE_FIXTURES=1 cargo test --all-features --test golden` writes them anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use support::vector::{Packet, Vector};

use crate::{all_commands, all_events};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The file's contents; when asked to update, these are what is expected of it.
fn fixture(file: &str, expected: &[u8]) -> Vec<u8> {
    let path = folder().join(file);
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        fs::write(&path, expected).unwrap_or_else(|error| panic!("writing {}: {error}", path.display()));
    }
    fs::read(&path).unwrap_or_else(|error| panic!("reading {}: {error}", path.display()))
}

fn assert_bytes<P: Packet>(vectors: &[Vector<P>]) {
    for Vector { name, bytes, .. } in vectors {
        assert_eq!(&fixture(&format!("{name}.bin"), bytes), bytes, "{name}");
    }
}

#[test]
fn every_vector_is_a_file() {
    assert_bytes(&all_events());
    assert_bytes(&all_commands());
}

#[test]
fn every_bin_file_is_a_vector() {
    let names: Vec<&str> = all_events()
        .iter()
        .map(|vector| vector.name)
        .chain(all_commands().iter().map(|vector| vector.name))
        .collect();
    let expected: BTreeSet<String> = names.iter().map(|name| format!("{name}.bin")).collect();
    assert_eq!(expected.len(), names.len(), "two vectors have the same name");
    for file in fs::read_dir(folder()).expect("the folder fixtures/ is there") {
        let file = file.expect("the folder fixtures/ can be listed").file_name();
        let file = file.to_string_lossy();
        assert!(
            !file.ends_with(".bin") || expected.contains(&*file),
            "fixtures/{file} belongs to no vector: delete it"
        );
    }
}

#[cfg(feature = "serde")]
fn assert_json<P: Packet + serde::Serialize + serde::de::DeserializeOwned>(vectors: &[Vector<P>]) {
    for Vector { name, value, .. } in vectors {
        let written = support::checks::to_json(value);
        let file = String::from_utf8(fixture(&format!("{name}.json"), written.as_bytes())).expect(name);
        assert!(file.ends_with("}\n"), "{name}: one object and a line feed");
        let json = |text| serde_json::from_str::<serde_json::Value>(text).expect(name);
        assert_eq!(json(&written), json(&file), "{name}");
        assert_eq!(&serde_json::from_str::<P>(&file).expect(name), value, "{name}");
    }
}

#[cfg(feature = "serde")]
#[test]
fn every_vector_is_a_json_file() {
    assert_json(&all_events());
    assert_json(&all_commands());
}
