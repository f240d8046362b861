//! Commands to the server, for who knows the token.

use std::collections::HashMap;
use std::fs;
use std::hint::black_box;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use acudpclient::CommandSender;
use acudpclient::protocol::{CarId, Command};
use anyhow::Context;
use axum::Extension;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::Site;
use super::api::{Name, error, json};
use super::guard::is_same_origin;
use crate::lines::shown;

/// Nobody tries out all tokens of this length.
const SHORTEST_TOKEN: usize = 16;
/// So many requests at once, and then one in each such time.
const AT_ONCE: u32 = 5;
const COMMAND_EVERY: Duration = Duration::from_secs(2);
const FAILURE_EVERY: Duration = Duration::from_secs(12);
/// So many addresses with wrong tokens are remembered.
const MOST_FAILURES: usize = 1024;
const LONGEST_BODY: usize = 4096;

/// What is needed for commands.
#[derive(Debug)]
pub struct Admin {
    token: String,
    sender: CommandSender,
    commands: Mutex<Allowance>,
    failures: Mutex<Failures>,
}

impl Admin {
    /// # Errors
    ///
    /// The file cannot be read, or its token is too short or has characters that a header cannot carry.
    pub fn new(file: &Path, sender: CommandSender) -> anyhow::Result<Self> {
        let path = file.display();
        let text = fs::read_to_string(file)
            .with_context(|| format!("cannot read the file {path} of --admin-token-file"))?;
        let token = text.trim();
        anyhow::ensure!(
            token.len() >= SHORTEST_TOKEN && token.bytes().all(|byte| byte.is_ascii_graphic()),
            "{path} has to hold one word of at least {SHORTEST_TOKEN} letters, digits or signs, such as what \
             `openssl rand -hex 16` prints"
        );
        Ok(Self {
            token: token.to_owned(),
            sender,
            commands: Mutex::new(Allowance::new(COMMAND_EVERY)),
            failures: Mutex::default(),
        })
    }

    /// Takes as long for every token of the same length, right or wrong.
    fn is_token(&self, given: &str) -> bool {
        let mut token = self.token.bytes().cycle();
        let difference = given.bytes().fold(given.len() ^ self.token.len(), |difference, byte| {
            black_box(difference | usize::from(byte ^ token.next().unwrap_or_default()))
        });
        difference == 0
    }

    /// An address that has given too many wrong tokens is refused before its token is looked at: else it could go on to
    /// try, and would know the right one by the other answer. Who is elsewhere is not kept out by it.
    fn check_token(&self, headers: &HeaderMap, ip: IpAddr, now: Instant) -> Result<(), Refusal> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.check(ip, now).map_err(Refusal::TooMany)?;
        let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let given = given.and_then(|value| value.strip_prefix("Bearer "));
        if given.is_some_and(|given| self.is_token(given)) {
            return Ok(());
        }
        failures.add(ip, now);
        Err(Refusal::WrongToken)
    }

    fn check(&self, headers: &HeaderMap, ip: IpAddr) -> Result<(), Refusal> {
        if !is_same_origin(headers) {
            return Err(Refusal::Foreign);
        }
        let now = Instant::now();
        self.check_token(headers, ip, now)?;
        let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let essence = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        if !essence.trim().eq_ignore_ascii_case("application/json") {
            return Err(Refusal::NotJson);
        }
        let mut commands = self.commands.lock().unwrap_or_else(PoisonError::into_inner);
        commands.take(now).map_err(Refusal::TooMany)
    }
}

/// Why a command is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    Foreign,
    WrongToken,
    NotJson,
    /// One may come after this time.
    TooMany(Duration),
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Self::Foreign => {
                error(StatusCode::FORBIDDEN, "commands are taken from this server's own page only")
            }
            Self::WrongToken => {
                let answer = error(StatusCode::UNAUTHORIZED, "the token is not right");
                ([(header::WWW_AUTHENTICATE, "Bearer")], answer).into_response()
            }
            Self::NotJson => error(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body has to be application/json"),
            Self::TooMany(wait) => {
                let seconds = wait.as_secs() + 1;
                let text = format!("too many requests, try again in {seconds} s");
                let answer = error(StatusCode::TOO_MANY_REQUESTS, &text);
                ([(header::RETRY_AFTER, seconds.to_string())], answer).into_response()
            }
        }
    }
}

/// A limit: some at once, then one in each `every`.
#[derive(Debug)]
struct Allowance {
    every: Duration,
    /// When all of it is there again.
    full_at: Instant,
}

