use std::thread;
use std::time::{Duration, Instant};

use acudpclient::{AcUdpClient, Error, Silence};
use support::{PATIENCE, Server, chat, expect_event};

const LONG: Duration = Duration::from_secs(5);

#[test]
fn that_nothing_listens_is_known_at_once() {
    let server = Server::start_alone();
    let address = server.local_addr();
    for client in [server.client(), server.background_client(1 << 20)] {
        assert_eq!(client.explain_silence(), None);
    }
    let mut client = server.client();
    drop(server);
    client.next_session().unwrap();
    assert!(matches!(client.wait_event(PATIENCE), Err(Error::ServerUnreachable { .. })));
    let silence = client.explain_silence().unwrap();
    assert_eq!(silence, Silence::NothingListens { server: address });
    let text = silence.to_string();
    assert!(
        text.contains(&format!("UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini {}?", address.port())),
        "{text}"
    );
    assert!(text.contains("swapped"), "{text}");

    let server = Server::start_on(address);
    server.send(&client, &chat("back"));
    assert_eq!(expect_event(&mut client), chat("back"));
    assert_eq!(client.explain_silence(), None);
}

#[test]
fn a_long_silence_is_explained() {
    let server = Server::start();
    let [never, quiet] = [(); 2].map(|()| [server.client(), server.background_client(1 << 20)]);
    let mut quiet = quiet;
    for client in &mut quiet {
        server.send(client, &chat("hello"));
        assert_eq!(expect_event(client), chat("hello"));
    }
    // One that is not fetched has been heard all the same.
    let unfetched = server.background_client(1 << 20);
    let start = Instant::now();
    while start.elapsed() <= LONG {
        thread::sleep(Duration::from_millis(100));
        server.send(&unfetched, &chat("hello"));
    }
    for client in &never {
        let (local, server) = (client.local_addr(), client.server_addr());
        let silence = client.explain_silence().unwrap();
        assert_eq!(silence, Silence::NeverHeard { local, server });
        let text = silence.to_string();
        assert!(text.contains(&format!("UDP_PLUGIN_ADDRESS in its server_cfg.ini {local}")), "{text}");
        assert!(text.contains("EnableLegacyPluginInterface"), "{text}");
    }
    for client in &quiet {
        let silence = client.explain_silence();
        assert!(matches!(silence, Some(Silence::Quiet { since, .. }) if since >= LONG), "{silence:?}");
    }
    assert_eq!(unfetched.explain_silence(), None);
}

#[test]
fn on_every_address_of_this_machine_the_port_is_told() {
    let server = Server::start();
    let client =
        AcUdpClient::builder().accept_any_sender(true).bind("0.0.0.0:0", server.local_addr()).unwrap();
    let (local, server) = (client.local_addr(), client.server_addr());
    let text = Silence::NeverHeard { local, server }.to_string();
    assert!(text.contains(&format!("this machine with port {}", local.port())), "{text}");
}
