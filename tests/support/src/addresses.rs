//! Loopback addresses that a test has for itself.

use std::net::{IpAddr, UdpSocket};
use std::sync::atomic::{AtomicU8, Ordering};

/// A loopback address that no other test uses.
pub fn own_ip() -> IpAddr {
    static COUNT: AtomicU8 = AtomicU8::new(1);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let [.., high, low] = std::process::id().to_be_bytes();
    // Only Linux surely has the others, and sends from them.
    if cfg!(target_os = "linux") { [127, high | 1, low, count].into() } else { [127, 0, 0, 1].into() }
}

/// So many addresses that nobody listens on, and that no other test is given meanwhile.
pub fn free_addresses<const N: usize>() -> [String; N] {
    let ip = own_ip();
    let sockets = [(); N].map(|()| UdpSocket::bind((ip, 0)).unwrap());
    sockets.map(|socket| socket.local_addr().unwrap().to_string())
}
