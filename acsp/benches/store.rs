//! What storing a thousand laps costs:
//!
//! ```sh
//! cargo bench -p acsp --bench store
//! ```

use std::fs;
use std::time::{Duration, SystemTime};

use acsp::store::{Reader, RecordFilter, Report, Settings, Store};
use acudpclient::RaceTracker;
use acudpclient::protocol::{CarId, Event, LapCompleted, LapTime, NewConnection, SessionInfo, SessionType};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const CARS: u8 = 24;

/// Laps per round, of which each is told before the next round begins.
const LAPS: usize = 1000;

/// Drivers who lap all the time.
struct Race {
    tracker: RaceTracker,
    store: Store,
    laps: u32,
    now: SystemTime,
}

impl Race {
    fn start(store: Store) -> Self {
        let mut race = Self { tracker: RaceTracker::new(), store, laps: 0, now: SystemTime::now() };
        race.hear(&Event::NewSession(SessionInfo {
            server_name: "A server".to_owned(),
            track: "monza".to_owned(),
            session_type: SessionType::Practice,
            time: u16::MAX,
            ..SessionInfo::default()
        }));
        for car in 0..CARS {
            race.hear(&Event::NewConnection(NewConnection {
                car_id: CarId(car),
                driver_name: format!("Driver {car}"),
                driver_guid: format!("765611980000000{car:02}"),
                car_model: format!("car_{}", car % 4),
                ..NewConnection::default()
            }));
        }
        race
    }

    fn hear(&mut self, event: &Event) {
        let changes = self.tracker.apply(event);
        self.store.apply(&self.tracker, &changes, self.now);
    }

    fn lap(&mut self) {
        self.laps += 1;
        self.now += Duration::from_millis(100);
        self.hear(&Event::LapCompleted(LapCompleted {
            car_id: CarId((self.laps % u32::from(CARS)) as u8),
            lap_time: LapTime(90_000 + self.laps.wrapping_mul(7919) % 10_000),
            cuts: u8::from(self.laps % 10 == 0),
            ..LapCompleted::default()
        }));
    }

    /// Drives so many laps and waits until all are in the file.
    fn round(&mut self) {
        (0..LAPS).for_each(|_| self.lap());
        let mut stored = 0;
        while stored < LAPS {
            stored += self.store.reports().filter(|report| matches!(report, Report::Stored(_))).count();
            std::thread::yield_now();
        }
    }
}

fn store_costs(c: &mut Criterion) {
    let folder = std::env::temp_dir().join(format!("acsp-bench-{}", std::process::id()));
    let path = folder.join("laps.db");
    let server = ([127, 0, 0, 1], 11_000).into();
    let store = Store::start(Settings { path: path.clone(), server, speed: 1.0, webhook: None }).unwrap();
    let mut race = Race::start(store);
    let mut group = c.benchmark_group("store");
    group.sample_size(20).throughput(Throughput::Elements(LAPS as u64));
    group.bench_function("laps", |b| b.iter(|| race.round()));

    let reader = Reader::open(&path).unwrap();
    println!("{} laps are in the file", reader.count_laps().unwrap());
    group.throughput(Throughput::Elements(1));
    group.bench_function("records", |b| b.iter(|| reader.records(&RecordFilter::default()).unwrap()));
    group.finish();
    assert_eq!(race.store.close().1, 0);
    fs::remove_dir_all(&folder).unwrap();
}

criterion_group!(benches, store_costs);
criterion_main!(benches);
