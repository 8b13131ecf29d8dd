//! Shells as data: which ones gover knows, how they quote, what `gover init` prints and what `gover
//! setup` writes.
//!
//! All shells exist on every system: `gover env --shell powershell` works on Linux. Everything is
//! computed from [`gover_core::Env`] and [`gover_core::Layout`]. Only [`persist`] touches files,
//! and it shows its changes before it makes them.

mod entry;
mod init;
mod kind;
pub mod persist;
pub mod quote;
mod syntax;
#[cfg(test)]
mod testing;

pub use entry::{InitError, PathEntry};
pub use init::script;
pub use kind::{ShellKind, UnknownShell};
pub use syntax::{Change, Syntax};
