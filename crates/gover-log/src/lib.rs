//! A client of the Go checksum database that verifies every hash itself.
//!
//! A lookup succeeds only if the record was found under a signed tree head (`note`, `head`),
//! that head is consistent with the newest one this machine has seen, and the record is a leaf of
//! the tree (`tiles`, `client`). Proven answers are cached (`store`); a cached answer is proven
//! again before it is used. A head that contradicts an earlier one stops the lookup and both signed
//! notes are kept as evidence (`fork`).
//!
//! This crate makes no connections: the caller brings a [`Remote`], which is the database itself or
//! the `/sumdb/` pass-through of a module proxy. The rules are those of
//! <https://go.dev/design/25530-sumdb> as cmd/go applies them. README.md explains the terms.
#![forbid(unsafe_code)]

mod bundle;
mod client;
mod database;
mod error;
mod escape;
mod fetch;
mod fork;
mod head;
mod kept_head;
mod note;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod record;
mod remote;
mod store;
mod tiles;

pub use bundle::{ProofBundle, ProofRequest};
pub use client::{Client, LogRecord};
pub use database::{Database, DatabaseError};
pub use error::{HeadOrigin, LogWarning, LogWarnings, SumdbError};
pub use escape::{EscapeError, escape_path, escape_version, unescape};
pub use fork::Fork;
pub use head::HeadError;
pub use note::{KeyError, NoteError, VerifierKey, open_note};
pub use record::RecordError;
pub use remote::{LogMirror, MAX_ANSWER, Remote, RemoteError};
pub use store::is_cached;

// The log of the tests is shared with the tests of gover-source, so it names this crate as they do.
#[cfg(test)]
extern crate self as gover_log;
#[cfg(test)]
mod tests;