impl Allowance {
    fn new(every: Duration) -> Self {
        Self { every, full_at: Instant::now() }
    }

    /// How long to wait until one can be taken.
    fn check(&self, now: Instant) -> Result<(), Duration> {
        let after = self.full_at.max(now) + self.every;
        let wait = after.saturating_duration_since(now + self.every * AT_ONCE);
        if wait.is_zero() { Ok(()) } else { Err(wait) }
    }

    /// Takes one; or says how long to wait for it.
    fn take(&mut self, now: Instant) -> Result<(), Duration> {
        self.check(now)?;
        self.full_at = self.full_at.max(now) + self.every;
        Ok(())
    }
}

/// The wrong tokens of each address.
#[derive(Debug, Default)]
struct Failures(HashMap<IpAddr, Allowance>);

impl Failures {
    fn check(&self, ip: IpAddr, now: Instant) -> Result<(), Duration> {
        self.0.get(&network(ip)).map_or(Ok(()), |left| left.check(now))
    }

    fn add(&mut self, ip: IpAddr, now: Instant) {
        let ip = network(ip);
        if self.0.len() >= MOST_FAILURES && !self.0.contains_key(&ip) {
            self.0.retain(|_, left| left.full_at > now);
            if self.0.len() >= MOST_FAILURES {
                // Whose wrong tokens are the longest ago.
                let oldest = self.0.iter().min_by_key(|(_, left)| left.full_at).map(|(ip, _)| *ip);
                oldest.map(|ip| self.0.remove(&ip));
            }
        }
        let allowance = self.0.entry(ip).or_insert(Allowance { every: FAILURE_EVERY, full_at: now });
        // It was checked before.
        let _ = allowance.take(now);
    }
}

