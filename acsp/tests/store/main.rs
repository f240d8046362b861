//! The lap store, as users start it.

#[cfg(unix)]
mod kills;

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use acsp::store::Reader;
use acudpclient::sim::{Session, SimServer};
use acudpclient::{Direction, Event};
use serde_json::Value;
use support::addresses::free_addresses;
use support::process::Program;

/// What a LAP_COMPLETED says: car, time, cuts.
type Lap = (u8, u32, u8);

fn acsp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_acsp"));
    command.args(arguments).env_remove("RUST_LOG");
    command
}

/// A new file's place, in a folder of its own.
fn new_file(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder.join("laps.db")
}

fn outputs(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

const SPEED: f64 = 20.0;

/// Laps that a server has sent, each with its time in milliseconds since 1970.
type Sent = Arc<Mutex<Vec<(Lap, i64)>>>;

/// A weekend without end, and all laps that its server has sent.
fn weekend(server: &str, plugin: &str) -> (SimServer, Sent) {
    let sent = Sent::default();
    let keep = sent.clone();
    let server = SimServer::builder()
        .cars(24)
        .seed(14)
        .speed(SPEED)
        .repeat(true)
        .sessions([Session::practice(Duration::from_secs(5 * 60)), Session::race(2)])
        .local_addr(server.parse().unwrap())
        .plugin_addr(plugin.parse().unwrap())
        .on_datagram(move |datagram| {
            if datagram.direction != Direction::Sent {
                return;
            }
            if let Ok(Event::LapCompleted(lap)) = Event::decode(datagram.payload) {
                let at = datagram.time.duration_since(UNIX_EPOCH).unwrap().as_millis() as i64;
                keep.lock().unwrap().push(((lap.car_id.0, lap.lap_time.0, lap.cuts), at));
            }
        })
        .start()
        .unwrap();
    (server, sent)
}

#[test]
fn a_stored_race_is_listed_exported_and_forgotten() {
    let file = new_file("listed");
    let (db, csv) = (file.to_str().unwrap(), file.with_extension("csv"));
    let record = ["db", "record", "--db", db, "--speed", "100", "--cars", "6", "--json"];
    let mut program = Program::start(&mut acsp(&record));
    program.expect("storing in ");
    while !program.seen.iter().any(|line| line.contains(r#""type":"record""#)) {
        program.expect("{");
    }
    program.child.kill().unwrap();
    program.wait();

    let run = |arguments: &[&str]| {
        let output = acsp(&[&["db"], arguments, &["--db", db]].concat()).output().unwrap();
        let (stdout, stderr) = outputs(&output);
        assert!(output.status.success(), "{stderr}");
        stdout
    };
    let records = run(&["records", "--json", "--places", "1"]);
    let record: Value = serde_json::from_str(records.lines().next().unwrap()).unwrap();
    let guid = record["driver"]["guid"].as_str().unwrap();
    assert!(run(&["records"]).contains("sim_harmonic, "));
    assert!(run(&["driver", guid]).contains(&format!("({guid}): ")));
    assert!(run(&["sessions"]).contains("sim_harmonic at Simulated server: "));
    assert!(run(&["sessions", "1"]).contains("race"));
    let laps = Reader::open(&file).unwrap().count_laps().unwrap();
    let csv = csv.to_str().unwrap();
    assert_eq!(run(&["export", "--csv", csv]), format!("{laps} laps in {csv}\n"));
    let table = fs::read_to_string(csv).unwrap();
    assert_eq!(table, run(&["export", "--csv", "-"]));
    assert_eq!(table.lines().count() as u64, laps + 1);
    assert!(table.contains(guid));
    assert!(run(&["forget", guid]).starts_with("deleted: "));
    assert!(!run(&["export", "--csv", "-"]).contains(guid));
    for (arguments, words) in [
        (&["db", "driver", guid, "--db", db][..], "nobody with the GUID"),
        (&["db", "forget", guid, "--db", db], "nothing was deleted"),
        (&["db", "sessions", "99", "--db", db], "no session 99"),
        (&["db", "export", "--csv", csv, "--db", db], "name a new file"),
        (&["db", "records", "--db", csv], "no SQLite database"),
        (&["db", "record"], "name a file with --db FILE"),
        (&["db", "record", "--db", db, "--webhook", "x"], "must begin with https://"),
        (&["live", "--plain", "--db", csv], "no SQLite database"),
    ] {
        let output = acsp(arguments).output().unwrap();
        let (_, stderr) = outputs(&output);
        assert!(!output.status.success() && stderr.contains(words), "{arguments:?}: {stderr}");
    }
}

#[test]
fn live_stores_a_server_by_itself_and_a_simulation_only_if_told() {
    let [server, plugin] = free_addresses();
    let folder = new_file("by-itself").with_file_name("data");
    let (_weekend, _) = weekend(&server, &plugin);
    let speed = SPEED.to_string();
    let live = |arguments: &[&str]| {
        let mut command = acsp(&[&["live", "--plain", "--speed", &speed], arguments].concat());
        command.env("XDG_DATA_HOME", &folder).env("APPDATA", &folder).env("HOME", &folder);
        Program::start(&mut command)
    };
    let data =
        if cfg!(target_os = "macos") { folder.join("Library/Application Support") } else { folder.clone() };
    let file = data.join("acsp").join("laps.db");
    for arguments in [&[][..], &[plugin.as_str(), server.as_str(), "--no-db"]] {
        let mut program = live(arguments);
        program.expect("begins");
        assert!(!file.exists(), "{arguments:?}");
    }
    let _program = live(&[&plugin, &server]);
    let laps = || Reader::open(&file).ok()?.count_laps().ok();
    support::eventually("a lap is stored", || laps().is_some_and(|laps| laps > 0));
}
