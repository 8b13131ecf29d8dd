//! The asynchronous runtime, made only by commands that need the network.

use std::future::Future;

use crate::failure::Failure;

/// Runs `future` to its end on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|source| {
        Failure::io(
            "cannot start the network runtime",
            &source,
            "raise the limit of open files (`ulimit -n`)",
        )
    })?;
    Ok(runtime.block_on(future))
}
