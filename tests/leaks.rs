//! Nothing is left of clients and relays that were dropped under traffic. In a process of its own, where
//! nobody else opens files or starts threads. `DROPPED_CLIENTS=10000 DROPPED_RELAYS=3000` is the long run.
#![cfg(target_os = "linux")]

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{env, fs};

use acudpclient::{AcUdpClient, CommandSender};
use support::traffic::{Round, Traffic, assert_quick, client};
use support::{Server, chat, eventually, expect_event, own_ip};

fn rounds(variable: &str, usual: usize) -> usize {
    env::var(variable).map_or(usual, |rounds| rounds.parse().unwrap())
}

/// File descriptors and threads of this process.
fn held() -> [usize; 2] {
    ["/proc/self/fd", "/proc/self/task"].map(|folder| fs::read_dir(folder).unwrap().count())
}

/// What changes from round to round, for threads that live through all of them.
#[derive(Clone, Default)]
struct Current(Arc<Mutex<Option<(SocketAddr, CommandSender)>>>);

impl Current {
    fn set(&self, client: &AcUdpClient) {
        *self.0.lock().unwrap() = Some((client.local_addr(), client.commands()));
    }

    fn get(&self) -> Option<(SocketAddr, CommandSender)> {
        self.0.lock().unwrap().clone()
    }

    /// The server streams to it, and another thread sends through it.
    fn traffic(&self, socket: UdpSocket) -> [Traffic; 2] {
        let line = chat("hello").encode().unwrap();
        let (streamed, commanded) = (self.clone(), self.clone());
        let pause = Duration::from_micros(200);
        let stream = Traffic::every(pause, move || {
            if let Some((address, _)) = streamed.get() {
                let _ = socket.send_to(&line, address);
            }
        });
        let commands = Traffic::every(pause, move || {
            if let Some((_, commands)) = commanded.get() {
                let _ = commands.next_session();
            }
        });
        [stream, commands]
    }
}

fn clients(ip: IpAddr, server: &Server, current: &Current, rounds: usize) {
    assert_quick(rounds, |number| {
        let mut client = client(ip, server.local_addr(), number % 2 == 0);
        current.set(&client);
        expect_event(&mut client);
        Round { addresses: vec![client.local_addr()], dropped: client, traffic: () }
    });
}

#[cfg(feature = "relay")]
fn relays(ip: IpAddr, server: &Server, current: &Current, rounds: usize) {
    use acudpclient::relay::{Permissions, Plugin, Relay};

    let plugins = [(), ()].map(|()| Server::start());
    assert_quick(rounds, |_| {
        let mut relay = Relay::builder(client(ip, server.local_addr(), true));
        for (name, plugin) in ["a", "b"].iter().zip(&plugins) {
            let plugin = Plugin::new(*name, (ip, 0).into(), plugin.local_addr());
            relay = relay.plugin(plugin.permissions(Permissions::all()));
        }
        let relay = relay.start().unwrap();
        current.set(relay.client());
        let mut addresses = vec![relay.client().local_addr()];
        for (stats, plugin) in relay.plugins().iter().zip(&plugins) {
            plugin.socket.send_to(&[207], stats.local_addr).unwrap();
            // What an earlier relay has sent may still be there.
            while plugin.receive_bytes().1 != stats.local_addr {}
            addresses.push(stats.local_addr);
        }
        Round { dropped: relay, addresses, traffic: () }
    });
}

#[test]
fn nothing_is_left_of_what_was_dropped_under_traffic() {
    let (ip, server, current) = (own_ip(), Server::start(), Current::default());
    let _traffic = current.traffic(server.socket.try_clone().unwrap());
    let before = held();
    let nothing_is_left = |of: &str| {
        // A thread that has been joined is listed for a moment longer.
        eventually(&format!("nothing is left of {of}"), || held() == before);
    };
    clients(ip, &server, &current, rounds("DROPPED_CLIENTS", 300));
    nothing_is_left("the clients");
    #[cfg(feature = "relay")]
    {
        relays(ip, &server, &current, rounds("DROPPED_RELAYS", 100));
        nothing_is_left("the relays");
    }
}
