//! The packet ids: a packet's first byte. [The protocol's documentation](super#packets) lists them in a table.

use super::table::{commands, events};

/// The constants of one direction, and their names.
macro_rules! ids {
    ($enum:ident $name:ident: $($id:literal $NAME:ident $variant:ident,)*) => {
        $(
            #[doc = concat!(
                stringify!($id), ": [`", stringify!($enum), "::", stringify!($variant), "`](super::",
                stringify!($enum), "::", stringify!($variant), ")"
            )]
            pub const $NAME: u8 = $id;
        )*

        const fn $name(packet_id: u8) -> Option<&'static str> {
            Some(match packet_id {
                $($NAME => concat!("ACSP_", stringify!($NAME)),)*
                _ => return None,
            })
        }
    };
}

macro_rules! event_ids {
    ($(
        $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident($packet:ident) $($shared:ident)?,
        $(#[$handler_doc:meta])* fn $handler:ident($parameter:ident);
    )*) => {
        ids! { Event event_name: $($id $NAME $variant,)* }
    };
}
events!(event_ids);

macro_rules! command_ids {
    ($(
        $(#[$doc:meta])* $id:literal $NAME:ident => $variant:ident
            $({ $($fields:tt)* })? $(($($struct:tt)*))?;
    )*) => {
        ids! { Command command_name: $($id $NAME $variant,)* }
    };
}
commands!(command_ids);

/// The protocol's name of an id, such as `ACSP_LAP_COMPLETED` for 73; `None` for an undefined id.
#[must_use]
pub const fn name(packet_id: u8) -> Option<&'static str> {
    match event_name(packet_id) {
        Some(name) => Some(name),
        None => command_name(packet_id),
    }
}

/// True if a plugin sends this id to the server. False for ids of events and for undefined ids.
#[must_use]
pub const fn is_command(packet_id: u8) -> bool {
    command_name(packet_id).is_some()
}
