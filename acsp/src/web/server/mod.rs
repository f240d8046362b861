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
/// A request's head, and what hyper keeps for a browser that reads slowly.
const BUFFER: usize = 16 * 1024;
const MOST_HEADERS: usize = 64;
/// What the system keeps for a browser that reads slowly: a few updates, so that it does not see the past for long.
const SEND_BUFFER: u32 = 64 * 1024;
/// The system's queue of connections that are not accepted yet.
const BACKLOG: u32 = 256;

/// How long a browser is waited for.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// A request's head has to be here after this time, and the next request on a connection, too.
    pub head: Duration,
    /// The body of a command has to be here after this time.
    pub body: Duration,
    /// So long nothing may be read while something waits to be sent. A telephone that passes from one network to another
    /// comes back with a new connection.
    pub unread: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [head, body, unread] = [15, 10, 20].map(Duration::from_secs);
        Self { head, body, unread }
    }
}

/// What requests are answered from.
#[derive(Debug)]
pub struct Site {
    pub published: watch::Receiver<Arc<Published>>,
    pub hosts: Hosts,
    /// `None` if there are no commands.
    pub admin: Option<Admin>,
    /// `None` if nothing is stored.
    pub stored: Option<Stored>,
    pub patience: Patience,
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
    let patience = site.patience;
    let router = api::router(Arc::new(site));
    let counts = Arc::new(Counts::default());
    let accepting = async {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => match Counted::new(&counts, peer.ip()) {
                    Some(counted) => {
                        let router = router.clone().layer(Extension(Peer(peer)));
                        drop(tokio::spawn(connection(stream, router, patience, counted)));
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

async fn connection(stream: TcpStream, router: Router, patience: Patience, _counted: Counted) {
    // An update is to leave at once.
    let _ = stream.set_nodelay(true);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .max_buf_size(BUFFER)
        .max_headers(MOST_HEADERS)
        .serve_connection(
            TokioIo::new(Impatient::new(stream, patience.unread)),
            TowerToHyperService::new(router),
        )
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
    use std::io::{Read, Write};
    use std::net::TcpStream;
    use std::thread::{self, JoinHandle};

    use acudpclient::AcUdpClient;
    use axum::body::Bytes;

    use super::*;

    const TOKEN: &str = "0123456789abcdef";
    const FOREVER: Duration = Duration::from_secs(24 * 3600);
    const SOON: Duration = Duration::from_millis(30);
    /// Ends a test that has failed.
    const FAILED: Duration = Duration::from_secs(60);

    /// Waits for nobody's end.
    const PATIENT: Patience = Patience { head: FOREVER, body: FOREVER, unread: FOREVER };

    /// A server for one browser, which has said this. The thread ends when the server has ended the connection.
    fn serve_one(patience: Patience, said: &str) -> (TcpStream, JoinHandle<()>) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let listener = runtime.block_on(listen("127.0.0.1:0")).unwrap();
        let mut browser = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        browser.set_read_timeout(Some(FAILED)).unwrap();
        browser.write_all(said.as_bytes()).unwrap();
        let name = format!("acsp-token-{}-{}", std::process::id(), browser.local_addr().unwrap().port());
        let file = std::env::temp_dir().join(name);
        std::fs::write(&file, TOKEN).unwrap();
        let client = AcUdpClient::bind("127.0.0.1:0", "127.0.0.1:9").unwrap();
        let admin = Admin::new(&file, client.commands()).unwrap();
        std::fs::remove_file(file).unwrap();
        // More than the systems keep for a browser that does not read.
        let state_event = Bytes::from(vec![b':'; 32 * 1024 * 1024]);
        let (updates, published) =
            watch::channel(Arc::new(Published { seq: 1, state_event, ..Published::default() }));
        let hosts = Hosts::new(&[], true);
        let site = Site { published, hosts, admin: Some(admin), stored: None, patience };
        let serving = thread::spawn(move || {
            runtime.block_on(async {
                let (stream, peer) = listener.accept().await.unwrap();
                let router = api::router(Arc::new(site)).layer(Extension(Peer(peer)));
                let counted = Counted::new(&Arc::default(), peer.ip()).unwrap();
                let served = connection(stream, router, patience, counted);
                tokio::time::timeout(FAILED, served).await.expect("the connection goes on");
            });
            drop((updates, client));
        });
        (browser, serving)
    }

    /// What the server says until it ends the connection.
    fn heard(mut browser: &TcpStream) -> String {
        let mut heard = Vec::new();
        browser.read_to_end(&mut heard).expect("the connection goes on");
        String::from_utf8(heard).unwrap()
    }

    #[test]
    fn a_browser_that_never_finishes_its_request_is_sent_away() {
        let whole = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";
        for said in ["", "GET / HTTP/1.1\r\nHost: loc", whole, &format!("{whole}GET /")] {
            let (browser, serving) = serve_one(Patience { head: SOON, ..PATIENT }, said);
            let heard = heard(&browser);
            assert_eq!(heard.starts_with("HTTP/1.1 404"), said.starts_with(whole), "{said:?}: {heard}");
            serving.join().unwrap();
        }
    }

    #[test]
    fn a_command_whose_body_does_not_come_is_refused() {
        let head = format!(
            "POST /api/v1/admin/check HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\
             Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{{"
        );
        let (browser, serving) = serve_one(Patience { body: SOON, ..PATIENT }, &head);
        let heard = heard(&browser);
        assert!(heard.starts_with("HTTP/1.1 408") && heard.contains("did not come"), "{heard}");
        serving.join().unwrap();
    }

    #[test]
    fn a_browser_that_reads_nothing_is_sent_away() {
        let stream = "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n";
        let (_browser, serving) = serve_one(Patience { unread: SOON, ..PATIENT }, stream);
        serving.join().unwrap();
    }

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
