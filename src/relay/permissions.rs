//! [`Permissions`]: which commands a plugin may send.

use std::fmt;

use crate::protocol::id;

/// Which commands a plugin may send, by packet id (see [`protocol::id`](crate::protocol::id)). The relay refuses and
/// counts all others.
///
/// ```
/// use acudpclient::protocol::id;
/// use acudpclient::relay::Permissions;
///
/// let moderator = Permissions::chat().allow(id::KICK_USER);
/// assert!(moderator.allows(id::KICK_USER));
/// assert!(!moderator.allows(id::ADMIN_COMMAND));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Permissions([u64; 4]);

impl Permissions {
    /// Nothing: the plugin only listens.
    #[must_use]
    pub const fn none() -> Self {
        Self([0; 4])
    }

    /// Requests: REALTIMEPOS_INTERVAL, GET_CAR_INFO and GET_SESSION_INFO. This is the default.
    #[must_use]
    pub const fn read_only() -> Self {
        Self::none().allow(id::REALTIMEPOS_INTERVAL).allow(id::GET_CAR_INFO).allow(id::GET_SESSION_INFO)
    }

    /// Requests and chat: also SEND_CHAT and BROADCAST_CHAT.
    #[must_use]
    pub const fn chat() -> Self {
        Self::read_only().allow(id::SEND_CHAT).allow(id::BROADCAST_CHAT)
    }

    /// Every command that the protocol defines.
    #[must_use]
    pub const fn commands() -> Self {
        Self::none().allow_every(true)
    }

    /// Everything, including unknown packets.
    #[must_use]
    pub const fn all() -> Self {
        Self::commands().allow_unknown()
    }

    /// Allows this packet id too.
    #[must_use]
    pub const fn allow(mut self, packet_id: u8) -> Self {
        self.0[packet_id as usize / 64] |= 1 << (packet_id % 64);
        self
    }

    /// Forbids this packet id.
    #[must_use]
    pub const fn deny(mut self, packet_id: u8) -> Self {
        self.0[packet_id as usize / 64] &= !(1 << (packet_id % 64));
        self
    }

    /// Allows every id that is not a command of the protocol too, such as a mod's.
    #[must_use]
    pub const fn allow_unknown(self) -> Self {
        self.allow_every(false)
    }

    /// Allows every command of the protocol, or every other id.
    const fn allow_every(mut self, command: bool) -> Self {
        let mut packet_id = 0;
        while packet_id < 256 {
            if id::is_command(packet_id as u8) == command {
                self = self.allow(packet_id as u8);
            }
            packet_id += 1;
        }
        self
    }

    /// True if the plugin may send packets with this id.
    #[must_use]
    pub const fn allows(self, packet_id: u8) -> bool {
        self.0[packet_id as usize / 64] & (1 << (packet_id % 64)) != 0
    }
}

impl Default for Permissions {
    fn default() -> Self {
        Self::read_only()
    }
}

/// Lists the allowed packet ids.
impl fmt::Debug for Permissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries((0..=u8::MAX).filter(|&packet_id| self.allows(packet_id))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preset_has_what_it_says_of_every_id() {
        for packet_id in 0..=u8::MAX {
            assert!(!Permissions::none().allows(packet_id));
            assert_eq!(Permissions::commands().allows(packet_id), id::is_command(packet_id), "{packet_id}");
            assert_eq!(Permissions::none().allow_unknown().allows(packet_id), !id::is_command(packet_id));
            assert!(Permissions::all().allows(packet_id));
        }
        assert_eq!(format!("{:?}", Permissions::read_only()), "{200, 201, 204}");
        assert_eq!(format!("{:?}", Permissions::chat()), "{200, 201, 202, 203, 204}");
    }
}
