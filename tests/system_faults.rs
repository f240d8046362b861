//! A system that lets every fiftieth receive, or send, fail: nothing is lost for that and nothing ends.
//!
//! `.ci/preload/faults.c` does that to a process by `LD_PRELOAD`. The tests compile it and run themselves
//! under it; the server, and a relay's plugin, are in the process that is not disturbed. That takes a C
//! compiler; `FAULT_TESTS=required` makes it a failure if there is none.
#![cfg(target_os = "linux")]

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command as Process, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};
use std::{env, fs, process};

use acudpclient::protocol::Command;
use acudpclient::{AcUdpClient, CommandSender, Error};
use support::{PATIENCE, Server, chat, expect_event_despite_errors, only};

const DATAGRAMS: usize = 1_000;

/// How far the server may be ahead: less than what the system's buffers hold.
const WINDOW: usize = 50;

const ROLE: &str = "ACUDPCLIENT_ROLE";
const SERVER: &str = "ACUDPCLIENT_SERVER";
const PLUGIN: &str = "ACUDPCLIENT_PLUGIN";

macro_rules! faults {
    ($($name:ident: $errno:expr,)*) => {$(
        mod $name {
            use super::*;

            faults!(@ $name received_by_a_client "client" "FAULT_RECV" $errno);
            faults!(@ $name sent_by_a_client "client" "FAULT_SEND" $errno);
            #[cfg(feature = "relay")]
            faults!(@ $name received_by_a_relay "relay" "FAULT_RECV" $errno);
            #[cfg(feature = "relay")]
            faults!(@ $name sent_by_a_relay "relay" "FAULT_SEND" $errno);
        }
    )*};
    (@ $errno_name:ident $name:ident $role:literal $fault:literal $errno:expr) => {
        #[test]
        fn $name() {
            let test = concat!(stringify!($errno_name), "::", stringify!($name));
            match env::var(ROLE).as_deref() {
                Ok("client") => client(),
                #[cfg(feature = "relay")]
                Ok("relay") => relay(),
                Ok(role) => panic!("{role}"),
                Err(_) => nothing_is_lost(test, $role, $fault, $errno),
            }
        }
    };
}

faults! {
    protocol_not_available: 92,
    permission_denied: 13,
    no_buffer_space: 105,
    out_of_memory: 12,
    operation_not_permitted: 1,
    message_too_long: 90,
    host_is_down: 112,
    // This one is told in its own way.
    connection_refused: 111,
}

/// The library to be preloaded, if it can be made.
fn library() -> Option<&'static Path> {
    static LIBRARY: OnceLock<Option<PathBuf>> = OnceLock::new();
    let library = LIBRARY.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(".ci/preload/faults.c");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let (made, library) = (folder.join(format!("faults-{}", process::id())), folder.join("faults.so"));
        let compiled =
            Process::new("cc").args(["-shared", "-fPIC", "-o"]).args([&made, &source]).arg("-ldl").status();
        if compiled.is_ok_and(|status| status.success()) {
            // Another test run may be using the one that is there.
            fs::rename(made, &library).unwrap();
            return Some(library);
        }
        assert!(env::var_os("FAULT_TESTS").is_none(), "{} cannot be compiled", source.display());
        println!("left out: it takes a C compiler and {}", source.display());
        None
    });
    library.as_deref()
}

/// The process that is disturbed.
struct Disturbed {
    process: Child,
    what: String,
}

impl Disturbed {
    fn start(
        test: &str,
        role: &str,
        fault: &str,
        errno: i32,
        peers: [(&str, SocketAddr); 2],
    ) -> Option<Self> {
        let mut command = Process::new(env::current_exe().unwrap());
        command.args(only(test));
        command.env("LD_PRELOAD", library()?).env("FAULT_EVERY", "50").env(fault, errno.to_string());
        command.env(ROLE, role).envs(peers.map(|(name, address)| (name, address.to_string())));
        let process = command.stdout(Stdio::null()).spawn().unwrap();
        Some(Self { process, what: format!("{role}, {fault}={errno}") })
    }

