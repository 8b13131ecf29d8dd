//! Which known vulnerabilities a Go version has, by the Go vulnerability database.
//!
//! A [`Database`] holds the entries that concern Go itself: `stdlib`, the packages that programs
//! import, and `toolchain`, the go command and what it runs. [`Database::of`] says which of them
//! affect a version, by the rules of golang.org/x/vuln (docs/go.md#vulnerabilities). A vulnerability
//! of a version means that this Go contains it, not that a program reaches it.
#![forbid(unsafe_code)]

mod ask;
mod counts;
mod database;
mod entry;
mod range;
mod table;
mod version;

pub use ask::{AskError, Copied, CopyResult, MIRRORED, Place, Question, Response, known_counts, places};
pub use counts::Counts;
pub use database::{Basis, BasisKind, Database, Vulnerabilities};
pub use entry::{Component, Entry, EntryError};
pub use table::{CompiledError, counts, encode, inputs};
