//! The checks in order: the server's files, the two addresses, then the network.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs, UdpSocket};
use std::time::Duration;

use acudpclient::Event;
use acudpclient::protocol::{Dialect, SessionInfo};

use super::finding::Finding;
use super::probe::{Answer, ask, ask_and_hear_all};
use crate::server_cfg::ServerCfg;

/// How long a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long to try one of several guesses.
const GUESS: Duration = Duration::from_millis(300);

/// Common ports of UDP_PLUGIN_ADDRESS, from the examples of servers and plugins.
const USUAL_PORTS: [u16; 3] = [12_000, 12_001, 10_001];

pub struct Examination<'a> {
    pub local: &'a str,
    pub server: &'a str,
    pub config: Option<&'a ServerCfg>,
}

type Tell<'a> = &'a mut dyn FnMut(Finding) -> io::Result<()>;

impl Examination<'_> {
    /// # Errors
    ///
    /// A finding cannot be printed.
    pub fn run(&self, tell: Tell<'_>) -> io::Result<()> {
        for finding in self.config.map(|config| self.read(config)).into_iter().flatten() {
            tell(finding)?;
        }
        let (local, server) = match self.addresses() {
            Ok(addresses) => addresses,
            Err(finding) => return tell(finding),
        };
        let finding = match UdpSocket::bind(local) {
            Ok(socket) => {
                tell(Finding::good("port_free", format!("nothing else listens on {local}")))?;
                question(socket, local, server)
            }
            Err(error) => not_bound(&error, local, server),
        };
        finding.into_iter().try_for_each(tell)
    }

    /// Checks the server's files.
    fn read(&self, config: &ServerCfg) -> Vec<Finding> {
        let mut findings = Vec::new();
        let path = config.path.display();
        match config.addresses() {
            Err(error) => {
                let text = error.to_string();
                let (text, advice) = text.split_once(". ").unwrap_or((&text, ""));
                findings.push(Finding::fault("config", text, advice));
            }
            Ok((local, server)) => findings.push(self.compare(config, &local, &server)),
        }
        match config.assetto_server_interface() {
            Some(false) => findings.push(Finding::fault(
                "interface_off",
                format!("extra_cfg.yml beside {path} leaves AssettoServer's plugin interface off"),
                "write EnableLegacyPluginInterface: true there, and restart the server",
            )),
            Some(true) => {}
            None => findings.extend(config.missing_results_folder().map(|folder| {
                Finding::hint(
                    "no_results_folder",
                    format!("there is no folder {}", folder.display()),
                    "create it: without a folder results acServer sends no laps to plugins",
                )
            })),
        }
        findings
    }

    fn compare(&self, config: &ServerCfg, local: &str, server: &str) -> Finding {
        let path = config.path.display();
        let port = |address: &str| address.rsplit_once(':').map(|(_, port)| port.to_owned());
        let [given, wanted] = [[self.local, self.server], [local, server]].map(|pair| pair.map(port));
        if given == wanted {
            return Finding::good("config", format!("{path} has the same ports"));
        }
        let [Some(plugin), Some(listens)] = &wanted else {
            return Finding::good("config", format!("{path} was read"));
        };
        let advice =
            format!("give LOCAL with port {plugin} and SERVER with port {listens}, or change the file");
        let text = if given[0] == wanted[1] && given[1] == wanted[0] {
            format!(
                "the two ports are swapped: {path} has UDP_PLUGIN_ADDRESS={local} and UDP_PLUGIN_LOCAL_PORT={listens}"
            )
        } else {
            format!(
                "the ports differ from {path}: UDP_PLUGIN_ADDRESS={local}, UDP_PLUGIN_LOCAL_PORT={listens}"
            )
        };
        Finding::fault("config_differs", text, advice)
    }

    fn addresses(&self) -> Result<(SocketAddr, SocketAddr), Finding> {
        let [locals, servers] = [("LOCAL", self.local), ("SERVER", self.server)].map(resolve);
        let (locals, servers) = (locals?, servers?);
        let pairs = servers.iter().flat_map(|server| locals.iter().map(move |local| (*local, *server)));
        let mut pairs: Vec<_> = pairs.filter(|(local, server)| local.is_ipv4() == server.is_ipv4()).collect();
        // IPv4 first, as in the library: acServer's configuration usually has an IPv4 address.
        pairs.sort_by_key(|(local, _)| local.is_ipv6());
        let Some(&(local, mut server)) = pairs.first() else {
            return Err(Finding::fault(
                "families",
                format!("{} and {} are not both IPv4 or both IPv6", self.local, self.server),
                "give two IPv4 addresses, or two IPv6 addresses",
            ));
        };
        if server.ip().is_unspecified() {
            server.set_ip(loopback(server.ip()));
        }
        if local.port() == 0 || server.port() == 0 {
            return Err(Finding::fault(
                "port_zero",
                "a port cannot be 0",
                "give the ports from server_cfg.ini",
            ));
        }
        if local.ip().is_loopback() && !is_mine(server.ip()) {
            let mine = route(server).map_or_else(|| "this machine's address".to_owned(), |ip| ip.to_string());
            return Err(Finding::fault(
                "loopback",
                format!(
                    "{local} is reachable from this machine only, and the server on {server} is another one"
                ),
                format!(
                    "write UDP_PLUGIN_ADDRESS={mine}:{} into its server_cfg.ini, and give that as LOCAL",
                    local.port()
                ),
            ));
        }
        Ok((local, server))
    }
}

