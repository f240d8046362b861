use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use acudpclient::protocol::{CarId, CarInfo, Command, Event, Ping, ServerError, SessionInfo};
use acudpclient::{AcUdpClient, Error, Subscriber};
use allocation_counter::measure;
use support::{PATIENCE, Server, chat, expect_event};

fn info(car: u8, is_connected: bool) -> CarInfo {
    CarInfo { car_id: CarId(car), is_connected, ..CarInfo::default() }
}

fn session(index: u8, current: u8) -> SessionInfo {
    SessionInfo { session_index: index, current_session_index: current, ..SessionInfo::default() }
}

/// A server that answers the next command with these datagrams.
fn answering<T>(
    server: &Server,
    client: &mut AcUdpClient,
    expected: &Command,
    answers: &[Vec<u8>],
    fetch: impl FnOnce(&mut AcUdpClient) -> T,
) -> T {
    let address = client.local_addr();
    thread::scope(|scope| {
        scope.spawn(|| {
            assert_eq!(server.receive(), *expected);
            for answer in answers {
                server.socket.send_to(answer, address).unwrap();
            }
        });
        fetch(client)
    })
}

fn encoded<const N: usize>(events: [Event; N]) -> Vec<Vec<u8>> {
    events.iter().map(|event| event.encode().unwrap()).collect()
}

/// Everything that a subscriber has seen.
#[derive(Default)]
struct Seen(Vec<Event>);

impl Subscriber for Seen {
    fn on_event(&mut self, event: &Event) {
        self.0.push(event.clone());
    }
}

#[test]
fn the_answer_is_returned_and_everything_else_is_kept_in_order() {
    let server = Server::start();
    let mut client = server.client();
    let seen = Arc::new(Mutex::new(Seen::default()));
    client.subscribe(seen.clone());
    let others = [chat("1"), Event::CarInfo(info(4, true)), chat("2")];
    let answer = Event::CarInfo(info(3, true));
    let [first, second, third] = others.clone();
    let mut answers = encoded([first, second, third, answer.clone(), chat("3")]);
    answers.insert(1, vec![57]);

    let asked = Command::GetCarInfo { car_id: CarId(3) };
    let fetched =
        answering(&server, &mut client, &asked, &answers, |client| client.fetch_car_info(CarId(3), PATIENCE));
    assert_eq!(fetched, Ok(info(3, true)));

    assert_eq!(client.next_event(), Ok(Some(others[0].clone())));
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::Decode(_))));
    let kept: Vec<_> = client.drain(2).map(Result::unwrap).collect();
    assert_eq!(kept, others[1..]);
    assert_eq!(expect_event(&mut client), chat("3"));
    assert_eq!(client.next_event(), Ok(None));
    let [first, second, third] = others;
    assert_eq!(seen.lock().unwrap().0, [first, second, third, answer, chat("3")]);
}

#[test]
fn the_last_driver_of_an_empty_slot_is_an_answer() {
    let server = Server::start();
    let mut client = server.client();
    let asked = Command::GetCarInfo { car_id: CarId(7) };
    let answers = encoded([Event::CarInfo(info(7, false))]);
    let fetched =
        answering(&server, &mut client, &asked, &answers, |client| client.fetch_car_info(CarId(7), PATIENCE));
    assert_eq!(fetched, Ok(info(7, false)));
    assert_eq!(client.next_event(), Ok(None));
}

#[test]
fn the_current_session_and_one_by_index() {
    let server = Server::start();
    let mut client = server.client();
    // Another session, and an announcement, are no answer.
    let answers = encoded([
        Event::SessionInfo(session(0, 2)),
        Event::NewSession(session(2, 2)),
        Event::SessionInfo(session(2, 2)),
    ]);
    let asked = Command::GetSessionInfo { session_index: -1 };
    let fetched =
        answering(&server, &mut client, &asked, &answers, |client| client.fetch_session_info(None, PATIENCE));
    assert_eq!(fetched, Ok(session(2, 2)));
    assert_eq!(expect_event(&mut client), Event::SessionInfo(session(0, 2)));
    assert_eq!(expect_event(&mut client), Event::NewSession(session(2, 2)));

    let answers = encoded([Event::SessionInfo(session(2, 2)), Event::SessionInfo(session(0, 2))]);
    let asked = Command::GetSessionInfo { session_index: 0 };
    let fetched = answering(&server, &mut client, &asked, &answers, |client| {
        client.fetch_session_info(Some(0), PATIENCE)
    });
    assert_eq!(fetched, Ok(session(0, 2)));
    assert_eq!(expect_event(&mut client), Event::SessionInfo(session(2, 2)));
    assert_eq!(client.next_event(), Ok(None));
}

