//! Waiting for sockets that never block.
//!
//! | | with the feature `poll` | with std alone |
//! | --- | --- | --- |
//! | how | the system's poll | looks again after a pause, see `pause.rs` |
//! | a datagram is noticed | at once | after at most as long as has been waited, and at most 10 ms |
//! | a timeout | is on time | is on time |
//! | another thread ends the wait | at once | at once |
//!
//! A wait may end too early; who waits looks whether there is something.

#[cfg(not(feature = "poll"))]
mod pause;
#[cfg(feature = "poll")]
mod poll;

#[cfg(not(feature = "poll"))]
pub(crate) use pause::{Waker, Watch, source};
#[cfg(feature = "poll")]
pub(crate) use poll::{Waker, Watch, source};
