//! Kills amid a weekend.

use std::collections::HashMap;
use std::fs;
use std::process::Command;

use acsp::store::{Reader, RecordFilter, SessionFilter};
use serde_json::Value;
use support::addresses::free_addresses;
use support::process::Program;

use super::{Lap, SPEED, acsp, new_file, weekend};

/// A line that shows a lap as stored.
fn shown_lap(line: &str) -> Option<Lap> {
    let json: Value = serde_json::from_str(line).ok()?;
    let number = |key: &str| json[key].as_u64();
    (json["type"] == "lap").then_some(())?;
    Some((number("car_id")? as u8, number("lap_time")? as u32, number("cuts")? as u8))
}

fn count(laps: &[Lap]) -> HashMap<Lap, usize> {
    let mut counts = HashMap::new();
    laps.iter().for_each(|lap| *counts.entry(*lap).or_default() += 1);
    counts
}

/// Errs with a lap of which `laps` has more than `others`.
fn within(laps: &[Lap], others: &[Lap]) -> Result<(), Lap> {
    let others = count(others);
    let more = count(laps).into_iter().find(|(lap, times)| others.get(lap).copied().unwrap_or(0) < *times);
    more.map_or(Ok(()), |(lap, _)| Err(lap))
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
    let (_weekend, sent) = weekend(&server, &plugin);
    let speed = SPEED.to_string();
    let arguments =
        ["db", "record", &plugin, &server, "--json", "--speed", &speed, "--db", file.to_str().unwrap()];
    let start = || Program::start(&mut acsp(&arguments));
    // What each life of the program has shown, and whether all datagrams came to it.
    let mut lives: Vec<(Vec<Lap>, bool)> = Vec::new();
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

    let sent = sent.lock().unwrap().clone();
    let reader = Reader::open(&file).unwrap();
    let (mut stored, mut numbers) = (Vec::new(), Vec::new());
    for session in reader.sessions(&SessionFilter::default()).unwrap() {
        for lap in reader.result(session.id).unwrap().unwrap().laps {
            stored.push((lap.car_id, lap.lap_time, lap.cuts));
            numbers.push((session.id, lap.car_id, lap.driver.map(|driver| driver.guid), lap.number));
        }
    }
    assert_eq!(within(&stored, &sent), Ok(()), "stored more often than driven");
    let shown: Vec<Lap> = lives.iter().flat_map(|(life, _)| life).copied().collect();
    assert_eq!(within(&shown, &stored), Ok(()), "shown and lost");
    // Between the first and the last lap that a life has shown, it was there for all.
    let mut next = 0;
    for (life, has_heard_all) in lives.iter().filter(|(life, _)| !life.is_empty()) {
        let found: Vec<usize> = life
            .iter()
            .map(|lap| {
                let place =
                    next + sent[next..].iter().position(|other| other == lap).expect("sent in this order");
                next = place + 1;
                place
            })
            .collect();
        let heard = &sent[found[0]..=found[found.len() - 1]];
        assert!(!has_heard_all || within(heard, &stored) == Ok(()), "{heard:?} heard and not stored");
    }
    numbers.sort();
    let all = numbers.len();
    numbers.dedup();
    assert_eq!(numbers.len(), all, "two laps of one number");
    assert!(!reader.records(&RecordFilter::default()).unwrap().is_empty());
}
