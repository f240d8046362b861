//! Dropping a client or a relay is quick whatever the traffic, and the ports are free then.

use std::sync::mpsc;
use std::time::Duration;

use support::traffic::{Round, Traffic, assert_quick, client};
use support::{Server, expect_event, own_ip};

#[test]
fn a_client_beside_a_thread_that_chats() {
    let (ip, server) = (own_ip(), Server::start());
    let address = server.local_addr();
    let _answers = Traffic::answers(server.socket);
    assert_quick(30, |_| {
        let mut client = client(ip, address, true);
        let commands = client.commands();
        commands.broadcast_chat("the first line").unwrap();
        // It may send while the client is dropped, and after that.
        let traffic = Traffic::every(Duration::from_millis(400), move || {
            let _ = commands.broadcast_chat("hello");
        });
        expect_event(&mut client);
        Round { addresses: vec![client.local_addr()], dropped: client, traffic }
    });
}

#[test]
fn a_client_under_a_stream() {
    let (ip, server) = (own_ip(), Server::start());
    assert_quick(100, |number| {
        let mut client = client(ip, server.local_addr(), true);
        let per_second = if number % 2 == 0 { 500 } else { 10_000 };
        let traffic = Traffic::stream(server.socket.try_clone().unwrap(), client.local_addr(), per_second);
        expect_event(&mut client);
        Round { addresses: vec![client.local_addr()], dropped: client, traffic }
    });
}

fn a_client_in_the_midst_of_a_send(in_background: bool) {
    let (ip, server) = (own_ip(), Server::start());
    assert_quick(400, |_| {
        let client = client(ip, server.local_addr(), in_background);
        let commands = client.commands();
        let (tell, told) = mpsc::channel::<()>();
        let mut tell = Some(tell);
        let traffic = Traffic::every(Duration::ZERO, move || {
            let _ = commands.next_session();
            tell.take();
        });
        // Until the first one has been sent.
        told.recv().unwrap_err();
        Round { addresses: vec![client.local_addr()], dropped: client, traffic }
    });
}

#[test]
fn a_client_in_the_midst_of_a_send_of_another_thread() {
    a_client_in_the_midst_of_a_send(false);
}

#[test]
fn a_background_client_in_the_midst_of_a_send_of_another_thread() {
    a_client_in_the_midst_of_a_send(true);
}

#[cfg(feature = "relay")]
mod relays {
    use acudpclient::relay::{Permissions, Plugin, Relay};

    use super::*;

    /// Dropped when the plugin has got the fourth datagram.
    fn a_relay_under_a_stream(rounds: usize, per_second: u32) {
        let (ip, server, plugin) = (own_ip(), Server::start(), Server::start());
        assert_quick(rounds, |_| {
            let relay = Relay::builder(client(ip, server.local_addr(), true))
                .plugin(Plugin::new("a", (ip, 0).into(), plugin.local_addr()).permissions(Permissions::all()))
                .start()
                .unwrap();
            let for_plugin = relay.plugins()[0].local_addr;
            let own = relay.client().local_addr();
            let traffic = Traffic::stream(server.socket.try_clone().unwrap(), own, per_second);
            let mut received = 0;
            while received < 4 {
                // What an earlier relay has sent may still be there.
                received += usize::from(plugin.receive_bytes().1 == for_plugin);
            }
            Round { dropped: relay, addresses: vec![own, for_plugin], traffic }
        });
    }

    #[test]
    fn a_relay_soon_after_its_start() {
        a_relay_under_a_stream(15, 20);
    }

    #[test]
    fn a_relay_under_full_load() {
        a_relay_under_a_stream(100, 2_000);
    }
}
