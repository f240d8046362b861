//! [`Fault`]: what an error of receiving or sending says about the next call.

use std::io::{self, ErrorKind};

/// Why a call has received or sent nothing.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nothing is waiting, or the send buffer is full.
    NotNow,
    /// The network's answer to an earlier datagram: nobody listens there, or nobody can be reached.
    Unreachable,
    /// Anything else that need not concern the next call: another answer of the network, a firewall,
    /// a lack of memory.
    Passing(io::Error),
    /// The call itself is wrong, and so will be the next one: this is no open UDP socket any more.
    Broken(io::Error),
}

impl Fault {
    /// Any ICMP packet, which a stranger can forge, sets some error on a connected socket, and a route that
    /// is set to drop gives EINVAL. So all errors are taken for passing, but for those that only the call
    /// itself can cause.
    #[cold]
    pub(crate) fn of(error: io::Error) -> Self {
        match error.kind() {
            // A wait is taken up again by the caller, who knows how much of it is left.
            ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted => Self::NotNow,
            ErrorKind::ConnectionRefused
            | ErrorKind::ConnectionReset
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable => Self::Unreachable,
            _ if error.raw_os_error().is_some_and(|code| number::BROKEN.contains(&code)) => {
                Self::Broken(error)
            }
            _ => Self::Passing(error),
        }
    }
}

/// Whether the queue for outgoing datagrams is full: on macOS and the BSDs that is no `WouldBlock`.
pub(super) fn is_out_of_buffers(error: &io::Error) -> bool {
    error.raw_os_error() == Some(number::NO_BUFFERS)
}

/// The numbers of errors that std has no name for.
mod number {
    /// EBADF, EFAULT, ENOTSOCK.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) const BROKEN: [i32; 3] = [9, 14, 88];
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    pub(super) const BROKEN: [i32; 3] = [9, 14, 38];
    /// WSAEBADF, WSAEFAULT, WSAENOTSOCK, WSANOTINITIALISED.
    #[cfg(not(unix))]
    pub(super) const BROKEN: [i32; 4] = [10_009, 10_014, 10_038, 10_093];

    /// ENOBUFS.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    pub(super) const NO_BUFFERS: i32 = 105;
    #[cfg(all(unix, not(any(target_os = "linux", target_os = "android"))))]
    pub(super) const NO_BUFFERS: i32 = 55;
    #[cfg(not(unix))]
    pub(super) const NO_BUFFERS: i32 = 10_055;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn only_a_wrong_call_is_broken() {
        let broken = [9, 14, 88];
        for code in 1..=133 {
            let fault = Fault::of(io::Error::from_raw_os_error(code));
            assert_eq!(matches!(fault, Fault::Broken(_)), broken.contains(&code), "{code}: {fault:?}");
        }
        for code in [101, 104, 111, 113] {
            assert!(matches!(Fault::of(io::Error::from_raw_os_error(code)), Fault::Unreachable), "{code}");
        }
        assert!(is_out_of_buffers(&io::Error::from_raw_os_error(105)));
    }

    #[cfg(windows)]
    #[test]
    fn only_a_wrong_call_is_broken() {
        let broken = [10_009, 10_014, 10_038, 10_093];
        for code in 10_000..=10_110 {
            let fault = Fault::of(io::Error::from_raw_os_error(code));
            assert_eq!(matches!(fault, Fault::Broken(_)), broken.contains(&code), "{code}: {fault:?}");
        }
    }
}
