//! The page of `acsp web` in a headless Chromium: each test is a check of `browser/checks.mjs`. `.ci/browser` installs
//! what that takes. Where it is missing a test says that it was left out; `BROWSER_TESTS=required` makes that a failure.

use std::net::UdpSocket;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::time::Duration;
use std::{env, fs, thread};

use acudpclient::Event;
use acudpclient::protocol::{
    self, CarId, CarInfo, Chat, ClientLoaded, NewConnection, SessionInfo, SessionType,
};
use acudpclient::sim::{Session, SimServer};
use support::PATIENCE;
use support::addresses::free_addresses;

/// What the whole page may weigh.
const MOST_BYTES: u64 = 150_000;

/// The programs of the checks: Chromium, and the folder of what npm has installed.
fn tools() -> Option<(PathBuf, PathBuf)> {
    let found = |path: &Path| path.exists();
    let chromium = env::var_os("CHROMIUM").map_or_else(|| "/usr/bin/chromium".into(), PathBuf::from);
    let modules = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("browser").join("node_modules");
    (found(&chromium) && found(&modules.join("playwright-core"))).then_some((chromium, modules))
}

/// Does a check in a browser of its own. Returns whether it could be done.
fn check(name: &str, arguments: &[&str]) -> bool {
    let Some((chromium, modules)) = tools() else {
        assert!(
            env::var_os("BROWSER_TESTS").is_none(),
            "no Chromium, or no playwright-core: run .ci/browser"
        );
        println!("left out: {name} takes Chromium and playwright-core, which .ci/browser installs");
        return false;
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/run.mjs");
    let output = Command::new("node")
        .arg(script)
        .arg(name)
        .args(arguments)
        .env("ACSP", env!("CARGO_BIN_EXE_acsp"))
        .env("CHROMIUM", chromium)
        .env("BROWSER_MODULES", modules)
        .output()
        .expect("node cannot be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {}\n{said}", output.status);
    true
}

fn new_folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{name}-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_board_of_a_race_fills_and_equals_the_api() {
    check("board", &[]);
}

#[test]
fn everything_fits_a_screen_and_a_telephone() {
    check("everything_fits", &[]);
}

#[test]
fn the_cars_move_on_the_map() {
    check("map", &[]);
}

#[test]
fn the_games_own_map_lies_under_the_cars() {
    let content = new_folder("content");
    fs::create_dir(content.join("tracks")).unwrap();
    check("game_map", &[content.to_str().unwrap()]);
    fs::remove_dir_all(content).unwrap();
}

#[test]
fn a_dot_moves_smoothly_from_report_to_report() {
    check("smoothness", &[]);
}

#[test]
fn a_page_that_lost_its_connection_has_the_same_state_again() {
    check("reconnect", &[]);
}

#[test]
fn the_overlay_is_transparent() {
    check("overlay", &[]);
}

#[test]
fn the_keyboard_is_enough() {
    check("keyboard", &[]);
}

#[test]
fn a_part_that_is_broken_does_not_stop_the_others() {
    check("broken_part", &[]);
}

#[test]
fn axe_finds_nothing_serious() {
    check("accessible", &[]);
}

/// Names that would be markup, change the direction of writing, or cannot be seen.
const HOSTILE: [&str; 4] = [
    "<img src=x onerror=\"window.hacked=1\">",
    "\"><script>window.hacked=1</script>",
    "</td></tr></table><b>bold</b>&amp;",
    "\u{202e}evil ${window.hacked=1} {{7*7}} javascript:alert(1)",
];

#[test]
fn hostile_names_are_text() {
    let [server, plugin] = free_addresses();
    let _commands = play_server(UdpSocket::bind(&server).unwrap());
    check("hostile", &[&plugin, &server, &serde_json::to_string(&HOSTILE).unwrap()]);
}

#[test]
fn results_records_and_drivers_have_pages() {
    let [server, plugin] = free_addresses();
    let _server = SimServer::builder()
        .cars(6)
        .speed(20.0)
        // One that ends, and one that does not: pages are not drawn anew while they are looked at.
        .sessions([240, 24 * 3600].map(|seconds| Session::practice(Duration::from_secs(seconds))))
        .comings_and_goings(false)
        .local_addr(server.parse().unwrap())
        .plugin_addr(plugin.parse().unwrap())
        .start()
        .unwrap();
    let folder = new_folder("browser");
    check("stored", &[&plugin, &server, folder.join("laps.db").to_str().unwrap()]);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn race_control_sends_commands() {
    let [server, plugin] = free_addresses();
    let commands = play_server(UdpSocket::bind(&server).unwrap());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("browser-token");
    fs::write(&file, "0123456789abcdef\n").unwrap();
    if check("control", &[&plugin, &server, file.to_str().unwrap()]) {
        let mut sent: Vec<_> = commands.try_iter().collect();
        // The last one may still be under way.
        while !sent.contains(&protocol::Command::NextSession) {
            sent.push(commands.recv_timeout(PATIENCE).expect("no NEXT_SESSION has come"));
        }
        let said = protocol::Command::BroadcastChat { message: "box, box".to_owned() };
        assert!(sent.contains(&said), "{sent:?}");
    }
}

/// A server that answers whoever asks for the session with everything that is to be known. It ends with this program, and
/// tells of all commands.
fn play_server(socket: UdpSocket) -> mpsc::Receiver<protocol::Command> {
    let (sender, commands) = mpsc::channel();
    thread::spawn(move || {
        let mut buffer = [0; 2048];
        while let Ok((length, plugin)) = socket.recv_from(&mut buffer) {
            let Ok(command) = protocol::Command::decode(&buffer[..length]) else { continue };
            if matches!(command, protocol::Command::GetSessionInfo { .. }) {
                for event in hostile_session() {
                    socket.send_to(&event.encode().unwrap(), plugin).unwrap();
                }
            }
            // Nobody may listen.
            let _ = sender.send(command);
        }
    });
    commands
}

fn hostile_session() -> Vec<Event> {
    let session = SessionInfo {
        protocol_version: 4,
        session_count: 1,
        server_name: HOSTILE[0].to_owned(),
        track: HOSTILE[1].chars().take(20).collect(),
        name: HOSTILE[0].to_owned(),
        session_type: SessionType::Practice,
        time: 60,
        weather_graphics: HOSTILE[0].to_owned(),
        ..SessionInfo::default()
    };
    let mut events = vec![Event::SessionInfo(session)];
    for (slot, name) in (0..).zip(HOSTILE) {
        let car_id = CarId(slot);
        events.extend([
            Event::NewConnection(NewConnection {
                driver_name: name.to_owned(),
                driver_guid: format!("7656119800000000{slot}"),
                car_id,
                car_model: "<b>car</b>".to_owned(),
                car_skin: "<b>skin</b>".to_owned(),
            }),
            Event::ClientLoaded(ClientLoaded { car_id }),
            Event::CarInfo(CarInfo {
                car_id,
                is_connected: true,
                car_model: "<b>car</b>".to_owned(),
                car_skin: "<b>skin</b>".to_owned(),
                driver_name: name.to_owned(),
                driver_team: name.to_owned(),
                driver_guid: format!("7656119800000000{slot}"),
            }),
            Event::Chat(Chat { car_id, message: format!("{name} says") }),
        ]);
    }
    events
}

#[test]
fn the_page_is_small() {
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/assets");
    let sizes = fs::read_dir(assets).unwrap().map(|file| file.unwrap().metadata().unwrap().len());
    let bytes: u64 = sizes.sum();
    assert!((1..MOST_BYTES).contains(&bytes), "the page has {bytes} bytes");
}
