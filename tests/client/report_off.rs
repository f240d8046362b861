use std::time::Duration;

use acudpclient::AcUdpClient;
use acudpclient::protocol::{CarUpdate, Command, Event};
use support::{PATIENCE, Server, chat, expect_event};

const OFF: Command = Command::RealtimeposInterval { interval_ms: u16::MAX };

fn update() -> Event {
    Event::CarUpdate(CarUpdate::default())
}

fn clients(server: &Server) -> [AcUdpClient; 2] {
    [server.client(), server.background_client(1 << 20)]
}

/// A server for which the slowest interval is not slow, or that has its own mind.
#[test]
fn what_still_comes_is_kept_back_until_it_is_asked_for() {
    let server = Server::start();
    for mut client in clients(&server) {
        // Unasked it is delivered, as AssettoServer streams it.
        server.send(&client, &update());
        assert_eq!(expect_event(&mut client), update());
        client.commands().disable_realtime_report().unwrap();
        assert_eq!(server.receive(), OFF);
        // Never more than the system's buffer holds.
        for _ in 0..10 {
            for _ in 0..100 {
                server.send(&client, &update());
            }
            server.send(&client, &chat("in between"));
            assert_eq!(expect_event(&mut client), chat("in between"));
        }
        assert_eq!(client.next_event(), Ok(None));
        assert_eq!(client.stats().events(53), 1);

        client.enable_realtime_report(Duration::from_millis(100)).unwrap();
        assert_eq!(server.receive(), Command::RealtimeposInterval { interval_ms: 100 });
        server.send(&client, &update());
        assert_eq!(expect_event(&mut client), update());
    }
}

#[test]
fn who_sends_a_0_gets_what_it_says() {
    let server = Server::start();
    for mut client in clients(&server) {
        let zero = Command::RealtimeposInterval { interval_ms: 0 };
        client.disable_realtime_report().unwrap();
        assert_eq!(server.receive(), OFF);
        client.send(&zero).unwrap();
        assert_eq!(server.receive(), zero);
        server.send(&client, &update());
        assert_eq!(client.wait_event(PATIENCE), Ok(Some(update())));
    }
}

#[test]
fn a_function_that_is_shown_every_datagram_sees_what_is_kept_back() {
    let server = Server::start();
    let shown = std::sync::Arc::new(std::sync::atomic::AtomicU32::new(0));
    let count = shown.clone();
    let mut client = AcUdpClient::builder()
        .on_datagram(move |_| {
            count.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        })
        .bind("127.0.0.1:0", server.local_addr())
        .unwrap();
    client.disable_realtime_report().unwrap();
    for event in [update(), update(), chat("hello")] {
        server.send(&client, &event);
    }
    assert_eq!(expect_event(&mut client), chat("hello"));
    assert_eq!(shown.load(std::sync::atomic::Ordering::Relaxed), 4);
}
