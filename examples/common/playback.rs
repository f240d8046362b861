//! Plays a recording, for the examples that need a server where there is none.

use std::path::Path;
use std::time::{Duration, Instant};

use acudpclient::capture::Player;
use anyhow::Context;

/// Sends the recorded events at the recorded pace, so many times as fast. Recorded commands are left
/// out. Several files are one recording. Returns how many events were sent.
pub fn play(
    files: &[impl AsRef<Path>],
    speed: f64,
    mut pause: impl FnMut(Duration) -> anyhow::Result<()>,
    mut send: impl FnMut(&[u8]) -> anyhow::Result<()>,
) -> anyhow::Result<u64> {
    let mut player = Player::open_all(files)?;
    player.set_speed(speed, Instant::now());
    let mut sent = 0;
    while let Some(wait) = player.next_due(Instant::now()) {
        pause(wait)?;
        while let Some(record) = player.poll(Instant::now()) {
            let record = record.context("cannot play all of the recording")?;
            if !record.is_command() {
                send(&record.payload)?;
                sent += 1;
            }
        }
    }
    Ok(sent)
}
