//! `acsp web`, asked as browsers and programs ask it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use acudpclient::Event;
use acudpclient::protocol::{
    CarId, CarInfo, CarUpdate, Chat, ClientLoaded, Command as Packet, EndSession, LapCompleted, LapTime,
    LeaderboardEntry, NewConnection, NewSession, SessionType,
};
use acudpclient::sim::{Session, SimServer};
use serde_json::Value;
use support::addresses::free_addresses;
use support::http::{Events, Response, ServerSentEvent, get, raw, request};
use support::process::{PATIENCE, Program};

const API: &str = include_str!("../API.md");
const TOKEN: &str = "0123456789abcdef";

/// The program and the address of its page.
struct Web {
    program: Program,
    address: String,
}

impl Web {
    fn start(arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_acsp"));
        command.arg("web").args(arguments).env_remove("RUST_LOG");
        // Nothing goes into the user's own store.
        if !arguments.contains(&"--db") {
            command.arg("--no-db");
        }
        if !arguments.contains(&"--listen") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        let mut program = Program::start(&mut command);
        let line = program.expect("http://");
        let address = line.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        Self { program, address }
    }

    fn get(&self, path: &str) -> Response {
        get(&self.address, &format!("/api/v1/{path}"))
    }

    fn json(&self, path: &str) -> Value {
        let response = self.get(path);
        assert_eq!((response.status, response.header("content-type")), (200, "application/json"), "{path}");
        serde_json::from_slice(&response.body).unwrap()
    }

    fn events(&self, headers: &str) -> Events {
        Events::open(&self.address, "/api/v1/events", headers)
    }

    /// The first live state in which this holds.
    fn state(&self, holds: impl Fn(&Value) -> bool) -> Value {
        let mut events = self.events("");
        let mut is_state = true;
        let start = Instant::now();
        loop {
            let event = events.next().expect("the stream goes on");
            let state = if is_state { serde_json::from_str(&event.data).unwrap() } else { self.json("live") };
            if holds(&state) {
                return state;
            }
            assert!(start.elapsed() < 3 * PATIENCE, "never came true of {state}");
            is_state = false;
        }
    }

    /// A command with the right token.
    fn command(&self, path: &str, headers: &str, body: &str) -> Response {
        let headers = format!("Authorization: Bearer {TOKEN}\r\nContent-Type: application/json\r\n{headers}");
        request(&self.address, "POST", &format!("/api/v1/admin/{path}"), &headers, body)
    }
}

/// A server that says what the test tells it, and a program that listens to it.
fn scripted(arguments: &[&str]) -> (SimServer, Web) {
    let [plugin] = free_addresses();
    let server = SimServer::scripted().unwrap();
    let server_address = server.local_addr().to_string();
    let web = Web::start(&[&[plugin.as_str(), server_address.as_str()], arguments].concat());
    // It asks for the session, so the server knows where it is.
    server.wait_command(PATIENCE).expect("a command");
    (server, web)
}

fn token_file(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, format!("{TOKEN}\n")).unwrap();
    path
}

/// A file that is not there yet.
fn new_db(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    for file in [path.clone(), path.with_extension("db-wal"), path.with_extension("db-shm")] {
        let _ = fs::remove_file(file);
    }
    path.to_str().unwrap().to_owned()
}

fn join(server: &SimServer, car_id: u8, name: &str) {
    let connection = NewConnection {
        driver_name: name.to_owned(),
        driver_guid: format!("7656119800000{car_id:04}"),
        car_id: CarId(car_id),
        car_model: "ks_mazda_mx5_cup".to_owned(),
        ..NewConnection::default()
    };
    server.send(&Event::NewConnection(connection)).unwrap();
    server.send(&Event::ClientLoaded(ClientLoaded { car_id: CarId(car_id) })).unwrap();
}

fn race(server: &SimServer) {
    let session = NewSession {
        session_type: SessionType::Race,
        name: "Race".to_owned(),
        track: "monza".to_owned(),
        laps: 5,
        ..NewSession::default()
    };
    server.send(&Event::NewSession(session)).unwrap();
}

