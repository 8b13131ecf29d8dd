//! Time as the network sees it.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// Measures how long servers have had to respond; stops while a user may be typing a password.
#[derive(Debug)]
pub struct Clock {
    start: Instant,
    stops: watch::Sender<Stops>,
}

#[derive(Debug, Default)]
struct Stops {
    programs: usize,
    since: Option<Instant>,
    /// How long it was stopped before that.
    total: Duration,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { start: Instant::now(), stops: watch::Sender::default() }
    }

    pub fn now(&self) -> Duration {
        let stops = self.stops.borrow();
        let now = stops.since.unwrap_or_else(Instant::now);
        now.duration_since(self.start).saturating_sub(stops.total)
    }

    pub async fn sleep_until(&self, time: Duration) {
        loop {
            self.running().await;
            let left = time.saturating_sub(self.now());
            if left.is_zero() {
                return;
            }
            sleep(left).await;
        }
    }

    /// The result of `work`; `None` if it takes longer than `limit`.
    pub async fn timeout<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            done = work => Some(done),
            () = self.sleep_until(self.now() + limit) => None,
        }
    }

    /// Waits until no program can be asking for a password, even for a request that was dropped.
    pub async fn running(&self) {
        // The sender lives as long as the clock, so there is no error.
        let _ = self.stops.subscribe().wait_for(|stops| stops.programs == 0).await;
    }

    /// Stops the clock until the result is dropped.
    pub(crate) fn stop(&self) -> Stopped<'_> {
        self.stops.send_modify(|stops| {
            stops.programs += 1;
            stops.since.get_or_insert_with(Instant::now);
        });
        Stopped(self)
    }
}

pub(crate) struct Stopped<'a>(&'a Clock);

impl Drop for Stopped<'_> {
    fn drop(&mut self) {
        self.0.stops.send_modify(|stops| {
            stops.programs -= 1;
            if stops.programs == 0 {
                stops.total += stops.since.take().map(|since| since.elapsed()).unwrap_or_default();
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gover_test::clock::{meanwhile, pass};

    const HOUR: Duration = Duration::from_hours(1);

    #[tokio::test]
    async fn no_time_passes_while_a_program_runs() {
        let clock = Clock::new();
        let passing = async {
            let (one, other) = (clock.stop(), clock.stop());
            pass(HOUR, || true).await;
            drop(one);
            pass(HOUR, || true).await;
            assert!(clock.now() < HOUR);
            assert_eq!(clock.now(), clock.now());
            drop(other);
            pass(HOUR, || true).await;
            assert!(clock.now() >= HOUR && clock.now() < HOUR * 2);
            pass(HOUR, || true).await;
        };
        let limited = clock.timeout(HOUR * 2, std::future::pending::<()>());
        assert_eq!(meanwhile(limited, passing).await, None);
        assert!(clock.now() >= HOUR * 2);
    }

    #[tokio::test]
    async fn a_limit_that_is_over_while_a_program_runs_waits_for_its_end() {
        let clock = Clock::new();
        let program = clock.stop();
        let late = async {
            clock.running().await;
            1
        };
        let passing = async {
            pass(HOUR, || true).await;
            drop(program);
            std::future::pending::<()>().await;
        };
        assert_eq!(meanwhile(clock.timeout(Duration::ZERO, late), passing).await, Some(1));
    }
}
