//! A handler that remembers the drivers' names and the fastest lap:
//!
//! ```sh
//! cargo run --example subscriber -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

#[path = "common/exit.rs"]
mod exit;
#[path = "common/outage.rs"]
mod outage;

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;

use acudpclient::protocol::{CarId, Event, LapCompleted, LapTime, NewConnection, NewSession};
use acudpclient::{AcUdpClient, Subscriber};
use clap::Parser;

use outage::{Notice, Outage};

/// Print every event of an Assetto Corsa server, and the fastest lap when it is beaten.
#[derive(Parser)]
struct Args {
    /// Where the server sends: UDP_PLUGIN_ADDRESS in its server_cfg.ini, such as 127.0.0.1:12000
    local: String,
    /// Where the server listens: its address and UDP_PLUGIN_LOCAL_PORT, such as 127.0.0.1:11000
    server: String,
}

#[derive(Default)]
struct FastestLap {
    events: u64,
    names: HashMap<CarId, String>,
    fastest: Option<LapTime>,
}

impl Subscriber for FastestLap {
    fn on_event(&mut self, event: &Event) {
        self.events += 1;
        println!("{:4} {event}", self.events);
    }

    fn on_new_session(&mut self, _session: &NewSession) {
        self.fastest = None;
    }

    fn on_new_connection(&mut self, connection: &NewConnection) {
        self.names.insert(connection.car_id, connection.driver_name.clone());
    }

    fn on_lap_completed(&mut self, lap: &LapCompleted) {
        let valid = lap.cuts == 0 && lap.lap_time.is_set();
        if valid && self.fastest.is_none_or(|fastest| lap.lap_time < fastest) {
            self.fastest = Some(lap.lap_time);
            // {:?} escapes what a player may have hidden in the name.
            println!("     Fastest lap: {} by {:?}", lap.lap_time, self.names.get(&lap.car_id));
        }
    }
}

fn main() -> ExitCode {
    env_logger::init();
    exit::code(run(&Args::parse()))
}

fn run(args: &Args) -> anyhow::Result<()> {
    let mut client = AcUdpClient::bind(&args.local, &args.server)?;
    client.subscribe(FastestLap::default());
    eprintln!("listening on {} to the server {}", client.local_addr(), client.server_addr());
    let mut outage = Outage::new();
    let tell = |notice: &Notice| eprintln!("{notice}");
    // A server tells nothing twice, so ask what is going on. If no server is there, this makes the system
    // say so.
    outage.check(&client, client.request_session_info(None), tell)?;
    loop {
        // The subscriber sees what is received.
        let received = client.wait_event(Duration::from_secs(1));
        outage.check(&client, received, tell)?;
    }
}