fn names(state: &Value) -> Vec<&str> {
    state["rows"].as_array().unwrap().iter().map(|row| row["driver"].as_str().unwrap()).collect()
}

/// The examples of the documentation: the path and the JSON.
fn documented() -> Vec<(String, Value)> {
    let blocks = API.split("\n```json ").skip(1);
    let block = |block: &str| {
        let (path, rest) = block.split_once('\n').unwrap();
        let json = rest.split("\n```").next().unwrap();
        (path.to_owned(), serde_json::from_str(json).unwrap_or_else(|error| panic!("{path}: {error}")))
    };
    blocks.map(block).collect()
}

/// Whether an answer has what the documentation shows, in the same form.
fn assert_like(documented: &Value, answer: &Value, place: &str) {
    match (documented, answer) {
        (_, Value::Null) | (Value::Null, _) => {}
        (Value::Object(documented), Value::Object(answer)) => {
            // A gap is one or the other.
            let is_choice =
                documented.len() == 1 && ["time", "laps"].iter().any(|key| documented.contains_key(*key));
            for (key, value) in documented.iter().filter(|_| !is_choice) {
                let found = answer.get(key).unwrap_or_else(|| panic!("{place} has no {key}: {answer:?}"));
                assert_like(value, found, &format!("{place}.{key}"));
            }
            let undocumented: Vec<_> = answer.keys().filter(|key| !documented.contains_key(*key)).collect();
            let is_optional = |key: &&&String| ["session", "server", "versions"].contains(&key.as_str());
            assert!(
                is_choice || undocumented.iter().all(|key| is_optional(&key)),
                "{place}: {undocumented:?}"
            );
        }
        (Value::Array(documented), Value::Array(answers)) => {
            // Where the example has nothing, another one has it.
            for (documented, answer) in documented.iter().cycle().zip(answers) {
                assert_like(documented, answer, &format!("{place}[]"));
            }
        }
        (documented, answer) => assert_eq!(
            std::mem::discriminant(documented),
            std::mem::discriminant(answer),
            "{place}: {documented} {answer}"
        ),
    }
}

#[test]
fn answers_have_what_the_documentation_shows() {
    let [plugin] = free_addresses();
    let sessions = [
        Session::qualify(Duration::from_secs(120)),
        Session::race(2).wait(Duration::from_secs(5)),
        Session::race(90),
    ];
    let simulation = SimServer::builder().cars(6).speed(40.0).sessions(sessions);
    let server = simulation.plugin_addr(plugin.parse().unwrap()).start().unwrap();
    let db = new_db("documented.db");
    let web = Web::start(&[&plugin, &server.local_addr().to_string(), "--speed", "40", "--db", &db]);
    let state = web.state(|state| {
        let has_laps = |row: &Value| row["laps"].as_u64() > Some(1) && row["x"].is_f64();
        state["versions"]["results"].as_u64() >= Some(1)
            && state["session"]["type"] == "race"
            && state["rows"].as_array().is_some_and(|rows| rows.iter().any(has_laps))
    });
    let car = state["rows"][0]["car_id"].to_string();
    let guids: Vec<String> =
        (0..2).map(|row| state["rows"][row]["guid"].as_str().unwrap().to_owned()).collect();
    let results = web.json("results");
    let id = results["results"][0]["id"].as_str().unwrap();
    for (path, example) in documented() {
        let answer = match path.as_str() {
            "live" => state.clone(),
            "update" => {
                let update = web.events("").find(|event| event.name == "update").unwrap();
                serde_json::from_str(&update.data).unwrap()
            }
            "cars/3" => web.json(&format!("cars/{car}")),
            path if path.starts_with("results/") => web.json(&format!("results/{id}")),
            path if path.starts_with("drivers/compare") => {
                web.json(&format!("drivers/compare?guid={}&guid={}", guids[0], guids[1]))
            }
            path if path.starts_with("drivers/") => web.json(&format!("drivers/{}", guids[0])),
            path => web.json(path),
        };
        assert_like(&example, &answer, &path);
    }
    let file = web.get(&format!("results/{id}/acserver.json"));
    assert!(file.header("content-disposition").starts_with("attachment; filename=\""), "{}", file.head);
    acudpclient::tracker::SessionResult::from_acserver_json(file.text()).unwrap();
    // What is stored has something in it.
    let car_records = web.json("records");
    let record = &car_records["records"][0];
    assert_eq!(record["track"], state["session"]["track"]);
    let car = record["car"].as_str().unwrap();
    assert!(!web.json(&format!("records?car={car}"))["records"].as_array().unwrap().is_empty());
    assert!(web.json("records?car=none")["records"].as_array().unwrap().is_empty());
    let driver = web.json(&format!("drivers/{}", record["guid"].as_str().unwrap()));
    assert!(driver["bests"].as_array().unwrap().iter().any(|best| best["record"] == true), "{driver}");
    assert!(driver["sessions"].as_array().unwrap().iter().any(|session| session["id"] == id), "{driver}");
    // Who is not known does not hide the others.
    let comparison = web.json(&format!("drivers/compare?guid=1&guid={}&guid=2", guids[0]));
    assert_eq!(comparison["unknown"], serde_json::json!(["1", "2"]));
    assert_eq!(comparison["drivers"].as_array().unwrap().len(), 1, "{comparison}");
    assert_eq!(comparison["drivers"][0]["guid"], guids[0].as_str());
    assert_eq!(web.get("drivers/compare?guid=1&guid=2&guid=3&guid=4&guid=5").status, 404);
    assert_eq!(web.get("drivers/1").status, 404);
}

