//! A plugin, a router and a server, three hosts in network namespaces: what networks do to datagrams.
#![cfg(target_os = "linux")]

mod icmp;
#[cfg(feature = "relay")]
mod links;
mod obstacles;
mod world;
