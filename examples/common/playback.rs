//! Plays a recording, for the examples that need a server where there is none.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use acudpclient::capture::Reader;
use acudpclient::protocol::id;
use anyhow::Context;

/// Between the packets of a recording that has no times.
const PACE: Duration = Duration::from_millis(100);

/// Sends the recorded events at the recorded pace, divided by `speed`. Recorded commands are left
/// out. Returns how many events were sent.
pub fn play(
    file: &Path,
    speed: f64,
    mut pause: impl FnMut(Duration) -> anyhow::Result<()>,
    mut send: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let recording = Reader::open(file)?;
    let start = Instant::now();
    let mut first: Option<SystemTime> = None;
    let mut untimed = Duration::ZERO;
    let mut sent = 0;
    for record in recording {
        let record = record.with_context(|| format!("cannot play all of {}", file.display()))?;
        if record.payload.first().is_some_and(|&packet_id| id::is_command(packet_id)) {
            continue;
        }
        let since_start = match record.time {
            Some(time) => time.duration_since(*first.get_or_insert(time)).unwrap_or_default(),
            None => {
                untimed += PACE;
                untimed
            }
        };
        let due = start + since_start.div_f64(speed);
        pause(due.saturating_duration_since(Instant::now()))?;
        send(&record.payload)?;
        sent += 1;
    }
    Ok(sent)
}
