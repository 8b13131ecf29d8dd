//! The Go checksum database, checked to the last hash.
//!
//! A lookup ends well only when the record was found under a signed tree head (`key`, `note`, `head`), that head
//! continues the newest one this machine has seen, and the record is a leaf of the tree (`tiles`, `client`). What
//! was proven is cached (`store`); what comes from the cache is proven again. A head that contradicts an earlier one
//! stops everything and leaves both signed notes behind as evidence (`fork`).
//!
//! Nothing here knows how an answer travels: the caller brings a [`Remote`], which is the database itself or the
//! `/sumdb/` pass-through of a GOPROXY. The rules are those of <https://go.dev/design/25530-sumdb> as cmd/go applies
//! them.
#![forbid(unsafe_code)]

mod client;
mod database;
mod error;
mod escape;
mod excerpt;
mod fetch;
mod fork;
mod head;
mod kept_head;
mod key;
mod note;
mod own_head;
#[cfg(any(test, fuzzing))]
pub mod properties;
mod record;
mod remark;
mod remote;
mod store;
mod tiles;

pub use client::{Client, LogRecord};
pub use database::{Database, DatabaseError};
pub use error::{HeadOrigin, SumdbError};
pub use escape::{EscapeError, escape_path, escape_version};
pub use excerpt::{Excerpt, Wish};
pub use fork::Fork;
pub use head::HeadError;
pub use key::{KeyError, VerifierKey};
pub use note::NoteError;
pub use record::RecordError;
pub use remark::{Remark, Remarks};
pub use remote::{MAX_ANSWER, Remote, RemoteError};

// The log of the tests is shared with the tests of gover-source, so it names this crate as they do.
#[cfg(test)]
extern crate self as gover_log;
#[cfg(test)]
mod tests;
