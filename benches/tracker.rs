//! What an event costs the tracker, with 24 cars:
//!
//! ```sh
//! cargo bench --bench tracker
//! ```

#![allow(missing_docs)] // criterion's macro makes a public function

mod common;

use std::hint::black_box;

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

    group.throughput(Throughput::Elements(1));
    group.bench_function("standings", |b| b.iter(|| black_box(ready.standings())));
    group.finish();
}

criterion_group!(benches, tracker_costs);
criterion_main!(benches);
