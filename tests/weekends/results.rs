//! The tracker's results beside the server's own.

use std::collections::BTreeSet;
use std::time::Duration;

use acudpclient::protocol::{CarId, Event, SessionType};
use acudpclient::sim::{FinishedCar, FinishedSession, ServerKind};
use acudpclient::tracker::{ResultEntry, SessionResult};

use crate::alter::Arrival;

/// What was lost of a session.
#[derive(Debug, Clone, Default)]
pub struct Lost {
    /// Every announcement of this session.
    pub announcement: bool,
    /// Whose comings and goings, since the beginning of the weekend. A driver who is not known stays unknown
    /// in the next session; a plugin can ask for CAR_INFO.
    pub seats: BTreeSet<CarId>,
    /// Whose laps.
    pub laps: BTreeSet<CarId>,
    last_lap: bool,
    /// END_SESSION.
    end: bool,
    /// END_SESSION, or it came late, and all that could have told of the end before.
    ending: bool,
}

impl Lost {
    /// The tracker cannot know what the server knows.
    pub fn is_decisive(&self) -> bool {
        self.announcement || self.last_lap || self.ending
    }

    /// Every driver was heard to come and go. Else who moves up for one who came or went unheard may be
    /// announced.
    pub fn is_whole(&self) -> bool {
        self.seats.is_empty() && !self.announcement
    }

    /// Nothing tells that this car was driven, or by whom.
    pub fn hides(&self, car: &FinishedCar) -> bool {
        self.seats.contains(&car.car_id) || (car.laps == 0 && self.laps.contains(&car.car_id))
    }

    /// Whether anything may be wrong because of this.
    pub fn excuses(&self) -> bool {
        self.is_decisive() || self.end || !self.seats.is_empty() || !self.laps.is_empty()
    }
}

/// By the sessions' names, in their order.
pub fn lost(sent: &[(Duration, Event)], arrivals: &[Arrival]) -> Vec<(String, Lost)> {
    struct Row {
        name: String,
        lost: Lost,
        has_laps: bool,
        has_ended: bool,
        /// END_SESSION came after the next NEW_SESSION.
        ended_late: bool,
    }
    let arrived: BTreeSet<_> = arrivals.iter().map(|arrival| arrival.number).collect();
    let mut rows: Vec<Row> = Vec::new();
    let mut early = Lost::default();
    for (number, (_, event)) in sent.iter().enumerate() {
        let is_lost = !arrived.contains(&number);
        if let Event::NewSession(session) = event {
            if rows.last().is_none_or(|row| row.name != session.name) {
                let seats = rows.last().map_or(&early, |row| &row.lost).seats.clone();
                let lost = Lost { announcement: true, seats, ..Lost::default() };
                let name = session.name.clone();
                rows.push(Row { name, lost, has_laps: false, has_ended: false, ended_late: false });
            }
        }
        let count = rows.len();
        if let Event::EndSession(_) = event {
            let ended = rows.iter_mut().enumerate().find(|(_, row)| row.has_laps && !row.has_ended);
            let (index, row) = ended.expect("only a session with laps has an end");
            (row.has_ended, row.ended_late, row.lost.end) = (true, index + 1 < count, is_lost);
            continue;
        }
        let (lost, has_laps) = match rows.last_mut() {
            Some(row) => (&mut row.lost, &mut row.has_laps),
            None => (&mut early, &mut false),
        };
        match event {
            Event::NewSession(_) => lost.announcement &= is_lost,
            Event::NewConnection(connection) | Event::ConnectionClosed(connection) if is_lost => {
                lost.seats.insert(connection.car_id);
            }
            Event::LapCompleted(lap) => {
                *has_laps = true;
                lost.last_lap = is_lost;
                if is_lost {
                    lost.laps.insert(lap.car_id);
                }
            }
            _ => {}
        }
    }
    for index in 0..rows.len() {
        // After the last session nothing else tells that it is over.
        let next = rows.get(index + 1).is_none_or(|next| next.lost.announcement);
        let row = &mut rows[index];
        row.lost.ending = next && (row.lost.end || row.ended_late);
    }
    rows.into_iter().map(|row| (row.name, row.lost)).collect()
}

