//! Waiting for a program that may be asking a person: as long as it takes, but not without a word.

use std::time::{Duration, Instant};

use tokio::sync::watch;
use tokio::time::timeout;

use crate::settings::{NetworkSettings, Notice, Waiting};

/// When it is told that a program is waited for, and to whom.
#[derive(Debug)]
pub(super) struct Patience {
    notice: Notice,
    silence: Duration,
    waits: watch::Sender<Waits>,
}

/// What is waited for.
#[derive(Debug, Default)]
struct Waits {
    programs: usize,
    /// When a program ended last.
    ended: Option<Instant>,
}

impl Patience {
    /// As the settings have it. A program that fetches a token over the network is no slow one yet.
    pub(super) fn new(settings: &NetworkSettings) -> Self {
        let silence = settings.patience * 2;
        Self { notice: settings.notice.clone(), silence, waits: watch::Sender::default() }
    }

    /// What `work` comes to, however long it takes.
    pub(super) async fn wait<T>(&self, program: &str, work: impl Future<Output = T>) -> T {
        let _waiting = Guard::new(&self.waits);
        let mut work = Box::pin(work);
        if let Ok(done) = timeout(self.silence, &mut work).await {
            return done;
        }
        self.notice.tell(&Waiting::Program(program));
        work.await
    }

    /// When a program was last waited for: now, if one is; `None` if none ever was.
    pub(super) fn waited_at(&self) -> Option<Instant> {
        let waits = self.waits.borrow();
        if waits.programs > 0 { Some(Instant::now()) } else { waits.ended }
    }

    /// Waits until no program is waited for any more.
    pub(super) async fn until_over(&self) {
        // Its other end is here, so that there is always an answer.
        let _ = self.waits.subscribe().wait_for(|waits| waits.programs == 0).await;
    }
}

/// Counts until it is dropped.
struct Guard<'a>(&'a watch::Sender<Waits>);

impl<'a> Guard<'a> {
    fn new(waits: &'a watch::Sender<Waits>) -> Self {
        waits.send_modify(|waits| waits.programs += 1);
        Self(waits)
    }
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waits| {
            *waits = Waits { programs: waits.programs - 1, ended: Some(Instant::now()) }
        });
    }
}
