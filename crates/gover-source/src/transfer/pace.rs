//! Decides how many connections a download uses: more than one only if that makes it faster.

use std::time::Duration;

use gover_net::SplitSettings;
use tokio::time::Instant;

/// Measures the download rate and decides on the number of connections.
#[derive(Debug)]
pub(super) struct Pace {
    settings: SplitSettings,
    connections: usize,
    /// The previous number of connections, and the bytes per second measured with it.
    before: Option<(usize, f64)>,
    settled: bool,
    /// How often more were not faster. They are tried again: a server may send in bursts.
    failures: u32,
    /// When the current measurement begins, after a warm-up or a pause after a failed trial.
    since: Instant,
    /// How many bytes had arrived when the measurement began; `None` before it begins.
    base: Option<u64>,
    /// The bytes per second of each connection, as last measured.
    each: f64,
}

impl Pace {
    /// Starts with one connection. `splittable` says whether more may be used at all.
    pub(super) fn new(settings: &SplitSettings, splittable: bool, now: Instant) -> Self {
        Self {
            settings: settings.clone(),
            connections: 1,
            before: None,
            settled: !splittable || settings.connections < 2,
            failures: 0,
            since: now + settings.measure / 2,
            base: None,
            each: 0.0,
        }
    }

    /// The server or the network does not allow more than one connection.
    pub(super) fn refused(&mut self) {
        (self.connections, self.settled) = (1, true);
    }

    /// Returns how many connections to use. `received` bytes have arrived, `missing` bytes have
    /// not, and `sending` connections are sending.
    pub(super) fn connections(&mut self, received: u64, sending: usize, missing: u64, now: Instant) -> usize {
        if !self.settled
            && let Some(rate) = self.measured(received, sending, now)
        {
            self.decide(rate, missing, now);
        }
        self.connections
    }

    /// The bytes per second, once enough time has passed and enough bytes have arrived.
    fn measured(&mut self, received: u64, sending: usize, now: Instant) -> Option<f64> {
        let elapsed = now.checked_duration_since(self.since)?;
        let Some(base) = self.base else {
            // A connection that is still being opened would be measured as a slow one.
            if sending >= self.connections {
                (self.since, self.base) = (now, Some(received));
            }
            return None;
        };
        let bytes = received - base;
        if elapsed < self.settings.measure || bytes < self.settings.least {
            return None;
        }
        (self.since, self.base) = (now, Some(received));
        // A measurement that took no time counts as very fast.
        Some(float(bytes) / elapsed.max(Duration::from_micros(1)).as_secs_f64())
    }

    fn decide(&mut self, rate: f64, missing: u64, now: Instant) {
        self.each = rate / float(self.connections as u64);
        match self.before {
            Some((before, known)) if rate < known * self.settings.gain => {
                (self.connections, self.before) = (before, None);
                self.failures += 1;
                self.settled = self.failures == TRIALS;
                (self.since, self.base) = (now + self.settings.measure * REST, None);
            }
            _ if self.connections >= self.settings.connections => self.settled = true,
            // A change may even slow down a download that is nearly done.
            _ if float(missing) < rate * self.settings.worth.as_secs_f64() => {}
            _ => {
                self.before = Some((self.connections, rate));
                self.connections = (self.connections * 2).min(self.settings.connections);
                self.base = None;
            }
        }
    }

    /// The bytes of two seconds, so that little is lost if the download ends early.
    pub(super) fn segment(&self) -> u64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is not negative, and what is too large for an integer is cut to the largest"
        )]
        let two_seconds = (self.each * 2.0) as u64;
        two_seconds.clamp(self.settings.segment.0, self.settings.segment.1)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
fn float(number: u64) -> f64 {
    number as f64
}

/// How often more connections may fail to be faster before gover stops trying.
const TRIALS: u32 = 3;

const REST: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// Runs a download whose rate depends on its number of connections. Returns that number for
    /// each second.
    fn run(seconds: usize, rate: impl Fn(usize) -> u64) -> Vec<usize> {
        let settings = SplitSettings { measure: Duration::from_secs(1), ..SplitSettings::default() };
        let mut now = Instant::now();
        let mut pace = Pace::new(&settings, true, now);
        let mut connections = 1;
        let mut received = 0;
        let mut counts = Vec::new();
        for _ in 0..seconds {
            now += Duration::from_secs(1);
            received += rate(connections);
            connections = pace.connections(received, connections, 1000 * MIB, now);
            counts.push(connections);
            // More connections start to send at once.
            pace.connections(received, connections, 1000 * MIB, now);
        }
        counts
    }

    #[test]
    fn a_limit_per_connection_is_met_with_more_of_them() {
        assert_eq!(run(6, |connections| connections as u64 * MIB), [1, 2, 4, 4, 4, 4]);
    }

    #[test]
    fn a_limit_of_the_way_is_met_with_one() {
        let counts = run(60, |_| MIB);
        assert_eq!(counts[..3], [1, 2, 1]);
        // Tried again twice, much later, and then no more.
        assert_eq!(counts.iter().filter(|count| **count == 2).count(), 3);
        assert_eq!(counts[40..], [1; 20]);
        // Two connections are faster than one, but four are not faster than two.
        assert_eq!(run(6, |connections| connections.min(2) as u64 * MIB), [1, 2, 4, 2, 2, 2]);
    }

    #[test]
    fn what_is_nearly_done_or_fast_is_left_alone() {
        assert_eq!(run(4, |_| 900 * MIB), [1, 1, 1, 1]);
    }

    #[test]
    fn who_refuses_is_not_asked_again() {
        let now = Instant::now();
        let settings = SplitSettings { measure: Duration::ZERO, least: 0, ..SplitSettings::default() };
        let mut pace = Pace::new(&settings, true, now);
        pace.refused();
        let later = now + Duration::from_mins(1);
        let twice = |mut pace: Pace| [0, MIB].map(|received| pace.connections(received, 1, MIB, later));
        assert_eq!(twice(pace), [1, 1]);
        assert_eq!(twice(Pace::new(&settings, false, now)), [1, 1]);
    }

    #[test]
    fn a_segment_is_what_two_seconds_bring_within_bounds() {
        let settings = SplitSettings::default();
        let mut pace = Pace::new(&settings, true, Instant::now());
        assert_eq!(pace.segment(), settings.segment.0);
        pace.each = 1.0 * f64::from(1 << 20);
        assert_eq!(pace.segment(), 2 * MIB);
        pace.each = f64::INFINITY;
        assert_eq!(pace.segment(), settings.segment.1);
    }
}
