//! A network that is not perfect.

use std::collections::HashMap;
use std::time::Duration;

use acudpclient::protocol::Event;
use acudpclient::sim::{Session, SimBuilder, SimServer, Trouble};

use crate::{start, wait_for, weekend};

fn builder() -> SimBuilder {
    SimServer::builder()
        .cars(12)
        .sessions([Session::practice(Duration::from_secs(5 * 60)), Session::race(3)])
        .report_interval(Duration::from_millis(1000))
}

fn with(trouble: Trouble) -> Vec<(u64, Event)> {
    weekend(builder().trouble(trouble))
}

/// How often each event is there, by its bytes.
fn counted(events: &[(u64, Event)]) -> HashMap<Vec<u8>, usize> {
    let mut counts = HashMap::new();
    for (_, event) in events {
        *counts.entry(event.encode().unwrap()).or_default() += 1;
    }
    counts
}

#[test]
fn without_any_all_arrives_as_it_was_sent() {
    assert!(with(Trouble::new(1)) == weekend(builder()));
}

#[test]
fn its_seed_alone_decides() {
    let all = |seed| {
        Trouble::new(seed)
            .loss(0.05)
            .repetition(0.05)
            .reordering(0.05)
            .delay(Duration::from_millis(30))
            .late_laps(Duration::from_millis(50))
    };
    let first = with(all(1));
    assert!(first == with(all(1)));
    assert!(first != with(all(2)));
    assert!(first.is_sorted_by_key(|(time, _)| *time));
}

#[test]
fn what_is_lost_is_gone_and_can_be_asked_for() {
    let perfect = weekend(builder());
    let mut world = builder().trouble(Trouble::new(1).loss(0.02)).world().unwrap();
    let arrived: Vec<_> = (&mut world).map(|(time, event)| (time.as_millis() as u64, event)).collect();
    let lost = world.take_lost();
    assert_eq!(arrived.len() + lost.len(), perfect.len());
    let share = lost.len() as f64 / perfect.len() as f64;
    assert!((0.012..0.028).contains(&share), "{share}");
    let mut all = arrived;
    all.extend(lost.into_iter().map(|(time, event)| (time.as_millis() as u64, event)));
    assert!(counted(&all) == counted(&perfect));
    assert_eq!(world.take_lost(), []);
    assert_eq!(with(Trouble::new(1).loss(1.0)), []);
}

#[test]
fn what_is_repeated_comes_twice() {
    let perfect = weekend(builder());
    let mut repeated = with(Trouble::new(1).repetition(0.02));
    let more = repeated.len() - perfect.len();
    assert!((perfect.len() * 12 / 1000..perfect.len() * 28 / 1000).contains(&more), "{more}");
    // At once.
    repeated.dedup();
    let mut once = perfect;
    once.dedup();
    assert!(repeated == once);
}

#[test]
fn what_is_reordered_comes_after_the_next_one() {
    let perfect = weekend(builder());
    let reordered = with(Trouble::new(1).reordering(0.02));
    assert!(counted(&reordered) == counted(&perfect));
    let (mut index, mut swaps) = (0, 0);
    while index < perfect.len() {
        if perfect[index].1 == reordered[index].1 {
            index += 1;
        } else {
            assert_eq!(perfect[index].1, reordered[index + 1].1);
            assert_eq!(perfect[index + 1].1, reordered[index].1);
            // With the one that overtakes it, or when it has waited long enough.
            assert!(reordered[index + 1].0 - perfect[index].0 <= 100);
            index += 2;
            swaps += 1;
        }
    }
    assert!((perfect.len() / 100..perfect.len() * 3 / 100).contains(&swaps), "{swaps}");
}

#[test]
fn what_is_delayed_comes_later_and_overtakes() {
    let perfect = weekend(builder());
    let delayed = with(Trouble::new(1).delay(Duration::from_millis(50)));
    assert!(counted(&delayed) == counted(&perfect));
    assert!(delayed.is_sorted_by_key(|(time, _)| *time));
    let mut sent: HashMap<Vec<u8>, Vec<u64>> = HashMap::new();
    for (time, event) in &perfect {
        sent.entry(event.encode().unwrap()).or_default().push(*time);
    }
    for (time, event) in &delayed {
        let sent = &sent[&event.encode().unwrap()];
        assert!(sent.iter().any(|sent| (*sent..=sent + 50).contains(time)), "{event}");
    }
    let order = |events: &[(u64, Event)]| events.iter().map(|(_, event)| event.clone()).collect::<Vec<_>>();
    assert!(order(&delayed) != order(&perfect));
}

#[test]
fn a_late_lap_can_have_an_older_leaderboard_than_one_that_was_told() {
    let mut setbacks = 0;
    for seed in 0..20 {
        let builder = SimServer::builder().seed(seed).sessions([Session::race(4)]);
        let perfect = weekend(builder.clone());
        let late = weekend(builder.trouble(Trouble::new(seed).late_laps(Duration::from_millis(50))));
        assert!(counted(&late) == counted(&perfect));
        let other = |events: &[(u64, Event)]| -> Vec<_> {
            events.iter().filter(|(_, event)| !matches!(event, Event::LapCompleted(_))).cloned().collect()
        };
        assert!(other(&late) == other(&perfect), "nothing else is late");
        let mut most = 0;
        for (_, event) in late {
            let Event::LapCompleted(lap) = event else { continue };
            let laps: u32 = lap.leaderboard.iter().map(|entry| u32::from(entry.laps)).sum();
            setbacks += usize::from(laps < most);
            most = most.max(laps);
        }
    }
    assert!(setbacks > 20, "{setbacks}");
}

#[test]
fn it_is_the_servers_too() {
    let builder = SimServer::builder().cars(3).comings_and_goings(false).speed(1000.0);
    let trouble = Trouble::new(3).repetition(1.0);
    let (_server, mut client) = start(builder.trouble(trouble));
    let version = |event: &Event| matches!(event, Event::Version(_)).then_some(());
    wait_for(&mut client, version);
    wait_for(&mut client, version);
}

#[test]
fn what_cannot_be_is_refused() {
    let second = Duration::from_secs(1);
    for (trouble, reason) in [
        (Trouble::new(0).loss(1.5), "a loss of 1.5, allowed is 0 to 1"),
        (Trouble::new(0).repetition(-0.1), "a repetition of -0.1, allowed is 0 to 1"),
        (Trouble::new(0).reordering(f64::NAN), "a reordering of NaN, allowed is 0 to 1"),
        (Trouble::new(0).delay(3601 * second), "a delay of 3601s, at most an hour is allowed"),
        (Trouble::new(0).late_laps(3601 * second), "late laps of 3601s, at most an hour is allowed"),
    ] {
        let error = builder().trouble(trouble).world().unwrap_err();
        assert_eq!(error.to_string(), format!("cannot simulate this: {reason}"));
    }
}
