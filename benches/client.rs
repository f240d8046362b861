//! What the client costs beside a bare socket in the same run, alone and by the hundred:
//!
//! ```sh
//! ulimit -n 4096 # 1,000 clients have as many sockets
//! cargo bench --bench client
//! ```

#![allow(missing_docs)] // criterion's macro makes a public function

mod common;

use std::hint::black_box;
use std::time::Instant;

use acudpclient::protocol::{CarId, Command};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use common::loopback::{Counter, Server};
#[cfg(unix)]
use {
    acudpclient::AcUdpClient,
    common::fleet::{Fleet, Plugin},
    common::race::CARS,
    std::net::UdpSocket,
};

fn receiving(c: &mut Criterion) {
    let server = Server::start();
    let mut group = c.benchmark_group("receive");
    group.throughput(Throughput::Elements(1));
    let socket = server.bare();
    let address = socket.local_addr().expect("an address");
    let mut buffer = vec![0; 65_535];
    group.bench_function("bare", |b| {
        b.iter_custom(|datagrams| {
            server.time_receiving(address, datagrams, &mut || {
                black_box(socket.recv(&mut buffer).expect("a datagram"));
            })
        });
    });
    group.bench_function("bare, recv_from", |b| {
        b.iter_custom(|datagrams| {
            server.time_receiving(address, datagrams, &mut || {
                black_box(socket.recv_from(&mut buffer).expect("a datagram"));
            })
        });
    });
    for subscribers in [0, 1, 4] {
        let mut client = server.client();
        for _ in 0..subscribers {
            client.subscribe(Counter::default());
        }
        let address = client.local_addr();
        group.bench_function(format!("next_event, {subscribers} subscribers"), |b| {
            b.iter_custom(|datagrams| {
                server.time_receiving(address, datagrams, &mut || {
                    black_box(&client.next_event().expect("no error").expect("an event"));
                })
            });
        });
    }
    let mut client = server.client();
    group.bench_function("bare, nothing waits", |b| b.iter(|| socket.recv(&mut buffer).is_err()));
    group.bench_function("next_event, nothing waits", |b| b.iter(|| client.next_event()));
    group.bench_function("a look at the clock", |b| b.iter(Instant::now));
    group.finish();
}

fn sending(c: &mut Criterion) {
    let server = Server::start();
    let mut group = c.benchmark_group("send");
    group.throughput(Throughput::Elements(1));
    let command = Command::GetCarInfo { car_id: CarId(7) };
    let datagram = command.encode().expect("a packet");
    let socket = server.bare();
    let client = server.client();
    let sender = client.commands();
    let mut measure = |name: &str, send: &dyn Fn()| {
        group.bench_function(name, |b| {
            b.iter_custom(|datagrams| server.time_sending(datagrams, send));
        });
    };
    measure("bare", &|| {
        socket.send(black_box(&datagram)).expect("it is sent");
    });
    measure("client", &|| client.send(black_box(&command)).expect("it is sent"));
    measure("sender", &|| sender.send(black_box(&command)).expect("it is sent"));
    group.finish();
}

#[cfg(not(unix))]
fn fleets(_: &mut Criterion) {}

#[cfg(unix)]
fn fleets(c: &mut Criterion) {
    fleets_of::<UdpSocket>(c, "bare sockets");
    fleets_of::<AcUdpClient>(c, "clients");
}

/// What a plugin's event costs among so many, and what one costs if so many cars' come together.
#[cfg(unix)]
fn fleets_of<P: Plugin>(c: &mut Criterion, name: &str) {
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Elements(CARS.into()));
    for size in [1, 16, 256, 1000] {
        let mut fleet = Fleet::<P>::new(size, CARS.into());
        group.bench_function(format!("{size} in turn"), |b| {
            b.iter_custom(|steps| (0..steps).map(|_| fleet.in_turn()).sum());
        });
        // The poller has not been asked while they were looked at in turn.
        fleet.forget_what_is_ready();
        group.bench_function(format!("{size} by readiness"), |b| {
            b.iter_custom(|steps| (0..steps).map(|_| fleet.by_readiness()).sum());
        });
    }
    for cars in [1, 8, 24, 60] {
        let mut fleet = Fleet::<P>::new(16, cars);
        group.throughput(Throughput::Elements(cars));
        group.bench_function(format!("16 by readiness, {cars} cars"), |b| {
            b.iter_custom(|steps| (0..steps).map(|_| fleet.by_readiness()).sum());
        });
    }
    group.finish();
}

criterion_group!(benches, receiving, sending, fleets);
criterion_main!(benches);
