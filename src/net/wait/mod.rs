//! How to wait for non-blocking sockets.
//!
//! | | with the feature `poll` | with std alone |
//! | --- | --- | --- |
//! | how | the system's poll | pauses and checks again, see `pause.rs` |
//! | a datagram is noticed | at once | late by at most the time waited so far, and at most 10 ms |
//! | a timeout | on time | on time |
//! | another thread ends the wait | at once | at once |
//!
//! A wait may end early; the caller checks whether something has come.

#[cfg(not(feature = "poll"))]
mod pause;
#[cfg(feature = "poll")]
mod poll;

#[cfg(not(feature = "poll"))]
pub(crate) use pause::{Waker, Watch, source};
#[cfg(feature = "poll")]
pub(crate) use poll::{Waker, Watch, source};
