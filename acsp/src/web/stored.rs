//! What the lap store knows, in the form of `API.md`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use acsp::store::{
    Combination, DriverSession, Error, LapRow, MAX_COMPARED, Reader, Record, RecordFilter, SessionFilter,
    SessionRow,
};
use acudpclient::tracker::SessionResult;
use axum::body::Bytes;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use super::books::finished::{self, MOST, Summary};
use super::books::to_json;
use super::published::Finished;

/// So many browsers may wait for an answer of the store.
const MOST_WAITING: usize = 32;
const MOST_SESSIONS: u32 = 100;
const MOST_LAPS: u32 = 200;
/// What is known of finished sessions is read again after this time, as a driver may want to be forgotten.
const KEEP_SUMMARIES: Duration = Duration::from_secs(60);

/// Answers one question after the other, so that no number of them takes more than one core.
#[derive(Debug)]
pub struct Stored {
    questions: Arc<Mutex<Questions>>,
    waiting: Arc<Semaphore>,
}

#[derive(Debug)]
struct Questions {
    reader: Reader,
    summaries: HashMap<i64, Option<Summary>>,
    summaries_since: Instant,
}

/// Why there is no answer.
#[derive(Debug)]
pub enum Unanswered {
    /// Too many wait.
    Busy,
    /// The store is there, but what was asked for is not in it.
    NotFound,
    /// The log says more.
    Failed,
}

type Answer = Result<Bytes, Unanswered>;

#[derive(Serialize)]
struct Records<'a> {
    version: u32,
    records: Vec<RecordJson<'a>>,
}

#[derive(Serialize)]
struct RecordJson<'a> {
    #[serde(flatten)]
    place: PlaceJson<'a>,
    time: u32,
    driver: &'a str,
    guid: &'a str,
    at: i64,
}

#[derive(Serialize)]
struct PlaceJson<'a> {
    track: &'a str,
    track_config: &'a str,
    car: &'a str,
}

#[derive(Serialize)]
struct DriverJson<'a> {
    guid: &'a str,
    driver: &'a str,
    first_seen_at: i64,
    last_seen_at: i64,
    laps: u32,
    valid_laps: u32,
    bests: Vec<BestJson<'a>>,
    sessions: Vec<SessionJson<'a>>,
    recent_laps: Vec<LapJson<'a>>,
}

#[derive(Serialize)]
struct BestJson<'a> {
    #[serde(flatten)]
    place: PlaceJson<'a>,
    time: u32,
    at: i64,
    record: bool,
}

#[derive(Serialize)]
struct SessionJson<'a> {
    id: String,
    #[serde(rename = "type")]
    session_type: &'a str,
    started_at: i64,
    #[serde(flatten)]
    place: PlaceJson<'a>,
    laps: u32,
    best_lap: Option<u32>,
    position: Option<u32>,
}

#[derive(Serialize)]
struct LapJson<'a> {
    #[serde(flatten)]
    place: PlaceJson<'a>,
    number: u32,
    time: Option<u32>,
    cuts: u8,
    valid: bool,
    sectors: &'a [u32],
    at: i64,
}

#[derive(Serialize)]
struct Comparison<'a> {
    drivers: Vec<ComparedDriver<'a>>,
    unknown: Vec<&'a str>,
    rows: Vec<ComparedRow<'a>>,
}

#[derive(Serialize)]
struct ComparedDriver<'a> {
    guid: &'a str,
    driver: &'a str,
}

#[derive(Serialize)]
struct ComparedRow<'a> {
    #[serde(flatten)]
    place: PlaceJson<'a>,
    bests: Vec<Option<ComparedBest>>,
}

#[derive(Clone, Copy, Serialize)]
struct ComparedBest {
    time: u32,
    at: i64,
}

