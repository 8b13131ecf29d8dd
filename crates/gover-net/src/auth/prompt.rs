//! Waits for programs that may be asking the user for a password.

use std::time::Duration;

use tokio::time::timeout;

use crate::clock::Clock;
use crate::settings::{NetworkSettings, Notice, Waiting};

/// Runs programs without a timeout, and tells the user if one takes long.
#[derive(Debug)]
pub(super) struct Prompts {
    pub(super) clock: Clock,
    notice: Notice,
    patience: Duration,
}

impl Prompts {
    pub(super) fn new(settings: &NetworkSettings) -> Self {
        // A program may need some time to fetch a token over the network.
        let patience = settings.patience * 2;
        Self { clock: Clock::new(), notice: settings.notice.clone(), patience }
    }

    /// The result of `work`, which runs a program. The clock is stopped meanwhile.
    pub(super) async fn wait<T>(&self, program: &str, work: impl Future<Output = T>) -> T {
        let _stopped = self.clock.stop();
        let mut work = Box::pin(work);
        if let Ok(done) = timeout(self.patience, &mut work).await {
            return done;
        }
        self.notice.tell(&Waiting::Program(program));
        work.await
    }
}
