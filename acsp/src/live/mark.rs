//! How good a time is, as television shows it: a colour, and a sign beside it for who sees no colours.

use acudpclient::protocol::LapTime;
use ratatui::style::{Color, Modifier, Style};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mark {
    /// Nothing to compare with.
    #[default]
    Plain,
    SessionBest,
    PersonalBest,
    Slower,
    /// Of a lap with cuts.
    Invalid,
}

impl Mark {
    /// Of a valid time, beside the driver's best and the session's.
    pub fn of(time: LapTime, personal_best: Option<LapTime>, session_best: Option<LapTime>) -> Self {
        let is_best = |best: Option<LapTime>| best.is_some_and(|best| time <= best);
        if is_best(session_best) {
            Self::SessionBest
        } else if is_best(personal_best) {
            Self::PersonalBest
        } else if personal_best.is_some() {
            Self::Slower
        } else {
            Self::Plain
        }
    }

    /// Beside the time; a slower one has none.
    pub fn sign(self) -> char {
        match self {
            Self::SessionBest => '*',
            Self::PersonalBest => '+',
            Self::Invalid => '!',
            Self::Plain | Self::Slower => ' ',
        }
    }

    pub fn style(self) -> Style {
        match self {
            Self::SessionBest => Style::new().fg(Color::Magenta).add_modifier(Modifier::BOLD),
            Self::PersonalBest => Style::new().fg(Color::Green),
            Self::Slower => Style::new().fg(Color::Yellow),
            Self::Invalid => Style::new().fg(Color::Red),
            Self::Plain => Style::new(),
        }
    }
}