impl Stored {
    pub fn open(path: &Path) -> Result<Self, Error> {
        let questions = Questions {
            reader: Reader::open(path)?,
            summaries: HashMap::new(),
            summaries_since: Instant::now(),
        };
        Ok(Self {
            questions: Arc::new(Mutex::new(questions)),
            waiting: Arc::new(Semaphore::new(MOST_WAITING)),
        })
    }

    pub async fn records(&self, version: u32, filter: RecordFilter) -> Answer {
        self.ask(move |questions| {
            let records = questions.reader.records(&RecordFilter { places: Some(1), ..filter })?;
            Ok(Some(to_json(&Records { version, records: records.iter().map(RecordJson::new).collect() })))
        })
        .await
    }

    pub async fn driver(&self, guid: String) -> Answer {
        self.ask(move |questions| questions.driver(&guid)).await
    }

    /// Of one to four drivers. Those of whom nothing is stored are named.
    pub async fn compare(&self, guids: Vec<String>) -> Answer {
        if guids.is_empty() || guids.len() > MAX_COMPARED {
            return Err(Unanswered::NotFound);
        }
        self.ask(move |questions| questions.compare(&guids).map(Some)).await
    }

    pub async fn results(&self, version: u32) -> Answer {
        self.ask(move |questions| questions.results(version).map(Some)).await
    }

    pub async fn result(&self, id: String) -> Result<Finished, Unanswered> {
        let Ok(id) = id.parse() else { return Err(Unanswered::NotFound) };
        self.ask(move |questions| questions.result(id)).await
    }

    async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Questions) -> Result<Option<T>, Error> + Send + 'static,
    ) -> Result<T, Unanswered> {
        let permit = self.waiting.clone().try_acquire_owned().map_err(|_| Unanswered::Busy)?;
        let questions = self.questions.clone();
        let answer = spawn_blocking(move || {
            // The question is asked even if the browser has gone: it counts until it is answered.
            let _permit = permit;
            question(&mut questions.lock().unwrap_or_else(PoisonError::into_inner))
        });
        match answer.await {
            Ok(Ok(found)) => found.ok_or(Unanswered::NotFound),
            Ok(Err(error)) => {
                log::error!("{error}");
                Err(Unanswered::Failed)
            }
            Err(error) => {
                log::error!("the lap store was not asked: {error}");
                Err(Unanswered::Failed)
            }
        }
    }
}

impl Questions {
    fn driver(&self, guid: &str) -> Result<Option<Bytes>, Error> {
        let Some(page) = self.reader.driver(guid, MOST_LAPS)? else { return Ok(None) };
        let sessions = self.reader.driver_sessions(guid, MOST_SESSIONS)?;
        Ok(Some(to_json(&DriverJson {
            guid: &page.driver.guid,
            driver: &page.driver.name,
            first_seen_at: page.first_seen,
            last_seen_at: page.last_seen,
            laps: page.laps,
            valid_laps: page.valid_laps,
            bests: page.bests.iter().map(BestJson::new).collect(),
            sessions: sessions.iter().map(SessionJson::new).collect(),
            recent_laps: page.recent_laps.iter().map(LapJson::new).collect(),
        })))
    }

    fn compare(&self, guids: &[String]) -> Result<Bytes, Error> {
        let (mut pages, mut unknown) = (Vec::new(), Vec::new());
        for guid in guids {
            match self.reader.driver(guid, 0)? {
                Some(page) => pages.push(page),
                None => unknown.push(guid.as_str()),
            }
        }
        let mut rows = BTreeMap::<&Combination, Vec<Option<ComparedBest>>>::new();
        for (index, page) in pages.iter().enumerate() {
            for best in &page.bests {
                let bests = rows.entry(&best.combination).or_insert_with(|| vec![None; pages.len()]);
                bests[index] = Some(ComparedBest { time: best.lap_time, at: best.completed_at });
            }
        }
        let drivers =
            pages.iter().map(|page| ComparedDriver { guid: &page.driver.guid, driver: &page.driver.name });
        let rows = rows.into_iter().map(|(place, bests)| ComparedRow { place: PlaceJson::of(place), bests });
        Ok(to_json(&Comparison { drivers: drivers.collect(), unknown, rows: rows.collect() }))
    }

