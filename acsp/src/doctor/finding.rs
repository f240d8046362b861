//! What the examination has found.

use std::fmt;

use serde::Serialize;

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it should be.
    Good,
    /// It may cost something later.
    Hint,
    /// Nothing arrives for this reason.
    Fault,
}

/// One thing that was found, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub verdict: Verdict,
    /// A name for programs that read the JSON.
    pub what: &'static str,
    pub text: String,
    /// Empty if there is nothing to do.
    pub advice: String,
}

impl Finding {
    pub fn good(what: &'static str, text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Good, what, text: text.into(), advice: String::new() }
    }

    pub fn hint(what: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Hint, what, text: text.into(), advice: advice.into() }
    }

    pub fn fault(what: &'static str, text: impl Into<String>, advice: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fault, what, text: text.into(), advice: advice.into() }
    }
}

/// `good   127.0.0.1:11000 answers`, and what to do on a line of its own.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = match self.verdict {
            Verdict::Good => "good",
            Verdict::Hint => "hint",
            Verdict::Fault => "FAULT",
        };
        write!(f, "{verdict:<6} {}", self.text)?;
        if !self.advice.is_empty() {
            write!(f, "\n       {}", self.advice)?;
        }
        Ok(())
    }
}
