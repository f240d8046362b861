use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::{AcUdpClient, Error};
use support::{PATIENCE, Server, assert_on_time, chat};

fn clients(server: &Server) -> [AcUdpClient; 2] {
    [server.client(), server.background_client(1 << 20)]
}

#[test]
fn a_wait_in_vain_ends_on_time() {
    let server = Server::start();
    for mut client in clients(&server) {
        for milliseconds in [1, 16] {
            assert_on_time(Duration::from_millis(milliseconds), cfg!(feature = "poll"), |timeout| {
                assert_eq!(client.wait_event(timeout), Ok(None));
            });
        }
    }
}

/// Of whatever is waited for next, the first is told at once.
#[test]
fn a_stream_at_full_speed_does_not_hold_up_a_wait() {
    let hello = chat("hello").encode().unwrap();
    for datagram in [&hello[..], &hello[..5]] {
        let server = Server::start();
        for mut client in clients(&server) {
            let address = client.local_addr();
            let done = AtomicBool::new(false);
            let start = Instant::now();
            thread::scope(|scope| {
                scope.spawn(|| {
                    while !done.load(Ordering::Relaxed) && start.elapsed() < 2 * PATIENCE {
                        server.socket.send_to(datagram, address).unwrap();
                    }
                });
                for _ in 0..2_000 {
                    let waited = client.wait_event(PATIENCE);
                    assert!(matches!(waited, Ok(Some(_)) | Err(Error::Decode(_))), "{waited:?}");
                }
                done.store(true, Ordering::Relaxed);
            });
            assert!(start.elapsed() < PATIENCE, "{:?}", start.elapsed());
        }
    }
}

/// They came before the socket was connected, and are dropped one after the other.
#[test]
fn a_queue_of_strangers_does_not_hold_up_a_wait() {
    let (server, stranger) = (Server::start(), Server::start());
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    for _ in 0..500 {
        stranger.socket.send_to(&chat("obey").encode().unwrap(), address).unwrap();
    }
    let mut client = AcUdpClient::from_socket(socket, server.local_addr()).unwrap();
    assert_eq!(client.wait_event(Duration::from_millis(1)), Ok(None));
    server.send(&client, &chat("hello"));
    assert_eq!(client.wait_event(PATIENCE), Ok(Some(chat("hello"))));
}
