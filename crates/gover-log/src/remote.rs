//! How answers of a checksum database reach the client.

use std::future::Future;
use std::path::PathBuf;

use thiserror::Error;

use gover_net::Address;

/// Where the database, or a proxy that passes its answers through, is read.
pub trait Remote {
    /// The whole body served at `path`, which begins with `/lookup/` or `/tile/` and needs no
    /// further escaping. Any status but 200 is an error. An implementation stops reading after
    /// [`MAX_ANSWER`] bytes; the client rejects longer bodies in any case.
    fn read(&self, path: &str) -> impl Future<Output = Result<Vec<u8>, RemoteError>>;

    /// Reports that the bodies read at `paths` are wrong. Returns the mirrors that served them;
    /// they are not asked for these paths again, so reading once more may bring other bytes.
    fn reject(&self, _paths: &[String]) -> Vec<LogMirror> {
        Vec::new()
    }
}

/// A copy of a part of the log.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LogMirror {
    #[error("{}", .0.display())]
    Directory(PathBuf),
    #[error("{0}")]
    Server(Address),
}

#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RemoteError {
    /// The server has no such path (status 404 or 410).
    #[error("{reason}")]
    NotFound { reason: String },
    /// No connection, a timeout, a refusal, any other status.
    #[error("{reason}")]
    Unreachable { reason: String, remedy: Option<String> },
}

/// The largest answer in bytes: Go's own limit for a signed note.
pub const MAX_ANSWER: usize = 1_000_000;
