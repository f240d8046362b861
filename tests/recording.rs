//! A client records a simulated race, and the recording is played back.

use std::io::Cursor;
use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use acudpclient::capture::{Player, Reader, Record, Writer};
use acudpclient::protocol::{Command, Event};
use acudpclient::relay::{Permissions, Plugin, Relay};
use acudpclient::sim::{Session, SimServer};
use acudpclient::tracker::SessionResult;
use acudpclient::{AcUdpClient, Datagram, Error, RaceTracker};
use support::PATIENCE;

/// A tracker that keeps every result.
#[derive(Default)]
struct Results {
    tracker: RaceTracker,
    results: Vec<SessionResult>,
}

impl Results {
    fn apply(&mut self, event: &Event) {
        self.tracker.apply(event);
        if self.tracker.last_result() != self.results.last() {
            self.results.extend(self.tracker.last_result().cloned());
        }
    }
}

fn read(recording: &[u8]) -> Vec<Record> {
    Reader::new(recording).unwrap().map(Result::unwrap).collect()
}

/// An output that can be looked at while it is written.
#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_client_records_every_datagram_and_the_recording_plays_to_the_same_result() {
    let server = SimServer::builder()
        .cars(8)
        .seed(7)
        .speed(150.0)
        .sessions([Session::qualify(Duration::from_secs(2 * 60)), Session::race(2)])
        .start()
        .unwrap();
    let output = Shared::default();
    let writer = Arc::new(Mutex::new(Writer::new(output.clone()).unwrap()));
    let recorder = writer.clone();
    let mut client = AcUdpClient::builder()
        .receive_in_background(1 << 24)
        .on_datagram(move |datagram| {
            let (source, destination) = (datagram.source, datagram.destination);
            recorder.lock().unwrap().write(datagram.time, source, destination, datagram.payload).unwrap();
        })
        .bind("127.0.0.1:0", server.local_addr())
        .unwrap();
    // Not so often that a busy machine loses any.
    client.enable_realtime_report(Duration::from_millis(5000)).unwrap();
    server.set_plugin_addr(client.local_addr());

    let mut live = Results::default();
    let start = Instant::now();
    let mut asked = 0;
    // Until nothing has come after the end.
    let mut is_silent = false;
    while !(server.is_finished() && is_silent) {
        assert!(start.elapsed() < PATIENCE, "the race does not end: {:?}", server.time());
        let received = client.wait_event(Duration::from_millis(100));
        is_silent = matches!(received, Ok(None));
        match received {
            Ok(Some(event)) => {
                if let Event::LapCompleted(lap) = &event {
                    // Commands in between, from another thread.
                    let (sender, car_id) = (client.commands(), lap.car_id);
                    thread::spawn(move || sender.send_chat(car_id, "a lap")).join().unwrap().unwrap();
                    asked += 1;
                }
                live.apply(&event);
            }
            Ok(None) => {}
            Err(error) => assert!(error.is_recoverable(), "{error}"),
        }
    }
    assert!(asked > 8, "{asked}");
    server.stop();
    drop(client);
    let Ok(writer) = Arc::try_unwrap(writer) else { panic!("the client is gone") };
    writer.into_inner().unwrap().finish().unwrap();
    let recording = output.0.lock().unwrap().clone();

    let records = read(&recording);
    let commands = records.iter().filter(|record| record.is_command()).count();
    assert!(commands > asked, "{commands} commands, {asked} of them chat");
    assert!(records.is_sorted_by_key(|record| record.time));

    let mut replayed = Results::default();
    for event in Player::new(Reader::new(&recording[..]).unwrap()).events() {
        // The recording's times are those of a race 150 times as fast: the tracker is not told them.
        let (_, event) = event.unwrap();
        replayed.apply(&event);
    }
    assert_eq!(replayed.results, live.results);
    assert_eq!(replayed.results.len(), 2);
    assert!(replayed.results[1].standings.iter().any(|entry| entry.laps >= 2));
}

