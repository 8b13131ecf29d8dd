//! How answers of a checksum database reach the client.

use std::future::Future;

use thiserror::Error;

/// Where the database, or a proxy that passes its answers through, is read.
pub trait Remote {
    /// The whole body served at `path`, which begins with `/lookup/` or `/tile/` and needs no further escaping.
    ///
    /// Anything but status 200 is an error. An implementation stops reading after [`MAX_ANSWER`] bytes; the client
    /// refuses longer bodies in any case.
    fn read(&self, path: &str) -> impl Future<Output = Result<Vec<u8>, RemoteError>>;

    /// Is told that what was read at `paths` proved wrong. Names the places beside the usual way that it came from; they
    /// are not asked for these paths again, so that reading once more may bring something better.
    fn reject(&self, _paths: &[String]) -> Vec<String> {
        Vec::new()
    }
}

/// Why a path could not be read.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
pub enum RemoteError {
    /// The server answered and has no such path (status 404 or 410).
    #[error("{reason}")]
    NotFound {
        /// Address and status, as a person should read them.
        reason: String,
    },
    /// No connection, a timeout, a refusal, any other status.
    #[error("{reason}")]
    Unreachable {
        /// Address and cause, as a person should read them.
        reason: String,
        /// What a person can do about just this.
        remedy: Option<String>,
    },
}

/// The largest answer, in bytes, that is looked at: Go's own limit of a signed note and of a tree head.
pub const MAX_ANSWER: usize = 1_000_000;
