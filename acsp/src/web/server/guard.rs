//! What every request and every answer has to pass.

use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::Site;
use super::api::error;

/// What browsers may do with the page: everything comes from here, nothing is inline, and no other page shows this one.
const HEADERS: [(HeaderName, &str); 6] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// The names under which the page may be asked for.
///
/// A page of another site whose name its owner points at 127.0.0.1 (DNS rebinding) has this program's page for its own, and
/// could read it from a browser on this machine. The browser still says by which name it asks.
#[derive(Debug)]
pub struct Hosts {
    names: Vec<String>,
    /// Only this machine is served.
    is_loopback: bool,
}

impl Hosts {
    pub fn new(names: &[String], is_loopback: bool) -> Self {
        Self { names: names.to_vec(), is_loopback }
    }

    fn allow(&self, host: &str) -> bool {
        let name = host_name(host);
        if !self.is_loopback && self.names.is_empty() {
            return true;
        }
        // No name leads to an address that is written out.
        let is_address = name.parse::<IpAddr>().is_ok()
            || name.trim_matches(['[', ']']).parse::<Ipv6Addr>().is_ok_and(|_| name.starts_with('['));
        is_address
            || name.eq_ignore_ascii_case("localhost")
            || self.names.iter().any(|allowed| allowed.eq_ignore_ascii_case(name))
    }
}

/// A host without its port.
fn host_name(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// Whether a request comes from a page of this very server, or from a program that is no browser. A browser tells the page's
/// site, and no page can hide it.
pub fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let is_same_site = text("sec-fetch-site").is_none_or(|site| site == "same-origin");
    let is_same_host = text("origin").is_none_or(|origin| {
        let host = origin.split_once("://").map(|(_, host)| host);
        host.is_some() && host == text("host")
    });
    is_same_site && is_same_host
}

/// Refuses foreign names, and adds the headers.
pub async fn guard(State(site): State<Arc<Site>>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let mut response = if site.hosts.allow(host.unwrap_or_default()) {
        next.run(request).await
    } else {
        error(
            StatusCode::MISDIRECTED_REQUEST,
            "this name is not known here: start `acsp web` with --allow-host NAME, or use localhost",
        )
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_loopback_foreign_names_are_refused() {
        let hosts = Hosts::new(&["Timing.example".to_owned()], true);
        for host in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:8080",
            "[::1]:8080",
            "192.168.1.7",
            "timing.example:80",
        ] {
            assert!(hosts.allow(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:8080",
            "localhost.evil.example",
            "timing.example:80:80",
            "[evil]",
            "::1:x",
        ] {
            assert!(!hosts.allow(host), "{host}");
        }
    }

    #[test]
    fn in_a_network_names_are_refused_only_if_some_are_given() {
        assert!(Hosts::new(&[], false).allow("anything.example"));
        assert!(!Hosts::new(&["timing.example".to_owned()], false).allow("anything.example"));
    }

    #[test]
    fn a_command_comes_from_the_page_or_from_no_browser() {
        let is_same = |pairs: &[(&'static str, &'static str)]| {
            let pairs = pairs
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
            is_same_origin(&pairs.collect())
        };
        let host = ("host", "timing.example:8080");
        assert!(is_same(&[host]));
        assert!(is_same(&[
            host,
            ("origin", "https://timing.example:8080"),
            ("sec-fetch-site", "same-origin")
        ]));
        assert!(!is_same(&[host, ("origin", "https://timing.example:8081")]));
        assert!(!is_same(&[host, ("origin", "https://evil.example")]));
        assert!(!is_same(&[host, ("origin", "null")]));
        assert!(!is_same(&[("origin", "null")]));
        assert!(!is_same(&[host, ("sec-fetch-site", "cross-site")]));
        assert!(!is_same(&[host, ("sec-fetch-site", "same-site")]));
    }
}