#[test]
fn the_recording_has_each_byte_that_either_side_has_sent() {
    let server = SimServer::scripted().unwrap();
    let output = Shared::default();
    let mut writer = Writer::new(output.clone()).unwrap().flush_interval(Duration::ZERO);
    let mut client = AcUdpClient::builder()
        .on_datagram(move |datagram| {
            let (source, destination) = (datagram.source, datagram.destination);
            writer.write(datagram.time, source, destination, datagram.payload).unwrap();
        })
        .bind("127.0.0.1:0", server.local_addr())
        .unwrap();
    server.set_plugin_addr(client.local_addr());

    // A whole weekend, in every one of its datagrams, and commands in between.
    let world = SimServer::builder()
        .cars(6)
        .seed(3)
        .report_interval(Duration::from_millis(2000))
        .sessions([Session::race(3)])
        .world()
        .unwrap();
    let mut sent = Vec::new();
    for (number, (_, event)) in world.enumerate() {
        let datagram = event.encode().unwrap();
        server.send_bytes(&datagram).unwrap();
        sent.push((server.local_addr(), client.local_addr(), datagram));
        client.wait_event(PATIENCE).unwrap().unwrap();
        if number % 10 == 0 {
            let command = Command::AdminCommand { command: format!("/say {number}") };
            client.send(&command).unwrap();
            assert_eq!(server.wait_command(PATIENCE), Some(command.clone()));
            sent.push((client.local_addr(), server.local_addr(), command.encode().unwrap()));
        }
    }
    for undecodable in [&[53, 1][..], &[], &[200; 1000]] {
        server.send_bytes(undecodable).unwrap();
        sent.push((server.local_addr(), client.local_addr(), undecodable.to_vec()));
        match client.wait_event(PATIENCE) {
            Ok(Some(Event::Unknown(_))) | Err(Error::Decode { .. }) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(sent.len() > 100);

    let recorded: Vec<_> = read(&output.0.lock().unwrap())
        .into_iter()
        .map(|record| (record.source.unwrap(), record.destination.unwrap(), record.payload))
        .collect();
    assert!(recorded == sent, "{} recorded, {} sent", recorded.len(), sent.len());
    assert_eq!(client.stats().datagrams + client.stats().commands_sent, sent.len() as u64);
}

#[test]
fn a_simulated_weekend_is_recorded_without_a_socket_and_played_at_its_own_pace() {
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_384_840);
    let (server, plugin) = ("127.0.0.1:11000".parse().unwrap(), "127.0.0.1:12000".parse().unwrap());
    let mut world = SimServer::builder()
        .cars(10)
        .seed(5)
        .report_interval(Duration::from_millis(1000))
        .sessions([
            Session::practice(Duration::from_secs(5 * 60)),
            Session::qualify(Duration::from_secs(4 * 60)),
            Session::race(3),
        ])
        .world()
        .unwrap();
    let output = Shared::default();
    let mut writer = Writer::new(output.clone()).unwrap();
    let mut live = Results::default();
    let mut times = Vec::new();
    for (time, event) in &mut world {
        writer.write(start + time, server, plugin, &event.encode().unwrap()).unwrap();
        live.apply(&event);
        times.push(time);
    }
    writer.finish().unwrap();
    assert_eq!(live.results.len(), world.results().len());

    let recording = output.0.lock().unwrap().clone();
    let mut player = Player::new(Reader::new(Cursor::new(recording)).unwrap());
    // A clock of its own: nobody waits.
    let start = Instant::now();
    let mut now = start;
    player.set_speed(4.0, now);
    let mut replayed = Results::default();
    let mut played = 0;
    while let Some(wait) = player.next_due(now) {
        now += wait;
        while let Some(record) = player.poll(now) {
            let recorded = times[played] - times[0];
            let late = ((now - start) * 4).abs_diff(recorded);
            assert!(late < Duration::from_micros(1), "{recorded:?}: {late:?}");
            replayed.apply(&Event::decode(&record.unwrap().payload).unwrap());
            played += 1;
        }
    }
    assert_eq!(played, times.len());
    assert_eq!(replayed.results, live.results);

    // From the middle on, as often as one likes.
    let middle = times[times.len() / 2] - times[0];
    for _ in 0..2 {
        player.seek(middle, now).unwrap();
        let record = player.poll(now).unwrap().unwrap();
        let first_there = times.iter().position(|time| *time - times[0] >= middle).unwrap();
        assert_eq!(record.number, first_there as u64 + 1);
        assert!(!record.is_command());
    }
}

/// What is recorded on both sides of a relay, and by the plugin behind it.
#[test]
fn a_simulator_a_relay_and_its_plugin_record_the_same_traffic() {
    let output = [Shared::default(), Shared::default(), Shared::default()];
    let [at_server, at_relay, at_plugin] = output.clone().map(|output| {
        let mut writer = Writer::new(output).unwrap();
        move |datagram: &Datagram<'_>| {
            let (source, destination) = (datagram.source, datagram.destination);
            writer.write(datagram.time, source, destination, datagram.payload).unwrap();
            writer.flush().unwrap();
        }
    });
    let server = SimServer::builder().scripted().on_datagram(at_server).start().unwrap();
    let any_port = SocketAddr::from(([127, 0, 0, 1], 0));
    let client = AcUdpClient::builder().on_datagram(at_relay).bind(any_port, server.local_addr()).unwrap();
    server.set_plugin_addr(client.local_addr());
    let socket = UdpSocket::bind(any_port).unwrap();
    let seat = Plugin::new("plugin", any_port, socket.local_addr().unwrap()).permissions(Permissions::all());
    let mut relay = Relay::builder(client).plugin(seat).start().unwrap();
    let relay_port = relay.plugin("plugin").unwrap().local_addr;
    let mut plugin = AcUdpClient::builder().on_datagram(at_plugin).from_socket(socket, relay_port).unwrap();

    // An unknown packet and one with bytes after it, and back a mod's command.
    for datagram in [&[153, 1, 2][..], &[58, 3, 0xAA]] {
        server.send_bytes(datagram).unwrap();
        assert!(relay.wait_event(PATIENCE).unwrap().is_some());
        assert!(plugin.wait_event(PATIENCE).unwrap().is_some());
        plugin.next_session().unwrap();
        assert_eq!(server.wait_command(PATIENCE), Some(Command::NextSession));
        // The scripted server answers with a session.
        assert!(relay.wait_event(PATIENCE).unwrap().is_some());
        assert!(plugin.wait_event(PATIENCE).unwrap().is_some());
    }
    server.stop();
    let [at_server, at_relay, at_plugin] = output.map(|output| {
        let records = read(&output.0.lock().unwrap());
        records.into_iter().map(|record| record.payload).collect::<Vec<_>>()
    });
    assert_eq!(at_server.len(), 6);
    assert_eq!(at_server[..2], [vec![153, 1, 2], vec![207]]);
    assert_eq!(at_relay, at_server);
    assert_eq!(at_plugin, at_server);
}
