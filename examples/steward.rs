//! A steward: warns a driver who hits another car, and kicks at the third contact. Its rules are tested without a server:
//!
//! ```sh
//! cargo run --features sim --example steward
//! cargo run --example steward -- 127.0.0.1:12000 127.0.0.1:11000
//! cargo test --example steward
//! ```

mod common;

use std::collections::HashMap;
use std::time::Duration;

use acudpclient::protocol::CarId;
use acudpclient::{AcUdpClient, Command, Error, Event};

const HARD_KMH: f32 = 20.0;
const MOST_CONTACTS: u32 = 3;

#[derive(Default)]
struct Steward {
    contacts: HashMap<CarId, u32>,
}

impl Steward {
    /// Decides about an event. Both cars report a contact, so each report counts for its own car.
    fn judge(&mut self, event: &Event) -> Option<Command> {
        match event {
            Event::NewConnection(connection) => {
                self.contacts.remove(&connection.car_id); // a new driver starts at 0
                None
            }
            Event::ClientEvent(hit) if hit.other_car_id.is_some() && hit.impact_speed >= HARD_KMH => {
                let car_id = hit.car_id;
                let count = self.contacts.entry(car_id).or_default();
                *count += 1;
                let warning = format!("Contact {count} of {MOST_CONTACTS}, take care!");
                Some(match *count {
                    MOST_CONTACTS.. => Command::KickUser { car_id },
                    _ => Command::SendChat { car_id, message: warning },
                })
            }
            _ => None,
        }
    }
}

fn main() -> Result<(), Error> {
    let (local, server) = common::addresses();
    let mut client = AcUdpClient::bind(local, server)?;
    let mut steward = Steward::default();
    eprintln!("watching for contacts of two cars at {HARD_KMH} km/h or more");
    // With a request, the system reports a missing server.
    if let Err(error) = client.request_session_info(None) {
        eprintln!("{error}");
    }
    loop {
        match client.wait_event(Duration::from_secs(1)) {
            Ok(Some(event)) => {
                if let Some(command) = steward.judge(&event) {
                    println!("{command}");
                    client.send(&command).unwrap_or_else(|error| eprintln!("{error}"));
                }
            }
            Ok(None) => {}
            Err(error) => eprintln!("{}", error.recoverable()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use acudpclient::protocol::ClientEvent;

    fn hit(other_car_id: Option<CarId>, impact_speed: f32) -> Event {
        ClientEvent { car_id: CarId(3), other_car_id, impact_speed, ..ClientEvent::default() }.into()
    }

    #[test]
    fn the_third_hard_contact_is_the_last() {
        let mut steward = Steward::default();
        for _ in 1..MOST_CONTACTS {
            let judged = steward.judge(&hit(Some(CarId(4)), 35.0));
            assert!(matches!(judged, Some(Command::SendChat { car_id: CarId(3), .. })), "{judged:?}");
        }
        assert_eq!(steward.judge(&hit(None, 90.0)), None, "a wall");
        assert_eq!(steward.judge(&hit(Some(CarId(4)), 5.0)), None, "a touch");
        let judged = steward.judge(&hit(Some(CarId(4)), 35.0));
        assert_eq!(judged, Some(Command::KickUser { car_id: CarId(3) }));
    }
}