/// Only the answer to this very ping counts, and no clock of the day is read for the time.
#[test]
fn a_ping_is_the_time_until_its_own_answer() {
    let server = Server::start();
    let mut client = server.client();
    let address = client.local_addr();
    let (fetched, held, plugin_time, took) = thread::scope(|scope| {
        let answering = scope.spawn(|| {
            let Command::RequestPing { unix_ms } = server.receive() else { panic!("no ping") };
            let asked = Instant::now();
            let answer = |plugin_time| Event::Ping(Ping { plugin_time, server_time: i64::MIN });
            for datagram in encoded([chat("before"), answer(unix_ms - 1)]) {
                server.socket.send_to(&datagram, address).unwrap();
            }
            // The way back.
            thread::sleep(Duration::from_millis(30));
            let held = asked.elapsed();
            server.socket.send_to(&answer(unix_ms).encode().unwrap(), address).unwrap();
            (held, unix_ms)
        });
        let start = Instant::now();
        let fetched = client.fetch_ping(PATIENCE);
        let took = start.elapsed();
        let (held, unix_ms) = answering.join().unwrap();
        (fetched, held, unix_ms, took)
    });
    let round_trip = fetched.unwrap();
    assert!((held..=took).contains(&round_trip), "{held:?} <= {round_trip:?} <= {took:?}");
    assert_eq!(client.next_event(), Ok(Some(chat("before"))));
    let other = Ping { plugin_time: plugin_time - 1, server_time: i64::MIN };
    assert_eq!(client.next_event(), Ok(Some(Event::Ping(other))));
    assert_eq!(client.next_event(), Ok(None));
}

