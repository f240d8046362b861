//! What decoding and encoding cost. Each decoder stands beside its floor, which reads the same bytes by
//! hand and checks their length alone ([`common::floor`]):
//!
//! ```sh
//! cargo bench --bench codec
//! ```
//!
//! The throughput is in bytes for single packets, of which one is read per iteration, and in packets for
//! the mixes: a race, and the recording of a real server, if it is in `../shared`.

#![allow(missing_docs)] // criterion's macro makes a public function

mod common;

use std::hint::black_box;

use acudpclient::protocol::{Command, DecodeError, EncodeError, Event};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

use common::floor::{self, Floor};
use common::{packets, race};

/// An event or a command.
struct Packet<P> {
    name: &'static str,
    value: P,
    by_hand: Floor<P>,
    decode: fn(&[u8]) -> Result<P, DecodeError>,
    encode_into: fn(&P, &mut Vec<u8>) -> Result<(), EncodeError>,
}

impl<P: PartialEq> Packet<P> {
    fn measure(&self, c: &mut Criterion) {
        let Self { name, ref value, by_hand, decode, encode_into } = *self;
        let mut bytes = Vec::new();
        encode_into(value, &mut bytes).expect("a packet");
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        // No floor reads what is not ASCII.
        if by_hand(&bytes).as_ref() == Some(value) {
            group.bench_function("floor", |b| {
                b.iter(|| {
                    black_box(&by_hand(black_box(&bytes)));
                });
            });
        }
        group.bench_function("decode", |b| {
            b.iter(|| {
                black_box(&decode(black_box(&bytes)));
            });
        });
        group.bench_function("encode", |b| {
            b.iter(|| {
                bytes.clear();
                encode_into(black_box(value), &mut bytes)
            });
        });
        group.finish();
    }
}

fn packets(c: &mut Criterion) {
    for (name, value) in packets::events() {
        let by_hand = floor::event(value.packet_id());
        let (decode, encode_into) = (Event::decode, Event::encode_into);
        Packet { name, value, by_hand, decode, encode_into }.measure(c);
    }
    for (name, value) in packets::commands() {
        let by_hand = floor::command(value.packet_id());
        let (decode, encode_into) = (Command::decode, Command::encode_into);
        Packet { name, value, by_hand, decode, encode_into }.measure(c);
    }
}

fn mixes(c: &mut Criterion) {
    let race = race::race().iter().map(|event| event.encode().expect("a packet")).collect();
    for (name, datagrams) in [("race", Some(race)), ("recorded", common::recorded())] {
        let Some(datagrams): Option<Vec<Vec<u8>>> = datagrams else { continue };
        let events: Vec<_> =
            datagrams.iter().map(|datagram| Event::decode(datagram).expect("an event")).collect();
        let mut group = c.benchmark_group(name);
        group.throughput(Throughput::Elements(datagrams.len() as u64));
        group.bench_function("floor", |b| {
            b.iter(|| {
                for datagram in &datagrams {
                    black_box(&floor::event(datagram[0])(datagram));
                }
            });
        });
        group.bench_function("decode", |b| {
            b.iter(|| {
                for datagram in &datagrams {
                    black_box(&Event::decode(datagram));
                }
            });
        });
        let mut buffer = Vec::new();
        group.bench_function("encode", |b| {
            b.iter(|| {
                for event in &events {
                    buffer.clear();
                    let _ = black_box(event.encode_into(&mut buffer));
                }
            });
        });
        group.finish();
    }
}

criterion_group!(benches, packets, mixes);
criterion_main!(benches);
