//! The asynchronous runtime, made only by commands that need the network.

use std::future::Future;

use tokio::runtime::Runtime;

use crate::failure::Failure;

/// Runs `future` to its end on this thread.
pub(crate) fn block_on<F: Future>(future: F) -> Result<F::Output, Failure> {
    Ok(runtime()?.block_on(future))
}

/// The same, but does not wait for tasks that are still running: a DNS lookup of the system can
/// take long and cannot be cancelled.
pub(crate) fn block_on_briefly<F: Future>(future: F) -> Result<F::Output, Failure> {
    let runtime = runtime()?;
    let output = runtime.block_on(future);
    runtime.shutdown_background();
    Ok(output)
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|source| {
        Failure::io(
            "cannot start the network runtime",
            &source,
            "raise the limit on open files (`ulimit -n`)",
        )
    })
}
