//! [`Fault`]: what an error of receiving or sending means for the next call.
//!
//! Any ICMP packet, which a stranger can forge, sets some error on a connected socket, and a route with the
//! action "drop" gives EINVAL. So every error is passing, except those that only a wrong call can cause.
//!
//! | error | means | the client then | test |
//! | --- | --- | --- | --- |
//! | would block, timed out | [`NotNow`](Fault::NotNow) | waits; a send is [`Error::SendBufferFull`] | `tests/client/receiving.rs::silence_is_no_event`, `tests/full_send_buffer.rs::a_full_send_buffer_is_a_recoverable_error` |
//! | interrupted by a signal | [`NotNow`](Fault::NotNow) | waits for the time that is left | `tests/interrupted.rs::an_interrupted_wait_goes_on` |
//! | ENOBUFS while sending | [`NotNow`](Fault::NotNow) | tries again, then [`Error::SendBufferFull`] | `src/net/fault.rs::only_a_wrong_call_is_broken` |
//! | connection refused or reset, host or network unreachable | [`Unreachable`](Fault::Unreachable) | [`Error::ServerUnreachable`] | `src/net/fault.rs::only_a_wrong_call_is_broken`, `tests/client/faults.rs::the_server_is_away_and_comes_back` |
//! | EBADF, EFAULT, ENOTSOCK (Windows: also WSANOTINITIALISED) | [`Broken`](Fault::Broken) | [`Error::Io`], the client ends | `src/net/fault.rs::only_a_wrong_call_is_broken` |
//! | any other | [`Passing`](Fault::Passing) | [`Error::NotReceived`], [`Error::NotSent`] | `src/net/fault.rs::only_a_wrong_call_is_broken`, `tests/namespaces/obstacles.rs::a_command_that_a_firewall_holds_back_is_said_to_be_not_sent` |
//!
//! [`Error::SendBufferFull`]: crate::Error::SendBufferFull
//! [`Error::ServerUnreachable`]: crate::Error::ServerUnreachable
//! [`Error::Io`]: crate::Error::Io
//! [`Error::NotReceived`]: crate::Error::NotReceived
//! [`Error::NotSent`]: crate::Error::NotSent

use std::io::{self, ErrorKind};

/// Why a call received or sent nothing.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Nothing is waiting, or the send buffer is full.
    NotNow,
    /// The network's answer to an earlier datagram: nobody listens there, or the host is unreachable.
    Unreachable,
    /// The next call may succeed: another ICMP error, a firewall, a lack of memory.
    Passing(io::Error),
    /// The call itself is wrong, and the next one will be too: this is not an open UDP socket.
    Broken(io::Error),
}

impl Fault {
    #[cold]
    pub(crate) fn of(error: io::Error) -> Self {
        match error.kind() {
            // The caller resumes an interrupted wait: it knows how much time is left.
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

/// True if the send queue is full. macOS and the BSDs report that as ENOBUFS, not as `WouldBlock`.
pub(super) fn is_out_of_buffers(error: &io::Error) -> bool {
    error.raw_os_error() == Some(number::NO_BUFFERS)
}

/// Error numbers without an [`ErrorKind`] in std.
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
