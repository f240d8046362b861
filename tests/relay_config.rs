//! The file of the example `relay`.

#[path = "../examples/relay/config.rs"]
mod config;

use acudpclient::protocol::id;
use acudpclient::relay::Permissions;
use config::Config;

const TEMPLATE: &str = include_str!("../examples/relay/relay.toml");

#[test]
fn the_template_is_right() {
    let config = Config::parse(TEMPLATE).unwrap();
    assert_eq!(config.server.address(), "127.0.0.1:11000".parse().unwrap());
    assert_eq!(config.server.listen(), "127.0.0.1:12000".parse().unwrap());
    let plugins: Vec<String> = config.plugins().map(|plugin| format!("{plugin:?}")).collect();
    let moderator = Permissions::chat().allow(id::KICK_USER).deny(id::BROADCAST_CHAT);
    assert!(plugins[0].contains(&format!("{:?}", Permissions::read_only())), "{}", plugins[0]);
    assert!(plugins[1].contains(&format!("{moderator:?}")), "{}", plugins[1]);
    assert!(plugins[1].contains("interval_ms: 1000, commands_per_second: 50"), "{}", plugins[1]);
    assert_eq!(plugins.len(), 2);
}

/// Each error names the line and the key.
#[test]
fn mistakes_are_named() {
    for (right, wrong, line, words) in [
        ("permissions = \"read-only\"", "permission = 3", 17, "unknown field `permission`"),
        ("permissions = \"chat\"", "permissions = \"chta\"", 23, "unknown variant `chta`"),
        ("deny = [203]", "deny = [256]", 26, "deny"),
        ("interval_ms = 1000", "interval_ms = 70000", 28, "interval_ms"),
        ("address = \"127.0.0.1:12001\"", "address = \"127.0.0.1\"", 14, "address"),
        (
            "address = \"127.0.0.1:12001\"",
            "address = \"127.0.0.1:0\"",
            14,
            "key `address`: the port is missing",
        ),
        ("address = \"127.0.0.1:12001\"", "address = \"[::1]:12001\"", 14, "key `address`: it must be IPv4"),
        ("listen = \"127.0.0.1:11002\"", "listen = \"127.0.0.1:11001\"", 21, "stands in line 12 already"),
        ("address = \"127.0.0.1:12002\"", "address = \"127.0.0.1:12001\"", 22, "stands in line 14 already"),
        (
            "name = \"moderator\"",
            "name = \"lap statistics\"",
            20,
            "key `name`: \"lap statistics\" stands in line 10",
        ),
        ("name = \"moderator\"", "nam = \"moderator\"", 20, "unknown field `nam`"),
        ("name = \"moderator\"", "", 19, "missing field `name`"),
        ("name = \"moderator\"", "name = ", 20, "line 20"),
    ] {
        let text = TEMPLATE.replace(right, wrong);
        assert_ne!(text, TEMPLATE, "{right}");
        let error = Config::parse(&text).unwrap_err().to_string();
        assert!(error.contains(&format!("line {line}")), "{wrong}: {error}");
        assert!(error.contains(words), "{wrong}: {error}");
    }
    let error = Config::parse("").unwrap_err().to_string();
    assert!(error.contains("missing field `server`"), "{error}");
    let server = "[server]\naddress = \"127.0.0.1:1\"\nlisten = \"127.0.0.1:2\"\n";
    assert_eq!(Config::parse(server).unwrap_err().to_string(), "there is no [[plugin]]");
}
