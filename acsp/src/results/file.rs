//! Result files, by the names that acServer gives them.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use acudpclient::protocol::SessionType;
use acudpclient::tracker::SessionResult;

use crate::utc::date;

/// The name that END_SESSION has told, such as `2016_7_24_22_52_QUALIFY.json`; else one like it of when the session
/// ended, in UTC; without a time, of the session's number.
pub fn name(result: &SessionResult, ended: Option<SystemTime>, number: u64) -> String {
    let told = result.filename.as_deref().and_then(last_part);
    told.map_or_else(|| made_up(result, ended, number), str::to_owned)
}

/// A server can name anything: only a plain name is taken, which leads into no other folder.
fn last_part(filename: &str) -> Option<&str> {
    let name = filename.rsplit(['/', '\\']).next()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
    let is_name = name.bytes().all(is_plain) && !name.starts_with('.') && name.len() > ".json".len();
    (is_name && name.ends_with(".json")).then_some(name)
}

fn made_up(result: &SessionResult, ended: Option<SystemTime>, number: u64) -> String {
    let session_type = match result.session.as_ref().map(|session| session.session_type) {
        Some(SessionType::Practice) => "PRACTICE",
        Some(SessionType::Qualify) => "QUALIFY",
        Some(SessionType::Race) => "RACE",
        Some(SessionType::Booking) => "BOOK",
        Some(SessionType::Unknown(_)) | None => "SESSION",
    };
    let since_1970 = ended.and_then(|ended| ended.duration_since(UNIX_EPOCH).ok());
    match since_1970 {
        Some(since) => {
            let minutes = since.as_secs() / 60;
            let (year, month, day) = date(minutes / (24 * 60));
            let (hour, minute) = (minutes / 60 % 24, minutes % 60);
            format!("{year}_{month}_{day}_{hour}_{minute}_{session_type}.json")
        }
        None => format!("{number}_{session_type}.json"),
    }
}

/// Writes a file that is not there yet.
pub fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use acudpclient::protocol::SessionInfo;

    use super::{SessionResult, SessionType, UNIX_EPOCH, name};

    fn result(filename: Option<&str>) -> SessionResult {
        let mut result = SessionResult::default();
        result.filename = filename.map(str::to_owned);
        result.session = Some(SessionInfo { session_type: SessionType::Race, ..SessionInfo::default() });
        result
    }

    #[test]
    fn a_file_is_named_as_the_server_does() {
        let ended = Some(UNIX_EPOCH + Duration::from_secs(1_469_400_840));
        for told in ["results/2016_7_24_22_52_RACE.json", r"results\2016_7_24_22_52_RACE.json"] {
            assert_eq!(name(&result(Some(told)), ended, 3), "2016_7_24_22_52_RACE.json");
        }
        for hostile in [
            "",
            "results/",
            "/etc/passwd",
            "..",
            "results/..",
            ".json",
            "a/.hidden.json",
            "nul\0.json",
            "C:x.json",
            "\u{202e}x.json",
            "a b.json",
        ] {
            assert_eq!(name(&result(Some(hostile)), ended, 3), "2016_7_24_22_54_RACE.json", "{hostile:?}");
        }
        assert_eq!(name(&result(None), ended, 3), "2016_7_24_22_54_RACE.json");
        assert_eq!(name(&result(None), None, 3), "3_RACE.json");
        assert_eq!(name(&SessionResult::default(), None, 3), "3_SESSION.json");
    }
}
