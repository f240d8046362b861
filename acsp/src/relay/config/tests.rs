//! The file's own mistakes, each with its line and key.

use acudpclient::protocol::id;
use acudpclient::relay::Permissions;

use super::super::TEMPLATE;
use super::Config;

#[test]
fn the_template_is_right() {
    let config = Config::parse(TEMPLATE).unwrap();
    assert_eq!(config.server, "127.0.0.1:11000".parse().unwrap());
    assert_eq!(config.listen, "127.0.0.1:12000".parse().unwrap());
    let plugins: Vec<String> = config.plugins.iter().map(|plugin| format!("{plugin:?}")).collect();
    let moderator = Permissions::chat().allow(id::KICK_USER).deny(id::BROADCAST_CHAT);
    assert!(plugins[0].contains(&format!("{:?}", Permissions::read_only())), "{}", plugins[0]);
    assert!(plugins[1].contains(&format!("{moderator:?}")), "{}", plugins[1]);
    assert!(plugins[1].contains("interval_ms: 1000, commands_per_second: 50"), "{}", plugins[1]);
    assert_eq!(plugins.len(), 2);
}

fn error(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

/// The template's error if this is written instead.
fn error_of(right: &str, wrong: &str) -> String {
    let text = TEMPLATE.replace(right, wrong);
    assert_ne!(text, TEMPLATE, "{right}");
    error(&text)
}

/// Each error names the line and the key.
#[test]
fn mistakes_are_named() {
    for (right, wrong, line, words) in [
        ("permissions = \"read-only\"", "permission = 3", 17, "unknown field `permission`"),
        ("permissions = \"chat\"", "permissions = \"chta\"", 23, "unknown variant `chta`"),
        ("deny = [203]", "deny = [256]", 26, "deny"),
        ("interval_ms = 1000", "interval_ms = 70000", 28, "interval_ms"),
        ("address = \"127.0.0.1:12001\"", "address = 12001", 14, "address"),
        ("address = \"127.0.0.1:12001\"", "address = \"[::1]:12001\"", 14, "it must be IPv4"),
        (
            "name = \"moderator\"",
            "name = \"lap statistics\"",
            20,
            "key `name`: \"lap statistics\" is already in line 10",
        ),
        ("name = \"moderator\"", "nam = \"moderator\"", 20, "unknown field `nam`"),
        ("name = \"moderator\"", "", 19, "missing field `name`"),
        ("name = \"moderator\"", "name = ", 20, "line 20"),
    ] {
        let error = error_of(right, wrong);
        assert!(error.contains(&format!("line {line}")), "{wrong}: {error}");
        assert!(error.contains(words), "{wrong}: {error}");
    }
    let no_server = error("");
    assert!(no_server.contains("missing field `server`"), "{no_server}");
    let server = "[server]\naddress = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n";
    assert_eq!(error(server), "there is no [[plugin]]");
}

#[test]
fn an_address_that_is_in_use_already_is_refused() {
    let server_listens = "the server listens (127.0.0.1:11000 in line 5)";
    let relay_listens = "the relay listens for the server (127.0.0.1:12000 in line 7)";
    let first_plugin = "the plugin \"lap statistics\" listens (127.0.0.1:12001 in line 14)";
    let own_port = "let this plugin listen on its own port, and write that one";
    let free_port = "choose a free port, and set it as the server's port in this plugin";
    for (right, wrong, place, taken_by, remedy) in [
        (
            "listen = \"127.0.0.1:12000\"",
            "127.0.0.1:11000",
            "line 7, key `listen` of [server]",
            server_listens,
            "write the server's UDP_PLUGIN_ADDRESS",
        ),
        // The plugin still has the addresses that it had without the relay.
        (
            "listen = \"127.0.0.1:11001\"",
            "127.0.0.1:11000",
            "line 12, key `listen` of the plugin \"lap statistics\"",
            server_listens,
            free_port,
        ),
        (
            "address = \"127.0.0.1:12001\"",
            "127.0.0.1:12000",
            "line 14, key `address` of the plugin \"lap statistics\"",
            relay_listens,
            own_port,
        ),
        // The other way round.
        (
            "listen = \"127.0.0.1:11001\"",
            "127.0.0.1:12000",
            "line 12, key `listen` of the plugin \"lap statistics\"",
            relay_listens,
            free_port,
        ),
        (
            "address = \"127.0.0.1:12001\"",
            "127.0.0.1:11000",
            "line 14, key `address` of the plugin \"lap statistics\"",
            server_listens,
            own_port,
        ),
        // 0.0.0.0 takes the port on all addresses.
        (
            "listen = \"127.0.0.1:11001\"",
            "0.0.0.0:12000",
            "line 12, key `listen` of the plugin \"lap statistics\"",
            relay_listens,
            free_port,
        ),
        (
            "listen = \"127.0.0.1:12000\"",
            "0.0.0.0:11000",
            "line 7, key `listen` of [server]",
            server_listens,
            "write the server's UDP_PLUGIN_ADDRESS",
        ),
        (
            "address = \"127.0.0.1:12001\"",
            "127.0.0.1:11001",
            "line 14, key `address` of the plugin \"lap statistics\"",
            "the relay listens for this plugin (127.0.0.1:11001 in line 12)",
            own_port,
        ),
        // Two plugins in each other's place.
        (
            "address = \"127.0.0.1:12002\"",
            "127.0.0.1:11001",
            "line 22, key `address` of the plugin \"moderator\"",
            "the relay listens for the plugin \"lap statistics\" (127.0.0.1:11001 in line 12)",
            own_port,
        ),
        (
            "listen = \"127.0.0.1:11002\"",
            "127.0.0.1:12001",
            "line 21, key `listen` of the plugin \"moderator\"",
            first_plugin,
            free_port,
        ),
        (
            "listen = \"127.0.0.1:11002\"",
            "127.0.0.1:11001",
            "line 21, key `listen` of the plugin \"moderator\"",
            "the relay listens for the plugin \"lap statistics\" (127.0.0.1:11001 in line 12)",
            free_port,
        ),
        (
            "address = \"127.0.0.1:12002\"",
            "127.0.0.1:12001",
            "line 22, key `address` of the plugin \"moderator\"",
            first_plugin,
            own_port,
        ),
    ] {
        let key = right.split(' ').next().unwrap();
        let error = error_of(right, &format!("{key} = \"{wrong}\""));
        assert_eq!(error, format!("{place}: {wrong} is where {taken_by}; {remedy}"));
    }
}

/// What is swapped without a sign of it in the file is seen when the relay binds.
#[test]
fn a_swapped_listen_on_all_addresses_is_seen() {
    let swapped = TEMPLATE
        .replace("address = \"127.0.0.1:11000\"", "address = \"0.0.0.0:12000\"")
        .replace("listen = \"127.0.0.1:12000\"", "listen = \"127.0.0.1:11000\"");
    assert_eq!(
        error(&swapped),
        "line 5, key `address` of [server]: 0.0.0.0 means all addresses of a machine, so it can only be a \
         `listen`; are `address` and `listen` swapped? If the server is on this machine, write 127.0.0.1:12000"
    );
    let plugin = error_of("address = \"127.0.0.1:12002\"", "address = \"0.0.0.0:12002\"");
    assert!(plugin.starts_with("line 22, key `address` of the plugin \"moderator\": 0.0.0.0"), "{plugin}");
    assert!(plugin.ends_with("If the plugin is on this machine, write 127.0.0.1:12002"), "{plugin}");
}

#[test]
fn the_same_port_on_other_machines_is_free() {
    let text = TEMPLATE
        .replace("address = \"127.0.0.1:11000\"", "address = \"192.0.2.1:11000\"")
        .replace("listen = \"127.0.0.1:12000\"", "listen = \"0.0.0.0:12000\"")
        .replace("listen = \"127.0.0.1:11001\"", "listen = \"0.0.0.0:11000\"")
        .replace("address = \"127.0.0.1:12001\"", "address = \"192.0.2.2:12000\"")
        .replace("address = \"127.0.0.1:12002\"", "address = \"192.0.2.3:12000\"");
    assert_eq!(Config::parse(&text).unwrap().plugins.len(), 2);
}

#[test]
fn names_of_hosts_are_looked_up() {
    let config = Config::parse(&TEMPLATE.replace("127.0.0.1", "localhost")).unwrap();
    assert!(config.server.ip().is_loopback(), "{}", config.server);
    assert_eq!([config.server.port(), config.listen.port()], [11000, 12000]);
    // Of a name's addresses, one of the other side's kind.
    let config = Config::parse(&TEMPLATE.replace("127.0.0.1:11000", "localhost:11000")).unwrap();
    assert_eq!(config.server, "127.0.0.1:11000".parse().unwrap());
    // A name does not hide that two are one.
    let error = error_of("address = \"127.0.0.1:12001\"", "address = \"localhost:12000\"");
    assert!(error.contains("127.0.0.1:12000 is where the relay listens for the server"), "{error}");
}

#[test]
fn what_is_no_host_and_port_is_told() {
    // No name has a part this long, so the system need not ask the network.
    let unknown = "x".repeat(64) + ":11000";
    for (wrong, reason) in [
        ("localhost", "the port is missing"),
        ("127.0.0.1", "the port is missing"),
        ("::1", "the port is missing"),
        ("", "the port is missing"),
        (":11000", "the host is missing"),
        ("127.0.0.1:0", "the port cannot be 0"),
        ("127.0.0.1:70000", "\"70000\" is not a port from 1 to 65535"),
        ("localhost:", "\"\" is not a port from 1 to 65535"),
        ("localhost:eleven", "\"eleven\" is not a port from 1 to 65535"),
        (&unknown, "cannot resolve the host"),
    ] {
        let error = error_of("address = \"127.0.0.1:11000\"", &format!("address = \"{wrong}\""));
        let place = "line 5, key `address` of [server]";
        let words =
            format!("{place}: {wrong:?} is not HOST:PORT, such as 127.0.0.1:11000 or localhost:11000: ");
        assert!(error.starts_with(&words), "{error}");
        assert!(error.contains(reason), "{wrong}: {error}");
    }
    let error = error_of("listen = \"127.0.0.1:11002\"", "listen = \"localhost\"");
    assert!(error.starts_with("line 21, key `listen` of the plugin \"moderator\": \"localhost\""), "{error}");
}
