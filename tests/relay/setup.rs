use std::io::ErrorKind;

use acudpclient::Error;
use acudpclient::relay::{Permissions, Plugin, PluginStats, Relay, RelayBuilder};
use support::{Server, chat};

use crate::{any_port, host, plugin, socket};

fn refused(builder: RelayBuilder) -> (ErrorKind, String) {
    match builder.start() {
        Err(Error::Io { message, error }) => (error.kind(), message),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_cannot_work_is_refused_by_name() {
    let server = Server::start();
    let [a, b] = [socket(), socket()];
    let builder = || Relay::builder(host(server.local_addr())).plugin(plugin("a", &a, Permissions::none()));
    let (kind, text) = refused(builder().plugin(plugin("a", &b, Permissions::none())));
    assert_eq!((kind, text.as_str()), (ErrorKind::InvalidInput, r#"two plugins of the relay are named "a""#));
    let (_, text) = refused(builder().plugin(plugin("b", &a, Permissions::none())));
    let of_b = |address, whose| format!(r#"the address {address} of the plugin "b" {whose}"#);
    assert_eq!(text, of_b(a.local_addr().unwrap(), "belongs to another plugin"));
    let client = host(server.local_addr());
    let own = client.local_addr();
    let (_, text) = refused(Relay::builder(client).plugin(Plugin::new("b", any_port(), own)));
    assert_eq!(text, of_b(own, "is the one on which the relay listens to the server"));
    let (_, text) = refused(builder().plugin(Plugin::new("b", any_port(), server.local_addr())));
    assert_eq!(text, of_b(server.local_addr(), "is the server's"));
    let itself = Server::start_alone().local_addr();
    let (_, text) = refused(builder().plugin(Plugin::new("b", itself, itself)));
    let start = format!(r#"the plugin "b" of the relay: {itself} is both the local address and the peer's"#);
    assert!(text.starts_with(&start), "{text}");
    let (_, text) = refused(builder().plugin(Plugin::new("b", any_port(), any_port())));
    assert!(text.starts_with(r#"127.0.0.1:0 cannot be the address of the plugin "b": "#), "{text}");
    let (_, text) = refused(builder().plugin(Plugin::new("b", any_port(), "[::1]:12001".parse().unwrap())));
    assert!(text.contains(r#"the plugin "b" must both be IPv4 or both IPv6"#), "{text}");
    let taken = Plugin::new("b", server.local_addr(), b.local_addr().unwrap());
    let (kind, text) = refused(builder().plugin(taken));
    assert_eq!(kind, ErrorKind::AddrInUse);
    let start = format!(r#"the plugin "b" of the relay: cannot bind {}: "#, server.local_addr());
    assert!(text.starts_with(&start), "{text}");
}

#[test]
fn without_plugins_it_is_a_client() {
    let server = Server::start();
    let mut relay = Relay::builder(host(server.local_addr())).start().unwrap();
    server.send(relay.client(), &chat("hello"));
    assert_eq!(crate::expect_host_event(&mut relay), chat("hello"));
    assert_eq!(relay.plugins(), []);
    assert_eq!(relay.plugin("a"), None);
    assert!(format!("{relay:?}").contains(&server.local_addr().to_string()));
}

#[test]
fn threads_can_have_it() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<Relay>();
    send::<RelayBuilder>();
    send::<Plugin>();
    sync::<Plugin>();
    send::<PluginStats>();
    sync::<PluginStats>();
    send::<Permissions>();
    sync::<Permissions>();
}