/// Asks the server. The port is free.
fn question(socket: UdpSocket, local: SocketAddr, server: SocketAddr) -> Vec<Finding> {
    let answer = ask(&socket, server, PATIENCE).unwrap_or_else(Answer::NotSent);
    match answer {
        Answer::Event(event, _) => return heard(&socket, server, *event),
        Answer::Other(sender, length) => return vec![no_server(sender, length)],
        Answer::NotSent(error) => return vec![not_sent(&error, server)],
        Answer::NothingListens => {
            drop(socket);
            return vec![swapped(local, server).unwrap_or_else(|| nothing_listens(server))];
        }
        Answer::Silence => drop(socket),
    }
    vec![
        elsewhere(local, server)
            .or_else(|| other_port(local, server))
            .unwrap_or_else(|| silent(local, server)),
    ]
}

/// The server sends something: which server is it, and does it receive our commands?
fn heard(socket: &UdpSocket, server: SocketAddr, mut event: Event) -> Vec<Finding> {
    // Telemetry may come before the answer.
    for _ in 0..100 {
        if let Event::SessionInfo(session) = &event {
            return vec![Finding::good("answers", described(server, session))];
        }
        match ask(socket, server, PATIENCE) {
            Ok(Answer::Event(next, _)) => event = *next,
            _ => break,
        }
    }
    vec![Finding::fault(
        "commands_dropped",
        format!("{server} sends events, but does not answer a request"),
        "it drops commands that do not come from its UDP_PLUGIN_ADDRESS: give exactly that address as LOCAL",
    )]
}

fn described(server: SocketAddr, session: &SessionInfo) -> String {
    let name = match session.dialect {
        Dialect::AssettoServer => "AssettoServer",
        Dialect::AcsmPrerelease => "a prerelease of ACSM v2",
        _ => "acServer or ACSM",
    };
    format!(
        "{server} answers: {name}, protocol version {}, {:?}, {} {:?} on {:?}",
        session.protocol_version, session.server_name, session.session_type, session.name, session.track
    )
}

