//! The host is a plugin like the others: whatever it does, it holds up nobody.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::protocol::Command;
use acudpclient::relay::{Permissions, Relay};
use acudpclient::{AcUdpClient, Error};
use support::{PATIENCE, Server, assert_on_time, chat};

use crate::{any_port, local_addr, plugin, receive, socket};

const DATAGRAMS: u64 = 1_000;

/// How late half of them may be, on a busy machine too.
const PROMPT: Duration = Duration::from_millis(50);

/// The host's client does not receive in the background by itself.
fn relay_of(server: &Server, plugin_socket: &std::net::UdpSocket) -> Relay {
    let client = AcUdpClient::bind(any_port(), server.local_addr()).unwrap();
    let plugin = plugin("a", plugin_socket, Permissions::all()).commands_per_second(u32::MAX);
    Relay::builder(client).plugin(plugin).start().unwrap()
}

#[test]
fn one_that_never_polls_holds_up_no_plugin() {
    let (server, a) = (Server::start(), socket());
    let relay = relay_of(&server, &a);
    for number in 0..DATAGRAMS {
        let line = chat(&number.to_string());
        server.send(relay.client(), &line);
        assert_eq!(receive(&a), line.encode().unwrap());
        a.send_to(&[207], local_addr(&relay, "a")).unwrap();
        assert_eq!(server.receive(), Command::NextSession);
    }
}

/// It works for 50 ms at each event, and the server sends 200 per second.
#[test]
fn one_that_is_busy_holds_up_no_plugin() {
    const PAUSE: Duration = Duration::from_millis(5);
    let (server, a) = (Server::start(), socket());
    let mut relay = relay_of(&server, &a);
    let own = relay.client().local_addr();
    let sent = Mutex::new(Vec::new());
    let done = AtomicBool::new(false);
    let mut late = Vec::new();
    thread::scope(|scope| {
        scope.spawn(|| {
            let start = Instant::now();
            for number in 0..DATAGRAMS {
                let due = start + PAUSE * number as u32;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                sent.lock().unwrap().push(Instant::now());
                server.socket.send_to(&chat(&number.to_string()).encode().unwrap(), own).unwrap();
            }
        });
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                if let Some(event) = relay.wait_event(PAUSE).unwrap() {
                    drop(event);
                    thread::sleep(Duration::from_millis(50));
                }
            }
        });
        let mut buffer = [0; 100];
        for number in 0..DATAGRAMS {
            let Ok(length) = a.recv(&mut buffer) else { break };
            if buffer[..length] != chat(&number.to_string()).encode().unwrap() {
                break;
            }
            late.push(sent.lock().unwrap()[number as usize].elapsed());
        }
        done.store(true, Ordering::Relaxed);
    });
    late.sort();
    let received = late.len();
    let median = late[received / 2];
    assert!(
        received as u64 == DATAGRAMS && median < PROMPT,
        "{received} before the first was lost, median latency {median:?}"
    );
}

#[test]
fn its_waits_in_vain_end_on_time() {
    let (server, a) = (Server::start(), socket());
    let mut relay = relay_of(&server, &a);
    for milliseconds in [1, 16] {
        assert_on_time(Duration::from_millis(milliseconds), cfg!(feature = "poll"), |timeout| {
            assert_eq!(relay.wait_event(timeout), Ok(None));
        });
    }
}

/// The server goes and comes, and so does the host's report of it; the plugins are served again at once.
#[test]
fn it_is_told_that_the_server_is_away() {
    let server = Server::start_alone();
    let address = server.local_addr();
    let a = socket();
    let mut relay = relay_of(&server, &a);
    drop(server);
    a.send_to(&[207], local_addr(&relay, "a")).unwrap();
    assert_eq!(relay.wait_event(PATIENCE), Err(Error::ServerUnreachable { server: address }));
    let server = Server::start_on(address);
    server.send(relay.client(), &chat("back"));
    assert_eq!(receive(&a), chat("back").encode().unwrap());
    let back = loop {
        match relay.wait_event(PATIENCE) {
            Err(Error::ServerUnreachable { .. }) => {}
            other => break other,
        }
    };
    assert_eq!(back, Ok(Some(chat("back"))));
}
