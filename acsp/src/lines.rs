//! Packets as lines, for people or as JSON. Both must be safe on a terminal: players choose many of the texts.

use std::fmt::Display;

use serde::Serialize;

/// A packet on one line. `Display` of the library's packets escapes control characters.
pub fn line(packet: &(impl Serialize + Display), json: bool) -> String {
    if json { json_line(packet) } else { packet.to_string() }
}

/// One line of JSON. Writes control characters and invisible characters as `\u…`; JSON itself requires that only
/// below U+0020.
pub fn json_line(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("packets and results have a JSON form");
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

/// A player's text, safe to show.
pub fn shown(text: &str) -> String {
    text.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\"")
}

#[cfg(test)]
mod tests {
    use super::json_line;

    #[test]
    fn json_has_nothing_that_a_terminal_obeys_and_reads_back() {
        // Escape, the one-byte form of "escape [", and a character that turns the text around.
        let name = "Zoë \u{1b}[31m \u{9b}31m \u{202e}";
        let line = json_line(&name);
        assert_eq!(line, r#""Zoë \u001b[31m \u009b31m \u202e""#);
        assert_eq!(serde_json::from_str::<String>(&line).unwrap(), name);
    }
}