/// Why the system refuses the port.
fn not_bound(error: &io::Error, local: SocketAddr, server: SocketAddr) -> Vec<Finding> {
    vec![match error.kind() {
        ErrorKind::AddrInUse => swapped(local, server).unwrap_or_else(|| {
            let list = if cfg!(windows) { "netstat -ano -p udp" } else { "ss -ulpn" };
            Finding::fault(
                "port_taken",
                format!(
                    "another program listens on {local}: a plugin, another acsp, or the game server itself"
                ),
                format!(
                    "`{list}` shows which. Stop it, or share the server with a relay: `acsp relay --template`"
                ),
            )
        }),
        ErrorKind::AddrNotAvailable => {
            let mine = route(server).map_or_else(String::new, |ip| format!(", towards the server {ip}"));
            Finding::fault(
                "not_this_machine",
                format!("{} is not an address of this machine", local.ip()),
                format!(
                    "LOCAL must be an address of this machine{mine}, and the same as the server's UDP_PLUGIN_ADDRESS"
                ),
            )
        }
        ErrorKind::PermissionDenied => Finding::fault(
            "not_allowed",
            format!("the system does not let this user listen on {local}"),
            "use a port above 1023, here and in UDP_PLUGIN_ADDRESS",
        ),
        _ => Finding::fault("not_bound", format!("cannot listen on {local}: {error}"), ""),
    }]
}

/// A finding if the server answers with the two ports swapped.
fn swapped(local: SocketAddr, server: SocketAddr) -> Option<Finding> {
    let [turned_local, turned_server] =
        [SocketAddr::new(local.ip(), server.port()), SocketAddr::new(server.ip(), local.port())];
    let socket = UdpSocket::bind(turned_local).ok()?;
    let Ok(Answer::Event(..)) = ask(&socket, turned_server, PATIENCE / 2) else { return None };
    Some(Finding::fault(
        "swapped",
        "the two ports are swapped",
        format!(
            "LOCAL is UDP_PLUGIN_ADDRESS, SERVER is UDP_PLUGIN_LOCAL_PORT: {turned_local} {turned_server}"
        ),
    ))
}

/// A finding if a server sends to this port, but to another address or from another one.
fn elsewhere(local: SocketAddr, server: SocketAddr) -> Option<Finding> {
    let socket = UdpSocket::bind(SocketAddr::new(unspecified(local.ip()), local.port())).ok()?;
    match ask_and_hear_all(&socket, server, PATIENCE) {
        Ok(Answer::Event(_, sender)) if sender == server => Some(Finding::fault(
            "other_local",
            format!(
                "{server} sends to port {} of another address of this machine than {}",
                local.port(),
                local.ip()
            ),
            format!(
                "give 0.0.0.0:{} as LOCAL, or write {local} as UDP_PLUGIN_ADDRESS into server_cfg.ini",
                local.port()
            ),
        )),
        Ok(Answer::Event(_, sender)) => Some(Finding::fault(
            "other_server",
            format!("a server sends to port {}, but from {sender}, not from {server}", local.port()),
            format!(
                "give {sender} as SERVER; if that is not its UDP_PLUGIN_LOCAL_PORT, there is a NAT between"
            ),
        )),
        Ok(Answer::Other(sender, length)) => Some(no_server(sender, length)),
        Ok(Answer::NotSent(error)) => Some(not_sent(&error, server)),
        _ => None,
    }
}

/// A finding if the server answers to another port of this machine: that is its `UDP_PLUGIN_ADDRESS`.
fn other_port(local: SocketAddr, server: SocketAddr) -> Option<Finding> {
    let near = [server.port().checked_add(1000), server.port().checked_add(1), server.port().checked_sub(1)];
    let ports = USUAL_PORTS.into_iter().chain(near.into_iter().flatten());
    ports.filter(|port| ![0, local.port(), server.port()].contains(port)).find_map(|port| {
        let other = SocketAddr::new(local.ip(), port);
        let Ok(Answer::Event(..)) = ask(&UdpSocket::bind(other).ok()?, server, GUESS) else { return None };
        Some(Finding::fault(
            "other_plugin_address",
            format!("{server} does not answer to {local}, but to port {port}"),
            format!("give {other} as LOCAL; or write {local} as UDP_PLUGIN_ADDRESS into server_cfg.ini, and restart it"),
        ))
    })
}

