//! What is wrong around Go on a machine: found, shown with evidence, explained, and repaired on request.
//!
//! A [check](check::Check) is one small unit. It reads a [`Snapshot`] of the machine and returns findings; it opens no
//! file, asks no registry and starts no program itself, so each is tested with made-up machines of every operating system
//! on any other. [`live`] fills the snapshot from the real one. [`repair`] makes the changes that findings propose,
//! keeps what was there, and puts it back.

pub mod check;
pub mod checks;
pub mod finding;
pub mod live;
pub mod repair;
mod secret;
pub mod snapshot;

#[cfg(test)]
mod testing;

pub use check::Check;
pub use checks::{GROUPS, Group};
pub use finding::{Change, Evidence, Finding, Fix, Severity};
pub use snapshot::Snapshot;
pub use snapshot::path::MachinePath;
pub use snapshot::system::Os;
