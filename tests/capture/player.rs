//! Playing recordings back: no test waits, the player is told what time it is.

use std::io::{Cursor, Read};
use std::time::{Duration, Instant};

use acudpclient::capture::{Error, Player, Reader, Record};
use acudpclient::protocol::{Event, id};
use proptest::prelude::*;

use crate::build::{ETHERNET, LOADED, Order, Pcap, PcapNg, RAW, VERSION, frame, ipv4, ipv4_between};

fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// Datagrams at these milliseconds; the payload is the index.
fn recording(times: &[u32]) -> Vec<u8> {
    let pcap = times.iter().enumerate().fold(Pcap::new(RAW), |pcap, (index, milliseconds)| {
        pcap.packet_at(1_000 + milliseconds / 1000, milliseconds % 1000 * 1000, &ipv4(&[index as u8]))
    });
    pcap.bytes
}

type InMemory = Cursor<Vec<u8>>;

fn player(times: &[u32]) -> Player<InMemory> {
    play(recording(times))
}

fn play(recording: Vec<u8>) -> Player<InMemory> {
    Player::new(Reader::new(Cursor::new(recording)).unwrap())
}

/// What is due.
fn due<R: Read>(player: &mut Player<R>, now: Instant) -> Vec<u8> {
    std::iter::from_fn(|| player.poll(now)).map(|record| record.unwrap().payload[0]).collect()
}

/// What is played at which time, by someone who sleeps exactly as long as told.
fn played<R: Read>(player: &mut Player<R>, start: Instant) -> Vec<(Duration, u8)> {
    let mut now = start;
    let mut played = Vec::new();
    while let Some(wait) = player.next_due(now) {
        now += wait;
        let payloads = due(player, now);
        assert!(!payloads.is_empty(), "nothing is due after the wait");
        played.extend(payloads.into_iter().map(|payload| (now - start, payload)));
    }
    assert!(player.is_finished());
    played
}

#[test]
fn at_true_speed_datagrams_are_due_at_their_times() {
    let start = Instant::now();
    let mut player = player(&[0, 250, 250, 1_000]);
    assert_eq!(player.next_due(start), Some(Duration::ZERO));
    assert_eq!(due(&mut player, start), [0]);
    assert_eq!(player.next_due(start), Some(ms(250)));
    assert!(due(&mut player, start + ms(249)).is_empty());
    assert_eq!(player.next_due(start + ms(249)), Some(ms(1)));
    assert_eq!(due(&mut player, start + ms(250)), [1, 2]);
    assert_eq!(player.position(start + ms(600)), ms(600));
    assert!(!player.is_finished());
    assert_eq!(due(&mut player, start + ms(5_000)), [3]);
    assert!(player.is_finished());
    assert_eq!(player.next_due(start + ms(5_000)), None);
    assert!(player.poll(start + ms(6_000)).is_none());
    assert_eq!(player.position(start + ms(6_000)), ms(1_000), "it does not run on behind the end");
}

#[test]
fn the_clock_begins_with_the_first_call() {
    let start = Instant::now();
    let mut player = player(&[0, 100]);
    assert_eq!(player.position(start), Duration::ZERO);
    let start = start + ms(60_000);
    assert_eq!(due(&mut player, start), [0]);
    assert_eq!(player.next_due(start), Some(ms(100)));
}

#[test]
fn who_polls_late_gets_all_that_was_due() {
    let start = Instant::now();
    let mut player = player(&[0, 10, 20, 30, 40, 5_000]);
    assert_eq!(due(&mut player, start), [0]);
    assert_eq!(due(&mut player, start + ms(1_000)), [1, 2, 3, 4]);
    assert_eq!(player.next_due(start + ms(1_000)), Some(ms(4_000)));
}

#[test]
fn the_speed_scales_the_times() {
    let start = Instant::now();
    for speed in [0.001, 0.1, 0.3, 1.0, 3.0, 10.0, 777.7, 1e6] {
        let mut player = player(&[0, 333, 1_000, 86_400_000]);
        player.set_speed(speed, start);
        assert_eq!(player.speed(), speed);
        let played = played(&mut player, start);
        let payloads: Vec<_> = played.iter().map(|(_, payload)| *payload).collect();
        assert_eq!(payloads, [0, 1, 2, 3]);
        for ((time, _), seconds) in played.into_iter().zip([0.0, 0.333, 1.0, 86_400.0]) {
            let error = time.as_secs_f64() - seconds / speed;
            assert!(error.abs() < 1e-6, "{speed}: {seconds} s after {time:?}");
        }
    }
}

