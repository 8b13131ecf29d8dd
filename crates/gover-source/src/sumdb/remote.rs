//! How answers of a checksum database reach the client, and several at a time.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::Poll;

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

/// Drives all `futures` side by side in the calling task; results are in the order of the futures.
pub(crate) async fn join_all<F: Future>(futures: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut running: Vec<Running<F>> =
        futures.into_iter().map(|future| Running::Waiting(Box::pin(future))).collect();
    let all = poll_fn(|context| {
        let mut waiting = false;
        for slot in &mut running {
            if let Running::Waiting(future) = slot {
                match future.as_mut().poll(context) {
                    Poll::Ready(output) => *slot = Running::Done(output),
                    Poll::Pending => waiting = true,
                }
            }
        }
        if waiting { Poll::Pending } else { Poll::Ready(()) }
    });
    pin!(all).await;
    running
        .into_iter()
        .filter_map(|slot| match slot {
            Running::Done(output) => Some(output),
            // Never met: the loop above ends only when nothing waits.
            Running::Waiting(_) => None,
        })
        .collect()
}

/// The same for what may fail: the first failure ends all, since the others would be of no use.
pub(crate) async fn try_join_all<T, E, F: Future<Output = Result<T, E>>>(
    futures: impl IntoIterator<Item = F>,
) -> Result<Vec<T>, E> {
    let failed = Cell::new(None);
    let all = join_all(futures.into_iter().map(async |future| match future.await {
        Ok(value) => Some(value),
        Err(error) => {
            failed.set(Some(error));
            None
        }
    }));
    let mut all = pin!(all);
    let values = poll_fn(|context| {
        let done = all.as_mut().poll(context);
        match failed.take() {
            Some(error) => Poll::Ready(Err(error)),
            None => done.map(Ok),
        }
    });
    // Where none failed, none is missing.
    Ok(values.await?.into_iter().flatten().collect())
}

enum Running<F: Future> {
    Waiting(Pin<Box<F>>),
    Done(F::Output),
}

// The outputs are only moved out of, never pinned.
impl<F: Future> Unpin for Running<F> {}

/// The largest answer, in bytes, that is looked at: Go's own limit of a signed note and of a tree head.
pub const MAX_ANSWER: usize = 1_000_000;

#[cfg(test)]
mod tests {
    use std::future::{pending, ready};

    use super::*;

    #[tokio::test]
    async fn one_failure_ends_all_and_none_leaves_all() {
        let future = |answer: Option<Result<u32, &'static str>>| async move {
            match answer {
                Some(answer) => ready(answer).await,
                None => pending().await,
            }
        };
        let failed = try_join_all([Some(Ok(1)), None, Some(Err("gone")), None].map(future)).await;
        assert_eq!(failed, Err("gone"));
        assert_eq!(try_join_all([Some(Ok(1)), Some(Ok(2))].map(future)).await, Ok(vec![1, 2]));
    }
}
