//! [`Drain`]: the events of one frame.

use std::iter::FusedIterator;

use super::AcUdpClient;
use crate::error::Error;
use crate::protocol::Event;

/// The events of one frame, see [`AcUdpClient::drain`].
#[derive(Debug)]
#[must_use = "nothing is received until it is iterated"]
pub struct Drain<'a> {
    pub(super) client: &'a mut AcUdpClient,
    pub(super) left: usize,
}

impl Iterator for Drain<'_> {
    type Item = Result<Event, Error>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        self.left = self.left.checked_sub(1)?;
        // Taken apart here: `transpose` would move the event.
        match self.client.next_event() {
            Ok(Some(event)) => Some(Ok(event)),
            Ok(None) => {
                self.left = 0;
                None
            }
            Err(error) => {
                if !error.is_recoverable() {
                    self.left = 0;
                }
                Some(Err(error))
            }
        }
    }
}

impl FusedIterator for Drain<'_> {}
