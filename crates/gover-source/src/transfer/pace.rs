//! How many connections a download is worth: one, and more only as long as each step makes it faster.

use std::time::{Duration, Instant};

use gover_net::SplitSettings;

/// Measures, and decides by what it measured. Knows nothing of connections.
#[derive(Debug)]
pub(super) struct Pace {
    settings: SplitSettings,
    /// How many connections there may be.
    connections: usize,
    /// How many there were before, and how many bytes a second came then.
    before: Option<(usize, f64)>,
    /// Nothing is tried any more.
    settled: bool,
    /// How often more connections brought nothing, and until when they are not tried again: servers that send in bursts
    /// are easily measured wrong.
    failures: u32,
    rest: Option<Instant>,
    /// A connection begins slowly; what comes before this is over is not measured.
    warm: bool,
    since: Instant,
    bytes: u64,
    /// Bytes a second, as last measured.
    rate: f64,
}

impl Pace {
    /// One connection that begins now. `splittable`: whether there can ever be more.
    pub(super) fn new(settings: &SplitSettings, splittable: bool, now: Instant) -> Self {
        Self {
            settings: settings.clone(),
            connections: 1,
            before: None,
            settled: !splittable || settings.connections < 2,
            failures: 0,
            rest: None,
            warm: false,
            since: now,
            bytes: 0,
            rate: 0.0,
        }
    }

    /// So many bytes came, over all connections.
    pub(super) fn received(&mut self, bytes: u64) {
        self.bytes += bytes;
    }

    /// A further connection brings its first bytes: from now on it counts.
    pub(super) fn joined(&mut self, now: Instant) {
        if !self.settled {
            (self.since, self.bytes) = (now, 0);
        }
    }

    /// The server or the way there bears no more than one connection.
    pub(super) fn refused(&mut self) {
        (self.connections, self.settled) = (1, true);
    }

    /// How many connections there shall be, if so many bytes are missing.
    pub(super) fn connections(&mut self, missing: u64, now: Instant) -> usize {
        if self.rest.is_some_and(|end| now >= end) {
            (self.rest, self.since, self.bytes) = (None, now, 0);
        }
        let elapsed = now.saturating_duration_since(self.since);
        let enough = if self.warm { self.settings.measure } else { self.settings.measure / 2 };
        let measured = elapsed >= enough && self.bytes >= self.settings.least;
        if self.settled || self.rest.is_some() || !measured {
            return self.connections;
        }
        #[expect(clippy::cast_precision_loss, reason = "a rate need not be exact")]
        let (bytes, missing) = (self.bytes as f64, missing as f64);
        // A measurement without any time counts as very fast.
        let rate = bytes / elapsed.max(Duration::from_micros(1)).as_secs_f64();
        (self.since, self.bytes) = (now, 0);
        if !std::mem::replace(&mut self.warm, true) {
            return self.connections;
        }
        self.rate = rate;
        match self.before {
            Some((before, known)) if rate < known * self.settings.gain => {
                (self.connections, self.before) = (before, None);
                self.failures += 1;
                self.settled = self.failures == TRIALS;
                self.rest = Some(now + self.settings.measure * REST);
            }
            _ if self.connections >= self.settings.connections => self.settled = true,
            // What is nearly done is not worth a change; it may become slower yet.
            _ if missing < rate * self.settings.worth.as_secs_f64() => {}
            _ => {
                self.before = Some((self.connections, rate));
                self.connections = (self.connections * 2).min(self.settings.connections);
            }
        }
        self.connections
    }

    /// How many bytes one connection fetches at a time: what it brings in two seconds, so that little is lost if the
    /// download ends early.
    pub(super) fn segment(&self) -> u64 {
        #[expect(clippy::cast_precision_loss, reason = "there are few connections")]
        let each = self.rate * 2.0 / self.connections.max(1) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a rate is not negative, and what is too large for an integer is cut to the largest"
        )]
        let each = each as u64;
        each.clamp(self.settings.segment.0, self.settings.segment.1)
    }
}

/// How often more connections may bring nothing before they are given up.
const TRIALS: u32 = 3;

/// How many measurements lie between two trials.
const REST: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// Runs a download whose rate depends on its connections, and returns how many there were second by second.
    fn run(seconds: usize, rate: impl Fn(usize) -> u64) -> Vec<usize> {
        let settings = SplitSettings { measure: Duration::from_secs(1), ..SplitSettings::default() };
        let mut now = Instant::now();
        let mut pace = Pace::new(&settings, true, now);
        let mut connections = 1;
        let mut counts = Vec::new();
        for _ in 0..seconds {
            now += Duration::from_secs(1);
            pace.received(rate(connections));
            let wanted = pace.connections(1000 * MIB, now);
            if wanted > connections {
                pace.joined(now);
            }
            connections = wanted;
            counts.push(connections);
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
        // Tried again twice, long after, and then no more.
        assert_eq!(counts.iter().filter(|count| **count == 2).count(), 3);
        assert_eq!(counts[40..], [1; 20]);
        // Two are better than one, four are no better than two.
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
        assert_eq!([pace.connections(MIB, later), pace.connections(MIB, later)], [1, 1]);
        let mut pace = Pace::new(&settings, false, now);
        assert_eq!([pace.connections(MIB, later), pace.connections(MIB, later)], [1, 1]);
    }

    #[test]
    fn a_segment_is_what_two_seconds_bring_within_bounds() {
        let settings = SplitSettings::default();
        let mut pace = Pace::new(&settings, true, Instant::now());
        assert_eq!(pace.segment(), settings.segment.0);
        pace.rate = 1.0 * f64::from(1 << 20);
        assert_eq!(pace.segment(), 2 * MIB);
        pace.rate = f64::INFINITY;
        assert_eq!(pace.segment(), settings.segment.1);
    }
}
