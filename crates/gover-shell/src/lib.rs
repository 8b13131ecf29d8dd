//! Shells as data: which there are, how they quote, what `gover init` prints and what `gover setup` writes.
//!
//! Which shells exist never depends on the platform: `gover env --shell powershell` works on Linux. Everything
//! here is computed from [`gover_core::Env`] and [`gover_core::Layout`]; only [`persist`] touches files, and
//! what it would do can be seen before it does it.

mod entry;
mod init;
mod kind;
pub mod persist;
pub mod quote;
mod syntax;
#[cfg(test)]
mod testing;

pub use entry::PathEntry;
pub use init::{InitError, script};
pub use kind::{ShellKind, UnknownShell};
pub use syntax::{Change, Syntax};
