//! Texts that have to fit into a place on a terminal.

use ratatui::text::Span;

/// How many columns of a terminal a text takes.
pub fn width(text: &str) -> usize {
    Span::raw(text).width()
}

/// The text with an ellipsis for what does not fit.
pub fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let Some(room) = room.checked_sub(1) else { return String::new() };
    let mut cut = head(text, room).trim_end().to_owned();
    cut.push('…');
    cut
}

/// As much of the text's beginning as fits.
fn head(text: &str, room: usize) -> &str {
    let mut end = 0;
    for (start, character) in text.char_indices() {
        let next = start + character.len_utf8();
        if width(&text[..next]) > room {
            break;
        }
        end = next;
    }
    &text[..end]
}

/// The text on several lines, broken at spaces; a longer word is broken anywhere.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let room = room.max(1);
    let mut lines = vec![String::new()];
    for mut word in text.split(' ').filter(|word| !word.is_empty()) {
        let used = lines.last().map_or(0, |line| width(line));
        if used > 0 && used + 1 + width(word) > room {
            lines.push(String::new());
        }
        while width(word) > room {
            let part = head(word, room);
            // A character that is wider than the room.
            let part =
                if part.is_empty() { &word[..word.chars().next().map_or(0, char::len_utf8)] } else { part };
            lines.extend([part.to_owned()]);
            word = &word[part.len()..];
            lines.push(String::new());
        }
        let Some(line) = lines.last_mut() else { break };
        if !line.is_empty() && !word.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Filled up with spaces on the right.
pub fn left(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(width(text))))
}

/// Filled up with spaces on the left.
pub fn right(text: &str, room: usize) -> String {
    format!("{}{text}", " ".repeat(room.saturating_sub(width(text))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_text_says_so() {
        assert_eq!(cut("Horváth", 7), "Horváth");
        assert_eq!(cut("Horváth", 6), "Horvá…");
        assert_eq!(cut("日本語", 5), "日本…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!((cut("abc", 1), cut("abc", 0)), ("…".to_owned(), String::new()));
        assert_eq!((left("日", 4), right("日", 4)), ("日  ".to_owned(), "  日".to_owned()));
    }

    #[test]
    fn a_wrapped_text_is_whole() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("a 127.0.0.1:11000 b", 6), ["a", "127.0.", "0.1:11", "000 b"]);
        assert_eq!(wrap("日本", 1), ["日", "本"]);
        assert!(wrap("", 5).is_empty());
        let text = "nothing listens on 127.0.0.1:11000 (`acsp doctor 127.0.0.1:12000 127.0.0.1:11000` finds out more)";
        for room in 1..120 {
            let lines = wrap(text, room);
            assert!(lines.iter().all(|line| width(line) <= room), "{lines:?}");
            let letters = |text: &str| text.replace(' ', "");
            assert_eq!(letters(&lines.concat()), letters(text));
        }
    }
}
