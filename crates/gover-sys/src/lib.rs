//! Every difference between operating systems, and every unsafe line of gover.
//!
//! `gover-core` decides, this crate acts. It replaces the process, looks at the machine, the
//! process tree and the terminal, links directories, changes files by rename, takes locks, and
//! edits the user's PATH. Functions are the same on every system and return plain
//! [`std::io::Error`]s; callers add path, verb and hint.
#![expect(unsafe_code, reason = "the one crate that calls the operating system")]
#![deny(unsafe_op_in_unsafe_fn, clippy::undocumented_unsafe_blocks)]

pub mod entry;
pub mod exec;
pub mod file;
pub mod interrupt;
pub mod link;
pub mod lock;
pub mod machine;
pub mod process;
pub mod registry;
pub mod terminal;
pub mod user;
pub mod user_path;

pub use lock::Lock;
