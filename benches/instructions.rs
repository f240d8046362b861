//! How many instructions the hot paths take, as counted by valgrind: unlike times they are the same on a
//! busy machine. The kernel's are not counted, so what receiving and sending take is the client's own.
//!
//! ```sh
//! cargo install gungraun-runner --version 0.18.2 --locked
//! cargo bench --bench instructions
//! ```

#![allow(missing_docs)] // gungraun's macros make public functions

mod common;

use std::hint::black_box;
use std::net::UdpSocket;

use acudpclient::protocol::{CarId, Command, DecodeError, EncodeError, Event};
use acudpclient::{AcUdpClient, Error};
use gungraun::{library_benchmark, library_benchmark_group, main};

use common::floor::{self, Floor};
use common::loopback::{Counter, Server};
use common::packets;

fn event(name: &str) -> Event {
    packets::events().into_iter().find(|(other, _)| *other == name).expect("a packet of this name").1
}

/// Its bytes, and how they are read by hand.
fn bytes(name: &str) -> (&'static [u8], Floor<Event>) {
    let event = event(name);
    // A first decoding makes the allocator ready.
    let bytes = event.encode().expect("a packet").leak();
    let _ = black_box(Event::decode(bytes));
    (bytes, floor::event(event.packet_id()))
}

#[library_benchmark(setup = bytes)]
#[bench::car_update("CAR_UPDATE")]
#[bench::client_event("CLIENT_EVENT, car")]
#[bench::version("VERSION")]
#[bench::chat("CHAT")]
#[bench::end_session("END_SESSION")]
#[bench::new_connection("NEW_CONNECTION")]
#[bench::new_connection_cyrillic("NEW_CONNECTION, Cyrillic")]
#[bench::car_info("CAR_INFO")]
#[bench::session_info("SESSION_INFO")]
#[bench::lap_completed("LAP_COMPLETED, 24 cars")]
fn decode((bytes, _): (&[u8], Floor<Event>)) -> Result<Event, DecodeError> {
    Event::decode(black_box(bytes))
}

#[library_benchmark(setup = bytes)]
#[bench::car_update("CAR_UPDATE")]
#[bench::client_event("CLIENT_EVENT, car")]
#[bench::version("VERSION")]
#[bench::chat("CHAT")]
#[bench::end_session("END_SESSION")]
#[bench::new_connection("NEW_CONNECTION")]
#[bench::car_info("CAR_INFO")]
#[bench::session_info("SESSION_INFO")]
#[bench::lap_completed("LAP_COMPLETED, 24 cars")]
fn decode_by_hand((bytes, by_hand): (&[u8], Floor<Event>)) -> Option<Event> {
    by_hand(black_box(bytes))
}

fn event_and_buffer(name: &str) -> (&'static Event, Vec<u8>) {
    (Box::leak(Box::new(event(name))), Vec::with_capacity(2048))
}

#[library_benchmark(setup = event_and_buffer)]
#[bench::car_update("CAR_UPDATE")]
#[bench::chat("CHAT")]
#[bench::new_connection("NEW_CONNECTION")]
#[bench::session_info("SESSION_INFO")]
#[bench::lap_completed("LAP_COMPLETED, 24 cars")]
fn encode((event, mut buffer): (&Event, Vec<u8>)) -> (Vec<u8>, Result<(), EncodeError>) {
    let result = black_box(event).encode_into(&mut buffer);
    (buffer, result)
}

/// What waits on it is the second datagram.
fn socket() -> (UdpSocket, Vec<u8>) {
    let server = Server::start();
    let (socket, mut buffer) = (server.bare(), vec![0; 65_535]);
    server.send_telemetry(socket.local_addr().expect("an address"), 2);
    socket.recv(&mut buffer).expect("a datagram");
    (socket, buffer)
}

#[library_benchmark(setup = socket)]
#[bench::car_update()]
fn recv((socket, mut buffer): (UdpSocket, Vec<u8>)) -> (UdpSocket, Vec<u8>, usize) {
    let length = socket.recv(black_box(&mut buffer)).expect("a datagram");
    (socket, buffer, length)
}

/// What waits on it is the third datagram, so that the clock has been looked at.
fn client(subscribers: u64) -> Box<AcUdpClient> {
    let server = Server::start();
    let mut client = server.client();
    for _ in 0..subscribers {
        client.subscribe(Counter::default());
    }
    server.send_telemetry(client.local_addr(), 3);
    for _ in 0..2 {
        client.next_event().expect("no error").expect("an event");
    }
    // The first command gets the thread a buffer.
    client.next_session().expect("it is sent");
    // It moves less than the client would.
    Box::new(client)
}

#[library_benchmark(setup = client)]
#[bench::no_subscriber(0)]
#[bench::subscribers_1(1)]
#[bench::subscribers_4(4)]
fn next_event(mut client: Box<AcUdpClient>) -> Result<Option<Event>, Error> {
    let event = client.next_event();
    std::mem::forget(client);
    event
}

#[library_benchmark(setup = client)]
#[bench::get_car_info(0)]
fn send(client: Box<AcUdpClient>) -> (Box<AcUdpClient>, Result<(), Error>) {
    let result = client.send(black_box(&Command::GetCarInfo { car_id: CarId(7) }));
    (client, result)
}

library_benchmark_group!(name = codec; benchmarks = decode, decode_by_hand, encode);
library_benchmark_group!(name = sockets; benchmarks = recv, next_event, send);
main!(library_benchmark_groups = codec, sockets);