fn no_server(sender: SocketAddr, length: usize) -> Finding {
    Finding::fault(
        "no_server",
        format!("{sender} sends {length} bytes that are not a packet of a server's plugin interface"),
        "SERVER is the port UDP_PLUGIN_LOCAL_PORT, not the game's own UDP_PORT, TCP_PORT or HTTP_PORT",
    )
}

fn nothing_listens(server: SocketAddr) -> Finding {
    Finding::fault(
        "nothing_listens",
        format!("nothing listens on {server}, its machine answers"),
        format!(
            "is the server running, and is UDP_PLUGIN_LOCAL_PORT in its server_cfg.ini {}? AssettoServer also needs \
             EnableLegacyPluginInterface: true in extra_cfg.yml",
            server.port()
        ),
    )
}

fn not_sent(error: &io::Error, server: SocketAddr) -> Finding {
    match error.kind() {
        ErrorKind::PermissionDenied => Finding::fault(
            "firewall",
            format!("a firewall on this machine blocks datagrams to {server}"),
            "allow UDP to that port",
        ),
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => Finding::fault(
            "unreachable",
            format!("there is no route to {}: {error}", server.ip()),
            "is the address right, the machine on, and the network up?",
        ),
        _ => Finding::fault("not_sent", format!("cannot send to {server}: {error}"), ""),
    }
}

/// No attempt got an answer.
fn silent(local: SocketAddr, server: SocketAddr) -> Finding {
    let assetto_server =
        "On AssettoServer, EnableLegacyPluginInterface: true in extra_cfg.yml turns the interface on";
    if is_mine(server.ip()) {
        return Finding::fault(
            "silent",
            format!("something listens on {server}, but does not answer to {local}"),
            format!(
                "its UDP_PLUGIN_ADDRESS must be {local}; restart it after a change. Or another program has that port. \
                 {assetto_server}"
            ),
        );
    }
    let from = route(server).map_or(local, |ip| SocketAddr::new(ip, local.port()));
    Finding::fault(
        "silent",
        format!("nothing comes back from {server}"),
        format!(
            "its UDP_PLUGIN_ADDRESS must be {from}; firewalls must allow UDP to port {} there, and to port {} here. \
             {assetto_server}",
            server.port(),
            local.port()
        ),
    )
}

fn resolve((name, address): (&str, &str)) -> Result<Vec<SocketAddr>, Finding> {
    let found = address.to_socket_addrs().map(Iterator::collect::<Vec<_>>);
    let reason = match found {
        Ok(found) if !found.is_empty() => return Ok(found),
        Ok(_) => "it has no address".to_owned(),
        Err(error) => error.to_string(),
    };
    Err(Finding::fault(
        "address",
        format!("{name} {address:?} is not an address: {reason}"),
        "write an address and a port, such as 127.0.0.1:12000",
    ))
}

/// This machine's address for datagrams to the server. Sends nothing.
fn route(server: SocketAddr) -> Option<IpAddr> {
    let socket = UdpSocket::bind(SocketAddr::new(unspecified(server.ip()), 0)).ok()?;
    socket.connect(server).ok()?;
    socket.local_addr().ok().map(|address| address.ip())
}

/// True for an address of this machine.
fn is_mine(ip: IpAddr) -> bool {
    ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
}

fn unspecified(ip: IpAddr) -> IpAddr {
    if ip.is_ipv4() { Ipv4Addr::UNSPECIFIED.into() } else { Ipv6Addr::UNSPECIFIED.into() }
}

fn loopback(ip: IpAddr) -> IpAddr {
    if ip.is_ipv4() { Ipv4Addr::LOCALHOST.into() } else { Ipv6Addr::LOCALHOST.into() }
}