#[test]
fn a_speed_that_cannot_be_is_the_nearest_that_can() {
    let now = Instant::now();
    let mut player = player(&[0]);
    for (speed, expected) in [(0.0, 0.001), (-3.0, 0.001), (f64::INFINITY, 1e6), (5.0, 5.0), (f64::NAN, 5.0)]
    {
        player.set_speed(speed, now);
        assert_eq!(player.speed(), expected);
    }
}

#[test]
fn the_speed_can_be_changed_on_the_way() {
    let start = Instant::now();
    let mut player = player(&[0, 1_000, 2_000, 3_000]);
    assert_eq!(due(&mut player, start), [0]);
    // Half of the way to 1 at true speed, the rest at ten times that.
    player.set_speed(10.0, start + ms(500));
    assert_eq!(player.position(start + ms(500)), ms(500));
    assert_eq!(player.next_due(start + ms(500)), Some(ms(50)));
    assert_eq!(due(&mut player, start + ms(550)), [1]);
    assert_eq!(player.next_due(start + ms(550)), Some(ms(100)));
    player.set_speed(0.5, start + ms(600));
    assert_eq!(player.position(start + ms(600)), ms(1_500));
    assert_eq!(player.next_due(start + ms(600)), Some(ms(1_000)));
}

#[test]
fn nothing_is_due_while_it_is_paused() {
    let start = Instant::now();
    let mut player = player(&[0, 100, 200]);
    assert_eq!(due(&mut player, start), [0]);
    player.pause(start + ms(40));
    assert!(player.is_paused());
    // A second time changes nothing.
    player.pause(start + ms(90));
    for late in [50, 1_000, 3_600_000] {
        assert_eq!(player.next_due(start + ms(late)), None);
        assert!(player.poll(start + ms(late)).is_none());
        assert_eq!(player.position(start + ms(late)), ms(40));
    }
    assert!(!player.is_finished());
    let resumed = start + ms(3_600_000);
    player.resume(resumed);
    assert!(!player.is_paused());
    player.resume(resumed + ms(30));
    assert_eq!(player.next_due(resumed), Some(ms(60)));
    assert!(due(&mut player, resumed + ms(59)).is_empty());
    assert_eq!(due(&mut player, resumed + ms(60)), [1]);
}

#[test]
fn it_can_be_paused_before_it_begins() {
    let start = Instant::now();
    let mut player = player(&[0, 100]);
    player.pause(start);
    assert!(player.poll(start + ms(500)).is_none());
    player.set_speed(2.0, start + ms(600));
    player.resume(start + ms(1_000));
    assert_eq!(played(&mut player, start + ms(1_000)), [(ms(0), 0), (ms(50), 1)]);
}

#[test]
fn seeking_goes_to_the_first_datagram_there_or_later() {
    let start = Instant::now();
    let mut player = player(&[0, 100, 200, 200, 300]);
    player.resume(start);
    let mut seek = |position: u64, next: &[u8]| {
        player.seek(ms(position), start).unwrap();
        assert_eq!(player.position(start), ms(position.min(300)), "{position}");
        assert_eq!(due(&mut player, start + ms(1_000)), next, "{position}");
    };
    seek(150, &[2, 3, 4]);
    seek(0, &[0, 1, 2, 3, 4]);
    seek(200, &[2, 3, 4]);
    seek(201, &[4]);
    seek(300, &[4]);
    seek(301, &[]);
    seek(100, &[1, 2, 3, 4]);
}

#[test]
fn seeking_does_not_disturb_the_pace() {
    let start = Instant::now();
    let mut player = player(&[0, 100, 200, 300]);
    assert_eq!(due(&mut player, start), [0]);
    player.seek(ms(250), start + ms(10)).unwrap();
    assert_eq!(player.next_due(start + ms(10)), Some(ms(50)));
    // Back, before the datagram that was looked at is played.
    player.seek(ms(150), start + ms(20)).unwrap();
    assert_eq!(player.next_due(start + ms(20)), Some(ms(50)));
    assert_eq!(due(&mut player, start + ms(70)), [2]);
    // Between two, nothing is passed over.
    player.seek(ms(210), start + ms(70)).unwrap();
    assert_eq!(due(&mut player, start + ms(160)), [3]);
}