#[test]
fn without_a_store_results_are_kept_while_it_runs() {
    let (server, web) = scripted(&[]);
    race(&server);
    join(&server, 3, "Rossi");
    let lap = LapCompleted {
        car_id: CarId(3),
        lap_time: LapTime(91_234),
        leaderboard: vec![LeaderboardEntry {
            car_id: CarId(3),
            lap_time: LapTime(91_234),
            laps: 1,
            has_completed: true,
        }],
        ..LapCompleted::default()
    };
    server.send(&Event::LapCompleted(lap)).unwrap();
    server
        .send(&Event::EndSession(EndSession {
            filename: "results/../2026_RACE.json".to_owned(),
            ..EndSession::default()
        }))
        .unwrap();
    web.state(|state| state["versions"]["results"] == 1 && state["session"]["phase"] == "finished");
    let results = web.json("results");
    assert_eq!(results["results"][0]["winner"]["driver"], "Rossi");
    let id = results["results"][0]["id"].as_str().unwrap();
    assert_eq!(web.json(&format!("results/{id}"))["entries"][0]["all_laps"][0]["time"], 91_234);
    let file = web.get(&format!("results/{id}/acserver.json"));
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"2026_RACE.json\"");
    assert_eq!(web.json("records")["records"], Value::Array(Vec::new()));
    assert_eq!(web.get("drivers/76561198000000003").status, 404);
    let car = web.json("cars/3");
    assert_eq!((&car["laps"][0]["class"], &car["laps"][0]["position"]), (&"session_best".into(), &1.into()));
    assert_eq!(web.json("positions")["cars"][0]["positions"], serde_json::json!([1]));
}

#[test]
fn without_addresses_there_is_life_at_once() {
    let web = Web::start(&["--cars", "8"]);
    let mut events = web.events("");
    let state = events.next().unwrap();
    assert_eq!(state.name, "state");
    let state: Value = serde_json::from_str(&state.data).unwrap();
    assert_eq!((state["rows"].as_array().unwrap().len(), &state["session"]["phase"]), (8, &"running".into()));
    assert!(state["rows"][1]["gap"].is_object(), "{}", state["rows"][1]);
    assert!(state["rows"][0]["last_lap"].is_object());
    assert!(!state["feed"].as_array().unwrap().is_empty());
    assert_eq!(web.json("map")["closed"], true);
    // The cars move.
    let place = |state: &Value| state["rows"][0]["x"].clone();
    web.state(|later| place(later) != place(&state));
    assert_eq!(get(&web.address, "/").header("content-type"), "text/html; charset=utf-8");
}

