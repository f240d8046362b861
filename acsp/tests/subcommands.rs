//! Each subcommand, started as users start it.

use std::fs;
use std::net::UdpSocket;
use std::path::PathBuf;
use std::process::{Command, Output};

use acudpclient::AcUdpClient;
use acudpclient::tracker::SessionResult;
use support::addresses::free_addresses;
use support::process::{PATIENCE, Program};

const RACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/race.pcap");

const WEB: &[&str] = &["web", "--no-db", "--listen", "127.0.0.1:0"];

fn acsp(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_acsp"));
    command.args(arguments).env_remove("RUST_LOG");
    // Laps of tests are not stored among the user's.
    for folder in ["XDG_DATA_HOME", "APPDATA", "HOME"] {
        command.env(folder, env!("CARGO_TARGET_TMPDIR"));
    }
    command
}

/// Both outputs of a subcommand that ends by itself.
fn output(arguments: &[&str]) -> (Output, String, String) {
    let output = acsp(arguments).output().unwrap();
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8(text.clone()).unwrap());
    (output, stdout, stderr)
}

/// A new file's place.
fn new_file(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_file(&path);
    path
}

#[test]
fn each_has_a_help_with_examples() {
    let (_, help, _) = output(&["--help"]);
    let listed = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = listed.take_while(|line| !line.is_empty()).filter_map(|line| line.split_whitespace().next());
    let subcommands: Vec<&str> = listed.filter(|name| *name != "help").collect();
    assert!(subcommands.contains(&"live") && subcommands.len() >= 9, "{subcommands:?}");
    let of_db = ["db record", "db records", "db driver", "db sessions", "db export", "db forget"];
    for subcommand in subcommands.iter().chain(&of_db) {
        let words: Vec<_> = subcommand.split(' ').chain(["--help"]).collect();
        let (output, stdout, _) = output(&words);
        assert!(output.status.success(), "{subcommand}");
        assert!(stdout.contains(&format!("Examples:\n  acsp {subcommand}")), "{stdout}");
    }
}

#[test]
fn the_exit_codes_are_told() {
    let (_, stdout, _) = output(&["--help"]);
    assert!(stdout.contains("Exit codes:") && stdout.contains("Examples:"), "{stdout}");
}

#[test]
fn shells_and_man_know_the_arguments() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (output, stdout, _) = output(&["completions", shell]);
        assert!(output.status.success() && stdout.contains("doctor"), "{shell}: {stdout}");
    }
    for (arguments, title) in [(&["man"][..], ".TH acsp "), (&["man", "relay"], ".TH acsp-relay ")] {
        let (output, stdout, _) = output(arguments);
        assert!(output.status.success() && stdout.contains(title), "{stdout}");
    }
    let (output, _, stderr) = output(&["man", "nothing"]);
    assert!(!output.status.success() && stderr.contains("no subcommand \"nothing\""), "{stderr}");
}

#[test]
fn what_is_no_recording_is_told() {
    let file = new_file("notes.txt");
    fs::write(&file, "what happened on Sunday").unwrap();
    for subcommand in ["results", "decode"] {
        let (output, _, stderr) = output(&[subcommand, file.to_str().unwrap()]);
        assert!(!output.status.success());
        assert!(
            stderr.contains("notes.txt is no recording: a recording is a file of `acsp record`"),
            "{stderr}"
        );
    }
}

#[test]
fn a_taken_port_is_told_with_what_to_do() {
    let [plugin] = free_addresses();
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (output, _, stderr) = output(&["sim", &address, &plugin]);
    assert!(!output.status.success());
    assert!(stderr.contains(&format!("cannot simulate a server on {address}: ")), "{stderr}");
    assert!(stderr.contains("stop it, or name another one"), "{stderr}");
}

