//! Time for tests: it passes when they say so, so that none waits for it and none has to be quick.

use std::future::{Future, pending};
use std::time::Duration;

/// What `work` comes to while `passing` lets time pass.
pub async fn meanwhile<T>(work: impl Future<Output = T>, passing: impl Future<Output = ()>) -> T {
    let passing = async {
        passing.await;
        pending::<T>().await
    };
    tokio::select! {
        biased;
        done = work => done,
        never = passing => never,
    }
}

/// Lets that much time pass at once, as soon as `ready` says that nothing else is waited for.
pub async fn pass(time: Duration, ready: impl Fn() -> bool) {
    while !ready() {
        tokio::task::yield_now().await;
    }
    tokio::time::pause();
    let _still = Still;
    tokio::time::advance(time).await;
}

/// A clock that stands still until this is dropped, be it because nobody waits any more.
struct Still;

impl Drop for Still {
    fn drop(&mut self) {
        tokio::time::resume();
    }
}
