//! Greets drivers and answers `!ping`:
//!
//! ```sh
//! cargo run --example welcome_bot -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

#[path = "common/exit.rs"]
mod exit;
#[path = "common/outage.rs"]
mod outage;

use std::collections::HashMap;
use std::process::ExitCode;
use std::time::Duration;

use acudpclient::protocol::{CarId, CarInfo, Chat, ClientLoaded, NewConnection};
use acudpclient::{AcUdpClient, CommandSender, Subscriber};
use clap::Parser;

use outage::{Notice, Outage};

/// Greet the drivers of an Assetto Corsa server in the chat, and answer !ping.
#[derive(Parser)]
struct Args {
    /// Where the server sends: UDP_PLUGIN_ADDRESS in its server_cfg.ini, such as 127.0.0.1:12000
    local: String,
    /// Where the server listens: its address and UDP_PLUGIN_LOCAL_PORT, such as 127.0.0.1:11000
    server: String,
    /// What to say; {name} is the driver
    #[arg(long, default_value = "Welcome, {name}!")]
    greeting: String,
}

struct WelcomeBot {
    commands: CommandSender,
    greeting: String,
    names: HashMap<CarId, String>,
}

impl WelcomeBot {
    fn say(&self, car_id: CarId, message: &str) {
        match self.commands.send_chat(car_id, message) {
            Ok(()) => println!("to car {car_id}: {message:?}"),
            Err(error) => eprintln!("{error}"),
        }
    }

    fn greet(&self, car_id: CarId, name: &str) {
        // Chat carries 255 characters, and a name alone may have that many.
        let name: String = name.chars().take(30).collect();
        self.say(car_id, &self.greeting.replace("{name}", &name));
    }
}

impl Subscriber for WelcomeBot {
    fn on_new_connection(&mut self, connection: &NewConnection) {
        self.names.insert(connection.car_id, connection.driver_name.clone());
    }

    fn on_connection_closed(&mut self, connection: &NewConnection) {
        self.names.remove(&connection.car_id);
    }

    fn on_client_loaded(&mut self, loaded: &ClientLoaded) {
        match self.names.get(&loaded.car_id) {
            Some(name) => self.greet(loaded.car_id, name),
            // Connected before the bot started: ask who it is, and greet on the answer.
            None => {
                if let Err(error) = self.commands.request_car_info(loaded.car_id) {
                    eprintln!("{error}");
                }
            }
        }
    }

    fn on_car_info(&mut self, info: &CarInfo) {
        let known = self.names.insert(info.car_id, info.driver_name.clone()).is_some();
        if info.is_connected && !known {
            self.greet(info.car_id, &info.driver_name);
        }
    }

    fn on_chat(&mut self, chat: &Chat) {
        if chat.message.trim().eq_ignore_ascii_case("!ping") && !chat.car_id.is_server() {
            self.say(chat.car_id, "pong");
        }
    }
}

fn main() -> ExitCode {
    env_logger::init();
    exit::code(run(Args::parse()))
}

fn run(args: Args) -> anyhow::Result<()> {
    let mut client = AcUdpClient::bind(&args.local, &args.server)?;
    client.subscribe(WelcomeBot {
        commands: client.commands(),
        greeting: args.greeting,
        names: HashMap::new(),
    });
    eprintln!("listening on {} to the server {}", client.local_addr(), client.server_addr());
    let mut outage = Outage::new();
    let tell = |notice: &Notice| eprintln!("{notice}");
    // A server tells nothing twice, so ask what is going on. If no server is there, this makes the system
    // say so.
    outage.check(&client, client.request_session_info(None), tell)?;
    loop {
        // The bot sees what is received.
        let received = client.wait_event(Duration::from_secs(1));
        outage.check(&client, received, tell)?;
    }
}
