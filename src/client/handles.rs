//! The client's socket, for pollers.

use super::AcUdpClient;

/// The socket, for a poller such as mio. Wait at most as long as
/// [`next_wakeup`](AcUdpClient::next_wakeup) says. Don't read from it. When it is readable, call
/// [`next_event`](AcUdpClient::next_event) until it returns `None`, because some pollers report only once.
#[cfg(unix)]
impl std::os::fd::AsFd for AcUdpClient {
    fn as_fd(&self) -> std::os::fd::BorrowedFd<'_> {
        self.link.socket().udp().as_fd()
    }
}

/// The socket, for a poller such as mio. Wait at most as long as
/// [`next_wakeup`](AcUdpClient::next_wakeup) says. Don't read from it.
#[cfg(unix)]
impl std::os::fd::AsRawFd for AcUdpClient {
    fn as_raw_fd(&self) -> std::os::fd::RawFd {
        self.link.socket().udp().as_raw_fd()
    }
}

/// The socket, for a poller such as mio. Wait at most as long as
/// [`next_wakeup`](AcUdpClient::next_wakeup) says. Don't read from it.
#[cfg(windows)]
impl std::os::windows::io::AsSocket for AcUdpClient {
    fn as_socket(&self) -> std::os::windows::io::BorrowedSocket<'_> {
        self.link.socket().udp().as_socket()
    }
}

/// The socket, for a poller such as mio. Wait at most as long as
/// [`next_wakeup`](AcUdpClient::next_wakeup) says. Don't read from it.
#[cfg(windows)]
impl std::os::windows::io::AsRawSocket for AcUdpClient {
    fn as_raw_socket(&self) -> std::os::windows::io::RawSocket {
        self.link.socket().udp().as_raw_socket()
    }
}
