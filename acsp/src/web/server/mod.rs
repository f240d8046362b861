//! The web server: connections, and their limits.
//!
//! One thread serves all browsers. It knows of the race what [`Published`] has, which the race's thread hands over without
//! waiting for anybody: a browser that is slow misses updates, and nothing else happens.

mod admin;
mod api;
mod guard;
mod impatient;
mod stream;

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;

use super::published::Published;
use super::stored::Stored;
pub use admin::Admin;
use admin::Peer;
pub use guard::Hosts;
use impatient::Impatient;

/// A browser has one connection for the stream, and a few more while it loads the page.
const MOST_CONNECTIONS: usize = 1024;
/// Of one address. A proxy on this machine has all of them.
const MOST_OF_ONE_ADDRESS: usize = 256;
/// A request's head has to be here after this time, and the next request on a connection, too.
const HEAD_PATIENCE: Duration = Duration::from_secs(15);
/// A request's head, and what hyper keeps for a browser that reads slowly.
const BUFFER: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;
/// What the system keeps for a browser that reads slowly: a few updates, so that it does not see the past for long.
const SEND_BUFFER: u32 = 64 * 1024;
/// The system's queue of connections that are not accepted yet.
const BACKLOG: u32 = 256;

/// What requests are answered from.
#[derive(Debug)]
pub struct Site {
    pub published: watch::Receiver<Arc<Published>>,
    pub hosts: Hosts,
    /// `None` if there are no commands.
    pub admin: Option<Admin>,
    /// `None` if nothing is stored.
    pub stored: Option<Stored>,
}

/// Opens the port.
///
/// # Errors
///
/// The text says what to do if another program has the port.
pub async fn listen(address: &str) -> anyhow::Result<TcpListener> {
    let addresses: Vec<SocketAddr> = tokio::net::lookup_host(address)
        .await
        .with_context(|| format!("--listen {address:?} is no address with a port, such as 127.0.0.1:8080"))?
        .collect();
    let mut failed = None;
    for address in addresses {
        match bind(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = Some(error),
        }
    }
    let error = failed.unwrap_or_else(|| io::ErrorKind::AddrNotAvailable.into());
    let advice = match error.kind() {
        io::ErrorKind::AddrInUse => {
            "another program has this port, perhaps a second `acsp web`: end it, or choose another port with --listen, \
             such as --listen 127.0.0.1:8081 (port 0 is any free one)"
        }
        io::ErrorKind::PermissionDenied => "choose a port above 1023 with --listen",
        _ => {
            "--listen wants an address of this machine, such as 127.0.0.1:8080, or 0.0.0.0:8080 for all of them"
        }
    };
    Err(error).context(format!("cannot listen on {address} for browsers: {advice}"))
}

fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // On Windows it would let two programs have the same port.
    if cfg!(unix) {
        socket.set_reuseaddr(true)?;
    }
    // The connections inherit it.
    socket.set_send_buffer_size(SEND_BUFFER)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until the race ends.
pub async fn serve(listener: TcpListener, site: Site) {
    let mut race = site.published.clone();
    let router = api::router(Arc::new(site));
    let counts = Arc::new(Counts::default());
    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => match Counted::new(&counts, peer.ip()) {
                    Some(counted) => {
                        let router = router.clone().layer(Extension(Peer(peer)));
                        drop(tokio::spawn(connection(stream, router, counted)));
                    }
                    None => refuse(&stream),
                },
                // Too many files are open, or the browser is gone already. It is no use to try again at once.
                Err(error) => {
                    log::warn!("cannot accept a browser: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    };
    let ended = async { while race.changed().await.is_ok() {} };
    futures_util::future::select(std::pin::pin!(accepting), std::pin::pin!(ended)).await;
}

async fn connection(stream: TcpStream, router: Router, _counted: Counted) {
    // An update is to leave at once.
    let _ = stream.set_nodelay(true);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_buf_size(BUFFER)
        .max_headers(MOST_HEADERS)
        .serve_connection(TokioIo::new(Impatient::new(stream)), TowerToHyperService::new(router))
        .await;
    if let Err(error) = served {
        log::debug!("a browser's connection: {error}");
    }
}

/// Says why, if that can be said without waiting.
fn refuse(stream: &TcpStream) {
    let _ = stream.try_write(
        b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 10\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    );
}

/// The open connections by address.
#[derive(Debug, Default)]
struct Counts(Mutex<HashMap<IpAddr, usize>>);

/// An open connection.
#[derive(Debug)]
struct Counted {
    counts: Arc<Counts>,
    ip: IpAddr,
}

impl Counted {
    /// `None` if there are too many.
    fn new(counts: &Arc<Counts>, ip: IpAddr) -> Option<Self> {
        let mut by_ip = counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (all, own) = (by_ip.values().sum::<usize>(), by_ip.get(&ip).copied().unwrap_or(0));
        if all >= MOST_CONNECTIONS || (own >= MOST_OF_ONE_ADDRESS && !ip.is_loopback()) {
            return None;
        }
        by_ip.insert(ip, own + 1);
        Some(Self { counts: counts.clone(), ip })
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut by_ip = self.counts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = by_ip.get_mut(&self.ip) {
            *own -= 1;
            if *own == 0 {
                by_ip.remove(&self.ip);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_address_and_all_together_have_a_limit() {
        let counts = Arc::new(Counts::default());
        let open = |ip: [u8; 4], count| -> Vec<_> {
            (0..count).map_while(|_| Counted::new(&counts, ip.into())).collect()
        };
        let first = open([10, 0, 0, 1], MOST_CONNECTIONS);
        assert_eq!(first.len(), MOST_OF_ONE_ADDRESS);
        let proxy = open([127, 0, 0, 1], MOST_CONNECTIONS);
        assert_eq!(first.len() + proxy.len(), MOST_CONNECTIONS);
        assert!(open([10, 0, 0, 2], 1).is_empty());
        drop(first);
        assert_eq!(open([10, 0, 0, 2], 1).len(), 1);
        drop(proxy);
        assert!(counts.0.lock().unwrap().is_empty());
    }
}