/// The cars of the truth that the tracker can know: those that have completed a lap.
pub fn took_part(truth: &FinishedSession) -> impl Iterator<Item = &FinishedCar> {
    truth.standings.iter().filter(|car| car.laps_driven > 0)
}

/// How the tracker's result is another one than the server's, but for what cannot be known:
///
/// - a car of which a NEW_CONNECTION or CONNECTION_CLOSED was lost since the beginning: who drove it, and
///   so whose its laps were, may be wrong (a plugin can ask for CAR_INFO);
/// - a car without a lap that counts, of which a LAP_COMPLETED was lost: leaderboards of practice and qualify
///   do not tell that it was driven;
/// - in a race the best lap of a car of which a LAP_COMPLETED was lost, since leaderboards of races
///   have no best laps;
/// - the file's name, if END_SESSION was lost;
/// - everything, if the loss [is decisive](Lost::is_decisive).
pub fn difference(
    truth: &FinishedSession,
    result: &SessionResult,
    kind: ServerKind,
    lost: &Lost,
) -> Option<String> {
    if lost.is_decisive() {
        return None;
    }
    let race = truth.session.session_type == SessionType::Race;
    let hidden: Vec<_> = took_part(truth).filter(|car| lost.hides(car)).map(|car| car.car_id).collect();
    let known = |car_id: CarId| !hidden.contains(&car_id) && !lost.seats.contains(&car_id);
    let wanted: Vec<_> = took_part(truth).filter(|car| known(car.car_id)).collect();
    let found: Vec<_> = result.standings.iter().filter(|entry| known(entry.car_id)).collect();
    let order = (
        found.iter().map(|entry| entry.car_id).collect::<Vec<_>>(),
        wanted.iter().map(|car| car.car_id).collect::<Vec<_>>(),
    );
    if order.0 != order.1 {
        return Some(format!("the order {:?} should be {:?}", order.0, order.1));
    }
    if let Some(row) = (1..).zip(&result.standings).find(|(place, entry)| entry.position != Some(*place)) {
        return Some(format!("the position: {row:?}"));
    }
    let name = result.session.as_ref().map(|session| &session.name);
    if name != Some(&truth.session.name) {
        return Some(format!("{name:?} should be {:?}", truth.session.name));
    }
    let filename = Some(&truth.filename).filter(|name| !name.is_empty());
    if !lost.end && result.filename.as_ref() != filename {
        return Some(format!("{:?} should be {filename:?}", result.filename));
    }
    wanted.iter().zip(found).find_map(|(car, entry)| difference_of_car(car, entry, race, kind, lost))
}

fn difference_of_car(
    truth: &FinishedCar,
    entry: &ResultEntry,
    race: bool,
    kind: ServerKind,
    lost: &Lost,
) -> Option<String> {
    let driver = entry.driver.as_ref();
    // In a race the leaderboard has no best laps: they are those that were seen.
    let knows_best = !(race && lost.laps.contains(&truth.car_id));
    // acServer before 1.7 does not tell, and AssettoServer tells no lap with cuts, which may have been the last.
    let knows_end = kind != ServerKind::Before17 && (race || kind != ServerKind::AssettoServer);
    let found = (
        driver.map(|driver| (&driver.guid, &driver.name)),
        &entry.car_model,
        entry.laps,
        entry.total_time,
        entry.best_lap.filter(|_| knows_best),
        entry.completed && knows_end,
    );
    let wanted = (
        Some((&truth.driver_guid, &truth.driver_name)),
        &truth.car_model,
        truth.laps,
        Some(truth.total_time).filter(|_| race),
        Some(truth.best_lap).filter(|time| knows_best && time.is_set()),
        truth.completed && knows_end,
    );
    (found != wanted).then(|| format!("car {}: {found:?} should be {wanted:?}", truth.car_id))
}