#[test]
fn a_server_that_knows_no_ping_does_not_answer() {
    let server = Server::start();
    let mut client = server.client();
    let timeout = Duration::from_millis(40);
    let error = client.fetch_ping(timeout).unwrap_err();
    let asked = server.receive();
    assert!(matches!(asked, Command::RequestPing { .. }), "{asked}");
    match error {
        Error::NoAnswer { request, server: address, waited } => {
            assert_eq!((request, address), (asked, server.local_addr()));
            assert!(waited >= timeout);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn no_answer_is_a_recoverable_error_that_says_what_was_asked() {
    let server = Server::start();
    let mut client = server.client();
    server.send(&client, &chat("meanwhile"));
    let timeout = Duration::from_millis(40);
    let start = Instant::now();
    let error = client.fetch_car_info(CarId(9), timeout).unwrap_err();
    assert!(start.elapsed() >= timeout);
    assert!(error.is_recoverable());
    let prefix = format!("{} has not answered ACSP_GET_CAR_INFO car 9 within ", server.local_addr());
    assert!(error.to_string().starts_with(&prefix), "{error}");
    assert_eq!(server.receive(), Command::GetCarInfo { car_id: CarId(9) });
    assert_eq!(client.next_event(), Ok(Some(chat("meanwhile"))));
}

#[test]
fn a_refusal_ends_the_wait_and_is_an_event_too() {
    let server = Server::start();
    let mut client = server.client();
    let error = ServerError { message: "no such\u{1b} car".to_owned() };
    let refusal = Event::Error(error);
    let answers = encoded([chat("before"), refusal.clone()]);
    let asked = Command::GetCarInfo { car_id: CarId(200) };
    let error = answering(&server, &mut client, &asked, &answers, |client| {
        client.fetch_car_info(CarId(200), PATIENCE)
    })
    .unwrap_err();
    assert_eq!(error, Error::Refused { request: asked, message: "no such\u{1b} car".to_owned() });
    assert_eq!(error.to_string(), r#"the server refuses ACSP_GET_CAR_INFO car 200: "no such\u{1b} car""#);
    assert!(error.is_recoverable());
    assert_eq!(client.next_event(), Ok(Some(chat("before"))));
    assert_eq!(client.next_event(), Ok(Some(refusal)));
}

#[test]
fn a_server_that_is_not_there_is_told_at_once() {
    let server = Server::start_alone();
    let address = server.local_addr();
    let mut client = server.client();
    drop(server);
    assert_eq!(
        client.fetch_session_info(None, Duration::MAX),
        Err(Error::ServerUnreachable { server: address })
    );
}

#[test]
fn it_works_with_a_receiving_thread() {
    let server = Server::start();
    let mut client = AcUdpClient::builder()
        .receive_in_background(1 << 20)
        .bind("127.0.0.1:0", server.local_addr())
        .unwrap();
    let asked = Command::GetCarInfo { car_id: CarId(3) };
    let answers = encoded([chat("before"), Event::CarInfo(info(3, true))]);
    let fetched =
        answering(&server, &mut client, &asked, &answers, |client| client.fetch_car_info(CarId(3), PATIENCE));
    assert_eq!(fetched, Ok(info(3, true)));
    assert_eq!(expect_event(&mut client), chat("before"));
}

/// More than this is never allocated for what is kept: 16 MiB, and as much again and twice as much where
/// that grows.
const MOST_MEMORY: u64 = 64 << 20;

/// Fetches, under a flood of this datagram, an answer that does not come, and is done before the flood is.
fn fetch_under_a_flood(datagram: &[u8]) -> AcUdpClient {
    let server = Server::start();
    let mut client = server.client();
    let address = client.local_addr();
    let done = AtomicBool::new(false);
    let start = Instant::now();
    let memory = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) && start.elapsed() < PATIENCE {
                server.socket.send_to(datagram, address).unwrap();
            }
        });
        let memory = measure(|| {
            let error = client.fetch_car_info(CarId(3), PATIENCE / 2).unwrap_err();
            assert!(matches!(error, Error::NoAnswer { .. }), "{error}");
        });
        done.store(true, Ordering::Relaxed);
        memory
    });
    let kept = client.stats().datagrams;
    assert!(memory.bytes_max < MOST_MEMORY, "{kept} datagrams kept in {:?}: {memory:?}", start.elapsed());
    assert!(start.elapsed() < PATIENCE);
    // All that came is kept, and comes before anything newer.
    for _ in 0..kept {
        assert!(!matches!(client.next_event(), Ok(None)));
    }
    assert_eq!(client.stats().datagrams, kept);
    client
}

#[test]
fn a_flood_while_it_waits_is_kept_up_to_a_bound() {
    let client = fetch_under_a_flood(&[58, 1]);
    assert_eq!(client.stats().undecodable, 0);
}

#[test]
fn a_flood_that_nobody_can_decode_is_kept_up_to_a_bound() {
    let client = fetch_under_a_flood(&[58]);
    assert_eq!(client.stats().undecodable, client.stats().datagrams);
}

#[test]
fn a_flood_of_the_largest_datagrams_is_kept_up_to_a_bound() {
    fetch_under_a_flood(&[153; 60_000]);
}

/// Two seconds' work is there already when it asks.
#[test]
fn it_is_on_time_though_much_is_waiting() {
    for datagram in [&[58, 1][..], &[58]] {
        let server = Server::start();
        let builder = AcUdpClient::builder().on_datagram(|_| thread::sleep(Duration::from_millis(20)));
        let mut client = builder.bind("127.0.0.1:0", server.local_addr()).unwrap();
        for _ in 0..100 {
            server.send_bytes(&client, datagram);
        }
        let start = Instant::now();
        let fetched = client.fetch_car_info(CarId(3), Duration::from_millis(100));
        assert!(matches!(fetched, Err(Error::NoAnswer { .. })), "{fetched:?}");
        let took = start.elapsed();
        assert!(took < Duration::from_secs(1), "{took:?}, {:?}", client.stats());
    }
}
