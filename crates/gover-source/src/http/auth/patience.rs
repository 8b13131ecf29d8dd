//! Waiting for a program that may be asking a person: as long as it takes, but not without a word.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::time::timeout;

use crate::network::{NetworkSettings, Notice, Waiting};

/// When it is told that a program is waited for, and to whom.
#[derive(Debug)]
pub(super) struct Patience {
    notice: Notice,
    silence: Duration,
    /// How many programs are being waited for.
    waiting: AtomicUsize,
}

impl Patience {
    /// As the settings have it. A program that fetches a token over the network is no slow one yet.
    pub(super) fn new(settings: &NetworkSettings) -> Self {
        let silence = settings.patience * 2;
        Self { notice: settings.notice.clone(), silence, waiting: AtomicUsize::new(0) }
    }

    /// What `work` comes to, however long it takes.
    pub(super) async fn wait<T>(&self, program: &str, work: impl Future<Output = T>) -> T {
        let _waiting = Guard::new(&self.waiting);
        let mut work = Box::pin(work);
        if let Ok(done) = timeout(self.silence, &mut work).await {
            return done;
        }
        self.notice.tell(&Waiting::Program(program));
        work.await
    }

    /// Whether any program is waited for.
    pub(super) fn is_waiting(&self) -> bool {
        self.waiting.load(Ordering::Relaxed) > 0
    }
}

/// Counts until it is dropped, also with a question that nobody waits for any more.
struct Guard<'a>(&'a AtomicUsize);

impl<'a> Guard<'a> {
    fn new(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::Relaxed);
        Self(counter)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