/// A person has one address, but in IPv6 a whole network of them.
fn network(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V6(ip) => Ipv6Addr::from_bits(ip.to_bits() & !u128::from(u64::MAX)).into(),
        ip => ip,
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Chat {
    message: String,
    car_id: Option<u8>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Kick {
    car_id: u8,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Nothing {}

/// What a request asks for; `None` if there is no such command. `admin/check` asks for nothing.
fn command(name: &str, body: &[u8]) -> Option<serde_json::Result<Option<Command>>> {
    fn read<T: DeserializeOwned>(
        body: &[u8],
        command: impl Fn(T) -> Option<Command>,
    ) -> serde_json::Result<Option<Command>> {
        serde_json::from_slice(body).map(command)
    }
    Some(match name {
        "check" => read(body, |Nothing {}| None),
        "chat" => read(body, |Chat { message, car_id }| {
            Some(match car_id {
                Some(car_id) => Command::SendChat { car_id: CarId(car_id), message },
                None => Command::BroadcastChat { message },
            })
        }),
        "kick" => read(body, |Kick { car_id }| Some(Command::KickUser { car_id: CarId(car_id) })),
        "next-session" => read(body, |Nothing {}| Some(Command::NextSession)),
        "restart-session" => read(body, |Nothing {}| Some(Command::RestartSession)),
        _ => return None,
    })
}

/// `POST /api/v1/admin/{name}`
pub async fn post(
    State(site): State<Arc<Site>>,
    Name(name): Name,
    Extension(Peer(peer)): Extension<Peer>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let Some(admin) = &site.admin else {
        return error(
            StatusCode::NOT_FOUND,
            "commands are off: start `acsp web` with --admin-token-file FILE",
        );
    };
    if let Err(refused) = admin.check(&headers, peer.ip()) {
        // As long as their number is limited.
        if refused == Refusal::WrongToken {
            log::warn!("{peer} has not the token for the command {}", shown(&name));
        }
        return refused.into_response();
    }
    let body = match tokio::time::timeout(site.patience.body, to_bytes(body, LONGEST_BODY)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return error(StatusCode::PAYLOAD_TOO_LARGE, "the body may have 4096 bytes"),
        Err(_) => return error(StatusCode::REQUEST_TIMEOUT, "the body did not come"),
    };
    let command = match command(&name, &body) {
        None => return error(StatusCode::NOT_FOUND, "there is no such command"),
        Some(Err(wrong)) => {
            return error(StatusCode::BAD_REQUEST, &format!("the body is not right: {wrong}"));
        }
        Some(Ok(command)) => command,
    };
    if let Some(command) = command {
        log::info!("{peer} commands: {command}");
        if let Err(failed) = admin.sender.send(&command) {
            return error(StatusCode::BAD_GATEWAY, &failed.to_string());
        }
    }
    (StatusCode::ACCEPTED, json(r#"{"sent":true}"#.into())).into_response()
}

/// Who has connected. Behind a proxy, the proxy.
#[derive(Debug, Clone, Copy)]
pub struct Peer(pub SocketAddr);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_allowance_fills_again() {
        let start = Instant::now();
        let mut allowance = Allowance { every: COMMAND_EVERY, full_at: start };
        let mut taken = |seconds| allowance.take(start + Duration::from_secs(seconds));
        for _ in 0..AT_ONCE {
            assert_eq!(taken(0), Ok(()));
        }
        assert_eq!(taken(0), Err(Duration::from_secs(2)));
        assert_eq!(taken(1), Err(Duration::from_secs(1)));
        assert_eq!(taken(2), Ok(()));
        assert_eq!(taken(2), Err(Duration::from_secs(2)));
        for _ in 0..AT_ONCE {
            assert_eq!(taken(60), Ok(()));
        }
        assert!(taken(60).is_err());
    }

    #[test]
    fn an_address_that_guesses_is_not_listened_to_and_the_others_are() {
        let file = std::env::temp_dir().join(format!("acsp-admin-{}", std::process::id()));
        fs::write(&file, "0123456789abcdef").unwrap();
        let client = acudpclient::AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:9").unwrap();
        let admin = Admin::new(&file, client.commands());
        fs::remove_file(file).unwrap();
        let admin = admin.unwrap();
        let start = Instant::now();
        let check = |token: &str, ip: &str, seconds| {
            let value = format!("Bearer {token}").try_into().unwrap();
            let headers = [(header::AUTHORIZATION, value)].into_iter().collect();
            admin.check_token(&headers, ip.parse().unwrap(), start + Duration::from_secs(seconds))
        };
        let right = "0123456789abcdef";
        for wrong in [
            "",
            "0123456789abcde",
            "0123456789abcdefg",
            "0123456789abcdeX",
            "0123456789abcdef0123456789abcdef",
        ] {
            assert_eq!(check(wrong, "2001:db8::1", 0), Err(Refusal::WrongToken), "{wrong}");
        }
        // Which of them is right cannot be told any more; neither by another address of the same network.
        for (token, ip) in
            [(right, "2001:db8::1"), ("0123456789abcdeX", "2001:db8::1"), (right, "2001:db8::2")]
        {
            assert_eq!(check(token, ip, 0), Err(Refusal::TooMany(FAILURE_EVERY)), "{token} {ip}");
        }
        assert_eq!(check(right, "192.0.2.1", 0), Ok(()));
        assert_eq!(check(right, "2001:db8:0:1::1", 0), Ok(()));
        assert_eq!(check(right, "2001:db8::1", 12), Ok(()));
        // A mapped address is the same.
        for _ in 0..AT_ONCE {
            assert_eq!(check("", "192.0.2.1", 0), Err(Refusal::WrongToken));
        }
        assert_eq!(check(right, "::ffff:192.0.2.1", 0), Err(Refusal::TooMany(FAILURE_EVERY)));
        // However many guess, not all are remembered.
        for number in 0..2 * MOST_FAILURES as u32 {
            let ip = std::net::Ipv4Addr::from(number).to_string();
            assert_eq!(check("", &ip, 0), Err(Refusal::WrongToken));
        }
        assert_eq!(admin.failures.lock().unwrap().0.len(), MOST_FAILURES);
    }

    #[test]
    fn bodies_become_commands() {
        let told = |name, body: &str| command(name, body.as_bytes()).map(|read| read.ok());
        assert_eq!(told("check", "{}"), Some(Some(None)));
        let chat = Command::BroadcastChat { message: "<b>".to_owned() };
        assert_eq!(told("chat", r#"{"message":"<b>"}"#), Some(Some(Some(chat))));
        let kick = Command::KickUser { car_id: CarId(3) };
        assert_eq!(told("kick", r#"{"car_id":3}"#), Some(Some(Some(kick))));
        for (name, body) in [
            ("kick", "{}"),
            ("kick", r#"{"car_id":256}"#),
            ("kick", r#"{"car_id":3,"all":true}"#),
            ("chat", r#"{"message":7}"#),
            ("next-session", ""),
            ("restart-session", "[1]"),
        ] {
            assert_eq!(told(name, body), Some(None), "{name} {body}");
        }
        assert_eq!(told("format", "{}"), None);
    }
}
