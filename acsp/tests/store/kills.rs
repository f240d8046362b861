//! Kills amid a weekend.

use std::collections::HashSet;
use std::fs;
use std::process::Command;

use acsp::store::{Reader, RecordFilter, SessionFilter};
use serde_json::Value;
use support::addresses::free_addresses;
use support::process::Program;

use super::{Lap, SPEED, acsp, new_file, weekend};

/// A line that shows a lap as stored: the lap, and when it was heard.
fn shown_lap(line: &str) -> Option<(Lap, i64)> {
    let json: Value = serde_json::from_str(line).ok()?;
    let number = |key: &str| json[key].as_u64();
    (json["type"] == "lap").then_some(())?;
    let lap = (number("car_id")? as u8, number("lap_time")? as u32, number("cuts")? as u8);
    Some((lap, json["completed_at"].as_i64()?))
}

/// Which of the laps sent this one is: the last of its car, time and cuts that was sent before it was heard. A driver
/// may well drive the same time twice.
fn place((lap, heard): (Lap, i64), sent: &[(Lap, i64)]) -> usize {
    let place = sent.iter().rposition(|(other, at)| *other == lap && *at <= heard);
    place.unwrap_or_else(|| panic!("{lap:?} at {heard} is none of the laps sent: {sent:?}"))
}

/// How many datagrams the system has dropped because the program that listens here did not come to read them, as on a
/// busy machine.
fn dropped(plugin: &str) -> u64 {
    let port: u16 = plugin.rsplit_once(':').unwrap().1.parse().unwrap();
    let port = format!(":{port:04X}");
    // Other systems have no such file.
    let sockets = fs::read_to_string("/proc/net/udp").unwrap_or_default();
    let of_port =
        sockets.lines().filter(|line| line.split_whitespace().nth(1).is_some_and(|at| at.ends_with(&port)));
    of_port.filter_map(|line| line.split_whitespace().last()?.parse::<u64>().ok()).sum()
}

#[test]
fn twenty_kills_lose_no_lap_that_was_shown_and_double_none() {
    let [server, plugin] = free_addresses();
    let file = new_file("killed");
    let (weekend, sent) = weekend(&server, &plugin);
    let speed = SPEED.to_string();
    let arguments =
        ["db", "record", &plugin, &server, "--json", "--speed", &speed, "--db", file.to_str().unwrap()];
    let start = || Program::start(&mut acsp(&arguments));
    // What each life of the program has shown, and whether all datagrams came to it.
    let mut lives: Vec<(Vec<(Lap, i64)>, bool)> = Vec::new();
    let mut end = |mut program: Program, has_heard_all| {
        program.wait();
        lives.push((program.seen.iter().filter_map(|line| shown_lap(line)).collect(), has_heard_all));
    };
    for kill in 0..20 {
        let mut program = start();
        for _ in 0..=kill % 5 {
            program.expect(r#""type":"lap""#);
        }
        if kill % 2 == 0 {
            // Not only just after a commit: also while a lap waits for one.
            let before = sent.lock().unwrap().len();
            support::eventually("a lap is sent", || sent.lock().unwrap().len() > before);
        }
        let has_heard_all = dropped(&plugin) == 0;
        program.child.kill().unwrap();
        end(program, has_heard_all);
    }
    let mut last = start();
    for _ in 0..10 {
        last.expect(r#""type":"lap""#);
    }
    let has_heard_all = dropped(&plugin) == 0;
    let interrupted = Command::new("kill").args(["-INT", &last.child.id().to_string()]).status();
    assert!(interrupted.unwrap().success());
    assert!(last.wait().success(), "{:?}", last.seen);
    end(last, has_heard_all);

    // Its thread has ended, so all that was sent is among the laps sent.
    drop(weekend);
    let sent = sent.lock().unwrap().clone();
    let reader = Reader::open(&file).unwrap();
    let (mut stored, mut numbers) = (HashSet::new(), Vec::new());
    for session in reader.sessions(&SessionFilter::default()).unwrap() {
        for lap in reader.result(session.id).unwrap().unwrap().laps {
            let place = place(((lap.car_id, lap.lap_time, lap.cuts), lap.completed_at), &sent);
            assert!(stored.insert(place), "{:?} is stored twice", sent[place]);
            numbers.push((session.id, lap.car_id, lap.driver.map(|driver| driver.guid), lap.number));
        }
    }
    for (life, has_heard_all) in &lives {
        let shown: Vec<usize> = life.iter().map(|lap| place(*lap, &sent)).collect();
        for place in &shown {
            assert!(stored.contains(place), "{:?} was shown and is lost", sent[*place]);
        }
        // Between the first and the last lap that a life has shown, it was there for all.
        let (Some(first), Some(last), true) = (shown.iter().min(), shown.iter().max(), has_heard_all) else {
            continue;
        };
        let lost = (*first..=*last).find(|place| !stored.contains(place)).map(|place| sent[place]);
        assert_eq!(lost, None, "heard and not stored");
    }
    numbers.sort();
    let all = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "two laps of one number");
    assert!(!reader.records(&RecordFilter::default()).unwrap().is_empty());
}
