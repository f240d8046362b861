//! A signal during a wait. In a process of its own: a child that is being started holds copies of
//! all sockets for a moment, which other tests must not meet.
#![cfg(target_os = "linux")]

mod common;

use common::{Server, chat, expect_event};

/// A stopped and continued process finds its waiting system call interrupted, see signal(7).
#[test]
fn an_interrupted_wait_goes_on() {
    let server = Server::start();
    let mut client = server.client();
    let address = client.local_addr();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let script =
                format!("for i in 1 2 3 4 5; do kill -STOP {0}; kill -CONT {0}; done", std::process::id());
            let stopped = std::process::Command::new("sh").args(["-c", &script]).status();
            server.socket.send_to(&chat("after all").encode().unwrap(), address).unwrap();
            assert!(stopped.unwrap().success());
        });
        assert_eq!(expect_event(&mut client), chat("after all"));
    });
}
