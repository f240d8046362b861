//! The addresses of an example's server. In your own program, write the addresses or read them from a file.

#![allow(dead_code)] // each example uses only a part of this

use std::env;

/// The arguments `LOCAL SERVER`, for `AcUdpClient::bind`: where the server sends, and where it listens. Without
/// arguments but with the feature `sim`, starts a simulated server and returns its addresses.
pub fn addresses() -> (String, String) {
    addresses_of(1).remove(0)
}

/// The same for several servers: `LOCAL SERVER LOCAL SERVER …`, or this number of simulated ones.
pub fn addresses_of(simulated_servers: usize) -> Vec<(String, String)> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.len() {
        0 => (0..simulated_servers).map(|_| simulated()).collect(),
        length if length % 2 == 0 => {
            arguments.chunks(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
        }
        _ => usage(),
    }
}

/// A further port that an example listens on. If `FREE_PORTS` is set it is 0, so the system chooses one: tests set it,
/// because they run beside other programs.
pub fn port(port: u16) -> u16 {
    if env::var_os("FREE_PORTS").is_some() { 0 } else { port }
}

#[cfg(feature = "sim")]
fn simulated() -> (String, String) {
    use std::time::Duration;

    use acudpclient::sim::{Session, SimServer};

    let sessions = [Session::race(5), Session::qualify(Duration::from_secs(300))];
    let server = SimServer::builder().cars(8).speed(10.0).sessions(sessions).repeat(true).start();
    let server = server.expect("loopback has a free port");
    let address = server.local_addr().to_string();
    // Without a drop, the server runs as long as the program.
    std::mem::forget(server);
    ("127.0.0.1:0".to_owned(), address)
}

#[cfg(not(feature = "sim"))]
fn simulated() -> (String, String) {
    usage()
}

fn usage() -> ! {
    eprintln!("arguments: LOCAL SERVER, such as 127.0.0.1:12000 127.0.0.1:11000");
    eprintln!("or none with --features sim, for a simulated server");
    std::process::exit(2)
}
