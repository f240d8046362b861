//! A client in a loop that waits for its socket with a poller, as mio's and tokio's users do.
#![cfg(unix)]

use std::collections::BTreeSet;
use std::os::fd::AsRawFd;
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::AcUdpClient;
use acudpclient::protocol::{CarInfo, Command, Event};
use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Token};
use support::{PATIENCE, Server, expect_event};

/// All but to say after a while that the server is silent.
fn assert_wants_nothing(client: &AcUdpClient) {
    assert!(client.next_wakeup().is_none_or(|pause| pause > Duration::from_secs(1)));
}

/// Nothing arrives but what it asks for.
#[test]
fn all_that_was_missed_is_asked_for_though_the_socket_is_silent() {
    let server = Server::start();
    let mut client = server.client();
    let address = client.local_addr();
    let mut poll = Poll::new().unwrap();
    poll.registry().register(&mut SourceFd(&client.as_raw_fd()), Token(0), Interest::READABLE).unwrap();
    let mut ready = Events::with_capacity(1);
    assert_wants_nothing(&client);
    client.request_missed(0..24).unwrap();
    assert!(client.next_wakeup().is_some_and(|pause| pause <= Duration::from_millis(20)));

    let start = Instant::now();
    let mut cars = BTreeSet::new();
    let mut turns = 0;
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(server.receive(), Command::GetSessionInfo { session_index: -1 });
            for _ in 0..24 {
                let Command::GetCarInfo { car_id } = server.receive() else { panic!() };
                let info = CarInfo { car_id, ..CarInfo::default() };
                server.socket.send_to(&Event::CarInfo(info).encode().unwrap(), address).unwrap();
            }
        });
        while cars.len() < 24 {
            poll.poll(&mut ready, Some(client.next_wakeup().unwrap_or(PATIENCE))).unwrap();
            while let Some(event) = client.next_event().unwrap() {
                let Event::CarInfo(info) = event else { panic!("{event}") };
                cars.insert(info.car_id.0);
            }
            turns += 1;
            assert!(start.elapsed() < PATIENCE, "only {cars:?} in {turns} turns");
        }
    });
    // For each slot it is woken by the time and by the answer; the rest is for a poller that rounds.
    assert!(turns <= 4 * 24, "{turns} turns");
    assert_wants_nothing(&client);
}

#[test]
fn who_wants_nothing_is_not_woken() {
    let server = Server::start();
    for mut client in [server.client(), server.background_client(1 << 20)] {
        assert_wants_nothing(&client);
        client.enable_realtime_report(Duration::from_secs(1)).unwrap();
        assert!(matches!(server.receive(), Command::RealtimeposInterval { .. }));
        server.send_bytes(&client, &[56, 4]);
        expect_event(&mut client);
        assert!(matches!(server.receive(), Command::RealtimeposInterval { .. }));
        assert_eq!(client.next_wakeup(), None);
    }
}
