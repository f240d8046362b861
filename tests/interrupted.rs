//! A signal during a wait. In a process of its own: a child that is being started holds copies of
//! all sockets for a moment, which other tests must not meet.
#![cfg(target_os = "linux")]

use support::{Server, chat, expect_event};

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

/// A signal that has a handler interrupts a poll and a timed receive, which are never taken up again by
/// the system. It is sent to each thread of the process.
#[test]
fn a_handled_signal_disturbs_no_thread() {
    ctrlc::set_handler(|| {}).unwrap();
    let server = Server::start();
    let mut foreground = server.client();
    let mut background = server.background_client(1 << 20);
    let addresses = [foreground.local_addr(), background.local_addr()];
    let commands = [foreground.commands(), background.commands()];
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let script = format!(
                "for i in 1 2 3 4 5 6 7 8 9 10; do
                    for task in /proc/{}/task/*; do kill -INT ${{task##*/}}; done
                done",
                std::process::id()
            );
            let mut signals = std::process::Command::new("sh").args(["-c", &script]).spawn().unwrap();
            while signals.try_wait().unwrap().is_none() {
                for sender in &commands {
                    sender.next_session().unwrap();
                    server.receive();
                }
            }
            for address in addresses {
                server.socket.send_to(&chat("after all").encode().unwrap(), address).unwrap();
            }
        });
        assert_eq!(expect_event(&mut foreground), chat("after all"));
        assert_eq!(expect_event(&mut background), chat("after all"));
    });
}
