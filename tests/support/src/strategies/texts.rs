use std::ops::RangeInclusive;

use proptest::char::{CharStrategy, range};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::texts::WINDOWS_1252_FROM_80;

/// Any character, and of every kind often.
fn character() -> CharStrategy<'static> {
    // What ends a text or a line, is escaped, joins its neighbour, turns the direction of writing,
    // looks like a byte order mark, and the ends of ranges.
    let special = "\0\n\u{1B}\"'\\\u{7F}\u{85}éß€\u{301}\u{200D}\u{2028}\u{202E}日\u{D7FF}\u{E000}\u{FEFF}\u{FFFD}\u{FFFF}🏁\u{10FFFF}";
    const PREFERRED: &[RangeInclusive<char>] = &[
        ' '..='~',
        ' '..='~',
        '\0'..='\u{1F}',
        '\u{7F}'..='\u{9F}',
        '\u{A0}'..='\u{FF}',
        '\u{0590}'..='\u{07FF}',
        '\u{2000}'..='\u{D7FF}',
    ];
    CharStrategy::new(special.chars().collect(), PREFERRED.into(), vec!['\0'..=char::MAX].into())
}

/// For a `wstr`: up to 255 characters.
pub fn wide() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => vec(character(), 0..=12),
        1 => vec(character(), 0..=255),
        1 => vec(character(), 255),
    ]
    .prop_map(String::from_iter)
}

/// For a `str`: all that 255 bytes can be decoded to.
pub fn narrow() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => wide().prop_map(cut_to_255_bytes),
        1 => vec(any::<u8>(), 0..=12).prop_map(read_narrow),
        1 => vec(any::<u8>(), 0..=255).prop_map(read_narrow),
        // Longer than 255 bytes in UTF-8.
        1 => vec(0x80_u8.., 128..=255).prop_map(read_narrow),
    ]
}

fn cut_to_255_bytes(mut text: String) -> String {
    while text.len() > 255 {
        text.pop();
    }
    text
}

/// What 8-bit text stands for: UTF-8 if it is valid, else windows-1252.
fn read_narrow(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| windows_1252(error.as_bytes()))
}

fn windows_1252(bytes: &[u8]) -> String {
    let from_80: Vec<char> = WINDOWS_1252_FROM_80.chars().collect();
    bytes
        .iter()
        .map(|&byte| byte.checked_sub(0x80).map_or(char::from(byte), |index| from_80[usize::from(index)]))
        .collect()
}

/// More than a `wstr` carries.
pub fn too_long_wide() -> impl Strategy<Value = String> {
    vec(character(), 256..=400).prop_map(String::from_iter)
}

/// More than a `str` carries.
pub fn too_long_narrow() -> impl Strategy<Value = String> {
    prop_oneof![
        // Too long for windows-1252 too.
        too_long_wide(),
        vec(range('\u{A0}', '\u{FF}'), 256..=400).prop_map(String::from_iter),
        // At most 255 characters, of which one is not in windows-1252.
        (vec(range('\u{A0}', '\u{FF}'), 127..=254), range('\u{400}', '\u{2000}'))
            .prop_map(|(text, last)| text.into_iter().chain([last]).collect()),
        // Its bytes in windows-1252 are UTF-8, as which they would be read.
        vec(range('\u{80}', '\u{7FF}'), 64..=127)
            .prop_map(|text| windows_1252(String::from_iter(text).as_bytes())),
    ]
}
