//! The format of acServer's own result files. [The guide](crate::guide::result_files) compares it field by field.

mod file;
mod read;
mod write;

use std::fmt;

use serde::Serialize;
use serde_json::ser::{PrettyFormatter, Serializer};

use crate::protocol::SessionType;
use crate::tracker::{Driver, SessionResult};

impl SessionResult {
    /// The result as acServer writes it into its own `results/*.json`, which managers and result sites read:
    /// indented with tabs, the keys in the server's order.
    ///
    /// What the protocol does not tell has the value that a server writes for nothing; [the
    /// guide](crate::guide::result_files) lists these fields. Names can hold anything. As a server does, this writes
    /// `<`, `>` and `&` as `\u003c` and so on, and besides all characters that a terminal would obey.
    ///
    /// ```
    /// use acudpclient::tracker::SessionResult;
    ///
    /// let json = SessionResult::default().to_acserver_json();
    /// assert!(json.starts_with("{\n\t\"TrackName\": \"\","));
    /// ```
    ///
    /// For a file of the server's own name, take the last part of [`filename`](Self::filename), which a server has
    /// chosen, with care: it can hold anything.
    #[must_use]
    pub fn to_acserver_json(&self) -> String {
        let mut json = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut json, PrettyFormatter::with_indent(b"\t"));
        let written = file::File::of(self).serialize(&mut serializer);
        debug_assert!(written.is_ok(), "a Vec takes everything, and all keys are texts");
        escape(&String::from_utf8_lossy(&json))
    }

    /// Reads a result file of acServer, or of a server or manager that writes the same format.
    ///
    /// Older files lack some keys (`Nation`, `GuidsList`, `Restrictor`, `Tyre`, `BallastKG`), and lists that are empty
    /// can be null. Keys that acServer does not write are passed over. What the file does not tell has its default
    /// value; in [`standings`](Self::standings) are those with a lap or a time, in the file's order.
    ///
    /// ```
    /// use acudpclient::tracker::SessionResult;
    ///
    /// let json = r#"{"TrackName": "monza", "Type": "RACE", "Laps":
    ///     [{"CarId": 3, "DriverName": "Ada", "DriverGuid": "7656", "LapTime": 91234}]}"#;
    /// let result = SessionResult::from_acserver_json(json)?;
    /// assert_eq!(result.fastest_lap.unwrap().lap_time.to_string(), "1:31.234");
    ///
    /// let error = SessionResult::from_acserver_json("{\n\"TrackName\": 5}").unwrap_err();
    /// assert_eq!((error.line(), error.column()), (2, 14));
    /// # Ok::<(), acudpclient::tracker::ResultFileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ResultFileError`] if it is no JSON, has not the format's types, or lacks `TrackName`, `Type`, a `CarId`, a
    /// `LapTime` or what makes a contact. It says where.
    pub fn from_acserver_json(json: &str) -> Result<Self, ResultFileError> {
        let json = json.strip_prefix('\u{feff}').unwrap_or(json);
        let file: file::File = serde_json::from_str(json).map_err(ResultFileError::new)?;
        Ok(file.into())
    }
}

/// What [`SessionResult::from_acserver_json`] fails with. It says what is wrong, and where.
#[derive(Clone, PartialEq, Eq)]
pub struct ResultFileError {
    text: String,
    line: usize,
    column: usize,
}

impl ResultFileError {
    #[allow(clippy::needless_pass_by_value)] // for `map_err`
    fn new(error: serde_json::Error) -> Self {
        Self { text: error.to_string(), line: error.line(), column: error.column() }
    }

    /// The line, from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in bytes, from 1; 0 if the line is empty.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }
}

/// ``not a result file: missing field `CarId` at line 12 column 3``
impl fmt::Display for ResultFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a result file: {}", self.text.escape_debug())
    }
}

/// As `Display`, since `fn main() -> Result<(), ResultFileError>` prints it.
impl fmt::Debug for ResultFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ResultFileError {}

/// What tells a driver from others in the same slot: the GUID, else the name; empty for nobody.
fn person(driver: Option<&Driver>) -> &str {
    driver.map_or("", |driver| driver.identity().unwrap_or(&driver.name))
}

/// Of a session that nobody has announced, the total times tell.
fn is_race(result: &SessionResult) -> bool {
    match &result.session {
        Some(session) => session.session_type == SessionType::Race,
        None => result.standings.iter().any(|entry| entry.total_time.is_some()),
    }
}

/// Outside of texts JSON has none of these characters, so this changes no meaning.
fn escape(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for character in json.chars() {
        let is_layout = matches!(character, '\n' | '\t' | '"' | '\\' | '\'');
        let is_markup = matches!(character, '<' | '>' | '&');
        if is_markup || (!is_layout && character.escape_debug().len() > 1) {
            for unit in character.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(character);
        }
    }
    escaped
}