#[test]
fn a_stream_goes_on_after_a_restart() {
    let (server, mut web) = scripted(&[]);
    race(&server);
    join(&server, 3, "Rossi");
    join(&server, 5, "Novák");
    let there = |state: &Value| names(state) == ["Rossi", "Novák"] && state["session"].is_object();
    let before = web.state(there);
    let mut events = web.events("");
    let first = events.next().unwrap();
    assert_eq!(first.name, "state");
    let last = events.next().unwrap();
    assert_eq!(last.name, "update");
    // The line was interrupted: it goes on where it was, or has the whole state.
    let mut again = web.events(&format!("Last-Event-ID: {}\r\n", last.id));
    let next = again.next().unwrap();
    let number = |id: &str| id.split_once('.').unwrap().1.parse::<u64>().unwrap();
    assert!(number(&next.id) > number(&last.id));
    assert_eq!(next.name == "update", number(&next.id) == number(&last.id) + 1, "{last:?} {next:?}");

    // The program is restarted on the same addresses. It hears of a car by its telemetry.
    web.program.child.kill().unwrap();
    web.program.wait();
    drop((events, again));
    let plugin = server.plugin_addr().unwrap().to_string();
    let web = Web::start(&[&plugin, &server.local_addr().to_string(), "--listen", &web.address]);
    for car_id in [3, 5].repeat(20) {
        server.send(&Event::CarUpdate(CarUpdate { car_id: CarId(car_id), ..CarUpdate::default() })).unwrap();
    }
    let after = web.state(there);
    assert_eq!(after["session"]["track"], before["session"]["track"]);
    for (before, after) in before["rows"].as_array().unwrap().iter().zip(after["rows"].as_array().unwrap()) {
        for key in ["car_id", "driver", "guid", "car", "position"] {
            assert_eq!(after[key], before[key], "{key}");
        }
    }
    let state = web.events(&format!("Last-Event-ID: {}\r\n", last.id)).next().unwrap();
    assert_eq!(state.name, "state");
    assert!(!state.id.starts_with(last.id.split_once('.').unwrap().0), "{} {}", state.id, last.id);
}

#[test]
fn a_hostile_name_is_a_text() {
    let (server, web) = scripted(&[]);
    let name = "</script><img src=x onerror=alert(1)>\"\n\u{202e}\u{1b}[31m";
    race(&server);
    join(&server, 3, name);
    server.send(&Event::Chat(Chat { car_id: CarId(3), message: format!("event: state\n\n{name}") })).unwrap();
    let state = web.state(|state| state["feed"][0]["topic"] == "chat");
    assert_eq!(names(&state), [name]);
    let feed = state["feed"][0]["text"].as_str().unwrap();
    assert!(feed.contains("<img src=x onerror=alert(1)>") && feed.contains(r"\u{202e}"), "{feed}");
    assert!(!feed.contains('\n') && !feed.contains('\u{1b}'), "{feed:?}");
    let live = web.get("live");
    assert_eq!(live.header("x-content-type-options"), "nosniff");
    assert!(!live.body.contains(&b'\n'), "an event of the stream has one line");
}

