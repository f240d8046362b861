//! Each fault that `acsp doctor` names, made and found.

use std::fs;
use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::process::{Command, Output};

use acudpclient::Event;
use acudpclient::protocol::Chat;
use acudpclient::sim::{ServerKind, SimServer};
use support::addresses::free_addresses;

/// What the doctor says, and whether it is healthy.
fn doctor(arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_acsp"));
    let Output { status, stdout, stderr } = command.arg("doctor").args(arguments).output().unwrap();
    let said = String::from_utf8([stdout, stderr].concat()).unwrap();
    println!("{arguments:?}: {status}\n{said}");
    (status.success(), said)
}

#[track_caller]
fn assert_fault(arguments: &[&str], words: &str, advice: &str) {
    let (is_healthy, said) = doctor(arguments);
    assert!(!is_healthy && said.contains("FAULT") && said.contains(words) && said.contains(advice), "{said}");
}

fn server(server: &str, plugin: &str, kind: ServerKind) -> SimServer {
    let [server, plugin] = [server, plugin].map(|address| address.parse::<SocketAddr>().unwrap());
    SimServer::builder().cars(2).server(kind).local_addr(server).plugin_addr(plugin).start().unwrap()
}

/// `cfg/server_cfg.ini` in a folder of its own.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str, server_cfg: &str) -> Self {
        let root = std::env::temp_dir().join(format!("acsp-doctor-{}-{name}", std::process::id()));
        fs::create_dir_all(root.join("cfg")).unwrap();
        fs::write(root.join("cfg/server_cfg.ini"), server_cfg).unwrap();
        Self(root)
    }

    fn config(&self) -> String {
        self.0.join("cfg/server_cfg.ini").to_str().unwrap().to_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn cfg(plugin: &str, server: &str) -> String {
    let port = server.rsplit_once(':').unwrap().1;
    format!("[SERVER]\nNAME=Test\nUDP_PLUGIN_LOCAL_PORT={port}\nUDP_PLUGIN_ADDRESS={plugin}\n")
}

#[test]
fn a_server_that_answers_is_healthy() {
    for (kind, name) in
        [(ServerKind::Original, "acServer or ACSM"), (ServerKind::AssettoServer, "AssettoServer")]
    {
        let [at, plugin] = free_addresses();
        let _server = server(&at, &plugin, kind);
        let (is_healthy, said) = doctor(&[&plugin, &at]);
        assert!(is_healthy && said.contains(&format!("{at} answers: {name}, protocol version 4")), "{said}");
        // As one object a line.
        let (is_healthy, said) = doctor(&[&plugin, &at, "--json"]);
        assert!(is_healthy && said.contains(r#"{"verdict":"good","what":"answers""#), "{said}");
    }
}

/// Without addresses the file has them.
#[test]
fn the_servers_file_is_read_and_compared() {
    let [at, plugin] = free_addresses();
    let _server = server(&at, &plugin, ServerKind::Original);
    let folder = Folder::new("compared", &cfg(&plugin, &at));
    let (is_healthy, said) = doctor(&["--config", &folder.config()]);
    assert!(is_healthy && said.contains("has the same ports"), "{said}");
    assert!(said.contains("there is no folder") && said.contains("results"), "{said}");
    fs::create_dir(folder.0.join("results")).unwrap();
    let (is_healthy, said) = doctor(&["--config", &folder.config(), &plugin, &at]);
    assert!(is_healthy && !said.contains("there is no folder"), "{said}");
    assert_fault(
        &["--config", &folder.config(), &at, &plugin],
        "the two ports are swapped:",
        "or change the file",
    );
    let [other] = free_addresses();
    assert_fault(&["--config", &folder.config(), &other, &at], "other ports than in", &plugin);
}

#[test]
fn an_interface_that_is_off_is_named() {
    let [at, plugin] = free_addresses();
    let folder = Folder::new("off", "[SERVER]\nUDP_PLUGIN_LOCAL_PORT=0\nUDP_PLUGIN_ADDRESS=\n");
    let config = folder.config();
    assert_fault(
        &["--config", &config, &plugin, &at],
        "turns the plugin interface off",
        "UDP_PLUGIN_LOCAL_PORT=11000",
    );
    // Without addresses there is nothing to examine.
    let (is_healthy, said) = doctor(&["--config", &config]);
    assert!(!is_healthy && said.contains("turns the plugin interface off"), "{said}");

    let folder = Folder::new("assettoserver", &cfg(&plugin, &at));
    fs::write(folder.0.join("cfg/extra_cfg.yml"), "# comment\nEnableLegacyPluginInterface: false\n").unwrap();
    let advice = "EnableLegacyPluginInterface: true";
    assert_fault(&["--config", &folder.config()], "AssettoServer's plugin interface off", advice);
}

#[test]
fn swapped_ports_are_named() {
    let [at, plugin] = free_addresses();
    let _server = server(&at, &plugin, ServerKind::Original);
    // The server itself has the port that is meant to be ours.
    assert_fault(&[&at, &plugin], "the two ports are swapped", &format!("{plugin} {at}"));
}

#[test]
fn a_port_that_is_taken_is_named() {
    let [at, plugin] = free_addresses();
    let _other = UdpSocket::bind(&plugin).unwrap();
    assert_fault(&[&plugin, &at], &format!("another program listens on {plugin}"), "acsp relay");
}

#[test]
fn that_nothing_listens_is_named() {
    let [at, plugin] = free_addresses();
    assert_fault(&[&plugin, &at], &format!("nothing listens on {at}"), "EnableLegacyPluginInterface");
}

/// The server sends to another port, and drops what comes from this one.
#[cfg(target_os = "linux")] // elsewhere there is but one loopback address, whose port 12000 can be anybody's
#[test]
fn another_plugin_address_is_named() {
    let [plugin] = free_addresses();
    let ip = plugin.rsplit_once(':').unwrap().0;
    let [at] = free_addresses();
    // One of the ports that are tried.
    let theirs = format!("{ip}:12000");
    let at = format!("{ip}:{}", at.rsplit_once(':').unwrap().1);
    let _server = server(&at, &theirs, ServerKind::Original);
    let advice = format!("give {theirs} as LOCAL");
    assert_fault(&[&plugin, &at], &format!("{at} does not answer to {plugin}, but to port 12000"), &advice);
}

#[test]
fn a_program_that_does_not_answer_is_named() {
    let [at, plugin] = free_addresses();
    let _mute = UdpSocket::bind(&at).unwrap();
    assert_fault(
        &[&plugin, &at],
        &format!("something listens on {at}, but does not answer"),
        "UDP_PLUGIN_ADDRESS",
    );
}

/// Sends the same datagram to the plugin for as long as the program runs.
fn chatter(at: &str, plugin: &str, datagram: Vec<u8>) {
    let (socket, plugin) = (UdpSocket::bind(at).unwrap(), plugin.to_owned());
    std::thread::spawn(move || {
        loop {
            let _ = socket.send_to(&datagram, &plugin);
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
    });
}

#[test]
fn a_server_that_speaks_from_another_port_is_named() {
    let [at, other, plugin] = free_addresses();
    let _mute = UdpSocket::bind(&at).unwrap();
    chatter(&other, &plugin, Event::from(Chat::default()).encode().unwrap());
    assert_fault(&[&plugin, &at], &format!("but from {other}"), &format!("give {other} as SERVER"));
}

#[cfg(target_os = "linux")]
#[test]
fn a_server_that_sends_to_another_address_of_this_machine_is_named() {
    let [at, plugin] = free_addresses();
    let [theirs] = free_addresses();
    let ip = theirs.rsplit_once(':').unwrap().0;
    let port = plugin.rsplit_once(':').unwrap().1;
    chatter(&at, &format!("{ip}:{port}"), Event::from(Chat::default()).encode().unwrap());
    assert_fault(
        &[&plugin, &at],
        &format!("{at} sends to port {port} of another address of this machine"),
        &format!("give 0.0.0.0:{port} as LOCAL"),
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_firewall_and_a_missing_route_are_named() {
    let script = "ip link set lo up || exit 77
        iptables -A OUTPUT -p udp --dport 11000 -j DROP || exit 77";
    support::netns::inside("a_firewall_and_a_missing_route_are_named", script, || {
        assert_fault(&["127.0.0.1:12000", "127.0.0.1:11000"], "firewall of this machine", "let UDP");
        assert_fault(&["0.0.0.0:12000", "192.0.2.1:11001"], "no way leads to 192.0.2.1", "the network up?");
    });
}

#[test]
fn a_server_that_drops_commands_is_named() {
    let [at, plugin] = free_addresses();
    chatter(&at, &plugin, Event::from(Chat::default()).encode().unwrap());
    assert_fault(&[&plugin, &at], "sends, but does not answer a question", "UDP_PLUGIN_ADDRESS");
}

#[test]
fn another_service_is_named() {
    let [at, plugin] = free_addresses();
    chatter(&at, &plugin, b"\x00SIP/2.0".to_vec());
    assert_fault(&[&plugin, &at], "bytes that are no packet", "not the game's own UDP_PORT");
}

#[test]
fn wrong_addresses_are_named() {
    let [at] = free_addresses();
    assert_fault(&["127.0.0.1", &at], "LOCAL \"127.0.0.1\" is no address", "such as 127.0.0.1:12000");
    assert_fault(
        &["127.0.0.1:12000", "192.0.2.1:11000"],
        "is heard on this machine alone",
        "UDP_PLUGIN_ADDRESS=",
    );
    assert_fault(&["127.0.0.1:0", &at], "port 0 is none", "server_cfg.ini");
    assert_fault(&["[::1]:12000", &at], "are not of one family", "IPv4");
    #[cfg(target_os = "linux")] // Wine binds any address
    assert_fault(&["192.0.2.1:12000", "192.0.2.2:11000"], "192.0.2.1 is no address of this machine", "LOCAL");
}