#[test]
fn seeking_does_not_resume() {
    let start = Instant::now();
    let mut player = player(&[0, 100, 200]);
    player.pause(start);
    player.seek(ms(150), start).unwrap();
    assert!(player.is_paused());
    assert_eq!(player.next_due(start + ms(500)), None);
    player.resume(start + ms(500));
    assert_eq!(player.next_due(start + ms(500)), Some(ms(50)));
}

#[test]
fn times_that_run_back_do_not() {
    let start = Instant::now();
    let mut player = player(&[500, 700, 0, 600, 800]);
    let expected = [(0, 0), (200, 1), (200, 2), (200, 3), (300, 4)];
    assert_eq!(played(&mut player, start), expected.map(|(time, payload)| (ms(time), payload)));
}

#[test]
fn datagrams_without_times_are_100_ms_apart() {
    let start = Instant::now();
    let mut player = play([VERSION, LOADED, VERSION].concat());
    let (version, loaded) = (id::VERSION, id::CLIENT_LOADED);
    let expected = [(0, version), (100, loaded), (200, version)];
    assert_eq!(played(&mut player, start), expected.map(|(time, payload)| (ms(time), payload)));

    // Among others in one file.
    let packet = frame(VERSION);
    let mixed = PcapNg::new(Order::Little)
        .interface(ETHERNET as u16)
        .packet(0, 5_000_000, &packet)
        .simple_packet(&packet, packet.len())
        .packet(0, 5_250_000, &packet);
    let times: Vec<_> = played(&mut play(mixed.bytes), start).into_iter().map(|(time, _)| time).collect();
    assert_eq!(times, [0, 100, 250].map(ms));
}

#[test]
fn errors_come_where_they_are_and_are_passed_over_by_seeking() {
    let start = Instant::now();
    let damaged = Pcap::new(RAW).packet_at(1_000, 0, &ipv4(&[0])).cut_packet(&ipv4(&[1]), 20).packet_at(
        1_001,
        0,
        &ipv4(&[2]),
    );
    let mut bytes = damaged.bytes;
    // Ends in a record.
    bytes.extend([7; 10]);
    let mut player = play(bytes);
    assert!(player.poll(start).unwrap().is_ok());
    assert!(matches!(player.poll(start), Some(Err(Error::Cut { record: 2, .. }))));
    assert!(player.poll(start).is_none());
    assert!(player.poll(start + ms(1_000)).unwrap().is_ok());
    assert!(matches!(player.poll(start + ms(1_000)), Some(Err(Error::Truncated { record: 4, .. }))));
    assert!(player.poll(start + ms(9_000)).is_none());
    assert!(player.is_finished());

    player.seek(ms(500), start).unwrap();
    assert_eq!(player.poll(start + ms(500)).unwrap().unwrap().payload, [2]);
    // That the rest cannot be read is not passed over.
    player.seek(ms(5_000), start).unwrap();
    assert!(matches!(player.poll(start), Some(Err(Error::Truncated { record: 4, .. }))));
}

#[test]
fn an_empty_recording_is_finished() {
    let start = Instant::now();
    for bytes in [recording(&[]), Vec::new()] {
        let mut player = play(bytes);
        assert!(player.is_finished());
        assert_eq!(player.next_due(start), None);
        assert!(player.poll(start).is_none());
        player.seek(ms(10), start).unwrap();
        assert_eq!(player.position(start), Duration::ZERO);
    }
}

#[test]
fn a_reader_for_one_port_plays_that_port_also_after_going_back() {
    let start = Instant::now();
    let recording = Pcap::new(RAW)
        .packet_at(1_000, 0, &ipv4_between(1, 2, &[9]))
        .packet_at(1_001, 0, &ipv4(&[0]))
        .packet_at(1_002, 0, &ipv4(&[1]));
    let mut player = Player::new(Reader::new(Cursor::new(recording.bytes)).unwrap().port(12_000));
    player.resume(start);
    for _ in 0..2 {
        player.seek(Duration::ZERO, start).unwrap();
        assert_eq!(due(&mut player, start + ms(1_000)), [0, 1]);
    }
}

#[test]
fn what_cannot_seek_can_be_played() {
    let start = Instant::now();
    let bytes = recording(&[0, 50]);
    let (first, second) = bytes.split_at(30);
    let mut player = Player::new(Reader::new(first.chain(second)).unwrap());
    assert_eq!(played(&mut player, start), [(ms(0), 0), (ms(50), 1)]);
}

