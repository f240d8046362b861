//! What the subcommands of `acsp` share with its tests and benches.

pub mod store;