    fn results(&mut self, version: u32) -> Result<Bytes, Error> {
        if self.summaries_since.elapsed() > KEEP_SUMMARIES {
            self.summaries.clear();
            self.summaries_since = Instant::now();
        }
        let sessions = self
            .reader
            .sessions(&SessionFilter { limit: u32::try_from(MOST).ok(), ..SessionFilter::default() })?;
        for row in sessions.iter().filter(|row| row.has_result) {
            if !self.summaries.contains_key(&row.id) {
                let summary = self.read(row)?.map(|(summary, _)| summary);
                self.summaries.insert(row.id, summary);
            }
        }
        let summaries = sessions.iter().filter_map(|row| self.summaries.get(&row.id)?.as_ref());
        Ok(finished::list(version, summaries.collect()))
    }

    fn result(&self, id: i64) -> Result<Option<Finished>, Error> {
        let sessions = self.reader.sessions(&SessionFilter {
            before: id.checked_add(1),
            limit: Some(1),
            ..SessionFilter::default()
        })?;
        let Some(row) = sessions.first().filter(|row| row.id == id) else { return Ok(None) };
        let read = self.read(row)?;
        Ok(read.map(|(summary, result)| finished::finished(&summary, &result, ended_at(row))))
    }

    /// A session's result; `None` if it has none, or one that cannot be read.
    fn read(&self, row: &SessionRow) -> Result<Option<(Summary, SessionResult)>, Error> {
        let json = self.reader.acserver_json(row.id)?;
        let Some(mut result) = json.and_then(|json| SessionResult::from_acserver_json(&json).ok()) else {
            return Ok(None);
        };
        // The file does not tell these.
        if let Some(session) = &mut result.session {
            session.server_name.clone_from(&row.server);
            session.name.clone_from(&row.name);
        }
        let summary = Summary::new(&row.id.to_string(), &result, ended_at(row));
        Ok(Some((summary, result)))
    }
}

fn ended_at(row: &SessionRow) -> SystemTime {
    let at = u64::try_from(row.ended.unwrap_or(row.heard)).unwrap_or_default();
    UNIX_EPOCH.checked_add(Duration::from_millis(at)).unwrap_or(UNIX_EPOCH)
}

impl<'a> PlaceJson<'a> {
    fn of(combination: &'a Combination) -> Self {
        Self { track: &combination.track, track_config: &combination.layout, car: &combination.car_model }
    }
}

impl<'a> RecordJson<'a> {
    fn new(record: &'a Record) -> Self {
        Self {
            place: PlaceJson::of(&record.combination),
            time: record.lap_time,
            driver: &record.driver.name,
            guid: &record.driver.guid,
            at: record.completed_at,
        }
    }
}

impl<'a> BestJson<'a> {
    fn new(best: &'a Record) -> Self {
        Self {
            place: PlaceJson::of(&best.combination),
            time: best.lap_time,
            at: best.completed_at,
            record: best.place == 1,
        }
    }
}

impl<'a> SessionJson<'a> {
    fn new(session: &'a DriverSession) -> Self {
        Self {
            id: session.session_id.to_string(),
            session_type: &session.session_type,
            started_at: session.started,
            place: PlaceJson {
                track: &session.track,
                track_config: &session.layout,
                car: &session.car_model,
            },
            laps: session.laps,
            best_lap: session.best_lap,
            position: session.position,
        }
    }
}

impl<'a> LapJson<'a> {
    fn new(lap: &'a LapRow) -> Self {
        Self {
            place: PlaceJson { track: &lap.track, track_config: &lap.layout, car: &lap.car_model },
            number: lap.number,
            time: Some(lap.lap_time).filter(|time| *time > 0),
            cuts: lap.cuts,
            valid: lap.is_valid,
            sectors: &lap.sectors,
            at: lap.completed_at,
        }
    }
}