#[test]
fn events_come_at_once_without_the_commands() {
    let recording = Pcap::new(RAW)
        .packet_at(1_000, 0, &ipv4(VERSION))
        .packet_at(1_001, 0, &ipv4(&[id::NEXT_SESSION]))
        .packet_at(1_002, 0, &ipv4(&[]))
        .packet_at(1_003, 0, &ipv4(&[id::CLIENT_LOADED]))
        .packet_at(1_004, 500_000, &ipv4(LOADED))
        .packet_at(1_005, 0, &ipv4(&[153, 1]));
    let items: Vec<_> = play(recording.bytes.clone()).events().collect();
    assert_eq!(items.len(), 5);
    assert_eq!(items[0], Ok((ms(0), Event::decode(VERSION).unwrap())));
    for (item, number) in items[1..3].iter().zip([3, 4]) {
        let error = item.as_ref().unwrap_err();
        assert!(matches!(error, Error::Decode { record, .. } if *record == number), "{error}");
        assert!(error.is_recoverable());
    }
    assert!(items[2].as_ref().unwrap_err().to_string().starts_with("record 4: ACSP_CLIENT_LOADED"));
    assert_eq!(items[3], Ok((ms(4_500), Event::decode(LOADED).unwrap())));
    assert_eq!(items[4], Ok((ms(5_000), Event::decode(&[153, 1]).unwrap())));

    let mut player = play(recording.bytes);
    player.seek(ms(4_000), Instant::now()).unwrap();
    assert_eq!(player.events().collect::<Vec<_>>(), items[3..]);
}

#[test]
fn a_record_knows_its_direction() {
    let records: Vec<Record> =
        Reader::new(
            &Pcap::new(RAW)
                .packet(&ipv4(VERSION))
                .packet(&ipv4(&[id::NEXT_SESSION]))
                .packet(&ipv4(&[]))
                .bytes[..],
        )
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(records.iter().map(Record::is_command).collect::<Vec<_>>(), [false, true, false]);
}

#[derive(Debug, Clone)]
enum Step {
    Poll,
    Wait(Duration),
    Pause,
    Resume,
    Speed(f64),
    Seek(Duration),
}

fn step() -> impl Strategy<Value = Step> {
    // From no time at all to more than there is.
    let time = prop_oneof![
        (0..5_000_u64).prop_map(ms),
        (0..u64::from(u32::MAX)).prop_map(Duration::from_secs),
        Just(Duration::MAX),
    ];
    prop_oneof![
        4 => Just(Step::Poll),
        2 => (0..3_000_u64).prop_map(|time| Step::Wait(ms(time))),
        1 => Just(Step::Pause),
        2 => Just(Step::Resume),
        1 => any::<f64>().prop_map(Step::Speed),
        1 => (0.1..10.0).prop_map(Step::Speed),
        2 => time.prop_map(Step::Seek),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever is done to a player, every datagram comes once after another, none early, and none is
    /// missing but by seeking.
    #[test]
    fn nothing_is_lost_early_or_twice(
        times in proptest::collection::vec(0..5_000_u32, 1..20),
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut newest = times[0];
        let positions: Vec<_> = times
            .iter()
            .map(|time| {
                newest = newest.max(*time);
                ms((newest - times[0]).into())
            })
            .collect();
        let mut now = Instant::now();
        let mut player = player(&times);
        let mut next = 0;
        for step in steps {
            match step {
                Step::Poll => {
                    let before = player.position(now);
                    if let Some(record) = player.poll(now) {
                        prop_assert_eq!(usize::from(record.unwrap().payload[0]), next);
                        prop_assert!(!player.is_paused());
                        // Both clocks are rounded to a nanosecond.
                        let rounding = Duration::from_nanos(1 + player.speed() as u64);
                        prop_assert!(positions[next] <= before.saturating_add(rounding));
                        next += 1;
                    }
                }
                Step::Wait(time) => now += time,
                Step::Pause => player.pause(now),
                Step::Resume => player.resume(now),
                Step::Speed(speed) => player.set_speed(speed, now),
                Step::Seek(position) => {
                    player.seek(position, now).unwrap();
                    next = positions.iter().take_while(|there| **there < position).count();
                }
            }
            prop_assert_eq!(player.is_finished(), next == times.len());
        }
        player.set_speed(1.0, now);
        player.resume(now);
        let rest = due(&mut player, now + ms(10_000));
        prop_assert_eq!(rest, (next..times.len()).map(|index| index as u8).collect::<Vec<_>>());
    }
}
