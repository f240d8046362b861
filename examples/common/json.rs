//! JSON that a terminal can show.

use serde::Serialize;

/// One line of JSON. Characters that a terminal would obey or not show are written as `\u…`:
/// JSON itself asks for that only below U+0020, and players choose many of the texts.
pub fn json_line(packet: &impl Serialize) -> String {
    let json = serde_json::to_string(packet).expect("packets have a JSON form");
    let mut line = String::with_capacity(json.len());
    for character in json.chars() {
        if !character.is_ascii_graphic() && character.escape_debug().len() > 1 {
            for unit in character.encode_utf16(&mut [0; 2]) {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            line.push(character);
        }
    }
    line
}
