//! A bot: a subscriber that acts. It greets drivers and answers `!ping`.
//!
//! ```sh
//! cargo run --features sim --example bot
//! cargo run --example bot -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::collections::HashMap;
use std::time::Duration;

use acudpclient::protocol::{CarId, CarInfo, Chat, ClientLoaded, NewConnection};
use acudpclient::{AcUdpClient, CommandSender, Error, Subscriber};

struct Bot {
    /// Sends from the client's own socket, without a reference to the client.
    commands: CommandSender,
    names: HashMap<CarId, String>,
}

impl Bot {
    fn say(&self, car_id: CarId, message: &str) {
        match self.commands.send_chat(car_id, message) {
            Ok(()) => println!("to car {car_id}: {message:?}"),
            Err(error) => eprintln!("{error}"),
        }
    }

    fn greet(&self, car_id: CarId, name: &str) {
        // Chat carries 255 characters, and a name alone may have that many.
        let name: String = name.chars().take(30).collect();
        self.say(car_id, &format!("Welcome, {name}!"));
    }
}

impl Subscriber for Bot {
    fn on_new_connection(&mut self, connection: &NewConnection) {
        self.names.insert(connection.car_id, connection.driver_name.clone());
    }

    fn on_connection_closed(&mut self, connection: &NewConnection) {
        self.names.remove(&connection.car_id);
    }

    fn on_client_loaded(&mut self, loaded: &ClientLoaded) {
        match self.names.get(&loaded.car_id) {
            Some(name) => self.greet(loaded.car_id, name),
            // The driver connected before the bot started: ask for the name, and greet on the answer.
            None => {
                if let Err(error) = self.commands.request_car_info(loaded.car_id) {
                    eprintln!("{error}");
                }
            }
        }
    }

    fn on_car_info(&mut self, info: &CarInfo) {
        let is_known = self.names.insert(info.car_id, info.driver_name.clone()).is_some();
        if info.is_connected && !is_known {
            self.greet(info.car_id, &info.driver_name);
        }
    }

    fn on_chat(&mut self, chat: &Chat) {
        if chat.message.trim().eq_ignore_ascii_case("!ping") && !chat.car_id.is_server() {
            self.say(chat.car_id, "pong");
        }
    }
}

fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    client.subscribe(Bot { commands: client.commands(), names: HashMap::new() });
    // With a request, the system reports a missing server.
    if let Err(error) = client.request_session_info(None) {
        eprintln!("{error}");
    }
    loop {
        // The bot sees the event before this returns.
        match client.wait_event(Duration::from_secs(1)) {
            Ok(_) => {}
            Err(error) => eprintln!("{}", error.recoverable()?),
        }
    }
}