#[test]
fn one_address_is_not_enough() {
    for subcommand in ["live", "web", "print"] {
        let (output, _, stderr) = output(&[subcommand, "127.0.0.1:12000"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr.contains("<SERVER>"), "{stderr}");
    }
}

#[test]
fn the_servers_file_has_the_addresses() {
    let file = new_file("configured.pcap");
    for subcommand in [&["print"][..], &["record", file.to_str().unwrap()]] {
        let [server, plugin] = free_addresses();
        let config = new_file("server_cfg.ini");
        let port = server.rsplit_once(':').unwrap().1;
        let text = format!("[SERVER]\nUDP_PLUGIN_LOCAL_PORT={port}\nUDP_PLUGIN_ADDRESS={plugin}\n");
        fs::write(&config, text).unwrap();
        let config = config.to_str().unwrap();
        let mut program = Program::start(acsp(subcommand).args(["--config", config]));
        program.expect(&format!("listening on {plugin} to the server {server}"));
        let (output, _, stderr) = output(&["record", "--config", config, &plugin, &server, "x.pcap"]);
        assert!(!output.status.success() && stderr.contains("wants LOCAL SERVER FILE"), "{stderr}");
    }
}

#[test]
fn the_relays_template_is_right() {
    let (_, template, _) = output(&["relay", "--template"]);
    let file = new_file("template.toml");
    fs::write(&file, template).unwrap();
    let (_, stdout, stderr) = output(&["relay", "--check", file.to_str().unwrap()]);
    assert!(stdout.ends_with("is valid: 2 plugins\n"), "{stdout}{stderr}");
}

#[test]
fn a_recording_that_is_played_is_printed_as_it_is_decoded() {
    let [server, plugin] = free_addresses();
    let (_, decoded, _) = output(&["decode", "--json", RACE]);
    let packets: Vec<&str> = decoded.lines().collect();
    assert!(packets.len() > 10);

    let mut print = Program::start(&mut acsp(&["print", "--json", &plugin, &server]));
    print.expect("listening on");
    let (_, commands, _) = output(&["play", "--json", "--speed", "30", &server, &plugin, RACE]);
    assert!(commands.is_empty() || commands.contains("get_session_info"), "{commands}");
    print.expect(packets.last().unwrap());
    print.seen.retain(|line| line.starts_with('{'));
    assert_eq!(print.seen, packets);
}

#[test]
fn an_address_that_cannot_be_played_from_or_to_is_told_with_a_remedy() {
    let other = UdpSocket::bind("127.0.0.1:0").unwrap();
    let taken = other.local_addr().unwrap().to_string();
    for (server, plugin, fault, remedy) in [
        (taken.as_str(), "127.0.0.1:12000", "cannot listen on", "another program uses this port"),
        ("127.0.0.1", "127.0.0.1:12000", "cannot listen on 127.0.0.1: ", "HOST:PORT"),
        ("127.0.0.1:0", "localhost", "cannot send to localhost: ", "HOST:PORT"),
    ] {
        let (output, _, stderr) = output(&["play", server, plugin, RACE]);
        assert!(!output.status.success(), "{stderr}");
        assert!(stderr.contains(fault) && stderr.contains(remedy), "{stderr}");
    }
}

#[test]
fn results_of_a_recording() {
    let (output, stdout, stderr) = output(&["results", RACE]);
    assert!(output.status.success(), "{stderr}");
    assert!(stdout.contains("pos  car  driver"), "{stdout}");
}

#[test]
fn results_become_files_of_acserver() {
    let folder = new_file("results");
    let _ = fs::remove_dir_all(&folder); // of an earlier run
    fs::create_dir_all(&folder).unwrap();
    let folder_name = folder.to_str().unwrap();
    let (_, printed, _) = output(&["results", "--acserver-json", "-", RACE]);
    let (first, stdout, stderr) = output(&["results", "--acserver-json", folder_name, RACE]);
    assert!(first.status.success(), "{stderr}");
    let names: Vec<_> = stdout.lines().collect();
    assert!(!names.is_empty());
    let files: String = names.iter().map(|name| fs::read_to_string(name).unwrap() + "\n").collect();
    assert_eq!(files, printed);
    for name in &names {
        let result = SessionResult::from_acserver_json(&fs::read_to_string(name).unwrap()).unwrap();
        assert!(result.standings.iter().any(|entry| !entry.all_laps.is_empty()), "{name}");
        assert!(name.ends_with("_RACE.json"), "{name}");
    }
    let (second, stdout, stderr) = output(&["results", "--acserver-json", folder_name, RACE]);
    assert!(!second.status.success() && stdout.is_empty(), "no file is replaced: {stdout}");
    assert!(stderr.contains(" is not written: "), "{stderr}");
    fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn the_simulated_server_answers_and_prints_commands() {
    let [server, plugin] = free_addresses();
    let sessions = ["--sessions", "race:3", "--cars", "2", "--json"];
    let mut sim = Program::start(acsp(&["sim", &server, &plugin]).args(sessions));
    sim.expect("waiting for commands");
    assert!(
        sim.seen.iter().any(|line| line.ends_with(&format!("acsp live {plugin} {server}"))),
        "{:?}",
        sim.seen
    );
    let mut client = AcUdpClient::bind(&plugin, &server).unwrap();
    let session = client.fetch_session_info(None, PATIENCE).unwrap();
    assert_eq!((session.laps, session.session_count), (3, 1));
    sim.expect(r#"{"type":"get_session_info","session_index":-1}"#);
}

#[test]
fn without_addresses_a_race_is_simulated() {
    Program::start(&mut acsp(&["print", "--json"])).expect(r#"{"type":"session_info""#);
    let mut live = Program::start(&mut acsp(&["live", "--json", "--cars", "3"]));
    let standings = |line: &str| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["standings"].as_array().map(Vec::len)
    };
    while standings(&live.expect(r#"{"session":"#)) != Some(3) {}
}

#[test]
fn a_missing_server_and_a_bad_datagram_are_told_and_survived() {
    let file = new_file("missing.pcap");
    for subcommand in [&["print"][..], &["live", "--plain"], WEB, &["record"]] {
        let [server, plugin] = free_addresses();
        let mut command = acsp(&[subcommand[0], &plugin, &server]);
        match subcommand[0] {
            "record" => command.arg(&file),
            _ => command.args(&subcommand[1..]),
        };
        let mut program = Program::start(&mut command);
        program.expect(&format!("nothing listens on {server}"));
        let socket = UdpSocket::bind(&server).unwrap();
        socket.send_to(&[57, 1], &plugin).unwrap();
        program.expect("is there");
        program.assert_running();
    }
}

#[test]
fn the_relay_reports_its_plugins() {
    let [server, listen, plugin, at_relay] = free_addresses();
    let file = new_file("relay.toml");
    let text = format!(
        "[server]\naddress = \"{server}\"\nlisten = \"{listen}\"\n\
         [[plugin]]\nname = \"bot\"\nlisten = \"{at_relay}\"\naddress = \"{plugin}\"\n"
    );
    fs::write(&file, text).unwrap();
    let mut relay = Program::start(&mut acsp(&["relay", file.to_str().unwrap(), "--seconds", "1"]));
    assert!(relay.wait().success());
    let is_seen =
        |words: &str| relay.seen.iter().any(|line| line.starts_with("\"bot\" ") && line.contains(words));
    assert!(is_seen(&format!("try: acsp live {plugin} {at_relay}")), "{:?}", relay.seen);
    assert!(is_seen("commands from it"), "{:?}", relay.seen);
}

/// Who reads the output has read enough.
#[test]
fn a_closed_pipe_is_no_error() {
    let mut command = acsp(&["decode", RACE]);
    let mut child =
        command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::null()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

/// Work that takes longer than a second shows on a terminal how far it is, and nothing of it goes into a file or a pipe.
#[cfg(target_os = "linux")]
#[test]
fn progress_is_for_terminals() {
    let file = new_file("versions.bin");
    fs::write(&file, b"\x38\x04".repeat(2048)).unwrap();
    let (file, program) = (file.to_str().unwrap(), env!("CARGO_BIN_EXE_acsp"));
    let line = format!("(cat {file}; sleep 3; cat {file}) | {program} decode /dev/stdin >/dev/null");
    let piped = Command::new("sh").args(["-c", &line]).output().unwrap();
    let counts = "    4096   56 ACSP_VERSION\n    4096  packets, 0 undecodable\n";
    assert_eq!(String::from_utf8(piped.stderr).unwrap(), counts);
    // The terminal is the one that `script` makes.
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--command", &line, "/dev/null"]).env("TERM", "xterm");
    let shown = String::from_utf8(terminal.output().unwrap().stdout).unwrap();
    assert!(shown.contains("3072 packets in "), "{shown:?}");
}

/// The window is closed, or the line to another machine breaks.
#[cfg(target_os = "linux")]
#[test]
fn the_board_ends_with_its_terminal() {
    use acudpclient::protocol::{CarId, CarUpdate};
    use acudpclient::{Command as Packet, Event};

    let [server, plugin] = free_addresses();
    let board = format!("{} live {plugin} {server}", env!("CARGO_BIN_EXE_acsp"));
    // The terminal is the one that `script` makes. Its output is the board's.
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--command", &board, "/dev/null"]).env("TERM", "xterm");
    let socket = UdpSocket::bind(&server).unwrap();
    socket.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut terminal = Program::start(&mut terminal);
    // It listens when it asks for the session.
    socket.recv(&mut [0; 2000]).unwrap();
    // It is in its loop when it asks who drives a car that it has seen.
    for car in 0..5 {
        let seen = CarUpdate { car_id: CarId(car), ..CarUpdate::default() };
        socket.send_to(&Event::CarUpdate(seen).encode().unwrap(), &plugin).unwrap();
        let asked = Packet::GetCarInfo { car_id: CarId(car) }.encode().unwrap();
        let mut buffer = [0; 2000];
        loop {
            let length = socket.recv(&mut buffer).unwrap();
            if buffer[..length] == asked {
                break;
            }
        }
    }
    terminal.child.kill().unwrap();
    support::eventually("the board has ended", || UdpSocket::bind(&plugin).is_ok());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_each_at_once() {
    let file = new_file("interrupted.pcap");
    let file = file.to_str().unwrap();
    for subcommand in [&["print"][..], &["live", "--plain"], WEB, &["record"], &["sim"]] {
        let [server, plugin] = free_addresses();
        let mut command = acsp(&[subcommand[0]]);
        match subcommand[0] {
            "record" => command.args([&plugin, &server, file]),
            "sim" => command.args([&server, &plugin]),
            _ => command.args(&subcommand[1..]),
        };
        let mut program = Program::start(&mut command);
        // Something is printed once Ctrl-C is handled.
        program.expect("");
        let start = std::time::Instant::now();
        let killed = Command::new("kill").args(["-INT", &program.child.id().to_string()]).status();
        assert!(killed.unwrap().success());
        assert!(program.wait().success(), "{subcommand:?}: {:?}", program.seen);
        // A tenth of a second, unless the machine is busy.
        assert!(
            start.elapsed() < std::time::Duration::from_secs(5),
            "{subcommand:?} took {:?}",
            start.elapsed()
        );
    }
}
