//! The simulated server: its world alone, and behind its socket against the real client.

mod acsm;
mod assetto_server;
mod commands;
mod kinds;
mod laps;
mod overload;
mod sequence;
mod server;
mod trouble;
mod values;

use std::time::Duration;

use acudpclient::AcUdpClient;
use acudpclient::protocol::{Command, Event};
use acudpclient::sim::{SimBuilder, SimServer, World};
use support::expect_event;

/// All events of a whole weekend, with their simulated times in milliseconds.
fn weekend(builder: SimBuilder) -> Vec<(u64, Event)> {
    builder.world().unwrap().map(|(time, event)| (time.as_millis() as u64, event)).collect()
}

/// What a world tells until then.
fn events_until(world: &mut World, until: Duration) -> Vec<Event> {
    std::iter::from_fn(|| world.poll(until)).map(|(_, event)| event).collect()
}

/// What a command is answered with, at once.
fn answers(world: &mut World, command: &Command) -> Vec<Event> {
    let now = world.time();
    events_until(world, now);
    world.command(now, command);
    events_until(world, now)
}

/// A server and a client that it knows.
fn start(builder: SimBuilder) -> (SimServer, AcUdpClient) {
    let server = builder.start().unwrap();
    let client = AcUdpClient::bind("127.0.0.1:0", server.local_addr()).unwrap();
    server.set_plugin_addr(client.local_addr());
    (server, client)
}

/// A practice with five cars, all of which are on the track.
fn on_track() -> SimBuilder {
    SimServer::builder().cars(5).comings_and_goings(false).late_start(Duration::from_secs(60))
}

/// The first event that is wanted; the others are gone.
fn wait_for<T>(client: &mut AcUdpClient, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
    loop {
        if let Some(found) = wanted(&expect_event(client)) {
            return found;
        }
    }
}
