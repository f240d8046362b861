//! The keys: what each does, and how it is told.

use acudpclient::protocol::Command;
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::state::{Mode, State};

/// A chat line of the protocol.
const MOST_CHAT: usize = 255;

/// What a key asks the program to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    Quit,
    Send(Command),
}

/// A line of the help, and a word for the last line of the screen, if it is worth its room there.
pub struct Key {
    pub keys: &'static str,
    pub help: &'static str,
    pub hint: Option<&'static str>,
}

const fn key(keys: &'static str, help: &'static str, hint: Option<&'static str>) -> Key {
    Key { keys, help, hint }
}

/// In the order in which they are worth telling.
pub const KEYS: &[Key] = &[
    key("?", "show these keys", Some("? keys")),
    key("q, Ctrl-C", "quit", Some("q quit")),
    key("↑ ↓, k j", "select a driver, for the last laps", Some("↑↓ driver")),
    key("PgUp PgDn", "turn the page", None),
    key("Home End", "first and last driver", None),
    key("Esc", "select nobody; then quit", None),
    key("s", "sort by another column", Some("s sort")),
    key("p, space", "hold the picture, while the race goes on", Some("p pause")),
    key("c, Enter", "write a chat line to everybody", Some("c chat")),
    key("n", "next session, after a question", Some("n next")),
    key("r", "restart the session, after a question", Some("r restart")),
];

impl State {
    /// Takes in a key.
    pub fn key(&mut self, key: KeyEvent) -> Option<Action> {
        if key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c') {
            return Some(Action::Quit);
        }
        match std::mem::take(&mut self.mode) {
            Mode::Watch => self.watch_key(key.code),
            // Any key closes the help.
            Mode::Help => None,
            Mode::Chat(text) => self.chat_key(text, key.code),
            Mode::Confirm(command) => {
                matches!(key.code, KeyCode::Char('y' | 'Y')).then_some(Action::Send(command))
            }
        }
    }

    fn watch_key(&mut self, code: KeyCode) -> Option<Action> {
        let page = isize::try_from(self.page.max(1)).unwrap_or(1);
        match code {
            KeyCode::Char('q') => return Some(Action::Quit),
            KeyCode::Esc if self.selected.is_none() => return Some(Action::Quit),
            KeyCode::Esc => self.selected = None,
            KeyCode::Char('?' | 'h') => self.mode = Mode::Help,
            KeyCode::Up | KeyCode::Char('k') => self.select(-1),
            KeyCode::Down | KeyCode::Char('j') => self.select(1),
            KeyCode::PageUp => self.turn(-page),
            KeyCode::PageDown => self.turn(page),
            KeyCode::Home => self.turn(isize::MIN),
            KeyCode::End => self.turn(isize::MAX),
            KeyCode::Char('p' | ' ') => self.pause(),
            KeyCode::Char('s') => self.sort = self.sort.next(),
            KeyCode::Char('n') => self.mode = Mode::Confirm(Command::NextSession),
            KeyCode::Char('r') => self.mode = Mode::Confirm(Command::RestartSession),
            KeyCode::Char('c') | KeyCode::Enter => self.mode = Mode::Chat(String::new()),
            _ => {}
        }
        None
    }

    fn chat_key(&mut self, mut text: String, code: KeyCode) -> Option<Action> {
        match code {
            KeyCode::Esc => return None,
            KeyCode::Enter if text.is_empty() => return None,
            KeyCode::Enter => return Some(Action::Send(Command::BroadcastChat { message: text })),
            KeyCode::Backspace => {
                text.pop();
            }
            KeyCode::Char(character) if text.chars().count() < MOST_CHAT => text.push(character),
            _ => {}
        }
        self.mode = Mode::Chat(text);
        None
    }
}