    /// What comes next on this socket, as long as the process lives.
    fn receive(&mut self, at: &Server) -> (Vec<u8>, SocketAddr) {
        let start = Instant::now();
        let mut buffer = [0; 100];
        loop {
            if let Ok((length, sender)) = at.socket.recv_from(&mut buffer) {
                return (buffer[..length].to_vec(), sender);
            }
            let ended = self.process.try_wait().unwrap();
            assert!(ended.is_none(), "{}: {}", self.what, ended.unwrap());
            assert!(start.elapsed() < PATIENCE, "{}: nothing comes any more", self.what);
        }
    }

    fn end(mut self) {
        let status = self.process.wait().unwrap();
        assert!(status.success(), "{}: {status}", self.what);
    }
}

impl Drop for Disturbed {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(text: &str) -> Command {
    Command::BroadcastChat { message: text.to_owned() }
}

/// The server sends a thousand datagrams, each of which is answered with a command: by the client, or by
/// the relay's plugin, which is here.
fn nothing_is_lost(test: &str, role: &str, fault: &str, errno: i32) {
    let [server, plugin] = [(), ()].map(|()| Server::start());
    for socket in [&server.socket, &plugin.socket] {
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    }
    let peers = [(SERVER, server.local_addr()), (PLUGIN, plugin.local_addr())];
    let Some(mut disturbed) = Disturbed::start(test, role, fault, errno, peers) else { return };
    let what = disturbed.what.clone();
    let (ready, address) = disturbed.receive(&server);
    assert_eq!(Command::decode(&ready), Ok(command("ready")), "{what}");
    let send = |line: &str| server.socket.send_to(&chat(line).encode().unwrap(), address).unwrap();
    let mut sent = 0;
    for number in 0..DATAGRAMS {
        while sent < DATAGRAMS.min(number + WINDOW) {
            send(&sent.to_string());
            sent += 1;
        }
        let number = number.to_string();
        if role == "relay" {
            let (passed_on, relay) = disturbed.receive(&plugin);
            assert_eq!(passed_on, chat(&number).encode().unwrap(), "{what}, to the plugin: {number}");
            plugin.socket.send_to(&command(&number).encode().unwrap(), relay).unwrap();
        }
        let (received, _) = disturbed.receive(&server);
        assert_eq!(Command::decode(&received), Ok(command(&number)), "{what}, to the server: {number}");
    }
    send("over");
    disturbed.end();
}

fn peer(variable: &str) -> SocketAddr {
    env::var(variable).unwrap().parse().unwrap()
}

fn background_client() -> AcUdpClient {
    AcUdpClient::builder().receive_in_background(1 << 20).bind("127.0.0.1:0", peer(SERVER)).unwrap()
}

/// A full send buffer is told and may be tried again; everything else is the library's business.
fn send(commands: &CommandSender, text: &str) {
    while let Err(error) = commands.send(&command(text)) {
        assert!(matches!(error, Error::SendBufferFull { .. }), "{text} is lost: {error:?}");
    }
}

fn threads() -> usize {
    fs::read_dir("/proc/self/task").unwrap().count()
}

fn client() {
    let mut client = background_client();
    let commands = client.commands();
    let before = threads();
    send(&commands, "ready");
    for number in 0..DATAGRAMS {
        let number = number.to_string();
        assert_eq!(expect_event_despite_errors(&mut client), chat(&number));
        send(&commands, &number);
    }
    assert_eq!(expect_event_despite_errors(&mut client), chat("over"));
    assert_eq!(threads(), before);
}

#[cfg(feature = "relay")]
fn relay() {
    use acudpclient::relay::{Permissions, Plugin, Relay};

    let plugin = Plugin::new("a", ([127, 0, 0, 1], 0).into(), peer(PLUGIN)).permissions(Permissions::all());
    let mut relay =
        Relay::builder(background_client()).plugin(plugin.commands_per_second(u32::MAX)).start().unwrap();
    let before = threads();
    send(&relay.commands(), "ready");
    for number in 0..DATAGRAMS {
        assert_eq!(expect_event_despite_errors(relay.client_mut()), chat(&number.to_string()));
    }
    assert_eq!(expect_event_despite_errors(relay.client_mut()), chat("over"));
    assert_eq!(threads(), before);
}
