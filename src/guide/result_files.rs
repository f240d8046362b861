//! acServer's own result files: how to write them from what a plugin hears, and read them.
//!
//! acServer writes a file `results/YEAR_MONTH_DAY_HOUR_MINUTE_TYPE.json` at the end of a session in which a lap was driven.
//! Managers and result sites read these. AssettoServer writes none that END_SESSION names, and some hosts give no access
//! to the folder. [`SessionResult::to_acserver_json`] makes the file of what a plugin has heard, with the feature `serde`:
//!
//! ```
//! use std::{fs, io};
//!
//! use acudpclient::{Event, RaceTracker};
//! use acudpclient::tracker::Change;
//!
//! fn hear(tracker: &mut RaceTracker, event: &Event, path: &str) -> io::Result<()> {
//!     if tracker.apply(event).contains(&Change::SessionEnded) {
//!         if let Some(result) = tracker.last_result() {
//!             fs::write(path, result.to_acserver_json())?;
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! `acsp results --acserver-json FOLDER RECORDING` does so for each session of a recording.
//!
//! [`SessionResult::from_acserver_json`] reads such files, of real servers too:
//!
//! ```no_run
//! use acudpclient::tracker::SessionResult;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let json = std::fs::read_to_string("results/2031_5_4_20_7_RACE.json")?;
//! let result = SessionResult::from_acserver_json(&json)?;
//! for entry in &result.standings {
//!     println!("{:?} {:?} {:?}", entry.position, entry.driver.as_ref().map(|driver| &driver.name), entry.best_lap);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Field by field
//!
//! What a server writes is from 13 files of acServer, of 2015 and 2019, that two other projects have in their tests. *Nothing* is
//! what a server writes where it has nothing to say, and so does this where the protocol does not tell.
//!
//! | field | a server's file | this one |
//! | --- | --- | --- |
//! | `TrackName`, `TrackConfig` | the track's folder and layout | the same, from NEW_SESSION or SESSION_INFO |
//! | `Type` | `PRACTICE`, `QUALIFY`, `RACE`; `BOOK` by the readers' sources | the same; of an unknown type its number. If no session was announced: `RACE` if its leaderboards were a race's, else `PRACTICE` |
//! | `DurationSecs` | 0 in all files seen, also of timed sessions | the session's time limit in seconds, 0 without one |
//! | `RaceLaps` | the race's laps, else 0 | the same |
//! | `Cars` | every slot, by number; of an empty one the texts are empty | the slots in which somebody was, by number |
//! | `Driver.Name`, `Guid` | the slot's last driver | the same |
//! | `Driver.Team` | | the same if CAR_INFO told it, else *nothing*: empty |
//! | `Driver.Nation` | three letters, older files lack it | **not known**: empty |
//! | `Driver.GuidsList` | who may take the slot; `[""]` if anybody may | **not known**: `[""]` |
//! | `Model`, `Skin` | the car's and the skin's folder | the same |
//! | `BallastKG`, `Restrictor` | kg and per cent; older files lack them | **not known**: 0 |
//! | `Result` | every slot; in a race by laps and total time, else by best lap; who has none comes last, in no order | the slots of `Cars`, in the same order; then those without a lap |
//! | `BestLap` | of the valid laps, 999999999 without one | the same; in a race of the laps that were heard |
//! | `TotalTime` of a race | the total at the last lap, 0 without one | the same |
//! | `TotalTime` else | when the newest valid lap was completed, in milliseconds since the session's start; 0 without one | the same if the session's time was known ([`RaceTracker::advance_to`](crate::RaceTracker::advance_to)), else 0 |
//! | `Laps` | all, with cuts or without, in the order in which they were completed | those that were heard, the newest 1000 of each driver |
//! | `Timestamp` | milliseconds since the start of the server | **not known**: milliseconds since the start of the session, or by the caller's clock where that is not known, or 0 without a clock. Between two laps the difference is the server's |
//! | `LapTime`, `Cuts` | | the same |
//! | `Sectors` | all of the lap's; their sum is `LapTime` | the same from ACSM v2, where its sector packets were asked for and all of the lap's came; else **not known**: `[]` |
//! | `Tyre` | a short name, such as `SM`; older files lack it | the same from ACSM v2 after a tyre packet; else **not known**: empty |
//! | `Events` | the contacts in their order, `null` without any | the newest 4096 |
//! | `Driver`, `OtherDriver` of an event | who sat there then; with the environment the other one is empty, and its `GuidsList` `null` | the same |
//! | `OtherCarId` | −1 for the environment | the same |
//! | `ImpactSpeed`, `WorldPosition`, `RelPosition` | km/h, metres | the same; NaN and infinite numbers, which JSON has not, are 0 |
//!
//! The layout is the server's too: the keys' order, tabs, and `<`, `>` and `&` in names as `\u003c`, `\u003e` and `\u0026`.
//!
//! # There and back
//!
//! A result that is written and read back is equal in all that the table has. Not in the file, and `None` or empty when it is
//! read: the session's other fields, [`filename`](SessionResult::filename), who has finished, the grip and the race total at each lap,
//! the caller's clock, when a contact was, and of a driver who has lost the slot all but name, GUID, car and laps. Laps of which only a
//! leaderboard told are in no file; so laps are counted, and numbered, by those that are there.
//!
//! A server's file that is read and written again keeps every field. Three things can differ: `Result` has those who drove no lap
//! behind those who drove some, the `BallastKG` and `Restrictor` of a lap are the car's, and the `Nation` of a driver of whom only a contact
//! tells is empty. Keys of others, such as ACSM's `Date` and `HasPenalty`, are passed over.

#[cfg(doc)]
use crate::tracker::SessionResult;
