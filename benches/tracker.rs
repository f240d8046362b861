//! What an event costs the tracker, with 24 cars:
//!
//! ```sh
//! cargo bench --bench tracker
//! ```

#![allow(missing_docs)] // criterion's macro makes a public function

mod common;

use std::hint::black_box;
use std::time::Duration;

use acudpclient::RaceTracker;
use acudpclient::protocol::Event;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

fn tracker_costs(c: &mut Criterion) {
    let events = common::race::race();
    let mut group = c.benchmark_group("tracker");
    let mut apply_all = |name: &str, events: &[Event], ready: &RaceTracker| {
        group.throughput(Throughput::Elements(events.len() as u64));
        group.bench_function(name, |b| {
            b.iter_batched_ref(
                || ready.clone(),
                |tracker| {
                    for event in events {
                        black_box(tracker.apply(event));
                    }
                },
                BatchSize::LargeInput,
            );
        });
    };
    apply_all("race", &events, &RaceTracker::new());

    let mut ready = RaceTracker::new();
    for event in &events {
        ready.apply(event);
    }
    let only = |wanted: fn(&&Event) -> bool| events.iter().filter(wanted).cloned().collect::<Vec<_>>();
    apply_all("car_update", &only(|event| matches!(event, Event::CarUpdate(_))), &ready);
    apply_all("lap_completed", &only(|event| matches!(event, Event::LapCompleted(_))), &ready);

    // With a clock, ten reports per second: each CAR_UPDATE leaves its place in a trail.
    let updates = only(|event| matches!(event, Event::CarUpdate(_)));
    let reports: Vec<_> = (0..).step_by(100).map(Duration::from_millis).zip(updates.chunks(24)).collect();
    let follow = |tracker: &mut RaceTracker, start: Duration| {
        for (time, report) in &reports {
            for update in *report {
                tracker.advance_to(start + *time);
                black_box(tracker.apply(update));
            }
        }
    };
    let mut followed = ready.clone();
    for turn in 0..3 {
        follow(&mut followed, Duration::from_secs(100 * turn));
    }
    group.throughput(Throughput::Elements(updates.len() as u64));
    let warm = Duration::from_secs(300);
    group.bench_function("car_update with a clock", |b| {
        b.iter_batched_ref(|| followed.clone(), |tracker| follow(tracker, warm), BatchSize::LargeInput);
    });

    group.throughput(Throughput::Elements(1));
    group.bench_function("live", |b| b.iter(|| black_box(followed.live())));
    group.bench_function("standings", |b| b.iter(|| black_box(ready.standings())));
    group.finish();
}

criterion_group!(benches, tracker_costs);
criterion_main!(benches);