#[test]
fn commands_need_the_token_and_the_page() {
    let (server, mut web) = scripted(&["--admin-token-file", token_file("token").to_str().unwrap()]);
    assert_eq!(web.json("live")["program"]["admin"], true);
    let status = |response: Response| response.status;
    let post =
        |headers: &str| status(request(&web.address, "POST", "/api/v1/admin/next-session", headers, "{}"));
    assert_eq!(post("Content-Type: application/json\r\n"), 401);
    assert_eq!(post("Content-Type: application/json\r\nAuthorization: Bearer 0123456789abcdeX\r\n"), 401);
    assert_eq!(post(&format!("Authorization: Bearer {TOKEN}\r\n")), 415);
    assert_eq!(status(web.command("next-session", "Origin: http://evil.example\r\n", "{}")), 403);
    assert_eq!(status(web.command("next-session", "Sec-Fetch-Site: cross-site\r\n", "{}")), 403);
    assert_eq!(status(get(&web.address, "/api/v1/admin/next-session")), 405);

    let origin = format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", web.address);
    let long = format!(r#"{{"message":"{}"}}"#, "a".repeat(5000));
    assert_eq!(status(web.command("chat", &origin, &long)), 413);
    assert_eq!(status(web.command("chat", &origin, r#"{"message":"\u001b gg"}"#)), 202);
    assert_eq!(status(web.command("kick", &origin, r#"{"car_id":"3"}"#)), 400);
    assert_eq!(status(web.command("next-session", "", "{}")), 202);
    // Only what was right has arrived. The program asks for other things of its own.
    let is_own = |command: &Packet| {
        !matches!(command, Packet::BroadcastChat { .. } | Packet::NextSession | Packet::KickUser { .. })
    };
    let mut commanded =
        std::iter::from_fn(|| server.wait_command(PATIENCE)).filter(|command| !is_own(command));
    assert_eq!(commanded.next(), Some(Packet::BroadcastChat { message: "\u{1b} gg".to_owned() }));
    assert_eq!(commanded.next(), Some(Packet::NextSession));
    let refused = (0..10).map(|_| web.command("check", "", "{}")).find(|response| response.status == 429);
    assert!(!refused.expect("a limit").header("retry-after").is_empty());
    web.program.expect("commands: ");
}

#[test]
fn without_a_token_there_are_no_commands() {
    let web = Web::start(&["--cars", "2"]);
    assert_eq!(web.command("next-session", "", "{}").status, 404);
    assert_eq!(web.json("live")["program"]["admin"], false);
    let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("short-token");
    fs::write(&file, "secret").unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_acsp"))
        .args(["web", "--no-db", "--listen", "127.0.0.1:0", "--admin-token-file", file.to_str().unwrap()])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("at least 16"), "{output:?}");
}

#[test]
fn bad_requests_are_refused() {
    let mut web = Web::start(&["--cars", "2"]);
    let address = web.address.clone();
    let error = |response: Response, status: u16| {
        assert_eq!(response.status, status, "{}", response.head);
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert!(body["error"].is_string(), "{body}");
        assert!(
            response.header("content-security-policy").contains("default-src 'self'"),
            "{}",
            response.head
        );
    };
    error(get(&address, "/api/v1/nothing"), 404);
    error(get(&address, "/../../etc/passwd"), 404);
    error(web.get("cars/200"), 404);
    error(web.get("cars/x"), 404);
    error(web.get("results/..%2f..%2fx"), 404);
    error(web.get("map.png"), 404);
    for path in ["cars/%ff", "results/%ff", "results/%ff/acserver.json", "drivers/%ff"] {
        error(web.get(path), 400);
    }
    error(request(&address, "POST", "/api/v1/live", "", "{}"), 405);
    error(request(&address, "GET", "/api/v1/live", "Host: evil.example\r\n", ""), 421);
    let many = "X-Header: 1\r\n".repeat(100);
    assert_eq!(request(&address, "GET", "/", &many, "").status, 431);
    let long = format!("GET /{} HTTP/1.1\r\nHost: {address}\r\n\r\n", "a".repeat(20_000));
    assert!([414, 431].contains(&raw(&address, long.as_bytes()).status));
    assert_eq!(raw(&address, b"\x16\x03\x01 no HTTP\r\n\r\n").status, 400);
    web.program.assert_running();
    assert_eq!(web.get("live").status, 200);
}

#[test]
fn a_slow_browser_misses_updates_and_holds_up_nobody() {
    let web = Web::start(&["--cars", "60"]);
    // It reads nothing at first, and its system keeps little for it.
    let socket = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::STREAM, None).unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    socket.connect(&web.address.parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    let stream = TcpStream::from(socket);
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut slow = Events::on(stream, "/api/v1/events", "");
    let mut fast = web.events("");
    let number = |event: &ServerSentEvent| event.id.split_once('.').unwrap().1.parse::<u64>().unwrap();
    let first = number(&fast.next().unwrap());
    let (mut last, mut updates, mut bytes) = (first, 0, 0);
    // More than the systems keep between the two.
    while bytes < 300_000 {
        let event = fast.next().unwrap();
        assert!(number(&event) == last + 1 || event.name == "state" && number(&event) > last, "{event:?}");
        last = number(&event);
        if event.name == "update" {
            updates += 1;
            bytes += event.data.len();
        }
    }
    // On a busy machine it misses some.
    assert!(2 * updates > last - first, "the other one has got {updates} updates of {}", last - first);
    // Once it reads, it gets what was on the way, and then the state of now.
    assert_eq!(slow.next().unwrap().name, "state");
    let mut on_the_way = 0;
    let now = loop {
        let event = slow.next().unwrap();
        if number(&event) >= last {
            break event;
        }
        on_the_way += 1;
    };
    assert_eq!(now.name, "state");
    assert!(on_the_way + 5 < last - first, "{on_the_way} {first} {last}");
    assert!(slow.take(100).any(|event| event.name == "update"));
}

#[test]
fn a_missing_server_and_bad_datagrams_are_survived() {
    let [server, plugin] = free_addresses();
    let mut web = Web::start(&[&plugin, &server]);
    let state = web.state(|state| state["server"]["status"] == "missing");
    let text = state["server"]["text"].as_str().unwrap();
    assert!(text.contains("nothing listens on") && text.contains("acsp doctor"), "{text}");
    assert_eq!((&state["session"], &state["rows"]), (&Value::Null, &Value::Array(Vec::new())));
    let socket = UdpSocket::bind(&server).unwrap();
    for datagram in [&[57, 1][..], &[], &[255; 2000], &[73, 3]] {
        socket.send_to(datagram, &plugin).unwrap();
    }
    web.state(|state| state["server"]["status"] == "live");
    let info = CarInfo {
        car_id: CarId(3),
        is_connected: true,
        driver_name: "Rossi".to_owned(),
        ..CarInfo::default()
    };
    socket.send_to(&Event::CarInfo(info).encode().unwrap(), &plugin).unwrap();
    web.state(|state| names(state) == ["Rossi"]);
    web.program.assert_running();
}

/// Such as a service manager that has stopped, or a terminal on hold.
#[test]
fn nobody_has_to_read_what_it_prints() {
    let [plugin] = free_addresses();
    let server = SimServer::scripted().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_acsp"));
    command.args(["web", &plugin, &server.local_addr().to_string(), "--no-db", "--listen", "127.0.0.1:0"]);
    command.env("RUST_LOG", "trace").stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut printed = BufReader::new(child.stderr.take().unwrap()).lines();
    let is_there = |line: &std::io::Result<String>| line.as_ref().is_ok_and(|line| line.contains("http://"));
    let line = printed.find(is_there).unwrap().unwrap();
    let address = line.trim_start_matches("http://").split('/').next().unwrap().to_owned();
    // Nothing more is read.
    let web = Web { program: Program::of(child), address };
    server.wait_command(PATIENCE).expect("a command");
    race(&server);
    // More than the system keeps.
    for car_id in 0..20 {
        for _ in 0..50 {
            let message = "blah ".repeat(40);
            server.send(&Event::Chat(Chat { car_id: CarId(car_id), message })).unwrap();
        }
        join(&server, car_id, "Rossi");
        web.state(|state| names(state).len() == usize::from(car_id) + 1);
    }
    drop(printed);
}

#[test]
fn a_port_that_is_taken_is_explained() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    for (listen, words) in [
        (taken.local_addr().unwrap().to_string(), "another program has this port"),
        ("nonsense".to_owned(), "is no address with a port"),
    ] {
        let output =
            Command::new(env!("CARGO_BIN_EXE_acsp")).args(["web", "--listen", &listen]).output().unwrap();
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(
            !output.status.success() && stderr.contains(words) && stderr.contains("--listen"),
            "{stderr}"
        );
    }
}

/// With browsers that are connected.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_it_at_once() {
    let mut web = Web::start(&["--cars", "4"]);
    let mut events = web.events("");
    assert!(events.next().is_some());
    let _idle = TcpStream::connect(&web.address).unwrap();
    let start = Instant::now();
    let killed = Command::new("kill").args(["-INT", &web.program.child.id().to_string()]).status();
    assert!(killed.unwrap().success());
    assert!(web.program.wait().success(), "{:?}", web.program.seen);
    // A tenth of a second, unless the machine is busy. The patience with the idle connection is 15 s.
    assert!(start.elapsed() < Duration::from_secs(12), "{:?}", start.elapsed());
}
