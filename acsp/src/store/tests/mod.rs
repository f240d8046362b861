//! Tests of the store, fed as a program feeds it.

mod webhook;

use std::fs;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::PathBuf;
use std::time::{Duration, UNIX_EPOCH};

use acudpclient::protocol::{
    CarId, CarInfo, ClientEvent, EndSession, LapCompleted, LapTime, NewConnection, SessionInfo, SessionType,
};
use acudpclient::tracker::SessionResult;
use acudpclient::{Event, RaceTracker};
use rusqlite::Connection;
use support::process::PATIENCE;

use super::*;

/// When the tests' sessions start.
const EVENING: u64 = 1_800_000_000;

/// A new file, in a folder of its own, which is removed at the end.
struct NewFile(PathBuf);

fn new_file(name: &str) -> NewFile {
    let folder = std::env::temp_dir().join(format!("acsp-store-{}-{name}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    NewFile(folder.join("laps.db"))
}

impl Deref for NewFile {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl AsRef<Path> for NewFile {
    fn as_ref(&self) -> &Path {
        self
    }
}

impl Drop for NewFile {
    fn drop(&mut self) {
        // Windows refuses while a file is open.
        let _ = self.parent().map(fs::remove_dir_all);
    }
}

fn server() -> SocketAddr {
    ([127, 0, 0, 1], 11_000).into()
}

fn settings(path: &Path) -> Settings {
    Settings { path: path.to_owned(), server: server(), speed: 1.0, webhook: None }
}

/// A program that listens: a tracker and a store.
struct Listener {
    tracker: RaceTracker,
    store: Store,
    /// Since the evening began.
    now: Duration,
}

impl Listener {
    fn start(path: &Path, now: Duration) -> Self {
        Self::with(Store::start(settings(path)).unwrap(), now)
    }

    fn with(store: Store, now: Duration) -> Self {
        Self { tracker: RaceTracker::new(), store, now }
    }

    fn hear(&mut self, event: impl Into<Event>) {
        self.tracker.advance_to(self.now);
        let changes = self.tracker.apply(&event.into());
        let now = UNIX_EPOCH + Duration::from_secs(EVENING) + self.now;
        self.store.apply(&self.tracker, &changes, now);
    }

    /// Waits for the next report.
    fn report(&self) -> Report {
        self.store.reports.recv_timeout(PATIENCE).expect("a report")
    }

    fn join(&mut self, car_id: u8, name: &str, guid: &str) {
        self.hear(Event::NewConnection(NewConnection {
            car_id: CarId(car_id),
            driver_name: name.to_owned(),
            driver_guid: guid.to_owned(),
            car_model: "abarth500".to_owned(),
            ..NewConnection::default()
        }));
    }

    /// A minute later.
    fn lap(&mut self, car_id: u8, lap_time: u32, cuts: u8) {
        self.now += Duration::from_secs(60);
        self.hear(LapCompleted {
            car_id: CarId(car_id),
            lap_time: LapTime(lap_time),
            cuts,
            ..LapCompleted::default()
        });
    }

    fn end(&mut self) {
        self.hear(EndSession { filename: "results/x.json".to_owned(), ..EndSession::default() });
    }

    fn close(self) -> Vec<Report> {
        let (reports, lost) = self.store.close();
        assert_eq!(lost, 0);
        reports
    }
}

fn practice(elapsed: Duration) -> SessionInfo {
    SessionInfo {
        server_name: "A server".to_owned(),
        track: "monza".to_owned(),
        track_config: "junior".to_owned(),
        name: "Practice".to_owned(),
        session_type: SessionType::Practice,
        time: 600,
        elapsed_ms: i32::try_from(elapsed.as_millis()).unwrap(),
        ..SessionInfo::default()
    }
}

/// NEW_SESSION or the answer to a question.
fn answer(elapsed: Duration) -> Event {
    Event::SessionInfo(practice(elapsed))
}

fn announcement() -> Event {
    Event::NewSession(practice(Duration::ZERO))
}

const ANN: &str = "76561198000000001";
const BOB: &str = "76561198000000002";

/// Two drivers, a session, three laps each.
fn evening(path: &Path) -> Vec<Report> {
    let mut listener = Listener::start(path, Duration::ZERO);
    listener.hear(announcement());
    listener.join(0, "Ann", ANN);
    listener.join(1, "Bob", BOB);
    for (lap_time, cuts) in [(92_000, 0), (91_000, 0), (80_000, 2)] {
        listener.lap(0, lap_time, cuts);
        listener.lap(1, lap_time + 500, cuts);
    }
    listener.hear(ClientEvent { car_id: CarId(0), other_car_id: Some(CarId(1)), ..ClientEvent::default() });
    listener.end();
    listener.close()
}

#[test]
fn what_was_driven_is_there_and_told() {
    let path = new_file("evening");
    let reports = evening(&path);
    let laps = reports.iter().filter(|report| matches!(report, Report::Stored(_)));
    assert_eq!(laps.count(), 6);
    let reader = Reader::open(&path).unwrap();
    let sessions = reader.sessions(&SessionFilter::default()).unwrap();
    let [session] = &sessions[..] else { panic!("{sessions:?}") };
    assert_eq!((session.laps, session.drivers, session.winner.as_deref()), (6, 2, Some("Ann")));
    assert_eq!(session.started, Some(1000 * EVENING as i64));
    assert_eq!((session.session_type.as_str(), session.layout.as_str()), ("practice", "junior"));
    assert!(session.ended.is_some() && session.has_result);

    let result = reader.result(session.id).unwrap().unwrap();
    let laps: Vec<_> =
        result.laps.iter().map(|lap| (lap.car_id, lap.number, lap.lap_time, lap.cuts)).collect();
    let driven = [
        (0, 1, 92_000, 0),
        (1, 1, 92_500, 0),
        (0, 2, 91_000, 0),
        (1, 2, 91_500, 0),
        (0, 3, 80_000, 2),
        (1, 3, 80_500, 2),
    ];
    assert_eq!(laps, driven);
    let places: Vec<_> =
        result.standings.iter().map(|row| (row.position, row.best_lap, row.gap_ms)).collect();
    assert_eq!(places, [(Some(1), Some(91_000), None), (Some(2), Some(91_500), Some(500))]);
    let [collision] = &result.collisions[..] else { panic!("{result:?}") };
    assert_eq!(collision.other_driver.as_ref().unwrap().name, "Bob");
    let json = reader.acserver_json(session.id).unwrap().unwrap();
    assert_eq!(SessionResult::from_acserver_json(&json).unwrap().standings.len(), 2);
    assert_eq!(reader.result(session.id + 1).unwrap(), None);
    assert_eq!(reader.acserver_json(session.id + 1).unwrap(), None);
}

#[test]
fn records_are_valid_laps_and_the_first_is_none() {
    let path = new_file("records");
    let fallen: Vec<_> = evening(&path)
        .into_iter()
        .filter_map(|report| match report {
            Report::Record(record) => Some((record.driver.name, record.lap_time, record.previous_lap_time)),
            _ => None,
        })
        .collect();
    assert_eq!(fallen, [("Ann".to_owned(), 91_000, 92_000)]);
    let reader = Reader::open(&path).unwrap();
    let list = |filter: &RecordFilter| -> Vec<(u32, String, u32)> {
        let records = reader.records(filter).unwrap();
        records.into_iter().map(|record| (record.place, record.driver.name, record.lap_time)).collect()
    };
    let all = [(1, "Ann".to_owned(), 91_000), (2, "Bob".to_owned(), 91_500)];
    assert_eq!(list(&RecordFilter::default()), all);
    let some = |text: &str| Some(text.to_owned());
    let here = RecordFilter {
        track: some("monza"),
        layout: some("junior"),
        car_model: some("abarth500"),
        ..RecordFilter::default()
    };
    assert_eq!(list(&here), all);
    assert_eq!(list(&RecordFilter { layout: some(""), ..here.clone() }), []);
    assert_eq!(list(&RecordFilter { places: Some(1), ..here.clone() }), all[..1]);
    assert_eq!(list(&RecordFilter { limit: Some(1), ..here.clone() }), all[..1]);
    assert_eq!(list(&RecordFilter { guid: some(BOB), ..here }), all[1..]);
    let combinations = reader.combinations().unwrap();
    let [row] = &combinations[..] else { panic!("{combinations:?}") };
    assert_eq!((row.laps, row.drivers, row.record), (4, 2, Some(91_000)));
}

#[test]
fn a_driver_has_the_newest_name_and_all_of_them() {
    let path = new_file("driver");
    evening(&path);
    let mut next_day = Listener::start(&path, Duration::from_secs(86_400));
    next_day.hear(announcement());
    next_day.join(0, "Ann B.", ANN);
    next_day.lap(0, 90_000, 0);
    next_day.close();
    let reader = Reader::open(&path).unwrap();
    let page = reader.driver(ANN, 2).unwrap().unwrap();
    let names: Vec<_> = page.names.iter().map(|name| name.name.as_str()).collect();
    assert_eq!((page.driver.name.as_str(), &names[..]), ("Ann B.", &["Ann B.", "Ann"][..]));
    assert_eq!((page.sessions, page.laps, page.valid_laps), (2, 4, 3));
    let bests: Vec<_> = page.bests.iter().map(|best| (best.lap_time, best.place)).collect();
    assert_eq!(bests, [(90_000, 1)]);
    let recent: Vec<_> = page.recent_laps.iter().map(|lap| lap.lap_time).collect();
    assert_eq!(recent, [90_000, 80_000]);
    assert_eq!(reader.driver("nobody", 2).unwrap(), None);

    let here = page.bests[0].combination.clone();
    let compared = reader.compare(&[ANN, "nobody", BOB], &here, 3).unwrap();
    let laps = |of: usize| compared[of].laps.iter().map(|lap| lap.lap_time).collect::<Vec<_>>();
    assert_eq!((compared.len(), compared[0].best_lap, compared[1].best_lap), (2, Some(90_000), Some(91_500)));
    assert_eq!((laps(0), laps(1)), (vec![91_000, 80_000, 90_000], vec![92_500, 91_500, 80_500]));

    let of_ann = SessionFilter { guid: Some(ANN.to_owned()), ..SessionFilter::default() };
    let ids: Vec<_> = reader.sessions(&of_ann).unwrap().iter().map(|session| session.id).collect();
    assert_eq!(ids.len(), 2);
    let older = SessionFilter { before: Some(ids[0]), ..of_ann };
    assert_eq!(reader.sessions(&older).unwrap()[0].id, ids[1]);
}

/// The answer to a question.
fn ann_in_car_0() -> CarInfo {
    CarInfo {
        car_id: CarId(0),
        is_connected: true,
        car_model: "abarth500".to_owned(),
        driver_name: "Ann".to_owned(),
        driver_guid: ANN.to_owned(),
        ..CarInfo::default()
    }
}

#[test]
fn a_driver_who_becomes_known_gets_the_laps() {
    let path = new_file("named");
    let mut listener = Listener::start(&path, Duration::ZERO);
    listener.hear(announcement());
    listener.join(1, "Bob", BOB);
    listener.lap(1, 92_000, 0);
    // Nothing has told of car 0 before.
    listener.lap(0, 91_000, 0);
    listener.hear(ann_in_car_0());
    let reports = listener.close();
    let unnamed = reports.iter().any(|report| matches!(report, Report::Stored(lap) if lap.driver.is_none()));
    let record =
        reports.iter().any(|report| matches!(report, Report::Record(record) if record.driver.name == "Ann"));
    assert!(unnamed && record, "{reports:?}");
    let records = Reader::open(&path).unwrap().records(&RecordFilter::default()).unwrap();
    assert_eq!(records[0].driver, Person { guid: ANN.to_owned(), name: "Ann".to_owned() });
}

#[test]
fn laps_before_the_session_is_known_are_its_laps() {
    let path = new_file("late");
    let mut listener = Listener::start(&path, Duration::ZERO);
    listener.join(0, "Ann", ANN);
    listener.lap(0, 91_000, 0);
    listener.hear(answer(Duration::from_secs(700)));
    listener.close();
    let records = Reader::open(&path).unwrap().records(&RecordFilter::default()).unwrap();
    assert_eq!((records[0].combination.track.as_str(), records[0].lap_time), ("monza", 91_000));
}

#[test]
fn who_has_no_guid_has_laps_but_no_page() {
    let path = new_file("nobody");
    let mut listener = Listener::start(&path, Duration::ZERO);
    listener.hear(announcement());
    listener.join(0, "Somebody", "0");
    listener.lap(0, 91_000, 0);
    listener.end();
    listener.close();
    assert_eq!(forget(&path, "0").unwrap(), None, "it names no person");
    let reader = Reader::open(&path).unwrap();
    assert_eq!(reader.count_laps().unwrap(), 1);
    assert_eq!(reader.driver("0", 1).unwrap(), None);
    assert_eq!(reader.records(&RecordFilter::default()).unwrap(), []);
}

/// What the session's laps are, by car.
fn laps_by_session(path: &Path) -> Vec<Vec<(u8, u32, u32)>> {
    let reader = Reader::open(path).unwrap();
    let mut sessions = reader.sessions(&SessionFilter::default()).unwrap();
    sessions.reverse();
    let laps = |session: &SessionRow| reader.result(session.id).unwrap().unwrap().laps;
    let short = |lap: &LapRow| (lap.car_id, lap.number, lap.lap_time);
    sessions.iter().map(|session| laps(session).iter().map(short).collect()).collect()
}

#[test]
fn a_session_goes_on_after_a_restart_of_the_program() {
    let path = new_file("restart");
    let mut before = Listener::start(&path, Duration::ZERO);
    before.hear(announcement());
    before.join(0, "Ann", ANN);
    before.lap(0, 92_000, 1);
    before.lap(0, 91_000, 0);
    let now = before.now;
    before.close();

    let mut after = Listener::start(&path, now + Duration::from_secs(30));
    after.hear(answer(now + Duration::from_secs(31)));
    // Its driver becomes known after the lap, which is Ann's third all the same.
    after.lap(0, 90_000, 0);
    after.hear(ann_in_car_0());
    // The same session again, restarted: another one.
    after.hear(announcement());
    after.lap(0, 89_000, 0);
    after.close();
    let expected = [vec![(0, 1, 92_000), (0, 2, 91_000), (0, 3, 90_000)], vec![(0, 1, 89_000)]];
    assert_eq!(laps_by_session(&path), expected);
}

#[test]
fn a_session_that_was_restarted_while_nobody_listened_is_another_one() {
    let path = new_file("another");
    let mut before = Listener::start(&path, Duration::ZERO);
    before.hear(announcement());
    before.lap(0, 92_000, 0);
    let now = before.now;
    before.close();
    let mut after = Listener::start(&path, now);
    after.hear(answer(Duration::from_secs(5)));
    after.lap(0, 90_000, 0);
    after.close();
    assert_eq!(laps_by_session(&path), [vec![(0, 1, 92_000)], vec![(0, 1, 90_000)]]);
}

#[test]
fn two_programs_that_hear_the_same_double_nothing() {
    let path = new_file("two");
    let mut listeners = [Listener::start(&path, Duration::ZERO), Listener::start(&path, Duration::ZERO)];
    let mut reports = 0;
    for round in 0..3 {
        for listener in &mut listeners {
            listener.hear(announcement());
            listener.join(0, "Ann", ANN);
            listener.lap(0, 92_000 + round, 0);
            let impact_speed = 17.5 + round as f32;
            let contact = ClientEvent { car_id: CarId(0), impact_speed, ..ClientEvent::default() };
            listener.hear(contact);
            listener.end();
            listener.now += Duration::from_millis(3);
        }
    }
    for listener in listeners {
        reports += listener.close().iter().filter(|report| matches!(report, Report::Stored(_))).count();
    }
    assert_eq!(laps_by_session(&path), [[(0, 1, 92_000)], [(0, 1, 92_001)], [(0, 1, 92_002)]]);
    assert_eq!(reports, 3);
    let reader = Reader::open(&path).unwrap();
    let contacts = |session: &SessionRow| reader.result(session.id).unwrap().unwrap().collisions.len();
    let sessions = reader.sessions(&SessionFilter::default()).unwrap();
    assert_eq!(sessions.iter().map(contacts).collect::<Vec<_>>(), [1, 1, 1]);
}

#[test]
fn a_full_disk_is_told_once_and_loses_nothing_that_fits_into_memory() {
    let path = new_file("full");
    let connection = schema::open(&path).unwrap();
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    connection.pragma_update(None, "max_page_count", pages).unwrap();
    let mut listener = Listener::with(Store::start_on(connection, settings(&path)), Duration::ZERO);
    listener.hear(announcement());
    for lap in 0..2000 {
        listener.join(0, &format!("Ann {lap}"), ANN);
        listener.lap(0, 91_000 + lap, 0);
    }
    let told = loop {
        match listener.report() {
            Report::Stored(_) | Report::Record(_) => {}
            told => break told,
        }
    };
    let words = "the disk is full; make room. What is to be stored waits in memory";
    assert!(matches!(&told, Report::Trouble(text) if text.ends_with(words)), "{told:?}");
    let (reports, lost) = listener.store.close();
    let again = reports.iter().filter(|report| matches!(report, Report::Trouble(_)));
    assert_eq!(again.count(), 0, "told once");
    assert!(lost > 0);
    let stored = Reader::open(&path).unwrap().count_laps().unwrap();
    assert_eq!(stored + lost, 2000, "what is lost is counted");
}

#[test]
fn a_locked_file_is_waited_for() {
    let path = new_file("locked");
    let mut listener = Listener::start(&path, Duration::ZERO);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    listener.hear(announcement());
    listener.lap(0, 91_000, 0);
    let told = listener.report();
    assert!(matches!(&told, Report::Trouble(text) if text.contains("another program")), "{told:?}");
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(listener.report(), Report::Mended { lost: 0 });
    assert!(matches!(listener.report(), Report::Stored(_)));
    listener.close();
}

#[test]
fn who_is_forgotten_is_nowhere_in_the_file() {
    let path = new_file("forgotten");
    evening(&path);
    let bytes = || {
        let mut bytes = Vec::new();
        for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
            bytes.extend(fs::read(entry.unwrap().path()).unwrap());
        }
        String::from_utf8_lossy(&bytes).into_owned()
    };
    assert!(bytes().contains(BOB) && bytes().contains("Bob"));
    assert_eq!(forget(&path, "7656119800000000").unwrap(), None, "a part of a GUID is nobody's");
    let forgotten = forget(&path, BOB).unwrap();
    assert_eq!(forgotten, Some(Forgotten { laps: 3, collisions: 1, results: 1 }));
    assert!(!bytes().contains(BOB) && !bytes().contains("Bob"));
    assert!(bytes().contains(ANN) && bytes().contains("Ann"));
    assert_eq!(forget(&path, BOB).unwrap(), None);

    let reader = Reader::open(&path).unwrap();
    let session = &reader.sessions(&SessionFilter::default()).unwrap()[0];
    let result = reader.result(session.id).unwrap().unwrap();
    let names: Vec<_> = result.standings.iter().map(|row| row.driver_name.as_str()).collect();
    assert_eq!((names, result.laps.len()), (vec!["Ann", ""], 3));
    let json = reader.acserver_json(session.id).unwrap().unwrap();
    let result = SessionResult::from_acserver_json(&json).unwrap();
    assert_eq!((result.standings.len(), result.collisions.len()), (2, 0));
}

/// A GUID is what a server says: in results it may be written with escapes.
#[test]
fn who_has_an_odd_guid_is_forgotten_too() {
    let path = new_file("odd");
    let odd = "7656\"\\'<%é\u{1b}\u{202e}";
    let mut listener = Listener::start(&path, Duration::ZERO);
    listener.hear(announcement());
    listener.join(0, "Ann", ANN);
    listener.join(1, "Odd", odd);
    for car_id in [0, 1] {
        listener.lap(car_id, 92_000, 0);
    }
    listener.end();
    listener.close();
    assert_eq!(forget(&path, odd).unwrap(), Some(Forgotten { laps: 1, collisions: 0, results: 1 }));
    assert_eq!(forget(&path, odd).unwrap(), None);
    let reader = Reader::open(&path).unwrap();
    let id = reader.sessions(&SessionFilter::default()).unwrap()[0].id;
    let json = reader.acserver_json(id).unwrap().unwrap();
    assert!(json.contains("Ann") && !json.contains("Odd") && !json.contains("7656\\"), "{json}");
}

#[test]
fn no_speed_is_too_slow() {
    let path = new_file("slow");
    let store = Store::start(Settings { speed: f64::MIN_POSITIVE, ..settings(&path) }).unwrap();
    let mut listener = Listener::with(store, Duration::ZERO);
    listener.hear(answer(Duration::from_secs(1)));
    listener.join(0, "Ann", ANN);
    listener.lap(0, 92_000, 0);
    listener.hear(ClientEvent { car_id: CarId(0), ..ClientEvent::default() });
    listener.end();
    let reports = listener.close();
    assert!(!reports.iter().any(|report| matches!(report, Report::Trouble(_))), "{reports:?}");
    assert_eq!(Reader::open(&path).unwrap().count_laps().unwrap(), 1);
}

#[test]
fn what_another_program_still_reads_is_overwritten_by_the_next_call() {
    let path = new_file("still-read");
    evening(&path);
    let other = Connection::open(&path).unwrap();
    other.execute_batch("BEGIN; SELECT count(*) FROM lap;").unwrap();
    let error = forget(&path, BOB).unwrap_err();
    assert!(matches!(error.kind(), Kind::NotOverwritten), "{error}");
    drop(other);
    assert_eq!(forget(&path, BOB).unwrap(), None);
    for entry in fs::read_dir(path.parent().unwrap()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(BOB));
    }
}

#[test]
fn an_older_file_is_brought_up_to_date_and_a_newer_one_is_refused() {
    let path = new_file("versions");
    evening(&path);
    let version = |connection: &Connection| -> isize {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    };
    let next = "ALTER TABLE lap ADD COLUMN ballast_kg INTEGER NOT NULL DEFAULT 7";
    let steps = [schema::STEPS, &[next]].concat();
    for _ in 0..2 {
        let newer = schema::open_with(&path, &steps).unwrap();
        assert_eq!(version(&newer), schema::STEPS.len() as isize + 1);
        let ballast: i64 = newer.query_row("SELECT sum(ballast_kg) FROM lap", [], |row| row.get(0)).unwrap();
        assert_eq!(ballast, 6 * 7);
    }
    let before = fs::read(&path).unwrap();
    let refused = [Store::start(settings(&path)).err(), Reader::open(&path).err(), forget(&path, ANN).err()];
    for error in refused {
        let error = error.unwrap();
        assert!(matches!(error.kind(), Kind::Newer { .. }), "{error}");
        assert!(error.to_string().contains("install a newer acsp"), "{error}");
    }
    assert_eq!(fs::read(&path).unwrap(), before, "it was not touched");
}

#[test]
fn a_migration_that_fails_leaves_the_file_as_it_was() {
    let path = new_file("broken");
    evening(&path);
    let steps = [schema::STEPS, &["DELETE FROM lap; SELECT nonsense"]].concat();
    assert!(schema::open_with(&path, &steps).is_err());
    assert_eq!(Reader::open(&path).unwrap().count_laps().unwrap(), 6);
}

#[test]
fn other_files_are_refused_and_not_touched() {
    let path = new_file("foreign");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let missing = Reader::open(&path).unwrap_err();
    assert!(matches!(missing.kind(), Kind::Missing), "{missing}");

    Connection::open(&path).unwrap().execute_batch("CREATE TABLE songs (title TEXT)").unwrap();
    let text = path.with_file_name("notes.txt");
    fs::write(&text, "Buy tyres. ".repeat(1000)).unwrap();
    for (path, is_right) in [
        (&*path, (|kind| matches!(kind, Kind::Foreign)) as fn(&Kind) -> bool),
        (text.as_path(), |kind| matches!(kind, Kind::NotADatabase)),
    ] {
        let before = fs::read(path).unwrap();
        for error in [Store::start(settings(path)).unwrap_err(), Reader::open(path).unwrap_err()] {
            assert!(is_right(error.kind()), "{error}");
            assert!(error.to_string().contains("not touched"), "{error}");
        }
        assert_eq!(fs::read(path).unwrap(), before);
    }
    let below_a_file = Store::start(settings(&text.join("laps.db"))).unwrap_err();
    assert!(matches!(below_a_file.kind(), Kind::Folder { .. }), "{below_a_file}");
}

#[test]
fn what_cannot_be_written_to_is_told_as_such() {
    let path = new_file("read-only");
    evening(&path);
    let connection = schema::open(&path).unwrap();
    connection.pragma_update(None, "query_only", true).unwrap();
    let mut listener = Listener::with(Store::start_on(connection, settings(&path)), Duration::ZERO);
    listener.hear(announcement());
    listener.lap(0, 91_000, 0);
    let told = listener.report();
    assert!(matches!(&told, Report::Trouble(text) if text.contains("cannot be written to")), "{told:?}");
    assert_eq!(listener.store.close().1, 1);
}
