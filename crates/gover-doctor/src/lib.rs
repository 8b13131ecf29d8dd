//! Finds what is wrong around Go on a machine, shows why, and repairs it on request.
//!
//! A [check](check::Check) is one small unit. It reads a [`Snapshot`] of the machine and returns
//! findings. It does not open files, read the registry or start programs itself, so made-up
//! machines of every operating system can test it on any other. [`live`] fills the snapshot from
//! the real machine. [`repair`] makes the changes that findings propose, keeps what was there, and
//! restores it. [`editor`] says what an editor needs.

mod causes;
pub mod check;
pub mod checks;
pub mod editor;
pub mod finding;
pub mod fix;
pub mod keepers;
pub mod language;
pub mod live;
pub mod myths;
pub mod redaction;
pub mod repair;
pub(crate) mod scope;
pub mod secret;
pub mod snapshot;
pub mod survey;

#[cfg(test)]
mod testing;

pub use causes::causes;
pub use check::{Check, CheckResult};
pub use checks::{GROUPS, Group};
pub use finding::{Change, Evidence, Fact, Finding, Severity, merged};
pub use fix::{Edit, Fix};
pub use language::{Language, Words};
pub use scope::Scope;
pub use snapshot::Snapshot;
pub use snapshot::path::MachinePath;
pub use snapshot::system::Os;
