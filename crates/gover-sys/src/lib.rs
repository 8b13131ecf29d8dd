//! Every difference between operating systems and every unsafe line of gover.
//!
//! `gover-core` decides, this crate acts: it replaces the process, knows the machine, links directories, changes files so that
//! nobody sees halves, locks, looks at the process tree, the terminal and the user's PATH. Functions are the
//! same on every system and return plain [`std::io::Error`]s; callers add path, verb and hint.

pub mod exec;
pub mod file;
pub mod link;
pub mod lock;
pub mod machine;
pub mod process;
pub mod registry;
pub mod terminal;
pub mod user_path;

pub use lock::Lock;
