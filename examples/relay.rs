//! Several plugins on one server: the relay is the server's plugin, and this program is one of the relay's plugins.
//!
//! ```sh
//! cargo run --features relay,sim --example relay
//! cargo run --features relay --example relay -- 127.0.0.1:12000 127.0.0.1:11000
//! ```

mod common;

use std::time::Duration;

use acudpclient::relay::{Permissions, Plugin, Relay};
use acudpclient::{AcUdpClient, Error};

fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let client = AcUdpClient::bind(local, server)?;
    let at = |port| ([127, 0, 0, 1], port).into();
    let mut relay = Relay::builder(client)
        // A plugin that listens on 12001 and sends its commands to 11001.
        .plugin(Plugin::new("statistics", at(common::port(11_001)), at(12_001)))
        // A plugin may ask. This one may also write in the chat.
        .plugin(Plugin::new("bot", at(common::port(11_002)), at(12_002)).permissions(Permissions::chat()))
        .start()?;
    // This program is a plugin too.
    if let Err(error) = relay.commands().request_session_info(None) {
        eprintln!("{error}");
    }
    loop {
        match relay.wait_event(Duration::from_secs(1)) {
            Ok(Some(event)) => println!("{event}"),
            Ok(None) => {}
            Err(error) => eprintln!("{}", error.recoverable()?),
        }
    }
}
